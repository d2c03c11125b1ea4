"""JACK's transport, moved by a client of another process."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from jack_peer import Peer
from jack_server import Recorder
from studio import RATE, loop, noise
from test_midi import Stage

from riffosc.playback.player import Landing, News, NewsKind
from riffosc.timeline import Timeline

pytestmark = pytest.mark.jack


@pytest.fixture
def ensemble() -> "Iterator[Ensemble]":
    made = Ensemble()
    yield made
    made.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def test_the_transport_is_seen(stage: Stage) -> None:
    stage.until(stage.player.transport)
    still = stage.player.transport()
    assert still and not still.rolling and still.beat is None
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("change(tempo=90.0, per_bar=3)")
    stage.peer.do("c.transport_locate(44100 * 10)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: (t := stage.player.transport()) and t.rolling and t.beat)
    rolls = stage.player.transport()
    assert rolls and rolls.serial > still.serial
    assert (rolls.tempo, rolls.beats_per_bar) == (90, 3)
    stage.peer.do("change(watch=True)")
    stage.until(lambda: stage.peer.do("len(seen)") > 20)
    now, rolling, place = stage.peer.do("seen")[10]
    seen = stage.player.transport()
    assert rolling and seen and seen.beat is not None
    beat = (place + seen.frame - stage.frame(now)) / RATE * 1.5
    assert seen.beat == pytest.approx(beat, abs=1e-9)
    assert seen.serial == rolls.serial
    stage.peer.do("c.transport_stop()")
    stage.until(lambda: (t := stage.player.transport()) and not t.rolling)
    last = stage.player.transport()
    assert last and last.serial == rolls.serial + 1


class Ensemble(Stage):
    """The peer gives bars and beats; the player keeps to them, and a loop of one beat goes round in it."""

    def play(self, **master: float) -> None:
        self.news: list[News] = []
        self.peer.do(f"change(watch=True, **{master})")
        assert self.peer.do("c.set_timebase_callback(give_beats, True)")
        self.player.set_timeline(Timeline(0.0, self.player.now() + 2, 91.0).at(self.player.now()))
        self.clip = noise(1, 120.0)
        self.player.land(Landing(1, self.player.bank.load(self.clip, 1), 1))
        self.player.follow_transport(True)
        self.until(lambda: self.told(NewsKind.LANDED))

    def told(self, kind: NewsKind) -> list[News]:
        self.news += self.player.news()
        return [news for news in self.news if news.kind is kind]

    def passes(self, number: int) -> list[News]:
        """So many more passes of the loop."""
        begin = len(self.told(NewsKind.PASS))
        self.until(lambda: len(self.told(NewsKind.PASS)) > begin + number)
        return self.told(NewsKind.PASS)[begin:]

    def roll(self, place: int) -> News:
        """Locate, and what the player said to it."""
        begin = len(self.told(NewsKind.FOLLOWED))
        self.peer.do(f"c.transport_locate({place})")
        self.peer.do("c.transport_start()")
        self.until(lambda: len(self.told(NewsKind.FOLLOWED)) > begin)
        return self.told(NewsKind.FOLLOWED)[begin]

    def frame_of(self, place: int) -> int:
        """The audio clock's frame for one of the transport as it rolls now."""
        self.until(lambda: self.peer.do("len(seen) and seen[-1][1]"))
        now, _, seen = self.peer.do("seen[-1]")
        return self.frame(now) + place - seen


def placed(beat: float, tempo: float) -> int:
    return round(beat * 60 / tempo * RATE)


@pytest.mark.parametrize("tempo", [123.4, 174.0])
def test_bars_sit_on_the_transport_s(ensemble: Ensemble, tempo: float) -> None:
    """Rolled, located, stopped, rolled again and bent by another program: every pass on its frame."""
    ensemble.play(tempo=tempo)
    for place in (0, 1234567, 777):
        first = ensemble.roll(place)
        assert (first.voice, first.frame, first.tempo) == (0, ensemble.frame_of(place), tempo)
        assert first.beat == pytest.approx(place / RATE * tempo / 60, abs=1e-9)
        wanted = [(n.beat, ensemble.frame_of(placed(n.beat, tempo))) for n in ensemble.passes(3)]
        assert [(n.beat, n.frame) for n in ensemble.told(NewsKind.PASS)[-len(wanted) :]] == wanted
    halts = len(ensemble.told(NewsKind.HALTED))
    ensemble.peer.do("c.transport_stop()")
    ensemble.until(lambda: len(ensemble.told(NewsKind.HALTED)) > halts)
    ensemble.roll(44100)
    ensemble.peer.do("change(tempo=90.0)")
    ensemble.until(lambda: ensemble.told(NewsKind.FOLLOWED)[-1].tempo == 90.0)
    ensemble.passes(1)
    for news in ensemble.passes(3):
        assert news.frame == ensemble.frame_of(placed(news.beat, 90.0))
    assert len(ensemble.told(NewsKind.FOLLOWED)) <= 6


