"""How long a clip will take: measured render times, by size."""

from collections import deque
from math import ceil

from riffosc.clip import ClipRequest

Size = tuple[int, int, bool]
REMEMBERED = 20  # times of one size: enough for a 95th percentile that follows a machine that changes
FIRST_GUESS = 0.5  # seconds a second of sound, before anything has been measured: two slow cores


def size_of(request: ClipRequest) -> Size:
    """Clips of one size take about the same: beats, half seconds of sound, and whether a model is run."""
    return (
        request.beats * request.steps if request.painted else 0,
        ceil(2 * request.frames / request.samplerate),
        request.painted,
    )


class Estimates:
    """Render times of each size, and the 95th percentile of them."""

    def __init__(self) -> None:
        self._times: dict[Size, deque[float]] = {}

    def add(self, request: ClipRequest, seconds: float) -> None:
        self._times.setdefault(size_of(request), deque(maxlen=REMEMBERED)).append(seconds)

    def p95(self, request: ClipRequest) -> float:
        """Seconds; for a size that has not been rendered, in proportion to the nearest that has."""
        times = self._times.get(size_of(request))
        if times:
            return sorted(times)[ceil(0.95 * len(times)) - 1]
        return self._guess(request)

    def _guess(self, request: ClipRequest) -> float:
        length = request.frames / request.samplerate
        ratios = [max(times) / (size[1] / 2) for size, times in self._times.items() if size[2] == request.painted]
        return length * (max(ratios) if ratios else FIRST_GUESS)
