"""Real FluidSynth, measured."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from riffosc.composing.arranging import arranged
from riffosc.composing.composer import compose_for
from riffosc.composing.loop import ROLES, Loop, Note, Part
from riffosc.training.mixing import LEVEL_DB, limited, loudness
from riffosc.training.oscillators import Audio
from riffosc.training.patches import Score
from riffosc.training.render import Player
from riffosc.training.soundfont import SOUND_FONT, MissingSynth, _library, attack, closed, lead_in, passes

RIM = Part("drums", "drum kit", tuple(Note(beat, 0.25, 37, 110) for beat in (0.0, 1.25, 2.5, 3.75)))
BASS = Part("bass", "electric bass", (Note(0.0, 3.0, 36, 100),))


@pytest.fixture(scope="module")
def player() -> Iterator[Player]:
    player = Player()
    yield player
    player.close()


def loop_of(*parts: Part, tempo: float = 113.7, bars: int = 1) -> Loop:
    return Loop(tempo, 4, bars, 0, "major", "rock", parts)


def test_instruments_that_are_lent_to_another_role_sound(player: Player) -> None:
    lent = {"bass": "flute", "chords": "slap bass", "lead": "vinyl crackle", "texture": "saw lead"}
    loop = arranged(3, {"instruments": lent, "bars": 1, "quantum": 4, "tempo": 240.0})
    assert all(rms(player.stem(loop, part)) > 1e-3 for part in loop.parts)


def rms(audio: Audio) -> float:
    return float(np.sqrt(np.mean(audio**2)))


@pytest.mark.parametrize("samplerate", [44100, 48000])
def test_exactly_its_frames(samplerate: int) -> None:
    player = Player(samplerate)
    for tempo in (61.3, 120.0, 174.0):
        audio = player.play(loop_of(RIM, tempo=tempo))
        assert audio.dtype == np.float32
        assert audio.shape == (round(4 * 60 / tempo * samplerate),)
    player.close()


@pytest.mark.parametrize("kit", ["drum kit", "brushes", "909 drums", "chip drums"])
def test_hits_sound_on_their_frames(player: Player, kit: str) -> None:
    part = replace(RIM, instrument=kit)
    loop = loop_of(part)
    audio = np.abs(player.stem(loop, part))
    for note in part.notes:
        frame = round(note.start_beat * 60 / loop.tempo * 44100)
        before, after = np.roll(audio, 882 - frame)[:860], np.roll(audio, -frame)[:200]
        assert after.max() > 8 * before.max()  # within half a millisecond


@pytest.mark.parametrize("name", ["electric bass", "picked bass", "double bass", "808 bass"])
def test_recordings_that_begin_late_are_begun_early(player: Player, name: str) -> None:
    """FluidR3's electric bass is silent for 25 ms."""
    part = Part("bass", name, (Note(2.0, 1.0, 40, 100),))
    loop = loop_of(part)
    sound = player.stem(loop, part)
    there = round(2 * 60 / loop.tempo * 44100)
    late = attack(sound[there - 2000 : there + 6000]) - 2000
    assert abs(late) < 0.005 * 44100


