"""Playing: a role's notes in a style, as the loop swings, and such that no pitch is in its own way."""

from bisect import bisect_right

from numpy.random import Generator

from riffosc.composing.grooves import groove
from riffosc.composing.lines import Song, bass_line, chord_part
from riffosc.composing.loop import Note, Swing
from riffosc.composing.melody import melody
from riffosc.composing.sounds import Sound


def played(rng: Generator, song: Song, what: tuple[str, str, Sound], force: float) -> tuple[Note, ...]:
    """What a role plays in a song; `what` is the role, the style and the sound."""
    role, style, sound = what
    if role == "drums":
        return groove(rng, style, song.bars, song.quantum, force)
    if role == "texture":
        pitch = sound.centre + (song.key.root - sound.centre + 6) % 12 - 6 if sound.centre else 60
        return (Note(0.0, float(song.beats), pitch, 90),)
    if role == "bass" or style == "acid":
        return bass_line(rng, song, style, sound.centre, force)
    if role == "chords":
        return chord_part(rng, song, style, sound.centre, force)
    return melody(rng, song, style, sound.centre, force)


def swung(note: Note, swing: Swing) -> Note:
    """The note as the loop swings; it still ends by the beat it ended by."""
    if not swing.unit:
        return note
    start = swing.moved(note.start_beat)
    return note._replace(start_beat=start, length_beats=max(1 / 12, note.start_beat + note.length_beats - start))


def untangled(notes: tuple[Note, ...], beats: float) -> tuple[Note, ...]:
    """In order, no pitch twice at once, none sounding into its own repetition: the loop goes round."""
    loudest: dict[tuple[float, int], Note] = {}
    for note in sorted(notes):
        at = (note.start_beat, note.pitch)
        if at not in loudest or loudest[at].velocity < note.velocity:
            loudest[at] = note
    starts: dict[int, list[float]] = {}
    for start, pitch in loudest:
        starts.setdefault(pitch, []).append(start)
    return tuple(
        note._replace(length_beats=min(note.length_beats, _gap(note, starts[note.pitch], beats)))
        for note in loudest.values()
    )


def _gap(note: Note, starts: list[float], beats: float) -> float:
    """Beats until the same pitch, whose starts rise, starts again, round the loop."""
    later = bisect_right(starts, note.start_beat)
    return (starts[later] if later < len(starts) else starts[0] + beats) - note.start_beat
