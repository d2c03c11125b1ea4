"""Measures on sounds of which the answer is known."""

import math

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from riffosc.composing.loop import Swing
from riffosc.picture import EMBEDDED
from riffosc.synthesis.codec import analyse
from riffosc.training.measures import chroma, in_scale, low_share, on_its_grid, on_the_grid, ripple, seam

SR = 44100


def notes(*midi: int) -> Tensor:
    """Two beats of sine tones at 120 beats a minute, as a picture."""
    seconds = np.arange(SR) / SR
    tones = [0.1 * np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * seconds) for note in midi]
    return analyse(np.sum(tones, 0, dtype=np.float32)[None], SR, EMBEDDED, 128)[0]


def clicks(every: int) -> Tensor:
    values = torch.zeros(128, 512)
    values[::every] = 1
    return values


def test_chroma_finds_the_notes() -> None:
    heard = chroma(notes(60, 64, 67))
    assert sorted(heard.topk(3).indices.tolist()) == [0, 4, 7]
    assert heard.sum() == pytest.approx(1)


def test_in_scale() -> None:
    assert in_scale(notes(60, 64, 67), 0, 0) > 0.8
    assert in_scale(notes(60, 64, 67), 6, 0) < 0.5


def test_on_the_grid() -> None:
    assert on_the_grid(clicks(16)) == pytest.approx(1)
    assert on_the_grid(clicks(16).roll(8, 0)) == pytest.approx(0)
    noise = torch.rand(1024, 64, generator=Generator().manual_seed(0))
    assert on_the_grid(noise) == pytest.approx(5 / 16, abs=0.02)


def test_on_a_swung_grid() -> None:
    """Clicks on the eighths of a shuffle: 0 and 43 of 64 columns."""
    values = clicks(64) + clicks(64).roll(43, 0)
    assert on_the_grid(values) == pytest.approx(0.5)
    assert on_the_grid(values, Swing(0.5, 2 / 3).grid) == pytest.approx(1)


def test_low_share() -> None:
    assert low_share(notes(36)) > 0.98
    assert low_share(notes(72)) < 0.02
    assert math.isfinite(low_share(torch.zeros(16, 512)))


def test_any_grid_is_found() -> None:
    """Only the shuffled clicks need their own grid; noise gains little by the choice."""
    shuffled = clicks(64) + clicks(64).roll(43, 0)
    noise = torch.rand(1024, 64, generator=Generator().manual_seed(0))
    assert on_its_grid(shuffled) == pytest.approx(1)
    assert on_its_grid(clicks(16)) == pytest.approx(1)
    assert on_its_grid(noise) < 0.36


def test_pitch_ripples() -> None:
    assert ripple(notes(72)) > 3 * ripple(
        torch.rand(128, 8, generator=Generator().manual_seed(0)).repeat_interleave(64, 1)
    )


def test_a_step_at_the_seam_is_seen() -> None:
    wave = np.sin(np.arange(1000) * 2 * np.pi * 5 / 1000)
    rank, size = seam(wave)
    assert rank < 1 and size <= 1.001
    rank, size = seam(wave[:970])
    assert rank == 1 and size > 10
