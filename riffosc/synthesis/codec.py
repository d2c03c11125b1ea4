"""Sound to picture and back, circular in time and exact in length.

Analysis: one Hann-windowed transform a column, centred on frame `round(i * frames / columns)` and wrapped.
Inversion (Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE TASSP 32(2), 1984, with
the picture itself imposed): phases to begin with are integrated from the magnitudes' gradients (phases.py); then, a few
times over, the spectrum of what is heard is scaled by what the picture asks over what it has, each step going on a
little beyond its aim (Perraudin, Balazs and Soendergaard, "A fast Griffin-Lim algorithm", WASPAA 2013).
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from riffosc.clip import Samples
from riffosc.picture import PictureSettings, Pixels
from riffosc.synthesis import phases_at_once
from riffosc.synthesis.filterbank import mel_filterbank
from riffosc.synthesis.lattice import OVERLAP, Lattice, fast_length, lattice
from riffosc.synthesis.phases import Steps, integrated_phases

PASSES = 5
MOMENTUM = 0.8
UPDATES = 6  # of the magnitudes that phases are integrated from
STRETCH = 4096  # columns whose phases are found together; what is longer is found in stretches
ROLL_OFF = 0.03  # of the band's upper edge: over so much of it the loop falls to nothing there

Progress = Callable[[float], None]


class Analysis:
    """The short-time Fourier transform of one picture setting at one sample rate, and its mel filterbank."""

    def __init__(self, settings: PictureSettings, samplerate: int) -> None:
        width = round(settings.window_s * samplerate)
        self.n_fft = fast_length(round(settings.padded_s * samplerate))
        self.window = torch.hann_window(width)
        self.place = torch.arange(width) - width // 2
        bank = mel_filterbank(settings, self.n_fft, samplerate)
        self.freqs = int(bank.sum(0).nonzero().max()) + 1
        # Amplitudes are those of sines. Zero padding samples a spectral line more often: without the last factor it
        # would make pictures louder.
        self.bank = bank[:, : self.freqs].T * (2 / float(self.window.sum()) * width / self.n_fft)

    def mel(self, samples: Tensor, columns: int) -> Tensor:
        """A loop (channels, frames) to amplitudes (channels, columns, bins)."""
        frames = samples.shape[-1]
        centres = (torch.arange(columns, dtype=torch.float64) * frames / columns).round().long()
        return torch.cat([self._mel(samples, some) for some in torch.split(centres, STRETCH)], -2)

    def _mel(self, samples: Tensor, centres: Tensor) -> Tensor:
        cut = samples[:, (centres[:, None] + self.place) % samples.shape[-1]] * self.window
        mel: Tensor = torch.fft.rfft(cut, n=self.n_fft)[..., : self.freqs].abs() @ self.bank
        return mel


@lru_cache(maxsize=8)
def analysis(settings: PictureSettings, samplerate: int) -> Analysis:
    return Analysis(settings, samplerate)


def of_transform(settings: PictureSettings) -> PictureSettings:
    """The same settings for all pictures that differ only in how columns are counted and levels are written."""
    return replace(settings, columns_per_beat=1, step_s=0.0, power=1.0, reference=1.0)


def resample_columns(values: Tensor, columns: int) -> Tensor:
    """(..., columns, bins) to another number of columns, linearly and circularly."""
    have = values.shape[-2]
    if columns == have:
        return values
    place = torch.arange(columns, dtype=torch.float64, device=values.device) * have / columns
    left = place.floor().long()
    part = (place - left).to(values.dtype)[:, None]
    return values[..., left, :] * (1 - part) + values[..., (left + 1) % have, :] * part


def analyse(samples: Samples, samplerate: int, settings: PictureSettings, columns: int) -> Tensor:
    """A loop of (channels, frames) to picture values (channels, columns, bins), 0 silent and 1 black."""
    mel = analysis(of_transform(settings), samplerate).mel(torch.as_tensor(samples), columns)
    return (mel / settings.reference).clamp(0, 1) ** settings.power


def amplitudes(values: Tensor, settings: PictureSettings) -> Tensor:
    """The mel amplitudes that picture values stand for, of any shape."""
    bent = values.square().square() if settings.power == 0.25 else values ** (1 / settings.power)  # pow is slow
    return bent * settings.reference


def to_pixels(values: Tensor) -> Pixels:
    """Values (channels, columns, bins) to pixels (channels, bins, columns): loud is dark, low below."""
    turned = values.clamp(0, 1).transpose(-1, -2).flip(-2)
    pixels: Pixels = (255 - (turned * 255).round()).to(torch.uint8).numpy()
    return pixels


def to_values(pixels: Pixels, device: torch.device | None = None) -> Tensor:
    """The inverse of `to_pixels`; the pixels are bytes until they are on the device."""
    there = torch.tensor(pixels, device=device).float()
    return (1 - there / 255).flip(-2).transpose(-1, -2).contiguous()


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
    samples: Samples = invert_many(values[None], how, (how.seed,), progress)[0]
    return samples


def invert_many(
    values: Tensor, how: Performance, seeds: Sequence[int] = (), progress: Progress = lambda _: None
) -> Samples:
    """As `invert`, for pictures of one length (clips, channels, columns, bins) at once: (clips, channels, frames).

    On the device that `values` are on. Each clip has a seed of its own, or all have that of the performance.
    """
    if how.inverter == "torchaudio":
        from riffosc.synthesis import torchaudio_inverter

        return torchaudio_inverter.invert_many(values, how)
    turns = math.ceil(how.settings.window_s * how.samplerate / how.frames)  # of a loop shorter than a window
    field = lattice(of_transform(how.settings), turns * how.frames / how.samplerate, str(values.device))
    mel = amplitudes(resample_columns(values.tile(turns, 1), field.columns), how.settings)
    ahead = before = repeating(_start(field, mel, seeds or (how.seed,) * len(values)), turns)
    for done in range(1, PASSES + 1):
        signal = repeating(field.impose(ahead, mel), turns)
        ahead = signal + MOMENTUM * (signal - before) if done > 1 else signal
        before = signal
        progress(done / PASSES)
    found = before.roll(-OVERLAP * field.hop // 2, -1)  # a column's window has its middle where the column is
    top = how.settings.high_hz / (how.samplerate / 2)
    samples: Samples = resample(found, turns * how.frames, top)[..., : how.frames].cpu().numpy()
    return samples


def repeating(signal: Tensor, turns: int) -> Tensor:
    """What of a signal is the same in each of its turns."""
    if turns == 1:
        return signal
    spectrum = torch.fft.rfft(signal)
    alike = torch.arange(spectrum.shape[-1], device=signal.device) % turns == 0
    same: Tensor = torch.fft.irfft(spectrum * alike, n=signal.shape[-1])
    return same


def _start(field: Lattice, mel: Tensor, seeds: Sequence[int]) -> Tensor:
    """The signals to begin with (clips, channels, length).

    All channels of a clip have the same phases, so that they can be heard together in mono.
    """
    steps = Steps(field.hop, field.n_fft, field.width, OVERLAP * field.hop / 2)
    magnitudes, phases = [], []
    for number, part in enumerate(torch.split(mel, STRETCH, -2)):
        magnitude = field.bank.magnitude(part, UPDATES)
        magnitudes.append(magnitude)
        phases.append(_phases(magnitude.mean(1), steps, [seed + number for seed in seeds]))
    return field.play(torch.cat(magnitudes, -2), torch.cat(phases, -2)[:, None])


def _phases(magnitude: Tensor, steps: Steps, seeds: Sequence[int]) -> Tensor:
    """Of (clips, columns, freqs): cell after cell on a processor, a clip on each thread; all at once on a GPU."""
    if magnitude.device.type != "cpu":
        return phases_at_once.integrated_phases(magnitude, steps, seeds)
    with ThreadPoolExecutor(min(len(seeds), torch.get_num_threads())) as pool:
        found = pool.map(lambda one, seed: integrated_phases(one, steps, seed), magnitude.numpy(), seeds)
        return torch.from_numpy(np.stack(list(found)))


def resample(loop: Tensor, frames: int, top: float) -> Tensor:
    """A loop (..., length) to another number of frames, without what lies above its picture's band.

    A periodic signal of limited bandwidth has no seam: it is as smooth where it wraps as anywhere else. `top` is the
    band's upper edge, 1 being half the sample rate of the result.
    """
    length = loop.shape[-1]
    spectrum = torch.fft.rfft(loop.double())
    cycles = torch.arange(spectrum.shape[-1], dtype=torch.float64, device=loop.device) * 2
    roll_off = ((top * frames - cycles) / (ROLL_OFF * top * frames)).clamp(0, 1)
    kept = (spectrum * roll_off)[..., : frames // 2 + 1]
    resampled: Tensor = torch.fft.irfft(kept, n=frames) * (frames / length)
    return resampled.float()
