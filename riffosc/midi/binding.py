"""What a control does: a source, an address, and how the one is turned into the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from riffosc.midi.curves import base_of, shape, unshape
from riffosc.midi.encodings import ABSOLUTE, STEPS
from riffosc.midi.events import Source
from riffosc.params import Access, Param, ParamError, Value

MODES = ("jump", "pickup", "scale")
BUTTONS = ("toggle", "momentary", "trigger")
MOMENTS = ("now", "beat", "bar", "loop")
COMMANDS = ("/riff/snapshot/recall",)  # not a parameter: takes `value`, or a program's number, counted from 1
COARSE = 1 / 127


@dataclass(frozen=True, slots=True)
class Binding:
    source: Source
    address: str
    low: float = 0.0
    high: float = 1.0  # below `low`: the other way round
    curve: str = "linear"
    values: tuple[Value, ...] = ()  # steps, instead of a range
    mode: str = "pickup"
    encoding: str = ABSOLUTE
    step: float = 0.0  # of an endless knob, in the parameter's unit; 0: a 127th of the range
    button: str = ""  # none: a knob, or how hard a key is struck
    at: str = "now"
    light: tuple[int, int] = (0, 127)  # what an LED or a ring is sent for off and on, low and high
    echo: int | None = None  # number of its LED or ring where that is not its own

    @property
    def is_command(self) -> bool:
        return self.address in COMMANDS

    @property
    def relative(self) -> bool:
        return self.encoding in STEPS

    @property
    def grain(self) -> float:
        """Half of the finest step, in positions."""
        if self.values:
            return 0.5 / len(self.values)
        whole = 0.5 * self.step / abs(self.high - self.low) if self.high != self.low else 1.0
        return max(1.5 * COARSE, whole)

    def value_at(self, position: float) -> Value:
        """What the parameter is where the knob stands."""
        if self.values:
            return self.values[min(int(position * len(self.values)), len(self.values) - 1)]
        return self.low + shape(self.curve, position, base_of(self.low, self.high)) * (self.high - self.low)

    def position_of(self, value: Value) -> float:
        """Where the knob would stand, 0 to 1; values beyond the range are at its ends."""
        if self.values:
            return (self._place(value) + 0.5) / len(self.values)
        if isinstance(value, str) or self.high == self.low:
            return 0.0
        part = (value - self.low) / (self.high - self.low)
        return unshape(self.curve, min(max(part, 0.0), 1.0), base_of(self.low, self.high))

    def moved(self, value: Value, steps: int) -> Value:
        """What the parameter becomes when an endless knob is turned."""
        if self.values:
            return self.values[min(max(self._place(value) + steps, 0), len(self.values) - 1)]
        if self.step and not isinstance(value, str):
            low, high = sorted((self.low, self.high))
            return min(max(value + steps * self.step, low), high)
        return self.value_at(min(max(self.position_of(value) + steps * COARSE, 0.0), 1.0))

    def next_value(self, value: Value) -> Value:
        """For a button that goes through several values, round and round."""
        return (
            self.values[(self.values.index(value) + 1) % len(self.values)] if value in self.values else self.values[0]
        )

    def _place(self, value: Value) -> int:
        """Which of the values it is, or the nearest number."""
        if value in self.values or isinstance(value, str):
            return self.values.index(value) if value in self.values else 0
        numbers = [abs(each - value) if not isinstance(each, str) else float("inf") for each in self.values]
        return numbers.index(min(numbers))


def commanding(source: Source, address: str, values: Sequence[Value]) -> Binding:
    """A button for a command. Only program changes bring an argument of their own: ParamError for others."""
    if not values and source.kind != "program":
        raise ParamError(f"{address} needs a name or a number with it")
    return Binding(source, address, values=tuple(values), mode="jump", button="trigger")


def fitted(source: Source, address: str, param: Param, values: Sequence[Value] = ()) -> Binding:
    """What makes sense for a control and a parameter when no more is said."""
    values = tuple(values) or tuple(param.choices)
    key = source.kind in ("note", "program")
    binding = Binding(source, address, values=values, mode="jump" if key else "pickup")
    if isinstance(param.default, bool):
        binding = replace(binding, button="toggle")
    elif param.access is Access.TRIGGER or len(values) == 1 or (values and key):
        binding = replace(binding, button="trigger")
    if param.low is not None and param.high is not None:
        binding = replace(binding, low=float(param.low), high=float(param.high))
    if isinstance(param.default, int) and not isinstance(param.default, bool):
        binding = replace(binding, step=1.0)
    return binding
