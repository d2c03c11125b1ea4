"""Two clocks that differ in rate, read at moments that are not quite the same."""

import random
import time

import pytest

from riffosc.clocks.domains import Domain, Fit


def other(audio: float, ppm: float = 80.0) -> float:
    """What a clock that runs a little fast says, ahead by a thousand seconds."""
    return 1000 + audio * (1 + ppm * 1e-6)


def test_a_rate_and_an_offset_are_found_in_spite_of_noise():
    domain, chance = Domain(time.time), random.Random(1)
    for i in range(100):
        audio = i * 0.04
        domain.pair(other(audio) + chance.gauss(0, 0.0003), audio)
    assert domain.audio_at(other(4.0)) == pytest.approx(4.0, abs=0.0003)
    assert domain.rate == pytest.approx(1 / (1 + 80e-6), abs=1e-4)


def test_a_first_pair_is_enough_to_begin_with():
    domain = Domain(time.time)
    assert not domain.known
    domain.pair(other(3.0), 3.0)
    assert domain.audio_at(other(3.5)) == pytest.approx(3.5, abs=1e-3)


def test_a_pair_that_is_far_off_is_passed_over():
    domain = Domain(time.time)
    for i in range(50):
        domain.pair(other(i * 0.04) + (0.5 if i == 25 else 0.0), i * 0.04)
        assert domain.audio_at(other(i * 0.04)) == pytest.approx(i * 0.04, abs=2e-4)


def test_a_clock_that_was_set_is_believed_after_three_pairs():
    domain = Domain(time.time)
    for i in range(100):
        domain.pair(other(i * 0.04) + (60.0 if i >= 50 else 0.0), i * 0.04)
        if i >= 53:
            assert domain.audio_at(other(i * 0.04) + 60) == pytest.approx(i * 0.04, abs=2e-4)


def test_readings_are_held_against_the_beginning_of_the_block():
    domain = Domain(time.monotonic)
    for i in range(5):
        block_ns = time.monotonic_ns() - 10_000_000
        domain.sample((block_ns * 1e-9 - 50, block_ns))
        time.sleep(0.05 if i < 4 else 0)
    assert domain.audio_at(1000.0) == pytest.approx(950.0, abs=0.001)


def test_a_line_with_outliers():
    fit = Fit(span=20.0, step=0.5)
    for i in range(30):
        fit.add(i / 2, 5 + i / 2 * 1.7 + (0.2 if i % 10 == 9 else 0))
    assert fit.slope == pytest.approx(1.7, abs=1e-6)
    assert fit.at(10.0) == pytest.approx(22.0, abs=1e-6)
