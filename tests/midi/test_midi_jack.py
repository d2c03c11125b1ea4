"""A controller played through JACK's MIDI ports into the whole of riffosc, and its lights."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jack_controller import Controller
from jack_server import Server

from riffosc.app import App, Options, running
from riffosc.control.replies import encode
from riffosc.midi.maps import read_map
from riffosc.midi.shelf import user_dir
from riffosc.params import Value

pytestmark = pytest.mark.jack
MAP = """
name = "bench"

[controls]
"cc 1" = { to = "mix", mode = "jump" }
"cc 2" = { to = "gain", range = [0, 1] }
"cc 3" = { to = "/riff/tempo", mode = "jump", range = [60, 180], curve = "exp" }
"cc14 7" = { to = "pan", mode = "jump" }
"nrpn 259" = { to = "width", mode = "jump" }
"pitch" = { to = "/riff/gain", mode = "jump", range = [0, 1] }
"pressure" = { to = "evolve", mode = "jump" }
"cc 11" = { to = "seed", encoding = "twos" }
"cc 12" = { to = "seed", encoding = "signed" }
"cc 13" = { to = "seed", encoding = "signed-left" }
"cc 14" = { to = "seed", encoding = "offset" }
"cc 15" = { to = "seed", encoding = "incdec" }
"note 36" = [{ to = "denoising", range = [0.2, 1] }, { to = "slot", value = "1" }]
"note 37" = { to = "mute", light = [1, 3] }
"note 38" = { to = "hold", button = "momentary" }
"note 40" = { to = "swap", value = "loop", at = "beat" }
"note 39 ch 10" = { to = "solo", voice = 2 }
"program" = "/riff/snapshot/recall"
"""


class Studio:
    """riffosc with its loop in a thread of its own, and a controller that is plugged in."""

    def __init__(self, folder: Path, server: Server) -> None:
        self._server = server
        self._begun, self._done = threading.Event(), asyncio.Event()
        self._options = Options(audio="jack", port=0, web=False, midi=("bench",), state=folder / "state")
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        if not self._begun.wait(90):
            self._leave()  # else it would disturb whoever opens a JACK client next
            raise TimeoutError("riffosc does not start")
        self.device = self.plugged()
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.settimeout(30)

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        async with running(self._options) as self.app:
            self._begun.set()
            await self._done.wait()

    app: App

    def plugged(self) -> Controller:
        device = Controller(self._server.name, "knobs")
        device.plug("riffosc:midi_in", "riffosc:midi_out")
        return device

    def say(self, address: str, *args: Value) -> None:
        """By OSC, as if a player sent it."""
        self.loop.call_soon_threadsafe(self.app.osc.desk.say, address, *args)

    def ask(self, address: str, *args: Value) -> None:
        """The same over UDP; the answers are for `hears`."""
        self.ear.sendto(encode(address, *args), ("127.0.0.1", self.app.osc.port))

    def hears(self, word: bytes) -> bytes:
        """The next datagram that has `word` in it."""
        while word not in (data := self.ear.recv(2000)):
            pass
        return data

    def is_(self, address: str, value: Value) -> bool:
        return self.comes(lambda: self.app.store.get(address) == pytest.approx(value, abs=1e-6))

    def comes(self, done: Callable[[], object], patience_s: float = 30.0) -> bool:
        end = time.monotonic() + patience_s
        while not done() and time.monotonic() < end:
            time.sleep(0.01)
        return bool(done())

    def close(self) -> None:
        self.ear.close()
        self.device.close()
        self._leave()

    def _leave(self) -> None:
        self.loop.call_soon_threadsafe(self._done.set)
        self._thread.join(60)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("midi")
    (folder / "riffosc" / "midi").mkdir(parents=True)
    (folder / "riffosc" / "midi" / "bench.toml").write_text(MAP)
    server = Server()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JACK_DEFAULT_SERVER", server.name)
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        try:
            server.start()
            one = Studio(folder, server)
            try:
                yield one
            finally:
                one.close()
        finally:
            server.close()


def test_a_controller_and_its_voice(studio):
    assert studio.is_("/riff/audio", "jack")
    assert studio.comes(lambda: "JACK" in str(studio.app.store.get("/riff/midi_inputs")))
    studio.device.send((0xB0, 1, 64), (0xB3, 3, 127))
    assert studio.is_("/riff/1/mix", 64 / 127) and studio.is_("/riff/tempo", 180.0)


def test_fine_controllers(studio):
    studio.device.send((0xB0, 7, 127), (0xB0, 39, 127))
    assert studio.is_("/riff/1/pan", 1.0)
    studio.device.send((0xB0, 99, 2), (0xB0, 98, 3), (0xB0, 6, 0), (0xB0, 38, 0), (0xB0, 101, 127), (0xB0, 100, 127))
    assert studio.is_("/riff/1/width", 0.0)
    studio.device.send((0xE0, 0, 64), (0xD0, 127))
    assert studio.is_("/riff/gain", 8192 / 16383) and studio.is_("/riff/1/evolve", 1.0)


def test_notes(studio):
    studio.say("/riff/slot/set", "verse", "dub techno")
    studio.device.send((0x90, 36, 127), (0x80, 36, 0))
    assert studio.is_("/riff/1/slot", "verse") and studio.is_("/riff/1/prompt", "dub techno")
    assert studio.is_("/riff/1/denoising", 1.0)
    for muted in (True, False):
        studio.device.send((0x90, 37, 100), (0x90, 37, 0))
        assert studio.is_("/riff/1/mute", muted)
    studio.device.send((0x90, 38, 100))
    assert studio.is_("/riff/1/hold", True)
    studio.device.send((0x80, 38, 0))
    assert studio.is_("/riff/1/hold", False)
    studio.device.send((0x90, 40, 1))
    assert studio.is_("/riff/1/swap", "loop"), "on the next beat"
    studio.device.send((0x90, 39, 1), (0x99, 39, 1))
    assert studio.is_("/riff/2/solo", True), "on channel 10 once, on channel 1 never"


def test_programs_recall_snapshots(studio):
    for name, mix in (("a", 0.25), ("b", 0.75)):
        studio.say("/riff/1/mix", mix)
        studio.say("/riff/snapshot/save", name)
    for program, mix in ((0, 0.25), (1, 0.75)):
        studio.device.send((0xC0, program))
        assert studio.is_("/riff/1/mix", mix), "with the next bar"


def test_pickup(studio):
    studio.say("/riff/1/gain", 0.5)
    assert studio.is_("/riff/1/gain", 0.5)
    studio.device.send((0xB0, 2, 0), (0xB0, 2, 20), (0xB0, 1, 0))
    assert studio.is_("/riff/1/mix", 0.0), "all three have come"
    assert studio.app.store.get("/riff/1/gain") == 0.5
    studio.device.send((0xB0, 2, 100))
    assert studio.is_("/riff/1/gain", 100 / 127)


@pytest.mark.parametrize(
    ("control", "up", "down"),
    [(11, 3, 127), (12, 3, 65), (13, 67, 1), (14, 67, 63), (15, 65, 0)],
    ids=["twos", "signed", "signed-left", "offset", "incdec"],
)
def test_every_endless_encoding(studio, control, up, down):
    studio.say("/riff/1/seed", 100)
    assert studio.is_("/riff/1/seed", 100)
    studio.device.send((0xB0, control, up))
    assert studio.is_("/riff/1/seed", 101 if control == 15 else 103)
    studio.device.send((0xB0, control, down))
    assert studio.is_("/riff/1/seed", 100 if control == 15 else 102)


def test_lights_follow_and_come_again_with_the_device(studio):
    studio.device.heard.clear()
    studio.say("/riff/1/mute", 1)
    assert studio.device.hears((0x90, 37, 3))
    studio.say("/riff/1/mix", 1.0)
    assert studio.device.hears((0xB0, 1, 127))
    studio.device.close()
    blocks = studio.app.engine.player.blocks
    studio.say("/riff/1/mute", 0)
    studio.device = studio.plugged()
    assert studio.device.hears((0x90, 37, 1)) and studio.device.hears((0xB0, 1, 127))
    assert studio.app.engine.player.blocks > blocks and studio.is_("/riff/audio", "jack")
    studio.device.send((0xB0, 1, 32))
    assert studio.is_("/riff/1/mix", 32 / 127)


def test_a_knob_is_learned_and_kept(studio):
    studio.ask("/riff/subscribe", "midi")
    studio.ask("/riff/midi/learn", "/riff/1/guidance")
    assert studio.hears(b"/riff/midi/learn\0")
    studio.device.send(*[(0xB4, 90, value) for value in (1, 1, 2, 127)])
    assert b"cc 90 ch 5 = { to" in studio.hears(b"/riff/midi/learned")
    kept = read_map(user_dir() / "learned.toml")
    assert [(str(one.source), one.address, one.encoding) for one in kept.bindings] == [
        ("cc 90 ch 5", "/riff/1/guidance", "twos")
    ]
    studio.say("/riff/1/guidance", 10.0)
    assert studio.is_("/riff/1/guidance", 10.0)
    studio.device.send((0xB4, 90, 1))
    assert studio.is_("/riff/1/guidance", 10 + 20 / 127)
