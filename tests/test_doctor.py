import os
import shutil
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from safetensors.numpy import save_file

from riffosc import devices, doctor
from riffosc.devices import DeviceError


def finding(what: str) -> doctor.Finding:
    return next(found for found in doctor.examine() if found.what == what)


@pytest.fixture(autouse=True)
def no_torch(monkeypatch):
    """Loading it takes seconds; one test does."""
    monkeypatch.setattr(doctor, "ASK_TORCH", "print('2.14 painting on paper')")


def test_every_check_says_something():
    found = doctor.examine()
    assert [one.what for one in found] == list(doctor.CHECKS)
    assert all(one.words and "\n" not in one.words for one in found)
    assert not [one for one in found if "could not be looked at" in one.words]


def test_torch_is_asked(monkeypatch):
    monkeypatch.undo()
    ok, words = doctor._torch()
    assert ok and "painting on" in words and "threads" in words


def test_torch_that_cannot_be_loaded(monkeypatch):
    monkeypatch.setattr(doctor, "ASK_TORCH", "import torch_that_is_not_here")
    found = finding("torch")
    assert not found.ok and "No module named 'torch_that_is_not_here'" in found.words


def test_a_check_that_fails_is_a_finding(monkeypatch):
    def broken():
        raise RuntimeError("oh")

    monkeypatch.setitem(doctor.CHECKS, "JACK", broken)
    assert finding("JACK") == doctor.Finding("JACK", False, "could not be looked at: RuntimeError: oh")


def test_libraries_that_are_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "jack", None)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert "the JACK library is missing" in finding("JACK").words
    assert "PortAudio is missing" in finding("sound card").words
    assert all("missing" in line for line in devices.describe().splitlines())  # a line for each server that runs


def test_a_port_that_is_taken(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(doctor, "PORT", taken.getsockname()[1])
        found = finding("OSC port")
    assert not found.ok and "is taken" in found.words


def test_weights_whole_and_damaged(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "weights_dir", lambda: tmp_path)
    assert not finding("model").ok
    (tmp_path / "model.json").write_text("{}")
    save_file({"a": np.zeros(5), "b": np.ones((2, 2), np.float32)}, tmp_path / "model.safetensors")
    assert finding("model").ok
    assert finding("model").words.startswith("2 tensors")
    whole = (tmp_path / "model.safetensors").read_bytes()
    for length in (0, 4, 20, len(whole) - 1):
        (tmp_path / "model.safetensors").write_bytes(whole[:length])
        assert not finding("model").ok
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 100)
    assert not finding("model").ok


@pytest.mark.skipif(os.name != "posix", reason="file descriptors of a C library")
def test_what_c_libraries_print_is_kept_away(capfd):
    with devices._quiet():
        os.write(2, b"ALSA lib confmisc.c: no such thing\n")
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"


def test_no_such_server(monkeypatch, capfd):
    pytest.importorskip("jack", exc_type=OSError)
    with pytest.raises(DeviceError, match="no JACK server 'riff-nowhere' is running"):
        devices.jack_server("riff-nowhere")
    assert capfd.readouterr().err == ""


@pytest.mark.jack
@pytest.mark.skipif(shutil.which("jackd") is None, reason="apt install jackd2")
def test_a_server_and_its_ports(monkeypatch):
    devices.describe()  # PortAudio looks for servers once: it is not to find one, for it crashes if that one ends first
    name = "riff-doctor"
    command = ["jackd", "-n", name, "-r", "-p", "128", "-d", "dummy", "-r", "48000", "-p", "512"]
    server = subprocess.Popen(
        command,
        env=os.environ | {"JACK_NO_AUDIO_RESERVATION": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        found = _wait_for(name, server)
        assert (found.samplerate, found.blocksize, found.realtime) == (48000, 512, False)
        assert found.inputs == ("system:playback_1", "system:playback_2")
        assert name in devices.server_names()
        monkeypatch.setenv("JACK_DEFAULT_SERVER", name)
        assert devices.server_names()[0] == name
        assert "    system:playback_1" in devices.describe().splitlines()
        assert "not realtime" in finding("JACK").words
    finally:
        server.terminate()
        server.wait()
    with pytest.raises(DeviceError):
        devices.jack_server(name)


def _wait_for(name: str, server: subprocess.Popen) -> devices.JackServer:
    deadline = time.monotonic() + 30
    while True:
        assert server.poll() is None, "jackd ended"
        try:
            return devices.jack_server(name)
        except DeviceError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
