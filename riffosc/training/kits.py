"""Drum machines of our own: every hit is synthesised, in the manner of the analogue and sampling machines.

A kit is a row of numbers; each drum of General MIDI's map is one of a few recipes (kick, snare, clap, metal, tom,
wood, shaker) at a size of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from riffosc.training.oscillators import Audio, decay, filtered, noise, pulse, sine, single, steady


@dataclass(frozen=True, slots=True)
class Kit:
    """How a machine sounds. Seconds are to -60 dB."""

    kick_hz: float = 52.0
    kick_drop: float = 3.0  # octaves above at the start
    drop_s: float = 0.06
    kick_s: float = 0.6
    snare_hz: float = 185.0
    snare_s: float = 0.22
    snap: float = 0.7  # noise in the snare, 0..1
    hat_hz: float = 8000.0
    hat_s: float = 0.09
    open_s: float = 0.55
    tom_hz: float = 100.0
    tom_s: float = 0.45
    drive: float = 0.0  # distortion, 0..1
    square: bool = False  # tones are squares, as in game consoles
    hold: int = 1  # frames that each sample is held: lower rates of sampling
    bits: int = 16
    dull_hz: float = 20000.0


KITS = {
    "eight": Kit(kick_hz=46, kick_drop=1.6, drop_s=0.05, kick_s=1.1, snare_hz=178, snare_s=0.2, snap=0.55),
    "nine": Kit(kick_hz=52, kick_drop=2.6, drop_s=0.09, kick_s=0.5, snare_hz=195, snare_s=0.26, snap=0.85, drive=0.15),
    "box": Kit(kick_hz=64, kick_drop=0.7, kick_s=0.22, snare_hz=240, snare_s=0.12, snap=0.9, hat_s=0.05, tom_s=0.25),
    "chip": Kit(kick_hz=60, kick_drop=2.5, drop_s=0.12, kick_s=0.25, snap=1.0, snare_s=0.18, square=True, hold=6),
    "dusty": Kit(kick_hz=58, kick_drop=2.0, kick_s=0.35, snare_s=0.2, hold=3, bits=9, dull_hz=5200, drive=0.25),
    "hard": Kit(kick_hz=50, kick_drop=3.4, drop_s=0.13, kick_s=0.6, snare_s=0.3, snap=0.9, drive=0.95),
    "click": Kit(
        kick_hz=58, kick_drop=1.0, kick_s=0.14, snare_hz=420, snare_s=0.05, hat_s=0.025, open_s=0.12, tom_s=0.1
    ),
}
CYMBALS = (1.0, 1.342, 1.2312, 1.6532, 1.9523, 2.1523)  # inharmonic, as six oscillators of the analogue machines


def tuned(rng: Generator, name: str) -> Kit:
    """The kit with its knobs turned a little."""
    kit, turn = KITS[name], rng.uniform(-1, 1, 6)
    return replace(
        kit,
        kick_hz=kit.kick_hz * 2 ** (turn[0] * 0.12),
        kick_s=kit.kick_s * 2 ** (turn[1] * 0.5),
        snare_hz=kit.snare_hz * 2 ** (turn[2] * 0.15),
        snare_s=kit.snare_s * 2 ** (turn[3] * 0.3),
        hat_hz=kit.hat_hz * 2 ** (turn[4] * 0.2),
        open_s=kit.open_s * 2 ** (turn[5] * 0.4),
    )


def hit(rng: Generator, kit: Kit, drum: str, rate: int) -> Audio:
    """One hit at full strength, (frames,), peak near 1."""
    recipe, size = RECIPES[drum]
    sound = recipe(rng, kit, size, rate)
    if kit.drive:
        sound = np.tanh(sound * (1 + 6 * kit.drive)) / np.float32(1 + 0.3 * kit.drive)
    if kit.hold > 1 or kit.bits < 16:
        sound = np.repeat(sound[:: kit.hold], kit.hold)[: len(sound)]
        sound = np.round(sound * 2 ** (kit.bits - 1)) / np.float32(2 ** (kit.bits - 1))
    if kit.dull_hz < 20000:
        sound = filtered(sound, kit.dull_hz, rate)
    fade = min(96, len(sound))
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound.astype(np.float32)


def _frames(seconds: float, rate: int) -> int:
    return max(64, round(seconds * rate))


def _tone(kit: Kit, hertz: Audio, rate: int) -> Audio:
    return pulse(hertz, rate) if kit.square else sine(hertz, rate)


def _dropping(kit: Kit, hertz: float, octaves: float, frames: int, rate: int) -> Audio:
    return single(np.float32(hertz) * np.exp2(np.float32(octaves) * decay(frames, kit.drop_s * 2.5, rate)))


def _kick(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    frames = _frames(kit.kick_s, rate)
    body = _tone(kit, _dropping(kit, kit.kick_hz * size, kit.kick_drop, frames, rate), rate)
    click = noise(rng, frames) * decay(frames, 0.012, rate) * np.float32(0.25)
    return body * decay(frames, kit.kick_s, rate) + click


def _snare(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    frames = _frames(kit.snare_s * 1.3, rate)
    tone = _tone(kit, _dropping(kit, kit.snare_hz * size, 0.6, frames, rate), rate)
    tone += np.float32(0.6) * _tone(kit, steady(kit.snare_hz * 1.78 * size, frames), rate)
    rattle = filtered(noise(rng, frames), 1800.0, rate, kind="high") * decay(frames, kit.snare_s * 1.3, rate)
    body = tone * decay(frames, kit.snare_s * 0.6, rate)
    return body * np.float32(1 - 0.6 * kit.snap) + rattle * np.float32(0.4 + 0.6 * kit.snap)


def _clap(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    frames = _frames(0.26 * size, rate)
    hiss = filtered(noise(rng, frames), 1150.0, rate, 0.45, "band")
    shape = decay(frames, 0.22 * size, rate) * np.float32(0.6)
    burst = _frames(0.011, rate)
    for turn in range(3):
        at = turn * burst
        shape[at : at + burst] = decay(burst, 0.022, rate)[: len(shape[at : at + burst])]
    return hiss * shape * np.float32(1.6)


def _metal(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    """Hats and cymbals: six squares at odd ratios and noise, the high part of it; size is seconds of a hat's."""
    seconds = kit.hat_s if size == 0 else kit.open_s * size
    frames = _frames(seconds * 1.2, rate)
    ring = np.zeros(frames, np.float32)
    if kit.hold < 6:
        for ratio in CYMBALS:
            ring += np.sign(sine(steady(kit.hat_hz / 14 * ratio, frames), rate, float(rng.random())))
    hiss = filtered(ring / 6 + noise(rng, frames) * np.float32(0.7), kit.hat_hz, rate, 0.2, "high")
    return hiss * decay(frames, seconds, rate) * np.float32(1.1)


