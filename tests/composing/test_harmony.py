"""What voices share: key, chords and swing come from the seed's hundred and the key alone."""

import pytest

from riffosc.composing.arranging import TAKES, arranged
from riffosc.composing.harmony import chords, key_of, phrases, swing_of
from riffosc.composing.loop import Loop
from riffosc.composing.theory import SCALES, Chord, Key, chord_at
from riffosc.composing.wish import Wish

SEEDS = range(24)


def triad(chord: Chord) -> set[int]:
    return {chord.tones[0], chord.third, chord.fifth}


def starting(loop: Loop, beat: float) -> set[int]:
    """Pitch classes that begin at a beat."""
    return {note.pitch % 12 for part in loop.parts for note in part.notes if note.start_beat == beat}


@pytest.mark.parametrize("quantum", [3, 4, 5])
def test_voices_of_any_genre_and_take_play_over_the_same_chords(quantum: int) -> None:
    for seed in SEEDS:
        meter: Wish = {"bars": 4, "quantum": quantum}
        bass = arranged(seed * TAKES, {**meter, "genre": "rock", "roles": ("bass",), "styles": {"bass": "roots"}})
        pad = arranged(
            seed * TAKES + 42, {**meter, "genre": "jazz", "roles": ("chords", "lead"), "styles": {"chords": "pad"}}
        )
        assert (bass.root, bass.scale, bass.pitches) == (pad.root, pad.scale, pad.pitches)
        changes = {note.start_beat for note in pad.parts[0].notes}
        for beat in changes:
            (root,) = starting(bass, beat)
            assert root in {note.pitch % 12 for note in pad.parts[0].notes if note.start_beat == beat}


def test_sevenths_are_the_same_chords_with_more_on_top() -> None:
    for seed in SEEDS:
        for scale in SCALES:
            plain, rich = (chords(seed, Key(2, scale), 8, 4, sevenths) for sevenths in (False, True))
            assert [(one.start_beat, one.length_beats, triad(one)) for one in plain] == [
                (one.start_beat, one.length_beats, triad(one)) for one in rich
            ]


def test_a_short_loop_plays_the_first_bars_of_a_longer_one() -> None:
    for seed in SEEDS:
        key = Key(0, "major" if seed % 2 else "minor")
        long = chords(seed, key, 20, 4, True)
        for bars in (1, 2, 3, 4, 6, 8, 12, 16):
            short = chords(seed, key, bars, 4, True)
            assert short[-1].end_beat == bars * 4
            for step in range(bars * 8):
                assert chord_at(short, step / 2).tones == chord_at(long, step / 2).tones


def test_two_bars_beside_four_share_two_tones_at_least_until_the_last_bar() -> None:
    for seed in range(100):
        for scale in ("major", "minor", "dorian"):
            four = chords(seed, Key(5, scale), 4, 4, False)
            for beat in (0, 2):
                assert len(triad(chord_at(four, beat)) & triad(chord_at(four, 8 + beat))) >= 2


def test_chords_fill_the_loop_begin_at_home_and_move_with_the_root() -> None:
    for seed in SEEDS:
        for quantum in (2, 3, 4, 5, 6, 7, 12):
            found = chords(seed, Key(0, "minor"), 7, quantum, False)
            assert found[0].start_beat == 0
            assert found[0].tones[0] == 0
            ends = [one.end_beat for one in found]
            assert ends == [*(one.start_beat for one in found[1:]), 7 * quantum]
            moved = chords(seed, Key(3, "minor"), 7, quantum, False)
            assert [[(tone + 3) % 12 for tone in one.tones] for one in found] == [list(one.tones) for one in moved]


def test_loops_are_not_all_alike() -> None:
    played = {tuple(one.tones[0] for one in chords(seed, Key(0, "minor"), 4, 4, False)) for seed in range(60)}
    assert len(played) > 20
    keys = [key_of(seed, {}) for seed in range(200)]
    assert {key.root for key in keys} == set(range(12))
    assert 0.5 < sum(key.mode == "minor" for key in keys) / len(keys) < 0.8


def test_what_is_wished_of_the_key_leaves_the_rest_as_it_was() -> None:
    for seed in SEEDS:
        drawn = key_of(seed, {})
        assert key_of(seed, {"root": 4}) == Key(4, drawn.scale)
        assert key_of(seed, {"mode": drawn.mode}) == drawn
        assert {key_of(seed, {"mode": mode}).mode for mode in ("major", "minor")} == {"major", "minor"}
        assert key_of(seed, {"scale": "lydian", "mode": "minor"}) == Key(drawn.root, "lydian")


def test_who_swings_swings_alike() -> None:
    for seed in SEEDS:
        jazz, gospel, rock = (
            arranged(seed, {"genre": genre, "swing": "eighths"}) for genre in ("jazz", "gospel", "rock")
        )
        assert jazz.swing == gospel.swing == rock.swing == swing_of(seed // TAKES, 0.5)
        assert 0.6 < rock.swing.amount < 0.7


def test_phrases_are_aaba_and_on() -> None:
    assert [(one.name, one.closing) for one in phrases(28)] == [
        *(("A", False), ("A", True), ("B0", False), ("A", True)),
        *(("A", False), ("A", True), ("B1", False)),
    ]
    assert [(one.first_bar, one.bars) for one in phrases(9)] == [(0, 4), (4, 3), (7, 2)]
