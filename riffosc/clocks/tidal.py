"""TidalCycles as a clock: every event says which cycle it is in, and its time tag when that sounds.

The `cps` that comes with it is not needed, and Sardine sends something else under that name.
"""

from collections.abc import Mapping

from riffosc.clocks.domains import Domain, Fit
from riffosc.clocks.source import Reading
from riffosc.timeline import Timeline

BEATS = 4  # of a cycle, Tidal's own default
LOST_S = 6.0  # without an event; patterns may be sparse
WINDOW = 16.0  # cycles
STEP_S = 0.010  # off by more, several times in a row, and the tempo or the cycle has been changed


class TidalClock:
    """Feed it the key-value messages. `wall` leads from wall time to the audio clock."""

    name = "tidal"
    delayed = True
    playing: bool | None = None  # a pattern that rests says nothing

    def __init__(self, wall: Domain, quantum: int = 4) -> None:
        self.quantum = quantum
        self._wall = wall
        self._fit = Fit(WINDOW, STEP_S, 64)
        self._cycle = self._tag = -1.0  # of the newest event

    def hear(self, keys: Mapping[str, object], tag: float | None) -> None:
        """An event: its keys and values, and its time tag as unix time."""
        cycle, nudge = keys.get("cycle"), keys.get("nudge", 0.0)
        if tag is None or not isinstance(cycle, float) or not isinstance(nudge, float | int):
            return
        if cycle != self._cycle:
            self._cycle, self._tag = cycle, tag - nudge
            self._fit.add(cycle, self._tag)

    def read(self, now: float) -> Reading | None:
        if len(self._fit) < 3 or not self._fit.slope > 0 or not self._wall.known:
            return None
        heard = self._wall.audio_at(self._tag)
        tempo = 60 * BEATS / self._fit.slope
        if now - heard > LOST_S:
            return None
        seconds = self._wall.audio_at(self._fit.at(self._cycle))
        return Reading(Timeline(self._cycle * BEATS, seconds, tempo / self._wall.rate, self.quantum), tempo=tempo)
