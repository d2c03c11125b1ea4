"""The JACK output: two ports a voice, for the main mix and for the cues, and MIDI, in one client named riffosc.

JACK calls may block for as long as a server hangs, so none is made in the event loop. A dead client is
closed before another is opened: the other way round libjack crashes.
"""

import ctypes
import logging
import re
import time
from contextlib import suppress
from math import inf
from threading import Lock, Thread
from typing import Any

from riffosc.playback.outputs import OutputError
from riffosc.playback.player import Player
from riffosc.playback.wires import take_over, wire

log = logging.getLogger(__name__)

SETTLED_S = 1.0
ANSWER_S = 1.0  # a server that takes longer is taken to hang
Pair = tuple[str, str]  # one of our ports by its short name, and someone's by its full name
MIDI = {"midi_in": "riffosc in", "midi_out": "riffosc out"}  # ports and their pretty names
FOREIGN = (  # functions of libjack that the callback calls
    "cycle_time jack_last_frame_time",
    "cycle_since jack_frames_since_cycle_start",
    "get_buffer jack_port_get_buffer",
    "midi_count jack_midi_get_event_count",
    "midi_get jack_midi_event_get",
    "midi_clear jack_midi_clear_buffer",
    "midi_reserve jack_midi_event_reserve",
    "transport_query jack_transport_query",
)


def library() -> Any:
    """jack-client, without its chatter. It raises OSError where libjack is missing."""
    try:
        import jack
    except OSError as error:
        raise OutputError("JACK is not installed: there is no libjack") from error
    from riffosc.playback.callbacks import jack_chatter

    silent = jack._ffi.cast("void (*)(char *)", jack_chatter.address)
    jack._lib.jack_set_error_function(silent)
    jack._lib.jack_set_info_function(silent)
    return jack


