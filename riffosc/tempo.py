"""The tempo of a sound: as its file or its name says, or as it is heard. One steady tempo; no torch."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.float64]

SLOWEST, FASTEST = 20, 300  # beats per minute that can be meant
NUMBER = r"(?<![\d.])(\d{2,3}(?:\.\d+)?)(?!\d)"
TEMPO_IN_NAME = (
    re.compile(NUMBER + r"[ _-]*bpm", re.IGNORECASE),  # loop_120bpm, 97.5 BPM
    re.compile(r"bpm[ _-]*" + NUMBER, re.IGNORECASE),
    re.compile("^" + NUMBER + r"(?=[ _-])"),  # 120 - bass
)

HEARD = (60.0, 200.0)  # between which a tempo is looked for
USUAL, SPREAD = 118.0, 0.9  # what is likely: a bell on octaves (Parncutt 1994, a listener's preferred tempo)
RATE = 100.0  # values of the onset curve a second
WINDOW_S = 0.046
BANDS, LOW = 24, 8  # and how many of them are the bass, whose beats are counted from
CHUNK = 4096  # columns transformed at a time
FINER = 8  # points of the padded transform to each of the plain one
NEAR = 0.03  # about the first guess, within which the exact tempo lies
WHOLE_S = 0.1  # a short sound so near to whole bars is whole bars
SHORT_BARS = 16
ROUND = 0.0008  # a tempo so near to a whole number is that number
AT_THE_START = 0.75  # of the best beat's strength, from which on a beat is taken to lie where the sound begins


@dataclass(frozen=True, slots=True)
class Heard:
    tempo: float
    first_s: float  # where the first beat lies


def tempo_in(name: str) -> float | None:
    """Beats per minute that a file name says: loop_120bpm, 120 - bass; None for none that can be meant."""
    for pattern in TEMPO_IN_NAME:
        if (match := pattern.search(name)) and SLOWEST <= float(match[1]) <= FASTEST:
            return float(match[1])
    return None


def hear_tempo(mono: npt.NDArray[np.float32], samplerate: int, quantum: int = 4) -> Heard | None:
    """The tempo of (frames,), and where its beats lie. None where nothing begins twice.

    The onset curve's autocorrelation at a beat, two beats and a bar, weighted by what tempos are usual (after Ellis
    2007, "Beat tracking by dynamic programming"), finds it roughly; the strongest line of the curve's spectrum near
    that, with its second and fourth harmonic, exactly.
    """
    seconds = len(mono) / samplerate
    curve, low = onsets(mono, samplerate)
    if len(curve) < RATE * 60 / HEARD[1] * 2 or not curve.any():
        return None
    tempo = _exact(curve, _rough(curve, quantum))
    bars = seconds * tempo / 60 / quantum
    over_s = abs(bars - round(bars)) * quantum * 60 / tempo
    if bars < SHORT_BARS and round(bars) and over_s < WHOLE_S:
        return Heard(round(bars) * quantum * 60 / seconds, 0.0)  # it was cut to its bars
    if abs(tempo / round(tempo) - 1) < ROUND:
        tempo = float(round(tempo))
    return Heard(tempo, _first(low, tempo))


def onsets(mono: npt.NDArray[np.float32], samplerate: int) -> tuple[Curve, Curve]:
    """How much begins, RATE times a second: the growth of loudness over all bands, and mostly in low ones."""
    step, width = samplerate / RATE, 2 * round(WINDOW_S * samplerate / 2)
    count = max(1, int(len(mono) / step))
    padded = np.concatenate([np.zeros(width // 2, np.float32), mono, np.zeros(width, np.float32)])
    window = np.hanning(width).astype(np.float32)
    edges = np.geomspace(40, min(10_000, samplerate / 2.2), BANDS + 1) * width / samplerate
    places = np.unique(np.maximum(1, np.round(edges).astype(int)))
    loudness = np.empty((count, len(places) - 1))
    for first in range(0, count, CHUNK):
        starts = (np.arange(first, min(first + CHUNK, count)) * step).astype(int)
        frames = np.lib.stride_tricks.sliding_window_view(padded, width)[starts] * window
        power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
        loudness[first : first + CHUNK] = np.add.reduceat(power, places, axis=1)[:, :-1]
    floor = 1e-6 * max(float(loudness.max(initial=0.0)), 1e-12)
    grown = np.maximum(
        np.diff(np.log(loudness + floor), axis=0, prepend=np.full((1, loudness.shape[1]), np.log(floor))), 0
    )
    return _standing_out(grown.sum(1)), _standing_out(grown[:, :LOW].sum(1) + 0.1 * grown.sum(1))


def _standing_out(curve: Curve) -> Curve:
    mean = np.convolve(np.pad(curve, 50, mode="edge"), np.ones(101) / 101, mode="valid")
    return np.maximum(curve - mean, 0)


def _rough(curve: Curve, quantum: int) -> float:
    centred = curve - curve.mean()
    size = 1 << (2 * len(curve) - 1).bit_length()
    alike = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[: len(curve)]
    alike /= np.arange(len(curve), 0, -1) + 0.1 * len(curve)  # long lags have less to go by
    tempos = np.geomspace(*HEARD, 400)
    lags = 60 / tempos * RATE
    strength = np.zeros(len(tempos))
    for times, share in ((1, 1.0), (2, 0.8), (quantum, 0.8), (0.5, 0.3)):
        strength += share * np.interp(times * lags, np.arange(len(alike)), alike, right=0.0)
    liked = np.exp(-0.5 * (np.log2(tempos / USUAL) / SPREAD) ** 2)
    return float(tempos[np.argmax(np.maximum(strength, 0) * liked)])


def _exact(curve: Curve, rough: float) -> float:
    size = FINER << (len(curve) - 1).bit_length()
    lines = np.abs(np.fft.rfft(curve - curve.mean(), size))
    tempos = rough * np.linspace(1 - NEAR, 1 + NEAR, 4001)
    place = tempos / 60 / RATE * size
    strength = np.zeros(len(tempos))
    for times in (1, 2, 4):
        strength += np.interp(place * times, np.arange(len(lines)), lines)
    return float(tempos[np.argmax(strength)])


def _first(curve: Curve, tempo: float) -> float:
    """Seconds to the first beat; 0 where beats lie at the start nearly as well as anywhere."""
    period = 60 / tempo * RATE
    times = np.arange(0, len(curve) - period, period)
    offsets = np.arange(0, period)
    folded = np.zeros(len(offsets))
    for time in times:
        folded += np.interp(time + offsets, np.arange(len(curve)), curve)
    smooth = np.convolve(np.concatenate([folded[-3:], folded, folded[:3]]), np.ones(7) / 7, mode="valid")
    best = int(np.argmax(smooth))
    near = max(smooth[0], smooth[1], smooth[-1])
    return 0.0 if near >= AT_THE_START * smooth[best] else best / RATE
