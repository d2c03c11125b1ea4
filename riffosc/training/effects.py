"""Effects on a loop, round its end: a loop that goes in comes out a loop.

Each takes the samples and where the beats are; what a knob would set is drawn from the part's seed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Generator

from riffosc.training.oscillators import Audio, circled, filtered, single


@dataclass(frozen=True, slots=True)
class Bars:
    """How a loop is divided."""

    beats: int
    quantum: int
    rate: int


Effect = Callable[[Audio, Bars, Generator], Audio]


def _phase(frames: int, turns: float) -> Audio:
    """0..1, so many times round the loop."""
    return ((np.arange(frames, dtype=np.float64) * (turns / frames)) % 1).astype(np.float32)


def _wave(frames: int, turns: int) -> Audio:
    return single(np.sin(np.float32(2 * np.pi) * _phase(frames, turns)))


def delay(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """Echoes in time: each is one more delay away, softer and duller."""
    beats = float(rng.choice([0.75, 0.5, 0.75, 1.0, 1 / 3]))
    feedback, wet = float(rng.uniform(0.35, 0.6)), float(rng.uniform(0.3, 0.55))
    echo = circled(sound, 3800.0, bars.rate)
    out = sound.copy()
    for tap in range(1, 7):
        frames = round(tap * beats * len(sound) / bars.beats)
        out += np.roll(echo, frames) * np.float32(wet * feedback ** (tap - 1))
    return out


def reverb(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """A hall."""
    return sound + room(sound, bars.rate, 1) * np.float32(rng.uniform(0.5, 1.1))


def room(sound: Audio, rate: int, size: int) -> Audio:
    """The reverberation alone: 0 is a room, 1 a hall. Circular convolution with noise that dies away."""
    answer = _response(rate, size)
    length = fast_length(len(sound) + len(answer))
    spectrum = np.fft.rfft(sound, length) * np.fft.rfft(answer, length)
    return folded(single(np.fft.irfft(spectrum, length)[: len(sound) + len(answer)]), len(sound))


@lru_cache(maxsize=4)
def _response(rate: int, size: int) -> Audio:
    """An impulse response of a unit's energy: early echoes, then noise, its treble dying first."""
    rng = np.random.default_rng(size + 1)
    seconds, before = ((0.45, 0.004), (1.6, 0.018))[size]
    frames = round(seconds * rate)
    time = np.arange(frames, dtype=np.float32) / rate
    hiss = rng.standard_normal(frames, np.float32)
    dull = filtered(hiss, 2200.0, rate) * np.float32(2) * np.exp(-6.9 * time / seconds)
    bright = filtered(hiss, 2200.0, rate, kind="high") * np.exp(-6.9 * time / (0.45 * seconds))
    answer = filtered(dull + bright, 160.0, rate, kind="high")
    answer = np.concatenate([np.zeros(round(before * rate), np.float32), answer])
    return single((answer / np.sqrt(np.sum(answer**2))).astype(np.float32))


def folded(sound: Audio, frames: int) -> Audio:
    """What is longer than the loop goes on at its beginning."""
    rounds = -(-len(sound) // frames)
    return single(np.pad(sound, (0, rounds * frames - len(sound))).reshape(rounds, frames).sum(0))


def fast_length(least: int) -> int:
    """The smallest number of the form 2^a 3^b 5^c, not below `least`, that Fourier transforms are fast at."""
    best = 1 << (least - 1).bit_length()
    for five in (1, 5, 25):
        for three in (1, 3, 9, 27):
            twos = -(-least // (five * three))
            best = min(best, five * three * (1 << (twos - 1).bit_length()))
    return best


def distortion(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    drive = np.float32(rng.uniform(4, 14) / max(1e-4, _body(sound) * 3))
    return circled(np.tanh(sound * drive), float(rng.uniform(4500, 9000)), bars.rate)


def bitcrush(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """Fewer samples and fewer steps."""
    hold, steps = int(rng.integers(3, 9)), np.float32(2 ** int(rng.integers(4, 7)))
    scale = np.float32(max(1e-4, np.abs(sound).max()))
    held = np.repeat(sound[::hold], hold)[: len(sound)]
    return single(np.round(held / scale * steps) / steps * scale)


def tremolo(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    turns = bars.beats * int(rng.choice([2, 3, 4]))
    depth = np.float32(rng.uniform(0.5, 0.85))
    return sound * (1 - depth * (np.float32(0.5) - np.float32(0.5) * _wave(len(sound), turns)))


def chorus(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """Two copies whose delay moves slowly."""
    out, frames = sound.copy(), len(sound)
    for turns in (1, 2):
        away = np.float32(bars.rate * 0.012) * (1 + np.float32(0.35) * _wave(frames, turns))
        at = np.arange(frames) - away.astype(np.float64)
        low = np.floor(at).astype(np.int64)
        part = (at - low).astype(np.float32)
        out += np.float32(0.5) * (sound[low % frames] * (1 - part) + sound[(low + 1) % frames] * part)
    return out


def sweep(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """A resonant filter that opens and closes once or twice a loop."""
    turns = int(rng.choice([1, 1, 2]))
    opened = np.float32(0.5) - np.float32(0.5) * np.cos(np.float32(2 * np.pi) * _phase(len(sound), turns))
    hertz = np.float32(220) * np.exp2(np.float32(5.6) * opened)
    return circled(sound, hertz, bars.rate, float(rng.uniform(0.3, 0.7)))


def wobble(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """A filter that opens and closes several times a beat."""
    turns = bars.beats * int(rng.choice([1, 2, 3, 4]))
    opened = np.float32(0.5) - np.float32(0.5) * np.cos(np.float32(2 * np.pi) * _phase(len(sound), turns))
    return circled(sound, np.float32(130) * np.exp2(np.float32(4) * opened), bars.rate, 0.55)


def muffled(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """Treble gone, as through a wall."""
    hertz = float(rng.uniform(400, 1000))
    return circled(circled(sound, hertz, bars.rate), hertz * 1.5, bars.rate)


def telephone(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """The middle only, as from a small radio."""
    thin = circled(sound, 700.0, bars.rate, kind="high")
    return circled(thin, 2600.0, bars.rate, 0.2)


def sidechain(sound: Audio, bars: Bars, rng: Generator) -> Audio:
    """Ducks on every beat and swells until the next."""
    beat = _phase(len(sound), bars.beats)
    depth = np.float32(rng.uniform(0.7, 0.95))
    ramp = np.clip(beat / np.float32(rng.uniform(0.5, 0.8)), 0, 1)
    return single(sound * (1 - depth * (1 - ramp) ** 2))


def _body(sound: Audio) -> float:
    return float(np.sqrt(np.mean(sound**2)))


EFFECTS: dict[str, Effect] = {  # in the order of the signal
    "distortion": distortion,
    "bitcrush": bitcrush,
    "chorus": chorus,
    "wobble": wobble,
    "filter sweep": sweep,
    "muffled": muffled,
    "telephone": telephone,
    "tremolo": tremolo,
    "sidechain": sidechain,
    "delay": delay,
    "reverb": reverb,
}
