"""MIDI clock from the mixer: every pulse on the frame of its beat, start and stop where the gate and the bars say."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from jack_peer import Peer
from jack_server import Server
from studio import RATE, Studio
from test_midi import Stage

from riffosc.playback.jack import JackOutput
from riffosc.playback.outputs import Outputs
from riffosc.playback.player import Player
from riffosc.timeline import Timeline

PULSE, START, CONTINUE, STOP = "f8", "fa", "fb", "fc"


@dataclass
class Tape:
    """What a MIDI output would have been given."""

    studio: Studio

    def render(self, frames: int) -> list[tuple[int, str]]:
        heard, end = [], self.studio.output._frame + frames
        while self.studio.output._frame < end:
            self.studio.render(min(self.studio.output.blocksize, end - self.studio.output._frame))
            heard += self.block()
        return heard

    def block(self) -> list[tuple[int, str]]:
        state = self.studio.player.state
        events = state["outgoing"][: state["engine"]["outgoing"]]
        assert (events["frame"] >= state["engine"]["block_frame"]).all()
        return [
            (int(event["frame"]), event["data"].tobytes()[: event["size"]].hex())
            for event in events
            if event["frame"] < state["engine"]["frame"]
        ]


@pytest.fixture
def tape(studio: Studio) -> Tape:
    studio.player.set_midi_clock(True)
    return Tape(studio)


def pulses(heard: list[tuple[int, str]]) -> list[int]:
    return [frame for frame, data in heard if data == PULSE]


def others(heard: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(frame, data) for frame, data in heard if data != PULSE]


def due(line: Timeline, begin: int, end: int, shift: int = 0) -> list[int]:
    """The frames of all pulses of a line that lie in a stretch."""
    first = int(line.beat_at((begin - shift) / RATE) * 24) - 2
    frames = [line.frame_at(k / 24, RATE) + shift for k in range(first, first + 8 + (end - begin) // 200)]
    return [frame for frame in frames if begin <= frame < end]


def test_every_pulse_is_on_its_frame(tape: Tape) -> None:
    """Over bends of the tempo, some inside a block, some inside a pulse."""
    lines = [Timeline(0.0, 0.0, 123.4)]
    tape.studio.player.set_timeline(lines[0])
    for frame, tempo in ((70001, 174.0), (100000, 60.0), (100700, 300.0), (200200, 20.0)):
        lines.append(lines[-1].with_tempo(tempo, frame / RATE))
        tape.studio.player.set_timeline(lines[-1])
    heard = pulses(tape.render(10 * RATE))
    edges = [0, 70001, 100000, 100700, 200200, 10 * RATE]
    wanted = [due(line, *stretch) for line, *stretch in zip(lines, edges, edges[1:], strict=False)]
    assert heard == sorted({frame for stretch in wanted for frame in stretch})


@pytest.mark.parametrize("offset_s", [0.3, 0.0123, -0.07])
def test_an_offset_moves_the_clock(tape: Tape, offset_s: float) -> None:
    tape.studio.player.set_midi_clock(True, offset_s)
    line = tape.studio.tempo(99.0, beat=-1)
    heard = tape.render(4 * RATE)
    shift = round(offset_s * RATE)
    assert pulses(heard) == due(line, 0, 4 * RATE, shift)
    assert others(heard) == [(line.frame_at(0, RATE) + shift, START)]


def test_it_starts_on_bar_1_and_stops_with_the_gate(tape: Tape) -> None:
    line = tape.studio.tempo(120.0, beat=-1)
    at = lambda beat: line.frame_at(beat, RATE)  # noqa: E731
    heard = tape.render(at(3))
    assert others(heard) == [(at(0), START)]
    assert heard.index((at(0), START)) == heard.index((at(0), PULSE)) - 1
    tape.studio.player.gate(False, 4)
    heard = tape.render(RATE)
    assert others(heard) == [(at(4), STOP)]
    assert heard.index((at(4), STOP)) == heard.index((at(4), PULSE)) - 1
    tape.studio.player.gate(True, 8)
    heard = tape.render(3 * RATE)
    assert others(heard) == [(at(8), "f22000"), (at(8), CONTINUE)]
    assert [data for frame, data in heard if frame == at(8)] == ["f22000", CONTINUE, PULSE]


def test_bars_that_begin_anew_start_it_again(tape: Tape) -> None:
    line = tape.studio.tempo(120.0)
    at = lambda beat: line.frame_at(beat, RATE)  # noqa: E731
    tape.render(at(5))
    tape.studio.player.gate(True, 8)
    tape.studio.player.set_bars(8, 4)
    assert others(tape.render(at(10) - at(5))) == [(at(8), START)]
    tape.studio.player.gate(False, 12)
    tape.render(at(15) - at(10))
    tape.studio.player.gate(True, 20)
    tape.studio.player.set_bars(20, 3)
    assert others(tape.render(at(22) - at(15))) == [(at(20), START)]
    tape.studio.player.gate(False, 23)
    assert others(tape.render(at(25) - at(22))) == [(at(23), STOP)]
    tape.studio.player.gate(True, 26.2)
    assert others(tape.render(at(30) - at(25))) == [(at(26.25), "f21900"), (at(26.25), CONTINUE)]


def test_a_beat_that_jumps_stops_it_and_sends_it_on(tape: Tape) -> None:
    tape.studio.tempo(120.0)
    tape.render(RATE)
    line = tape.studio.tempo(120.0, seconds=1.0, beat=1000.1)
    heard = tape.render(RATE)
    assert pulses(heard) == due(line, RATE, 2 * RATE)
    frame = line.frame_at(1000.25, RATE)
    position = (4 * 1000 + 1).to_bytes(2, "little")
    song = bytes([0xF2, position[0] & 0x7F, 4001 >> 7]).hex()
    assert others(heard) == [(RATE, STOP), (frame, song), (frame, CONTINUE)]


def test_a_small_step_loses_no_pulse(tape: Tape) -> None:
    line = tape.studio.tempo(120.0)
    heard = tape.render(RATE)
    for k, step in enumerate((0.02, -0.03, 0.01, -0.02)):
        now = 1.0 + k / 10
        line = tape.studio.tempo(120.0, seconds=now, beat=line.beat_at(now) + step)
        heard += tape.render(RATE // 10)
    heard += tape.render(RATE)
    assert others(heard) == [(0, START)]
    numbers = [line.beat_at(frame / RATE) * 24 for frame in pulses(heard)]
    assert len(numbers) == round(numbers[-1]) + 1
    assert pulses(heard) == sorted(pulses(heard))


def test_skipped_frames_are_made_up_for_unless_they_are_many(tape: Tape) -> None:
    line = tape.studio.tempo(120.0)
    heard = tape.render(RATE)
    tape.studio.output._frame += RATE // 10
    heard += tape.render(RATE)
    assert others(heard) == [(0, START)]
    assert len(pulses(heard)) == len(due(line, 0, RATE * 21 // 10))
    tape.studio.output._frame += 5 * RATE
    assert [data for _, data in others(tape.render(RATE))] == [STOP, "f23900", CONTINUE]


def test_it_is_sent_only_when_asked_for(tape: Tape) -> None:
    line = tape.studio.tempo(120.0)
    assert tape.render(RATE)
    tape.studio.player.set_midi_clock(False)
    assert tape.render(RATE) == [(RATE, STOP)]
    tape.studio.player.set_midi_clock(True)
    frame = line.frame_at(4, RATE)
    assert others(tape.render(RATE)) == [(frame, "f21000"), (frame, CONTINUE)]


@pytest.mark.parametrize("blocksize", [16, 8192])
def test_the_size_of_blocks_is_unheard(blocksize: int) -> None:
    def played(blocksize: int) -> list[tuple[int, str]]:
        studio = Studio(blocksize)
        studio.player.set_midi_clock(True, 0.01)
        studio.tempo(171.0)
        studio.player.gate(False, 3)
        heard = Tape(studio).render(6 * 8192)
        studio.player.gate(True, 4)
        heard += Tape(studio).render(6 * 8192)
        studio.player.close()
        return heard

    assert played(blocksize) == played(300)


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.mark.jack
def test_who_follows_is_stopped_when_we_leave() -> None:
    server, player = Server(), Player(1, RATE)
    server.start()

    async def live() -> list[str]:
        outputs = Outputs(player, JackOutput(server=server.name))
        await outputs.start()
        peer = Peer(server.name)
        peer.hear()
        player.set_timeline(Timeline(0.0, player.now(), 120.0))
        player.set_midi_clock(True)
        async with asyncio.timeout(60):
            while not any(data == CONTINUE for _, data in peer.do("heard")):
                await asyncio.sleep(0.01)
        await outputs.stop()
        heard = [data for _, data in peer.do("heard") if data != PULSE]
        peer.close()
        return heard

    heard = asyncio.run(live())
    server.close()
    player.close()
    assert heard[-2:] == [CONTINUE, STOP]


@pytest.mark.jack
def test_another_program_hears_it_on_its_frames(stage: Stage) -> None:
    """Through JACK, over changes of tempo, among other messages, from start to stop and continue."""
    stage.peer.hear()
    now = stage.player.now()
    lines = [Timeline(0.0, now + 2, 123.4)]
    for seconds, tempo in ((now + 3.1, 174.0), (now + 4.0003, 60.0)):
        lines.append(lines[-1].with_tempo(tempo, seconds))
    stage.player.set_timeline(lines[0].at(now))
    stage.player.set_midi_clock(True)
    for line in lines[1:]:
        stage.player.set_timeline(line)
    stop = lines[-1].next_bar(now + 5)
    stage.player.gate(False, stop)
    for k in range(100):
        stage.player.midi_out(bytes([0x90, k, 1]), round((now + 2) * RATE) + 999 * k)
    end = lines[-1].frame_at(stop, RATE) + RATE
    stage.until(lambda: stage.player.now() * RATE > end + RATE)
    stage.player.gate(True, stop + 4)
    stage.until(lambda: any(data == CONTINUE for _, data in stage.peer.do("heard")))
    heard = [(stage.frame(frame), data) for frame, data in stage.peer.do("heard")]
    assert heard == sorted(heard, key=lambda event: event[0])
    begin = round((now + 2) * RATE) - 5
    edges = [begin, *(round(line.seconds * RATE) for line in lines[1:]), end]
    wanted = [due(line, *stretch) for line, *stretch in zip(lines, edges, edges[1:], strict=False)]
    assert [f for f in pulses(heard) if begin <= f < end] == sorted({f for part in wanted for f in part})
    start, *_ = clock = [event for event in others(heard) if event[1][0] == "f"]
    last = lines[-1].frame_at(stop + 4, RATE)
    song = round(4 * (stop + 4))
    assert start == (lines[0].frame_at(0, RATE), START)
    assert clock[1] == (lines[-1].frame_at(stop, RATE), STOP)
    assert clock[2:] == [(last, f"f2{song & 127:02x}{song >> 7:02x}"), (last, CONTINUE)]
    assert [data for _, data in heard if data[0] == "9"] == [f"90{k:02x}01" for k in range(100)]
