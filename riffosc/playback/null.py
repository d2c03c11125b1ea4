"""The null output: keeps time without sound, so that beats, landings and the folder go on."""

import threading
import time

from riffosc.playback.player import Player
from riffosc.playback.state import Sizes, allocate

BLOCK = 512


class NullOutput:
    """Mixes into nothing, paced by the monotonic clock."""

    name = "none"
    blocksize = BLOCK
    latency = 0.0

    def __init__(self) -> None:
        self.samplerate = 44100
        self._calls = 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def connect(self, patterns: tuple[str, ...]) -> None:
        """There is nothing to connect."""

    def open(self, player: Player) -> None:
        """There is nothing to find."""

    def start(self, player: Player) -> None:
        from riffosc.playback.mixer import mix

        mix(allocate(Sizes(1)), 0, 1, 0)  # compiled now, before the clock is looked at
        self.stop()
        self.samplerate = player.samplerate
        self._mix, self._player = mix, player
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="riffosc-null", daemon=True)
        self._thread.start()

    def resume(self, player: Player) -> None:
        self.start(player)

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._thread = None

    def alive(self) -> bool:
        return self._thread is not None

    def calls(self) -> int:
        return self._calls

    def changes(self) -> int:
        return 0

    def tend(self) -> None:
        """Nothing is connected."""

    def _run(self) -> None:
        """Mix what has become due, then sleep for a block."""
        state = self._player.state
        frame = self._player.resume(self.samplerate)
        number = self._player.own()
        began, mixed = time.monotonic_ns(), 0
        while not self._stop.is_set() and state["engine"]["owner"] == number:
            due = (time.monotonic_ns() - began) * self.samplerate // 1_000_000_000
            if mixed <= due:
                at_ns = began + mixed * 1_000_000_000 // self.samplerate
                self._mix(state, frame + mixed, BLOCK, at_ns)
                mixed += BLOCK
                self._calls += 1
            else:
                self._stop.wait((mixed - due) / self.samplerate)
