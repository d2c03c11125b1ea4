"""The clock inside: a tempo that is set, or tapped."""

from riffosc.timeline import Timeline

TAPS = 8  # the newest beats that a tapped tempo is the mean of
TAP_PAUSE_S = 3.0  # a longer silence starts a new count: tempo 20 is a beat every three seconds


class InternalClock:
    """Publishes a Timeline that bends where the tempo is set. Seconds are the audio clock's."""

    source = "internal"

    def __init__(self, timeline: Timeline | None = None) -> None:
        self.timeline = timeline or Timeline()
        self._taps: list[float] = []

    def set_tempo(self, tempo: float, seconds: float) -> Timeline:
        self.timeline = self.timeline.with_tempo(tempo, seconds)
        return self.timeline

    def tap(self, seconds: float) -> float | None:
        """The tempo of the last taps, once there are two of them."""
        if self._taps and seconds - self._taps[-1] > TAP_PAUSE_S:
            self._taps.clear()
        self._taps = [*self._taps, seconds][-TAPS:]
        span = self._taps[-1] - self._taps[0]
        return 60 * (len(self._taps) - 1) / span if span > 0 else None
