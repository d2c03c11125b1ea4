"""riffosc's ports at another program's tracks, as the README of patches/daw has it, and recorded by a third program."""

import asyncio
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from alone import needs
from jack_peer import Peer
from jack_server import Server

from riffosc.app import Options, running
from riffosc.cli import main
from riffosc.playback.player import Player

README = Path(__file__).parent.parent.parent / "patches" / "daw" / "README.md"
TRACKS = ("riff1/audio_in 1", "riff1/audio_in 2", "riff2/audio_in 1", "riff2/audio_in 2")

BEATS, TEMPO, RATE = 4, 140.0, 44100  # a bar of whole frames: all passes are of one length

pytestmark = [pytest.mark.jack, pytest.mark.clients, needs("jackd", "jack_rec")]


def wanted() -> tuple[str, ...]:
    """What the README's block says to `--connect`."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    words = shlex.split(block)
    command = main.get_command(None, words[1])  # type: ignore[arg-type]
    assert words[0] == "riffosc" and command is not None
    connect: tuple[str, ...] = command.make_context("run", words[2:]).params["connect"]
    return connect


def test_voices_come_to_tracks_and_are_recorded_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    sound = tmp_path / "recorded.wav"
    settings = {"/riff/1/seed_image": "techno", "/riff/1/denoising": 0.0, "/riff/tempo": TEMPO, "/riff/1/bars": 1}
    options = Options(tmp_path, state=tmp_path / "state", audio="jack", port=0, connect=wanted(), settings=settings)

    def connect(tracks: Peer) -> None:
        """A program with tracks comes later."""
        for name, port in zip(TRACKS, ("voice1_L", "voice1_R", "voice2_L", "voice2_R"), strict=True):
            assert tracks.do(f"c.inports.register({name!r}).shortname") == name
            assert until(lambda port=port: tracks.do(f"[p.name for p in c.get_all_connections('riffosc:{port}')]")) == [
                f"ardour:{name}"
            ]

    def record() -> None:
        """What goes to them is recorded by another."""
        ports = ("riffosc:voice1_L", "riffosc:voice1_R")
        whole = str(2**18)  # frames: it holds all of them, if need be, while a busy machine does not let it write
        command = ["jack_rec", "-f", sound, "-d", "3", "-b", "24", "-B", whole, *ports]
        subprocess.run(command, check=True, timeout=100)

    async def play() -> None:
        async with running(options) as app:
            async with asyncio.timeout(90):
                while app.store.get("/riff/1/state") != "playing":
                    await asyncio.sleep(0.05)
            tracks = await asyncio.to_thread(Peer, server.name, "ardour")
            try:
                await asyncio.to_thread(connect, tracks)
                lost = None
                while lost != (lost := losses(app.engine.player)):  # again, if a busy machine's server lost a block
                    await asyncio.to_thread(record)
            finally:
                tracks.close()

    try:
        server.start()
        asyncio.run(play())
    finally:
        server.close()
    (path,) = tmp_path.glob("riff1/*.wav")
    assert_goes_round(soundfile.read(sound)[0], soundfile.read(path, always_2d=True)[0][:, 0])


def losses(player: Player) -> tuple[int, int]:
    """Blocks that the server was late with, and frames of which it played none."""
    return player.xruns, int(player.state["engine"]["lost"])


def until(ask: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while not (found := ask()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def assert_goes_round(sound: np.ndarray, clip: np.ndarray) -> None:
    """Every frame of both channels is the clip's, one after the other."""
    frames = len(clip)
    assert frames == round(BEATS * 60 / TEMPO * RATE) and len(sound) > 1.5 * frames
    alike = np.fft.irfft(np.fft.rfft(sound[:frames, 0]) * np.conj(np.fft.rfft(clip)), frames)
    first = -int(np.argmax(alike)) % frames
    expected = clip[(first + np.arange(len(sound))) % frames]
    assert np.abs(sound - expected[:, None]).max() < 2**-22
