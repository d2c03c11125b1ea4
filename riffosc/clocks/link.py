"""Ableton Link: tempo and bars shared over the network, by LinkPython-extern, which is an extra.

It is asked and never calls back: its callbacks end the process when it exits. Joining leaves the session's tempo
alone. Link counts microseconds of CLOCK_MONOTONIC_RAW, which drift from every other clock here.
"""

from typing import Any

from riffosc.clocks.domains import Domain, Stamp
from riffosc.clocks.source import Reading
from riffosc.timeline import Timeline


class LinkMissing(RuntimeError):
    """The extra is not installed, in words."""


class LinkClock:
    """The session, while it is joined."""

    name = "link"
    delayed = True

    def __init__(self, quantum: int = 4) -> None:
        self.quantum = quantum
        self.start_stop = False
        self._link: Any = None
        self._time: Domain | None = None

    @property
    def joined(self) -> bool:
        return self._link is not None

    @property
    def peers(self) -> int:
        return int(self._link.numPeers()) if self._link else 0

    @property
    def playing(self) -> bool | None:
        if not (self._link and self.start_stop):
            return None
        return bool(self._link.captureAppSessionState().isPlaying())

    def join(self, tempo: float) -> None:
        """Take part; `tempo` is only that of a session with nobody else in it."""
        if self._link:
            return
        try:
            import link
        except ImportError as error:
            words = "Ableton Link needs an extra: pip install 'riffosc[link]'"
            raise LinkMissing(words) from error
        self._link = link.Link(tempo)
        self._link.enabled = True
        self._link.startStopSyncEnabled = self.start_stop
        clock = self._link.clock()
        self._time = Domain(lambda: clock.micros() * 1e-6)

    def leave(self) -> None:
        if self._link:
            self._link.enabled = False
        self._link = self._time = None

    def sync_start_stop(self, on: bool) -> None:
        self.start_stop = on
        if self._link:
            self._link.startStopSyncEnabled = on

    def sample(self, stamp: Stamp) -> None:
        """Hold Link's time against the audio clock's."""
        if self._time:
            self._time.sample(stamp)

    def set_tempo(self, tempo: float) -> None:
        """A player's wish, for the whole session."""
        state = self._link.captureAppSessionState()
        state.setTempo(tempo, self._link.clock().micros())
        self._link.commitAppSessionState(state)

    def set_playing(self, on: bool) -> None:
        """A player's start or stop, for all who start and stop with the session."""
        state = self._link.captureAppSessionState()
        state.setIsPlaying(on, self._link.clock().micros())
        self._link.commitAppSessionState(state)

    def read(self, now: float) -> Reading | None:
        if not (self._link and self._time and self._time.known):
            return None
        state = self._link.captureAppSessionState()
        micros = self._link.clock().micros()
        beat = state.beatAtTime(micros, float(self.quantum))
        seconds = self._time.audio_at(micros * 1e-6)
        tempo = state.tempo()
        return Reading(Timeline(beat, seconds, tempo / self._time.rate, self.quantum), tempo=tempo)
