"""MIDI clock apart from the mixer: each message at the time of its beat, whenever it is asked for."""

from collections.abc import Iterator

import pytest
from studio import Studio

from riffosc.playback.counter import RATE, Counter
from riffosc.timeline import Timeline

PULSE, START, CONTINUE, STOP = "f8", "fa", "fb", "fc"
STEP_S = 0.004
BEGIN_S = 0.1
Heard = list[tuple[float, str]]


class Count:
    """A counter that is asked every few milliseconds of a time that does not pass by itself."""

    def __init__(self, studio: Studio, line: Timeline) -> None:
        studio.player.set_timeline(line)
        studio.player.set_midi_clock(True)
        studio.render(100)
        assert studio.player.settled
        self.player, self.line, self.now = studio.player, line, BEGIN_S
        self.counter = Counter(studio.player, self.now)

    def until(self, seconds: float) -> Heard:
        heard: Heard = []
        while self.now < seconds:
            heard += [(at, data.hex()) for at, data in self.counter.advance(self.now, self.now + 2 * STEP_S)]
            self.now += STEP_S
        return heard

    def beat(self, seconds: float) -> float:
        return round(self.line.beat_at(seconds), 3)


@pytest.fixture
def count(studio: Studio) -> Iterator[Count]:
    made = Count(studio, Timeline(0.0, 0.0, 120.0))
    yield made
    made.counter.close()


def pulses(heard: Heard) -> list[float]:
    return [at for at, data in heard if data == PULSE]


def others(heard: Heard) -> Heard:
    return [(at, data) for at, data in heard if data != PULSE]


def places(count: Count, heard: Heard) -> list[tuple[float, str]]:
    return [(count.beat(at), data) for at, data in others(heard)]


def test_every_pulse_is_at_the_time_of_its_beat(count: Count) -> None:
    lines = [count.line]
    for seconds, tempo in ((0.7003, 174.0), (2.0, 60.0), (2.0101, 300.0), (4.4, 20.0)):
        lines.append(lines[-1].with_tempo(tempo, seconds))
        count.player.set_timeline(lines[-1])
    heard = pulses(count.until(9.0))
    numbers = range(round(24 * count.line.beat_at(BEGIN_S) + 0.5), round(24 * lines[-1].beat_at(9.0)))
    ends = [*(line.seconds for line in lines[1:]), 1e9]
    pieces = list(zip(lines, ends, strict=True))
    due = [next(at for line, end in pieces if (at := line.seconds_at(k / 24)) < end) for k in numbers]
    assert heard[: len(due)] == pytest.approx(due, abs=0.6 / RATE)


def test_it_stops_starts_and_goes_on_with_the_player(count: Count) -> None:
    assert places(count, count.until(0.2)) == [(0.25, "f20100"), (0.25, CONTINUE)]
    count.player.gate(False, 4)
    assert places(count, count.until(2.2)) == [(4, STOP)]
    count.player.gate(True, 8)
    assert places(count, count.until(4.2)) == [(8, "f22000"), (8, CONTINUE)]
    count.player.set_bars(12, 3)
    assert places(count, count.until(7.0)) == [(12, START)]


def test_it_takes_over_a_stop_that_is_still_to_come(studio: Studio) -> None:
    studio.player.gate(False, 1)
    count = Count(studio, Timeline(0.0, 0.0, 120.0))
    assert places(count, count.until(1.0)) == [(0.25, "f20100"), (0.25, CONTINUE), (1, STOP)]
    count.counter.close()


def test_a_player_that_stands_still_is_not_started(studio: Studio) -> None:
    studio.player.gate(False, -10)
    count = Count(studio, Timeline(0.0, 0.0, 120.0))
    heard = count.until(1.0)
    assert pulses(heard) and not others(heard)
    count.counter.close()


def test_what_little_is_slept_over_is_made_up_for(count: Count) -> None:
    heard = count.until(0.5)
    count.now += 0.3
    heard += count.until(1.5)
    assert len(others(heard)) == 2, "it never stopped"
    beats = [count.beat(at) for at in pulses(heard)]
    assert len(beats) == 1 + round((beats[-1] - beats[0]) * 24)
    assert beats == sorted(beats)


@pytest.mark.parametrize("slept_s", [0.7, 10.0, 3600.0])
def test_of_much_no_flood_comes_but_the_right_place(count: Count, slept_s: float) -> None:
    count.until(0.5)
    count.now += slept_s
    heard = count.until(count.now + 0.5)
    assert len(pulses(heard)) <= 26
    (_, stop), (_, song), (at, go_on) = others(heard)
    assert (stop, go_on) == (STOP, CONTINUE)
    low, high = bytes.fromhex(song)[1:]
    assert count.beat(at) * 4 % (1 << 14) == low | high << 7


def test_an_offset_moves_it(count: Count) -> None:
    count.until(0.5)
    count.player.set_midi_clock(True, 0.0101)
    beats = [24 * count.line.beat_at(at - 0.0101) for at in pulses(count.until(1.5))]
    assert len(beats) >= 47
    assert beats == pytest.approx([round(beat) for beat in beats], abs=0.001)


def test_the_last_word_is_stop(count: Count) -> None:
    count.until(0.5)
    count.counter.stop()
    assert [data for _, data in count.until(0.6)] == [STOP]
    count.player.gate(True, 4)
    assert count.until(3.0) == [], "nobody listens to the player"