def test_whole_ticks_are_rounded_no_further_than_they_must_be(ensemble: Ensemble) -> None:
    """Where frames do not tell the beat, ticks do: the first block is within one of them, and it gets better."""
    start = 10.123
    ensemble.play(tempo=123.4, start=start, start_frame=100)
    tick = RATE * 60 / 123.4 / 1920
    first = ensemble.roll(44100)
    true = start + (44100 - 100) / RATE * 123.4 / 60
    assert (true - first.beat) * 1920 == pytest.approx(0.5, abs=0.5 + 1e-6)
    ensemble.passes(8)
    last = ensemble.passes(1)[-1]
    off = last.frame - ensemble.frame_of(100 + placed(last.beat - start, 123.4))
    assert 0 <= off < tick / 4
    assert len(ensemble.told(NewsKind.FOLLOWED)) < 20


def test_it_is_heard_from_the_first_block(tmp_path: Path, ensemble: Ensemble) -> None:
    ensemble.play(tempo=120.0)
    ensemble.roll(0)
    ensemble.peer.do("c.transport_stop()")
    ensemble.until(lambda: ensemble.told(NewsKind.HALTED))
    ensemble.until(lambda: ensemble.player.state["engine"]["gate"] == 0)
    recorder = Recorder(ensemble.server, tmp_path / "sound.npz", 60 * RATE, ["riffosc:voice1_L"])
    first = ensemble.roll(11111)
    ensemble.passes(2)
    halts = len(ensemble.told(NewsKind.HALTED))
    ensemble.peer.do("c.transport_stop()")
    ensemble.until(lambda: len(ensemble.told(NewsKind.HALTED)) > halts)
    heard_until = ensemble.player.now() + 0.5
    ensemble.until(lambda: ensemble.player.now() > heard_until)
    recorder.end()
    sound, times = recorder.sound()
    halted = ensemble.told(NewsKind.HALTED)[-1].frame
    begin = first.frame - ensemble.frame(int(times[0, 1]))
    end = halted - ensemble.frame(int(times[0, 1]))
    assert 0 < begin < end < sound.shape[1] - 500
    wanted = loop(ensemble.clip, 11111, end - begin)[0]
    np.testing.assert_array_equal(sound[0, begin + 64 : end], wanted[64:])
    assert not sound[0, :begin].any()
    assert np.abs(sound[0, begin : begin + 64]).max() > 0.1
    assert not sound[0, end + 441 :].any()
    assert np.abs(sound[0, end : end + 200]).max() > 0.1


def test_a_server_that_returns_does_not_silence_us(ensemble: Ensemble) -> None:
    """The transport of the new one stands, but it was not stopped. Nor is it started by looking at it again."""
    ensemble.play(tempo=120.0)
    ensemble.roll(0)
    ensemble.peer.close()
    ensemble.server.stop()
    ensemble.until(lambda: not ensemble.output.alive())
    ensemble.server.start()
    ensemble.output.open(ensemble.player)
    ensemble.output.start(ensemble.player)
    ensemble.until(lambda: (t := ensemble.player.transport()) and not t.rolling)
    ensemble.passes(2)
    assert not ensemble.told(NewsKind.HALTED)
    ensemble.player.gate(False, 0.0)
    ensemble.until(lambda: ensemble.player.state["engine"]["gate"] == 0)
    ensemble.player.follow_transport(False)
    ensemble.peer = Peer(ensemble.server.name)
    ensemble.peer.do("change(watch=True, tempo=120.0)")
    assert ensemble.peer.do("c.set_timebase_callback(give_beats, True)")
    ensemble.peer.do("c.transport_start()")
    ensemble.until(lambda: (t := ensemble.player.transport()) and t.rolling and t.beat)
    begin = len(ensemble.told(NewsKind.FOLLOWED))
    ensemble.player.follow_transport(True)
    ensemble.until(lambda: len(ensemble.told(NewsKind.FOLLOWED)) > begin)
    assert ensemble.player.state["engine"]["gate"] == 0
    ensemble.roll(44100)
    assert ensemble.player.state["engine"]["gate"] == 0
    assert not ensemble.told(NewsKind.HALTED)


