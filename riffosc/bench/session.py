"""`riffosc bench audio`: the whole of riffosc plays a restless set through JACK, and a recording is held against it.

Prompts, seeds and tempi change every few seconds over OSC, every voice evolves, so the renderer never rests. What
a second JACK client recorded must equal, sample for sample outside fades and retimes, what the news say it should be.
"""

import asyncio
import os
import random
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pythonosc.udp_client import SimpleUDPClient

from riffosc.app import App, Options, running
from riffosc.bench.audio import RATE, SERVER, jack_server, record_voices
from riffosc.bench.checking import Report, check_recording
from riffosc.bench.recorder import Recorder
from riffosc.clip import Samples
from riffosc.clips import Slot
from riffosc.playback.player import News, NewsKind

VOICES = 3
PROMPTS = (
    "techno drums", "funk slap bass", "jazz piano chords", "house drums and synth bass", "reggae organ chords",
    "rock electric guitar solo", "drum and bass drums", "ambient pad", "disco strings", "acid bass",
)  # fmt: skip
XFADE_MS = 20.0


class Log:
    """All news, with a number for each clip in place of its slot, which is used again; and the clips."""

    def __init__(self) -> None:
        self.events: list[News] = []
        self.clips: dict[int, Samples] = {}

    def hear(self, news: News, slot: Slot | None) -> None:
        if news.cue:
            return
        if slot is None:
            self.events.append(news)
            return
        number = slot.job.number
        if number not in self.clips:
            self.clips[number] = np.array(slot.reservation.array)
        self.events.append(replace(news, slot=number))


def measure_session(seconds: float, period: int, *, realtime: bool, model: str = "embedded") -> dict[str, Any]:
    """Figures of a session of `seconds`, by name."""
    with jack_server(period, realtime), tempfile.TemporaryDirectory() as folder:
        os.environ["JACK_DEFAULT_SERVER"] = SERVER
        return asyncio.run(_session(seconds, Path(folder), model)) | {"period": period, "realtime": realtime}


async def _session(seconds: float, folder: Path, model: str) -> dict[str, Any]:
    settings = {f"/riff/{v}/evolve": 0.25 for v in range(1, VOICES + 1)}
    options = Options(folder=folder / "loops", audio="jack", port=0, voices=VOICES, model=model, settings=settings)
    log = Log()
    async with running(options) as app:
        app.engine.observe.append(log.hear)
        output = app.outputs.current
        recorder = record_voices(folder / "sound.npz", seconds, VOICES)
        lost = int(app.engine.player.state["engine"]["lost"])
        messages = await _play(app, recorder)
        wires = output.wires  # type: ignore[attr-defined]
        offset = int(wires["frame"]) - int(wires["time"])
        figures = _figures(app, log) | {"messages": messages}
        figures["frames_lost"] -= lost  # while JACK started
    recording = recorder.recording(offset)
    report = check_recording(recording, log.events, log.clips, round(XFADE_MS / 1000 * RATE))
    return {"seconds": seconds, **figures, "samples_recorded": recording.voices.size, **_checked(report)}


async def _play(app: App, recorder: Recorder) -> int:
    """Change something every second or four, as long as the recorder runs; how many messages that took."""
    riff, chance, messages = SimpleUDPClient("127.0.0.1", app.osc.port), random.Random(1), 0
    while recorder.running:
        voice = chance.randint(1, VOICES)
        match chance.randint(0, 3):
            case 0 | 1:
                riff.send_message(f"/riff/{voice}/prompt", chance.choice(PROMPTS))
            case 2:
                riff.send_message(f"/riff/{voice}/seed", chance.randint(0, 9999))
            case 3:
                riff.send_message("/riff/tempo", round(chance.uniform(90, 174), 2))
        messages += 1
        await asyncio.sleep(chance.uniform(1, 4))
    return messages


def _figures(app: App, log: Log) -> dict[str, Any]:
    engine, player = app.engine.player.state["engine"], app.engine.player
    kinds = [news.kind for news in log.events]
    return {
        "clips": len(log.clips),
        "landings": kinds.count(NewsKind.LANDED),
        "landings_missed": kinds.count(NewsKind.MISSED),
        "late": sum(voice.late for voice in app.engine.conductor.voices.values()),
        "own_overruns": player.overruns,
        "server_xruns": player.xruns,
        "frames_lost": int(engine["lost"]),
        "worst_callback_us": float(engine["worst_ns"]) / 1000,
        "news_dropped": player.dropped,
    }


def _checked(report: Report) -> dict[str, Any]:
    return {
        "boundaries_checked": report.boundaries,
        "samples_checked": report.samples,
        "samples_wrong": report.wrong,
        "blocks_lost": report.lost,
        "blocks_delayed": report.delayed,
        "frames_unrecorded": report.missing,
    }
