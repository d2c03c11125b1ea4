"""Loops that are known to the frame: tones, bursts of noise, a glide. All go round without a seam."""

import numpy as np
from ears import Sound, band

SR = 44100


def snapped(hz: float, frames: int) -> float:
    """The nearest pitch that makes a whole number of cycles in the loop."""
    return max(1, round(hz * frames / SR)) * SR / frames


def tone(hz: float, frames: int, level: float = 0.2) -> Sound:
    return level * np.sin(2 * np.pi * hz * np.arange(frames) / SR)


def bursts(frames: int, grid_s: Sound, length_s: float, band_hz: tuple[float, float], level: float = 0.1) -> Sound:
    """Noise within the band, on at each time of the grid for so long; edges of a millisecond."""
    noise = band(np.random.default_rng(3).normal(size=frames), SR, *band_hz)
    gate = np.zeros(frames)
    edge = np.linspace(0, 1, SR // 1000)
    on = np.concatenate([edge, np.ones(round(length_s * SR) - 2 * len(edge)), edge[::-1]])
    for when in grid_s:
        gate[(round(when * SR) + np.arange(len(on))) % frames] = on
    return level * noise / noise.std() * gate


def glide(low_hz: float, octaves: float, frames: int, level: float = 0.2) -> tuple[Sound, Sound]:
    """A chirp up so many octaves and back down, and its course in Hz: (frames,) each."""
    course = low_hz * 2 ** (octaves * (1 - np.abs(1 - 2 * np.arange(frames) / frames)))
    course *= round(course.sum() / SR) / (course.sum() / SR)
    return level * np.sin(2 * np.pi * np.cumsum(course) / SR), course
