"""The bench of the audio path: 8 voices through a JACK server of its own, on a machine that is kept busy."""

import fcntl
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from riffosc.bench.checking import check_recording
from riffosc.bench.recorder import Recorder
from riffosc.clip import Samples
from riffosc.playback.jack import JackOutput, library
from riffosc.playback.player import Landing, News, NewsKind, Player
from riffosc.timeline import Timeline, clip_frames

SERVER = "riffosc-bench"
VOICES = 8
RATE = 44100
TEMPO, BEATS = 174.0, 2  # passes that differ by a frame from one to the next
FADE_S = 0.020
HOLD_PASSES = 3  # after so many, a voice gets another clip


@dataclass(frozen=True, slots=True)
class Figures:
    """What `riffosc bench audio` shows."""

    seconds: float
    period: int
    realtime: bool
    blocks: int
    own_overruns: int
    server_xruns: int
    frames_lost: int  # by the server: time went on without asking for sound
    worst_callback_us: float
    boundaries_checked: int
    samples_checked: int
    samples_wrong: int  # in blocks of which something arrived
    voice_blocks_lost: int  # of which nothing did: the server's xruns
    voice_blocks_delayed: int  # which came a block late, likewise
    frames_unrecorded: int
    landings_missed: int
    news_dropped: int


def bench_audio(seconds: float, period: int, realtime: bool) -> dict[str, Any]:
    """Play and record for `seconds` at `period` frames a block; figures by the names of `Figures`."""
    with ExitStack() as stack:
        stack.enter_context(jack_server(period, realtime))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(_busy())
        player = Player(VOICES, RATE)
        stack.callback(player.close)
        output = JackOutput(server=SERVER)
        stack.callback(output.stop)
        output.open(player)
        output.start(player)
        while player.blocks < 10:
            time.sleep(0.01)
        lost = int(player.state["engine"]["lost"])
        events, clips, recorder = _play(player, seconds, folder / "sound.npz")
        output.stop()
        offset = int(output.wires["frame"]) - int(output.wires["time"])
        recording = recorder.recording(offset)
        report = check_recording(recording, events, clips, round(FADE_S * RATE))
        engine = player.state["engine"]
        return asdict(
            Figures(
                seconds=seconds,
                period=period,
                realtime=realtime,
                blocks=player.blocks,
                own_overruns=player.overruns,
                server_xruns=player.xruns,
                frames_lost=int(engine["lost"]) - lost,
                worst_callback_us=float(engine["worst_ns"]) / 1000,
                boundaries_checked=report.boundaries,
                samples_checked=report.samples,
                samples_wrong=report.wrong,
                voice_blocks_lost=report.lost,
                voice_blocks_delayed=report.delayed,
                frames_unrecorded=report.missing,
                landings_missed=sum(news.kind is NewsKind.MISSED for news in events),
                news_dropped=player.dropped,
            )
        )


def _play(player: Player, seconds: float, path: Path) -> tuple[list[News], dict[int, Samples], Recorder]:
    """Every voice starts on a beat of its own and changes its clip every few passes."""
    timeline = Timeline(0.0, player.now() + 0.5, TEMPO)
    player.set_timeline(timeline)
    clips = [_noise(seed) for seed in range(2 * VOICES)]
    slots = [player.bank.load(clip, BEATS) for clip in clips]
    for voice in range(VOICES):
        player.land(Landing(voice + 1, slots[voice], 1 + voice / 4, 1 + voice / 4, FADE_S))
    recorder = record_voices(path, seconds, VOICES)
    events: list[News] = []
    passes = [0] * VOICES
    while recorder.running:
        for news in player.news():
            events.append(news)
            if news.kind is NewsKind.PASS:
                _change(player, news, slots, passes)
        time.sleep(0.005)
    return events + player.news(), dict(zip(slots, clips, strict=True)), recorder


def _change(player: Player, news: News, slots: list[int], passes: list[int]) -> None:
    """The voice's other clip, on the pass after the one that has begun."""
    voice = news.voice - 1
    passes[voice] += 1
    if passes[voice] % HOLD_PASSES == 0:
        other = slots[voice + VOICES * (passes[voice] // HOLD_PASSES % 2)]
        beat = news.beat + BEATS
        player.land(Landing(news.voice, other, beat, beat, FADE_S))


def _noise(seed: int) -> Samples:
    """(2, frames): no sample is like another, and eight voices stay below the limiter."""
    frames = clip_frames(BEATS, TEMPO, RATE)
    return np.random.default_rng(seed).uniform(-0.08, 0.08, (2, frames)).astype(np.float32)


def record_voices(path: Path, seconds: float, voices: int, server: str = SERVER) -> Recorder:
    """The left side of each voice."""
    ports = [f"riffosc:voice{number}_L" for number in range(1, voices + 1)]
    return Recorder(server, path, round(seconds * RATE), ports)


@contextmanager
def jack_server(period: int, realtime: bool) -> Iterator[None]:
    """jackd on the dummy driver, for as long as it is needed. One bench at a time on a machine."""
    with (Path(tempfile.gettempdir()) / f"{SERVER}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _jackd(period, realtime):
            yield


@contextmanager
def _jackd(period: int, realtime: bool) -> Iterator[None]:
    command = ["jackd", "-n", SERVER, "-R" if realtime else "-r", "-p", "128"]
    driver = ["-d", "dummy", "-r", str(RATE), "-p", str(period)]
    env = {**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}
    process = subprocess.Popen([*command, *driver], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: "subprocess.Popen[bytes]") -> None:
    """Until a client can be opened. None may have the server's name: both would use the same socket."""
    jack = library()
    while server.poll() is None:
        try:
            jack.Client("probe", no_start_server=True, servername=SERVER).close()
            return
        except jack.JackError:
            time.sleep(0.02)
    raise RuntimeError("jackd does not start; is another one named " + SERVER + " running?")


@contextmanager
def _busy() -> Iterator[None]:
    """A thread that holds this process's interpreter lock, and another process."""
    stop = threading.Event()
    thread = threading.Thread(target=_spin, args=(stop,), daemon=True)
    thread.start()
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        stop.set()
        thread.join()
        process.kill()
        process.wait()


def _spin(stop: threading.Event) -> None:
    while not stop.is_set():
        for _ in range(1000):
            pass
