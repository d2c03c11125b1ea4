"""Sound to picture and back, circular in time and exact in length.

Analysis: one Hann-windowed transform a column, centred on frame `round(i * frames / columns)` and wrapped.
Inversion: the phases are found by fast Griffin-Lim (Perraudin, Balazs and Soendergaard, "A fast Griffin-Lim
algorithm", WASPAA 2013) on few columns, then by imposing the mel picture itself on all of them: each pass
scales the spectrum by what the picture asks over what it has, spread back to the bins by the filterbank.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from riffosc.clip import Samples
from riffosc.picture import PictureSettings, Pixels

MOMENTUM = 0.99  # of fast Griffin-Lim, as in the paper and in torchaudio
MAX_RATIO = 8.0  # by how much one pass may raise a bin; more rings
ROLL_OFF = 0.03  # of the band's upper edge: over so much of it the loop falls to nothing there
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Stage:
    """Some passes of the inversion over columns `1 / overlap` of a window apart."""

    impose_mel: bool
    overlap: int
    passes: int


Progress = Callable[[float], None]
STAGES = (Stage(False, 5, 16), Stage(True, 5, 8), Stage(True, 8, 4))


def fast_length(at_least: int) -> int:
    """The smallest even 5-smooth number from `at_least` on: transforms of such lengths are fast."""
    length = at_least + at_least % 2
    while _without_small_factors(length) != 1:
        length += 2
    return length


def _without_small_factors(number: int) -> int:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number


def hz_to_mel(hz: float) -> float:
    """HTK's mel scale."""
    return 2595 * math.log10(1 + hz / 700)


def mel_to_hz(mel: np.ndarray) -> np.ndarray:
    return 700 * (10 ** (mel / 2595) - 1)


