"""`riffosc bench clock --boundaries`: where the loops begin in a recording, beside the beat of another program.

The whole of riffosc plays under a JACK server of the bench's, painting all the time, led by MIDI clock, JACK's
transport, Ableton Link and Tidal in turn. Another process records; where each pass of a loop begins is looked for in
the recording by the sound of its clip, and the other program's own word says where its bar line was.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from riffosc.app import App, Options, running
from riffosc.bench.audio import RATE, SERVER, jack_server, record_voices
from riffosc.bench.clock import HEAD_START_S, LEFT_OUT, PERIOD, SETTLE_S, TEMPO, in_own_network, leader
from riffosc.bench.peers import peer
from riffosc.bench.recorder import Recorder, Recording
from riffosc.bench.referee import Beat, Survey, referee
from riffosc.bench.session import Log
from riffosc.playback.player import NewsKind, Player

CLOCKS = ("midi", "jack", "tidal", "link")
PROMPTS = ("techno drums", "house drums and synth bass")  # beginnings that can be told
SOUND = 4096  # frames of a clip by which its beginning is known
AROUND = 800  # frames in which it is looked for, on either side
CLEAR = 0.95  # as alike as a recorded beginning must be
SILENT = 1e-3
WATCH_S = 0.05
SHAKEN_S = 1.5  # after a lost block: the beat is found again, and the difference taken up
PATIENCE_S = 120.0
BAR = 4
Sound = npt.NDArray[np.float64]


def measure(seconds: float, *, link: bool) -> dict[str, Any]:
    """Each clock for `seconds`: its boundaries, and how many milliseconds they were off."""
    figures: dict[str, Any] = {"seconds": seconds}
    for name in CLOCKS if link else CLOCKS[:-1]:
        with jack_server(PERIOD, realtime=True), tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(play(name, seconds, Path(folder)))
        figures |= {f"{name}_{what}": value for what, value in found.items()}
    return figures


def measure_boundaries(seconds: float) -> dict[str, Any]:
    """In a network of its own if one can be made."""
    return in_own_network(__name__, seconds=seconds) or {"link": LEFT_OUT} | measure(seconds, link=False)


async def play(
    name: str, seconds: float, folder: Path, server: str = SERVER, settle_s: float = SETTLE_S
) -> dict[str, Any]:
    """Figures of `seconds` of following one clock, all of riffosc on a JACK server that runs."""
    os.environ["JACK_DEFAULT_SERVER"] = server
    voices = {f"/riff/{v}/{what}": value for v, prompt in enumerate(PROMPTS, 1) for what, value in _voice(prompt)}
    options = Options(
        folder=folder / "loops",
        state=folder / "state",
        audio="jack",
        port=0,
        web=False,
        voices=len(PROMPTS),
        settings=voices,
    )
    log = Log()
    with ExitStack() as stack:
        async with running(options) as app:
            app.engine.observe.append(log.hear)
            survey = stack.enter_context(peer("survey", server))
            other = stack.enter_context(leader(name, TEMPO, app.osc.port, server))
            await asyncio.sleep(HEAD_START_S if name == "link" else 0.0)
            app.store.set("/riff/clock", name)
            await _settled(app, name)
            await asyncio.sleep(settle_s)
            clips, xruns = len(log.clips), app.engine.player.xruns
            recorder = record_voices(folder / "sound.npz", seconds, len(PROMPTS), server)
            shaken = await _watch(app.engine.player, recorder)
            offset = frames_between(app)
            await asyncio.sleep(1.5)  # the survey is to reach beyond
            figures = {"clips": len(log.clips) - clips, "server_xruns": app.engine.player.xruns - xruns}
            delay = app.outputs.current.latency if app.engine.clockwork.clocks[name].delayed else 0.0
        beat = referee(name, other.said, Survey(survey.said, RATE))
    recording = recorder.recording(offset)
    return figures | judge(recording, log, lambda frame: beat(frame - offset + delay * RATE), shaken)


async def _watch(player: Player, recorder: Recorder) -> list[float]:
    """The engine's frames at which the server lost a block, while the recorder runs."""
    shaken, xruns = [], player.xruns
    while recorder.running:
        await asyncio.sleep(WATCH_S)
        if player.xruns != xruns:
            shaken.append(player.now() * RATE)
            xruns = player.xruns
    return shaken


