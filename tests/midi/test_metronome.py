"""MIDI clock without JACK: by the thread that sends it, and to ports of the system's MIDI, of which JACK's are some."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from jack_controller import Controller
from jack_peer import Peer
from jack_server import Server
from studio import Studio

from riffosc.app import Options, running
from riffosc.metronome import Metronome
from riffosc.playback.counter import Counter
from riffosc.timeline import Timeline

rtmidi = pytest.importorskip("rtmidi")
SYSEX, PULSE, SONG, START, CONTINUE, STOP = 0xF0, 0xF8, 0xF2, 0xFA, 0xFB, 0xFC
SAID = [SONG, CONTINUE, STOP, START, STOP, SONG, CONTINUE, STOP, SONG, CONTINUE, STOP]


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.player.close()


def test_the_thread_sends_each_pulse_when_its_beat_is_heard(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a time of its own, in which sleeping takes as long as it should, and sending half a millisecond."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(
        "riffosc.metronome.time",
        SimpleNamespace(monotonic=lambda: clock.now, sleep=lambda seconds: setattr(clock, "now", clock.now + seconds)),
    )
    line = Timeline(0.0, 0.0, 123.4)
    studio.player.set_timeline(line)
    studio.player.set_midi_clock(True)
    studio.render(100)
    sent: list[tuple[float, bytes]] = []

    def send(data: bytes) -> None:
        sent.append((clock.now, data))
        clock.now += 0.0005

    metronome = Metronome(studio.player, lambda: 0.08, send)
    metronome._place = 1000.0, 5.0, 1 + 50e-6  # the sound card runs a little fast
    counter = Counter(studio.player, 4.92)
    while clock.now < 1003:
        metronome._play(counter)
    counter.close()
    heard = [5.0 + (at - 1000.0) * (1 + 50e-6) - 0.08 for at, data in sent if data[0] == PULSE]
    first = round(line.beat_at(heard[0]) * 24)
    late = [at - line.seconds_at((first + k) / 24) for k, at in enumerate(heard)]
    assert len(heard) >= 148
    assert late == pytest.approx([0.0] * len(late), abs=0.0012), "one of them after a song position and a continue"
    assert sorted(late)[:-1] == pytest.approx([0.0] * (len(late) - 1), abs=2e-5)


class Follower:
    """A drum machine: counts pulses, and knows where it is in the song."""

    def __init__(self) -> None:
        self.pulse, self.heard, self.runs = 0, 0, False
        self.stopped_at: list[int] = []

    def hear(self, message: tuple[int, ...]) -> None:
        match message:
            case (0xF8,) if self.runs:
                self.pulse, self.heard = self.pulse + 1, self.heard + 1
            case (0xF2, low, high):
                assert not self.runs
                self.pulse = 6 * (low | high << 7)
            case (0xFA,):
                self.pulse, self.runs = 0, True
            case (0xFB,):
                self.runs = True
            case (0xFC,):
                self.stopped_at += [self.pulse] if self.runs else []
                self.runs = False

    @classmethod
    def of(cls, heard: list[tuple[int, ...]]) -> "Follower":
        one = cls()
        for message in heard:
            one.hear(message)
        return one


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    one = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", one.name)
    monkeypatch.setattr("riffosc.midi.driver._system_api", lambda library: library.API_UNIX_JACK)
    try:
        one.start()
        yield one
    finally:
        one.close()


@pytest.mark.jack
def test_a_drum_machine_follows_without_jack(server: Server, tmp_path: Path) -> None:
    """Its name is in `--connect`; another is connected to our port by hand."""
    drums, peer = Controller(server.name, "drums"), Peer(server.name)
    options = Options(audio="none", port=0, web=False, connect=("midi_out=drums:.*",), state=tmp_path)

    def words(heard: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """What is neither a pulse nor a controller's light."""
        return [message for message in heard if message[0] > SYSEX and message != (PULSE,)]

    def follower() -> Follower:
        return Follower.of(list(drums.heard))

    async def until(done: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not done():
                await asyncio.sleep(0.02)

    async def play() -> None:
        async with running(options) as app:
            say = app.osc.desk.say
            say("/riff/tempo", 240.0)
            peer.do("c.connect(c.get_ports('riffosc out', is_midi=True, is_output=True)[0], hears)")
            say("/riff/midi_clock", 1)
            await until(lambda: follower().runs and follower().heard >= 24)
            assert words(drums.heard)[0][0] == SONG
            say("/riff/stop")
            await until(lambda: not follower().runs)
            say("/riff/start")
            await until(lambda: follower().runs and follower().pulse >= 96)
            say("/riff/stop")
            await until(lambda: not follower().runs)
            say("/riff/continue")
            await until(lambda: follower().runs)
            say("/riff/midi_clock", 0)
            await until(lambda: not follower().runs)
            say("/riff/midi_clock", 1)
            await until(lambda: follower().runs)

    try:
        asyncio.run(play())
        assert drums.hears((STOP,)) and not follower().runs, "riffosc has left"
        assert [pulse % 96 for pulse in follower().stopped_at[:2]] == [0, 0], "on bar lines"
        heard = [tuple(bytes.fromhex(data)) for _, data in peer.do("heard")]
        assert [message[0] for message in words(drums.heard)] == SAID
        assert words(heard) == words(drums.heard)
    finally:
        drums.close()
        peer.close()
