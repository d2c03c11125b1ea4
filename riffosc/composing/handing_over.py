"""Several loops of one length as one: at each sixteenth it is one of them that is played.

On a way from one loop to another the sixteenths are handed over one by one, in an order that is spread over the bar, so
that each stop on the way is a loop that somebody could have written. Two loops sounding softly at once would be none.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from riffosc.composing.loop import STEP, Loop, Note, Part
from riffosc.composing.playing import untangled

GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo 1, fill the unit interval as evenly as any: Weyl's sequence


def handed_over(loops: Sequence[tuple[Loop | None, float]]) -> tuple[Part, ...]:
    """The parts of loops with shares that add up to 1; None stands for silence. Neighbours are beside each other.

    Players of different loops who have role, sound and effects in common are one player; no pitch is in its own way.
    """
    parts: dict[tuple[str, str, tuple[str, ...]], Part] = {}
    ends = list(accumulate(share for _, share in loops))
    for (loop, share), end in zip(loops, ends, strict=True):
        if loop is None:
            continue
        for part in loop.parts:
            notes = tuple(_within(part.notes, end - share, end if end < ends[-1] else 2.0))
            known = (part.role, part.instrument, part.effects)
            if known in parts:
                notes = untangled(parts[known].notes + notes, loop.beats)
            if notes:
                parts[known] = replace(part, notes=notes)
    return tuple(parts.values())


def _within(notes: Sequence[Note], start: float, end: float) -> Iterator[Note]:
    """Those whose sixteenth's turn comes from `start` up to `end`, 0..1."""
    for note in notes:
        if start <= round(note.start_beat / STEP) * GOLDEN % 1 < end:
            yield note