def _bell(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    """Cowbells and agogos: two squares."""
    frames = _frames(0.3, rate)
    both = pulse(steady(540 * size, frames), rate) + pulse(steady(800 * size, frames), rate)
    return filtered(both, 1200.0 * size, rate, 0.3, "band") * decay(frames, 0.25, rate)


def _tom(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    seconds = kit.tom_s / size**0.4
    frames = _frames(seconds, rate)
    body = _tone(kit, _dropping(kit, kit.tom_hz * size, 0.55, frames, rate), rate)
    skin = noise(rng, frames) * decay(frames, 0.03, rate) * np.float32(0.3)
    return body * decay(frames, seconds, rate) + skin


def _wood(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    """Rim shots, claves, blocks: a short high tone."""
    frames = _frames(0.06, rate)
    both = _tone(kit, steady(1700 * size, frames), rate) + _tone(kit, steady(460 * size, frames), rate)
    return both * decay(frames, 0.05, rate) * np.float32(0.7)


def _shaker(rng: Generator, kit: Kit, size: float, rate: int) -> Audio:
    frames = _frames(0.09 * size, rate)
    grains = filtered(noise(rng, frames), 6000.0, rate, 0.3, "high")
    rise = np.minimum(np.arange(frames, dtype=np.float32) / (0.012 * rate), 1)
    return single(grains * rise * decay(frames, 0.085 * size, rate))


Recipe = Callable[[Generator, Kit, float, int], Audio]
RECIPES: dict[str, tuple[Recipe, float]] = {
    "kick": (_kick, 1.0),
    "snare": (_snare, 1.0),
    "swish": (_shaker, 2.5),
    "clap": (_clap, 1.0),
    "rim": (_wood, 1.0),
    "claves": (_wood, 1.4),
    "block": (_wood, 0.8),
    "hat": (_metal, 0.0),
    "pedal": (_metal, 0.0),
    "open": (_metal, 1.0),
    "ride": (_metal, 1.3),
    "crash": (_metal, 3.0),
    "triangle": (_metal, 2.0),
    "bell": (_bell, 1.5),
    "cowbell": (_bell, 1.0),
    "agogo": (_bell, 1.7),
    "agogo2": (_bell, 1.3),
    "low": (_tom, 0.9),
    "mid": (_tom, 1.3),
    "high": (_tom, 1.75),
    "conga": (_tom, 2.6),
    "tumba": (_tom, 2.0),
    "slap": (_tom, 3.4),
    "bongo": (_tom, 4.0),
    "timbale": (_tom, 3.2),
    "tambourine": (_shaker, 2.0),
    "cabasa": (_shaker, 0.8),
    "shaker": (_shaker, 1.0),
}
