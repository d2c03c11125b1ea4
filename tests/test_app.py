"""The whole of riffosc, with its real renderer, over real UDP, without sound: what a player sends and gets."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import soundfile
from jack_server import Recorder, Server, client
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from riffosc.app import App, Options, running
from riffosc.clip import Samples
from riffosc.params import Value
from riffosc.playback.player import News, NewsKind
from riffosc.playback.state import NOTHING

PATIENCE_S = 90.0
SEED = {"/riff/1/seed_image": "techno", "/riff/1/denoising": 0.0, "/riff/tempo": 132.0, "/riff/1/bars": 1}


class Player(asyncio.DatagramProtocol):
    """A musician with a UDP socket."""

    def __init__(self) -> None:
        self.heard: list[OscMessage] = []

    @classmethod
    async def at(cls, port: int) -> "Player":
        loop = asyncio.get_running_loop()
        _, player = await loop.create_datagram_endpoint(cls, remote_addr=("127.0.0.1", port))
        return player

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard.append(OscMessage(data))

    def say(self, address: str, *args: Value) -> None:
        builder = OscMessageBuilder(address)
        for arg in args:
            builder.add_arg(arg)
        self.transport.sendto(builder.build().dgram)

    async def hears(self, address: str, wanted: Callable[..., bool] = lambda *_: True) -> list[Value]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for message in self.heard:
                    if message.address == address and wanted(*message.params):
                        return list(message.params)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def playing(folder: Path, audio: str = "none", **settings: Value) -> AsyncIterator[tuple[App, Player]]:
    wishes = {**SEED, **{f"/riff/{name.replace('__', '/')}": value for name, value in settings.items()}}
    options = Options(folder=folder, state=folder / "state", audio=audio, port=0, settings=wishes)
    async with running(options) as app:
        player = await Player.at(app.osc.port)
        player.say("/riff/subscribe", "clip")
        player.say("/riff/subscribe", "fail")
        try:
            yield app, player
        finally:
            player.transport.close()


def test_a_seed_picture_sounds_and_lies_in_the_folder(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (app, player):
            bank, index, path, tempo, beats, *_ = await player.hears("/riff/clip")
            assert (bank, index, tempo, beats) == ("riff1", 0, 132.0, 4.0)
            with soundfile.SoundFile(str(path)) as file:
                assert (file.frames, file.subtype) == (round(4 * 60 / 132 * 44100), "PCM_24")
            player.say("/riff/subscribe", "/riff/1/clip")
            assert await player.hears("/riff/1/clip", lambda shown: shown == path)
            player.say("/riff/subscribe", "/riff/1/state")
            assert await player.hears("/riff/1/state", lambda word: word == "playing")
            assert app.store.get("/riff/bar") >= 1

    asyncio.run(play())


def test_a_tempo_change_is_followed_by_the_same_picture_at_the_new_length(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (app, player):
            await player.hears("/riff/clip")
            player.say("/riff/tempo", 140.5)
            params = await player.hears("/riff/clip", lambda *args: args[3] == pytest.approx(140.5))
            assert soundfile.info(str(params[2])).frames == round(4 * 60 / 140.5 * 44100)
            first, second = sorted(tmp_path.glob("riff1/*.png"))
            assert app.engine.conductor.timeline.tempo == 140.5
            assert _pixels(first) == _pixels(second), "inverted again, not painted again"

    asyncio.run(play())


def _pixels(path: Path) -> bytes:
    from riffosc.picture import load_picture

    return load_picture(path).pixels.tobytes()


def test_a_killed_renderer_comes_back_and_the_loop_plays_on(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (app, player):
            await player.hears("/riff/clip")
            blocks = app.engine.player.blocks
            assert app.renderer.pid
            assert os.getsid(app.renderer.pid) != os.getsid(0), "Linux shares processors between sessions first"
            os.kill(app.renderer.pid, signal.SIGKILL)
            player.say("/riff/1/seed_image", "house")
            await player.hears("/riff/clip", lambda *args: args[1] == 1)
            assert app.engine.player.blocks > blocks
            assert app.engine.player.dropped == 0

    asyncio.run(play())


def test_save_keeps_the_sounding_clip(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (_, player):
            await player.hears("/riff/clip")
            player.say("/riff/subscribe", "/riff/1/state")
            await player.hears("/riff/1/state", lambda word: word == "playing")
            player.say("/riff/1/save")
            _, path = await player.hears("/riff/done", lambda *args: args[0] == "/riff/1/save")
            assert Path(str(path)).parent.name == "saved" and Path(str(path)).is_file()

    asyncio.run(play())


def test_what_is_cued_waits_until_it_is_taken(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (app, player):
            await player.hears("/riff/clip")
            player.say("/riff/1/cue", 1)
            player.say("/riff/1/seed_image", "house")
            player.say("/riff/subscribe", "/riff/1/cued")
            player.say("/riff/subscribe", "/riff/1/state")
            await player.hears("/riff/1/cued", lambda cued: cued == 1)
            await player.hears("/riff/1/state", lambda word: word == "cued")
            assert sum(message.address == "/riff/clip" for message in player.heard) == 1
            player.say("/riff/1/take")
            *_, title = await player.hears("/riff/clip", lambda *args: args[1] == 1)
            assert title == "house"
            player.heard.clear()
            await player.hears("/riff/1/state", lambda word: word == "playing")
            assert not app.store.get("/riff/1/cued")

    asyncio.run(play())


def test_what_cannot_be_is_said_in_words_and_the_loop_stays(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (app, player):
            await player.hears("/riff/clip")
            player.say("/riff/1/seed_image", "no such picture")
            words = await player.hears("/riff/fail", lambda *args: "no such picture" in args[2])
            assert "house" in words[2]
            player.say("/riff/model", str(tmp_path / "no-model"))
            player.say("/riff/2/prompt", "drums")
            await player.hears("/riff/fail", lambda *args: "no-model" in args[2])
            assert app.store.get("/riff/model") == "embedded", "the model that works is kept"

    asyncio.run(play())


def test_stop_start_panic_and_tap(tmp_path: Path) -> None:
    async def play() -> None:
        async with playing(tmp_path) as (app, player):
            await player.hears("/riff/clip")
            player.say("/riff/subscribe", "/riff/bar")
            await player.hears("/riff/bar", lambda bar: bar > 1)
            player.heard.clear()
            player.say("/riff/stop")
            player.say("/riff/start")
            await player.hears("/riff/bar", lambda bar: bar == 1)
            player.say("/riff/subscribe", "/riff/tempo")
            for _ in range(3):
                player.say("/riff/tap")
                await asyncio.sleep(0.25)  # or longer, on a busy machine
            await player.hears("/riff/tempo", lambda tempo: tempo != SEED["/riff/tempo"])
            player.say("/riff/panic")
            player.say("/riff/subscribe", "/riff/1/state")
            await player.hears("/riff/1/state", lambda word: word == "empty")
            async with asyncio.timeout(PATIENCE_S):
                while len(app.engine.player.bank):
                    await asyncio.sleep(0.02)

    asyncio.run(play())


def test_a_snapshot_is_recalled_at_a_bar_line(tmp_path: Path) -> None:
    """The picture and the level it was kept with; a voice that was silent then falls silent."""

    async def play() -> None:
        landed: list[News] = []
        async with playing(tmp_path) as (app, player):
            app.engine.observe.append(lambda news, _: landed.append(news) if news.kind is NewsKind.LANDED else None)
            player.say("/riff/subscribe", "done")
            for voice in (1, 2):
                player.say("/riff/subscribe", f"/riff/{voice}/state")
            await player.hears("/riff/1/state", lambda word: word == "playing")
            player.say("/riff/snapshot/save", "first")
            await player.hears("/riff/done", lambda *args: args == ("/riff/snapshot/save", "first"))
            player.say("/riff/1/play", "seed_image", "house", "gain", 0.25)
            player.say("/riff/2/play", "seed_image", "funk", "denoising", 0.0, "bars", 1)
            await player.hears("/riff/2/state", lambda word: word == "playing")
            landed.clear()
            player.heard.clear()
            player.say("/riff/snapshot/recall", "first")
            await player.hears("/riff/done", lambda *args: args == ("/riff/snapshot/recall", "first"))
            assert app.store.get("/riff/1/gain") == 1.0 and app.store.get("/riff/1/seed_image") == "techno"
            await player.hears("/riff/2/state", lambda word: word == "empty")
            async with asyncio.timeout(PATIENCE_S):
                while not any(news.voice == 1 for news in landed) or not any(news.voice == 2 for news in landed):
                    await asyncio.sleep(0.02)
            conductor = app.engine.conductor
            assert [news.slot for news in landed if news.voice == 2] == [NOTHING]
            assert all((news.beat - conductor.origin) % 4 == pytest.approx(0) for news in landed)

    asyncio.run(play())


@pytest.mark.jack
def test_a_jack_server_that_comes_back_at_another_rate_plays_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)

    async def level() -> float:
        """Of the main mix, as another client hears it."""
        recorder = await asyncio.to_thread(Recorder, server, tmp_path / "sound.npz", 100000, ["riffosc:main_L"])
        sound, _ = await asyncio.to_thread(recorder.sound)
        return float(np.abs(sound).max())

    async def play() -> None:
        async with playing(tmp_path / "loops", audio="jack") as (app, player):
            player.say("/riff/subscribe", "/riff/1/clip")
            player.say("/riff/subscribe", "/riff/audio")
            player.say("/riff/subscribe", "/riff/1/state")
            await player.hears("/riff/1/state", lambda word: word == "playing")
            assert app.store.get("/riff/audio") == "jack"
            assert await level() > 0.05
            player.heard.clear()
            await asyncio.to_thread(server.stop)
            await player.hears("/riff/audio", lambda name: name == "none")
            server.rate = 48000
            await asyncio.to_thread(server.start)
            await player.hears("/riff/audio", lambda name: name == "jack")
            clip = await player.hears("/riff/clip", lambda *args: soundfile.info(args[2]).samplerate == 48000)
            assert soundfile.info(str(clip[2])).frames == round(4 * 60 / 132 * 48000)
            await player.hears("/riff/1/clip", lambda path: path == clip[2])
            assert await level() > 0.05
            listed = await asyncio.to_thread(client, "print(c.get_all_connections('riffosc:main_L'))", server.name)
            assert "system:playback_1" in listed

    try:
        server.start()
        asyncio.run(play())
    finally:
        server.close()


@pytest.mark.jack
def test_what_is_cued_sounds_on_its_ports_in_time_with_where_it_lands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)

    async def record(port: str) -> tuple[Samples, int]:
        """Two seconds of it, once it is connected, and JACK's frame time of the first frame."""
        recorder = await asyncio.to_thread(
            Recorder, server, tmp_path / f"{port}.npz", 88200 + 4096, [f"riffosc:{port}"]
        )
        sound, times = await asyncio.to_thread(recorder.sound)
        return sound[0, 4096:], int(times[0, 1]) + 4096

    async def play() -> None:
        async with playing(tmp_path / "loops", audio="jack", tempo=120.0) as (_, player):
            player.say("/riff/1/cue", 1)
            player.say("/riff/1/seed_image", "house")
            player.say("/riff/subscribe", "/riff/1/state")
            await player.hears("/riff/1/state", lambda word: word == "cued")
            await asyncio.sleep(1)  # a beat, on which it begins
            cued = await record("cue_L")
            player.say("/riff/1/take")
            clip = await player.hears("/riff/clip", lambda *args: args[-1] == "house")
            player.heard.clear()
            await player.hears("/riff/1/state", lambda word: word == "playing")
            landed = await record("voice1_L")
            wav = soundfile.read(str(clip[2]), dtype="float32")[0]
            assert len(wav) == 4 * 22050
            assert _top(wav, *cued) == _top(wav, *landed)

    try:
        server.start()
        asyncio.run(play())
    finally:
        server.close()


