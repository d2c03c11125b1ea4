"""From one clock's time to the audio clock's: pairs of readings, and the line through them.

There are several clocks in a machine, each with a rate of its own: the sound card's frames, CLOCK_MONOTONIC,
CLOCK_MONOTONIC_RAW (Ableton Link's) and wall time (OSC's time tags). None is ever put in place of another.
"""

from collections import deque
from collections.abc import Callable
from time import monotonic_ns

import numpy as np

Stamp = tuple[float, int]  # the beginning of a block: seconds on the audio clock, ns on the monotonic clock

WINDOW_S = 4.0
EVERY_S = 0.04  # between two pairs
TRUSTED_S = 1.0  # a slope from less is worse than none
HURRY_NS = 100_000  # longer than this between two readings, and something came between
STEP_S = 0.001  # a sound server that loses a block, or a wall clock that is set, moves by more
UNUSUAL = 8  # times as far off as half of the pairs are
STRAYS = 3  # so many pairs in a row off the line are a new line


class Fit:
    """The line y = f(x) through the newest pairs, in spite of some that are off."""

    def __init__(self, span: float, step: float, count: int = 128) -> None:
        """`span` of x is remembered, `count` pairs at most; those off in y by over `step`, and unusually, stray."""
        self._span, self._step = span, step
        self._pairs: deque[tuple[float, float]] = deque(maxlen=count)
        self._strays: list[tuple[float, float]] = []
        self.slope = 0.0
        self._usual = 0.0  # how far pairs are off, by the median
        self._x = self._y = 0.0  # a point of the line

    def __len__(self) -> int:
        return len(self._pairs)

    @property
    def covered(self) -> float:
        """The span of x that the line rests on."""
        return self._pairs[-1][0] - self._pairs[0][0] if self._pairs else 0.0

    def add(self, x: float, y: float, slope: float | None = None) -> None:
        """Take a pair in. `slope` is given where it is known better than so few pairs can say."""
        if self._pairs and self.slope and abs(self.at(x) - y) > max(self._step, UNUSUAL * self._usual):
            self._stray(x, y)
        else:
            self._strays.clear()
            self._pairs.append((x, y))
        while self.covered > self._span or self.covered < 0:
            self._pairs.popleft()
        self._draw(slope)

    def at(self, x: float) -> float:
        return self._y + (x - self._x) * self.slope

    def _stray(self, x: float, y: float) -> None:
        self._strays.append((x, y))
        if len(self._strays) >= STRAYS:
            self._pairs.clear()
            self._pairs.extend(self._strays)
            self._strays.clear()

    def _draw(self, slope: float | None) -> None:
        """Least squares; then once more without what is far from that line."""
        x, y = np.array(self._pairs).T
        self._x, self._y, self.slope = _line(x, y, slope)
        off = np.abs(y - (self._y + (x - self._x) * self.slope))
        self._usual = float(np.median(off))
        near = off <= 3 * self._usual + 1e-9
        if 2 <= near.sum() < len(x):
            self._x, self._y, self.slope = _line(x[near], y[near], slope)


def _line(x: "np.ndarray", y: "np.ndarray", slope: float | None) -> tuple[float, float, float]:
    """A point and the slope."""
    mid_x, mid_y = float(x.mean()), float(y.mean())
    if slope is not None:
        return mid_x, mid_y, slope
    spread = float(((x - mid_x) ** 2).sum())
    return mid_x, mid_y, float(((x - mid_x) * (y - mid_y)).sum()) / spread if spread else 0.0


class Domain:
    """Another clock (seconds) beside the audio clock. `sample` it every tick."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._fit = Fit(WINDOW_S, STEP_S)
        self._sampled = -1.0

    @property
    def known(self) -> bool:
        return len(self._fit) > 0

    def sample(self, stamp: Stamp) -> None:
        """A pair, from the newest block's stamp and what this clock says now."""
        audio, block_ns = stamp
        if 0 <= audio - self._sampled < EVERY_S:
            return
        before = monotonic_ns()
        here = self._clock()
        after = monotonic_ns()
        if after - before < HURRY_NS:
            self._sampled = audio
            self.pair(here - ((before + after) / 2 - block_ns) * 1e-9, audio)

    def pair(self, here: float, audio: float) -> None:
        """At one moment this clock says `here`, and the audio clock `audio`."""
        self._fit.add(here, audio, None if self._fit.covered > TRUSTED_S else 1.0)

    @property
    def rate(self) -> float:
        """Seconds of the audio clock for each of this one: nearly 1."""
        return self._fit.slope

    def audio_at(self, here: float) -> float:
        """Seconds on the audio clock at a time of this clock."""
        return self._fit.at(here)
