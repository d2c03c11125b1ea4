"""The mixer's beats beside those of the clock that leads, in simulated time."""

from collections.abc import Iterator

import pytest
from rig import Rig
from ticking import ramp, steady, ticks

from riffosc.clocks.source import Reading
from riffosc.timeline import Timeline

START, CONTINUE, STOP = b"\xfa", b"\xfb", b"\xfc"


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


def off_s(rig: Rig, beat: float, tempo: float) -> float:
    """How far the mixer is from `beat` now."""
    return (rig.mixed().beat_at(rig.now) - beat) * 60 / tempo


def test_the_clock_inside_leads_and_takes_a_players_tempo(rig):
    rig.run(0.5)
    rig.player_sets("/riff/tempo", 97.5)
    rig.run(0.2)
    assert rig.mixed().tempo == rig.conductor.timeline.tempo == rig.conductor.tempo == 97.5
    assert (rig.get("clock_source"), rig.get("clock_state")) == ("internal", "steady")


def test_midi_clock_is_followed_and_shown(rig):
    master = rig.master(123.4, 12, 0.002)
    master.say.append((master.start - 1e-4, START))
    worst = 0.0
    for now in master.run():
        if now > 8:
            worst = max(worst, abs(off_s(rig, master.beat_at(rig.now), 123.4)))
    assert worst < 0.003
    assert rig.get("clock_source") == "midi"
    assert rig.get("tempo") == pytest.approx(123.4, abs=0.05)
    assert rig.conductor.origin == 0.0


def test_start_is_followed_on_the_very_tick(rig):
    master = rig.master(120, 6)
    begin = master.start + 5 * 0.5 + 3 / 48  # not on a beat of its own
    master.say = [(begin - 0.019, START)]
    for now in master.run():
        if now > begin + 0.03:
            assert abs(off_s(rig, (rig.now - begin) * 2, 120)) < 0.001


def test_stop_closes_the_gate_and_continue_opens_it_where_the_song_was(rig):
    master = rig.master(120, 8)
    period = 60 / 120 / 24
    first, stop, again = (master.start + n * period + 0.001 for n in (47, 47 + 60, 47 + 60 + 100))
    master.say = [(first, START), (stop, STOP), (again, CONTINUE)]
    seen = {}
    for now in master.run():
        seen[round(now, 2)] = (rig.get("playing"), float(rig.player.state["engine"]["gate"]))
    assert seen[round(stop + 0.1, 2)] == (False, 0.0)
    assert seen[round(again - 0.02, 2)] == (False, 0.0)
    assert seen[round(again + 0.1, 2)] == (True, 1.0)
    resumed = master.start + (47 + 60 + 101) * period
    assert abs(off_s(rig, 60 / 24 + (rig.now - resumed) * 2, 120)) < 0.001


def test_a_clock_that_is_lost_is_coasted_over_and_taken_up_again(rig):
    master = rig.master(126, 6)
    master.say = [(master.start - 1e-4, START)]
    for _ in master.run():
        pass
    rig.run(2.0)
    assert (rig.get("clock_source"), rig.get("clock_state")) == ("midi", "coasting")
    assert abs(off_s(rig, master.beat_at(rig.now), 126)) < 0.001
    again = rig.master(126, 6)
    for _ in again.run():
        pass
    assert rig.get("clock_state") == "steady"


def test_a_players_tempo_is_refused_in_words_while_midi_leads(rig):
    master = rig.master(110, 6)
    for number, _ in enumerate(master.run()):
        if number == 1000:
            rig.player_sets("/riff/tempo", 90.0)
    assert rig.failed and rig.failed[0][0] == "/riff/tempo" and "midi" in rig.failed[0][1]
    assert rig.get("tempo") == pytest.approx(110, abs=0.05)
    assert rig.mixed().tempo == pytest.approx(110, abs=0.05)


def test_a_players_tempo_ends_the_coasting(rig):
    for _ in rig.master(110, 4).run():
        pass
    rig.run(1.0)
    rig.player_sets("/riff/tempo", 90.0)
    rig.run(0.5)
    assert (rig.get("clock_source"), rig.mixed().tempo) == ("internal", 90.0)


def test_a_changeover_never_moves_the_beat_but_on_a_bar_line(rig):
    rig.run(1.3)
    master = rig.master(120, 6)
    master.say = [(master.start - 1e-4, START)]
    before, jumps = rig.mixed(), []
    for _ in master.run():
        after = rig.mixed()
        if abs(after.beat_at(rig.now) - before.beat_at(rig.now)) > 0.04:
            jumps.append(after.beat)
        before = after
    assert len(jumps) == 1
    assert jumps[0] % 4 == pytest.approx(0, abs=1e-6)


def test_ticks_without_a_start_change_the_tempo_and_nothing_else(rig):
    rig.run(1.3)
    before = rig.mixed()
    for now in rig.master(126, 6).run():
        after = rig.mixed()
        assert abs(after.beat_at(now) - before.beat_at(now)) < 0.03
        before = after
    assert (rig.get("clock_source"), rig.get("tempo")) == ("midi", pytest.approx(126, abs=0.01))
    assert rig.conductor.origin == 0.0


def test_a_tempo_that_no_loop_can_have_is_not_followed(rig):
    rig.clockwork.clocks["jack"] = TooFast()
    rig.run(1.0)
    assert rig.get("clock_source") == "internal"


