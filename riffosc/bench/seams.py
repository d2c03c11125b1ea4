"""Whether a loop can be heard to go round: energy above its band where it wraps, against energy there inside."""

import numpy as np

from riffosc.clip import Samples

WIDTH_S = 0.010  # of a window
STEP_S = 0.001  # from one window inside to the next
INAUDIBLE = 1e-10  # energy of a window: below -120 dB of full scale


def seam_ratio(loop: Samples, samplerate: int, top_hz: float) -> float:
    """Of a loop (frames,) that goes round three times: over 1 where a wrap stands out.

    The energy above `top_hz` in the louder of the two windows that have a wrap in their middle, over the 99th
    percentile of such windows inside the middle turn.
    """
    width = round(WIDTH_S * samplerate)
    summed = _above_band(loop, samplerate, top_hz)
    wraps = np.array([len(loop), 2 * len(loop)]) - width // 2
    starts = np.arange(len(loop), 2 * len(loop) - width, round(STEP_S * samplerate))
    at_wraps, inside = (summed[where + width] - summed[where] for where in (wraps, starts))
    return float(at_wraps.max() / max(INAUDIBLE, float(np.percentile(inside, 99))))


def _above_band(loop: Samples, samplerate: int, top_hz: float) -> np.ndarray:
    """Running sums (3 * frames + 1,) of the power above the band."""
    tiled = np.tile(loop.astype(np.float64), 3)
    spectrum = np.fft.rfft(tiled)
    spectrum[np.fft.rfftfreq(len(tiled), 1 / samplerate) < top_hz] = 0
    return np.concatenate([[0.0], np.cumsum(np.fft.irfft(spectrum, len(tiled)) ** 2)])
