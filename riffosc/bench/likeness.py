"""How near a sound comes to the picture that was asked for, and how loud it is."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from riffosc.clip import Samples
from riffosc.picture import PictureSettings
from riffosc.synthesis import codec

BEND = 0.25  # the power in which errors are taken: Riffusion's
QUIETER = 0.25  # a sound is looked at so much quieter, lest it be cut off at black
TINY = 1e-20


@dataclass(frozen=True, slots=True)
class Likeness:
    """Distances are relative and L2, after the best gain."""

    error: float  # of amplitudes to the power of 0.25
    inside: float  # the same without the columns that reach over the wrap
    convergence: float  # of mel amplitudes: spectral convergence
    louder_db: float  # than the picture asks


def likeness(values: Tensor, sound: Samples, samplerate: int, settings: PictureSettings) -> Likeness:
    """Of a sound (channels, frames), looked at again, to picture values (channels, columns, bins)."""
    columns = values.shape[1]
    seen = codec.analyse(sound * QUIETER, samplerate, settings, columns)
    got, wanted = amplitudes(seen, settings) / QUIETER, amplitudes(values, settings)
    reach = math.ceil(settings.window_s / 2 * samplerate * columns / sound.shape[-1])
    inside = slice(reach, max(reach + 1, columns - reach))
    return Likeness(
        distance(got**BEND, wanted**BEND),
        distance(got[:, inside] ** BEND, wanted[:, inside] ** BEND),
        distance(got, wanted),
        -20 / BEND * math.log10(best_gain(got**BEND, wanted**BEND) or 1),
    )


def amplitudes(values: Tensor, settings: PictureSettings) -> Tensor:
    """The mel amplitudes that picture values stand for."""
    mel: Tensor = values ** (1 / settings.power) * settings.reference
    return mel


def distance(got: Tensor, wanted: Tensor) -> float:
    return float((best_gain(got, wanted) * got - wanted).norm() / wanted.norm().clamp(min=TINY))


def best_gain(got: Tensor, wanted: Tensor) -> float:
    """By which `got` comes nearest."""
    return float((got * wanted).sum() / torch.sum(got**2).clamp(min=TINY))


def energy_db(values: Tensor, settings: PictureSettings) -> float:
    """Mean power that a picture shows."""
    return 10 * math.log10(float((amplitudes(values, settings) ** 2).sum(-1).mean()) + TINY)


def level_db(sound: Samples, samplerate: int, settings: PictureSettings) -> float:
    """Mean power of a sound (..., frames) within the band of the settings."""
    frames = sound.shape[-1]
    hz = np.fft.rfftfreq(frames, 1 / samplerate)
    spectrum = np.fft.rfft(sound.astype(np.float64))[..., (hz >= settings.low_hz) & (hz <= settings.high_hz)]
    return 10 * math.log10(2 * float((np.abs(spectrum) ** 2).sum(-1).mean()) / frames**2 + TINY)
