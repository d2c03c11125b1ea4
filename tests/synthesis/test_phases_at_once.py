"""Phases found for all cells at once, as on a GPU, are as good as those found cell after cell."""

import math

import numpy as np
import pytest
import torch
from sounds import SR, bursts, tone
from torch import Tensor

from riffosc.bench.likeness import likeness
from riffosc.picture import RIFFUSION
from riffosc.synthesis import codec, phases_at_once
from riffosc.synthesis.phases import Steps
from riffosc.synthesis.phases_at_once import Forest

STEPS = Steps(hop=64, n_fft=768, width=500.0, origin=256.0)


def turned(one: Tensor, other: Tensor) -> Tensor:
    """The difference of two phases, -pi to pi."""
    return (one - other + math.pi) % (2 * math.pi) - math.pi


def test_phases_whose_gradient_is_known_are_found_on_every_island() -> None:
    drawn = torch.Generator().manual_seed(1)
    wanted = torch.rand(2, 12, 20, generator=drawn, dtype=torch.float64)
    wanted = wanted.cumsum(-1)
    in_time, in_freq = torch.zeros_like(wanted), torch.zeros_like(wanted)
    wanted = wanted[:, :1].expand_as(wanted)  # the same in all columns, so that the circle closes
    rise = wanted.roll(-1, -1) - wanted
    in_freq[..., 0] = 0.3
    for at in range(1, 20):  # the mean of two neighbours' gradients is the step between them
        in_freq[..., at] = 2 * rise[..., at - 1] - in_freq[..., at - 1]
    log = torch.rand(2, 12, 20, generator=drawn)
    heard = torch.ones_like(log, dtype=torch.bool)
    heard[..., 9] = False  # two islands a clip, and silence
    forest = Forest.of(log, heard, in_time, in_freq)
    rounds = 0
    while forest.grow():
        rounds += 1
    assert rounds <= 8, "each round leaves half as many trees, or fewer"
    root, phase = forest.root.view_as(log), forest.phase.view_as(log)
    for island in (np.s_[0, :, :9], np.s_[0, :, 10:], np.s_[1, :, :9], np.s_[1, :, 10:]):
        assert len(root[island].unique()) == 1
        off = turned(phase[island], wanted[island])
        assert turned(off, off.flatten()[0]).abs().max() < 1e-9
    assert len(root.unique()) == 4 + 2 * 12


@pytest.mark.parametrize(
    "sound",
    [tone(220, SR, 0.3) + tone(1234, SR, 0.2), bursts(SR, np.arange(8) * 0.125, 0.06, (200, 8000))],
    ids=["tones", "bursts"],
)
def test_what_is_performed_with_them_is_as_near_to_the_picture(sound: np.ndarray, monkeypatch) -> None:
    samples = sound[None].astype(np.float32)
    values = codec.to_values(codec.to_pixels(codec.analyse(samples, SR, RIFFUSION, 100)))
    how = codec.Performance(RIFFUSION, SR, SR, seed=1)
    errors = []
    for find in (codec._phases, phases_at_once.integrated_phases):
        monkeypatch.setattr(codec, "_phases", find)
        errors.append(likeness(values, codec.invert(values, how), SR, RIFFUSION).error)
    assert errors[1] < 1.1 * errors[0] + 0.002


def test_a_clip_is_the_same_whatever_is_beside_it_and_another_by_another_seed() -> None:
    magnitude = torch.rand(2, 16, 40, generator=torch.Generator().manual_seed(1)) ** 4
    both = phases_at_once.integrated_phases(magnitude, STEPS, (5, 6))
    alone = phases_at_once.integrated_phases(magnitude[:1], STEPS, (5,))
    assert turned(both[:1], alone).abs().max() < 1e-3
    assert turned(both[:1], phases_at_once.integrated_phases(magnitude[:1], STEPS, (6,))).abs().max() > 0.1
    silent = phases_at_once.integrated_phases(torch.zeros(1, 8, 8), STEPS, (1,))
    assert silent.isfinite().all()
