"""The next control that is touched is bound to an address; how it speaks is told from what it says."""

from dataclasses import dataclass, field, replace

from riffosc.midi.binding import COMMANDS, Binding, commanding, fitted
from riffosc.midi.encodings import detect
from riffosc.midi.events import Event, Source
from riffosc.params import Access, ParamError, Store, Value

QUIET_S = 0.6  # after which a control has said what it has to say
LONGEST_S = 3.0
MOST = 32  # messages


@dataclass(slots=True)
class Learner:
    """Waits for one control. `values` are what a text is chosen from: its knob needs some."""

    address: str
    values: tuple[Value, ...] = ()
    source: Source | None = None
    heard: list[int] = field(default_factory=list)
    began: float = 0.0
    latest: float = 0.0

    def take(self, event: Event, now: float) -> None:
        """`now` in seconds, from any origin."""
        if self.source is None:
            if event.kind == "note" and not event.pressed:
                return  # the end of a key that was down before
            self.source, self.began = event.source, now
        if event.source == self.source:
            self.heard.append(event.value)
            self.latest = now

    def ready(self, now: float) -> bool:
        if self.source is None:
            return False
        if self.source.kind != "cc":
            return True
        return now - self.latest >= QUIET_S or now - self.began >= LONGEST_S or len(self.heard) >= MOST

    def binding(self, store: Store) -> Binding:
        """What it is bound to. ParamError where the control cannot do what the address needs."""
        assert self.source is not None
        if self.address in COMMANDS:
            any_program = self.source.kind == "program" and not self.values
            source = replace(self.source, number=None) if any_program else self.source
            return commanding(source, self.address, self.values)
        param = store.param(self.address)
        values = tuple(store.check(self.address, value) for value in self.values)
        found = fitted(self.source, self.address, param, values)
        if self.source.kind != "cc" or found.button:
            return found
        return replace(found, encoding=detect(self.heard))


def check_learnable(store: Store, address: str, values: tuple[Value, ...]) -> None:
    """ParamError, in words, for what no control could do."""
    if address in COMMANDS:
        return
    param = store.param(address)
    if param.access is Access.READ:
        raise ParamError(f"{address} can only be read")
    if isinstance(param.default, str) and not values and not param.choices:
        raise ParamError(f"{param.name} is text: name the texts that a control is to choose from, behind the address")
    for value in values:
        store.check(address, value)
