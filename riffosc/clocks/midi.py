"""MIDI clock: 24 ticks a beat, start, stop, continue and song position.

Ticks alone do not say where a beat begins: until there was a start, or a continue, only the tempo is known.
"""

from riffosc.clocks.dll import Dll
from riffosc.clocks.source import FASTEST, SLOWEST, Reading
from riffosc.timeline import Timeline

TICKS = 24  # a beat
SIXTEENTH = 6  # ticks: song positions count these
LOST_S = 0.25  # without a tick, it has gone
CLOCK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2


class MidiClock:
    """Feed it every message with its time on the audio clock; it keeps what concerns a clock."""

    name = "midi"
    delayed = True

    def __init__(self, quantum: int = 4) -> None:
        self.quantum = quantum
        self.playing: bool | None = None  # nothing is known before the first start
        self._dll = _loop()
        self._ticks = -1  # the number of the last tick
        self._heard = -1e9  # when it came
        self._port = ""  # from where
        self._song = 0  # ticks from the song's beginning, where a continue goes on
        self._jumps = 0
        self._counts = False  # whether the next tick is at a known place

    @property
    def jitter(self) -> float:
        """How unsteady the ticks come, in seconds."""
        return self._dll.jitter

    def feed(self, seconds: float, data: bytes, port: str = "") -> None:
        """Take a message in, stamped in seconds on the audio clock. Of several ports the first that ticks is heard."""
        if port != self._port:
            if seconds - self._heard <= LOST_S:
                return
            self._port = port
        match data[0]:
            case 0xF8:
                self._tick(seconds)
            case 0xFA:
                self._song = 0
                self._start()
            case 0xFB:
                self._start()
            case 0xFC:
                self._stop()
            case 0xF2 if not self.playing and len(data) == 3:
                self._song = SIXTEENTH * (data[1] | data[2] << 7)

    def _start(self) -> None:
        """The next tick is the song position's; where that will be is known already if the clock runs through."""
        self.playing, self._counts = True, True
        self._ticks = self._song - 1
        self._jumps += 1

    def _stop(self) -> None:
        """Ticks may go on; the song stands still until it is continued."""
        if self.playing:
            self._song = self._ticks + 1
        self.playing = False

    def _tick(self, seconds: float) -> None:
        if seconds - self._heard > LOST_S:
            self._dll = _loop()
        self._ticks += self._dll.tick(seconds)
        self._heard = seconds

    def read(self, now: float) -> Reading | None:
        if not self._dll.locked or now - self._heard > LOST_S:
            return None
        tempo = 60 / (TICKS * self._dll.period)
        line = Timeline(self._ticks / TICKS, self._dll.time, tempo, self.quantum)
        return Reading(line, song=self._counts, grid=1 / TICKS, jumps=self._jumps)


def _loop() -> Dll:
    return Dll(60 / (TICKS * FASTEST), 60 / (TICKS * SLOWEST))
