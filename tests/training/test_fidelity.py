"""Measures of fidelity on sounds of which the answer is known."""

import numpy as np
import pytest
import torch

from riffosc.training import fidelity
from riffosc.training.settings_study import VARIANTS, Variant, in_8_bits, pooled

SR = 44100


def noise(frames: int = SR, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, frames).astype(np.float32)


def hit(at: int, lead_in: int = 0) -> np.ndarray:
    """A burst of noise from `at` on, and one that swells before it."""
    shape = np.zeros(SR)
    shape[at : at + 4000] = np.exp(-np.arange(4000) / 1000)
    if lead_in:
        shape[at - lead_in : at] = np.linspace(0, 1, lead_in)
    return (noise() * shape).astype(np.float32)


def test_a_loop_is_not_far_from_itself() -> None:
    loop = noise()
    assert fidelity.spectral_distance(loop, loop) == 0
    assert fidelity.chroma_error(loop, loop) == 0
    assert fidelity.spectral_distance(loop, loop / 2) == pytest.approx(6.02, abs=0.05)


def test_chroma_error_is_the_share_that_moved() -> None:
    a, e, b = (fidelity.tones([line], 2 * SR) for line in (880, 1319, 1976))
    assert fidelity.chroma_error(a, e) == pytest.approx(1, abs=0.05)
    assert fidelity.chroma_error(a + e, a + b) == pytest.approx(0.5, abs=0.05)


def test_bands() -> None:
    low, high = fidelity.tones([100], SR), fidelity.tones([5000], SR)
    assert fidelity.band_change(low + high, low + high / 2, 4000, 8000) == pytest.approx(-6.02, abs=0.01)
    assert fidelity.band_change(low, low, 4000, 8000) is None


def test_hits_that_swell_rise_later_and_are_heard_before() -> None:
    sharp, soft = hit(20000), hit(20000, lead_in=600)
    assert fidelity.clear_hits(sharp, [20000]) == [20000]
    assert fidelity.clear_hits(noise(), [20000]) == []
    assert fidelity.rises_ms(sharp, [20000])[0] < 2
    assert fidelity.rises_ms(soft, [20000])[0] > fidelity.rises_ms(sharp, [20000])[0] + 1
    before, after = (fidelity.pre_echoes_db(one, sharp, [20000])[0] for one in (sharp, soft))
    assert after > before + 20


def test_two_tones_are_told_from_one_and_from_noise() -> None:
    lines = (220, 233)
    both = fidelity.heard(fidelity.tones(lines, 2 * SR), lines)
    assert both.apart_db > 60 and both.clean_db > 60 and both.cents < 1
    assert fidelity.heard(fidelity.tones([220], 2 * SR) + noise(2 * SR) / 100, lines).apart_db < 0
    assert fidelity.heard(noise(2 * SR), lines).clean_db < 0


def test_stereo() -> None:
    left = np.stack([noise(), np.zeros(SR, np.float32)])
    wide = np.stack([noise(), noise(seed=1)])
    assert fidelity.side_db(left) == pytest.approx(0, abs=0.01)
    assert fidelity.side_db(wide) == pytest.approx(0, abs=0.2)
    assert fidelity.direction_error_db(wide, wide) == 0
    assert fidelity.direction_error_db(left, left[::-1]) > 40


@pytest.mark.parametrize("variant", [Variant(), Variant(log_db=80)])
def test_8_bits_are_255_steps_and_go_back_where_they_came_from(variant: Variant) -> None:
    values = torch.linspace(0.11, 1, 4096).reshape(1, 64, 64)
    back = in_8_bits(values, variant)
    assert float((20 / variant.settings.power * (back / values).log10()).abs().max()) < 0.7
    assert 150 < len(back.unique()) <= 255


def test_loops_are_averaged_and_of_hits_the_median_is_taken() -> None:
    assert pooled([{"rise": [1, 9], "cpu": [1]}, {"rise": [2], "cpu": [3], "chroma": []}]) == {"rise": 2, "cpu": 2}
    assert VARIANTS["today"] == Variant()
