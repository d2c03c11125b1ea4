"""Events in, changes of parameters out, by the bindings of the port they come from."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from riffosc.midi.binding import Binding
from riffosc.midi.encodings import STEPS
from riffosc.midi.events import Event
from riffosc.midi.pickup import Pickup
from riffosc.params import Access, ParamError, Store, Value

Say = Callable[..., object]  # an address and what is said to it, as by OSC
Table = dict[tuple[str, int | None], list[Binding]]


class Router:
    """Event loop only."""

    def __init__(self, store: Store, say: Say) -> None:
        self._store = store
        self._say = say
        self._tables: dict[str, Table] = {}
        self._pickups: defaultdict[tuple[str, Binding], Pickup] = defaultdict(Pickup)

    def assign(self, port: str, bindings: Iterable[Binding]) -> None:
        """What a port's controls do from now on; where its knobs stood is remembered."""
        table: Table = {}
        for binding in bindings:
            if binding.is_command or self._store.find(binding.address):  # there may be fewer voices than it knows of
                table.setdefault((binding.source.kind, binding.source.number), []).append(binding)
        self._tables[port] = table

    def bindings(self, port: str) -> list[Binding]:
        return [binding for each in self._tables.get(port, {}).values() for binding in each]

    def pickup(self, port: str, binding: Binding) -> Pickup:
        return self._pickups[port, binding]

    def take(self, port: str, event: Event) -> None:
        table = self._tables.get(port, {})
        numbers = dict.fromkeys((event.number, None))
        found = [binding for number in numbers for binding in table.get((event.kind, number), ())]
        for binding in found:
            if binding.source.channel in (None, event.channel):
                self._act(port, binding, event)

    def _act(self, port: str, binding: Binding, event: Event) -> None:
        if binding.is_command:
            if event.pressed:
                self._when(binding, *(binding.values or ((event.number or 0) + 1,)))
            return
        value = self._wanted(port, binding, event)
        if value is not None:
            self._when(binding, value)

    def _when(self, binding: Binding, *args: Value) -> None:
        if binding.at == "now":
            self._say(binding.address, *args)
        else:
            self._say("/riff/at", binding.at, binding.address, *args)

    def _wanted(self, port: str, binding: Binding, event: Event) -> Value | None:
        """None: nothing happens."""
        if binding.button:
            return self._pressed(binding, event)
        now = self._now(binding)
        if binding.relative:
            steps = STEPS[binding.encoding](event.value)
            return binding.moved(now, steps) if steps else None
        if event.kind == "note" and not event.pressed:
            return None
        position = self._position(self._pickups[port, binding], binding, event.position, now)
        return None if position is None else binding.value_at(position)

    @staticmethod
    def _position(pickup: Pickup, binding: Binding, knob: float, now: Value) -> float | None:
        if binding.mode == "pickup":
            return pickup.pick_up(knob, binding.position_of(now), binding.grain)
        if binding.mode == "scale":
            return pickup.scale(knob, binding.position_of(now), binding.grain)
        return knob

    def _pressed(self, binding: Binding, event: Event) -> Value | None:
        if binding.button == "momentary":
            return self._end(binding, event.pressed)
        if not event.pressed:
            return None
        now = self._now(binding)
        if binding.button == "toggle":
            return self._end(binding, binding.position_of(now) < 0.5)
        return as_kept(binding, self._store).next_value(now) if binding.values else 1

    @staticmethod
    def _end(binding: Binding, high: bool) -> Value | None:
        """Of a button that has two states. With a single value there is none to go back to."""
        if len(binding.values) == 1:
            return binding.values[0] if high else None
        if binding.values:
            return binding.values[-1 if high else 0]
        return binding.high if high else binding.low

    def _now(self, binding: Binding) -> Value:
        """A trigger keeps no value."""
        param = self._store.param(binding.address)
        return param.default if param.access is Access.TRIGGER else self._store.get(binding.address)


def as_kept(binding: Binding, store: Store) -> Binding:
    """With its texts as the store keeps them: a slot's name, where the map has its number."""
    if not any(isinstance(value, str) for value in binding.values):
        return binding
    return replace(binding, values=tuple(_kept(store, binding.address, value) for value in binding.values))


def _kept(store: Store, address: str, value: Value) -> Value:
    try:
        return store.check(address, value)
    except ParamError:  # there is no such slot, so far
        return value
