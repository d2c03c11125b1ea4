"""Our own sounds and effects: they sound, they go round, and they are where the beat is."""

import itertools

import numpy as np
import pytest

from riffosc.composing.composer import compose_for
from riffosc.composing.grooves import DRUMS
from riffosc.composing.loop import Note
from riffosc.composing.sounds import BY_ROLE
from riffosc.training.effects import EFFECTS, Bars, fast_length, folded, room
from riffosc.training.kits import KITS, RECIPES, hit, tuned
from riffosc.training.oscillators import Audio, circled, lay, noise, pulse, saw, steady
from riffosc.training.patches import PATCHES, Score, played
from riffosc.training.textures import TEXTURES

SR = 44100


def melody(turns: int = 1) -> Score:
    """Four notes in two beats at 120, some slid into, the last ringing past the end; perhaps twice over."""
    notes = [Note(0.0, 0.3, 45, 120), Note(0.25, 0.2, 57, 80), Note(0.75, 0.4, 48, 124), Note(1.5, 0.45, 45, 90)]
    found = [note._replace(start_beat=note.start_beat + 2 * turn) for turn in range(turns) for note in notes]
    return Score(tuple(found), SR * turns, 2.0 * turns, SR)


def tone() -> Audio:
    return np.float32(0.2) * (saw(steady(220, SR), SR) + noise(np.random.default_rng(0), SR))


def wrap_step(loop: Audio) -> float:
    """The step from the last frame to the first, in units of the largest inside."""
    return float(abs(loop[0] - loop[-1]) / np.abs(np.diff(loop)).max())


def test_every_source_in_the_table_exists() -> None:
    sources = {
        role: {sound.source for sound in sounds.values() if sound.synthesised} for role, sounds in BY_ROLE.items()
    }
    assert sources["drums"] == set(KITS)
    assert sources["texture"] == set(TEXTURES)
    assert sources["bass"] | sources["chords"] | sources["lead"] == set(PATCHES)
    assert set(RECIPES) == set(DRUMS)


@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_is_in_tune(name: str) -> None:
    sound = played(name, Score((Note(0, 1.8, 57, 100),), SR, 2.0, SR), np.random.default_rng(5))
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.sqrt(np.mean(sound**2)) > 0.01
    spectrum = np.abs(np.fft.rfft(sound[SR // 2 :] * np.hanning(SR - SR // 2), 4 * SR))
    own = spectrum[4 * 214 : 4 * 227].max()  # half a semitone round 220 Hz
    assert own > 0.1 * spectrum.max()
    assert own > 5 * spectrum[4 * 232 : 4 * 320].max()


@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_goes_round(name: str) -> None:
    once = played(name, melody(), np.random.default_rng(5))
    assert wrap_step(once) <= 1
    if name == "acid":  # one oscillator all through, whose periods fit the loop once
        return
    twice = played(name, melody(2), np.random.default_rng(5))
    assert np.abs(twice[SR:] - once).max() < 0.01 * np.abs(once).max()


def test_saws_and_pulses_do_not_fold_back() -> None:
    """At 5 kHz all partials are multiples of it; what folds back is 40 dB under them."""
    for wave in (saw(steady(5000, SR), SR), pulse(steady(5000, SR), SR)):
        power = np.abs(np.fft.rfft(wave * np.hanning(SR))) ** 2
        partials = np.zeros(len(power), bool)
        for k in range(5):
            partials[max(0, 5000 * k - 4) : 5000 * k + 5] = True
        assert power[~partials].sum() < 1e-2 * power[partials].sum()


@pytest.mark.parametrize("name", KITS)
def test_every_drum_of_a_machine_starts_at_once_and_ends(name: str) -> None:
    kit = tuned(np.random.default_rng(1), name)
    for drum in ("kick", "snare", "clap", "hat", "open", "cowbell", "rim", "low", "shaker", "crash"):
        sound = hit(np.random.default_rng(1), kit, drum, SR)
        loud = np.abs(sound).max()
        assert 0.05 < loud < 4
        assert np.flatnonzero(np.abs(sound) > 0.1 * loud)[0] < 0.006 * SR, drum
        assert np.abs(sound[-10:]).max() < 0.1 * loud


def test_a_kick_falls_in_pitch() -> None:
    kick = hit(np.random.default_rng(1), KITS["eight"], "kick", SR)
    crossings = np.flatnonzero(np.diff(np.signbit(kick[1000:])))
    spaces = np.diff(crossings)
    assert spaces[-3:].mean() > 1.1 * spaces[:2].mean()
    assert SR / 2 / spaces[-3:].mean() == pytest.approx(46, rel=0.05)


@pytest.mark.parametrize("name", [name for name in TEXTURES if name not in ("riser", "gate")])
def test_a_texture_has_no_seam(name: str) -> None:
    score = Score((Note(0, 4, 40, 90),), 2 * SR + 17, 4.0, SR)
    loop = TEXTURES[name](score, np.random.default_rng(2))
    assert loop.shape == (2 * SR + 17,)
    assert np.isfinite(loop).all()
    assert wrap_step(loop) <= 1


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_keeps_length_and_leaves_no_seam(name: str) -> None:
    sound = tone()
    out = EFFECTS[name](sound, Bars(2, 4, SR), np.random.default_rng(3))
    assert out.shape == sound.shape
    assert np.isfinite(out).all()
    assert not np.allclose(out, sound, atol=1e-3)
    assert wrap_step(out.astype(np.float32)) <= 1.05


@pytest.mark.parametrize("name", ["delay", "reverb", "muffled", "telephone", "chorus"])
def test_an_effect_on_a_loop_played_twice_is_the_effect_twice(name: str) -> None:
    sound = tone()
    once = EFFECTS[name](sound, Bars(2, 4, SR), np.random.default_rng(3))
    twice = EFFECTS[name](np.tile(sound, 2), Bars(4, 4, SR), np.random.default_rng(3))
    if name == "chorus":  # its motion is as long as the loop: only its ends need meet
        assert wrap_step(twice) <= 1
        return
    assert np.abs(twice[SR:] - once).max() < 0.01 * np.abs(once).max()


def test_what_is_laid_past_the_end_goes_on_at_the_beginning() -> None:
    loop = np.zeros(10, np.float32)
    lay(loop, np.arange(1, 26, dtype=np.float32), 7)
    assert loop.sum() == sum(range(1, 26))
    assert loop[7] == 1 + 11 + 21
    assert folded(np.ones(25, np.float32), 10).tolist() == [3] * 5 + [2] * 5


def test_a_room_is_longer_than_a_short_loop() -> None:
    click = np.zeros(5000, np.float32)
    click[4990] = 1
    assert room(click, SR, 1).shape == (5000,)
    assert np.abs(room(click, SR, 1)[:1000]).max() > 1e-4
    assert all(fast_length(n) >= n for n in (1, 7, 1000, 99991))


def test_a_filter_hears_the_end_before_the_beginning() -> None:
    loop = np.tile(saw(steady(100, SR // 4), SR), 2)
    out = circled(loop, 300.0, SR, 0.5)
    assert np.abs(out[: SR // 4] - out[SR // 4 :]).max() < 1e-3


def test_acid_slides_and_supersaws_are_asked_for_by_name() -> None:
    loop = compose_for(seed=4, roles=("bass",), instruments=("acid bass",), quantum=4, bars=2)
    notes = loop.parts[0].notes
    assert any(one.start_beat + one.length_beats > other.start_beat for one, other in itertools.pairwise(notes))
    assert {note.velocity > 110 for note in notes} == {True, False}
