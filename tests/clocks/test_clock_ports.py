"""Clocks of other processes through a real JACK server: transport, MIDI clock, and Debian's jack_midi_clock.

The server waits for its clients, and all see the same cycles: errors are in frames.
"""

import asyncio
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator

import pytest
from jack_peer import Peer
from jack_server import Server

from riffosc.bench.audio import RATE
from riffosc.bench.clock import Ensemble, follow
from riffosc.bench.peers import peer
from riffosc.control.osc import OscServer
from riffosc.playback.jack import JackOutput
from riffosc.playback.null import NullOutput

pytestmark = pytest.mark.jack
TEMPO = 123.4


class Stage:
    """All of riffosc that keeps time, and a peer that gives JACK bars and beats."""

    def __init__(self) -> None:
        self.server = Server()
        self.server.start()
        self.ensemble = Ensemble(JackOutput(server=self.server.name))
        self.store, self.clockwork = self.ensemble.store, self.ensemble.clockwork
        self.peer = Peer(self.server.name)
        self.peer.do(f"change(tempo={TEMPO}, watch=True)")

    def run(self, seconds: float) -> None:
        asyncio.run(self.ensemble.run(seconds))

    def until(self, enough) -> None:
        end = self.ensemble.player.now() + 60
        while not enough():
            self.run(0.05)
            assert self.ensemble.player.now() < end, self.shown()

    def shown(self) -> dict:
        return {name: self.store.get(f"/riff/{name}") for name in ("clock_source", "clock_state", "tempo", "playing")}

    def off_frames(self) -> float:
        """How far our line, and the mixer's, is from the transport's beat."""
        now, _, place = self.peer.do("seen[-1]")
        seconds = (now + self.ensemble.offset) / RATE
        beat = place / RATE * self.peer.do("tempo") / 60
        line = self.ensemble.engine.conductor.timeline
        return abs(line.beat_at(seconds) - beat) * 60 / line.tempo * RATE

    def late_frames(self) -> float:
        """The same, of what is heard: that is later by the latency of the output, as MIDI says it for."""
        return abs(self.off_frames() - self.ensemble.output.latency * RATE)

    def close(self) -> None:
        self.peer.close()
        self.ensemble.close()
        self.server.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def test_jacks_transport_is_followed_wherever_it_is_moved(stage):
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: stage.store.get("/riff/clock_source") == "jack")
    stage.until(lambda: stage.clockwork._chases is not None)
    stage.run(0.5)
    assert stage.off_frames() < 1
    stage.until(lambda: stage.store.get("/riff/tempo") == pytest.approx(TEMPO, abs=0.001))
    assert stage.ensemble.engine.conductor.origin == 0
    stage.peer.do(f"c.transport_locate({7 * RATE})")
    stage.run(1.0)
    assert stage.off_frames() < 1
    stage.peer.do("c.transport_stop()")
    stage.until(lambda: stage.store.get("/riff/playing") is False)
    assert stage.shown()["clock_state"] == "steady"
    stage.peer.do("c.transport_start()")
    stage.until(lambda: stage.store.get("/riff/playing") is True)
    stage.run(0.5)
    assert stage.off_frames() < 1
    stage.peer.do("change(tempo=90.0)")
    stage.run(1.0)
    assert stage.off_frames() < 1
    assert stage.ensemble.engine.conductor.timeline.tempo == 90.0
    assert stage.ensemble.player.state["engine"]["tempo"] == 90.0


def test_a_players_tempo_is_refused_while_jack_rolls(stage):
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("c.transport_start()")
    stage.store.set("/riff/clock", "jack")
    stage.until(lambda: stage.clockwork._chases is not None and stage.store.get("/riff/tempo") != 120.0)
    stage.store.set("/riff/tempo", 99.0)
    stage.until(lambda: stage.store.get("/riff/tempo") == pytest.approx(TEMPO, abs=0.001))