def mel_filterbank(settings: PictureSettings, n_fft: int, samplerate: int) -> Tensor:
    """Triangles on HTK's mel scale: (bins, n_fft // 2 + 1), lowest band first.

    No triangle is narrower than the spacing of the transform: else a low band could fall between two bins.
    """
    edges = mel_to_hz(np.linspace(hz_to_mel(settings.low_hz), hz_to_mel(settings.high_hz), settings.bins + 2))
    spacing = samplerate / n_fft
    hz = np.arange(n_fft // 2 + 1) * spacing
    centre = edges[1:-1, None]
    rise = np.maximum(centre - edges[:-2, None], spacing)
    fall = np.maximum(edges[2:, None] - centre, spacing)
    triangles = np.minimum((hz - centre) / rise + 1, 1 - (hz - centre) / fall)
    return torch.tensor(np.maximum(triangles, 0), dtype=torch.float32)


class Transform:
    """The short-time Fourier transform of one picture setting at one sample rate, and its mel filterbank.

    Spectra are (columns, freqs), kept up to the top of the band; amplitudes are those of sines.
    """

    def __init__(self, settings: PictureSettings, samplerate: int) -> None:
        self.width = round(settings.window_s * samplerate)
        self.n_fft = fast_length(round(settings.padded_s * samplerate))
        self.window = torch.hann_window(self.width)
        self.scale = float(2 / self.window.sum())
        bank = mel_filterbank(settings, self.n_fft, samplerate)
        self.freqs = int(bank.sum(0).nonzero().max()) + 1
        # Zero padding samples a spectral line more often: without this factor it would make pictures louder.
        self.bank = (bank[:, : self.freqs] * (self.width / self.n_fft)).contiguous()
        self.inverse = torch.linalg.pinv(self.bank)
        self.spread = self.bank / self.bank.sum(0).clamp(min=TINY)

    def grid(self, frames: int, columns: int) -> "Grid":
        return Grid(self.window, frames, columns)

    def spectrum(self, samples: Tensor, grid: "Grid") -> Tensor:
        spectrum: Tensor = torch.fft.rfft(grid.cut(samples), n=self.n_fft)
        return spectrum[:, : self.freqs] * self.scale

    def samples(self, spectrum: Tensor, grid: "Grid") -> Tensor:
        full = torch.nn.functional.pad(spectrum, (0, self.n_fft // 2 + 1 - self.freqs))
        return grid.join(torch.fft.irfft(full, n=self.n_fft)[:, : self.width]) / self.scale

    def mel(self, magnitude: Tensor) -> Tensor:
        """(columns, freqs) to (columns, bins)."""
        return magnitude @ self.bank.T

    def impose(self, spectrum: Tensor, mel: Tensor) -> Tensor:
        """The spectrum, scaled so that its mel picture comes nearer to `mel`."""
        ratio = mel / (self.mel(spectrum.abs()) + TINY)
        scaled: Tensor = spectrum * (ratio.clamp(max=MAX_RATIO) @ self.spread)
        return scaled

    def magnitude(self, mel: Tensor, updates: int = 3) -> Tensor:
        """A non-negative spectrum with this mel picture: pseudo-inverse, then multiplicative updates."""
        guess: Tensor = (mel @ self.inverse.T).clamp(min=0) + 1e-7
        for _ in range(updates):
            guess = self.impose(guess, mel)
        return guess


class Grid:
    """Where the columns of a loop lie: frame `round(i * frames / columns)`, wrapped around."""

    def __init__(self, window: Tensor, frames: int, columns: int) -> None:
        width = len(window)
        centres = (torch.arange(columns, dtype=torch.float64) * frames / columns).round().long()
        self.window, self.frames = window, frames
        self.index = (centres[:, None] + torch.arange(width) - width // 2) % frames
        self.weight = self._add((window**2).expand(columns, width)).clamp(min=1e-3)

    def cut(self, samples: Tensor) -> Tensor:
        return samples[self.index] * self.window

    def join(self, pieces: Tensor) -> Tensor:
        """Weighted overlap-add (Griffin and Lim 1984, equation 6): (columns, width) to (frames,)."""
        return self._add(pieces * self.window) / self.weight

    def _add(self, pieces: Tensor) -> Tensor:
        return torch.zeros(self.frames).index_add_(0, self.index.reshape(-1), pieces.reshape(-1))


def transform(settings: PictureSettings, samplerate: int) -> Transform:
    """The same one however many columns there are to a beat."""
    return _transform(replace(settings, columns_per_beat=1, step_s=0.0), samplerate)


@lru_cache(maxsize=8)
def _transform(settings: PictureSettings, samplerate: int) -> Transform:
    return Transform(settings, samplerate)


def resample_columns(values: Tensor, columns: int) -> Tensor:
    """(columns, bins) to another number of columns, linearly and circularly."""
    have = values.shape[0]
    if columns == have:
        return values
    place = torch.arange(columns, dtype=torch.float64) * have / columns
    left = place.floor().long()
    part = (place - left).to(values.dtype)[:, None]
    return values[left] * (1 - part) + values[(left + 1) % have] * part


def analyse(samples: Samples, samplerate: int, settings: PictureSettings, columns: int) -> Tensor:
    """A loop of (channels, frames) to picture values (channels, columns, bins), 0 silent and 1 black."""
    tools = transform(settings, samplerate)
    loop = torch.as_tensor(samples)
    grid = tools.grid(loop.shape[-1], columns)
    mel = torch.stack([tools.mel(tools.spectrum(channel, grid).abs()) for channel in loop])
    return (mel / settings.reference).clamp(0, 1) ** settings.power


def to_pixels(values: Tensor) -> Pixels:
    """Values (channels, columns, bins) to pixels (channels, bins, columns): loud is dark, low below."""
    turned = values.clamp(0, 1).transpose(-1, -2).flip(-2)
    pixels: Pixels = (255 - (turned * 255).round()).to(torch.uint8).numpy()
    return pixels


def to_values(pixels: Pixels) -> Tensor:
    """The inverse of `to_pixels`."""
    return (1 - torch.tensor(pixels, dtype=torch.float32) / 255).flip(-2).transpose(-1, -2).contiguous()


@dataclass(frozen=True, slots=True)
class Performance:
    """How a picture is to be played: exactly `frames` frames; `seed` chooses the phases to start from."""

    settings: PictureSettings
    frames: int
    samplerate: int
    seed: int = 0
    inverter: str = "riffosc"  # or "torchaudio", for comparison


def invert(values: Tensor, how: Performance, progress: Progress = lambda _: None) -> Samples:
    """Perform picture values (channels, columns, bins): (channels, frames), without a seam.

    The same picture and performance give the same samples. `progress` hears 0 to 1 after each pass, and may
    end the work by raising.
    """
    if how.inverter == "torchaudio":
        from riffosc.synthesis import torchaudio_inverter

        return torchaudio_inverter.invert(values, how)
    passes = len(values) * sum(stage.passes for stage in STAGES)
    done = iter(range(1, passes + 1))
    performed = [_invert_channel(channel, how, lambda: progress(next(done) / passes)) for channel in values]
    return torch.stack(performed).numpy()


def _invert_channel(values: Tensor, how: Performance, passed: Callable[[], None]) -> Tensor:
    tools = transform(how.settings, how.samplerate)
    samples: Tensor | None = None
    for stage in STAGES:
        columns = max(1, math.ceil(how.frames * stage.overlap / tools.width))
        grid = tools.grid(how.frames, columns)
        mel = resample_columns(values, columns) ** (1 / how.settings.power) * how.settings.reference
        target = mel if stage.impose_mel else tools.magnitude(mel)
        if samples is None:
            samples = tools.samples(torch.polar(target, _random_phases(target, how.seed)), grid)
        for heard in _passes(tools, samples, target, grid, stage):
            samples = heard
            passed()
    assert samples is not None
    return band_limit(samples, how.settings.high_hz, how.samplerate)


def band_limit(samples: Tensor, top_hz: float, samplerate: int) -> Tensor:
    """The loop (frames,) without what lies above the picture's band, which no picture asked for.

    A periodic signal of limited bandwidth has no seam: it is as smooth where it wraps as anywhere else.
    """
    spectrum = torch.fft.rfft(samples.double())
    hz = torch.arange(len(spectrum), dtype=torch.float64) * (samplerate / len(samples))
    roll_off = ((top_hz - hz) / (ROLL_OFF * top_hz)).clamp(0, 1)
    limited: Tensor = torch.fft.irfft(spectrum * roll_off, n=len(samples))
    return limited.float()


def _random_phases(like: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(like.shape, generator=generator) * (2 * math.pi)


def _passes(tools: Transform, samples: Tensor, target: Tensor, grid: Grid, stage: Stage) -> Iterator[Tensor]:
    """The samples after each pass. `target` is a mel picture or a linear magnitude, as the stage imposes it."""
    before: Tensor | float = 0.0
    for _ in range(stage.passes):
        now = tools.spectrum(samples, grid)
        ahead = now - before * (MOMENTUM / (1 + MOMENTUM))
        before = now
        imposed = tools.impose(ahead, target) if stage.impose_mel else target * ahead / (ahead.abs() + TINY)
        samples = tools.samples(imposed, grid)
        yield samples
