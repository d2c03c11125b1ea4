"""Real FluidSynth, measured."""

import numpy as np
import pytest

from riffosc.training.composer import compose_for
from riffosc.training.loop import ROLES, Loop, Note, Part
from riffosc.training.render import SOUND_FONT, Audio, MissingSynth, Player, _library, closed, events, render

RIM = Part("drums", "drum kit", 0, 9, tuple(Note(beat, 0.25, 37, 110) for beat in (0.0, 1.25, 2.5, 3.75)))


def loop_of(*parts: Part, tempo: float = 113.7, bars: int = 1) -> Loop:
    return Loop(tempo, 4, bars, 0, "major", "rock", parts)


def rms(audio: Audio) -> float:
    return float(np.sqrt(np.mean(audio**2)))


@pytest.mark.parametrize("samplerate", [44100, 48000])
def test_exactly_its_frames(samplerate: int) -> None:
    for tempo in (61.3, 120.0, 174.0):
        loop = loop_of(RIM, tempo=tempo)
        audio = render(loop, samplerate)
        assert audio.dtype == np.float32
        assert audio.shape == (round(4 * 60 / tempo * samplerate),)


def test_hits_sound_on_their_beats() -> None:
    loop = loop_of(RIM)
    audio = np.abs(render(loop))
    for note in RIM.notes:
        frame = round(note.start_beat * 60 / loop.tempo * 44100)
        before, after = np.roll(audio, 882 - frame)[:838], np.roll(audio, -frame)[:400]  # 1 ms is left out
        assert after.max() > 10 * before.max()


def test_what_rings_past_the_end_sounds_at_the_beginning() -> None:
    late = Part("lead", "church bells", 14, 2, (Note(3.5, 0.5, 72, 110),))
    audio = render(loop_of(late))
    assert rms(audio[:4000]) > 0.2 * rms(audio)
    assert rms(audio[:4000]) > 2 * rms(audio[len(audio) * 3 // 4 :][:4000])


def test_it_wraps_without_a_step() -> None:
    pad = Part("chords", "strings", 48, 1, (Note(2.0, 4.0, 60, 100), Note(2.0, 4.0, 67, 100)))
    audio = render(loop_of(pad))
    steps = np.abs(np.diff(np.append(audio, audio[:1])))
    assert steps[-1] <= steps[:-1].max()
    assert steps[-1] < 4 * np.median(steps)


def test_closed_leads_into_its_own_beginning() -> None:
    twice = np.arange(200, dtype=np.float32)
    loop = closed(twice, 100, 10)
    assert loop.shape == (100,)
    assert loop[0] == 100
    assert loop[-1] == 99  # what came right before the loop's first frame
    assert loop[80] == 180


def test_nothing_of_one_loop_is_heard_in_the_next() -> None:
    player = Player()
    loud = compose_for(seed=3, genre="metal", tempo=140.0)
    player.play(loud)
    assert np.abs(player.play(loop_of())).max() < 1e-4
    player.close()


def test_the_same_again() -> None:
    loop = compose_for(seed=5, genre="funk", quantum=4, bars=1, tempo=100.0)
    first, second = Player(), Player()
    assert np.array_equal(first.play(loop), second.play(loop))
    first.close()
    second.close()


def test_level_is_absolute_and_rarely_clips() -> None:
    genres = ("techno", "rock", "jazz", "funk", "ambient", "metal", "reggae", "trap")
    mixes = [compose_for(seed=9, genre=genre, quantum=4, bars=1, roles=ROLES) for genre in genres]
    peaks = np.array([np.abs(render(loop)).max() for loop in mixes])
    assert 0.1 < np.median(peaks) < 1.0
    assert (peaks > 1).sum() <= 1


def test_a_part_is_as_loud_alone_as_in_the_mix() -> None:
    bass = Part("bass", "electric bass", 33, 0, (Note(0.0, 3.0, 36, 100),))
    alone, both = render(loop_of(bass)), render(loop_of(bass, RIM))
    drums = render(loop_of(RIM))
    assert rms(both - alone - drums) < 0.1 * rms(alone)


def test_events_are_within_half_a_block_of_their_beats() -> None:
    loop = loop_of(RIM)
    ons = [event.block for event in events(loop, 44100, 10**6) if event.velocity]
    exact = [(turn * 4 + note.start_beat) * 60 / loop.tempo * 44100 for turn in (0, 1) for note in RIM.notes]
    assert np.abs(np.array(ons) * 64 - np.array(exact)).max() <= 32


def test_a_missing_sound_font_says_what_to_install() -> None:
    assert SOUND_FONT.exists()
    with pytest.raises(MissingSynth, match="apt install fluid-soundfont-gm"):
        _library(SOUND_FONT.with_name("none.sf2"))
