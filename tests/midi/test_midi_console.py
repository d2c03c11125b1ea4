"""`riffosc midi` on the command line, with a controller on a real server."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from jack_controller import Controller
from jack_server import Server

from riffosc.cli import main
from riffosc.control.osc import OscServer
from riffosc.midi.commands import commands
from riffosc.midi.hub import JACK, Midi
from riffosc.midi.maps import read_map
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf, user_dir
from riffosc.params import Store

pytest.importorskip("rtmidi")
pytestmark = pytest.mark.jack
UNUSED = "1"  # a port on which no riffosc listens


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Controller]:
    server = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    try:
        server.start()
        one = Controller(server.name, "knobs")
        try:
            yield one
        finally:
            one.close()
    finally:
        server.close()


def heed_ctrl_c() -> None:
    """As in a terminal: a shell has its background jobs, a test run perhaps, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Typed:
    """A command in a terminal. `device` goes on sending until the command has what it wants."""

    def __init__(self, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "riffosc.cli", "midi", *words],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=heed_ctrl_c,  # noqa: PLW1509 (no thread runs yet)
        )

    def says(self, word: str, meanwhile: Callable[[], object]) -> str:
        """The first line that has `word` in it."""
        done = threading.Event()
        sender = threading.Thread(target=self._repeat, args=(done, meanwhile))
        sender.start()
        try:
            assert self._process.stdout
            return next(line for line in self._process.stdout if word in line)
        finally:
            done.set()
            sender.join()

    @staticmethod
    def _repeat(done: threading.Event, meanwhile: Callable[[], object]) -> None:
        while not done.wait(0.2):
            meanwhile()

    def ends(self) -> int:
        self._process.send_signal(signal.SIGINT)
        assert self._process.stdout
        self._process.stdout.close()
        return self._process.wait(30)


def test_list_names_ports_maps_and_what_is_wrong(device):
    user_dir().mkdir(parents=True)
    (user_dir() / "mine.toml").write_text('match = "knobs"\n[controls]\n"cc 1" = "gain"\n"cc 2" = "gian"\n')
    listed = CliRunner().invoke(main, ["midi", "list", "--jack"])
    assert listed.exit_code == 0
    for words in ("knobs:out", "knobs:in", "nanokontrol2: 50 controls", "mine: 1 controls for 'knobs'", "line 4:"):
        assert words in listed.output


def test_monitor_shows_events_in_the_words_of_a_map(device):
    command = Typed("monitor", "--jack")
    said = command.says("cc 74", lambda: device.send((0xB2, 74, 5)))
    assert said == "knobs:out: cc 74 ch 3: 5\n"
    assert command.ends() == 0


def test_learn_without_a_riffosc_keeps_it_for_the_next_one(device):
    command = Typed("learn", "pan", "--jack", "--port", UNUSED)
    said = command.says("cc 21", lambda: device.send(*[(0xB0, 21, value) for value in (65, 65, 63)] * 12))
    assert 'cc 21 ch 1 = { to = "/riff/1/pan"' in said and 'encoding = "offset"' in said
    command.ends()
    found = Shelf.open().learned.bindings
    assert [(str(one.source), one.address, one.encoding) for one in found] == [("cc 21 ch 1", "/riff/1/pan", "offset")]


def test_learn_with_a_riffosc_that_runs(tmp_path, monkeypatch):
    """It does the learning, from its own ports; the terminal says how it went."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    async def play() -> str:
        store = Store()
        server = await OscServer.open(store, port=0)
        midi = Midi(store, Router(store, server.desk.say), Shelf.open())
        midi.learned = lambda *args: server.notify("midi", "/riff/midi/learned", *args)
        for doc, ask in commands(midi):
            server.add_command(doc, ask)
        typed = asyncio.to_thread(
            CliRunner().invoke, main, ["midi", "learn", "/riff/3/mute", "--port", str(server.port)]
        )
        task = asyncio.ensure_future(typed)
        while not task.done():
            if midi.learner:
                midi.take(JACK, bytes((0x92, 40, 100)), 0.0)
            midi.tick(0.0)
            await asyncio.sleep(0.01)
        midi.close()
        server.close()
        assert task.result().exit_code == 0
        return str(task.result().output)

    assert 'note 40 ch 3 = { to = "/riff/3/mute", button = "toggle" }' in asyncio.run(play())
    assert len(read_map(tmp_path / "riffosc" / "midi" / "learned.toml").bindings) == 1


def test_what_cannot_be_learned_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "riff-no-such-server")
    said = CliRunner().invoke(main, ["midi", "learn", "gain", "--jack", "--port", UNUSED])
    assert said.exit_code == 1 and "no MIDI" in said.output
    assert os.listdir(tmp_path) == []