def test_what_rings_past_the_end_sounds_at_the_beginning(player: Player) -> None:
    late = Part("lead", "church bells", (Note(3.5, 0.5, 72, 110),))
    audio = player.play(loop_of(late))
    assert rms(audio[:4000]) > 0.2 * rms(audio)
    assert rms(audio[:4000]) > 2 * rms(audio[len(audio) * 3 // 4 :][:4000])


def test_it_wraps_without_a_step(player: Player) -> None:
    pad = Part("chords", "strings", (Note(2.0, 4.0, 60, 100), Note(2.0, 4.0, 67, 100)))
    audio = player.play(loop_of(pad))
    steps = np.abs(np.diff(np.append(audio, audio[:1])))
    assert steps[-1] <= steps[:-1].max()
    assert steps[-1] < 4 * np.median(steps)


@pytest.mark.parametrize("name", ["piano", "flute", "vibraphone", "fm bells", "supersaw lead"])
def test_a_loop_is_what_it_would_be_the_second_time_round(player: Player, name: str) -> None:
    """Composed once over and twice over: all that rings has come round already. A loop is whole blocks here."""
    tempo = 4 * 60 * 44100 / (1376 * 64)
    notes = (Note(0.0, 0.9, 60, 100), Note(1.5, 1.0, 67, 90), Note(3.25, 0.75, 64, 110))
    again = notes + tuple(note._replace(start_beat=note.start_beat + 4) for note in notes)
    once = player.play(loop_of(Part("lead", name, notes), tempo=tempo))
    twice = player.play(loop_of(Part("lead", name, again), tempo=tempo, bars=2))
    again_once = twice[len(once) :] * (rms(once) / rms(twice[len(once) :]))  # loudness is taken over other frames
    assert rms(again_once - once) < 0.005 * rms(once)


def test_closed_leads_into_its_own_beginning() -> None:
    twice = np.arange(200, dtype=np.float32)
    loop = closed(twice, 100, 10)
    assert loop.shape == (100,)
    assert loop[0] == 100
    assert loop[-1] == 99  # what came right before the loop's first frame
    assert loop[80] == 180


def test_nothing_of_one_loop_is_heard_in_the_next(player: Player) -> None:
    player.play(compose_for(seed=3, genre="metal", tempo=140.0))
    assert np.abs(player.play(loop_of())).max() == 0


def test_the_same_again_whatever_came_before() -> None:
    loop = compose_for(seed=5, genre="funk", quantum=4, bars=1, tempo=100.0, roles=ROLES)
    first, second = Player(), Player()
    second.play(compose_for(seed=6, genre="rock", bars=1, quantum=4))
    assert np.array_equal(first.play(loop), second.play(loop))
    first.close()
    second.close()


def test_level_is_absolute_and_never_clips(player: Player) -> None:
    genres = ("techno", "rock", "jazz", "ambient", "metal", "industrial", "trap")
    mixes = [compose_for(seed=9, genre=genre, quantum=4, bars=1, roles=ROLES) for genre in genres]
    peaks = np.array([np.abs(player.play(loop)).max() for loop in mixes])
    assert 0.2 < np.median(peaks) < 0.95
    assert peaks.max() < 1


def test_a_part_is_as_loud_alone_as_in_the_mix(player: Player) -> None:
    alone, both, drums = (player.play(loop_of(*parts)) for parts in ((BASS,), (BASS, RIM), (RIM,)))
    assert rms(both - alone - drums) < 0.05 * rms(alone)


def test_a_role_is_as_loud_on_every_instrument(player: Player) -> None:
    for name in ("electric bass", "sub bass", "tuba", "acid bass"):
        part = replace(BASS, instrument=name)
        assert 20 * np.log10(loudness(player.stem(loop_of(part), part))) == pytest.approx(LEVEL_DB["bass"], abs=0.1)
    soft = replace(BASS, force=0.0)
    assert loudness(player.stem(loop_of(soft), soft)) < 0.8 * loudness(player.stem(loop_of(BASS), BASS))


def test_stereo_has_mono_for_its_mean(player: Player) -> None:
    loop = loop_of(Part("chords", "piano", (Note(0.0, 2.0, 60, 80), Note(1.0, 2.0, 67, 80)), effects=("delay",)), BASS)
    both = player.play_stereo(loop)
    assert both.shape == (2, loop.frames())
    assert np.abs(both.mean(0) - player.play(loop)).max() < 1e-4
    assert rms(both[0] - both[1]) > 0.05 * rms(both)


def test_an_open_hat_ends_where_the_next_begins(player: Player) -> None:
    for kit in ("drum kit", "909 drums"):
        alone = Part("drums", kit, (Note(3.75, 0.25, 46, 110),))
        closed_by = replace(alone, notes=(Note(0.0, 0.25, 42, 20), *alone.notes))
        ring, cut = (player._dry(loop_of(part), part)[0] for part in (alone, closed_by))
        assert rms(cut[3000:6000]) < 0.5 * rms(ring[3000:6000])


def test_peaks_bend_and_the_rest_is_left_alone() -> None:
    sound = np.array([0, 0.5, -0.7, 1.5, -4], np.float32)
    assert limited(sound)[:3].tolist() == sound[:3].tolist()
    assert np.all(np.abs(limited(sound)) < 1)


def test_notes_begin_within_half_a_block_of_where_they_should() -> None:
    score = Score(RIM.notes, 90001, 4.0, 44100)
    found, blocks = passes(score, {37: 500})
    first = lead_in(score)
    assert blocks * 64 >= first + 90001
    ons = np.array([event.block * 64 for event in found if event.velocity])[-4:]
    exact = [first + note.start_beat / 4 * 90001 - 500 for note in RIM.notes]
    assert np.abs(ons - exact).max() <= 32


def test_a_missing_sound_font_says_what_to_install() -> None:
    assert SOUND_FONT.exists()
    with pytest.raises(MissingSynth, match="apt install fluid-soundfont-gm"):
        _library(SOUND_FONT.with_name("none.sf2"))
