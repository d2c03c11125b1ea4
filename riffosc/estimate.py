"""How long a clip will take: measured render times, by size."""

from collections import deque
from math import ceil

from riffosc.clip import ClipRequest

Size = tuple[str, int, int]  # what paints, if anything, its beats times steps, half seconds of sound
REMEMBERED = 20  # times of one size: enough for a 95th percentile that follows a machine that changes
FIRST_GUESS = 0.5  # seconds a second of sound, before anything has been measured: two slow cores


def size_of(request: ClipRequest) -> Size:
    """Clips of one size take about the same."""
    half_seconds = ceil(2 * request.frames / request.samplerate)
    return (request.model, request.beats * request.steps, half_seconds) if request.painted else ("", 0, half_seconds)


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
        painter = request.model if request.painted else ""
        ratios = [max(times) / (size[2] / 2) for size, times in self._times.items() if size[0] == painter]
        return length * (max(ratios) if ratios else FIRST_GUESS)
