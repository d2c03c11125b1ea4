"""What `riffosc midi` does: ports and maps listed, events shown, controls learned."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from riffosc.midi.events import Reader
from riffosc.midi.hub import Midi
from riffosc.midi.maps import VOICES, read_map
from riffosc.midi.ports import Ports
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf, map_files, user_dir
from riffosc.params import ParamError, Store, Value

POLL_S = 0.005
ANSWER_S = 1.0  # a riffosc that runs says so sooner
LEASE_S = 600.0  # for making up one's mind which knob it is to be


def listing(jack: bool) -> Iterator[str]:
    """Ports and maps."""
    yield from port_lines(jack)
    yield f"MIDI maps (your own: {user_dir()}):"
    for name, path in map_files().items():
        found = read_map(path)
        where = f" for {found.match!r}" if found.match else ""
        yield f"    {name}: {len(found.bindings)} controls{where}"
        yield from (f"        {problem}" for problem in found.problems)


def port_lines(jack: bool = False) -> Iterator[str]:
    with closing(Ports(lambda name: None, _api(jack))) as ports:
        ports.poll(time.monotonic())
        if ports.problem:
            yield f"MIDI: {ports.problem}"
            return
        for direction, names in (("inputs", ports.inputs), ("outputs", ports.outputs)):
            yield f"MIDI {direction}:" if names else f"MIDI {direction}: none"
            yield from (f"    {name}" for name in names)


def events(jack: bool) -> Iterator[str]:
    """A line for each event, for ever."""
    readers: dict[str, Reader] = {}
    with closing(Ports(lambda name: None, _api(jack))) as ports:
        yield ports.problem or "Listening; Ctrl-C ends it."
        while not ports.problem:
            for port, _, data in ports.poll(time.monotonic()):
                for event in readers.setdefault(port, Reader()).read(data):
                    yield f"{port}: {event}"
            time.sleep(POLL_S)


def learn(address: str, values: tuple[Value, ...], port: int, jack: bool) -> str:
    """The binding, in words. By a riffosc that runs, else by ourselves. ParamError or OSError if it cannot be."""
    with _asked(port) as peer:
        if peer:
            return _learn_there(peer, address, values)
    return _learn_here(address, values, _api(jack))


def _learn_here(address: str, values: tuple[Value, ...], api: int | None) -> str:
    store, learned = Store(VOICES), []
    midi = Midi(store, Router(store, lambda *_: None), Shelf.open(), api=api)
    midi.learned = lambda _, binding: learned.append(binding)
    with closing(midi):
        if midi.ports.problem:
            raise OSError(midi.ports.problem)
        midi.learn(address, values)
        while not learned:
            midi.tick(time.monotonic())
            time.sleep(POLL_S)
    return f"{learned[0]}  (kept in {user_dir() / 'learned.toml'})"


def _learn_there(peer: socket.socket, address: str, values: tuple[Value, ...]) -> str:
    _say(peer, "/riff/subscribe", "midi", 30.0, LEASE_S)
    _say(peer, "/riff/midi/learn", address, *values)
    peer.settimeout(LEASE_S)
    try:
        while True:
            for message in _heard(peer):
                if message.address == "/riff/fail":
                    raise ParamError(str(message.params[-1]))
                if message.address == "/riff/midi/learned":
                    return str(message.params[1])
    except KeyboardInterrupt:
        _say(peer, "/riff/midi/cancel")
        raise


@contextmanager
def _asked(port: int) -> Iterator[socket.socket | None]:
    """A socket to the riffosc on this computer's OSC port, None where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.connect(("127.0.0.1", port))
        peer.settimeout(ANSWER_S)
        try:
            _say(peer, "/riff/ping")
            there = any(message.address == "/riff/pong" for message in _heard(peer))
        except OSError:
            there = False
        yield peer if there else None


def _say(peer: socket.socket, address: str, *args: Value) -> None:
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(arg)
    peer.send(builder.build().dgram)


def _heard(peer: socket.socket) -> list[OscMessage]:
    data = peer.recv(2000)
    return list(OscBundle(data)) if OscBundle.dgram_is_bundle(data) else [OscMessage(data)]


def _api(jack: bool) -> int | None:
    """For rtmidi; None is the system's own."""
    if not jack:
        return None
    try:
        import rtmidi
    except ImportError:
        return None
    return int(rtmidi.API_UNIX_JACK)
