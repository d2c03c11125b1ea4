"""A delay-locked loop: from ticks that come early and late to where they really are, and how far apart.

After F. Adriaensen, "Using a DLL to filter time" (LAC 2005). Its two gains are those of a line fitted to the last
`memory` ticks, so that it locks within a few ticks and narrows to its bandwidth as it hears more (the
"expanding memory" start of an alpha-beta filter); when the ticks leave the line, it remembers fewer of them.
"""

from math import pi, sqrt

BANDWIDTH_HZ = 0.07
LOCKED = 6  # ticks after which the line is worth following
FAST = 8  # ticks that are remembered when the tempo moves
QUIET_S = 50e-6  # no clock is thought steadier than this: stamps are whole frames
LEAN = 1.3  # jitters by which the mean of the last errors may be off: by chance that is five of its own deviations
GAP = 0.75  # of a period: later than this, and ticks are missing
STEP = 0.25  # of a period by which three ticks in a row must be off to be a new beginning


class Dll:
    """Feed it the time of each tick (seconds); `time` is where the last one really was, `period` what lies between."""

    def __init__(self, shortest: float, longest: float, bandwidth: float = BANDWIDTH_HZ) -> None:
        """Periods (seconds) that cannot be meant, and how fast a steady line follows (Hz)."""
        self._shortest, self._longest = shortest, longest
        self.time = self.period = 0.0
        self.memory = 0  # ticks that the line rests on
        self.jitter = 0.0  # how far ticks are off, in seconds (a standard deviation)
        self._bandwidth = bandwidth
        self._drift = 0.0  # mean of the last few errors: near 0 unless the tempo moves
        self._last: list[float] = []  # the newest stamps
        self._lost = 0  # ticks that were missed, as it seems so far
        self._strays = 0  # ticks in a row that were far off, counted with their sign

    @property
    def locked(self) -> bool:
        return self.memory >= LOCKED

    @property
    def next(self) -> float:
        return self.time + self.period

    def tick(self, seconds: float) -> int:
        """Take a tick in. How many it stands for: 0 if it came twice, more than 1 if some before it were lost.

        Less than 0 where ticks that had been taken for lost were none: the tempo has changed.
        """
        error = seconds - self.next
        if self.locked and self._twice(seconds, error):
            return 0
        self._last = [*self._last, seconds][-3:]
        if self.memory >= 2:
            self._measure()
        if self.locked and self._stepped(error):
            self._begin_anew()
            lost, self._lost = self._lost, 0
            return 1 - lost
        missing = self._missing(error)
        self.time += missing * self.period
        if self.memory < 2:
            self._meet(seconds)
        else:
            self._correct(error - missing * self.period)
        return 1 + missing

    def _missing(self, error: float) -> int:
        """A tick that is late by whole periods, on the line all the same, is not late: others were lost."""
        if self._strays == 0:
            self._lost = 0
        if not self.locked or error < GAP * self.period:
            return 0
        missing = round(error / self.period)
        self._lost += missing
        return missing

    def _twice(self, seconds: float, error: float) -> bool:
        return error < -0.75 * self.period and seconds - self._last[-1] < 0.1 * self.period

    def _stepped(self, error: float) -> bool:
        """Three in a row off to the same side: the clock has jumped, or has another tempo altogether."""
        if abs(error) < max(STEP * self.period, 5 * self.jitter):
            self._strays = 0
        else:
            sign = 1 if error > 0 else -1
            self._strays = self._strays + sign if self._strays * sign >= 0 else sign
        between = (self._last[-1] - self._last[0]) / 2
        return abs(self._strays) >= 3 and self._shortest <= between <= self._longest

    def _begin_anew(self) -> None:
        self.time, self.period = self._last[-1], (self._last[-1] - self._last[0]) / 2
        self.memory, self._strays, self._drift, self.jitter = 3, 0, 0.0, self.period / 20

    def _meet(self, seconds: float) -> None:
        """The first two ticks are a line already."""
        self.memory += 1
        if self.memory == 2:
            self.period = self._within(seconds - self.time)
            self.jitter = self.period / 20
        self.time = seconds

    def _correct(self, error: float) -> None:
        if self.locked:
            clamp = max(4 * self.jitter, 4 * QUIET_S)
            error = min(max(error, -clamp), clamp)
        self._notice(error)
        n = self.memory = min(self.memory + 1, self._most())
        self.time = self.next + error * 2 * (2 * n - 1) / (n * (n + 1))
        self.period = self._within(self.period + error * 6 / (n * (n + 1)))

    def _within(self, period: float) -> float:
        return min(max(period, self._shortest), self._longest)

    def _measure(self) -> None:
        """How noisy the ticks are, by how unequal the intervals are: a tempo that moves hardly shows in that."""
        first, second, third = self._last
        unequal = abs(first - 2 * second + third) / 2  # the mean of this is 0.98 of the deviation
        self.jitter = max(QUIET_S, self.jitter + (min(unequal, 4 * self.jitter) - self.jitter) / 32)

    def _notice(self, error: float) -> None:
        """Where errors lean to one side, the tempo moves: forget the older ticks."""
        self._drift += (error - self._drift) / 8
        if abs(self._drift) > LEAN * self.jitter and self.memory > FAST:
            self.memory, self._drift = max(FAST, self.memory // 2), 0.0

    def _most(self) -> int:
        """The memory that has the gains of a loop of our bandwidth."""
        return max(FAST, round(sqrt(6) / (2 * pi * self._bandwidth * self.period)))
