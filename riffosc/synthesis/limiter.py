"""A loop brought under a ceiling without a click, by a gain that goes round as the loop does.

Look-ahead limiting as in Hämäläinen, "Smoothing of the control signal without clipped output in digital peak
limiters" (DAFx-02): the gain that every frame needs, then the least of it within reach, then a weighted mean of that
over the same reach. The mean is nowhere more than the frame needs, and has no steps. A loop is known as a whole, so
reach is the same before and after a peak, and goes across the wrap: a loop that was limited once can be tiled.

Each clip goes through it once, after its inversion: a voice's port, the mixer and the file get the same samples.
"""

import numpy as np
import numpy.typing as npt

from riffosc.clip import Samples

Gain = npt.NDArray[np.float64]  # (frames,), above 0, at most 1

CEILING = 0.89  # 1 dB below full scale: room for what a resampler finds between the samples (EBU R 128 asks for it)
REACH_S = 0.02  # before and after a peak: half a period of 25 Hz, so that a bass note's waves keep their form


def limit(samples: Samples, samplerate: int, ceiling: float = CEILING) -> Samples:
    """(channels, frames) with no sample beyond `ceiling`, all channels by one gain.

    What never goes beyond comes back as it is.
    """
    if np.abs(samples).max(initial=0) <= ceiling:
        return samples
    limited = (samples * smooth(needed(samples, ceiling), round(REACH_S * samplerate))).astype(np.float32)
    return np.clip(limited, -ceiling, ceiling)  # the last bit of a float32


def needed(samples: Samples, ceiling: float) -> Gain:
    """The gain with which each frame just touches the ceiling, at most 1."""
    peaks = np.abs(samples).max(axis=0).astype(np.float64)
    gain: Gain = ceiling / np.maximum(peaks, ceiling)
    return gain


def smooth(need: Gain, reach: int) -> Gain:
    """A gain without steps and nowhere above `need`, that has changed by `reach` frames before and after a peak."""
    reach = min(reach, (len(need) - 1) // 2)
    weights = np.zeros(len(need))
    weights[np.arange(-reach, reach + 1)] = np.hanning(2 * reach + 3)[1:-1]
    spectrum = np.fft.rfft(least(need, reach)) * np.fft.rfft(weights / weights.sum())
    gain: Gain = np.fft.irfft(spectrum, n=len(need))
    return gain


def least(values: Gain, reach: int) -> Gain:
    """The least value within `reach` frames of each, round the loop; windows are doubled until they are wide enough."""
    found, width = values, 1
    while width < 2 * reach + 1:
        step = min(width, 2 * reach + 1 - width)
        found = np.minimum(found, np.roll(found, -step))
        width += step
    return np.roll(found, reach)
