"""Clockwork, conductor and mixer with time in their hands: five milliseconds of sound at each step."""

from collections.abc import Iterator

from riffosc.clockwork import Clockwork
from riffosc.conductor import Conductor
from riffosc.params import Store, Value
from riffosc.picture import Picture
from riffosc.playback.memory import MemoryOutput
from riffosc.playback.player import Player
from riffosc.timeline import Timeline

RATE = 44100
STEP = 221  # frames


def no_picture(name: str) -> Picture:
    raise AssertionError(name)


class Rig:
    """What the engine does each tick, as far as it concerns time."""

    def __init__(self) -> None:
        self.store = Store(2)
        self.player = Player(2, RATE)
        self.conductor = Conductor({n: self.store.voice(n) for n in (1, 2)}, no_picture, RATE)
        self.failed: list[tuple[str, str]] = []
        self.output = MemoryOutput(RATE, STEP)
        self.output.start(self.player)
        self.output.render(STEP)
        self.clockwork = Clockwork(self.store, self.player, self.conductor, self.store.publish, self.fail)

    def fail(self, command: str, words: str) -> None:
        self.failed.append((command, words))

    def player_sets(self, address: str, value: Value) -> None:
        """As the engine hears a player."""
        self.store.set(address, value)
        self.clockwork.changed(address.rsplit("/", 1)[1], value, self.now)

    @property
    def now(self) -> float:
        return self.player.now()

    def steps(self, seconds: float) -> Iterator[float]:
        """Yields before each tick, until `seconds` have passed."""
        end = self.now + seconds
        while self.now < end:
            yield self.now
            self.clockwork.step(self.now)
            self.output.render(STEP)

    def run(self, seconds: float) -> None:
        for _ in self.steps(seconds):
            pass

    def mixed(self) -> Timeline:
        """The line that the mixer goes by."""
        engine = self.player.state["engine"]
        return Timeline(float(engine["beat"]), float(engine["seconds"]), float(engine["tempo"]))

    def get(self, name: str) -> Value:
        return self.store.get(f"/riff/{name}")

    def master(self, tempo: float, seconds: float, jitter_s: float = 0.0, begin: int = 0) -> "Master":
        return Master(self, tempo, seconds, jitter_s, begin)

    def close(self) -> None:
        self.clockwork.close()
        self.player.close()


class Master:
    """A program that sends MIDI clock for a while, from now on."""

    def __init__(self, rig: Rig, tempo: float, seconds: float, jitter_s: float, begin: int) -> None:
        from ticking import steady, ticks

        self.rig, self.tempo = rig, tempo
        self.start = rig.now + 0.001
        self._ticks = sorted(came for _, came in ticks(steady(tempo, seconds), jitter_s, self.start))
        self._seconds = seconds
        self.say: list[tuple[float, bytes]] = []  # what else it sends, and when

    def run(self) -> Iterator[float]:
        """Yields each tick of ours, before it."""
        events = sorted([*((came, b"\xf8") for came in self._ticks), *self.say])
        for now in self.rig.steps(self._seconds):
            while events and events[0][0] <= now:
                self.rig.clockwork.midi.feed(*events.pop(0))
            yield now

    def beat_at(self, seconds: float) -> float:
        """From its first tick on."""
        return (seconds - self.start) * self.tempo / 60
