"""One suite over every output: the same landings, the same samples. And what happens when a server dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import jack
import numpy as np
import pytest
from jack_server import Recorder, Server, client
from studio import RATE, Studio, noise

from riffosc.playback.jack import JackOutput
from riffosc.playback.null import NullOutput
from riffosc.playback.outputs import Output, OutputError, Outputs, choose_output
from riffosc.playback.player import Landing, News, NewsKind, Player
from riffosc.timeline import Timeline

BEATS, TEMPO = 1, 174.0


@pytest.fixture
def server() -> Iterator[Server]:
    """Not started: tests choose the period."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def player(server: Server) -> Iterator[Player]:
    """Outlived by the server, outlives its outputs."""
    made = Player(2, RATE)
    yield made
    made.close()


@pytest.fixture
def open_jack(player: Player, server: Server) -> Iterator[Callable[..., JackOutput]]:
    """A running output on a running server."""
    outputs: list[JackOutput] = []

    def made(*patterns: str) -> JackOutput:
        if server.process is None:
            server.start()
        outputs.append(JackOutput(patterns, server.name))
        outputs[-1].open(player)
        outputs[-1].start(player)
        return outputs[-1]

    yield made
    for output in outputs:
        output.stop()


def score(player: Player, begin: float) -> Timeline:
    """Two voices from beat 1 on; another clip in voice 1 on beat 8, silence on 14. All said seconds ahead."""
    timeline = Timeline(0.0, begin, TEMPO).at(player.now())  # in force at once
    player.set_timeline(timeline)
    slots = [player.bank.load(noise(BEATS, TEMPO, seed), BEATS) for seed in range(3)]
    player.land(Landing(1, slots[0], 1))
    player.land(Landing(2, slots[1], 1.5, origin=0.5))
    until(player, [], lambda told: kinds(told, NewsKind.LANDED) == 2)
    player.land(Landing(1, slots[2], 8))
    until(player, [], lambda told: kinds(told, NewsKind.LANDED) == 1)
    player.land(Landing(1, None, 14))
    player.land(Landing(2, None, 14.5))
    until(player, [], lambda told: kinds(told, NewsKind.LANDED) == 2)
    return timeline


def kinds(told: list[News], kind: NewsKind) -> int:
    return sum(news.kind is kind for news in told)


def until(player: Player, told: list[News], enough: Callable[[list[News]], bool]) -> list[News]:
    """Wait for news, however long this machine takes."""
    end = time.monotonic() + 60
    while not enough(told):
        assert time.monotonic() < end, told
        time.sleep(0.005)
        told += player.news()
    return told


def expected(timeline: Timeline) -> tuple[np.ndarray, np.ndarray]:
    """The score on the memory output: (voices, 2, frames) and (2, frames)."""
    studio = Studio()
    studio.player.set_timeline(timeline.at(0.0))
    slots = [studio.player.bank.load(noise(BEATS, TEMPO, seed), BEATS) for seed in range(3)]
    marks = [timeline.frame_at(beat, RATE) for beat in (2.5, 9, 15)]
    studio.land(slots[0], 1)
    studio.land(slots[1], 1.5, voice=2, origin=0.5)
    parts = [studio.render(marks[0])]
    studio.land(slots[2], 8)
    parts.append(studio.render(marks[1] - marks[0]))
    studio.land(None, 14)
    studio.land(None, 14.5, voice=2)
    parts.append(studio.render(marks[2] - marks[1]))
    studio.player.close()
    voices, main = (np.concatenate([part[i] for part in parts], axis=-1) for i in (0, 1))
    return voices, main


@pytest.mark.jack
@pytest.mark.parametrize("period", [64, 1024])
def test_jack_plays_what_memory_plays(
    tmp_path: Path, player: Player, server: Server, open_jack: Callable[..., JackOutput], period: int
) -> None:
    server.period = period
    output = open_jack()
    ports = [f"riffosc:{name}" for name in ("voice1_L", "voice2_R", "main_L", "main_R")]
    recorder = Recorder(server, tmp_path / "sound.npz", 8 * RATE, ports)
    timeline = score(player, player.now() + 2)
    sound, times = recorder.sound()
    output.stop()
    voices, main = expected(timeline)
    offset = int(output.wires["frame"]) - int(output.wires["time"])
    assert (np.diff(times[:, 1]) == period).all()
    start = int(times[0, 1]) + offset  # the engine's frame with which the recording begins
    end = min(start + sound.shape[1], main.shape[1])
    assert end - start > RATE
    np.testing.assert_array_equal(sound[:2, : end - start], [voices[0][0, start:end], voices[1][1, start:end]])
    np.testing.assert_array_equal(sound[2:, : end - start], main[:, start:end])
    assert np.abs(main[:, start:end]).max() > 0.5


