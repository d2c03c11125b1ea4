"""A controller played through PipeWire's JACK ports into the whole of riffosc, and its lights."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jack_controller import Controller
from pipewire_server import PipeWire, missing

from riffosc.control.replies import encode
from riffosc.params import Value

pytestmark = [pytest.mark.jack, pytest.mark.skipif(bool(missing()), reason=f"needs {', '.join(missing())}")]
PATIENCE_S = 60.0
MAP = '[controls]\n"cc 1" = { to = "mix", mode = "jump" }\n"note 2" = { to = "mute", light = [1, 3] }\n'


class Riffosc:
    """The program, and somebody who asks it by UDP."""

    def __init__(self, pipewire: PipeWire, folder: Path) -> None:
        map_ = folder / "bench.toml"
        map_.write_text(MAP)
        self._ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ear.bind(("127.0.0.1", 0))
        self._ear.settimeout(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self._there = free.getsockname()
        options = ["--audio", "jack", "--no-web", "--midi", str(map_), "--port", str(self._there[1])]
        self._process = subprocess.Popen(
            [*pipewire.command, sys.executable, "-m", "riffosc.cli", "run", "--state", str(folder / "state"), *options],
            env=pipewire.env,
            stdout=subprocess.DEVNULL,
        )

    def say(self, address: str, *args: Value) -> None:
        self._ear.sendto(encode(address, *args), self._there)

    def answers(self, address: str, value: Value) -> bool:
        """Whether it comes to have that value."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                self.say(address)
                if self._ear.recv(2000) == encode(address, value):
                    return True
            except OSError:  # it is not there yet
                pass
            time.sleep(0.05)
        return False

    def close(self) -> None:
        self._ear.close()
        self._process.terminate()
        assert self._process.wait(PATIENCE_S) == 0


@pytest.fixture
def pipewire() -> Iterator[PipeWire]:
    one = PipeWire()
    try:
        one.start()
        yield one
    finally:
        one.close()


def plugged(pipewire: PipeWire) -> Controller:
    device = Controller("", "knobs", pipewire.command, pipewire.env)
    device.plug("riffosc:midi_in", "riffosc:midi_out")
    return device


def test_a_controller_through_pipewire(pipewire, tmp_path):
    riffosc = Riffosc(pipewire, tmp_path)
    device: Controller | None = None
    try:
        assert riffosc.answers("/riff/audio", "jack")
        device = plugged(pipewire)
        device.send((0xB0, 1, 127), (0x90, 2, 100), (0x80, 2, 0))
        assert riffosc.answers("/riff/1/mix", 1.0) and riffosc.answers("/riff/1/mute", 1)
        assert device.hears((0x90, 2, 3))
        device.close()
        device = plugged(pipewire)
        assert device.hears((0x90, 2, 3)), "lit again"
        device.send((0xB0, 1, 0))
        assert riffosc.answers("/riff/1/mix", 0.0)
    finally:
        if device:
            device.close()
        riffosc.close()
