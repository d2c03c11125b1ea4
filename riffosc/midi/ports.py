"""MIDI devices by way of the system's own MIDI: ALSA, CoreMIDI or Windows. Polled; devices come and go."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from riffosc.midi.driver import IN, OUT, VIRTUAL, Driver, numbered, plain
from riffosc.midi.stamps import Stamps

log = logging.getLogger(__name__)

LOOK_S = 1.5  # between two looks at what is plugged in
Incoming = tuple[str, float, bytes]  # port, seconds on the audio clock, message


@dataclass(slots=True)
class Line:
    """An open port."""

    port: Any
    key: str  # what the system calls the device's; another when it has been away
    stamps: Stamps = field(default_factory=Stamps)


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
        for lines, name, port in zip((self._inputs, self._outputs), VIRTUAL, self._driver.virtual, strict=False):
            lines[name] = Line(port, name)

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
            self._driver.close(self._inputs.pop(name).port)
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
        if line is None:
            return
        try:
            line.port.send_message(data)
        except self._driver.errors as error:
            log.warning("MIDI: nothing can be sent to %s: %s", name, error)
            self._driver.close(self._outputs.pop(name).port)

    def _connect(self, name: str) -> Line | None:
        port = self._driver.connect(OUT, self._there[name]) if name in self._there else None
        if port is not None:
            self._outputs[name] = Line(port, self._there[name])
        return self._outputs.get(name)

    def close(self) -> None:
        for line in (*self._inputs.values(), *self._outputs.values()):
            self._driver.close(line.port)
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
        known = {line.key for line in self._inputs.values()} | self._broken
        for key in keys:
            if key not in known:
                self._listen(key)

    def _gone(self, lines: dict[str, Line], keys: list[str]) -> list[str]:
        """Close those whose device is not there any more."""
        gone = [name for name, line in lines.items() if line.key not in (*keys, *VIRTUAL)]
        for name in gone:
            self._driver.close(lines.pop(name).port)
        return gone

    def _listen(self, key: str) -> None:
        port = self._driver.connect(IN, key)
        if port is None:
            self._broken.add(key)  # said once, and tried again when it has been away
            return
        names = (plain(key) if number == 1 else f"{plain(key)} #{number}" for number in count(1))
        name = next(name for name in names if name not in self._inputs)
        log.info("MIDI: listening to %s", name)
        self._inputs[name] = Line(port, key)
        self._came(name)


def _within(match: str, name: str) -> bool:
    return bool(match) and match.lower() in name.lower()
