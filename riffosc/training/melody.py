"""Melodies: a motif of one bar, answered, repeated and varied over the chords."""

from dataclasses import dataclass

from numpy.random import Generator

from riffosc.training.lines import Song, accent
from riffosc.training.loop import STEP, Note
from riffosc.training.theory import chord_at

# One beat each, in sixteenths: a note, held, or silent.
CELLS: dict[str, tuple[str, ...]] = {
    "long": ("x---", "----", "----", "x---", "----"),
    "sparse": ("x---", "x-..", "....", "----", "x-x-", "..x-"),
    "medium": ("x-x-", "x---", "x-x-", "..x-", "x-xx", "----", "x--x"),
    "busy": ("xxxx", "x-xx", "xxx-", "x-x-", ".xxx", "x--x"),
}
FORMS = {1: "A", 2: "AB", 4: "AABC"}


@dataclass(frozen=True, slots=True)
class Motif:
    """One bar: where the notes fall and how far each moves on the ladder of allowed pitches."""

    rhythm: tuple[tuple[float, float], ...]  # (start, length) in beats
    moves: tuple[int, ...]


def motif(rng: Generator, quantum: int, density: str) -> Motif:
    """A new bar, sure to sound at least once."""
    cells = CELLS[density]
    marks = "".join(cells[int(rng.integers(len(cells)))] for _ in range(quantum))
    if "x" not in marks or rng.random() < 0.6:
        marks = "x" + marks[1:]
    rhythm = []
    for i, mark in enumerate(marks):
        if mark == "x":
            end = i + 1
            while end < len(marks) and marks[end] == "-":
                end += 1
            rhythm.append((i * STEP, (end - i) * STEP))
    moves = rng.choice([-3, -2, -1, -1, 0, 1, 1, 2, 3], size=len(rhythm))
    return Motif(tuple(rhythm), tuple(int(move) for move in moves))


def varied(rng: Generator, source: Motif) -> Motif:
    """The same rhythm with another ending."""
    keep = max(1, len(source.moves) * 2 // 3)
    ending = rng.integers(-2, 3, size=len(source.moves) - keep)
    return Motif(source.rhythm, source.moves[:keep] + tuple(int(move) for move in ending))


def melody(rng: Generator, song: Song, density: str, centre: int, force: float) -> tuple[Note, ...]:
    """A line around `centre`: strong beats on chord tones, everything in the key."""
    ladder = song.key.ladder(centre - 9, centre + 10, pentatonic=bool(rng.random() < 0.5))
    first = motif(rng, song.quantum, density)
    other = varied(rng, first) if rng.random() < 0.65 else motif(rng, song.quantum, density)
    bars = {"A": first, "B": other, "C": varied(rng, first)}
    notes: list[Note] = []
    for bar, name in enumerate(FORMS[song.bars]):
        here = len(ladder) // 2 + int(rng.integers(-1, 2))
        for (start, length), move in zip(bars[name].rhythm, bars[name].moves, strict=True):
            beat = bar * song.quantum + start
            here = min(len(ladder) - 1, max(0, here + move))
            if start % 1 == 0:
                here = _on_chord(song, ladder, here, beat)
            notes.append(Note(beat, length * 0.95, ladder[here], accent(rng, beat, force)))
    return tuple(notes)


def _on_chord(song: Song, ladder: list[int], here: int, beat: float) -> int:
    """The rung nearest to `here` that belongs to the chord."""
    tones = chord_at(song.chords, beat).tones
    rungs = [i for i, pitch in enumerate(ladder) if pitch % 12 in tones]
    return min(rungs, key=lambda i: abs(i - here)) if rungs else here
