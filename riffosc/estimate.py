"""How long a clip will take: measured render times, by size; and how many steps can be gone in a time."""

from collections import deque
from collections.abc import Collection
from math import ceil

from riffosc.clip import ClipRequest

Size = tuple[str, int, int]  # what paints, if anything, its beats times steps, half seconds of sound
Pace = tuple[str, int, bool]  # what paints, its beats, whether with guidance
REMEMBERED = 20  # times of one size: enough for a 95th percentile that follows a machine that changes
MOST_STEPS = 50  # that are chosen by themselves: beyond these nothing is won
FIRST_GUESS = 0.5  # seconds a second of sound, before anything has been measured: two slow cores


def size_of(request: ClipRequest) -> Size:
    """Clips of one size take about the same."""
    half_seconds = ceil(2 * request.frames / request.samplerate)
    return (request.model, request.beats * request.steps, half_seconds) if request.painted else ("", 0, half_seconds)


def pace_of(request: ClipRequest) -> Pace:
    """Steps of one pace take about the same."""
    return request.model, request.beats, request.guidance > 1


class Estimates:
    """Render times of each size, and the 95th percentile of them."""

    def __init__(self) -> None:
        self._times: dict[Size, deque[float]] = {}
        self._paces: dict[Pace, deque[tuple[float, float]]] = {}  # seconds a step, and for all else

    def add(self, request: ClipRequest, seconds: float, denoising_s: float = 0.0) -> None:
        """It took so many seconds, of which so many went into its steps."""
        self._times.setdefault(size_of(request), deque(maxlen=REMEMBERED)).append(seconds)
        if request.painted and denoising_s:
            each = denoising_s / (request.steps * _share(request))
            self._paces.setdefault(pace_of(request), deque(maxlen=REMEMBERED)).append((each, seconds - denoising_s))

    def steps_within(self, request: ClipRequest, seconds: float) -> int | None:
        """How many steps make a clip of that size in so many seconds, one at least; None before one was measured."""
        paces = self._paces.get(pace_of(request))
        if not paces:
            return None
        each, rest = (_p95(times) for times in zip(*paces, strict=True))
        return max(1, min(MOST_STEPS, int((seconds - rest) / (each * _share(request)))))

    def p95(self, request: ClipRequest) -> float:
        """Seconds; for a size that has not been rendered, in proportion to the nearest that has."""
        times = self._times.get(size_of(request))
        return _p95(times) if times else self._guess(request)

    def _guess(self, request: ClipRequest) -> float:
        length = request.frames / request.samplerate
        painter = request.model if request.painted else ""
        ratios = [max(times) / (size[2] / 2) for size, times in self._times.items() if size[0] == painter]
        return length * (max(ratios) if ratios else FIRST_GUESS)


def _p95(times: Collection[float]) -> float:
    return sorted(times)[ceil(0.95 * len(times)) - 1]


def _share(request: ClipRequest) -> float:
    """Of its steps, that are gone: from a picture not all of them are."""
    return request.denoising if request.init else 1.0
