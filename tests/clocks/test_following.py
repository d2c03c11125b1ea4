"""Our line beside another clock's, in simulated seconds."""

from dataclasses import replace

import pytest

from riffosc.clocks.following import CLOSE_S, FAR_S, LEAD_S, Follower, Place
from riffosc.clocks.nominal import Nominal
from riffosc.clocks.source import Reading
from riffosc.timeline import Timeline

TICK_S = 0.005


class Walk:
    """A follower that is ticked, and the largest step that its beat ever made unasked."""

    def __init__(self, line: Timeline | None = None, place: Place | None = None) -> None:
        self.follower = Follower(line or Timeline())
        self.place = place or Place()
        self.now = 0.0
        self.changes = 0
        self.broken_s = 0.0

    def run(self, seconds: float, reading: Reading, leader: str = "midi") -> None:
        end = self.now + seconds
        while self.now < end:
            before, jumps = self.follower.line, self.follower.jumps
            self.changes += self.follower.step(leader, reading, self.place, self.now)
            at, after = self.follower.line.seconds, self.follower.line
            if self.follower.jumps == jumps:
                self.broken_s = max(self.broken_s, abs(after.beat_at(at) - before.beat_at(at)) * 60 / after.tempo)
            self.now += TICK_S

    def error_s(self, line: Timeline) -> float:
        """Of the place in the bar."""
        off = self.follower.line.beat_at(self.now) - self.place.origin - line.beat_at(self.now)
        return (off - 4 * round(off / 4)) * 60 / line.tempo


def theirs(beat: float, tempo: float = 120.0, **more: bool | int) -> Reading:
    """A clock that is at `beat` at 0 seconds."""
    return Reading(Timeline(beat, 0.0, tempo), **more)


def test_a_small_error_is_slewed_and_nothing_jumps():
    walk = Walk()
    clock = theirs(0.02)  # 10 ms ahead
    walk.run(8.0, clock)
    assert abs(walk.error_s(clock.line)) < CLOSE_S
    assert walk.follower.jumps == 0 and walk.broken_s < 1e-9
    assert walk.follower.line.tempo == pytest.approx(120, rel=1e-6)


def test_nothing_is_published_while_we_are_close():
    walk = Walk()
    walk.run(1.0, theirs(0.0))
    before = walk.changes
    walk.run(5.0, replace(theirs(0.0), line=Timeline(CLOSE_S, 0.0, 120.0)))
    assert walk.changes == before


def test_a_large_error_is_crossed_on_their_bar_line():
    walk = Walk(Timeline(1000.0))
    clock = theirs(1.3, 100.0)  # their next bar line is at 1.62 s
    walk.run(1.62 - LEAD_S - 0.02, clock)
    assert walk.follower.jumps == 0
    assert walk.follower.line.tempo == pytest.approx(100.0), "their tempo, meanwhile"
    walk.run(0.1, clock)
    assert walk.follower.jumps == 1
    assert walk.follower.line.seconds == pytest.approx(1.62)
    assert walk.follower.line.beat % 4 == pytest.approx(0.0, abs=1e-6)
    assert abs(walk.error_s(clock.line)) < 1e-9


def test_bars_are_renumbered_so_that_we_move_by_half_a_bar_at_most():
    walk = Walk(Timeline(1000.0))
    walk.run(4.0, theirs(17.5))
    expected = 1000 + 2 * walk.now
    assert abs(walk.follower.line.beat_at(walk.now) - expected) <= 2


def test_bars_that_do_not_begin_on_beat_0_are_kept():
    walk = Walk(Timeline(1000.0), Place(origin=998.0))
    clock = theirs(2.0 + 0.01)
    walk.run(6.0, clock)
    assert walk.follower.jumps == 0
    assert abs(walk.error_s(clock.line)) < CLOSE_S


def test_a_song_gives_us_its_numbers():
    walk = Walk(Timeline(1000.0))
    walk.run(3.0, theirs(33.0, song=True))
    assert walk.follower.line.beat_at(walk.now) == pytest.approx(33 + 2 * walk.now)


def test_a_song_that_is_located_is_followed_at_once():
    walk = Walk()
    walk.run(1.0, theirs(0.0, song=True))
    located = Reading(Timeline(64.0, walk.now, 120.0), song=True, jumps=1)
    walk.run(TICK_S, located)
    assert walk.follower.line.beat_at(walk.now) == pytest.approx(64 + 2 * TICK_S)


def test_the_delay_is_added():
    walk = Walk(place=Place(delay_s=-0.015))
    clock = theirs(0.0)
    walk.run(8.0, clock)
    assert walk.follower.line.seconds_at(20.0) == pytest.approx(clock.line.seconds_at(20.0) - 0.015, abs=CLOSE_S)


def test_a_leader_that_is_lost_while_an_error_is_taken_up_leaves_its_own_tempo():
    walk = Walk()
    walk.run(0.3, theirs(0.03))
    assert walk.follower.line.tempo > 120.5
    before = walk.follower.line
    walk.follower.coast(walk.follower.tempo, walk.now)
    after = walk.follower.line
    assert after.tempo == 120.0
    assert after.beat_at(after.seconds) == pytest.approx(before.beat_at(after.seconds))


def test_another_tempo_is_followed_at_once():
    walk = Walk()
    walk.run(1.0, theirs(0.0))
    bent = Reading(theirs(0.0).line.with_tempo(132.0, walk.now))
    walk.run(2.0, bent)
    assert abs(walk.error_s(bent.line)) < CLOSE_S
    assert walk.follower.jumps == 0 and walk.broken_s < 1e-9


def test_a_ramp_is_kept_to():
    walk = Walk()
    line = Timeline()
    for _ in range(400):
        line = line.with_tempo(line.tempo + 0.05, walk.now)
        walk.run(0.02, Reading(line))
        assert abs(walk.error_s(line)) < 0.002
    assert walk.follower.jumps == 0 and walk.broken_s < 1e-9


def test_an_error_just_too_large_is_not_slewed():
    walk = Walk()
    walk.run(1.0, theirs(2 * (FAR_S + 0.001)))
    assert walk.follower.jumps == 0
    walk.run(1.5, theirs(2 * (FAR_S + 0.001)))
    assert walk.follower.jumps == 1


def test_the_nominal_tempo_waits_until_a_tempo_has_settled():
    nominal = Nominal(120.0)
    moves = [nominal.step(120 + 0.1 * i, i * 0.1) for i in range(100)]
    assert not any(moves), "while it ramps"
    assert nominal.step(130.0, 10.0) is False
    assert [nominal.step(130.0, 10.0 + i * 0.1) for i in range(1, 10)].count(True) == 1
    assert nominal.tempo == 130.0


def test_the_nominal_tempo_does_not_waver():
    nominal = Nominal(123.4)
    assert not any(nominal.step(123.4 + (-1) ** i * 0.015, i * 0.05) for i in range(200))
