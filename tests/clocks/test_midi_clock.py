"""MIDI clock in: what each message means, in simulated seconds."""

import pytest
from ticking import ramp, rms, steady, ticks

from riffosc.clocks.midi import MidiClock

START, CONTINUE, STOP = b"\xfa", b"\xfb", b"\xfc"


def position(sixteenths: int) -> bytes:
    return bytes((0xF2, sixteenths & 0x7F, sixteenths >> 7))


class Master:
    """Sends clock to a MidiClock; `seconds` is when the next tick is due."""

    def __init__(self, tempo: float = 120.0) -> None:
        self.clock = MidiClock()
        self.tempo, self.seconds = tempo, 0.0

    @property
    def period(self) -> float:
        return 60 / self.tempo / 24

    def run(self, count: int) -> None:
        for _ in range(count):
            self.clock.feed(self.seconds, b"\xf8")
            self.seconds += self.period

    def say(self, data: bytes) -> None:
        """Shortly after the last tick."""
        self.clock.feed(self.seconds - 0.9 * self.period, data)

    def beat(self) -> float:
        """Where the next tick is, by what the clock knows now."""
        reading = self.clock.read(self.seconds - 0.5 * self.period)
        assert reading is not None
        return reading.line.beat_at(self.seconds)


def test_a_clock_that_was_never_started_has_a_tempo_but_no_place():
    master = Master(97.0)
    master.run(48)
    reading = master.clock.read(master.seconds)
    assert reading is not None and not reading.song and master.clock.playing is None
    assert reading.line.tempo == pytest.approx(97.0)


def test_start_makes_the_next_tick_beat_0_and_that_is_known_before_it_comes():
    master = Master()
    master.run(60)
    jumps = master.clock.read(master.seconds).jumps
    master.say(START)
    assert master.beat() == pytest.approx(0.0, abs=1e-6)
    reading = master.clock.read(master.seconds)
    assert reading.song and master.clock.playing and reading.jumps == jumps + 1
    master.run(49)
    assert master.beat() == pytest.approx(49 / 24)


def test_a_master_that_is_silent_until_it_starts():
    master = Master()
    master.clock.feed(0.0, START)
    assert master.clock.read(0.0) is None
    master.seconds = 0.01
    master.run(24)
    assert master.beat() == pytest.approx(1.0)


def test_continue_goes_on_where_stop_left_off():
    master = Master()
    master.run(24)
    master.say(START)
    master.run(30)
    master.say(STOP)
    assert master.clock.playing is False
    master.run(100)  # the clock runs through
    master.say(CONTINUE)
    assert master.beat() == pytest.approx(30 / 24)
    assert master.clock.playing is True


def test_song_position_counts_sixteenths():
    master = Master()
    master.run(24)
    master.say(position(200))
    master.say(CONTINUE)
    assert master.beat() == pytest.approx(50.0)


def test_song_position_is_ignored_while_running():
    master = Master()
    master.run(24)
    master.say(START)
    master.run(12)
    master.say(position(64))
    assert master.beat() == pytest.approx(0.5)
    master.say(STOP)
    master.say(CONTINUE)
    assert master.beat() == pytest.approx(0.5)


def test_a_quarter_of_a_second_without_a_tick_is_the_end_and_it_may_come_back():
    master = Master()
    master.run(48)
    last = master.seconds - master.period
    assert master.clock.read(last + 0.24) is not None
    assert master.clock.read(last + 0.26) is None
    master.seconds, master.tempo = master.seconds + 5, 140.0
    master.run(24)
    assert master.clock.read(master.seconds).line.tempo == pytest.approx(140.0)


@pytest.mark.parametrize("tempo", [20.0, 300.0])
def test_the_slowest_and_the_fastest(tempo):
    master = Master(tempo)
    master.run(48)
    assert master.clock.read(master.seconds).line.tempo == pytest.approx(tempo)


@pytest.mark.parametrize("tempo", [60, 123.4, 174])
def test_two_milliseconds_of_jitter(tempo):
    """By the beat that is predicted for a moment half a beat ahead, as those who play need it."""
    clock, off, tempi = MidiClock(), [], []
    clock.feed(0.0, START)
    for number, (meant, came) in enumerate(ticks(steady(tempo, 60), 0.002, start=0.01)):
        clock.feed(came, b"\xf8")
        reading = clock.read(came)
        if meant > 8 and reading:
            beat = number / 24
            off.append((reading.line.beat_at(meant) - beat) * 60 / tempo)
            tempi.append(reading.line.tempo - tempo)
    assert rms(off) < 0.001
    assert max(map(abs, off)) < 0.003
    assert rms(tempi) < 0.05


def test_a_ramp_loses_no_beat():
    clock = MidiClock()
    clock.feed(0.0, START)
    tempos = [*steady(100, 4), *ramp(100, 130, 8), *steady(130, 2)]
    for number, (meant, came) in enumerate(ticks(tempos, 0.001, start=0.01)):
        clock.feed(came, b"\xf8")
        if meant > 2:
            assert clock.read(came).line.beat_at(meant) == pytest.approx(number / 24, abs=0.012)


def test_other_messages_are_passed_over():
    master = Master()
    master.run(24)
    for data in (b"\x90\x40\x40", b"\xfe", b"\xf2\x01", b"\xb0\x07\x7f"):
        master.say(data)
    assert master.beat() == pytest.approx(1.0)
    assert master.clock.playing is None


def test_of_two_masters_the_first_is_heard_until_it_ends():
    clock, seconds = MidiClock(), 0.0
    for i in range(200):
        seconds = i / 100
        if seconds < 1:
            clock.feed(seconds, b"\xf8", "a")
        clock.feed(seconds + 0.003 * (i % 3), b"\xf8", "b")
        if seconds < 1.2 and i > 10:
            assert clock.read(seconds).line.tempo == pytest.approx(250)
            assert clock.jitter < 1e-3
    clock.feed(seconds + 0.001, START, "a")
    assert clock.playing is None


@pytest.mark.parametrize("jitter_s", [0.0, 0.001])
def test_ticks_that_were_lost_on_the_way_are_counted(jitter_s):
    """As where a sound server drops a block, with the ticks in it."""
    clock = MidiClock()
    clock.feed(0.0, START)
    for number, (meant, came) in enumerate(ticks(steady(123.4, 20), jitter_s, start=0.01)):
        if number < 50 or (number % 37 and not 400 <= number < 406):
            clock.feed(came, b"\xf8")
            if meant > 2:
                assert clock.read(came).line.beat_at(meant) == pytest.approx(number / 24, abs=0.008)


@pytest.mark.parametrize("other", [40, 60, 75, 90, 100])
def test_a_slower_tempo_is_no_loss_of_ticks(other):
    clock = MidiClock()
    clock.feed(0.0, START)
    rows = list(enumerate(ticks([*steady(120, 4), *steady(other, 6)], start=0.01)))
    for _, (_, came) in rows:
        clock.feed(came, b"\xf8")
    number, (meant, came) = rows[-1]
    assert clock.read(came).line.beat_at(meant) == pytest.approx(number / 24, abs=0.002)
    assert clock.read(came).line.tempo == pytest.approx(other, abs=0.05)
