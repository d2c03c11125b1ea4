"""MIDI through JACK's ports, to and from a client of another process, to the frame."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from jack_peer import Peer
from jack_server import Server
from studio import RATE

from riffosc.playback.jack import JackOutput
from riffosc.playback.memory import MemoryOutput
from riffosc.playback.player import MidiEvent, Player
from riffosc.playback.state import MIDI_IN, MIDI_OUT

pytestmark = pytest.mark.jack


class Stage:
    """A player on a server, and a peer."""

    def __init__(self) -> None:
        self.server, self.player = Server(), Player(1, RATE)
        self.server.start()
        self.output = JackOutput(server=self.server.name)
        self.output.open(self.player)
        self.output.start(self.player)
        self.peer = Peer(self.server.name)

    def frame(self, jack_frame: int) -> int:
        """The frame of the audio clock for one of JACK's: under -S nothing is lost between the two."""
        return jack_frame + int(self.output.wires["frame"]) - int(self.output.wires["time"])

    def until(self, enough: Callable[[], object]) -> None:
        end = time.monotonic() + 60
        while not enough():
            assert time.monotonic() < end
            time.sleep(0.01)

    def close(self) -> None:
        self.peer.close()
        self.output.stop()
        self.server.close()
        self.player.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def test_events_come_in_on_their_frame(stage: Stage) -> None:
    stage.peer.speak()
    frames = np.cumsum(np.random.default_rng(1).integers(0, 700, 200)) + RATE // 2
    messages = [(int(frame), bytes([0x90, k % 128, 1 + k % 100])) for k, frame in enumerate(frames)]
    now = stage.peer.do(f"send_from_now({[(frame, data.hex()) for frame, data in messages]})")
    heard: list[MidiEvent] = []
    stage.until(lambda: heard.extend(stage.player.midi_in()) or len(heard) >= len(messages))
    assert heard == [MidiEvent(stage.frame(now + frame), data) for frame, data in messages]


def test_short_messages_come_in_and_long_ones_do_not(stage: Stage) -> None:
    stage.peer.speak()
    messages = ["f8", "c305", "f0010203f7", "f243", "e0007f", "f001f7", "fa"]
    stage.peer.do(f"send([(0, data) for data in {messages}])")
    heard: list[MidiEvent] = []
    stage.until(lambda: heard.extend(stage.player.midi_in()) or len(heard) >= 5)
    assert [event.data.hex() for event in heard] == ["f8", "c305", "f243", "e0007f", "fa"]


def test_a_burst_comes_in_whole(stage: Stage) -> None:
    stage.peer.speak()
    messages = [f"b0{k % 128:02x}{k // 128:02x}" for k in range(2000)]
    stage.peer.do(f"send([(0, data) for data in {messages}])")
    heard: list[MidiEvent] = []
    stage.until(lambda: heard.extend(stage.player.midi_in()) or len(heard) >= len(messages))
    assert [event.data.hex() for event in heard] == messages
    assert stage.player.midi_lost == 0


def test_what_nobody_reads_is_counted(stage: Stage) -> None:
    stage.peer.speak()
    for _ in range(5):
        stage.peer.do("send([(0, 'b00102')] * 1000)")
        stage.until(lambda: stage.peer.do("len(to_say)") == 0)  # a block has no room for more
    stage.until(lambda: stage.player.midi_lost == 5000 - MIDI_IN)
    assert len(stage.player.midi_in()) == MIDI_IN


def test_events_go_out_on_their_frame_in_order(stage: Stage) -> None:
    stage.peer.hear()
    now = int(stage.player.now() * RATE)
    order = np.random.default_rng(2).permutation(100)
    for k in order:
        stage.player.midi_out(bytes([0xB0, k, 1]), now + RATE + 333 * int(k))
    stage.player.midi_out(b"\xf0\x00\x20\x29\x02\x0d\x0e\x01\xf7")
    stage.until(lambda: stage.peer.do("len(heard)") == 101)
    (_, first), *heard = stage.peer.do("heard")
    assert first == "f0002029020d0e01f7"
    assert [(stage.frame(frame), data) for frame, data in heard] == [
        (now + RATE + 333 * k, f"b0{k:02x}01") for k in range(100)
    ]


def test_cables_come_back_with_the_server(stage: Stage) -> None:
    stage.peer.speak()
    stage.peer.hear()
    wanted = {("midi_in", "peer:out"), ("midi_out", "peer:in")}

    def connected() -> bool:
        stage.output.tend()
        return wanted <= stage.output._connections()

    stage.until(connected)
    stage.peer.close()
    stage.server.stop()
    stage.until(lambda: not stage.output.alive())
    stage.server.start()
    stage.output.open(stage.player)
    stage.output.start(stage.player)
    assert not connected()
    stage.peer = Peer(stage.server.name)
    stage.until(connected)


def test_cables_as_asked_for(stage: Stage) -> None:
    stage.output.connect(("midi_in=peer:.*", "midi_out=peer:in"))
    stage.output._seen = -1
    stage.output.tend()
    stage.until(lambda: stage.output._connections() >= {("midi_in", "peer:out"), ("midi_out", "peer:in")})


def test_what_is_late_goes_out_at_once(stage: Stage) -> None:
    stage.peer.hear()
    frames = [None, 0, None, 1, 2]
    for k, frame in enumerate(frames):
        stage.player.midi_out(bytes([0x90, k, 1]), frame)
    stage.until(lambda: stage.peer.do("len(heard)") == len(frames))
    assert [data for _, data in stage.peer.do("heard")] == [f"90{k:02x}01" for k in range(len(frames))]


def test_other_outputs_have_no_midi() -> None:
    player = Player(1, RATE)
    output = MemoryOutput(RATE, 256)
    output.start(player)
    for k in range(3 * MIDI_OUT):
        player.midi_out(bytes([0x90, k % 128, 1]), k)
        output.render(256)
    assert player.midi_lost == 0
    for _ in range(MIDI_OUT + 5):
        player.midi_out(b"\xf8")
    assert player.midi_lost == 5
    assert player.midi_in() == []
    assert player.transport() is None
    with pytest.raises(ValueError, match="1 to 24 bytes, not 0"):
        player.midi_out(b"")
    player.close()
