"""How near one loop is to another, by ear's measures: (frames,) each, circular, 44.1 kHz.

Nothing here knows of pictures, so that no setting of theirs is favoured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riffosc.training.corpus import SAMPLERATE
from riffosc.training.oscillators import Audio

Array = NDArray[np.float64]

RESOLUTIONS = (1024, 2048, 4096)  # frames of the transforms: 23, 46 and 93 ms
FLOOR = 1e-4  # amplitude of a sine that is taken for silence: 80 dB below full scale
CHROMA_FRAMES = 8192
CHROMA_HZ = (100.0, 2000.0)
HIT_HZ = (1000.0, 3000.0, 9000.0, 11000.0)  # hits are told by their band: rising from, to; falling from, to
SMOOTH_MS = 1.0
BEFORE_MS, AFTER_MS, GUARD_MS = 30.0, 30.0, 3.0  # around a hit; the guard is the synth's block and the filter
TOLERANCE_CENTS = 15.0


def spectrogram(loop: Audio, size: int) -> Array:
    """Amplitudes of sines (columns, size // 2 + 1), Hann, two columns to a window, wrapped."""
    starts = np.arange(0, len(loop), size // 2)
    index = (starts[:, None] + np.arange(size)) % len(loop)
    window = np.hanning(size + 1)[:-1]
    found: Array = np.abs(np.fft.rfft(loop[index] * window)) * (2 / window.sum())
    return found


def spectral_distance(loop: Audio, other: Audio) -> float:
    """Log-spectral distance in dB, mean of three resolutions; each auditory (ERB) band counts alike.

    Weights: Glasberg and Moore, Hearing Research 47 (1990): a band at f Hz is 24.7 + 0.108 f wide.
    """
    distances = []
    for size in RESOLUTIONS:
        first, second = (20 * np.log10(np.maximum(spectrogram(one, size), FLOOR)) for one in (loop, other))
        hz = np.arange(size // 2 + 1) * (SAMPLERATE / size)
        weight = np.where((hz >= 20) & (hz <= 20_000), 1 / (24.7 + 0.108 * hz), 0)
        distances.append(np.sqrt((first - second) ** 2 @ (weight / weight.sum())).mean())
    return float(np.mean(distances))


def chroma(loop: Audio) -> Array:
    """Power by pitch class (columns, 12), C first."""
    hz = np.arange(CHROMA_FRAMES // 2 + 1) * (SAMPLERATE / CHROMA_FRAMES)
    inside = (hz > CHROMA_HZ[0]) & (hz < CHROMA_HZ[1])
    pitch = np.rint(69 + 12 * np.log2(hz[inside] / 440)).astype(int) % 12
    power: Array = spectrogram(loop, CHROMA_FRAMES)[:, inside] ** 2 @ np.eye(12)[pitch]
    return power


def chroma_error(loop: Audio, other: Audio) -> float:
    """Share of the power, 0 to 1, that sounds in another pitch class than it should; loud columns count more."""
    first, second = chroma(loop), chroma(other)
    loudness = first.sum(1)
    shares = [one / np.maximum(one.sum(1, keepdims=True), 1e-12) for one in (first, second)]
    wrong = np.abs(shares[0] - shares[1]).sum(1) / 2
    return float((wrong * loudness).sum() / max(loudness.sum(), 1e-12))


def band_level(loop: Audio, low_hz: float, high_hz: float) -> float:
    """Root mean square of what lies between, in dB of full scale."""
    spectrum = np.fft.rfft(loop)
    hz = np.arange(len(spectrum)) * (SAMPLERATE / len(loop))
    power = 2 * (np.abs(spectrum[(hz >= low_hz) & (hz < high_hz)]) ** 2).sum() / len(loop) ** 2
    return float(10 * np.log10(max(power, 1e-20)))


def band_change(loop: Audio, other: Audio, low_hz: float, high_hz: float, floor_db: float = -70) -> float | None:
    """How many dB the band has gained; None where there was nothing to hear."""
    before = band_level(loop, low_hz, high_hz)
    return band_level(other, low_hz, high_hz) - before if before > floor_db else None


def hit_energy(loop: Audio) -> Array:
    """Energy over time of the band that tells hits apart: (frames,)."""
    low, full, falling, high = HIT_HZ
    spectrum = np.fft.rfft(loop.astype(np.float64))
    hz = np.arange(len(spectrum)) * (SAMPLERATE / len(loop))
    rise, fall = np.clip((hz - low) / (full - low), 0, 1), np.clip((high - hz) / (high - falling), 0, 1)
    shape = (0.5 - 0.5 * np.cos(np.pi * rise)) * (0.5 - 0.5 * np.cos(np.pi * fall))
    power = np.fft.irfft(spectrum * shape, n=len(loop)) ** 2
    return _smoothed(power, round(SMOOTH_MS * SAMPLERATE / 1000))


def _smoothed(values: Array, width: int) -> Array:
    kernel = np.zeros(len(values))
    kernel[np.arange(width) - width // 2] = 1 / width
    smooth: Array = np.maximum(np.fft.irfft(np.fft.rfft(values) * np.fft.rfft(kernel), n=len(values)), 1e-20)
    return smooth


def clear_hits(loop: Audio, frames: Sequence[int]) -> list[int]:
    """Those hits that stand 20 dB above all that sounds in the 30 ms before them."""
    energy = hit_energy(loop)
    return [at for at in frames if _around(energy, at, 0, AFTER_MS).max() > 100 * _before(energy, at).max()]


def rises_ms(loop: Audio, frames: Sequence[int]) -> list[float]:
    """The time from 10 to 90 % of each hit's greatest energy."""
    energy = hit_energy(loop)
    return [_rise(_around(energy, at, BEFORE_MS, AFTER_MS)) for at in frames]


def _rise(energy: Array) -> float:
    loud = int(np.argmax(energy >= 0.9 * energy.max()))
    quiet = np.flatnonzero(energy[:loud] < 0.1 * energy.max())
    return float(loud - (quiet[-1] if len(quiet) else 0)) * 1000 / SAMPLERATE


def pre_echoes_db(loop: Audio, original: Audio, frames: Sequence[int]) -> list[float]:
    """The level of the 30 ms before each hit, in dB of the original's 30 ms after it."""
    energy, reference = hit_energy(loop), hit_energy(original)
    return [_db(_before(energy, at).mean() / _around(reference, at, 0, AFTER_MS).mean()) for at in frames]


def _before(energy: Array, at: int) -> Array:
    return _around(energy, at, BEFORE_MS, -GUARD_MS)


def _around(energy: Array, at: int, before_ms: float, after_ms: float) -> Array:
    first, last = (round(ms * SAMPLERATE / 1000) for ms in (-before_ms, after_ms))
    around: Array = energy[(at + np.arange(first, last)) % len(energy)]
    return around


def tones(lines: Sequence[int], frames: int, level: float = 0.1) -> Audio:
    """Sines that go whole numbers of times (`lines`) into the loop."""
    turn = 2 * np.pi * np.arange(frames) / frames
    sound: Audio = np.sum([level * np.sin(line * turn) for line in lines], 0, dtype=np.float32)
    return sound


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back of two tones."""

    apart_db: float  # of the weaker one over the loudest thing beside both: above 0, both are there
    clean_db: float  # of both over all else
    cents: float  # by which the worse one is off


def heard(loop: Audio, lines: Sequence[int]) -> Heard:
    """What came back of `tones(lines)`; within 15 cents a tone is itself."""
    power = np.abs(np.fft.rfft(loop.astype(np.float64))) ** 2
    reach = [max(1, round(line * (2 ** (TOLERANCE_CENTS / 1200) - 1))) for line in lines]
    zones = [range(line - wide, line + wide + 1) for line, wide in zip(lines, reach, strict=True)]
    own = [power[zone].sum() for zone in zones]
    rest = power.copy()
    for zone in zones:
        rest[zone] = 0
    beside = np.convolve(rest, np.ones(2 * max(reach) + 1), "same").max()
    cents = max(abs(_cents(power, line)) for line in lines)
    return Heard(_db(min(own) / beside), _db(sum(own) / rest.sum()), cents)


def _cents(power: Array, line: int) -> float:
    """Where the power within a quarter tone of a tone has its centre, in cents from it."""
    wide = max(1, int(line * (2 ** (1 / 24) - 1)))
    near = np.arange(line - wide, line + wide + 1)
    return float(1200 * np.log2((power[near] * near).sum() / power[near].sum() / line))


def _db(ratio: float) -> float:
    return float(10 * np.log10(max(ratio, 1e-20)))


def level_db(loop: Audio) -> float:
    """Root mean square of all channels, in dB of full scale."""
    return _db(float((loop.astype(np.float64) ** 2).mean()))


def side_db(stereo: Audio) -> float:
    """How loud the difference of left and right (2, frames) is, in dB of their mean."""
    return level_db((stereo[0] - stereo[1]) / 2) - level_db(stereo.mean(0))


def direction_error_db(stereo: Audio, other: Audio) -> float:
    """By how much left over right is off, by time and third of an octave; loud places count more."""
    first, second = _sides(stereo), _sides(other)
    weight = np.sqrt(first.sum(0))
    wrong = np.abs(10 * np.log10(first[0] / first[1]) - 10 * np.log10(second[0] / second[1]))
    return float((wrong * weight).sum() / weight.sum())


def _sides(stereo: Audio) -> Array:
    """Power of left and right, (2, columns, thirds of an octave from 50 Hz to 16 kHz)."""
    size = RESOLUTIONS[1]
    edges = np.unique(np.rint(np.geomspace(50, 16_000, 26) * size / SAMPLERATE).astype(int))
    powers = [np.add.reduceat(spectrogram(side, size) ** 2, edges, axis=1)[:, :-1] for side in stereo]
    found: Array = np.stack(powers) + FLOOR**2
    return found
