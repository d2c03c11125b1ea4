"""rtmidi, kept to what is needed of it: names of ports, ports by name, and no surprises.

It makes a client for each port and for each listing of names; a listing of every second with a client of its own
leaks them, so one input and one output live as long as we do. The input holds a virtual port, too; the virtual
output is a client of its own, because clock is sent to it by another thread than the one that lists.
"""

import logging
import os
import re
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

CLIENT = "riffosc"
VIRTUAL = ("riffosc in", "riffosc out")
IN, OUT = 0, 1
TAIL = re.compile(r"\s+\d+$" if os.name == "nt" else r"\s+\d+:\d+$")  # changes when a device comes back
NOT_OURS = re.compile(rf"({CLIENT}|Midi Through)\b")
SEQUENCER = Path("/dev/snd/seq")  # ALSA's
NO_LIBRARY = (
    "MIDI devices need python-rtmidi, which is not installed (there is none ready-made for Python 3.13;"
    " 3.12 and 3.11 have it); MIDI by way of JACK works without it"
)
NO_SYSTEM = "this system has no MIDI for programs (on Linux: the kernel module snd-seq); by way of JACK it works"


class Driver:
    """Event loop only. After `problem`, which says in words why there is no MIDI, there are no ports."""

    def __init__(self, api: int | None = None) -> None:
        """`api` is one of rtmidi's, the system's if None."""
        self.problem = ""
        self.virtual: list[Any] = []  # input and output that others connect to; Windows has none
        self.errors: tuple[type[Exception], ...] = (OSError, SystemError, NotImplementedError)
        self._library: Any = None
        self._api = api
        self._lists: list[Any] = []  # the long-lived input and output
        self._closed: list[Any] = []  # outputs on JACK, deleted at the end
        self._open()

    def _open(self) -> None:
        try:
            import rtmidi
        except ImportError:
            self.problem = NO_LIBRARY
            return
        self._library = rtmidi
        self.errors += (rtmidi.RtMidiError,)  # ALSA that is missing comes as a SystemError of its own
        self._api = _system_api(rtmidi) if self._api is None else self._api
        try:
            self._lists = [] if self._api is None else [self._new(IN), self._new(OUT)]
        except self.errors as error:
            log.debug("MIDI: %s", error)
        self.problem = "" if self._lists else NO_SYSTEM
        self._open_virtual()

    def _open_virtual(self) -> None:
        """Only both, or neither."""
        output = None
        try:
            if self._lists:
                self._lists[IN].open_virtual_port(VIRTUAL[IN])
                output = self._new(OUT)
                output.open_virtual_port(VIRTUAL[OUT])
                self.virtual = [self._lists[IN], output]
        except self.errors as error:
            log.debug("MIDI: no virtual ports: %s", error)
            self.close(output)

    def _new(self, direction: int) -> Any:
        if direction == OUT:
            return self._library.MidiOut(self._api, name=CLIENT)
        port = self._library.MidiIn(self._api, name=CLIENT)
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        return port

    def names(self, direction: int) -> list[str]:
        """Ports of others, as the system calls them; no two are the same."""
        return [name for name in self._all(direction) if not NOT_OURS.match(name)]

    def _all(self, direction: int) -> list[str]:
        """In rtmidi's order."""
        try:
            return numbered(self._lists[direction].get_ports()) if self._lists else []
        except self.errors as error:
            log.debug("MIDI: %s", error)
            return []

    def connect(self, direction: int, name: str) -> Any:
        """A port of ours on one of `names`; None, and a word in the log, if it cannot be had."""
        names, port = self._all(direction), None
        if name not in names:
            return None
        try:
            port = self._new(direction)
            port.open_port(names.index(name), name=f"{CLIENT} {('from', 'to')[direction]} {name}"[:60])
        except self.errors as error:
            log.warning("MIDI: %s cannot be opened: %s", name, error)
            self.close(port)
            return None
        return port

    def close(self, port: Any) -> None:
        """A device that is gone may have something to say about it. Twice would be a crash."""
        if port is None or port in self._lists:
            return
        self._close(port)

    def _close(self, port: Any) -> None:
        try:
            port.close_port()
        except self.errors as error:
            log.debug("MIDI: %s", error)
            return
        if self._may_be_read(port):
            self._closed.append(port)
        else:
            port.delete()

    def _may_be_read(self, port: Any) -> bool:
        """Deleted at once, an output on JACK may crash us: RtMidi (5.0 and 6.0, `~MidiOutJack`) frees its buffer
        before it stops JACK's thread, which reads from it if it saw the port just before that was closed."""
        return bool(self._api == self._library.API_UNIX_JACK and isinstance(port, self._library.MidiOut))

    def end(self) -> None:
        """When all ports are closed. JACK lets a client go at the end of a cycle that all clients have finished, so
        once the input of `_lists` is deleted, after all outputs are closed, nobody reads from these any more."""
        lists, self._lists = self._lists, []
        for port in reversed(lists):
            self._close(port)
        closed, self._closed = self._closed, []
        for port in closed:
            port.delete()


def plain(name: str) -> str:
    """Without the system's own numbers."""
    return TAIL.sub("", name)


def numbered(names: list[str]) -> list[str]:
    """Those that are not the first of their name get a number."""
    counts = [names[:place].count(name) + 1 for place, name in enumerate(names)]
    return [name if count == 1 else f"{name} #{count}" for name, count in zip(names, counts, strict=True)]


def _system_api(rtmidi: Any) -> int | None:
    """The system's own MIDI; JACK's has its ports in the JACK client that plays."""
    others = [rtmidi.API_UNIX_JACK, rtmidi.API_RTMIDI_DUMMY, rtmidi.API_UNSPECIFIED]
    if not SEQUENCER.exists():  # asked without it, ALSA prints its grief to the terminal
        others.append(rtmidi.API_LINUX_ALSA)
    return next((api for api in rtmidi.get_compiled_api() if api not in others), None)