@pytest.mark.realtime
def test_null_lands_where_memory_lands(player: Player) -> None:
    output = NullOutput()
    output.start(player)
    timeline = Timeline(0.0, player.now() + 2, TEMPO).at(player.now())
    player.set_timeline(timeline)
    player.land(Landing(1, player.bank.load(noise(BEATS, TEMPO), BEATS), 1))
    told = until(player, [], lambda told: kinds(told, NewsKind.PASS) > 4)
    output.stop()
    assert not output.alive()
    frames = [news.frame for news in told if news.kind is NewsKind.PASS]
    assert frames == [timeline.frame_at(1 + k, RATE) for k in range(len(frames))]
    assert player.levels()[0] > 0.4


@pytest.mark.realtime
def test_now_goes_with_the_wall_clock(player: Player) -> None:
    output = NullOutput()
    output.start(player)
    while player.now() == 0:
        time.sleep(0.001)
    first, began = player.now(), time.monotonic()
    nows = []
    while time.monotonic() < began + 1:
        nows.append(player.now())
        time.sleep(0.001)
    passed = time.monotonic() - began
    output.stop()
    assert nows == sorted(nows)
    assert nows[-1] - first == pytest.approx(passed, abs=0.3)


PORTAUDIO = """
import sys, time
sys.path.insert(0, sys.argv[1])
from riffosc.playback.outputs import choose_output
from riffosc.playback.player import Player
from test_outputs import score
player = Player(2)
output = choose_output("portaudio", channels=6)
output.open(player)
output.start(player)
print("ready", flush=True)
input()
timeline = score(player, player.now() + 2)
print(timeline.seconds_at(0), flush=True)
input()
output.stop()
player.close()
"""


@pytest.mark.jack
def test_portaudio_plays_what_memory_plays(tmp_path: Path, server: Server) -> None:
    """Through PortAudio's own JACK client: there is no sound card here."""
    server.playback = 6
    server.start()
    here = str(Path(__file__).parent)
    env = {**os.environ, "JACK_DEFAULT_SERVER": server.name, "JACK_NO_START_SERVER": "1"}
    child = subprocess.Popen(
        [sys.executable, "-c", PORTAUDIO, here], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True, env=env
    )
    assert child.stdin
    assert child.stdout
    with child:
        assert child.stdout.readline() == "ready\n"
        ports = client(
            "print(*(p.name for p in c.get_ports(is_output=True) if not p.is_physical), sep='\\n')", server.name
        )
        recorder = Recorder(server, tmp_path / "sound.npz", 8 * RATE, ports.split("\n"))
        child.stdin.write("\n")
        child.stdin.flush()
        seconds = float(child.stdout.readline())
        sound, _ = recorder.sound()
        child.stdin.write("\n")
    voices, main = expected(Timeline(0.0, seconds, TEMPO))
    rows = np.concatenate([main, voices[0], voices[1]])
    begin, heard = (int(np.flatnonzero(one[0])[0]) for one in (rows, sound))
    length = min(rows.shape[1] - begin, sound.shape[1] - heard)
    assert length > RATE
    np.testing.assert_array_equal(sound[:, heard : heard + length], rows[:, begin : begin + length])


@pytest.mark.jack
def test_without_a_server_or_a_card_it_says_so(player: Player) -> None:
    with pytest.raises(OutputError, match="JACK"):
        JackOutput(server="riff-test-nowhere").open(player)
    env = {**os.environ, "JACK_NO_START_SERVER": "1", "JACK_DEFAULT_SERVER": "riff-test-nowhere"}
    for wanted, said in (("", ""), ("channels=6", " with 6 channels")):
        code = f"from riffosc.playback.portaudio import *; PortAudioOutput({wanted}).open(Player(1))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
        assert f"OutputError: no sound card to play on{said}: " in done.stderr
    assert isinstance(choose_output("none"), NullOutput)
    assert isinstance(choose_output("jack"), JackOutput)


@pytest.mark.jack
def test_ports_are_named_and_connected_as_asked(open_jack: Callable[..., JackOutput]) -> None:
    for patterns, made in (
        ((), {("main_L", "system:playback_1"), ("main_R", "system:playback_2")}),
        (("system:playback_2",), {("main_L", "system:playback_2")}),
        (("voice2=system:playback_.*",), {("voice2_L", "system:playback_1"), ("voice2_R", "system:playback_2")}),
        (("voice1_R=system:playback_1", "nothing"), {("voice1_R", "system:playback_1")}),
    ):
        output = open_jack(*patterns)
        end = time.monotonic() + 30
        while output._connections() != made and time.monotonic() < end:
            time.sleep(0.01)  # JACK shows them a cycle later
        assert output._connections() == made
        names = [port.shortname for port in output.client.outports]
        assert names == [f"{name}_{side}" for name in ("voice1", "voice2", "main", "cue") for side in "LR"]
        port = output.client.get_port_by_name("riffosc:voice2_R")
        assert jack.get_property(port, jack.METADATA_PRETTY_NAME) == (b"Voice 2 right", "text/plain")
        output.stop()
        output.stop()


@asynccontextmanager
async def running(player: Player, output: Output) -> AsyncIterator[Outputs]:
    outputs = Outputs(player, output)
    await outputs.start()
    try:
        yield outputs
    finally:
        await outputs.stop()


