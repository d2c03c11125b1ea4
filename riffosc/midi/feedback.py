"""Values back to the device: rings, motor faders and LEDs show what is, whoever changed it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from riffosc.midi.binding import Binding
from riffosc.midi.events import FINE, Event
from riffosc.midi.router import Router, as_kept
from riffosc.params import Access, Store, Value

Control = tuple[str, int | None]  # kind and number of what is lit
STATUS = {"note": 0x90, "cc": 0xB0, "pitch": 0xE0}
HAND_S = 0.3  # so long after a knob moved, it is taken to be in someone's hand and not moved back


@dataclass(slots=True)
class Light:
    """One ring or LED, as far as we know it."""

    shown: int | None = None
    channel: int = 1
    free_at: float = -inf


class Lights:
    """Of one port. Only what has changed is looked at, and sent if it does not show yet."""

    def __init__(self, port: str) -> None:
        self.port = port
        self._lights: dict[Control, Light] = {}
        self._lit: dict[Control, Binding] = {}
        self._showing: dict[str, list[Control]] = {}  # an address to what shows it
        self._due: dict[Control, None] = {}  # to be looked at, in this order

    def assign(self, bindings: Iterable[Binding], store: Store) -> None:
        """What there is to show; all of it is sent anew, for the device may have been away."""
        self._lit = _lit(bindings, store)
        self._showing = {}
        for control, binding in self._lit.items():
            self._showing.setdefault(binding.address, []).append(control)
        for light in self._lights.values():
            light.shown = None
        self._due = dict.fromkeys(self._lit)

    def changed(self, address: str) -> None:
        self._due |= dict.fromkeys(self._showing.get(address, ()))

    def heard(self, event: Event, now: float) -> None:
        """A knob shows where it stands already; a pad may have lit itself, and is told again."""
        control = (event.kind, event.number)
        if event.kind in STATUS:
            light = self._lights.setdefault(control, Light())
            light.channel = event.channel
            light.shown = None if event.kind == "note" else event.value
            light.free_at = -inf if event.kind == "note" else now + HAND_S
        if control in self._lit:
            self._due[control] = None

    def due(self, router: Router, store: Store, now: float) -> Iterator[bytes]:
        """Messages that bring the lights up to date; those of knobs in a hand wait."""
        for control in list(self._due):
            light = self._lights.setdefault(control, Light())
            if now < light.free_at:
                continue
            del self._due[control]
            binding = as_kept(self._lit[control], store)
            value = store.get(binding.address)
            if not _shows(light, binding, value):
                light.shown = _level(binding, value)
                router.pickup(self.port, self._lit[control]).show(binding.position_of(value))
                yield _message(control, binding.source.channel or light.channel, light.shown)


def _lit(bindings: Iterable[Binding], store: Store) -> dict[Control, Binding]:
    """A light that two parameters share shows the first.

    A trigger has nothing to show, nor has a key that is only felt for how hard it is struck.
    """
    lit: dict[Control, Binding] = {}
    for binding in bindings:
        param = store.find(binding.address)
        struck = binding.source.kind == "note" and not binding.button
        if param and param.access is not Access.TRIGGER and binding.source.kind in STATUS and not struck:
            number = binding.source.number if binding.echo is None else binding.echo
            lit.setdefault((binding.source.kind, number), binding)
    return lit


def _shows(light: Light, binding: Binding, value: Value) -> bool:
    """Within a step: a knob that stands anywhere on `2 bars` is not pulled to the middle of it."""
    if light.shown is None:
        return False
    if binding.button or binding.echo is not None:
        return light.shown == _level(binding, value)
    off, on = _ends(binding)
    return abs((light.shown - off) / ((on - off) or 1) - binding.position_of(value)) <= binding.grain


def _ends(binding: Binding) -> tuple[int, int]:
    return (0, 16383) if binding.source.kind in FINE else binding.light


def _level(binding: Binding, value: Value) -> int:
    off, on = _ends(binding)
    if len(binding.values) == 1:
        return on if value == binding.values[0] else off
    position = binding.position_of(value)
    return (on if position >= 0.5 else off) if binding.button else off + round(position * (on - off))


def _message(control: Control, channel: int, level: int) -> bytes:
    kind, number = control
    halves = (level & 0x7F, level >> 7) if number is None else (number, level)
    return bytes((STATUS[kind] | channel - 1, *halves))
