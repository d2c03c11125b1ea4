"""MIDI devices by way of the system's own MIDI: ALSA, CoreMIDI or Windows. Polled; devices come and go.

rtmidi makes a client for each port and for each listing of names; a listing of every second with a client of its own
leaks them, so one input and one output live as long as we do. They hold the virtual ports, too.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from riffosc.midi.stamps import Stamps

log = logging.getLogger(__name__)

CLIENT = "riffosc"
SEQUENCER = Path("/dev/snd/seq")  # ALSA's
VIRTUAL = ("riffosc in", "riffosc out")
LOOK_S = 1.5  # between two looks at what is plugged in
TAIL = re.compile(r"\s+\d+$" if os.name == "nt" else r"\s+\d+:\d+$")  # change when a device comes back
NOT_OURS = re.compile(rf"({CLIENT}|Midi Through)\b")
NO_LIBRARY = (
    "MIDI devices need python-rtmidi, which is not installed (there is none ready-made for Python 3.13;"
    " 3.12 and 3.11 have it); MIDI by way of JACK works without it"
)
NO_SYSTEM = "this system has no MIDI for programs (on Linux: the kernel module snd-seq); by way of JACK it works"

Incoming = tuple[str, float, bytes]  # port, seconds on the audio clock, message


class Ports:
    """All inputs, and the outputs that are sent to. Event loop only; no method raises for what a device does."""

    def __init__(self, came: Callable[[str], object], api: int | None = None) -> None:
        """`came(name)` is called for every input that appears; `api` is one of rtmidi's, the system's if None."""
        self.problem = ""  # why there is nothing here, in words
        self._came = came
        self._api = api
        self._library: Any = None
        self._lists: list[Any] = []  # the long-lived input and output
        self._inputs: dict[str, tuple[Any, Stamps]] = {}
        self._outputs: dict[str, Any] = {}
        self._there: list[str] = []  # outputs, as they were when last looked at
        self._broken: set[str] = set()
        self._look_at = 0.0
        self._open()

    @property
    def inputs(self) -> list[str]:
        return list(self._inputs)

    @property
    def outputs(self) -> list[str]:
        """Those that could be sent to."""
        return [*(name for name in self._outputs if name == VIRTUAL[1]), *self._there]

    def poll(self, now: float) -> list[Incoming]:
        """What has come since the last call, in its order for each port; `now` on the audio clock."""
        if not self._lists:
            return []
        if not 0 <= self._look_at - now <= LOOK_S:
            self._look_at = now + LOOK_S
            self._look()
        return [each for name, port in self._inputs.items() for each in _waiting(name, *port, now)]

    def outputs_of(self, name: str, match: str = "") -> list[str]:
        """The outputs of an input's device: those of its name or client, or with `match` in their names."""
        if name == VIRTUAL[0]:
            return [VIRTUAL[1]] if VIRTUAL[1] in self._outputs else []
        client, colon, _ = name.partition(":")
        if name in self._there:
            return [name]
        return [each for each in self._there if (colon and each.startswith(client + colon)) or _within(match, each)]

    def send(self, name: str, data: bytes) -> None:
        """A port that is gone is forgotten."""
        port = self._outputs.get(name) or self._connect(1, name)
        if port is None:
            return
        try:
            port.send_message(data)
        except self._errors() as error:
            log.warning("MIDI: nothing can be sent to %s: %s", name, error)
            if name != VIRTUAL[1]:
                self._close(self._outputs.pop(name))

    def close(self) -> None:
        ports = [*(port for port, _ in self._inputs.values()), *self._outputs.values(), *self._lists]
        for port in dict.fromkeys(ports):  # the virtual ones are the long-lived ones, and twice would be a crash
            self._close(port)
        self._inputs.clear()
        self._outputs.clear()
        self._lists.clear()

    # what there is

    def _open(self) -> None:
        try:
            import rtmidi
        except ImportError:
            self.problem = NO_LIBRARY
            return
        self._library = rtmidi
        api = self._api if self._api is not None else _system_api(rtmidi)
        if api is None:
            self.problem = NO_SYSTEM
            return
        self._api = api
        try:
            self._lists = [self._input(), rtmidi.MidiOut(api, name=CLIENT)]
        except self._errors():
            self.problem = NO_SYSTEM
            return
        self._open_virtual()

    def _open_virtual(self) -> None:
        """Windows has none."""
        try:
            for port, name in zip(self._lists, VIRTUAL, strict=True):
                port.open_virtual_port(name)
        except self._errors() as error:
            log.debug("MIDI: no virtual ports: %s", error)
            return
        self._inputs[VIRTUAL[0]] = (self._lists[0], Stamps())
        self._outputs[VIRTUAL[1]] = self._lists[1]

    def _look(self) -> None:
        there = self._names(0)
        for name in [name for name in self._inputs if name not in (*there, VIRTUAL[0])]:
            log.warning("MIDI: %s is gone", name)
            self._close(self._inputs.pop(name)[0])
        self._there = self._names(1)
        for name in [name for name in self._outputs if name not in (*self._there, VIRTUAL[1])]:
            self._close(self._outputs.pop(name))
        self._broken &= set(there)
        for name in there:
            if name not in self._inputs and name not in self._broken:
                self._listen(name)

    def _listen(self, name: str) -> None:
        port = self._connect(0, name)
        if port is None:
            self._broken.add(name)  # said once, and tried again when it has been away
            return
        log.info("MIDI: listening to %s", name)
        self._inputs[name] = (port, Stamps())
        self._came(name)

    def _names(self, direction: int) -> list[str]:
        """Names of inputs (0) or outputs (1) of others."""
        return [name for name in self._all_names(direction) if not NOT_OURS.match(name)]

    def _all_names(self, direction: int) -> list[str]:
        """In rtmidi's order; two of a kind are told apart."""
        try:
            found = self._lists[direction].get_ports() if self._lists else []
        except self._errors() as error:
            log.debug("MIDI: %s", error)
            return []
        plain = [TAIL.sub("", name) for name in found]
        return [_numbered(plain, place) for place in range(len(plain))]

    def _connect(self, direction: int, name: str) -> Any:
        """A port of ours on a device's; None, and a word in the log, if it cannot be had."""
        names = self._all_names(direction)
        if name not in names:
            return None
        port: Any = None
        try:
            port = self._input() if direction == 0 else self._library.MidiOut(self._api, name=CLIENT)
            port.open_port(names.index(name), name=f"{CLIENT} {'from' if direction == 0 else 'to'} {name}"[:60])
        except self._errors() as error:
            log.warning("MIDI: %s cannot be opened: %s", name, error)
            self._close(port)
            return None
        if direction == 1:
            self._outputs[name] = port
        return port

    def _input(self) -> Any:
        port = self._library.MidiIn(self._api, name=CLIENT)
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        return port

    def _close(self, port: Any) -> None:
        """A device that is gone may have something to say about it."""
        if port is None:
            return
        try:
            port.close_port()
            port.delete()
        except self._errors() as error:
            log.debug("MIDI: %s", error)

    def _errors(self) -> tuple[type[Exception], ...]:
        """ALSA that is missing comes as a SystemError, past rtmidi's own."""
        return (OSError, SystemError, NotImplementedError, self._library.RtMidiError)


def _system_api(rtmidi: Any) -> int | None:
    """The system's own MIDI; JACK's has its ports in the JACK client that plays."""
    others = [rtmidi.API_UNIX_JACK, rtmidi.API_RTMIDI_DUMMY, rtmidi.API_UNSPECIFIED]
    if not SEQUENCER.exists():  # asked without it, ALSA prints its grief to the terminal
        others.append(rtmidi.API_LINUX_ALSA)
    return next((api for api in rtmidi.get_compiled_api() if api not in others), None)


def _numbered(names: list[str], place: int) -> str:
    """A name, with its number behind it where it is not the first of that name."""
    before = names[:place].count(names[place])
    return names[place] if before == 0 else f"{names[place]} #{before + 1}"


def _within(match: str, name: str) -> bool:
    return bool(match) and match.lower() in name.lower()


def _waiting(name: str, port: Any, stamps: Stamps, now: float) -> Iterator[Incoming]:
    while (message := port.get_message()) is not None:
        data, delta = message
        yield name, stamps.at(delta, now), bytes(data)
