"""Riffusion's way from picture to sound, by torchaudio: slower, with a seam; for comparison.

InverseMelScale by least squares, then 32 iterations of fast Griffin-Lim with momentum 0.99, from random phases, all
channels in one batch: github.com/riffusion/riffusion-hobby, spectrogram_converter.py. Where it is not as there:

- As many frames as asked for. Riffusion's last column would end the clip 10 ms early; here the first one follows it.
- The hop is a whole number of frames: the columns are read, between two where need be, at such places; a hop is
  no less than a sixteenth of the window and no more than a quarter.
- Level is the picture's. Riffusion brings every clip to the same peak.
- The filterbank is the picture's own, which is Riffusion's at Riffusion's settings. Where its bands lie closer than
  the bins of the transform, least squares has no single answer; then the smallest is taken, on the processor.

It is not circular: the loop's ends are mirrored, as torchaudio does, and do not meet.
"""

import warnings
from functools import lru_cache

import torch
from torch import Tensor

from riffosc.clip import Samples
from riffosc.picture import PictureSettings
from riffosc.synthesis import codec
from riffosc.synthesis.filterbank import mel_filterbank
from riffosc.synthesis.lattice import fast_length

ITERATIONS = 32
MOMENTUM = 0.99


def invert(values: Tensor, how: codec.Performance) -> Samples:
    """Picture values (channels, columns, bins), on any device, to samples (channels, frames)."""
    samples: Samples = invert_many(values[None], how)[0]
    return samples


def invert_many(values: Tensor, how: codec.Performance) -> Samples:
    """Pictures of one length (clips, channels, columns, bins) at once: (clips, channels, frames)."""
    settings = how.settings
    width = round(settings.window_s * how.samplerate)
    n_fft = transform_length(settings, how.samplerate)
    turns = n_fft // 2 // how.frames + 1  # mirrored ends have to be shorter than the sound
    frames = how.frames * turns
    hop = max(1, width // 16, min(round(how.frames / values.shape[-2]), width // 4))
    columns = _columns_at(values, torch.arange(frames // hop + 1) * hop / how.frames)
    mel = columns.transpose(-1, -2) ** (1 / settings.power) * settings.reference
    spectrum = _linear(mel, settings, n_fft, how.samplerate)
    with torch.random.fork_rng(_devices(values)):  # torchaudio draws the phases from the generator of all
        torch.manual_seed(how.seed)
        found = _phases(n_fft, width, hop, frames).to(values.device)(spectrum)
    samples: Samples = found[..., : how.frames].cpu().numpy()
    return samples


def transform_length(settings: PictureSettings, samplerate: int) -> int:
    """Frames of the padded window; the next length of small factors where the transform would crawl."""
    padded = round(settings.padded_s * samplerate)
    rest = padded
    for factor in (2, 3, 5, 7):
        while rest % factor == 0:
            rest //= factor
    return padded if rest == 1 else fast_length(padded)


def _columns_at(values: Tensor, turns: Tensor) -> Tensor:
    """Columns (..., columns, bins) at these places, 1 being once around: (..., places, bins)."""
    have = values.shape[-2]
    place = (turns.double() * have).to(values.device)
    left = (place + 1e-6).floor().long()
    part = (place - left).clamp(min=0).to(values.dtype)[:, None]
    return values[..., left % have, :] * (1 - part) + values[..., (left + 1) % have, :] * part


def _linear(mel: Tensor, settings: PictureSettings, n_fft: int, samplerate: int) -> Tensor:
    """Mel amplitudes (..., bins, columns) to magnitudes of the transform (..., n_fft // 2 + 1, columns)."""
    from torchaudio.transforms import InverseMelScale

    bank, one_answer = _filterbank(settings, n_fft, samplerate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of empty bands in the filterbank that is replaced
        inverse = InverseMelScale(
            n_fft // 2 + 1, settings.bins, samplerate, settings.low_hz, settings.high_hz,
            driver="gels" if one_answer else "gelsd",
        )  # fmt: skip
    inverse.fb = bank
    device = mel.device if one_answer else torch.device("cpu")
    spectrum: Tensor = inverse.to(device)(mel.to(device).reshape(-1, *mel.shape[-2:]))
    return spectrum.to(mel.device).reshape(*mel.shape[:-2], *spectrum.shape[-2:])


@lru_cache(maxsize=8)
def _filterbank(settings: PictureSettings, n_fft: int, samplerate: int) -> tuple[Tensor, bool]:
    """From magnitudes of the transform to mel amplitudes, (n_fft // 2 + 1, bins); whether its bands are independent."""
    width = round(settings.window_s * samplerate)
    of_a_sine = 2 / float(torch.hann_window(width).sum())
    bank = mel_filterbank(settings, n_fft, samplerate).T * (of_a_sine * width / n_fft)
    return bank, int(torch.linalg.matrix_rank(bank)) == settings.bins


def _phases(n_fft: int, width: int, hop: int, frames: int) -> torch.nn.Module:
    from torchaudio.transforms import GriffinLim

    found: torch.nn.Module = GriffinLim(
        n_fft, n_iter=ITERATIONS, win_length=width, hop_length=hop, power=1.0, momentum=MOMENTUM, length=frames
    )
    return found


def _devices(values: Tensor) -> list[torch.device]:
    return [values.device] if values.device.type == "cuda" else []
