"""A hall for the engine: the memory output instead of a sound card, time that goes as fast as blocks are rendered."""

import numpy as np

from riffosc.clip import ClipRequest, Rig
from riffosc.engine import Engine
from riffosc.params import Store, Value
from riffosc.picture import Picture
from riffosc.playback.bank import attach
from riffosc.playback.memory import MemoryOutput
from riffosc.playback.player import Player

RATE = 44100
Told = tuple[str, str, tuple[Value, ...]]


class Hall:
    """An engine whose clock goes as fast as blocks are rendered."""

    def __init__(self) -> None:
        self.store = Store(2)
        self.player = Player(2, RATE)
        self.output = MemoryOutput(RATE)
        self.output.start(self.player)
        self.engine = Engine(self.store, self.player)
        self.engine.renderer = self
        self.engine.status.wanted.append(lambda heard: heard in self.looked_at)
        self.looked_at: set[str] = set()
        self.told: list[Told] = []
        self.published: list[str] = []
        self.engine.tells.append(self)
        self.store.listen(lambda address, _: self.published.append(address))

    def render(self, job: int, request: ClipRequest, memory: str) -> None:
        """As the renderer would, but at once: clips that are level, by their seed in hundredths."""
        with attach(memory, 1, request.frames) as samples:
            samples[:] = request.seed / 100
        picture = Picture(np.zeros((1, 8, 8), np.uint8), tempo=request.tempo)
        self.engine.take(("done", job, picture, {"all": 0.0}))

    def load(self, rig: Rig) -> None:
        self.engine.take(("loaded", rig))

    def cancel(self, job: int) -> None:
        self.engine.take(("cancelled", job))

    def notify(self, event: str, address: str, *args: Value) -> None:
        self.told.append((event, address, args))

    def done(self, command: str, *args: Value) -> None: ...

    def fail(self, command: str, code: int, text: str) -> None: ...

    def run(self, seconds: float) -> None:
        """A tick every 5 ms."""
        for _ in range(round(seconds / 0.005)):
            self.output.render(RATE // 200)
            self.engine.tick()

    def skip(self, seconds: float) -> None:
        """What should have sounded meanwhile is lost, as when the sound server stands still."""
        self.output._frame += round(seconds * RATE)

    def close(self) -> None:
        self.engine.close()
        self.player.close()

    def of(self, event: str) -> list[tuple[Value, ...]]:
        return [args for heard, _, args in self.told if heard == event]
