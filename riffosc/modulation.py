"""Parameters that move by themselves, in beats, until somebody takes them in hand."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from riffosc.commands import Ask, CommandDoc, Reply
from riffosc.conductor import Conductor
from riffosc.curves import SHAPES, Curve, Lfo, Line, Steps
from riffosc.params import Param, ParamError, Store, Value, When
from riffosc.quantise import Jumps

EVERY_S = 0.02  # a parameter moves no more often: 50 Hz
BAR_LEAD_S = 0.05  # a tempo is asked for this much before it bends
MAX_MOVING = 256
MAX_STEPS = 256
MIN_BEATS = 1 / 64
HUGE = 1e12  # nothing in music is

Tell = Callable[..., object]  # a command and what became of it

LFO = CommandDoc(
    "/riff/lfo",
    "s:address s:shape f:beats [f:low f:high f:phase i:seed]",
    "/riff/done; without arguments, /riff/lfo/item s:address s:curve for each that moves",
    f"Move a parameter: {', '.join(SHAPES)}; over its whole range if none is given.",
)
STEPS = CommandDoc(
    "/riff/steps",
    "s:address f:beats v ...",
    "/riff/done",
    "Move a parameter from value to value, each for so many beats.",
)
STILL = CommandDoc(
    "/riff/still", "[s:address]", "/riff/done", "Stop moving, and go back to the value before: all, one, or a voice's."
)


@dataclass(slots=True)
class Motion:
    """One parameter on its way."""

    param: Param
    curve: Curve
    base: Value  # where it stood before, and goes back to
    loop: int = -(2**62)  # of what paints: the loop it was last looked at for
    moved: float = float("-inf")  # seconds

    @property
    def per_loop(self) -> bool:
        """What paints is looked at once a loop, tempo and beats in a bar once a bar; the rest all the time."""
        return self.param.when is not When.NOW or self.param.name in ("tempo", "quantum")


class Modulation:
    """Sets what moves, in the engine's ticks. Any other change of such a parameter is a hand on it, and stops it.

    What is heard at once moves at most 50 times a second; what clips are painted from is looked at once a loop of
    the voice, at its top, for the loop that comes next.
    """

    def __init__(self, store: Store, conductor: Conductor, stopped: Tell) -> None:
        self.store = store
        self._conductor = conductor
        self._stopped = stopped
        self._moving: dict[str, Motion] = {}
        self._jumps = Jumps(conductor)
        self._own = False
        store.listen(self._changed)

    def commands(self) -> Iterator[tuple[CommandDoc, Ask]]:
        yield from ((LFO, self.lfo), (STEPS, self.steps), (STILL, self.still))

    # What players say

    def lfo(self, args: tuple[object, ...]) -> Iterable[Reply]:
        if not args:
            return [("/riff/lfo/item", (address, curve)) for address, curve in self.standing().items()]
        address = str(args[0])
        self.move(address, self.curve(address, args[1:]))
        return [("/riff/done", (LFO.address, address))]

    def steps(self, args: tuple[object, ...]) -> Iterable[Reply]:
        address = str(args[0]) if args else ""
        self.move(address, self.curve(address, ("steps", *args[1:])))
        return [("/riff/done", (STEPS.address, address))]

    def still(self, args: tuple[object, ...] = ()) -> Iterable[Reply]:
        asked = str(args[0]) if args else "/riff"
        found = [one for one in self._moving if one == asked or one.startswith(asked + "/")]
        if args and not found:
            raise ParamError(f"nothing moves at {asked:.60}")
        for address in found:
            self._set(address, self._moving.pop(address).base)
        return [("/riff/done", (STILL.address, asked, len(found)))]

    # What snapshots say

    def curve(self, address: str, words: Sequence[object]) -> Curve:
        """From a shape's name and its numbers, or `steps` and its own. Raises ParamError."""
        param = self.store.param(address)
        if not param.musical or isinstance(param.default, str):
            raise ParamError(f"{address} is not moved: numbers and switches that belong to the music are")
        shape = str(words[0]) if words else ""
        numbers = [number(word) for word in words[1:]]
        if not numbers or numbers[0] < MIN_BEATS:
            raise ParamError(f"{shape} needs its beats, at least {MIN_BEATS:g}")
        if shape == "steps":
            return _steps(numbers)
        if shape not in SHAPES:
            raise ParamError(f"a shape is one of {', '.join(SHAPES)}; not {shape!r:.40}")
        return _lfo(param, address, shape, numbers)

    def move(self, address: str, curve: Curve, base: Value | None = None) -> None:
        """Begin. `base` is where it stands afterwards; if not given, where it stands now."""
        known = self._moving.get(address)
        if known is None and len(self._moving) >= MAX_MOVING:
            raise ParamError(f"{MAX_MOVING} parameters move already; /riff/still stops them")
        if base is None:
            base = known.base if known else self.store.get(address)
        self._moving[address] = Motion(self.store.param(address), curve, base)

    def glide(self, address: str, target: float, since: float, until: float) -> None:
        """In a straight line from where it is, from one beat of the timeline to another."""
        start = self.store.get(address)
        assert not isinstance(start, str)
        self.move(address, Line(float(start), target, since, until), target)

    def stop(self) -> None:
        """Everything stays where it is."""
        self._moving.clear()

    def drop(self, addresses: Iterable[str]) -> None:
        """These stay where they are, to be set by somebody else."""
        for address in addresses:
            self._moving.pop(address, None)

    def base(self, address: str) -> Value:
        """Where a parameter stands, whatever moves it."""
        motion = self._moving.get(address)
        return motion.base if motion else self.store.get(address)

    def standing(self) -> dict[str, str]:
        """What moves for good, in words that `curve` reads."""
        return {
            address: " ".join(
                word if isinstance(word, str) else (str(word) if isinstance(word, int) else f"{word:.7g}")
                for word in motion.curve.words
            )
            for address, motion in self._moving.items()
            if not isinstance(motion.curve, Line)
        }

    # In time

    def tick(self, now: float) -> None:
        """Move what is due (seconds on the audio clock)."""
        off = self._jumps.beats(now)
        for address, motion in list(self._moving.items()):
            if off and isinstance(motion.curve, Line):
                motion.curve = replace(motion.curve, since=motion.curve.since + off, until=motion.curve.until + off)
            beat = self._beat(motion, address, now)
            if beat is not None:
                self._move(address, motion, beat, now)

    def _beat(self, motion: Motion, address: str, now: float) -> float | None:
        """The beat to look at its curve for, None where there is nothing to look at yet."""
        conductor = self._conductor
        if not motion.per_loop:
            fresh = now - motion.moved < EVERY_S
            return None if fresh else conductor.timeline.beat_at(now) - conductor.origin
        beats, ahead_s = float(conductor.timeline.quantum), BAR_LEAD_S
        if motion.param.per_voice:
            bars = self.store.get(address.rsplit("/", 1)[0] + "/bars")
            assert isinstance(bars, int)
            beats, ahead_s = beats * bars, 0.0
        loop = int((conductor.timeline.beat_at(now + ahead_s) - conductor.origin) // beats)
        if loop == motion.loop:
            return None
        motion.loop = loop
        return beats * (loop + motion.param.per_voice)

    def _move(self, address: str, motion: Motion, beat: float, now: float) -> None:
        beat += self._conductor.origin if isinstance(motion.curve, Line) else 0.0
        value = motion.curve.at(beat)
        ended = isinstance(motion.curve, Line) and beat >= motion.curve.until
        wanted = motion.base if ended else motion.param.coerce(round(value) if motion.param.type_tag == "i" else value)
        if ended:
            del self._moving[address]
        if wanted != self.store.get(address):
            motion.moved = now
            self._set(address, wanted)

    def _set(self, address: str, value: Value) -> None:
        self._own = True
        try:
            self.store.set(address, value)
        finally:
            self._own = False

    def _changed(self, address: str, value: Value) -> None:
        if address == "/riff/panic":
            self._let_go()
        elif not self._own and (motion := self._moving.pop(address, None)):
            self._stopped(_command(motion.curve), address, "taken in hand")

    def _let_go(self) -> None:
        """After a panic nothing may be painted: only what is heard at once goes back to where it was."""
        moving, self._moving = self._moving, {}
        for address, motion in moving.items():
            if not motion.per_loop:
                self._set(address, motion.base)


def _command(curve: Curve) -> str:
    if isinstance(curve, Line):
        return "/riff/snapshot/recall"
    return STEPS.address if isinstance(curve, Steps) else LFO.address


def _steps(numbers: list[float]) -> Steps:
    beats, *values = numbers
    if not 1 <= len(values) <= MAX_STEPS:
        raise ParamError(f"steps are 1 to {MAX_STEPS} values")
    return Steps(beats, tuple(values))


def _lfo(param: Param, address: str, shape: str, numbers: list[float]) -> Lfo:
    low, high = (0.0, 1.0) if isinstance(param.default, bool) else (param.low, param.high)
    given = iter(numbers)
    beats, low, high = next(given), next(given, low), next(given, high)
    if low is None or high is None:
        raise ParamError(f"{address} has no range of its own: give low and high")
    return Lfo(shape, beats, low, high, next(given, 0.0), int(next(given, crc32(address.encode()))))


def number(word: object) -> float:
    """A number that a player may mean. Raises ParamError."""
    try:
        number = float(word)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not abs(number) < HUGE:
        raise ParamError(f"a number is needed, not {word!r:.40}")
    return number
