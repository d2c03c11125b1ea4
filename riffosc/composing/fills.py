"""Drum fills: what replaces the groove in the last beats of a phrase."""

from numpy.random import Generator

from riffosc.composing.loop import STEP, Note

KEPT = (35, 36)  # the kick goes on under a fill, except in a break
MARKS = {"s": 38, "h": 50, "m": 47, "l": 45, "k": 36, "c": 39, "r": 37, "o": 46, "t": 42, "x": 49}

# Two beats of sixteenths, of which the last beats are played; capitals are accents, `.` is silence.
TOMS = ("S.s.hhmmmmllL.", "H.hhM.mmL.llll", "s.sshhhhmmmmll", "S..H..M..L.l.s", "h.m.l.h.m.l.LL")
SNARES = ("..S.sssss.sssS", "s.s.s.s.ssssSS", "S..s..S.s.ssSs", "..S...S..S.S.S", "s.s.ssS.s.s.sS")
MACHINE = ("c...c...c.c.CC", "....T.t.tttttt", "S.s.S.s.ssssss", "C.......r.r.RR", "k..k..k.....o.")
BREAK = ("..............", "K.............", "X.............")
FILLS = (TOMS, SNARES, MACHINE, BREAK)


def fill(rng: Generator, notes: list[Note], end_beat: int, longest: int = 2) -> list[Note]:
    """The notes with their last beat or two before `end_beat` played otherwise."""
    kinds = FILLS[int(rng.choice(len(FILLS), p=[0.34, 0.34, 0.22, 0.1]))]
    marks = kinds[int(rng.integers(len(kinds)))].ljust(8, ".")[-8:]
    steps = int(rng.choice([2, 4, 6, 8][: longest * 2]))
    start = end_beat - steps * STEP
    kept = [note for note in notes if not start <= note.start_beat < end_beat or _goes_on(note, kinds)]
    swell = rng.random() < 0.5
    return kept + [
        Note(start + i * STEP, STEP, MARKS[mark.lower()], _loudness(rng, mark, i, swell))
        for i, mark in enumerate(marks[-steps:])
        if mark.lower() in MARKS
    ]


def _goes_on(note: Note, kinds: tuple[str, ...]) -> bool:
    return note.pitch in KEPT and kinds is not BREAK


def _loudness(rng: Generator, mark: str, step: int, swell: bool) -> int:
    base = 114 if mark.isupper() else 88
    return min(127, base + int(rng.integers(-6, 7)) + (4 * step - 12 if swell else 0))
