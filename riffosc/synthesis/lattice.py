"""Where an inversion works: on a loop at just the sample rate its band needs, columns a whole hop apart.

A loop repeats, so it can be resampled exactly to any number of samples (a longer or shorter discrete Fourier transform
of the same band). That number is chosen so that windows and hops are whole and transforms are fast. All that is left
of gathering and overlapping columns is then reading and adding whole hops.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

import torch
from torch import Tensor

from riffosc.picture import PictureSettings
from riffosc.synthesis.filterbank import Filterbank

OVERLAP = 8  # hops in a window
PADDING = 1.5  # of the transform, in windows
OVERSAMPLING = 1.02
CHUNK = 96  # columns in hand at a time, so that they stay in the processor's cache; on a GPU all of them


def fast_length(at_least: float) -> int:
    """The smallest even 5-smooth number from `at_least` on: transforms of such lengths are fast."""
    return next(n for n in count(2 * math.ceil(at_least / 2), 2) if is_smooth(n))


def is_smooth(number: int) -> bool:
    """It has no factor but 2, 3 and 5."""
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1


@dataclass(frozen=True, slots=True)
class Lattice:
    """Signals are (..., length), spectra (..., columns, freqs)."""

    columns: int
    hop: int
    n_fft: int
    width: float  # of the Hann window, in samples; it lies in `OVERLAP` hops, which may be a little wider
    window: Tensor
    weight: Tensor  # (hop,): the sum of all squared windows over each sample
    bank: Filterbank

    @property
    def length(self) -> int:
        return self.columns * self.hop

    def chunks(self) -> list[slice]:
        size = CHUNK if self.window.device.type == "cpu" else self.columns
        return [slice(a, min(a + size, self.columns)) for a in range(0, self.columns, size)]

    def play(self, magnitude: Tensor, phases: Tensor) -> Tensor:
        """The signal of magnitudes (..., columns, freqs); `phases` may have fewer channels."""
        signal = self._empty(magnitude.shape[:-2])
        for chunk in self.chunks():
            here, angle = magnitude[..., chunk, :], phases[..., chunk, :]
            self._add(signal, chunk, torch.complex(here * angle.cos(), here * angle.sin()))
        return self._joined(signal)

    def impose(self, signal: Tensor, mel: Tensor) -> Tensor:
        """The signal with its spectrum scaled so that its mel values come nearer to `mel` (..., columns, bins)."""
        wrapped = torch.cat([signal, signal[..., : (OVERLAP - 1) * self.hop]], -1)
        result = self._empty(signal.shape[:-1])
        for chunk in self.chunks():
            reach = slice(chunk.start * self.hop, (chunk.stop + OVERLAP - 1) * self.hop)
            cut = wrapped[..., reach].unfold(-1, OVERLAP * self.hop, self.hop) * self.window
            spectrum = torch.fft.rfft(cut, n=self.n_fft)[..., : self.bank.freqs]
            self._add(result, chunk, spectrum * self.bank.gain(_magnitude(spectrum), mel[..., chunk, :]))
        return self._joined(result)

    def _empty(self, shape: torch.Size) -> Tensor:
        return self.window.new_zeros(*shape, self.columns + OVERLAP - 1, self.hop)

    def _add(self, signal: Tensor, chunk: slice, spectrum: Tensor) -> None:
        """Weighted overlap-add (Griffin and Lim 1984, equation 6), hop by hop."""
        pieces = torch.fft.irfft(spectrum, n=self.n_fft)[..., : OVERLAP * self.hop] * self.window
        for place in range(OVERLAP):
            part = pieces[..., place * self.hop : (place + 1) * self.hop]
            signal[..., chunk.start + place : chunk.stop + place, :] += part

    def _joined(self, signal: Tensor) -> Tensor:
        signal[..., : OVERLAP - 1, :] += signal[..., self.columns :, :]
        return (signal[..., : self.columns, :] / self.weight).flatten(-2)


def _magnitude(spectrum: Tensor) -> Tensor:
    """As `abs`, which takes longer than the transform: it minds numbers too large to be squared."""
    real, imaginary = spectrum.real, spectrum.imag
    return torch.addcmul(real * real, imaginary, imaginary).sqrt_()


@lru_cache(maxsize=16)
def lattice(settings: PictureSettings, seconds: float, device: str) -> Lattice:
    """For loops of a window's length at least."""
    windows = next(n for n in count(max(1, math.floor(seconds / settings.window_s)), -1) if is_smooth(n))
    columns = windows * OVERLAP
    hop = fast_length(2 * OVERSAMPLING * settings.high_hz * seconds / columns)
    span = OVERLAP * hop
    samplerate = columns * hop / seconds
    n_fft = fast_length(span * PADDING)
    width = settings.window_s * samplerate
    place = torch.arange(span, dtype=torch.float64) - span / 2
    window = torch.where(place.abs() < width / 2, 0.5 + 0.5 * torch.cos(2 * math.pi * place / width), 0.0)
    spacing = samplerate / n_fft
    freqs = min(n_fft // 2 + 1, math.ceil(settings.high_hz / spacing) + 1)
    scale = 2 / float(window.sum()) * width / n_fft
    bank = Filterbank(settings, spacing, freqs, scale, device)
    weight = (window**2).view(OVERLAP, hop).sum(0)
    return Lattice(columns, hop, n_fft, width, window.float().to(device), weight.float().to(device), bank)
