"""What waits for a beat. It is counted in beats, so a tempo change moves it along with the music."""

from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import NamedTuple

from riffosc.commands import CommandDoc
from riffosc.conductor import Conductor
from riffosc.params import ParamError, Store, Value
from riffosc.timeline import SNAP_BEATS

MAX_WAITING = 1024
LONG_SINCE = -1e9
EARLY_S = 0.0025  # half a tick of the engine: as often a little early as a little late
WORDS = ("now", "beat", "bar", "loop")

CANCEL = CommandDoc("/riff/at/cancel", "", "/riff/done, with how many", "Forget all that waits for its beat.")


class Mark(NamedTuple):
    """A place in time that something may wait for."""

    beat: float  # of the conductor's timeline
    grid: float = 0.0  # of beats that it lies on, counted from bar 1; 0 where it is a beat of its own


class Waiting(NamedTuple):
    mark: Mark
    order: int  # first come, first served
    lead_s: float
    action: Callable[[], None]


class Jumps:
    """Sees when the beat is moved: a player of the clock that leads has gone to another place in the song."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._last: tuple[float, float] | None = None  # seconds, beat

    def beats(self, now: float) -> float:
        """By how much it has been moved since the last look; less than a beat is a clock's own affair."""
        line = self._conductor.timeline
        beat = line.beat_at(now)
        then, before = self._last or (now, beat)
        self._last = now, beat
        off = beat - before - (now - then) * line.tempo / 60
        return off if abs(off) > 1 else 0.0


class Quantise:
    """The engine's beats for whoever wants something done on one. `panic` forgets all that waits.

    Levels are handed to the mixer 40 ms ahead, and begin to move, over 10 ms, with the block in which their beat lies.
    What else is heard at once is set half a tick (2.5 ms) before its beat or up to half a tick after.
    """

    def __init__(
        self, store: Store, conductor: Conductor, now: Callable[[], float], leads_s: Mapping[str, float]
    ) -> None:
        """`leads_s`: by the last name of an address, how long before its beat it has to be set to be in time."""
        self._conductor = conductor
        self.now = now
        self._leads_s = leads_s
        self._longest_s = max(leads_s.values(), default=EARLY_S)
        self._waiting: list[Waiting] = []
        self._jumps = Jumps(conductor)
        self._doing: float | None = None  # the beat of what is being done
        self._order = 0
        store.listen(self._changed)

    def __len__(self) -> int:
        return len(self._waiting)

    def mark(self, when: object, address: str) -> Mark | None:
        """The next beat, bar line or top of the loop, or beat `when` as /riff/beat counts; None for now."""
        if len(self) >= MAX_WAITING:
            raise ParamError(f"{MAX_WAITING} changes wait for their beat already; /riff/at/cancel forgets them")
        conductor = self._conductor
        match str(when).strip().lower():
            case "now":
                return None
            case "beat" | "bar" | "loop" as word:
                grid = self._grid(word, address)
                return Mark(conductor.boundary(conductor.timeline.beat_at(self.now()), grid), grid)
        return Mark(conductor.origin + _number(when))

    def beat_here(self) -> float:
        """The beat that is nearest."""
        return self._conductor.boundary(self._conductor.timeline.beat_at(self.now()) - 0.5, 1.0)

    def not_before(self, address: str, mark: tuple[float, float]) -> None:
        """The clip that comes of a change at `address` lands no sooner than there."""
        voice = _voice(address)
        if voice in self._conductor.voices:
            self._conductor.not_before(voice, mark[0])

    def at(self, mark: tuple[float, float], address: str, action: Callable[[], None]) -> None:
        """`action` sets `address`, or so: it is done as much before the beat as that needs to be in time."""
        self._order += 1
        lead_s = self._leads_s.get(address.rsplit("/", 1)[1], EARLY_S)
        insort(self._waiting, Waiting(Mark(*mark), self._order, lead_s, action))

    def beat_of_change(self) -> float:
        """The beat that a change is meant for which is being made now; long ago if for none."""
        return LONG_SINCE if self._doing is None else self._doing

    def tick(self, now: float) -> None:
        """Do what is due (seconds on the audio clock)."""
        off = self._jumps.beats(now)
        if off:
            self._waiting = sorted(one._replace(mark=self._moved(one.mark, off, now)) for one in self._waiting)
        line = self._conductor.timeline
        horizon = line.beat_at(now + self._longest_s) + SNAP_BEATS
        if not self._waiting or self._waiting[0].mark.beat > horizon:
            return
        due = [one for one in self._waiting if one.mark.beat <= line.beat_at(now + one.lead_s) + SNAP_BEATS]
        done = {one.order for one in due}
        self._waiting = [one for one in self._waiting if one.order not in done]
        for one in due:
            self._doing = one.mark.beat
            try:
                one.action()
            finally:
                self._doing = None

    def cancel(self, args: tuple[object, ...] = ()) -> Iterable[tuple[str, tuple[Value, ...]]]:
        count = len(self)
        self._waiting.clear()
        return [("/riff/done", (CANCEL.address, count))]

    def _moved(self, mark: Mark, off: float, now: float) -> Mark:
        """As far ahead as before the jump, on the nearest of its grid; a beat of the song stays what it is."""
        if not mark.grid:
            return mark
        conductor = self._conductor
        nearest = conductor.boundary(mark.beat + off - mark.grid / 2, mark.grid)
        return mark._replace(beat=max(nearest, conductor.boundary(conductor.timeline.beat_at(now), mark.grid)))

    def _grid(self, word: str, address: str) -> float:
        """In beats. A loop is the voice's own; where no voice is named, the longest that sounds."""
        bar = float(self._conductor.timeline.quantum)
        if word != "loop":
            return 1.0 if word == "beat" else bar
        voices = self._conductor.voices
        voice = _voice(address)
        chosen = [voices[voice]] if voice in voices else list(voices.values())
        return max([bar, *(float(one.sounding.request.beats) for one in chosen if one.sounding)])

    def _changed(self, address: str, value: Value) -> None:
        if address == "/riff/panic":
            self.cancel()


def _voice(address: str) -> int:
    """0 where none is named."""
    name = address.split("/")[2:3]
    return int(name[0]) if name and name[0].isdecimal() and len(name[0]) < 4 else 0


def _number(when: object) -> float:
    try:
        beat = float(when)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        beat = float("nan")
    if not isfinite(beat):
        raise ParamError(f"when is one of {', '.join(WORDS)}, or a beat as /riff/beat counts them; not {when!r:.40}")
    return beat
