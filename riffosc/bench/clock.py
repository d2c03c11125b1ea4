"""`riffosc bench clock`: how close riffosc keeps to MIDI clock, JACK's transport, Ableton Link and Tidal.

Each of them is another process, under a jackd of this bench. Link is heard in the whole network and joins whoever
is there, so it is measured in a network of its own, which is made by `unshare`, and left out where that cannot be.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from riffosc.bench.audio import RATE, SERVER, jack_server
from riffosc.bench.peers import Peer, peer
from riffosc.bench.referee import Survey, referee
from riffosc.control.osc import OscServer
from riffosc.engine import TICK_S, Engine
from riffosc.params import Store
from riffosc.playback.jack import JackOutput
from riffosc.playback.player import Player

HEAD_START_S = 2.0  # of two Link sessions that meet, the older one's tempo counts: it is to be the leader's
SETTLE_S = 8.0
MIDI_TEMPI = (60.0, 123.4, 174.0)
JITTER_MS = 2.0
TEMPO = 123.4
PERIOD = 256


@dataclass(slots=True)
class Watched:
    """Our line beside theirs, ten times a second."""

    name: str
    frames: list[float] = field(default_factory=list)  # of the server, when it is heard
    beats: list[float] = field(default_factory=list)  # of our line
    tempi: list[float] = field(default_factory=list)

    def figures(self, said: list[dict[str, Any]], survey: list[dict[str, Any]], tempo: float) -> dict[str, float]:
        """Errors of the place in the bar, rms and worst in ms; of the tempo, rms in beats a minute."""
        beat = referee(self.name, said, Survey(survey, RATE))
        off = np.array([ours - beat(frame) for ours, frame in zip(self.beats, self.frames, strict=True)])
        if self.name in ("link", "tidal"):
            off -= 4 * np.round(off / 4)
        off_ms = off * 60_000 / tempo
        return {
            "beat_rms_ms": float(np.sqrt((off_ms**2).mean())),
            "beat_worst_ms": float(np.abs(off_ms).max()),
            "tempo_rms_bpm": float(np.sqrt(((np.array(self.tempi) - tempo) ** 2).mean())),
        }


class Ensemble:
    """The engine with everything that keeps time, but no renderer."""

    def __init__(self, output: Any) -> None:
        self.store = Store(2)
        self.player = Player(2, RATE)
        self.output = output
        self.output.open(self.player)
        self.output.start(self.player)
        self.engine = Engine(self.store, self.player)
        self.clockwork = self.engine.clockwork
        self.clockwork.latency = lambda: self.output.latency

    def tick(self) -> None:
        for event in self.player.midi_in():
            self.clockwork.midi.feed(event.frame / self.player.samplerate, event.data)
        self.engine.tick()

    async def run(self, seconds: float) -> None:
        """Ticks as the app makes them."""
        end = self.player.now() + seconds
        while self.player.now() < end:
            self.tick()
            await asyncio.sleep(TICK_S)

    async def watch(self, name: str, seconds: float) -> Watched:
        watched = Watched(name)
        for _ in range(int(seconds * 10)):
            await self.run(0.1)
            now = self.player.now()
            clock = self.clockwork.clocks[name]
            heard = now + (self.output.latency if clock.delayed else 0.0)
            watched.frames.append(heard * RATE - self.offset)
            watched.beats.append(self.engine.conductor.timeline.beat_at(now))
            reading = clock.read(now)
            watched.tempi.append((reading.tempo or reading.line.tempo) if reading else 0.0)
        if self.store.get("/riff/clock_source") != name:
            raise RuntimeError(f"{name} was not followed")
        return watched

    @property
    def offset(self) -> int:
        """From the server's frames to the engine's, both as of the same block."""
        wires = self.output.wires
        while True:
            before, time, after = int(wires["frame"]), int(wires["time"]), int(wires["frame"])
            if before == after and int(wires["time"]) == time:
                return before - time

    def close(self) -> None:
        self.output.stop()
        self.engine.close()
        self.player.close()


@asynccontextmanager
async def playing(server: str = SERVER) -> AsyncIterator[tuple[Ensemble, OscServer]]:
    ensemble = Ensemble(JackOutput(server=server))
    osc = await OscServer.open(ensemble.store, port=0, played=ensemble.clockwork.tidal.hear)
    try:
        yield ensemble, osc
    finally:
        osc.close()
        ensemble.close()


def leader(name: str, tempo: float, port: int, server: str, jitter_ms: float = 0.0) -> AbstractContextManager[Peer]:
    """The program that riffosc is to follow."""
    args: dict[str, tuple[object, ...]] = {
        "midi": (server, tempo, jitter_ms),
        "jack": (server, tempo),
        "link": (tempo,),
        "tidal": (port, tempo),
    }
    return peer(name, *args[name])


async def follow(
    name: str, tempo: float, seconds: float, server: str = SERVER, settle_s: float = SETTLE_S
) -> dict[str, float]:
    """Figures of `seconds` of following one clock, after it has settled."""
    with ExitStack() as stack:
        async with playing(server) as (ensemble, osc):
            survey = stack.enter_context(peer("survey", server))
            other = stack.enter_context(leader(name, tempo, osc.port, server, JITTER_MS))
            await ensemble.run(HEAD_START_S if name == "link" else 0.0)
            ensemble.store.set("/riff/clock", name)
            await ensemble.run(settle_s)
            watched = await ensemble.watch(name, seconds)
            await ensemble.run(1.5)  # the survey is to reach beyond
            return watched.figures(other.said, survey.said, tempo)


def measure(seconds: float, *, link: bool) -> dict[str, Any]:
    """All clocks, one after another."""
    figures: dict[str, Any] = {"seconds": seconds}
    with jack_server(PERIOD, realtime=True):
        for tempo in MIDI_TEMPI:
            figures |= _named(f"midi_{tempo:g}", asyncio.run(follow("midi", tempo, seconds)))
        for name in ("jack", "tidal", *(["link"] if link else [])):
            figures |= _named(name, asyncio.run(follow(name, TEMPO, seconds)))
    return figures


def _named(name: str, figures: dict[str, float]) -> dict[str, float]:
    return {f"{name}_{what}": value for what, value in figures.items()}


def measure_clocks(seconds: float) -> dict[str, Any]:
    """In a network of its own if one can be made."""
    return in_own_network(__name__, seconds=seconds) or {"link": LEFT_OUT} | measure(seconds, link=False)


LEFT_OUT = "left out: unshare cannot make a network here, and no session outside is to be disturbed"
WAYS = (["unshare", "-n"], ["unshare", "-rn"])


def in_own_network(module: str, **options: Any) -> dict[str, Any] | None:
    """What a module, as a program, measures with Link; None where no network can be made."""
    for way in WAYS:
        command = [*way, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable]
        try:
            subprocess.run([*command, "-c", ""], check=True, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            continue
        done = subprocess.run([*command, "-m", module, json.dumps(options)], check=True, stdout=subprocess.PIPE)
        figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return figures
    return None


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(**json.loads(sys.argv[1]), link=True)) + "\n")
    sys.stdout.flush()
    os._exit(0)  # libjack may freeze a Python client at its end