def test_three_beats_in_a_bar_are_jacks_to_say(stage):
    stage.peer.do("change(per_bar=3)")
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: stage.store.get("/riff/quantum") == 3)
    conductor = stage.ensemble.engine.conductor
    stage.until(lambda: stage.clockwork._chases is not None)
    stage.run(0.5)
    assert conductor.timeline.quantum == 3
    assert conductor.next_bar(stage.ensemble.player.now()) % 3 == pytest.approx(0, abs=1e-6)


def test_beats_are_given_to_jack_when_asked_and_free(stage):
    """And not taken back: our own bars are no clock from outside."""
    stage.store.set("/riff/timebase", True)
    assert not stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: (seen := stage.ensemble.player.transport()) and seen.rolling and seen.beat is not None)
    stage.store.set("/riff/quantum", 3)
    stage.until(lambda: stage.ensemble.player.transport().beats_per_bar == 3)
    stage.run(1.0)
    assert stage.shown()["clock_source"] == "internal"
    conductor, seen = stage.ensemble.engine.conductor, stage.ensemble.player.transport()
    beat = conductor.timeline.beat_at(seen.frame / RATE) - conductor.origin
    assert seen.beat == pytest.approx(beat, abs=1e-6)
    stage.store.set("/riff/timebase", False)
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.store.set("/riff/timebase", True)
    assert stage.store.get("/riff/timebase") is False


@pytest.mark.skipif(shutil.which("jack_midi_clock") is None, reason="jack_midi_clock is not installed")
def test_debians_midi_clock_leads(stage):
    """It sends start and clock from the transport, through riffosc's MIDI port."""
    name = stage.server.name
    env = {"JACK_DEFAULT_SERVER": name, "PATH": "/usr/bin:/bin"}
    stage.store.set("/riff/clock", "midi")
    master = subprocess.Popen(["jack_midi_clock", "riffosc:midi_in"], env=env, stdout=subprocess.DEVNULL)
    try:
        assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
        stage.until(lambda: stage.peer.do("len(c.get_all_connections('riffosc:midi_in'))") > 0)
        stage.peer.do("c.transport_start()")
        stage.until(lambda: stage.store.get("/riff/clock_state") == "steady")
        assert stage.store.get("/riff/clock_source") == "midi"
        stage.until(lambda: stage.late_frames() < 0.001 * RATE)
        stage.run(2.0)
        assert stage.store.get("/riff/tempo") == pytest.approx(TEMPO, abs=0.02)
        assert stage.late_frames() < 0.001 * RATE
        stage.peer.do("c.transport_stop()")
        stage.until(lambda: stage.store.get("/riff/playing") is False)
    finally:
        master.terminate()
        master.wait()


def test_midi_clock_with_two_milliseconds_of_jitter(stage):
    """What `riffosc bench clock` measures, over a few seconds."""
    stage.ensemble.output.stop()  # there is one client named riffosc on a server
    figures = asyncio.run(follow("midi", TEMPO, 4.0, stage.server.name, settle_s=4.0))
    assert figures["beat_rms_ms"] < 1
    assert figures["beat_worst_ms"] < 3
    assert figures["tempo_rms_bpm"] < 0.05


def test_tidals_messages_lead_over_real_udp():
    """Beside wall time; the median, for on a busy machine two readings may lie apart."""

    async def play() -> list[float]:
        ensemble, off = Ensemble(NullOutput()), []
        osc = await OscServer.open(ensemble.store, port=0, played=ensemble.clockwork.tidal.hear)
        with peer("tidal", osc.port, TEMPO) as tidal:
            end = ensemble.player.now() + 60
            while ensemble.store.get("/riff/clock_source") != "tidal" and ensemble.player.now() < end:
                await ensemble.run(0.1)
            await ensemble.run(5.0)
            start, cps = tidal.said[0]["start"], tidal.said[0]["cps"]
            for _ in range(20):
                await ensemble.run(0.1)
                bars = (time.time() - start) * cps
                ours = ensemble.engine.conductor.timeline.beat_at(ensemble.player.now()) / 4
                off.append((ours - bars - round(ours - bars)) / cps * 1000)
        osc.close()
        ensemble.close()
        return off

    assert statistics.median(map(abs, asyncio.run(play()))) < 1.0
