"""Endless knobs: the steps they mean, in each of the encodings in use, and which one a knob has.

The names and the arithmetic are those of Ardour's generic MIDI maps:
https://manual.ardour.org/using-control-surfaces/generic-midi/generic-midi-maps/
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

ABSOLUTE = "absolute"
STEPS: dict[str, Callable[[int], int]] = {
    "twos": lambda value: value if value < 64 else value - 128,  # 1, 2, ... up; 127, 126, ... down
    "signed": lambda value: value if value < 64 else 64 - value,  # 1, 2, ... up; 65, 66, ... down
    "signed-left": lambda value: -value if value < 64 else value - 64,  # 65, 66, ... up; 1, 2, ... down
    "offset": lambda value: value - 64,  # 65, 66, ... up; 63, 62, ... down
    "incdec": lambda value: (value > 64) - (value < 64),  # one step up over 64, one down under it
}
ENCODINGS = (ABSOLUTE, *STEPS)
FAST = 16  # steps at once; more are hardly made by hand


def detect(values: Sequence[int]) -> str:
    """The encoding of a knob that sent `values` (0 to 127) while it was turned, clockwise first.

    A knob with a position never sends the same one twice, or jumps far: an endless one does.
    """
    if set(values) <= {0, 127} or not _endless(values):
        return ABSOLUTE
    if values[0] < 64 - FAST:
        return "signed" if any(64 < value <= 64 + FAST for value in values) else "twos"
    if values[0] > 64 + FAST:
        return "twos"
    if any(value < 64 - FAST for value in values):
        return "signed-left"
    return "offset"


def _endless(values: Sequence[int]) -> bool:
    """Whether all values are small steps in some encoding, and they do not go along like a position."""
    small = all(value <= FAST or abs(value - 64) <= FAST or value >= 128 - FAST for value in values)
    return small and any(old == new or abs(new - old) > 128 - 5 * FAST for old, new in pairwise(values))