async def until_true(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.jack
@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_server_that_dies_and_returns(player: Player, server: Server, rate: int) -> None:
    """Beats go on, what was connected is connected again, what was not is not."""
    server.start()
    output = JackOutput(server=server.name)
    told: list[News] = []

    def passes() -> int:
        told.extend(player.news())
        return kinds(told, NewsKind.PASS)

    async def live() -> None:
        async with running(player, output) as outputs:
            assert player.output_name == "jack"
            player.set_timeline(Timeline(0.0, player.now() + 2, 120.0).at(player.now()))
            player.land(Landing(1, player.bank.load(noise(1, 120), 1), 1))
            await asyncio.to_thread(client, REWIRE, server.name)
            wanted = {("main_L", "system:playback_1"), ("voice1_L", "system:playback_2")}
            await until_true(lambda: output._made == wanted)
            await until_true(lambda: passes() > 0)
            before, number = player.now(), passes()
            await asyncio.to_thread(server.stop)
            await until_true(lambda: player.output_name == "none")
            await until_true(lambda: passes() > number + 2)
            server.rate = rate
            await asyncio.to_thread(server.start)
            await until_true(lambda: player.output_name == "jack")
            assert (player.samplerate, outputs.lost) == (rate, 1)
            assert player.now() > before
            await until_true(lambda: output._connections() == wanted)
            number = passes()
            await until_true(lambda: passes() > number + 2)

    asyncio.run(live())
    beats = [news.beat for news in told if news.kind is NewsKind.PASS]
    assert beats == [1.0 + k for k in range(len(beats))]


REWIRE = "c.disconnect('riffosc:main_R', 'system:playback_2'); c.connect('riffosc:voice1_L', 'system:playback_2')"


@pytest.mark.jack
def test_a_server_that_comes_late_or_hangs(player: Player, server: Server) -> None:
    async def goes_on(name: str) -> None:
        await until_true(lambda: player.output_name == name)
        now = player.now()
        await until_true(lambda: player.now() > now + 0.5)

    async def live() -> None:
        async with running(player, JackOutput(server=server.name)):
            await goes_on("none")
            await asyncio.to_thread(server.start)
            await goes_on("jack")
            server.signal(signal.SIGSTOP)
            await goes_on("none")
            server.signal(signal.SIGCONT)
            await goes_on("jack")

    asyncio.run(live())


HANGING = """
import asyncio, os, signal, sys
from riffosc.playback.jack import JackOutput
from riffosc.playback.outputs import Outputs
from riffosc.playback.player import Player

async def main():
    player = Player(2)
    outputs = Outputs(player, JackOutput(server=sys.argv[1]))
    await outputs.start()
    while player.output_name != "jack":
        await asyncio.sleep(0.05)
    os.kill(int(sys.argv[2]), signal.SIGSTOP)
    await outputs.stop()
    player.close()

asyncio.run(main())
"""


@pytest.mark.jack
def test_a_server_that_hangs_is_not_waited_for_at_the_end(server: Server) -> None:
    server.start()
    assert server.process
    command = [sys.executable, "-c", HANGING, server.name, str(server.process.pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, "does not let go" in done.stderr) == (0, True), done.stderr


@pytest.mark.jack
def test_another_blocksize_while_playing(player: Player, server: Server, open_jack: Callable[..., JackOutput]) -> None:
    open_jack()
    timeline = Timeline(0.0, player.now() + 2, 120.0).at(player.now())
    player.set_timeline(timeline)
    player.land(Landing(1, player.bank.load(noise(1, 120), 1), 1))
    for size in (1024, 8192, 64):
        client(f"c.blocksize = {size}", server.name)
        assert until(player, [], lambda told: kinds(told, NewsKind.PASS) > 1)


def test_a_counter_of_32_bits_goes_round() -> None:
    from numba import njit

    from riffosc.playback.callbacks import unwrap

    @njit
    def passed(last: int, now: int) -> int:
        return unwrap(last, now)

    assert passed(2**32 - 100, 156) == 256
    assert passed(1000, 1256) == 256
    assert passed(1000, 900) == 0


@pytest.mark.jack
def test_auto_takes_jack_when_it_comes(player: Player, server: Server) -> None:
    """In a process of its own, where PortAudio has found no sound card."""
    env = {**os.environ, "JACK_DEFAULT_SERVER": server.name, "JACK_NO_START_SERVER": "1"}
    child = subprocess.Popen(
        [sys.executable, "-c", AUTO], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL, text=True, env=env
    )
    assert child.stdin
    assert child.stdout
    with child:
        assert child.stdout.readline() == "none\n"
        server.start()
        assert child.stdout.readline() == "jack\n"


AUTO = """
import asyncio
from riffosc.playback.outputs import Outputs, choose_output
from riffosc.playback.player import Player
async def live():
    player = Player(1)
    outputs = Outputs(player, choose_output(True))
    await outputs.start()
    print(player.output_name, flush=True)
    while player.output_name != "jack":
        await asyncio.sleep(0.01)
    print(player.output_name, flush=True)
    await outputs.stop()
    player.close()
asyncio.run(live())
"""
