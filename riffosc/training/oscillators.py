"""Oscillators and filters, sample by sample, compiled; and sounds laid into a loop, round its end.

Sources: V. Valimaki and A. Huovilainen, "Antialiasing oscillators in subtractive synthesis", IEEE Signal Processing
Magazine 24 (2007), for the polynomial step; V. Zavalishin, "The Art of VA Filter Design" (2012), for the filter.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]

compiled: Any = numba.njit(cache=True, error_model="numpy")
WARM_FRAMES = 8192  # that a filter hears of a loop's end before its beginning


@compiled  # type: ignore[untyped-decorator]
def _saw(hertz: Audio, rate: float, phase: float) -> Audio:
    out = np.empty_like(hertz)
    for i in range(len(hertz)):
        step = hertz[i] / rate
        phase += step
        phase -= np.floor(phase)
        value = 2.0 * phase - 1.0
        if phase < step:
            t = phase / step
            value -= t + t - t * t - 1.0
        elif phase > 1.0 - step:
            t = (phase - 1.0) / step
            value -= t * t + t + t + 1.0
        out[i] = value
    return out


@compiled  # type: ignore[untyped-decorator]
def _filter(sound: Audio, hertz: Audio, damping: float, mix: Any, state: Any) -> Audio:
    """Two poles; `hertz` is tan(pi f / rate) already; `mix` is how much low, band and high are heard."""
    out = np.empty_like(sound)
    one, two = state[0], state[1]
    for i in range(len(sound)):
        g = hertz[i]
        a1 = 1.0 / (1.0 + g * (g + damping))
        v3 = sound[i] - two
        v1 = a1 * (one + g * v3)
        v2 = two + g * v1
        one, two = 2.0 * v1 - one, 2.0 * v2 - two
        out[i] = mix[0] * v2 + mix[1] * v1 + mix[2] * (sound[i] - damping * v1 - v2)
    state[0], state[1] = one, two
    return out


MIXES = {"low": (1.0, 0.0, 0.0), "band": (0.0, 1.0, 0.0), "high": (0.0, 0.0, 1.0)}


def single(values: Any) -> Audio:
    """As 32-bit floats, copied only where they are not."""
    return np.asarray(values, np.float32)


def saw(hertz: Audio, rate: int, phase: float = 0.0) -> Audio:
    """A sawtooth -1..1 whose pitch follows `hertz`, (frames,)."""
    return single(_saw(np.ascontiguousarray(hertz, np.float32), float(rate), phase))


def pulse(hertz: Audio, rate: int, width: float = 0.5, phase: float = 0.0) -> Audio:
    """A pulse whose high part lasts `width` of a period; its mean is 0."""
    return (saw(hertz, rate, phase) - saw(hertz, rate, phase + width)) * np.float32(0.7)


def sine(hertz: Audio, rate: int, phase: float = 0.0) -> Audio:
    """A sine whose pitch follows `hertz`."""
    turns = np.cumsum(hertz / rate, dtype=np.float64) + phase
    return single(np.sin(2 * np.pi * (turns % 1.0).astype(np.float32), dtype=np.float32))


def steady(hertz: float, frames: int) -> Audio:
    """One pitch all through."""
    return np.full(frames, hertz, np.float32)


def filtered(sound: Audio, hertz: Any, rate: int, resonance: float = 0.0, kind: str = "low") -> Audio:
    """Through a resonant filter of 12 dB an octave; `hertz` one number or (frames,), `resonance` 0..1."""
    return _swept(sound, _bent(hertz, rate, len(sound)), (resonance, kind), np.zeros(2))


def circled(loop: Audio, hertz: Any, rate: int, resonance: float = 0.0, kind: str = "low") -> Audio:
    """A loop through the same filter, which has heard its end when it begins."""
    state, bent = np.zeros(2), _bent(hertz, rate, len(loop))
    warm = min(WARM_FRAMES, len(loop))
    _swept(loop[-warm:], bent[-warm:], (resonance, kind), state)
    return _swept(loop, bent, (resonance, kind), state)


def _bent(hertz: Any, rate: int, frames: int) -> Audio:
    """A cut-off as the filter counts it, (frames,)."""
    bent = single(np.tan(np.clip(hertz, 16.0, 0.45 * rate) * (np.pi / rate)))
    return np.full(frames, bent, np.float32) if bent.ndim == 0 else bent


def _swept(sound: Audio, bent: Audio, how: tuple[float, str], state: Any) -> Audio:
    resonance, kind = how
    mix = np.array(MIXES[kind], np.float32)
    return single(_filter(np.ascontiguousarray(sound, np.float32), bent, 2.0 * (1.0 - 0.97 * resonance), mix, state))


def decay(frames: int, seconds: float, rate: int) -> Audio:
    """An exponential that falls by 60 dB in so many seconds."""
    return single(np.exp(np.arange(frames, dtype=np.float32) * np.float32(-6.9078 / (seconds * rate))))


def envelope(frames: int, held: int, rate: int, attack_s: float, release_s: float) -> Audio:
    """Rises in a straight line, stays until `held` frames, then falls by 60 dB in `release_s`."""
    out = np.ones(frames, np.float32)
    rise = max(1, min(frames, round(attack_s * rate)))
    out[:rise] = np.linspace(0, 1, rise, dtype=np.float32)
    if held < frames:
        out[held:] *= decay(frames - held, release_s, rate)
    fade = min(64, frames)
    out[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return out


def lay(loop: Audio, sound: Audio, start: int) -> None:
    """Adds a sound to a loop from a frame on; what is longer goes on at the loop's beginning."""
    at, frames = start % len(loop), len(loop)
    while len(sound):
        piece = sound[: frames - at]
        loop[at : at + len(piece)] += piece
        sound, at = sound[len(piece) :], 0


def noise(rng: np.random.Generator, frames: int) -> Audio:
    """White noise -1..1."""
    return rng.random(frames, np.float32) * 2 - 1