def test_a_song_that_is_not_even_is_not_taken_for_even(ensemble: Ensemble) -> None:
    """Its beat is a tick and a half from that of a song of one tempo: sometimes the ticks agree."""
    ensemble.play(tempo=123.4, start=1.5 / 1920)
    ensemble.roll(RATE)
    ensemble.passes(8)
    assert len(ensemble.told(NewsKind.FOLLOWED)) < 20
    last = ensemble.passes(1)[-1]
    off = last.frame - ensemble.frame_of(placed(last.beat - 1.5 / 1920, 123.4))
    assert abs(off) < RATE * 60 / 123.4 / 1920


def test_without_beats_or_unasked_nothing_is_followed(stage: Stage) -> None:
    line = Timeline(0.0, stage.player.now(), 100.0)
    stage.player.set_timeline(line)
    stage.player.follow_transport(True)
    stage.peer.do("c.transport_start()")
    stage.until(lambda: (t := stage.player.transport()) and t.rolling)
    stage.peer.do("c.transport_stop()")
    stage.until(lambda: (t := stage.player.transport()) and not t.rolling)
    stage.player.follow_transport(False)
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: (t := stage.player.transport()) and t.rolling and t.beat is not None)
    assert {news.kind for news in stage.player.news()} == set()
    assert float(stage.player.state["engine"]["tempo"]) == 100.0
    assert float(stage.player.state["engine"]["gate"]) == 1.0


def test_the_transport_is_given_our_bars(stage: Stage) -> None:
    """Over a bend of the tempo and a new bar 1, to the frame; and no longer than asked for."""
    line = Timeline(0.0, stage.player.now(), 100.0)
    stage.player.set_timeline(line)
    assert stage.player.set_timebase(True) == ""
    assert not stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: (t := stage.player.transport()) and t.rolling and t.beat)
    line = line.with_tempo(171.0, stage.player.now() + 1)
    stage.player.set_timeline(line)
    stage.until(lambda: (t := stage.player.transport()) and t.tempo == 171)
    bar = line.next_bar(stage.player.now() + 1)
    stage.player.set_bars(bar, 3)
    stage.until(lambda: (t := stage.player.transport()) and t.beats_per_bar == 3)
    seen = stage.player.transport()
    assert seen and seen.beat is not None
    assert seen.beat == pytest.approx(line.beat_at(seen.frame / RATE) - bar, abs=1e-6)
    now, place = stage.peer.do("(c.last_frame_time, c.transport_query()[1])")
    beat = (place["bar"] - 1) * 3 + place["beat"] - 1 + place["tick"] / place["ticks_per_beat"]
    assert beat == pytest.approx(line.beat_at(stage.frame(now) / RATE) - bar, abs=0.05)
    assert stage.player.set_timebase(False) == ""
    stage.until(lambda: (t := stage.player.transport()) and t.beat is None)


def test_another_master_is_left_alone(stage: Stage) -> None:
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    assert stage.player.set_timebase(True) == "another program is JACK's timebase master"
    assert not stage.player.timebase
    stage.peer.do("c.release_timebase()")
    assert stage.player.set_timebase(True) == ""
    stage.output.stop()
    assert stage.player.set_timebase(True) == "JACK is not running"
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")


def test_the_timebase_comes_back_with_the_server(stage: Stage) -> None:
    assert stage.player.set_timebase(True) == ""
    stage.peer.close()
    stage.server.stop()
    stage.until(lambda: not stage.output.alive())
    stage.server.start()
    stage.output.open(stage.player)
    stage.output.start(stage.player)
    stage.peer = Peer(stage.server.name)
    assert not stage.peer.do("c.set_timebase_callback(give_beats, True)")


def test_latency_is_what_the_main_mix_has_ahead(stage: Stage) -> None:
    """Of its connection to the sound card, once that is made: the dummy's is a block."""

    def known() -> bool:
        stage.output.tend()
        return stage.output.latency > 0

    stage.until(known)
    assert stage.output.latency == pytest.approx(256 / RATE)
