"""riffosc in a session manager's session: opened, saved, killed, and opened again as it was."""

import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import soundfile
from jack_server import Server, client
from session_manager import PATIENCE_S, Manager, Riffosc, Wire

CLIENT = "riffosc.nABCD"
PORTS = "print(*(port.name for port in c.get_ports()))"


@pytest.fixture
def manager():
    made = Manager()
    yield made
    made.close()


@pytest.fixture
def started(tmp_path, manager):
    """riffosc where nothing of a session belongs; ended with the test."""
    running = []

    def start(*args, url=None):
        running.append(Riffosc(url or manager.url, tmp_path / "elsewhere", *args))
        return running[-1]

    yield start
    for each in running:
        each.end()


@pytest.fixture
def jackd(monkeypatch):
    server = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    server.start()
    yield server
    server.close()


def first_clip(riff):
    """What the watched folder got first: its path, and its samples."""
    path = Path(riff.player.hear("/riff/clip")[3])
    return path, soundfile.read(path)[0]


@pytest.mark.jack
@pytest.mark.slow
def test_a_session_comes_back_as_it_was_saved(manager, started, jackd, tmp_path):
    session = tmp_path / "A song" / CLIENT
    riff = started("--audio", "jack")
    name, capabilities, executable, major, minor, pid = manager.meets()
    assert (name, executable, major, minor, pid) == ("riffosc", "riffosc", 1, 1, riff.process.pid)
    assert ":dirty:" in capabilities and ":switch:" not in capabilities
    assert "riffosc" not in client(PORTS, jackd.name), "no JACK client before the session is open"
    assert not session.exists()
    assert "a new session" in manager.opens(session, CLIENT)[2]
    assert f"{CLIENT}:main_L" in client(PORTS, jackd.name)

    riff.listens()
    riff.player.send("/riff/subscribe", "clip")
    riff.player.send("/riff/slot/set", "drone", "a dark drone")
    riff.player.send("/riff/tempo", 133.0)
    riff.player.send("/riff/1/play", "prompt", "techno_drums", "seed", 7, "bars", 1, "steps", 1, "gain", 0.33)
    manager.hear("/nsm/client/is_dirty")
    manager.hear("/nsm/client/progress", 1.0)
    path, before = first_clip(riff)
    assert path.is_relative_to(session)
    assert manager.saves()
    riff.player.send("/riff/1/gain", 0.9)
    manager.hear("/nsm/client/is_dirty")
    assert riff.end(signal.SIGKILL) == -signal.SIGKILL

    again = started("--audio", "jack")
    manager.meets()
    assert "as it was saved" in manager.opens(session, CLIENT)[2]
    again.listens()
    again.player.send("/riff/subscribe", "clip")
    assert again.player.ask("/riff/1/gain") == (pytest.approx(0.33),), "what was not saved is gone"
    assert again.player.ask("/riff/1/prompt") == ("techno drums",)
    assert again.player.ask("/riff/tempo") == (133.0,)
    again.player.send("/riff/slot/list")
    assert again.player.hear("/riff/slot/list/item")[2:] == ("drone", "a dark drone")
    _, after = first_clip(again)
    assert (before == after).all(), "the same parameters paint the same clip"
    assert f"{CLIENT}:main_L" in client(PORTS, jackd.name)
    assert again.end() == 0
    assert not any((tmp_path / "elsewhere").iterdir())


def test_a_broken_session_is_said_and_kept(manager, started, tmp_path):
    (tmp_path / "session.toml").write_text('"/riff/tempo" = fast')
    riff = started("--no-audio")
    manager.meets()
    manager.send("/nsm/client/open", str(tmp_path), "a song", CLIENT)
    assert "session.toml.bak" in manager.hear("/error", "/nsm/client/open", -9)[3]
    riff.listens()
    manager.saves()
    assert (tmp_path / "session.toml.bak").read_text() == '"/riff/tempo" = fast'
    assert tomllib.loads((tmp_path / "session.toml").read_text())["/riff/tempo"] == 120.0


def test_without_a_manager_riffosc_plays_all_the_same(started):
    with Manager() as nobody:
        url = nobody.url
    riff = started("--no-audio", url=url)
    riff.listens()
    assert riff.player.ask("/riff/tempo") == (120.0,)


def test_it_can_be_ended_while_it_waits_for_its_session(manager, started):
    riff = started("--no-audio")
    manager.meets()
    assert riff.end() == 0


@pytest.mark.clients
@pytest.mark.slow
def test_with_nsmd(tmp_path, monkeypatch):
    """The real one, which starts us by our bare name."""
    if not shutil.which("nsmd"):
        pytest.skip("nsmd (New Session Manager) is not installed")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "riffosc").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m riffosc.cli run --port 0 --no-audio\n')
    (programs / "riffosc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    with Wire() as probe:
        port = probe.port
    command = ["nsmd", "--session-root", str(tmp_path / "sessions"), "--osc-port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as nsmd, Wire() as gui:
        gui.peer = ("127.0.0.1", port)
        try:
            _drive(gui, tmp_path / "sessions")
            assert nsmd.wait(PATIENCE_S) == 0
        finally:
            nsmd.terminate()


def _drive(gui, root):
    _until(lambda: _answers(gui, "/nsm/server/new", "song"))
    assert _answers(gui, "/nsm/server/add", "riffosc")
    _until(lambda: _answers(gui, "/nsm/server/save") and any(root.glob("song/riffosc.*/session.toml")))
    (saved,) = root.glob("song/riffosc.*/session.toml")
    kept = saved.read_text()
    saved.write_text(kept.replace('"/riff/1/gain" = 1.0', '"/riff/1/gain" = 0.25'))
    assert _answers(gui, "/nsm/server/abort")
    assert _answers(gui, "/nsm/server/open", "song")
    assert _answers(gui, "/nsm/server/save")
    assert tomllib.loads(saved.read_text())["/riff/1/gain"] == 0.25
    gui.send("/nsm/server/quit")


def _answers(gui, address, *args):
    """Whether it is done; False where nobody hears yet."""
    gui.send(address, *args)
    try:
        return gui.hear("/reply", address, within_s=20)
    except (TimeoutError, ConnectionError):
        return False


def _until(happens):
    end = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)
