"""What can only be read, as it stands; and for those who subscribed to them, levels at fifty a second and each beat."""

from collections.abc import Callable
from math import floor

from riffosc.conductor import Conductor
from riffosc.params import Store
from riffosc.playback.player import Player

STATUS_S = 0.1
LEVELS_S = 0.02  # where somebody looks at them
LEVELS = "/riff/levels"
TICK = "/riff/tick"


class Status:
    """Ticked by the engine, with the audio clock's seconds."""

    def __init__(self, store: Store, player: Player, conductor: Conductor, notify: Callable[..., None]) -> None:
        self.wanted: list[Callable[[str], bool]] = []  # each says whether someone hears of an address as it changes
        self.latency: Callable[[], float] = lambda: 0.0  # seconds from mixing to hearing
        self._store = store
        self._player = player
        self._conductor = conductor
        self._notify = notify  # (event, address, *args)
        self._meters = ("/riff/level", *(f"/riff/{number}/level" for number in conductor.voices))
        self._due = self._levels_due = 0.0
        self._beat = 0

    def tick(self, now: float) -> None:
        self._tell_beat(now - self.latency())
        if now >= self._levels_due:
            wait = LEVELS_S if self._looked_at() else STATUS_S
            self._levels_due = max(now, self._levels_due + wait)
            self._publish_levels()
        if now >= self._due:
            self._due = now + STATUS_S
            self._publish(now)

    def _tell_beat(self, now: float) -> None:
        """As it is heard: beat of the bar and bar, both from 1."""
        conductor = self._conductor
        beat = floor(conductor.timeline.beat_at(now) - conductor.origin)
        if beat == self._beat:
            return
        self._beat = beat
        if beat >= 0:
            bar, place = divmod(beat, conductor.timeline.quantum)
            self._notify("tick", TICK, place + 1, bar + 1, conductor.tempo)

    def _looked_at(self) -> bool:
        return any(wanted(heard) for wanted in self.wanted for heard in (LEVELS, *self._meters))

    def _publish_levels(self) -> None:
        peaks = self._player.levels()
        for address, peak in zip(self._meters, peaks, strict=True):
            self._store.publish(address, peak)
        self._notify("levels", LEVELS, *peaks)

    def _publish(self, now: float) -> None:
        conductor, publish = self._conductor, self._store.publish
        beat = conductor.timeline.beat_at(now) - conductor.origin
        publish("/riff/beat", beat)
        publish("/riff/bar", int(beat // conductor.timeline.quantum) + 1 if beat >= 0 else 0)
        publish("/riff/xruns", self._player.xruns)
        publish("/riff/overruns", self._player.overruns)
        publish("/riff/audio", self._player.output_name)
        faders = self._player.faders()
        for number, voice in conductor.voices.items():
            publish(f"/riff/{number}/state", conductor.state_word(number))
            publish(f"/riff/{number}/cued", voice.cued is not None)
            publish(f"/riff/{number}/fade", faders[number - 1])
            publish(f"/riff/{number}/progress", voice.progress)
            publish(f"/riff/{number}/eta_beats", conductor.eta_beats(number, now))
            publish(f"/riff/{number}/late", voice.late)
            publish(f"/riff/{number}/lookahead_ms", 1000 * conductor.lookahead_s(number))
