"""Pitched sounds of our own synthesis: analogue basses, pads and leads, acid, supersaw, plucks, FM, chips.

A patch turns the notes of a part into a loop; most add up notes that are each synthesised whole, those of one voice
(acid, glides) follow a line through all of them. Knobs stand where the part's seed puts them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from riffosc.composing.loop import Note
from riffosc.training.oscillators import (
    Audio,
    circled,
    decay,
    envelope,
    filtered,
    lay,
    pulse,
    saw,
    sine,
    single,
    steady,
)


@dataclass(frozen=True, slots=True)
class Score:
    """Notes, and the loop they are laid into."""

    notes: tuple[Note, ...]
    frames: int
    beats: float
    rate: int

    @property
    def beat_frames(self) -> float:
        return self.frames / self.beats

    def start(self, note: Note) -> int:
        return round(note.start_beat * self.beat_frames)

    def held(self, note: Note) -> int:
        return max(64, round(note.length_beats * self.beat_frames))


@dataclass(frozen=True, slots=True)
class Knobs:
    """What every patch may turn: 0..1 each, from the part's seed."""

    bright: float
    sharp: float  # resonance
    short: float
    wide: float  # detuning


def turned(rng: Generator) -> Knobs:
    return Knobs(*(float(value) for value in rng.random(4)))


def hertz(pitch: float) -> float:
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def _voiced(score: Score, knobs: Knobs, voice: Callable[[float, int, float, int, Knobs], Audio]) -> Audio:
    """Each note by itself, at its own frame."""
    loop = np.zeros(score.frames, np.float32)
    for note in score.notes:
        strength = note.velocity / 127
        sound = voice(hertz(note.pitch), score.held(note), strength, score.rate, knobs)
        lay(loop, sound * np.float32(strength**1.5), score.start(note))
    return loop


def _detuned(hz: float, frames: int, rate: int, voices: int, cents: float) -> Audio:
    """Several saws around one pitch, each with a phase of its own."""
    out = np.zeros(frames, np.float32)
    for i in range(voices):
        away = (i / (voices - 1) * 2 - 1) * cents if voices > 1 else 0.0
        out += saw(steady(hz * 2 ** (away / 1200), frames), rate, (i * 0.381966 + hz * 0.01) % 1)
    return out / np.float32(voices**0.5)


def _release(held: int, seconds: float, rate: int) -> int:
    return held + round(seconds * rate)


def _polysynth(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.25, rate)
    sound = _detuned(hz, frames, rate, 2, 8) + np.float32(0.5) * pulse(steady(hz, frames), rate, 0.35)
    sweep = 600 + (1200 + 4000 * knobs.bright) * decay(frames, 0.5 + 0.8 * knobs.short, rate) * np.float32(strength)
    return filtered(sound, sweep, rate, 0.3 * knobs.sharp) * envelope(frames, held, rate, 0.004, 0.25)


def _supersaw(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.35, rate)
    sound = _detuned(hz, frames, rate, 6, 12 + 16 * knobs.wide)
    sound = filtered(sound, 2500 + 9000 * knobs.bright, rate)
    return filtered(sound, hz * 0.8, rate, kind="high") * envelope(frames, held, rate, 0.004, 0.35)


def _hoover(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.2, rate)
    bend = np.exp2(np.float32(-0.4) * decay(frames, 0.25, rate)) * np.float32(hz)
    wobble = 1 + np.float32(0.006) * sine(steady(5.5, frames), rate)
    saws = [saw(bend * np.float32(ratio) * wobble, rate, ratio % 1) for ratio in (0.5, 0.994, 1.007, 1.5)]
    sound = single(np.tanh(np.sum(saws, 0) * np.float32(0.9)))
    return filtered(sound, 1800 + 5000 * knobs.bright, rate, 0.2) * envelope(frames, held, rate, 0.01, 0.2)


