"""The delay-locked loop on its own."""

import pytest
from ticking import ramp, rms, steady, ticks

from riffosc.clocks.dll import Dll


def loop() -> Dll:
    return Dll(60 / (24 * 300), 60 / (24 * 20))


def run(tempos, jitter_s=0.0, seed=0):
    """(seconds, error of the phase in seconds, tempo) after each tick but the first few."""
    dll, rows = loop(), []
    for meant, came in ticks(tempos, jitter_s, seed=seed):
        dll.tick(came)
        if dll.locked:
            rows.append((meant, dll.time - meant, 60 / 24 / dll.period))
    return rows


@pytest.mark.parametrize("tempo", [60, 123.4, 174])
@pytest.mark.parametrize("seed", range(3))
def test_two_milliseconds_of_jitter_are_filtered(tempo, seed):
    late = [row for row in run(steady(tempo, 40), 0.002, seed) if row[0] > 8]
    assert rms(row[1] for row in late) < 0.0007
    assert max(abs(row[1]) for row in late) < 0.003
    assert rms(row[2] - tempo for row in late) < 0.05


def test_exact_ticks_are_followed_exactly_from_the_first_few_on():
    assert all(abs(error) < 1e-9 and tempo == pytest.approx(97.3) for _, error, tempo in run(steady(97.3, 5)))


def test_a_ramp_is_kept_to():
    rows = run([*steady(120, 8), *ramp(120, 140, 10)])
    assert max(abs(row[1]) for row in rows) < 0.002
    assert rows[-1][2] == pytest.approx(140, abs=0.5)


@pytest.mark.parametrize("jitter_s", [0.0, 0.002])
@pytest.mark.parametrize("other", [60, 90, 121, 126, 240])
def test_another_tempo_is_reached_within_two_seconds(other, jitter_s):
    before = steady(120, 10)
    rows = run([*before, *steady(other, 6)], jitter_s)
    later = [row for row in rows if row[0] > 12.5]
    assert max(abs(row[1]) for row in later) < (0.003 if jitter_s else 0.0005)
    assert later[-1][2] == pytest.approx(other, abs=0.2)


def test_a_tick_that_comes_twice_is_dropped():
    dll = loop()
    for _, came in ticks(steady(120, 2)):
        assert dll.tick(came) == 1
        if dll.locked:
            assert dll.tick(came + 0.0003) == 0
    assert 60 / 24 / dll.period == pytest.approx(120)


def test_one_tick_that_is_very_late_moves_nothing():
    dll = loop()
    for meant, came in ticks(steady(120, 4)):
        dll.tick(came + (0.015 if abs(meant - 3) < 0.01 else 0))
        if meant > 3.03:
            assert abs(dll.time - meant) < 0.0005


def test_ticks_that_were_held_up_and_come_at_once_are_no_new_tempo():
    dll = loop()
    for meant, came in ticks(steady(120, 6)):
        dll.tick(max(came, 3.08) if meant > 3 else came)
        if meant > 3.5:
            assert 60 / 24 / dll.period == pytest.approx(120, abs=3)
    assert 60 / 24 / dll.period == pytest.approx(120, abs=0.1)
