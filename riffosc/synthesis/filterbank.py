"""Mel bands: triangles on HTK's mel scale, as a matrix and as the narrow blocks that its entries lie in."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from riffosc.picture import PictureSettings

BLOCK = 64  # bands in a block: few enough to be narrow, enough for a matrix product to pay
FINE = 4  # samples of a triangle to each bin
MAX_RATIO = 8.0  # by how much one pass may raise a bin; more rings
TINY = 1e-9


def hz_to_mel(hz: float) -> float:
    """HTK's mel scale."""
    return 2595 * math.log10(1 + hz / 700)


def mel_to_hz(mel: np.ndarray) -> np.ndarray:
    return 700 * (10 ** (mel / 2595) - 1)


@dataclass(frozen=True, slots=True)
class Triangles:
    """The bands of a picture as functions of frequency, lowest first. In Hz, arrays of (bins, 1)."""

    centre: np.ndarray
    rise: np.ndarray
    fall: np.ndarray

    @classmethod
    def of(cls, settings: PictureSettings, spacing: float) -> "Triangles":
        """No side is narrower than `spacing`, that of the picture's transform: no band falls between two bins."""
        edges = mel_to_hz(np.linspace(hz_to_mel(settings.low_hz), hz_to_mel(settings.high_hz), settings.bins + 2))
        steps = np.maximum(np.diff(edges), spacing)[:, None]
        return cls(edges[1:-1, None], steps[:-1], steps[1:])

    def at(self, hz: np.ndarray, bands: slice = slice(None)) -> np.ndarray:
        """(bins, frequencies)"""
        off = hz - self.centre[bands]
        heights: np.ndarray = np.maximum(np.minimum(off / self.rise[bands] + 1, 1 - off / self.fall[bands]), 0)
        return heights


def mel_filterbank(settings: PictureSettings, n_fft: int, samplerate: int) -> Tensor:
    """(bins, n_fft // 2 + 1), lowest band first."""
    spacing = samplerate / n_fft
    return torch.tensor(Triangles.of(settings, spacing).at(np.arange(n_fft // 2 + 1) * spacing), dtype=torch.float32)


@dataclass(frozen=True, slots=True)
class Block:
    """Some neighbouring bands and the bins that they hear."""

    bands: slice
    freqs: slice
    weights: Tensor  # (freqs, bands)
    shares: Tensor  # (bands, freqs): how much each band has to say about a bin


class Filterbank:
    """From a coarser transform to the mel values that the picture's own, finer one would give, and back.

    Between two bins a magnitude is taken to go straight from one to the other, and the triangles are summed over
    that. A matrix of all bands and bins is nearly empty; products with its blocks take an eighth of the time.
    """

    def __init__(self, settings: PictureSettings, spacing: float, freqs: int, scale: float, device: str) -> None:
        """Bins lie `spacing` Hz apart; `scale` is the mel value of a magnitude of 1 at the top of a triangle."""
        self.bins, self.freqs = settings.bins, freqs
        triangles = Triangles.of(settings, 1 / settings.padded_s)
        found = [_block(triangles, slice(i, i + BLOCK), spacing, freqs, scale) for i in range(0, self.bins, BLOCK)]
        heard = np.zeros(freqs)
        for _, where, weights in found:
            heard[where] += weights.sum(0)
        self.blocks = [
            Block(bands, where, _tensor(weights.T, device), _tensor(weights / np.maximum(heard[where], 1e-12), device))
            for bands, where, weights in found
        ]
        self.sums = _tensor(np.concatenate([weights.sum(1) for *_, weights in found]), device).clamp(min=1e-12)

    def mel(self, magnitude: Tensor) -> Tensor:
        """(..., freqs) to (..., bins)."""
        return torch.cat([magnitude[..., block.freqs] @ block.weights for block in self.blocks], -1)

    def spread(self, values: Tensor) -> Tensor:
        """(..., bins) to (..., freqs): at each bin the mean of the bands that hear it."""
        spread = values.new_zeros(*values.shape[:-1], self.freqs)
        for block in self.blocks:
            spread[..., block.freqs] += values[..., block.bands] @ block.shares
        return spread

    def gain(self, magnitude: Tensor, mel: Tensor) -> Tensor:
        """What to multiply the bins by so that their mel values come nearer to `mel`."""
        return self.spread((mel / (self.mel(magnitude) + TINY)).clamp(max=MAX_RATIO))

    def magnitude(self, mel: Tensor, updates: int) -> Tensor:
        """A non-negative spectrum with these mel values, by multiplicative updates.

        As for a non-negative factorisation with its basis given (Lee and Seung, NIPS 2000); the pseudo-inverse as a
        start was slower and came out worse.
        """
        guess = self.spread(mel / self.sums) + TINY
        for _ in range(updates):
            guess *= self.gain(guess, mel)
        return guess


def _block(
    triangles: Triangles, bands: slice, spacing: float, freqs: int, scale: float
) -> tuple[slice, slice, np.ndarray]:
    centre, rise, fall = triangles.centre[bands, 0], triangles.rise[bands, 0], triangles.fall[bands, 0]
    low = max(0, math.floor((centre - rise).min() / spacing))
    high = max(low + 1, min(freqs, math.ceil((centre + fall).max() / spacing) + 1))
    steps = np.arange(1 - FINE, FINE)
    hats = (1 - np.abs(steps) / FINE) / FINE
    bins = np.arange(low, high) * spacing
    weights = sum(
        hat * triangles.at(bins + step * spacing / FINE, bands) for step, hat in zip(steps, hats, strict=True)
    )
    return bands, slice(low, high), scale * np.asarray(weights)


def _tensor(values: np.ndarray, device: str) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device=device).contiguous()