def _top(loop: Samples, sound: Samples, frame: int) -> int:
    """JACK's frame, modulo the loop's length, on which the loop that was recorded from `frame` on has its top."""
    spectrum = np.fft.rfft(sound.astype(np.float64)) * np.conj(np.fft.rfft(loop.astype(np.float64)))
    top = int(np.fft.irfft(spectrum, len(loop)).argmax())
    np.testing.assert_allclose(sound, np.roll(loop, top), atol=1e-5)
    return (frame + top) % len(loop)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_behind(tmp_path: Path, ending: signal.Signals) -> None:
    folder = tmp_path / "loops"
    command = [sys.executable, "-m", "riffosc.cli", "demo", "--no-audio", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        assert demo.stdout
        for line in demo.stdout:
            if "plays" in line:
                break
        os.killpg(demo.pid, ending)
        demo.stdout.read()
        assert demo.wait(PATIENCE_S) == 0
    deadline = time.monotonic() + PATIENCE_S
    while _in_session(demo.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _in_session(demo.pid)
    assert not list(Path("/dev/shm").glob(f"riff{demo.pid}_*"))
    assert not [path for path in folder.rglob(".*") if path.suffix in (".wav", ".png", ".part")]
    assert all(soundfile.info(str(path)).frames for path in folder.rglob("*.wav"))


def _in_session(session: int) -> list[int]:
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                if os.getsid(int(path.name)) == session:
                    found.append(int(path.name))
            except ProcessLookupError:
                continue
    return found
