"""The limiter of clips: under the ceiling, round the wrap, and nothing done to what is quiet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from riffosc.synthesis.limiter import CEILING, REACH_S, least, limit, needed, smooth

SR = 44100
REACH = round(REACH_S * SR)


def noise(frames: int, level: float, channels: int = 1, seed: int = 0) -> np.ndarray:
    return (level * np.random.default_rng(seed).standard_normal((channels, frames))).astype(np.float32)


def gain_of(samples: np.ndarray) -> np.ndarray:
    return smooth(needed(samples, CEILING), REACH)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6000), st.floats(0.01, 30), st.integers(1, 2), st.integers(0, 100))
def test_no_sample_is_beyond_the_ceiling(frames: int, level: float, channels: int, seed: int) -> None:
    limited = limit(noise(frames, level, channels, seed), SR)
    assert limited.shape == (channels, frames) and limited.dtype == np.float32
    assert np.abs(limited).max() <= np.float32(CEILING)


def test_what_is_quiet_is_left_alone_to_the_bit() -> None:
    for quiet in (np.zeros((2, 5000), np.float32), np.full((1, 10), CEILING, np.float32), np.zeros((1, 0), np.float32)):
        assert limit(quiet, SR) is quiet


def test_what_lies_out_of_reach_of_a_peak_is_left_alone_to_the_bit() -> None:
    samples = noise(SR, 0.05)
    samples[0, 20000] = 3.0
    limited = limit(samples, SR)
    untouched = np.ones(SR, bool)
    untouched[20000 - 2 * REACH : 20000 + 2 * REACH + 1] = False
    assert np.array_equal(limited[:, untouched], samples[:, untouched])
    assert limited[0, 20000] == pytest.approx(CEILING)


def test_the_wrap_is_a_place_like_any_other() -> None:
    """Rolled, then limited is limited, then rolled: so a limited loop can be tiled."""
    samples = noise(SR, 0.3)
    samples[0, -3:] = 2.5
    gain = gain_of(samples)
    for shift in (1, 3, 500, SR // 2):
        assert np.allclose(gain_of(np.roll(samples, shift, 1)), np.roll(gain, shift), atol=1e-12)
    assert np.allclose(gain_of(np.tile(samples, 2))[:SR], gain, atol=1e-12)


def test_the_gain_has_no_steps_round_the_wrap_either() -> None:
    """It goes from 1 to its least in no less than the reach, without corners: as a Hann window's integral does."""
    samples = np.zeros((1, SR), np.float32)
    samples[0, -2] = 4.0
    gain = gain_of(samples)
    steepest = (1 - gain.min()) / REACH
    slope = np.diff(gain, append=gain[:1])
    assert 0 < np.abs(slope).max() <= steepest * 1.01
    assert np.abs(np.diff(slope, append=slope[:1])).max() < steepest * 4 / REACH


def test_both_channels_are_turned_down_together() -> None:
    samples = noise(SR, 0.1, 2)
    samples[0, 1000] = 2.0
    limited = limit(samples, SR)
    assert np.allclose(limited[1], samples[1] * gain_of(samples), atol=1e-7)
    assert np.abs(limited[1, 1000]) < 0.5 * np.abs(samples[1, 1000])


@pytest.mark.parametrize("hz", [31, 55, 220])
def test_a_bass_note_keeps_its_form(hz: int) -> None:
    tone = 1.8 * np.sin(2 * np.pi * hz * np.arange(2 * SR) / SR)
    power = np.abs(np.fft.rfft(limit(tone.astype(np.float32)[None], SR)[0].astype(np.float64))) ** 2
    assert power[2 * hz] > 1e5 * np.delete(power, 2 * hz).sum()


def test_the_least_within_reach() -> None:
    values = np.random.default_rng(3).random(50)
    for reach in (0, 1, 2, 7, 24):
        around = np.concatenate([values[50 - reach :], values, values[:reach]])
        assert np.array_equal(least(values, reach), sliding_window_view(around, 2 * reach + 1).min(-1))


def test_the_same_bytes_twice() -> None:
    samples = noise(SR, 0.5, 2)
    assert limit(samples, SR).tobytes() == limit(samples, SR).tobytes()