class JackOutput:
    """One client at a time; remembers what was connected to it over the death of a server."""

    def __init__(self, connect: tuple[str, ...] = (), server: str | None = None, name: str = "riffosc") -> None:
        self.name, self.samplerate, self.blocksize, self.latency = "jack", 0, 0, 0.0
        self.client: Any = None
        self._jack: Any = None  # the library
        self.wires: Any = None
        self._client_name, self._server = name, server
        self._patterns = list(connect)  # still to be matched by ports, left and right
        self._matched: set[Pair] = set()
        self._physical = not connect  # connect to the sound card, once
        self._made: set[Pair] = set()  # as they were when last looked at
        self._wished: set[Pair] = set()  # to be made as soon as the other port is there
        self._seen, self._settles = -1, inf
        self._timebase: Any = None  # the function that gives JACK its bars and beats
        self._gives = False  # whether it is to
        self._asking = Lock()  # libjack mixes up the answers of a server that is asked twice at once

    # what `Output` asks for

    def connect(self, patterns: tuple[str, ...]) -> None:
        self._patterns, self._physical = list(patterns), False

    def open(self, player: Player) -> None:
        self.stop()
        jack = self._jack = library()
        try:
            self.client = jack.Client(self._client_name, no_start_server=True, servername=self._server)
            self.samplerate, self.blocksize = self.client.samplerate, self.client.blocksize
            self.wires = wire(player, self.samplerate)
            self._register_ports(len(player.voices))
            self._set_callbacks()
        except jack.JackError as error:
            raise OutputError(f"JACK: {error}") from error

    def start(self, player: Player) -> None:
        take_over(player, self.wires)
        try:
            self.client.activate()
        except self._jack.JackError as error:
            raise OutputError(f"JACK: {error}") from error
        self._wished |= self._made
        self._made = set()
        self._seen = -1
        self.tend()
        if player.timebase:
            log.info("audio: %s", self.give_beats(True) or "timebase master again")
        player.give_beats = self.give_beats

    def resume(self, player: Player) -> None:
        take_over(player, self.wires)

    def stop(self) -> None:
        """Close the client, dead or alive. The wires stay: a callback may be under way."""
        client, self.client = self.client, None
        if client is not None:
            with self._asking:
                client.close(ignore_errors=True)

    def alive(self) -> bool:
        return self.client is not None and not self.wires["dead"]

    def calls(self) -> int:
        return 0 if self.wires is None else int(self.wires["calls"])

    def changes(self) -> int:
        return 0 if self.wires is None else int(self.wires["changes"])

    def tend(self) -> None:
        """If the graph has changed: note what is connected, and make what is wished for."""
        with self._asking:
            self._tend()

    def _tend(self) -> None:
        changes, now = int(self.wires["changes"]), time.monotonic()
        try:
            if changes != self._seen:
                self._seen, self._settles = changes, now + SETTLED_S
                self._made |= self._connections()
                self._connect()
            elif now > self._settles:
                self._settle()
            else:
                return
            self.latency = self._measured_latency()
        except self._jack.JackError as error:
            log.debug("audio: %s", error)

    def _settle(self) -> None:
        """What has been gone for a while was taken apart by someone, not by a server about to die."""
        made = self._connections()
        if self.alive():
            self._made, self._settles = made, inf

    def give_beats(self, on: bool) -> str:
        """Be timebase master, or no longer. Why not, in words; it takes a moment at most."""
        words, self._gives = ["JACK does not answer"], on
        asking = Thread(target=self._give_beats, args=(on, words), daemon=True)
        asking.start()
        asking.join(ANSWER_S)
        self._gives = on and not asking.is_alive()
        return words[-1]

    def _give_beats(self, on: bool, words: list[str]) -> None:
        with self._asking:
            if not self.alive():
                words.append("JACK is not running" if on else "")
                return
            lib, client = self._jack._lib, self.client._ptr
            refused = on and lib.jack_set_timebase_callback(client, 1, self._timebase, self._argument())
            if not self._gives:  # not wanted, or no longer waited for
                lib.jack_release_timebase(client)
            words.append("another program is JACK's timebase master" if refused else "")

    # ports

    def _register_ports(self, voices: int) -> None:
        names = [*(f"voice{number}" for number in range(1, voices + 1)), "main", "cue"]
        for place, (name, side) in enumerate((name, side) for name in names for side in ("L", "R")):
            pretty = name.replace("voice", "voice ").capitalize() + (" left" if side == "L" else " right")
            self.wires["ports"][place] = self._named(self.client.outports.register(f"{name}_{side}"), pretty)
        for name, ports in (("midi_in", self.client.midi_inports), ("midi_out", self.client.midi_outports)):
            self.wires[name] = self._named(ports.register(name), MIDI[name])

    def _named(self, port: Any, pretty: str) -> int:
        """Give a port its pretty name; its address."""
        with suppress(self._jack.JackError):  # a server without metadata
            self.client.set_property(port, self._jack.METADATA_PRETTY_NAME, pretty, "text/plain")
        return self._address(port._ptr)

    def _set_callbacks(self) -> None:
        """Compiled functions, past jack-client, which would wrap them in Python."""
        from riffosc.playback import callbacks, timebase

        jack = self._jack
        lib, ffi, client = jack._lib, jack._ffi, self.client._ptr
        wires = self._argument()
        self._timebase = ffi.cast("JackTimebaseCallback", timebase.jack_timebase.address)  # compiled now
        self.wires["client"] = self._address(client)
        for name, symbol in (line.split() for line in FOREIGN):
            self.wires[name] = self._address(ffi.addressof(lib, symbol))
        for setter, kind, function in (
            (lib.jack_set_process_callback, "JackProcessCallback", callbacks.jack_process),
            (lib.jack_set_xrun_callback, "JackXRunCallback", callbacks.jack_xrun),
            (lib.jack_on_info_shutdown, "JackInfoShutdownCallback", callbacks.jack_shutdown),
            (lib.jack_set_port_connect_callback, "JackPortConnectCallback", callbacks.jack_connected),
            (lib.jack_set_port_registration_callback, "JackPortRegistrationCallback", callbacks.jack_registered),
        ):
            if setter(client, ffi.cast(kind, function.address), wires):
                raise jack.JackError(f"cannot set {kind}")

    def _argument(self) -> Any:
        """What callbacks are given."""
        return self._jack._ffi.cast("void*", self.wires.__array_interface__["data"][0])

    def _address(self, pointer: Any) -> int:
        return int(self._jack._ffi.cast("uintptr_t", pointer))

    # connections

    def _connections(self) -> set[Pair]:
        client = self.client
        return {
            (port.shortname, other.name)
            for port in (*client.outports, *client.midi_outports, *client.midi_inports)
            for other in client.get_all_connections(port)
        }

    def _connect(self) -> None:
        """Make what is wished for, as far as the other ports are there."""
        if self._physical:
            found = self.client.get_ports(is_physical=True, is_input=True, is_audio=True)
            self._physical = not found
            self._wish("main", [port.name for port in found[:2]])
        for pattern in list(self._patterns):
            self._match(pattern)
        there = {port.name for port in self.client.get_ports()}
        for ours, theirs in [pair for pair in self._wished if pair[1] in there]:
            self._wished.discard((ours, theirs))
            self._join(ours, theirs)

    def _match(self, pattern: str) -> None:
        """`PATTERN` connects the main mix, `voice2=PATTERN` a voice, left and right in turn; `midi_in=PATTERN` MIDI."""
        ours, equals, theirs = pattern.partition("=")
        ours, theirs = (ours, theirs) if equals else ("main", pattern)
        found = self.client.get_ports(
            f"^({theirs})$",
            is_midi=ours in MIDI,
            is_audio=ours not in MIDI,
            is_output=ours == "midi_in",
            is_input=ours != "midi_in",
        )
        self._wish(ours, [port.name for port in found])
        if len(found) >= (1 if _one_sided(ours) else 2):  # a program's ports may come one after the other
            self._patterns.remove(pattern)

    def _wish(self, ours: str, theirs: list[str]) -> None:
        """Once for each pair: what somebody takes apart stays apart."""
        sided = _one_sided(ours)
        pairs = {(ours if sided else f"{ours}_{'LR'[i % 2]}", name) for i, name in enumerate(theirs)}
        self._wished |= pairs - self._matched
        self._matched |= pairs

    def _join(self, ours: str, theirs: str) -> None:
        if (ours, theirs) in self._made:
            return
        try:
            ends = (f"{self.client.name}:{ours}", theirs)
            self.client.connect(*(reversed(ends) if ours == "midi_in" else ends))
        except self._jack.JackError as error:
            log.warning("audio: %s cannot be connected to %s: %s", ours, theirs, error)
        else:
            self._made.add((ours, theirs))

    def _measured_latency(self) -> float:
        """Until what is mixed now is heard, by what JACK says of the main mix. jack-client does not ask it."""
        least_and_most = (ctypes.c_uint32 * 2)()
        ask = ctypes.CDLL(self._jack._libname).jack_port_get_latency_range
        port = int(self.wires["ports"][len(self.client.outports) - 4])
        ask(ctypes.c_void_p(port), ctypes.c_int(1), ctypes.byref(least_and_most))
        return float(least_and_most[1]) / self.samplerate


def _one_sided(ours: str) -> bool:
    """Whether that is one port, and not the left and right of a voice."""
    return ours in MIDI or re.fullmatch(r".*_[LR]", ours) is not None
