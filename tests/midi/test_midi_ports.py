"""Ports by rtmidi, on a real server: devices come, speak, are lit, go and come back."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jack_controller import Controller, VirtualController
from jack_server import Server

from riffosc.midi.driver import NO_LIBRARY, numbered, plain
from riffosc.midi.hub import Midi
from riffosc.midi.maps import Map, parse_map
from riffosc.midi.ports import Ports
from riffosc.midi.router import Router
from riffosc.midi.shelf import Shelf
from riffosc.midi.stamps import Stamps
from riffosc.params import Store

rtmidi = pytest.importorskip("rtmidi")
MAP = 'name = "knobs"\nmatch = "knobs"\n[controls]\n"cc 1" = { to = "mix", mode = "jump" }\n"note 2" = "mute"\n'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    one = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", one.name)
    monkeypatch.setattr("riffosc.midi.ports.LOOK_S", 0.1)  # nobody has to be spared here
    try:
        one.start()
        yield one
    finally:
        one.close()


def until(done: Callable[[], object], each: Callable[[], object] = lambda: None) -> None:
    """Wait for `done`, doing `each` every few milliseconds."""
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end, "it did not come"
        each()
        time.sleep(0.005)


@pytest.mark.jack
def test_devices_come_speak_go_and_come_back(server):
    came: list[str] = []
    ports = Ports(came.append, rtmidi.API_UNIX_JACK)
    heard: list[tuple[str, float, bytes]] = []

    def poll() -> None:
        heard.extend(ports.poll(time.monotonic()))

    device = Controller(server.name, "knobs")
    try:
        assert ports.problem == ""
        for round_ in (1, 2):
            until(lambda round_=round_: len(came) == round_, poll)
            assert came[-1] == "knobs:out" and "knobs:out" in ports.inputs
            device.send((0xB0, 70, round_), (0xF8,), (0x90, 36, 100))
            until(lambda round_=round_: len(heard) == 3 * round_, poll)
            assert [data for _, _, data in heard[-3:]] == [bytes((0xB0, 70, round_)), b"\xf8", bytes((0x90, 36, 100))]
            assert ports.outputs_of("knobs:out") == ["knobs:in"]
            ports.send("knobs:in", bytes((0xB0, 48, round_)))
            assert device.hears((0xB0, 48, round_))
            device.close()
            until(lambda: "knobs:out" not in ports.inputs, poll)
            ports.send("knobs:in", b"\xf8")  # to nobody
            device = Controller(server.name, "knobs")
    finally:
        ports.close()
        device.close()


@pytest.mark.jack
def test_two_of_a_kind_and_our_own_ports(server):
    devices = [Controller(server.name, name) for name in ("riffosc-not-us", "riffosc")]
    ports = Ports(lambda name: None, rtmidi.API_UNIX_JACK)
    try:
        ports.poll(time.monotonic())
        assert [name for name in ports.inputs if name != "riffosc in"] == [], "what is called like us is ours"
    finally:
        ports.close()
        for device in devices:
            device.close()


@pytest.mark.jack
def test_a_cycle_of_jacks_ends_before_closed_outputs_are_deleted(server, monkeypatch):
    """JACK's thread may be reading from an output while it is closed, and deleted under it we crash. JACK waits for the
    end of a cycle when the input is deleted."""
    told: list[str] = []

    class Output(rtmidi.MidiOut):
        def close_port(self) -> None:
            super().close_port()
            told.append("output closed")

        def delete(self) -> None:
            told.append("output deleted")
            super().delete()

    class Input(rtmidi.MidiIn):
        def delete(self) -> None:
            super().delete()
            told.append("input deleted")

    monkeypatch.setattr(rtmidi, "MidiOut", Output)
    monkeypatch.setattr(rtmidi, "MidiIn", Input)
    device = Controller(server.name, "knobs")
    ports = Ports(lambda name: None, rtmidi.API_UNIX_JACK)
    try:
        ports.poll(time.monotonic())
        ports.send("knobs:in", b"\xf8")
        assert device.hears((0xF8,))
        device.close()
        until(lambda: "knobs:in" not in ports.outputs, lambda: ports.poll(time.monotonic()))
        assert told == ["input deleted", "output closed"]
    finally:
        ports.close()
        device.close()
    last_closed = len(told) - told[::-1].index("output closed")
    assert told[last_closed:] == ["input deleted", *["output deleted"] * told.count("output closed")]


ALSA = pytest.mark.skipif(not Path("/dev/snd/seq").exists(), reason="the kernel has no ALSA sequencer")


@pytest.mark.parametrize(
    ("api", "kind"),
    [
        pytest.param(rtmidi.API_UNIX_JACK, Controller, marks=pytest.mark.jack),
        pytest.param(rtmidi.API_UNIX_JACK, VirtualController, marks=pytest.mark.jack),
        pytest.param(rtmidi.API_LINUX_ALSA, VirtualController, marks=ALSA),
    ],
    ids=["jack", "virtual on jack", "virtual on alsa"],
)
def test_the_hub_hears_a_device_and_lights_it_and_again_when_it_is_back(api, kind, request):
    server = request.getfixturevalue("server").name if api == rtmidi.API_UNIX_JACK else ""
    where = server if kind is Controller else str(api)
    store = Store(2)
    found = parse_map(MAP, Path("knobs.toml"))
    midi = Midi(store, Router(store, store.set), Shelf([], [found], Map("learned")), api=api)
    began = time.monotonic()

    def tick() -> None:
        midi.tick(time.monotonic() - began)

    device = kind(where, "knobs")
    try:
        until(lambda: "knobs:out" in str(store.get("/riff/midi_inputs")), tick)
        until(lambda: (0x90, 2, 0) in device.heard, tick)
        device.send((0xB0, 1, 127), (0x90, 2, 100))
        until(lambda: store.get("/riff/1/mix") == 1 and store.get("/riff/1/mute"), tick)
        until(lambda: (0x90, 2, 127) in device.heard, tick)
        device.close()
        until(lambda: "knobs:out" not in str(store.get("/riff/midi_inputs")), tick)
        device = kind(where, "knobs")
        until(lambda: {(0xB0, 1, 127), (0x90, 2, 127)} <= set(device.heard), tick)
    finally:
        midi.close()
        device.close()


def test_names_without_the_systems_numbers():
    assert plain("nanoKONTROL2:nanoKONTROL2 MIDI 1 24:0") == "nanoKONTROL2:nanoKONTROL2 MIDI 1"
    assert numbered(["a", "b", "a", "a"]) == ["a", "b", "a #2", "a #3"]


def test_without_the_library_there_is_a_word_and_nothing_else(monkeypatch):
    monkeypatch.setitem(sys.modules, "rtmidi", None)  # as where there is no wheel of it
    ports = Ports(lambda name: None)
    assert ports.problem == NO_LIBRARY
    assert ports.poll(0.0) == [] and ports.inputs == [] and ports.outputs_of("x") == []
    ports.send("x", b"\xf8")
    ports.close()


def test_a_system_without_midi_is_said_in_words():
    """No server of that name: rtmidi reports it as a SystemError of its own."""
    code = """
import rtmidi
from riffosc.midi.ports import Ports
ports = Ports(print, rtmidi.API_UNIX_JACK)
print(ports.poll(0.0), ports.inputs, ports.problem)
ports.close()
"""
    env = {"JACK_DEFAULT_SERVER": "riff-no-such-server", "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[] [] this system has no MIDI")


def test_the_drivers_own_times_are_kept_and_our_lateness_is_not():
    """Ticks every 20 ms, looked for every 0 to 5 ms late, by a clock that is 0.01 % off."""
    stamps, found = Stamps(), []
    for number in range(400):
        true = 20 + 0.02 * number
        late = (number * 7 % 11) / 11 * 0.005
        found.append(stamps.at(0.02 * 1.0001 if number else 0.0, true + late) - true)
    assert max(found[50:]) - min(found[50:]) < 0.001
    assert min(found[50:]) > -0.0005
    assert stamps.at(100.0, 30.0) == 30.0, "a driver that jumps is believed no more"
