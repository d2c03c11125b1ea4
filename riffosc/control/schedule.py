"""What waits for its time tag, and what may not happen too often."""

from collections.abc import Callable
from heapq import heappop, heappush

from riffosc.control.replies import Clock, Handle

MAX_WAITING = 4096  # messages
MAX_AHEAD_S = 60.0
STEP_S = 0.005  # the two clocks are paired anew when they have moved apart by more

Action = Callable[[], None]


class Schedule:
    """Actions in the order of their time tags.

    Tags are wall time (NTP), timers run on the loop's clock. The two are paired on arrival; the pairing is kept
    while it holds, so that equal tags stay equal, and what waits is not moved when the wall clock is set.
    """

    def __init__(self, clock: Clock, wall: Callable[[], float]) -> None:
        self.clock = clock
        self._wall = wall
        self._offset = wall() - clock.time()  # seconds, from the loop's clock to the wall's
        self._waiting: list[tuple[float, int, Action]] = []
        self._count = 0
        self._timer: Handle | None = None

    @property
    def room(self) -> int:
        """How many more may wait."""
        return MAX_WAITING - len(self._waiting)

    def due(self, unix_time: float) -> float:
        """The moment of a time tag on the loop's clock, in seconds."""
        offset = self._wall() - self.clock.time()
        if abs(offset - self._offset) > STEP_S:
            self._offset = offset
        return unix_time - self._offset

    def at(self, due: float, action: Action) -> None:
        """`action()` at `due` on the loop's clock, after those that are due before it or came before it."""
        self._count += 1
        heappush(self._waiting, (due, self._count, action))
        if self._waiting[0][1] == self._count:
            self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay = max(0.0, self._waiting[0][0] - self.clock.time())
        self._timer = self.clock.call_later(delay, self._run)

    def _run(self) -> None:
        self._timer = None
        try:
            while self._waiting and self._waiting[0][0] <= self.clock.time():
                heappop(self._waiting)[2]()
        finally:  # whatever became of one, the others keep their time
            if self._waiting:
                self._wait()

    def clear(self) -> None:
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()


class Throttle:
    """Lets `per_second` things a second through, and as many at once after a second of rest."""

    def __init__(self, clock: Clock, per_second: float) -> None:
        self._clock = clock
        self._rate = per_second
        self._tokens = per_second
        self._filled = clock.time()

    def free(self) -> bool:
        now = self._clock.time()
        self._tokens = min(self._rate, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
