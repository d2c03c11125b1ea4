"""Melodies: a motif of one bar, answered, repeated and varied over the chords."""

from dataclasses import dataclass, replace

from numpy.random import Generator

from riffosc.composing.lines import Song, accent
from riffosc.composing.loop import STEP, Note
from riffosc.composing.theory import chord_at

# One beat each, in sixteenths: a note, held, or silent.
CELLS: dict[str, tuple[str, ...]] = {
    "long": ("x---", "----", "----", "x---", "----"),
    "sparse": ("x---", "x-..", "....", "----", "x-x-", "..x-"),
    "medium": ("x-x-", "x---", "x-x-", "..x-", "x-xx", "----", "x--x"),
    "busy": ("xxxx", "x-xx", "xxx-", "x-x-", ".xxx", "x--x"),
}
# Letters are bars: A the call, a the call with another ending, B a contrasting bar, R the answer, whose rhythm is
# the call's and which comes home, . a rest in which others are heard.
FORMS = {
    1: ("A",),
    2: ("AR", "Aa", "AB", "AR", "AA"),
    3: ("AaR", "ABR"),
    4: ("AABa", "ARAa", "AaBR", "AAAR", "A.R.", "ARAR", "AaAR"),
}
MOVES = (-3, -2, -1, -1, -1, 0, 1, 1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Motif:
    """One bar: where the notes fall and how far each moves on the ladder of allowed pitches."""

    rhythm: tuple[tuple[float, float], ...]  # (start, length) in beats
    moves: tuple[int, ...]
    home: bool = False  # ends on the key's root


def motif(rng: Generator, quantum: int, density: str) -> Motif:
    """A new bar, sure to sound at least once; half of its beats may repeat a rhythm heard before in it."""
    cells = CELLS[density]
    beats: list[str] = []
    for _ in range(quantum):
        again = beats and rng.random() < 0.35
        beats.append(beats[-1] if again else cells[int(rng.integers(len(cells)))])
    marks = "".join(beats)
    if "x" not in marks or rng.random() < 0.6:
        marks = "x" + marks[1:]
    rhythm = []
    for i, mark in enumerate(marks):
        if mark == "x":
            end = i + 1
            while end < len(marks) and marks[end] == "-":
                end += 1
            rhythm.append((i * STEP, (end - i) * STEP))
    moves = rng.choice(MOVES, size=len(rhythm))
    return Motif(tuple(rhythm), tuple(int(move) for move in moves))


def varied(rng: Generator, source: Motif) -> Motif:
    """The same rhythm with another ending."""
    keep = max(1, len(source.moves) * 2 // 3)
    ending = rng.integers(-2, 3, size=len(source.moves) - keep)
    return Motif(source.rhythm, source.moves[:keep] + tuple(int(move) for move in ending))


def answered(rng: Generator, source: Motif) -> Motif:
    """The call's rhythm in the other direction, or its first half and then home."""
    if rng.random() < 0.5:
        return Motif(source.rhythm, tuple(-move for move in source.moves), home=True)
    return replace(varied(rng, source), home=True)


def melody(rng: Generator, song: Song, density: str, centre: int, force: float) -> tuple[Note, ...]:
    """A line around `centre`: strong beats on chord tones, everything in the key."""
    ladder = song.key.ladder(centre - 9, centre + 10, pentatonic=bool(rng.random() < 0.45))
    call = motif(rng, song.quantum, density)
    bars = {
        "A": call,
        "a": varied(rng, call),
        "B": motif(rng, song.quantum, density),
        "R": answered(rng, call),
        ".": Motif((), ()),
    }
    first = len(ladder) // 2 + int(rng.integers(-2, 3))
    notes: list[Note] = []
    form = song.form or FORMS[song.bars][int(rng.integers(len(FORMS[song.bars])))]
    for bar, name in enumerate(form):
        start = first + (2 if name == "B" else 0)
        notes += _sung(rng, song, bars[name], ladder, (bar * song.quantum, start, force))
    return tuple(notes)


def _sung(rng: Generator, song: Song, bar: Motif, ladder: list[int], where: tuple[float, int, float]) -> list[Note]:
    """A motif from a beat and a rung on."""
    offset, here, force = where
    notes = []
    for i, ((start, length), move) in enumerate(zip(bar.rhythm, bar.moves, strict=True)):
        beat = offset + start
        here += move
        if not 0 <= here < len(ladder):
            here -= 2 * move  # turns back at the ends of its range
        here = min(len(ladder) - 1, max(0, here))
        if start % 1 == 0:
            here = _on_chord(song, ladder, here, beat)
        if bar.home and i == len(bar.rhythm) - 1:
            here = _home(song, ladder, here)
        notes.append(Note(beat, length * 0.95, ladder[here], accent(rng, beat, force)))
    return notes


def _home(song: Song, ladder: list[int], here: int) -> int:
    rungs = [i for i, pitch in enumerate(ladder) if pitch % 12 == song.key.root]
    return min(rungs, key=lambda i: abs(i - here))


def _on_chord(song: Song, ladder: list[int], here: int, beat: float) -> int:
    """The rung nearest to `here` that belongs to the chord."""
    tones = chord_at(song.chords, beat).tones
    rungs = [i for i, pitch in enumerate(ladder) if pitch % 12 in tones]
    return min(rungs, key=lambda i: abs(i - here)) if rungs else here
