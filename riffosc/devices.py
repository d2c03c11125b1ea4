"""Where sound can go on this computer: JACK servers and their ports, PortAudio's devices."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SHM = Path("/dev/shm")
SOCKET = re.compile(r"jack_(.+)_\d+_\d+")  # jackd's, for its clients


class DeviceError(RuntimeError):
    """Why nothing can be said about an output, in words for the musician."""


@dataclass(frozen=True, slots=True)
class JackServer:
    name: str
    samplerate: int
    blocksize: int
    realtime: bool
    inputs: tuple[str, ...]  # ports that sound can be sent to


@dataclass(frozen=True, slots=True)
class SoundCard:
    """An output of PortAudio's."""

    name: str
    api: str
    channels: int
    samplerate: float
    default: bool


def server_names() -> list[str]:
    """The server that clients get when they name none, then others that run here."""
    default = os.environ.get("JACK_DEFAULT_SERVER", "default")
    sockets = (SOCKET.fullmatch(path.name) for path in SHM.glob("jack_*") if path.is_socket())
    return [default, *sorted({found[1] for found in sockets if found} - {default})]


def jack_server(name: str) -> JackServer:
    """Ask a running server; none is started. Raises DeviceError."""
    try:
        import jack
    except (ImportError, OSError) as error:
        raise DeviceError("the JACK library is missing: install jackd2, or JACK for your system") from error
    try:
        with _quiet():
            client = jack.Client("riffosc-devices", no_start_server=True, servername=name)
    except jack.JackError as error:
        raise DeviceError(f"no JACK server {name!r} is running") from error
    try:
        ports = tuple(port.name for port in client.get_ports(is_audio=True, is_input=True))
        return JackServer(name, client.samplerate, client.blocksize, bool(client.realtime), ports)
    finally:
        client.close()


def sound_cards() -> list[SoundCard]:
    """PortAudio's outputs. Raises DeviceError where there is no PortAudio."""
    try:
        with _quiet():
            import sounddevice
    except (ImportError, OSError) as error:
        raise DeviceError("PortAudio is missing: install libportaudio2, or PortAudio for your system") from error
    with _quiet():
        found, apis = sounddevice.query_devices(), sounddevice.query_hostapis()
    default = sounddevice.default.device[1]
    return [
        SoundCard(
            device["name"],
            apis[device["hostapi"]]["name"],
            device["max_output_channels"],
            device["default_samplerate"],
            index == default,
        )
        for index, device in enumerate(found)
        if device["max_output_channels"] > 0
    ]


def describe() -> str:
    """All outputs as text."""
    return "\n".join((*_jack_lines(), *_card_lines()))


def _jack_lines() -> Iterator[str]:
    for name in server_names():
        try:
            server = jack_server(name)
        except DeviceError as error:
            yield f"JACK: {error}"
            continue
        realtime = "realtime" if server.realtime else "not realtime"
        yield f"JACK server {name}: {server.samplerate} Hz, {server.blocksize} frames, {realtime}"
        yield from (f"    {port}" for port in server.inputs)


def _card_lines() -> Iterator[str]:
    try:
        cards = sound_cards()
    except DeviceError as error:
        yield f"PortAudio: {error}"
        return
    yield "PortAudio:" if cards else "PortAudio: there is no output device"
    for card in cards:
        mark = " (default)" if card.default else ""
        yield f"    {card.name}, {card.api}: {card.channels} channels, {card.samplerate:g} Hz{mark}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the C libraries print to the terminal about things that are not there."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
