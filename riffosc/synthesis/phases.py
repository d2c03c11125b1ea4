"""Phases to begin with, from magnitudes alone: phase gradient heap integration.

Prusa, Balazs and Soendergaard, "A noniterative method for reconstruction of phase from STFT magnitude", IEEE/ACM
Transactions on Audio, Speech and Language Processing 25(5), 2017. For a Gaussian window the derivatives of the phase
in time and in frequency follow from those of the log magnitude. A Hann window is nearly one; where it is not, its own
lobe says which frequency a slope stands for. The derivatives are summed outwards from the loudest cell, always on from
the loudest cell reached so far. Here loudness has 255 levels, so that a list for each of them takes the place of the
heap, and a cell costs the same however many there are.
"""

import math
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from riffosc.machine_code import kept

HANN = 0.25645  # of its squared width: the Gaussian window nearest to it (table I of the paper)
FLOOR = 1e-4  # of the loudest cell: below it phases are left to chance
LEVELS = 255
END = -1  # of a list
STEEPEST = 6.0  # slope of the log magnitude from one neighbour of a bin to the other that can still be a lobe's
LOW, STEADY = 24, 0.05  # bins; change of the log magnitude over two columns

Floats = NDArray[np.float32]


class Steps(NamedTuple):
    """How the columns of a transform lie, in samples."""

    hop: int
    n_fft: int
    width: float  # of the Hann window
    origin: float  # of its middle, after what counts as time 0 of a column


def integrated_phases(magnitude: Floats, steps: Steps, seed: int) -> Floats:
    """Phases in radians of (columns, freqs) magnitudes; the first column follows the last.

    Where integration begins, and in silence, the phase is drawn by `seed`.
    """
    phases = np.random.default_rng(seed).random(magnitude.shape, np.float32) * np.float32(2 * np.pi)
    log = np.log(np.maximum(magnitude, 1e-10))
    levels = np.ceil((log - log.max()) * (LEVELS / -math.log(FLOOR)) + LEVELS).clip(0, LEVELS).astype(np.uint8)
    _compiled()(levels, *_gradients(log, steps), phases)
    return phases


def _gradients(log: Floats, steps: Steps) -> tuple[Floats, Floats]:
    """By how much the phase grows to the next column, and to the next bin."""
    hop, n_fft, width, origin = steps
    change = np.roll(log, -1, 0) - np.roll(log, 1, 0)  # from the column before to the one after
    bins = np.arange(log.shape[1], dtype=np.float32)
    turns = bins * np.float32(hop / n_fft)
    in_time = np.float32(2 * np.pi) * (
        turns - np.floor(turns) + _detuning(log, change, steps) * np.float32(hop / n_fft)
    )
    in_freq = change * np.float32(-HANN * width**2 / (2 * hop * n_fft)) - np.float32(2 * np.pi * origin / n_fft)
    return in_time, in_freq


def _detuning(log: Floats, change: Floats, steps: Steps) -> Floats:
    """By how many bins what is heard in a bin lies above it, (columns, freqs).

    From the slope of the magnitudes beside it. A tone has the same frequency in all bins of its lobe: the mean, by
    power, over a bin and its neighbours evens out what a picture's bands blur. Low and steady, over two neighbours a
    side: a bass note that is to close its circle in the right number of cycles must be known to a tenth of a Hz.
    """
    slope = np.zeros_like(log)
    slope[:, 1:-1] = log[:, 2:] - log[:, :-2]
    table = hann_slopes(2 * steps.n_fft / steps.width)
    places = (slope * np.float32(len(table) / 2 / STEEPEST) + np.float32(len(table) / 2)).clip(0, len(table) - 1)
    detuned = table[places.astype(np.int32)]
    power = np.exp(2 * (log - log.max())) + np.float32(1e-30)
    mean = _mean_of_lobe(detuned, power, 1)
    low = np.s_[:, :LOW]
    steady = np.abs(change[low]) < STEADY
    mean[low] = np.where(steady, _mean_of_lobe(detuned[low], power[low], 2), mean[low])
    return mean


