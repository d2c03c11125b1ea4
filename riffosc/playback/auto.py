"""JACK if its server runs, else the sound card."""

from riffosc.playback.outputs import Output, OutputError
from riffosc.playback.player import Player


class AutoOutput:
    """Tries JACK each time. The sound card is tried once, and again if it is what played: looking is noisy."""

    def __init__(self, first: Output, second: Output) -> None:
        self._first, self._second = first, second
        self._now = first
        self._tried = False

    @property
    def name(self) -> str:
        return self._now.name

    @property
    def samplerate(self) -> int:
        return self._now.samplerate

    @property
    def blocksize(self) -> int:
        return self._now.blocksize

    @property
    def latency(self) -> float:
        return self._now.latency

    def connect(self, patterns: tuple[str, ...]) -> None:
        self._first.connect(patterns)

    def open(self, player: Player) -> None:
        try:
            self._first.open(player)
        except OutputError as error:
            self._first.stop()
            if self._tried and self._now is self._first:
                raise
            self._open_second(player, error)
        else:
            self._now = self._first

    def _open_second(self, player: Player, first: OutputError) -> None:
        self._tried = True
        try:
            self._second.open(player)
        except OutputError as error:
            raise OutputError(f"{first}; {error}") from error
        self._now = self._second

    def start(self, player: Player) -> None:
        self._now.start(player)

    def resume(self, player: Player) -> None:
        self._now.resume(player)

    def stop(self) -> None:
        self._now.stop()

    def alive(self) -> bool:
        return self._now.alive()

    def calls(self) -> int:
        return self._now.calls()

    def changes(self) -> int:
        return self._now.changes()

    def tend(self) -> None:
        self._now.tend()
