"""MIDI devices by way of the system's own MIDI: ALSA, CoreMIDI or Windows. Polled; devices come and go."""

import logging
import re
from collections.abc import Callable, Iterable
from itertools import count

from riffosc.midi.driver import IN, OUT, VIRTUAL, Driver, numbered, plain
from riffosc.midi.line import Line

log = logging.getLogger(__name__)

LOOK_S = 1.5  # between two looks at what is plugged in
NOT_NAMED = "MIDI: clock goes to nobody: start riffosc with --connect 'midi_out=NAME' for an output; there are %s"
Incoming = tuple[str, float, bytes]  # port, seconds on the audio clock, message


class Ports:
    """All inputs, and the outputs that are sent to. Event loop only; no method raises for what a device does."""

    def __init__(self, came: Callable[[str], object], api: int | None = None) -> None:
        """`came(name)` is called for every input that appears; `api` is one of rtmidi's, the system's if None."""
        self._driver = Driver(api)
        self._came = came
        self._inputs: dict[str, Line] = {}
        self._outputs: dict[str, Line] = {}  # those that are open
        self._there: dict[str, str] = {}  # names of all others to their keys, as when last looked at
        self._broken: set[str] = set()  # keys
        self._look_at = 0.0
        self._clocked: list[re.Pattern[str]] = []  # names of outputs that take clock, beside our own
        self._sends_clock = False
        self._timed: tuple[tuple[str, Line], ...] = ()  # read by another thread
        self._refused: set[str] = set()  # keys
        for lines, name, port in zip((self._inputs, self._outputs), VIRTUAL, self._driver.virtual, strict=False):
            lines[name] = Line(self._driver, port, name)

    @property
    def problem(self) -> str:
        """Why there is nothing here, in words."""
        return self._driver.problem

    @property
    def inputs(self) -> list[str]:
        return list(self._inputs)

    @property
    def outputs(self) -> list[str]:
        """Those that could be sent to."""
        return [*(name for name in self._outputs if name == VIRTUAL[OUT]), *self._there]

    def poll(self, now: float) -> list[Incoming]:
        """What has come since the last call, in its order for each port; `now` on the audio clock."""
        if self.problem:
            return []
        if not 0 <= self._look_at - now <= LOOK_S:
            self._look_at = now + LOOK_S
            self._look()
        return [one for name, line in list(self._inputs.items()) for one in self._waiting(name, line, now)]

    def _waiting(self, name: str, line: Line, now: float) -> list[Incoming]:
        found = []
        try:
            while (message := line.port.get_message()) is not None:
                data, delta = message
                found.append((name, line.stamps.at(delta, now), bytes(data)))
        except self._driver.errors as error:
            log.warning("MIDI: nothing more comes from %s: %s", name, error)
            self._inputs.pop(name).close()
        return found

    def outputs_of(self, name: str, match: str = "") -> list[str]:
        """The outputs of an input's device: those of its name or client, or with `match` in their names."""
        if name == VIRTUAL[IN]:
            return [VIRTUAL[OUT]] if VIRTUAL[OUT] in self._outputs else []
        if name in self._there:
            return [name]
        client, colon, _ = name.partition(":")
        return [each for each in self._there if (colon and each.startswith(client + colon)) or _within(match, each)]

    def send(self, name: str, data: bytes) -> None:
        """To nobody, where there is no such port."""
        line = self._outputs.get(name) or self._connect(name)
        if line:
            self._say(name, line, data)

    def _connect(self, name: str) -> Line | None:
        port = self._driver.connect(OUT, self._there[name]) if name in self._there else None
        if port is not None:
            self._outputs[name] = Line(self._driver, port, self._there[name])
        return self._outputs.get(name)

    def _say(self, name: str, line: Line, data: bytes) -> None:
        """Any thread. What has failed is tried again after the next look."""
        if not line.failed and not line.send(data):
            log.warning("MIDI: nothing can be sent to %s: %s", name, line.failed)

    # clock

    def clock_to(self, patterns: Iterable[str]) -> None:
        """Regular expressions of the names of outputs that take clock. Our own does, where there is one."""
        for pattern in patterns:
            try:
                self._clocked.append(re.compile(pattern))
            except re.error as error:
                log.warning("MIDI: %s names no output: %s", pattern, error)

    def beat(self, data: bytes) -> None:
        """Any thread. To every output that takes clock."""
        for name, line in self._timed:
            self._say(name, line, data)

    def send_clock(self, on: bool) -> bool:
        """Every tick: whether there is anybody to send it to, if it is to be sent."""
        if on and not self._sends_clock:
            self._find_timed()
            if not self._timed:
                log.warning(NOT_NAMED, ", ".join(self.outputs) or "none")
        if not on:
            self._timed = ()
        self._sends_clock = on
        return bool(self._timed)

    def _find_timed(self) -> None:
        """Outputs that were named are opened when there is something to send; ours is there for whoever connects."""
        lines = {VIRTUAL[OUT]: self._outputs.get(VIRTUAL[OUT])}
        for name, key in self._there.items():
            if key not in self._refused and any(one.fullmatch(name) for one in self._clocked):
                lines[name] = self._outputs.get(name) or self._connect(name)
                self._refused |= set() if lines[name] else {key}
        known = dict(self._timed)
        self._timed = tuple((name, line) for name, line in lines.items() if line)
        for name in dict(self._timed).keys() - known:
            log.info("MIDI: clock goes to %s", name)

    def close(self) -> None:
        self._timed = ()
        for line in (*self._inputs.values(), *self._outputs.values()):
            line.close()
        self._driver.end()
        self._inputs.clear()
        self._outputs.clear()

    # what is plugged in

    def _look(self) -> None:
        keys = self._driver.names(IN)
        for name in self._gone(self._inputs, keys):
            log.warning("MIDI: %s is gone", name)
        outputs = self._driver.names(OUT)
        self._gone(self._outputs, outputs)
        self._there = dict(zip(numbered([plain(key) for key in outputs]), outputs, strict=True))
        self._broken &= set(keys)
        self._refused &= set(outputs)
        if self._sends_clock:
            self._find_timed()
        known = {line.key for line in self._inputs.values()} | self._broken
        for key in keys:
            if key not in known:
                self._listen(key)

    def _gone(self, lines: dict[str, Line], keys: list[str]) -> list[str]:
        """Close those whose device is not there any more, or does not work."""
        gone = [
            name for name, line in lines.items() if line.key not in VIRTUAL and (line.failed or line.key not in keys)
        ]
        for name in gone:
            lines.pop(name).close()
        return gone

    def _listen(self, key: str) -> None:
        port = self._driver.connect(IN, key)
        if port is None:
            self._broken.add(key)  # said once, and tried again when it has been away
            return
        names = (plain(key) if number == 1 else f"{plain(key)} #{number}" for number in count(1))
        name = next(name for name in names if name not in self._inputs)
        log.info("MIDI: listening to %s", name)
        self._inputs[name] = Line(self._driver, port, key)
        self._came(name)


def _within(match: str, name: str) -> bool:
    return bool(match) and match.lower() in name.lower()