class TooFast:
    """A clock of which Link would allow more."""

    name, delayed, playing = "jack", False, None

    def read(self, now: float) -> Reading:
        return Reading(Timeline(0.0, now, 400.0))


def test_a_named_clock_that_is_not_there_is_waited_for(rig):
    rig.player_sets("/riff/clock", "midi")
    rig.run(1.0)
    assert (rig.get("clock_source"), rig.get("clock_state")) == ("midi", "waiting")
    rig.player_sets("/riff/clock", "auto")
    rig.run(0.1)
    assert rig.get("clock_source") == "internal"


def test_a_steady_clock_asks_for_no_new_inversion(rig):
    """The tempo that clips are made for, once it is found, stays."""
    tempi = set()
    for now in rig.master(123.4, 30, 0.002).run():
        if now > 8:
            tempi.add(rig.conductor.tempo)
    assert max(tempi) / min(tempi) < 1.0005


def test_offset_moves_everything_and_latency_is_made_up_for(rig):
    rig.clockwork.latency = lambda: 0.012
    master = rig.master(120, 8)
    master.say = [(master.start - 1e-4, START)]
    rig.player_sets("/riff/offset_ms", 30.0)
    for _ in master.run():
        pass
    assert off_s(rig, master.beat_at(rig.now), 120) == pytest.approx(0.012 - 0.030, abs=0.0005)


def test_quantum_and_bars_go_on_while_a_clock_leads(rig):
    master = rig.master(120, 10)
    for number, _ in enumerate(master.run()):
        if number == 800:
            rig.player_sets("/riff/quantum", 3)
    bar = rig.conductor.next_bar(rig.now)
    assert (bar - rig.conductor.origin) % 3 == pytest.approx(0, abs=1e-6)
    assert rig.conductor.timeline.quantum == 3


def test_a_players_stop_and_start_are_ours_alone(rig):
    rig.player_sets("/riff/stop", 1)
    rig.run(2.5)
    assert rig.player.state["engine"]["gate"] == 0.0 and rig.get("playing") is False
    rig.player_sets("/riff/continue", 1)
    rig.run(2.5)
    assert rig.player.state["engine"]["gate"] == 1.0 and rig.get("playing") is True


def tidal(rig: Rig, cps: float, seconds: float, start: float) -> Iterator[float]:
    """Wall time is the audio clock's and 1000 s more; events come 0.3 s ahead, four a cycle."""
    number = 0
    for now in rig.steps(seconds):
        rig.clockwork.tidal._wall.pair(now + 1000, now)
        while start + number / 4 / cps < now + 0.3:
            tag = 1000 + start + number / 4 / cps
            rig.clockwork.tidal.hear({"cycle": number / 4, "cps": 0.1, "s": "x"}, tag)
            number += 1
        yield now


def test_tidals_cycles_are_bars(rig):
    start = rig.now
    for _ in tidal(rig, 0.5625, 8, start):
        pass
    assert rig.get("clock_source") == "tidal"
    assert rig.get("tempo") == pytest.approx(135.0, abs=0.01)
    bars = (rig.mixed().beat_at(rig.now) - rig.conductor.origin) / 4 - (rig.now - start) * 0.5625
    assert abs(bars - round(bars)) < 0.001
    rig.run(8.0)
    assert rig.get("clock_state") == "coasting"
    assert rig.mixed().tempo == pytest.approx(135.0, abs=0.05)


def test_tidals_new_cps_is_followed(rig):
    for _ in tidal(rig, 0.5, 5, rig.now):
        pass
    for _ in tidal(rig, 0.6, 8, rig.now):
        pass
    assert rig.mixed().tempo == pytest.approx(144.0, abs=0.05)


def feed_and_watch(rig: Rig, tempos: list[float], jitter_s: float) -> Iterator[tuple[float, float]]:
    """(seconds since the first tick, how far the mixer is off in seconds), while the tempo moves."""
    start = rig.now + 0.001
    meant = [(number, when, came) for number, (when, came) in enumerate(ticks(tempos, jitter_s, start))]
    rig.clockwork.midi.feed(start - 1e-4, START)
    number = 0
    for now in rig.steps(meant[-1][1] - start):
        while meant[number][2] <= now:
            rig.clockwork.midi.feed(meant[number][2], b"\xf8")
            number += 1
        if number:
            last, when, _ = meant[number - 1]
            beat = last / 24 + (rig.now - when) * tempos[last] / 60
            yield now - start, off_s(rig, beat, tempos[last])


@pytest.mark.parametrize("jitter_s", [0.0, 0.002])
def test_a_ramp_is_followed_by_the_mixer(rig, jitter_s):
    rows = feed_and_watch(rig, [*steady(120, 6), *ramp(120, 140, 10), *steady(140, 3)], jitter_s)
    off = [abs(row[1]) for row in rows if row[0] > 5]
    assert max(off) < (0.012 if jitter_s else 0.005)
    assert off[-1] < 0.002
    assert rig.get("tempo") == pytest.approx(140, abs=0.1)


@pytest.mark.parametrize("other", [90.0, 123.0, 170.0])
def test_a_sudden_tempo_is_followed_by_the_mixer(rig, other):
    rows = feed_and_watch(rig, [*steady(120, 6), *steady(other, 6)], 0.0)
    off = [abs(row[1]) for row in rows if row[0] > 10]
    assert max(off) < 0.001
    assert rig.get("tempo") == pytest.approx(other, abs=0.02)
