"""What the tests of the codec hear with, on sounds that are known."""

import numpy as np
import pytest
from ears import band, detune_cents, level_db, onsets
from sounds import bursts, glide, snapped, tone

SR = 44100
FRAMES = 2 * SR


@pytest.mark.parametrize("hz", [55.0, 439.5, 3520.0])
@pytest.mark.parametrize("cents", [-20.0, 0.0, 0.5, 35.0])
def test_detune_is_heard_to_a_tenth_of_a_cent(hz: float, cents: float) -> None:
    """Frames are chosen so that tone and reference both go round whole."""
    frames = 8 * SR
    there = snapped(hz * 2 ** (cents / 1200), frames)
    heard = detune_cents(tone(there, frames), SR, snapped(hz, frames), width_hz=0.06 * hz)
    assert heard == pytest.approx(1200 * np.log2(there / snapped(hz, frames)), abs=0.1)


def test_detune_is_heard_through_noise_and_other_tones() -> None:
    noise = 0.02 * np.random.default_rng(1).normal(size=FRAMES)
    mixed = tone(440, FRAMES) + tone(1000, FRAMES) + tone(55, FRAMES) + noise
    for hz in (55, 440, 1000):
        assert detune_cents(mixed, SR, hz, width_hz=max(4, 0.06 * hz)) == pytest.approx(0, abs=0.1)


def test_detune_of_a_tone_that_wavers_is_its_mean() -> None:
    t = np.arange(FRAMES) / SR
    wavering = np.sin(2 * np.pi * (441 * t + 0.3 * np.sin(2 * np.pi * 2 * t)))
    assert detune_cents(wavering, SR, 440, width_hz=30) == pytest.approx(1200 * np.log2(441 / 440), abs=0.1)


def test_detune_of_a_glide_counts_each_of_its_octaves_alike() -> None:
    sound, course = glide(110, 4, FRAMES)
    assert detune_cents(sound, SR, course, width_hz=40) == pytest.approx(0, abs=0.1)
    higher = course * 1.001
    higher *= round(higher.sum() / SR) / (higher.sum() / SR)
    heard = detune_cents(sound, SR, higher, width_hz=40)
    assert heard == pytest.approx(1200 * np.log2(course[0] / higher[0]), abs=0.1)


@pytest.mark.parametrize("shift_ms", [0.0, 3.0, -7.0])
@pytest.mark.parametrize("band_hz", [(200, 8000), (2000, 8000)])
def test_onsets_are_heard_to_a_millisecond(shift_ms: float, band_hz: tuple[int, int]) -> None:
    grid = np.arange(16) * 0.125
    loop = np.roll(bursts(FRAMES, grid, 0.06, band_hz), round(shift_ms / 1000 * SR))
    off = onsets(loop, SR, grid, 0.06) - grid - shift_ms / 1000
    assert np.abs(off).max() < 0.0015 and abs(off.mean()) < 0.001


def test_an_onset_is_told_from_what_rings_before_it() -> None:
    """Quiet noise all the time, and the burst before it still fading."""
    grid = np.arange(16) * 0.125
    loop = bursts(FRAMES, grid, 0.06, (200, 8000))
    loop += 0.004 * np.random.default_rng(2).normal(size=FRAMES)
    assert np.abs(onsets(loop, SR, grid, 0.06) - grid).max() < 0.002


def test_level_is_that_of_the_band() -> None:
    both = tone(440, FRAMES, 0.5) + tone(5000, FRAMES, 0.1)
    assert level_db(both, SR, 20, 1000) == pytest.approx(20 * np.log10(0.5) - 3.0103, abs=0.01)
    assert level_db(both, SR, 1000, 16000) == pytest.approx(20 * np.log10(0.1) - 3.0103, abs=0.01)
    assert np.allclose(band(both, SR, 1000, 16000), tone(5000, FRAMES, 0.1), atol=1e-9)
