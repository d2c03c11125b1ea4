"""Ways between loops: at each sixteenth one of them plays, and all of it is handed over in the end."""

from dataclasses import replace

import pytest

from riffosc.composing.handing_over import handed_over
from riffosc.composing.loop import Loop, Note, Part

NOTES = tuple(Note(place / 4, 0.25, 60, 100) for place in range(32))


def loop(pitch: int, instrument: str = "piano", role: str = "chords") -> Loop:
    notes = tuple(note._replace(pitch=pitch) for note in NOTES)
    return Loop(120.0, 4, 2, 0, "minor", "funk", (Part(role, instrument, notes),))


def test_the_ends_are_the_loops_themselves() -> None:
    one, other = loop(60), loop(67)
    assert handed_over([(one, 1.0), (other, 0.0)]) == one.parts
    assert handed_over([(one, 0.0), (other, 1.0)]) == other.parts
    assert handed_over([(None, 1.0)]) == ()


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.8])
def test_each_sixteenth_is_played_by_one_and_as_many_as_the_share_says(share: float) -> None:
    (part,) = handed_over([(loop(60), 1 - share), (loop(67), share)])
    assert [note.start_beat for note in part.notes] == [note.start_beat for note in NOTES]
    assert abs(sum(note.pitch == 67 for note in part.notes) - 32 * share) <= 1.5


def test_more_of_one_takes_nothing_back() -> None:
    handed: set[float] = set()
    for step in range(1, 9):
        (part,) = handed_over([(loop(60), 1 - step / 8), (loop(67), step / 8)])
        now = {note.start_beat for note in part.notes if note.pitch == 67}
        assert handed < now and len(now - handed) <= 6
        handed = now


def test_other_sounds_are_other_players_and_silence_plays_nothing() -> None:
    parts = handed_over([(loop(60), 0.25), (loop(67, "organ"), 0.25), (None, 0.5)])
    assert [part.instrument for part in parts] == ["piano", "organ"]
    assert sum(len(part.notes) for part in parts) == 16


def test_a_note_that_swings_goes_with_its_sixteenth() -> None:
    straight, swung = loop(60), loop(60)
    swung = replace(swung, parts=tuple(replace(p, notes=tuple(_late(n) for n in p.notes)) for p in swung.parts))
    before, after = (handed_over([(one, 0.4), (None, 0.6)])[0].notes for one in (straight, swung))
    assert [_late(note) for note in before] == list(after)


def test_one_player_of_two_loops_plays_no_pitch_twice_at_once() -> None:
    long = replace(loop(60), parts=(Part("chords", "piano", (Note(0.0, 8.0, 60, 100),)),))
    (part,) = handed_over([(long, 0.5), (loop(60), 0.5)])
    ends = [note.start_beat + note.length_beats for note in part.notes]
    assert len(part.notes) > 8
    assert all(end <= after.start_beat for end, after in zip(ends, part.notes[1:], strict=False))


def _late(note: Note) -> Note:
    return note._replace(start_beat=note.start_beat + 0.08 * (note.start_beat * 4 % 2))
