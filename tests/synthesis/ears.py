"""What tests hear of a loop (frames,): pitch, onsets and level. All of it wraps around, as the loop does."""

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.floating]
SMOOTH_S = 0.004  # Hann, of the energy in which onsets are looked for
ONSET_SHARE = 0.25  # of a burst's own mean energy: noise of a few kHz seldom falls so low by chance


def detune_cents(loop: Sound, samplerate: int, hz: float | Sound, width_hz: float) -> float:
    """How much higher a tone sounds than `hz`, its course (frames,) or a constant, by its mean energy-weighted phase.

    The course has to make a whole number of cycles in the loop. Only what is within `width_hz` of it is heard.
    """
    course = np.broadcast_to(np.asarray(hz, float), loop.shape)
    steady = _steady(loop, samplerate, course, width_hz)
    turns = np.roll(steady, -1) * steady.conj()
    # In shares of the course, so that the low end of a chirp counts as much as the high end.
    away = (turns.imag / course).sum() / np.abs(turns).sum() * samplerate / (2 * np.pi)
    return float(1200 * np.log2(1 + away))


def _steady(loop: Sound, samplerate: int, course: Sound, width_hz: float) -> NDArray[np.complexfloating]:
    """The tone turned back by its course, which leaves its slow amplitude and phase: (frames,) complex."""
    cycles = np.cumsum(course) / samplerate
    spectrum = np.fft.fft(analytic(loop) * np.exp(-2j * np.pi * cycles))
    away = np.abs(np.fft.fftfreq(len(loop), 1 / samplerate))
    return np.fft.ifft(np.where(away <= width_hz, spectrum, 0))


def analytic(loop: Sound) -> NDArray[np.complexfloating]:
    """The loop with its positive frequencies only, doubled: its magnitude is the envelope."""
    spectrum = np.fft.fft(loop.astype(np.float64))
    spectrum[len(loop) // 2 + 1 :] = 0
    spectrum[1 : (len(loop) + 1) // 2] *= 2
    return np.fft.ifft(spectrum)


def band(loop: Sound, samplerate: int, low_hz: float, high_hz: float) -> Sound:
    """What of the loop lies between the two frequencies."""
    spectrum = np.fft.rfft(loop.astype(np.float64))
    hz = np.fft.rfftfreq(len(loop), 1 / samplerate)
    return np.fft.irfft(np.where((hz >= low_hz) & (hz <= high_hz), spectrum, 0), len(loop))


def level_db(loop: Sound, samplerate: int, low_hz: float, high_hz: float) -> float:
    """Level in the band, in decibels: a sine of full scale has -3.01."""
    return float(10 * np.log10(np.mean(band(loop, samplerate, low_hz, high_hz) ** 2) + 1e-30))


def onsets(loop: Sound, samplerate: int, grid_s: Sound, length_s: float) -> Sound:
    """When each burst begins, in seconds; one is known to lie near each time of the grid, `length_s` long.

    That is where its smoothed energy first passes a share of the burst's own mean, after the quietest moment
    between it and the burst before.
    """
    energy = _smoothed(loop.astype(np.float64) ** 2, round(SMOOTH_S * samplerate))
    half = round(float(np.diff(grid_s).min()) / 2 * samplerate)
    found = []
    for when in grid_s:
        first = round(when * samplerate) - half
        heard = np.take(energy, np.arange(first, first + 2 * half), mode="wrap")
        threshold = ONSET_SHARE * heard[half : half + round(length_s * samplerate)].mean()
        quiet = int(np.argmin(heard[: half + half // 2]))
        after = quiet + int(np.argmax(heard[quiet:] > threshold))
        part = (threshold - heard[after - 1]) / (heard[after] - heard[after - 1])
        found.append((first + after - 1 + part) / samplerate)
    return np.array(found)


def _smoothed(energy: Sound, width: int) -> Sound:
    kernel = np.zeros(len(energy))
    window = np.hanning(width + 2)[1:-1]
    kernel[: len(window)] = window / window.sum()
    kernel = np.roll(kernel, -(len(window) // 2))
    return np.fft.irfft(np.fft.rfft(energy) * np.fft.rfft(kernel), len(energy))
