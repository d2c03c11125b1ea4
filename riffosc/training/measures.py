"""What can be measured on a picture: values (columns, bins), 0 silent to 1 loud, lowest band first."""

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor

from riffosc.picture import EMBEDDED, PictureSettings
from riffosc.synthesis.filterbank import hz_to_mel

STRAIGHT = (0.0, 0.25, 0.5, 0.75)
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


def features(values: Tensor) -> Tensor:
    """A picture in numbers, for telling roles apart: level and unrest by band, onsets, pitchedness."""
    bands = torch.nn.functional.adaptive_avg_pool1d(values[:, None], 32)[:, 0]
    rising = onsets(values)
    sharp = rising.max() / rising.mean().clamp(min=1e-6)
    ripple = (values[:, 1:] - values[:, :-1]).abs().mean() / values.mean().clamp(min=1e-6)
    extra = torch.stack([sharp.log(), ripple, torch.tensor(low_share(values))])
    return torch.cat([bands.mean(0), bands.std(0), extra])


class Classifier:
    """Multinomial logistic regression on standardised features, fitted by L-BFGS."""

    def __init__(self, rows: Tensor, labels: Tensor, classes: int, decay: float = 1e-3) -> None:
        self.mean, self.deviation = rows.mean(0), rows.std(0).clamp(min=1e-4)
        self.weight = torch.zeros(rows.shape[1] + 1, classes, requires_grad=True)
        optimizer = torch.optim.LBFGS([self.weight], max_iter=100, line_search_fn="strong_wolfe")

        def loss() -> float:
            optimizer.zero_grad()
            wrong = torch.nn.functional.cross_entropy(self.scores(rows), labels)
            total = wrong + decay * self.weight.square().sum()
            total.backward()  # type: ignore[no-untyped-call]
            return float(total.detach())

        optimizer.step(loss)  # type: ignore[no-untyped-call]

    def scores(self, rows: Tensor) -> Tensor:
        scaled = (rows - self.mean) / self.deviation
        return torch.cat([scaled, torch.ones(len(rows), 1)], 1) @ self.weight

    @torch.no_grad()
    def accuracy(self, rows: Tensor, labels: Tensor) -> float:
        return float((self.scores(rows).argmax(1) == labels).float().mean()) if len(rows) else math.nan
