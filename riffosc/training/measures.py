"""What can be measured on a picture: values (columns, bins), 0 silent to 1 loud, lowest band first."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from riffosc.clip import Samples
from riffosc.composing.loop import Swing
from riffosc.picture import EMBEDDED, PictureSettings
from riffosc.synthesis.filterbank import hz_to_mel

STRAIGHT = (0.0, 0.25, 0.5, 0.75)
SWINGS = tuple((unit, 0.5 + 0.02 * i) for unit in (0.5, 0.25) for i in range(11))  # to 0.7: beyond a triplet's
SCALES = {0: (0, 2, 4, 5, 7, 9, 11), 1: (0, 2, 3, 5, 7, 8, 10)}  # by mode: major, minor
CHROMA_HZ = (200.0, 2000.0)  # below, a bin is wider than a semitone; above, overtones stray from the scale


@lru_cache(maxsize=1)
def band_hz(settings: PictureSettings = EMBEDDED) -> Tensor:
    """The centre of each band: (bins,)."""
    low, high = hz_to_mel(settings.low_hz), hz_to_mel(settings.high_hz)
    mel = torch.linspace(low, high, settings.bins + 2, dtype=torch.float64)[1:-1]
    return (700 * (10 ** (mel / 2595) - 1)).float()


def power(values: Tensor) -> Tensor:
    """Loudness values to power."""
    return values.clamp(min=0) ** (2 / EMBEDDED.power)


def onsets(values: Tensor) -> Tensor:
    """How much each column adds to the one before it, round the loop: (columns,)."""
    return (values - values.roll(1, 0)).clamp(min=0).sum(-1)


def on_the_grid(values: Tensor, grid: Sequence[float] = STRAIGHT) -> float:
    """Share of onsets within two columns of where a beat's sixteenths fall; 0.31 by chance.

    `grid` is in beats: a loop's own, which swing moves.
    """
    rising = onsets(values)
    places = torch.tensor([*grid, 1.0]) * EMBEDDED.columns_per_beat
    column = torch.arange(len(rising)) % EMBEDDED.columns_per_beat
    near = (column[:, None] - places).abs().min(1).values < 2.5
    return float(rising[near].sum() / rising.sum().clamp(min=1e-6))


def on_its_grid(values: Tensor) -> float:
    """The same share on whichever grid, straight or swung, has most of it; what is even on all has a little more."""
    return max(on_the_grid(values, Swing(unit, amount).grid) for unit, amount in SWINGS)


def low_share(values: Tensor, below_hz: float = 200.0) -> float:
    """Share of the power under 200 Hz."""
    heard = power(values).sum(0)
    return float(heard[band_hz() < below_hz].sum() / heard.sum().clamp(min=1e-12))


def chroma(values: Tensor) -> Tensor:
    """Sound of each pitch class, C first: (12,), summing to 1. Only bands that stand out of their neighbours."""
    hz = band_hz()
    around = torch.nn.functional.avg_pool1d(values[:, None], 17, 1, 8, count_include_pad=False)[:, 0]
    peaks = (values - around).clamp(min=0) ** 2
    pitch = (69 + 12 * torch.log2(hz / 440)).round().long() % 12
    inside = (hz > CHROMA_HZ[0]) & (hz < CHROMA_HZ[1])
    heard = torch.zeros(12).index_add_(0, pitch[inside], peaks[:, inside].sum(0))
    return heard / heard.sum().clamp(min=1e-12)


def in_scale(values: Tensor, root: int, mode: int) -> float:
    """Share of the chroma that lies in a key's scale."""
    return float(chroma(values)[[(root + step) % 12 for step in SCALES[mode]]].sum())


def ripple(values: Tensor) -> float:
    """How much neighbouring bands differ, over the level: much where there is pitch."""
    return float((values[:, 1:] - values[:, :-1]).abs().mean() / values.mean().clamp(min=1e-6))


def seam(samples: Samples) -> tuple[float, float]:
    """A mono loop's step from its last frame to its first: its rank among all steps, 0..1, and its size over the
    largest one inside. Nothing is heard of a seam whose rank is anywhere and whose size stays under 1."""
    inside = np.abs(np.diff(samples))
    step = abs(float(samples[0]) - float(samples[-1]))
    return float((inside < step).mean()), step / max(1e-9, float(inside.max()))