def _mean_of_lobe(detuned: Floats, power: Floats, reach: int) -> Floats:
    """The mean by power over `reach` bins to each side; what is heard in the next bin lies one bin higher."""
    freqs = power.shape[1]
    weighted = power * detuned
    total, weight = weighted.copy(), power.copy()
    for j in range(1, min(reach + 1, freqs)):
        total[:, : freqs - j] += weighted[:, j:] + np.float32(j) * power[:, j:]
        total[:, j:] += weighted[:, : freqs - j] - np.float32(j) * power[:, : freqs - j]
        weight[:, : freqs - j] += power[:, j:]
        weight[:, j:] += power[:, : freqs - j]
    mean: Floats = total / weight
    return mean


@lru_cache(maxsize=8)
def hann_slopes(lobe: float) -> Floats:
    """Where in the main lobe of a Hann window, `lobe` bins to its zero, a bin lies between whose neighbours the log
    magnitude rises by -STEEPEST to STEEPEST. A Gaussian's slope would grow evenly; this one grows without end.
    """
    place = np.linspace(-lobe + 1.02, lobe - 1.02, 4001)
    rise = _log_lobe(1 - place, lobe) - _log_lobe(1 + place, lobe)
    return np.interp(np.linspace(-STEEPEST, STEEPEST, 2048), rise, place).astype(np.float32)


def _log_lobe(bins: NDArray[np.float64], lobe: float) -> NDArray[np.float64]:
    """The log magnitude of a Hann window's transform, so many bins off; at 0 it is 0."""
    zeros = 2 * bins / lobe  # the first zero is at 2
    beside = np.where(np.abs(np.abs(zeros) - 1) < 1e-6, 1 - 1e-6, zeros)
    log: NDArray[np.float64] = np.log(np.abs(np.sinc(beside) / (1 - beside**2)).clip(1e-9))
    return log


@cache
def _compiled() -> Any:
    """The integration in machine code, kept for the next start."""
    with kept(Path(__file__).parent) as keep:
        return numba.njit(cache=keep, nogil=True)(_integrate)


def _integrate(level: Any, in_time: Any, in_freq: Any, phases: Any) -> None:
    """(columns, freqs) each. Level 0 is left alone, and what is reached; where it begins, the phase stands as it is.

    Nothing is read before it is known to be needed: by loudness, one cell lies far from the next in memory.
    """
    freqs, size = level.shape[1], level.size
    levels, time, freq, phase = level.ravel(), in_time.ravel(), in_freq.ravel(), phases.ravel()
    first = np.full(LEVELS + 1, END, np.int32)  # of each level's list of cells to go on from
    after = np.empty(size, np.int32)  # the next one in its list
    half = np.float32(0.5)
    for start in _loudest_first(levels):
        top = _enlist(start, levels, first, after)
        while top > 0:
            cell = first[top]
            if cell == END:
                top -= 1
                continue
            first[top] = after[cell]
            at = cell % freqs
            to = cell + freqs if cell + freqs < size else at
            if levels[to]:
                phase[to] = phase[cell] + half * (time[cell] + time[to])
                top = max(top, _enlist(to, levels, first, after))
            to = cell - freqs if cell >= freqs else size - freqs + at
            if levels[to]:
                phase[to] = phase[cell] - half * (time[cell] + time[to])
                top = max(top, _enlist(to, levels, first, after))
            to = cell + 1
            if to % freqs and levels[to]:
                phase[to] = phase[cell] + half * (freq[cell] + freq[to])
                top = max(top, _enlist(to, levels, first, after))
            to = cell - 1
            if at and levels[to]:
                phase[to] = phase[cell] - half * (freq[cell] + freq[to])
                top = max(top, _enlist(to, levels, first, after))


@numba.njit(nogil=True)
def _enlist(cell: Any, levels: Any, first: Any, after: Any) -> Any:
    """As one to go on from; which level it had. It is not come to again."""
    level = np.int64(levels[cell])
    levels[cell] = 0
    after[cell] = first[level]
    first[level] = cell
    return level


@numba.njit(nogil=True)
def _loudest_first(levels: Any) -> Any:
    """The places of all cells that are not silent, by level (a counting sort)."""
    begin = np.zeros(LEVELS + 2, np.int64)
    for level in levels:
        begin[LEVELS - level + 1] += 1
    begin = begin.cumsum()
    order = np.empty(levels.size, np.int32)
    for place in range(levels.size):
        behind = LEVELS - levels[place]
        order[begin[behind]] = place
        begin[behind] += 1
    return order[: begin[LEVELS - 1]]
