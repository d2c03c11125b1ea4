"""Textures: noises that fill a loop and go round with it. All are periodic by construction."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from riffosc.training.oscillators import Audio, circled, decay, filtered, lay, noise, single
from riffosc.training.patches import Score, hertz


def coloured(rng: Generator, frames: int, tilt: float, rate: int, low_hz: float = 40.0) -> Audio:
    """Noise whose amplitude falls as frequency to the power of `tilt`, without a seam: shaped in the spectrum."""
    frequency = np.fft.rfftfreq(frames, 1 / rate).astype(np.float32)
    shape = np.maximum(frequency, low_hz) ** np.float32(-tilt) * (frequency > low_hz / 2)
    spectrum = np.exp(2j * np.pi * rng.random(len(frequency), np.float32)).astype(np.complex64) * shape
    sound = np.fft.irfft(spectrum, frames)
    return single((sound / np.abs(sound).max()).astype(np.float32))


def _rising(frames: int, turns: float) -> Audio:
    """0..1, a saw that goes so many times round the loop."""
    return single((np.arange(frames, dtype=np.float32) / frames * np.float32(turns)) % 1)


def _vinyl(score: Score, rng: Generator) -> Audio:
    loop = coloured(rng, score.frames, 0.6, score.rate) * np.float32(0.06)
    seconds = score.frames / score.rate
    for start in rng.integers(0, score.frames, rng.poisson(14 * seconds)):
        frames = int(rng.integers(20, 160))
        click = noise(rng, frames) * decay(frames, frames / score.rate, score.rate)
        lay(loop, click * np.float32(rng.exponential(0.25)), int(start))
    return circled(loop, 6500.0, score.rate)


def _rain(score: Score, rng: Generator) -> Audio:
    wash = circled(coloured(rng, score.frames, 0.2, score.rate), 900.0, score.rate, kind="high")
    loop = wash * np.float32(0.35)
    seconds = score.frames / score.rate
    for start in rng.integers(0, score.frames, rng.poisson(40 * seconds)):
        frames = int(rng.integers(100, 500))
        turns = np.arange(frames, dtype=np.float32) * np.float32(rng.uniform(1500, 6500) / score.rate)
        drop = np.sin(2 * np.pi * turns, dtype=np.float32) * decay(frames, frames / score.rate, score.rate)
        lay(loop, drop * np.float32(rng.exponential(0.12)), int(start))
    return loop


def _riser(score: Score, rng: Generator) -> Audio:
    up = _rising(score.frames, 1.0)
    hiss = coloured(rng, score.frames, 0.0, score.rate)
    opened = filtered(hiss, 300 * np.exp2(5.2 * up), score.rate, 0.6, "band")
    fall = np.minimum(1, (1 - up) * np.float32(score.frames / (0.02 * score.rate)))
    return single(opened * (np.float32(0.05) + up**2) * fall)


def _sweep(score: Score, rng: Generator) -> Audio:
    turns = float(rng.choice([1, 2]))
    wave = np.sin(np.pi * _rising(score.frames, turns)) ** 2
    hiss = coloured(rng, score.frames, 0.3, score.rate)
    opened = circled(hiss, 250 * np.exp2(4.5 * wave), score.rate, 0.65, "band")
    return single(opened * (np.float32(0.15) + wave))


def _wind(score: Score, rng: Generator) -> Audio:
    hiss = coloured(rng, score.frames, 0.5, score.rate)
    gust = _drift(rng, score.frames, 4)
    return circled(hiss, 350 * np.exp2(1.6 * gust), score.rate, 0.75, "band") * np.exp2(gust)


def _drift(rng: Generator, frames: int, waves: int) -> Audio:
    """A slow movement -1..1 that comes back to where it began."""
    turns = np.arange(frames, dtype=np.float32) / frames
    sum_of = sum(
        np.sin(2 * np.pi * (k * turns + rng.random()), dtype=np.float32) / np.float32(k) for k in range(1, waves + 1)
    )
    return np.asarray(sum_of / np.abs(sum_of).max(), np.float32)


def _waves(score: Score, rng: Generator) -> Audio:
    hiss = coloured(rng, score.frames, 0.6, score.rate)
    swell = np.sin(np.pi * _rising(score.frames, 1.0 if score.beats < 9 else 2.0)) ** 3
    return single(circled(hiss, 300 * np.exp2(4 * swell), score.rate) * (np.float32(0.12) + swell))


def _hiss(score: Score, rng: Generator) -> Audio:
    return coloured(rng, score.frames, 0.1, score.rate, 400.0)


def _gate(score: Score, rng: Generator) -> Audio:
    """Noise in sixteenths, some of them silent."""
    step = score.beat_frames / 4
    steps = round(score.beats * 4)
    pattern = rng.random(8) < 0.65
    pattern[0] = True
    loop = np.zeros(score.frames, np.float32)
    length = round(step * 0.8)
    for i in range(steps):
        if pattern[i % 8]:
            burst = noise(rng, length) * decay(length, rng.uniform(0.08, 0.4), score.rate)
            lay(loop, burst * np.float32(0.9 if i % 4 == 0 else 0.6), round(i * step))
    return circled(loop, float(rng.uniform(1500, 7000)), score.rate, 0.4, "band")


def _drone(score: Score, rng: Generator) -> Audio:
    """Partials of one pitch, each swelling by itself; every one goes a whole number of times round."""
    loop = np.zeros(score.frames, np.float32)
    turns = np.arange(score.frames, dtype=np.float64) / score.frames
    seconds = score.frames / score.rate
    root = hertz(score.notes[0].pitch)
    for partial in (1, 1.005, 1.5, 2, 2.01, 3, 4, 6):
        cycles = round(root * partial * seconds)
        wave = np.sin(2 * np.pi * ((cycles * turns + rng.random()) % 1).astype(np.float32))
        loop += wave * (1 + _drift(rng, score.frames, 2)) / np.float32(partial)
    return single(np.tanh(loop * np.float32(0.5)))


TEXTURES: dict[str, Callable[[Score, Generator], Audio]] = {
    "vinyl": _vinyl,
    "rain": _rain,
    "riser": _riser,
    "sweep": _sweep,
    "wind": _wind,
    "waves": _waves,
    "hiss": _hiss,
    "gate": _gate,
    "drone": _drone,
}
