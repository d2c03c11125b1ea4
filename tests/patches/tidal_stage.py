"""Tidal in ghci beside all of riffosc, as a program: says in JSON what passed between them and what was heard.

It stands in for SuperDirt, so that what Tidal would play there is seen.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from riffosc.app import App, Options, running
from riffosc.bench.audio import RATE, record_voices
from riffosc.bench.boundaries import AROUND, SOUND, cut, find, frames_between
from riffosc.bench.peers import peer
from riffosc.bench.recorder import Recorder, Recording
from riffosc.bench.referee import Survey
from riffosc.bench.session import Log
from riffosc.clips import Slot
from riffosc.control.packet import Message as OscMessage
from riffosc.control.packet import read_packet
from riffosc.playback.player import News, NewsKind
from riffosc.synthesis.process import Message

BOOT = """:set -XOverloadedStrings
:set prompt ""
import Sound.Tidal.Context
%s
:{
let p = streamReplace tidal
    d1 = p 1 . (|< orbit 0)
    d2 = p 2 . (|< orbit 1)
    hush = streamHush tidal
:}
default (Pattern String, Integer, Double)
"""
PATIENCE_S = 90.0
LONGEST_S = 60.0
CYCLE_S = 1 / 0.5625  # Tidal's own default
LANDINGS = 4  # of voice 1, which are recorded
FADED = RATE // 20  # frames: over by then is the crossfade into a clip that was there in the nick of time
SOUNDS = 0.1  # of the loudest: from there on a clip is told from others


class Dirt(asyncio.DatagramProtocol):
    """Where SuperDirt would listen."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []

    @property
    def clips(self) -> set[int]:
        """Of voice 1, which Tidal would have played."""
        return {keys["n"] for keys in self.heard if keys["s"] == "riff1"}

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.heard += [keys(message) for message in read_packet(data) if message.address == "/dirt/play"]


def keys(message: OscMessage) -> dict[str, Any]:
    return dict(zip(message.args[::2], message.args[1::2], strict=True))


async def until(there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not there():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not come")
        await asyncio.sleep(0.02)


class Ear:
    """Everything that is heard and said, with the wall time at which it was."""

    def __init__(self, app: App) -> None:
        self.log = Log()
        self.seeds: dict[int, int] = {}  # by the number of the clip
        self.events: list[tuple[dict[str, Any], float | None]] = []
        self.painted: dict[int, float] = {}  # when, by the number of the clip
        self.before_example = 0  # how many events there were
        self._hear = app.engine.clockwork.tidal.hear
        app.engine.observe.append(self._news)
        self._take = app.engine.take
        app.engine.take = self._message  # type: ignore[method-assign]
        app.osc.desk.hear(played=self._played)

    def _news(self, news: News, slot: Slot | None) -> None:
        self.log.hear(news, slot)
        if slot:
            self.seeds[slot.job.number] = slot.job.request.seed

    @property
    def landed(self) -> list[News]:
        """Clips of voice 1 that have begun, from their first frame on."""
        told = [news for news in self.log.events if news.kind is NewsKind.LANDED and news.voice == 1]
        return [news for news in told if news.slot in self.log.clips and not news.position]

    def _played(self, keys: Any, tag: float | None) -> None:
        self.events.append((dict(keys), tag))
        self._hear(keys, tag)

    def _message(self, message: Message) -> None:
        """Of the renderer."""
        if message[0] == "done":
            self.painted[message[1]] = time.time()
        self._take(message)


async def play(app: App, ear: Ear, dirt: Dirt, blocks: list[str], server: str) -> Recorder:
    """The README's patterns in Tidal, what is heard of them, and at the end an example."""
    first, then, example = blocks
    with Path("ghci.log").open("w") as out:
        script = ("-ghci-script", "BootTidal.hs")
        ghci = await asyncio.create_subprocess_exec(
            "ghci", "-v0", *script, stdin=asyncio.subprocess.PIPE, stdout=out, stderr=out
        )
    assert ghci.stdin
    ghci.stdin.write(first.encode())
    await until(lambda: app.store.get("/riff/clock_source") == "tidal", "Tidal's clock")
    await until(lambda: len(list(Path("loops/riff1").glob("*.wav"))) > 1, "a second clip")
    ghci.stdin.write(then.encode())
    recorder = record_voices(Path("sound.npz"), LONGEST_S, 1, server)
    await asyncio.to_thread(recorder.wait_ready)
    wanted, clips = len(ear.landed) + LANDINGS, len(dirt.clips)
    await until(lambda: len(ear.landed) >= wanted and len(dirt.clips) >= clips + 2, "some clips")
    await asyncio.sleep(CYCLE_S)  # the last of them is to be heard
    recorder.end()
    ear.before_example = len(ear.events)
    ghci.stdin.write(example.encode())
    await until(lambda: {1, 2, 3, 4} <= {keys["riff"] for keys, _ in ear.events}, "the example")
    ghci.kill()
    await ghci.wait()
    return recorder


async def main(server: str, boot: str, *blocks: str) -> None:
    Path("BootTidal.hs").write_text(BOOT % boot)
    settings = {"/riff/1/bars": 1, "/riff/1/steps": 2}
    options = Options(
        folder=Path("loops"), state=Path("state"), audio="jack", web=False, midi=None, voices=4, settings=settings
    )
    _, dirt = await asyncio.get_running_loop().create_datagram_endpoint(Dirt, local_addr=("127.0.0.1", 57120))
    with ExitStack() as stack:
        async with running(options) as app:
            survey, ear = stack.enter_context(peer("survey", server)), Ear(app)
            recorder = await play(app, ear, dirt, list(blocks), server)
            between, latency = frames_between(app), app.outputs.current.latency
            await asyncio.sleep(1.5)  # the survey is to reach beyond
        wall = Survey(survey.said, RATE)
    recording = recorder.recording(between)
    heard = list(landings(ear, recording, lambda frame: wall.at(frame - between, "wall") + latency))
    facts = {"landings": heard, "events": ear.events[: ear.before_example], "dirt": dirt.heard}
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    os._exit(0)  # libjack may freeze a Python client at its end


def landings(ear: Ear, recording: Recording, wall: Callable[[float], float]) -> Iterator[tuple[int, float, float]]:
    """Seeds of voice 1, and the wall times at which each was painted and is heard to begin."""
    for news in ear.landed:
        clip = ear.log.clips[news.slot][0].astype(np.float64)
        begin = FADED + int((np.abs(clip[FADED:]) > SOUNDS * np.abs(clip).max()).argmax())
        around = cut(recording, 0, news.frame + begin - AROUND, 2 * AROUND + SOUND)
        place = None if around is None else find(around, clip[begin : begin + SOUND])
        if place is not None:
            yield ear.seeds[news.slot], ear.painted[news.slot], wall(news.frame - AROUND + place)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