def _voice(prompt: str) -> list[tuple[str, Any]]:
    return [("prompt", prompt), ("evolve", 0.25), ("bars", 1)]


def frames_between(app: App) -> int:
    """From the server's frames to the engine's."""
    wires = app.outputs.current.wires  # type: ignore[attr-defined]
    while True:
        before, now, after = int(wires["frame"]), int(wires["time"]), int(wires["frame"])
        if before == after and int(wires["time"]) == now:
            return before - now


async def _settled(app: App, name: str) -> None:
    """The clock leads, and every voice sounds."""
    end = time.monotonic() + PATIENCE_S
    while app.store.get("/riff/clock_source") != name or not _sounding(app):
        if time.monotonic() > end:
            raise RuntimeError(f"{name} was not followed, or nothing sounds")
        await asyncio.sleep(0.1)


def _sounding(app: App) -> bool:
    return all(voice.sounding for voice in app.engine.conductor.voices.values())


def judge(recording: Recording, log: Log, beat: Beat, shaken: Sequence[float] = ()) -> dict[str, Any]:
    """How far the beginnings in the recording are from the bar lines of `beat` (from the engine's frames).

    Where the server has just lost a block, sound and beat have been torn apart by that: counted by themselves.
    """
    calm: list[float] = []
    after: list[float] = []
    unclear = 0
    begun = {(news.voice, news.frame): news for news in log.events if news.kind in (NewsKind.PASS, NewsKind.LANDED)}
    for news in begun.values():
        around = cut(recording, news.voice - 1, news.frame - AROUND, 2 * AROUND + SOUND)
        if around is None or news.slot not in log.clips or news.cue or news.position:
            continue
        place = find(around, log.clips[news.slot][0, :SOUND].astype(np.float64))
        if place is None:
            unclear += 1
            continue
        at = beat(news.frame - AROUND + place)
        torn = any(0 <= news.frame + RATE * WATCH_S - frame <= RATE * SHAKEN_S for frame in shaken)
        (after if torn else calm).append((at - BAR * round(at / BAR)) * 60_000 / TEMPO)
    if not calm:
        raise RuntimeError("no boundary was found in the recording")
    return {
        "boundaries": len(calm),
        "unclear": unclear,
        "rms_ms": float(np.sqrt(np.mean(np.square(calm)))),
        "worst_ms": float(np.max(np.abs(calm))),
        "boundaries_after_xruns": len(after),
        "worst_after_xruns_ms": float(np.max(np.abs(after), initial=0.0)),
    }


def find(around: Sound, beginning: Sound) -> int | None:
    """Where in a recording a clip begins, by its sound; None if that cannot be said."""
    if np.sqrt((beginning**2).mean()) < SILENT:
        return None
    alike = np.correlate(around, beginning, "valid") / np.linalg.norm(beginning)
    alike /= np.sqrt(np.convolve(around**2, np.ones(len(beginning)), "valid").clip(1e-12))
    best = int(alike.argmax())
    return best if alike[best] > CLEAR else None


def cut(recording: Recording, voice: int, frame: int, count: int) -> Sound | None:
    """`count` frames of a voice from the engine's `frame` on; None if they were not recorded whole."""
    places, frames = recording.blocks.T
    first = int(np.searchsorted(frames, frame, "right")) - 1
    last = int(np.searchsorted(frames, frame + count, "right")) - 1
    if first < 0 or last + 1 >= len(frames):
        return None
    if frames[last] - frames[first] != places[last] - places[first]:
        return None
    start = int(places[first] + frame - frames[first])
    return recording.voices[voice, start : start + count].astype(np.float64)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(**json.loads(sys.argv[1]), link=True)) + "\n")
    sys.stdout.flush()
    os._exit(0)  # libjack may freeze a Python client at its end
