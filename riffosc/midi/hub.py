"""Controllers in one place: their ports, what their knobs do, what is learned, what their lights show."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from riffosc.midi.binding import Binding
from riffosc.midi.driver import VIRTUAL
from riffosc.midi.events import Reader, Source
from riffosc.midi.feedback import Lights
from riffosc.midi.fields import written
from riffosc.midi.learn import Learner, check_learnable
from riffosc.midi.maps import Map
from riffosc.midi.ports import Ports
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf
from riffosc.params import ParamError, Store, Value

log = logging.getLogger(__name__)

JACK = "JACK"  # the ports of the client that plays
LIGHTS_S = 0.02
REALTIME = (0xF2, 0xF8, 0xFA, 0xFB, 0xFC)  # clock, start, continue, stop; song position

Stamped = tuple[float, bytes]  # seconds on the audio clock, message
Send = Callable[[bytes], object]
Clock = Callable[[float, bytes, str], object]  # likewise, and the port
Tell = Callable[[str, str], object]  # address and binding of what has been learned
Fail = Callable[[str], object]


class Midi:
    """Event loop only. Whoever builds it gives it its callables: JACK's ports, and who is told."""

    def __init__(self, store: Store, router: Router, shelf: Shelf, *, api: int | None = None) -> None:
        self.store = store
        self.shelf = shelf
        self.jack_in: Callable[[], Iterable[Stamped]] = tuple
        self.jack_out: Send = lambda data: None
        self.jack_graph: Callable[[], int] = int  # counts its changes: somebody may have been plugged in
        self.clock: Clock = lambda seconds, data, port: None
        self.learned: Tell = lambda address, binding: None
        self.failed: Fail = lambda words: None
        self.learner: Learner | None = None
        self._router = router
        self._readers: dict[str, Reader] = {}
        self._lights: dict[str, Lights] = {}
        self._lights_at = 0.0  # when they are looked at next
        self._graph: int | None = None  # as it was when last looked at; None: JACK does not play
        store.listen(self._changed)
        for problem in shelf.problems():
            log.warning("MIDI map: %s", problem)
        for port in (JACK, VIRTUAL[0]):
            self._came(port)
        self.ports = Ports(self._came, api)

    # in and out

    def tick(self, now: float) -> None:
        """`now` in seconds on the audio clock."""
        for port, seconds, data in self.ports.poll(now):
            self.take(port, data, seconds)
        for seconds, data in self.jack_in():
            self.take(JACK, data, seconds)
        if self.learner and self.learner.ready(now):
            self._learn(self.learner)
        if not 0 <= self._lights_at - now <= LIGHTS_S:
            self._lights_at = now + LIGHTS_S
            self._show_inputs()
            self._light(now)

    def take(self, port: str, data: bytes, seconds: float) -> None:
        """A message, and when it came."""
        if data and data[0] in REALTIME:
            self.clock(seconds, data, port)
            return
        for event in self._readers.setdefault(port, Reader()).read(data):
            self._lights[port].heard(event, seconds)
            if self.learner:
                self.learner.take(event, seconds)
            else:
                self._router.take(port, event)

    def close(self) -> None:
        self.ports.close()

    def _came(self, port: str) -> None:
        """An input is here, perhaps again: its lights are sent anew."""
        self._router.assign(port, self._bindings(port))
        self._lights.setdefault(port, Lights(port)).assign(self._router.bindings(port), self.store)

    def _changed(self, address: str, _: Value) -> None:
        for lights in self._lights.values():
            lights.changed(address)

    def _light(self, now: float) -> None:
        for port, lights in self._lights.items():
            outputs = self._outputs(port)
            for data in lights.due(self._router, self.store, now) if outputs else ():
                for send in outputs:
                    send(data)

    def _outputs(self, port: str) -> list[Send]:
        """Where a port's lights are. A device that nobody meant is sent nothing: it may be a synthesizer."""
        maps = self.shelf.maps_for(port)
        if not all(each.feedback for each in maps):
            return []
        if port == JACK:
            return [self.jack_out] if self._jack() else []
        if port not in self.ports.inputs or not (port == VIRTUAL[0] or self.shelf.named_for(port)):
            return []
        match = maps[0].match if maps else ""
        return [partial(self.ports.send, name) for name in self.ports.outputs_of(port, match)]

    def _jack(self) -> bool:
        return self.store.get("/riff/audio") == "jack"

    def _show_inputs(self) -> None:
        graph = self.jack_graph() if self._jack() else None
        if graph not in (None, self._graph):
            self._came(JACK)
        self._graph = graph
        self.store.publish("/riff/midi_inputs", ", ".join([JACK] * self._jack() + self.ports.inputs))

    # maps

    def _bindings(self, port: str) -> list[Binding]:
        """What was learned comes before what a map says of the same control."""
        learned = self.shelf.learned.bindings
        mapped = [binding for each in self.shelf.maps_for(port) for binding in each.bindings]
        return [*learned, *(one for one in mapped if not any(_same(one.source, two.source) for two in learned))]

    def _assign(self) -> None:
        for port in self._lights:
            self._came(port)

    def _learn(self, learner: Learner) -> None:
        self.learner = None
        try:
            binding = learner.binding(self.store)
        except ParamError as error:
            self.failed(str(error))
            return
        aim, kept = (binding.address, binding.values), self.shelf.learned.bindings
        others = [one for one in kept if one.source != binding.source and (one.address, one.values) != aim]
        self._keep(replace(self.shelf.learned, bindings=(*others, binding)))
        self.learned(binding.address, f"{binding.source} = {written(binding)}")

    def _keep(self, learned: Map) -> None:
        try:
            self.shelf.learn(learned)
        except OSError as error:
            self.failed(f"what was learned works, but cannot be kept: {error}")
        self._assign()

    # what players ask for

    def learn(self, address: str, values: tuple[Value, ...] = ()) -> None:
        """The next control that is touched will steer `address`. ParamError if none could."""
        check_learnable(self.store, address, values)
        self.learner = Learner(address, values)

    def cancel(self) -> None:
        self.learner = None

    def forget(self, address: str) -> None:
        """ParamError where nothing was learned."""
        kept = tuple(one for one in self.shelf.learned.bindings if one.address != address)
        if kept == self.shelf.learned.bindings:
            raise ParamError(f"no control has been learned for {address}")
        self._keep(replace(self.shelf.learned, bindings=kept))

    def load(self, name: str) -> Map:
        """Use a map for every port that it fits, from now on. ParamError if there is none."""
        found = self.shelf.load(name)
        self._assign()
        return found

    def rows(self) -> Iterator[tuple[str, Binding]]:
        """Every control that does something, with its port."""
        here: Iterable[str] = [JACK] * self._jack() + self.ports.inputs
        for port in here:
            for binding in self._router.bindings(port):
                yield port, binding


def _same(one: Source, two: Source) -> bool:
    channels = one.channel is None or two.channel is None or one.channel == two.channel
    return (one.kind, one.number) == (two.kind, two.number) and channels