def _pluck(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    seconds = 0.35 + 0.6 * knobs.short
    frames = round(seconds * rate)
    sound = _detuned(hz, frames, rate, 3, 6 + 10 * knobs.wide)
    sweep = hz + (2500 + 6000 * knobs.bright) * np.float32(strength) * decay(frames, 0.25 + 0.3 * knobs.short, rate)
    return filtered(sound, sweep, rate, 0.35 * knobs.sharp) * decay(frames, seconds, rate) * _edge(frames)


def _edge(frames: int) -> Audio:
    return envelope(frames, frames, 44100, 0.001, 1.0)


def _pad(bright_hz: float, voices: int) -> Callable[[float, int, float, int, Knobs], Audio]:
    def voice(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
        frames = _release(held, 0.8, rate)
        sound = _detuned(hz, frames, rate, voices, 8 + 8 * knobs.wide)
        sound = filtered(sound, bright_hz * (0.6 + knobs.bright), rate, 0.1)
        return sound * envelope(frames, held, rate, min(0.03 + 0.12 * knobs.short, held / rate / 3), 0.8)

    return voice


def _sweep_pad(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.7, rate)
    sound = _detuned(hz, frames, rate, 4, 14)
    turn = np.linspace(0, np.pi, frames, dtype=np.float32)
    opened = 300 * np.exp2((2.5 + 1.5 * np.float32(knobs.bright)) * np.sin(turn))
    return filtered(sound, opened, rate, 0.5 + 0.3 * knobs.sharp) * envelope(frames, held, rate, 0.05, 0.7)


def _fm(hz: float, frames: int, rate: int, ratio: float, index: Audio) -> Audio:
    """Two operators: a sine whose phase another sine moves."""
    turns = np.arange(frames, dtype=np.float64) / rate
    moved = index * np.sin(2 * np.pi * ((hz * ratio * turns) % 1).astype(np.float32))
    return single(np.sin(2 * np.pi * ((hz * turns) % 1).astype(np.float32) + moved, dtype=np.float32))


def _fm_bells(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    seconds = 1.2 + 1.4 * knobs.short
    frames = round(seconds * rate)
    ratio = (3.5, 1.4, 2.76, 3.99)[int(knobs.wide * 3.99)]
    index = np.float32(1.2 + 3 * knobs.bright * strength) * decay(frames, seconds * 0.6, rate)
    return _fm(hz, frames, rate, ratio, index) * decay(frames, seconds, rate) * _edge(frames)


def _fm_piano(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.2, rate)
    tine = _fm(hz, frames, rate, 14.0, np.float32(0.5 * strength) * decay(frames, 0.35, rate))
    body = _fm(hz, frames, rate, 1.0, np.float32(0.6 + 1.4 * knobs.bright * strength) * decay(frames, 1.4, rate))
    return (tine * np.float32(0.4) + body) * decay(frames, 2.5, rate) * envelope(frames, held, rate, 0.002, 0.2)


def _fm_bass(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.08, rate)
    index = np.float32(1 + 4 * knobs.bright * strength) * decay(frames, 0.25 + 0.5 * knobs.short, rate)
    sound = _fm(hz, frames, rate, (1.0, 2.0, 3.0)[int(knobs.wide * 2.99)], index)
    return sound * decay(frames, 1.6, rate) * envelope(frames, held, rate, 0.002, 0.08)


def _analog_bass(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.08, rate)
    sound = pulse(steady(hz, frames), rate, 0.5 - 0.2 * knobs.wide) + saw(steady(hz * 1.004, frames), rate)
    sweep = 120 + (500 + 2200 * knobs.bright) * np.float32(strength) * decay(frames, 0.2 + 0.5 * knobs.short, rate)
    return filtered(sound, sweep, rate, 0.55 * knobs.sharp) * envelope(frames, held, rate, 0.003, 0.08)


def _saw_bass(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.06, rate)
    sound = filtered(_detuned(hz, frames, rate, 3, 9), 900 + 4000 * knobs.bright, rate, 0.2)
    return single(np.tanh(sound * np.float32(1.5)) * envelope(frames, held, rate, 0.003, 0.06))


def _sub(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.07, rate)
    sound = np.tanh(sine(steady(hz, frames), rate) * np.float32(1 + 1.2 * knobs.bright))
    return single(sound * envelope(frames, held, rate, 0.006, 0.07))


def _boom(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = round((0.9 + 1.6 * knobs.short) * rate)
    drop = np.float32(hz) * np.exp2(np.float32(1.8) * decay(frames, 0.08, rate))
    sound = np.tanh(sine(drop, rate) * np.float32(1.2 + 3 * knobs.bright))
    sound = sound * decay(frames, 1.2 + 2 * knobs.short, rate)
    cut = min(frames, held + round(0.08 * rate))
    return single((sound * envelope(frames, held, rate, 0.001, 0.15))[:cut] if held < frames else sound * _edge(frames))


def _reese(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.08, rate)
    sound = _detuned(hz, frames, rate, 3, 22 + 20 * knobs.wide) + sine(steady(hz, frames), rate)
    moving = 350 + 900 * (0.4 + knobs.bright) * (1 + sine(steady(0.7 + knobs.short, frames), rate)) * 0.5
    return np.tanh(filtered(sound, moving, rate, 0.3)) * envelope(frames, held, rate, 0.004, 0.08)


def _square(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.03, rate)
    sound = pulse(steady(hz, frames), rate, (0.5, 0.25, 0.125)[int(knobs.wide * 2.99)])
    return sound * envelope(frames, held, rate, 0.001, 0.03) * (np.float32(0.5) + decay(frames, 0.5, rate))


def _chip(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    frames = _release(held, 0.02, rate)
    late = np.minimum(np.arange(frames, dtype=np.float32) / (0.25 * rate), 1)
    pitch = np.float32(hz) * (1 + np.float32(0.008) * late * sine(steady(6.0, frames), rate))
    sound = pulse(pitch, rate, (0.5, 0.25, 0.125)[int(knobs.wide * 2.99)])
    return sound * envelope(frames, held, rate, 0.001, 0.02)


def _lead(source: Callable[[Audio, int], Audio]) -> Callable[[float, int, float, int, Knobs], Audio]:
    def voice(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
        frames = _release(held, 0.15, rate)
        late = np.clip((np.arange(frames, dtype=np.float32) / rate - 0.18) * 4, 0, 1)
        pitch = single(hz * (1 + 0.004 * late * sine(steady(5.6, frames), rate)))
        sound = source(pitch, rate) + source(single(pitch * (1.003 + 0.004 * knobs.wide)), rate)
        sweep = hz * 2 + (800 + 5000 * knobs.bright) * (0.5 + 0.5 * decay(frames, 0.5, rate))
        return filtered(sound, sweep, rate, 0.3 * knobs.sharp) * envelope(frames, held, rate, 0.005, 0.15)

    return voice


def _acid(score: Score, knobs: Knobs) -> Audio:
    """One voice: accents open the filter, notes that last into the next slide to it."""
    pitch, gate, bite = _line(score)
    rate = score.rate
    turns = float(np.sum(pitch, dtype=np.float64)) / rate
    pitch = single(pitch * (max(1, round(turns)) / turns))  # whole periods: the end leads into the beginning
    tone = pulse(pitch, rate) if knobs.wide > 0.6 else saw(pitch, rate)
    base = 160 * 2 ** (2.2 * knobs.bright)
    cutoff = np.float32(base) * np.exp2(bite * np.float32(2.2 + 1.5 * knobs.short))
    sound = circled(tone, cutoff, rate, 0.5 + 0.4 * knobs.sharp)
    sound = circled(sound, cutoff * 1.4, rate, 0.1)
    return single(np.tanh(sound * np.float32(1.3)) * gate)


def _line(score: Score) -> tuple[Audio, Audio, Audio]:
    """Pitch in Hz, loudness and bite, each (frames,), of notes that one voice plays in turn, round the loop."""
    frames, rate = score.frames, score.rate
    pitch, gate, bite = (np.zeros(frames, np.float32) for _ in range(3))
    notes = score.notes
    for i, note in enumerate(notes):
        start, end = score.start(note), score.start(notes[(i + 1) % len(notes)])
        span = (end - start - 1) % frames + 1
        before = notes[i - 1]
        tied = len(notes) > 1 and score.held(before) > (start - score.start(before)) % frames
        held = min(span, score.held(note))
        lay(pitch, _glide(hertz(before.pitch) if tied else hertz(note.pitch), hertz(note.pitch), span, rate), start)
        shape = np.zeros(span, np.float32)
        shape[:held] = 0.6 + 0.4 * (note.velocity > 110)
        ends = 0 if held == span else 1
        shape = _smoothed(shape, 0.003 if not tied else 0.0, 0.008 * ends, held, rate)
        lay(gate, shape, start)
        strength = 1.0 if note.velocity > 110 else 0.6
        lay(bite, decay(span, 0.35, rate) * np.float32(strength) * np.float32(0.35 if tied else 1), start)
    return pitch, gate, bite


def _glide(begin: float, end: float, frames: int, rate: int) -> Audio:
    near = decay(frames, 0.12, rate)
    return single(np.exp2(np.log2(end) + np.float32(np.log2(begin / end)) * near).astype(np.float32))


def _smoothed(shape: Audio, attack_s: float, release_s: float, held: int, rate: int) -> Audio:
    rise, fall = min(held, round(attack_s * rate)), min(held, round(release_s * rate))
    if rise:
        shape[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if fall:
        shape[held - fall : held] *= np.linspace(1, 0, fall, dtype=np.float32)
    return shape


def _breath(hz: float, held: int, strength: float, rate: int, knobs: Knobs) -> Audio:
    """A plain tone with a little vibrato and air."""
    frames = _release(held, 0.2, rate)
    late = np.minimum(np.arange(frames, dtype=np.float32) / (0.3 * rate), 1)
    pitch = np.float32(hz) * (1 + np.float32(0.006) * late * sine(steady(5.2, frames), rate))
    return sine(pitch, rate) * envelope(frames, held, rate, 0.03, 0.2)


Voice = Callable[[float, int, float, int, Knobs], Audio]
VOICES: dict[str, Voice] = {
    "analog bass": _analog_bass,
    "sub": _sub,
    "boom": _boom,
    "reese": _reese,
    "saw bass": _saw_bass,
    "fm bass": _fm_bass,
    "square bass": _square,
    "fm piano": _fm_piano,
    "fm bells": _fm_bells,
    "warm pad": _pad(1400.0, 3),
    "dark pad": _pad(500.0, 3),
    "sweep pad": _sweep_pad,
    "supersaw": _supersaw,
    "polysynth": _polysynth,
    "pluck": _pluck,
    "hoover": _hoover,
    "chip": _chip,
    "saw lead": _lead(saw),
    "square lead": _lead(pulse),
    "sine lead": _breath,
}
PATCHES = (*VOICES, "acid")


def played(name: str, score: Score, rng: Generator) -> Audio:
    """A part in one of the patches, (frames,); what rings past the end sounds at the beginning."""
    knobs = turned(rng)
    return _acid(score, knobs) if name == "acid" else _voiced(score, knobs, VOICES[name])
