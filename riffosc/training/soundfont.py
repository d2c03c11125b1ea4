"""Parts played with FluidSynth and the FluidR3 General MIDI sound font (MIT).

Pitched parts are rendered more than once over and the last pass kept, so that what rings past the end sounds at the
beginning. Notes begin earlier by as long as their recording is silent, at FluidSynth's blocks of 64 frames: they
sound at most 0.73 ms from their beat. Drums are rendered hit by hit, once each, and laid at their exact frame.
"""

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from riffosc.training.oscillators import Audio, single
from riffosc.training.patches import Score

SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
GAIN = 0.5
BLOCK = 64  # FluidSynth starts and stops notes only at multiples of this many frames
SEAM_S = 0.008
DRUM_BANK, DRUM_CHANNEL = 128, 9
TAIL_S = 2.5  # what rings longer after its note's end is not heard
EARLY_S, ATTACK_S = 0.035, 0.2
RISE = 44  # frames over which loudness is looked at for a note's attack
HIT_S, SILENT = 2.0, 3e-4
ORCHESTRA, ITS_HATS = 48, {42: 27, 44: 28, 46: 29, 51: 30, 53: 30}  # where others have hats, it has timpani
LAYERS = tuple(range(8, 128, 17))  # velocities at which drums are rendered; others are these, louder or softer

WRITE_TO = (("buffer", ctypes.c_void_p), ("first", ctypes.c_int), ("stride", ctypes.c_int))


class Event(NamedTuple):
    """A note on (velocity above 0) or off, at a block of the whole rendering."""

    block: int
    velocity: int  # 0 sorts first, so a repeated note ends before it begins again
    pitch: int


class MissingSynth(RuntimeError):
    """FluidSynth or its sound font is not installed."""


class SoundFont:
    """One FluidSynth with its sound font loaded, for one part after another."""

    def __init__(self, samplerate: int = 44100, sound_font: Path = SOUND_FONT) -> None:
        fluidsynth = _library(sound_font)
        options = {"synth.chorus.active": 0, "synth.reverb.active": 0, "synth.polyphony": 192}
        self.samplerate = samplerate
        self._synth = fluidsynth.Synth(GAIN, float(samplerate), 16, **options)
        self._font: int = self._synth.sfload(str(sound_font))
        synth = ("synth", ctypes.c_void_p, 1)
        channels = [(f"{side}_{name}", kind, 1) for side in ("left", "right") for name, kind in WRITE_TO]
        self._write: Callable[..., Any] = fluidsynth.cfunc(
            "fluid_synth_write_float", ctypes.c_int, synth, ("frames", ctypes.c_int, 1), *channels
        )
        self._struck((DRUM_CHANNEL, DRUM_BANK, 0), 36, 96, 0.1)  # the first note of all differs in its last bits
        self._hits: dict[tuple[int, int, int], Audio] = {}
        self._latency: dict[tuple[int, int], int] = {}

    def close(self) -> None:
        """Gives the synth and its sound font's memory back."""
        self._synth.delete()

    def pitched(self, program: int, score: Score) -> Audio:
        """Notes in one sound, left and right (2, frames): the last of some passes, without a step where it wraps."""
        early = {pitch: self.latency(program, pitch) for pitch in {note.pitch for note in score.notes}}
        found, blocks = passes(score, early)
        self._prepare(0, 0, program)
        stereo = np.zeros((blocks * BLOCK, 2), np.float32)
        at = 0
        for event in found:
            self._render(stereo, at, event.block)
            at = max(at, event.block)
            if event.velocity:
                self._synth.noteon(0, event.pitch, event.velocity)
            else:
                self._synth.noteoff(0, event.pitch)
        self._render(stereo, at, blocks)
        last = lead_in(score) + score.frames
        seam = round(SEAM_S * self.samplerate)
        return np.stack([closed(side[:last], score.frames, seam) for side in stereo.T])

    def hit(self, kit: int, pitch: int, velocity: int) -> Audio:
        """One hit of a drum, (frames,), from its attack until it is silent."""
        pitch = ITS_HATS.get(pitch, pitch) if kit == ORCHESTRA else pitch
        layer = min(LAYERS, key=lambda one: abs(one - velocity))
        if (kit, pitch, layer) not in self._hits:
            sound = self._struck((DRUM_CHANNEL, DRUM_BANK, kit), pitch, layer, HIT_S)
            self._hits[kit, pitch, layer] = _trimmed(sound[attack(sound) :])
        return self._hits[kit, pitch, layer] * np.float32((velocity / layer) ** 2)

    def latency(self, program: int, pitch: int) -> int:
        """Frames from a note's start to its sound: recordings begin up to 30 ms before they are heard."""
        if (program, pitch) not in self._latency:
            sound = self._struck((0, 0, program), pitch, 96, ATTACK_S)
            self._latency[program, pitch] = min(attack(sound), round(EARLY_S * self.samplerate))
        return self._latency[program, pitch]

    def _struck(self, preset: tuple[int, int, int], pitch: int, velocity: int, seconds: float) -> Audio:
        """One note held on a preset (channel, bank, program)."""
        self._prepare(*preset)
        blocks = round(seconds * self.samplerate) // BLOCK
        stereo = np.zeros((blocks * BLOCK, 2), np.float32)
        self._synth.noteon(preset[0], pitch, velocity)
        self._render(stereo, 0, blocks)
        return single(stereo.mean(axis=1))

    def _prepare(self, channel: int, bank: int, program: int) -> None:
        """Silence at once (a system reset would let notes ring out), then the sound that is asked for."""
        for sounding in (0, DRUM_CHANNEL):
            self._synth.all_sounds_off(sounding)
        self._render(np.zeros((BLOCK, 2), np.float32), 0, 1)
        self._synth.program_select(channel, self._font, bank, program)

    def _render(self, stereo: Audio, start_block: int, end_block: int) -> None:
        """Fills the blocks from start to end of (frames, 2)."""
        count = (end_block - start_block) * BLOCK
        if count > 0:
            here = stereo[start_block * BLOCK :].ctypes.data
            self._write(self._synth.synth, count, here, 0, 2, here, 1, 2)


def attack(sound: Audio) -> int:
    """The frame at which a note has risen to a tenth of how loud it gets."""
    if not sound.any():
        return 0
    power = np.convolve(sound.astype(np.float64) ** 2, np.full(RISE, 1 / RISE))[: len(sound)]
    return max(0, int(np.argmax(power > 0.01 * power.max())) - RISE // 2)


def _trimmed(sound: Audio) -> Audio:
    """Without the silence at its end."""
    heard = np.flatnonzero(np.abs(sound) > SILENT * max(1e-3, float(np.abs(sound).max())))
    sound = sound[: heard[-1] + 1].copy() if len(heard) else sound[:BLOCK].copy()
    fade = min(256, len(sound))
    sound[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return sound


def lead_in(score: Score) -> int:
    """Frames rendered before the pass that is kept, in whole blocks: as long as any note may still ring."""
    longest = max((note.length_beats for note in score.notes), default=0.0)
    return BLOCK * round((longest * score.beat_frames + (TAIL_S + EARLY_S) * score.rate) / BLOCK)


def passes(score: Score, early: dict[int, int]) -> tuple[list[Event], int]:
    """The notes that may ring in the pass that is kept, and its own, each at its nearest block; blocks in all.

    `early` is how many frames before its beat a note of some pitch begins, so that it sounds on it.
    """
    before = lead_in(score)
    blocks = -(-(before + score.frames) // BLOCK)
    found = []
    for turn in range(-(-before // score.frames) + 1):
        offset = before - turn * score.frames
        for note in score.notes:
            start = note.start_beat * score.beat_frames + offset - early.get(note.pitch, 0)
            on, off = round(start / BLOCK), round((start + note.length_beats * score.beat_frames) / BLOCK)
            if on >= 0:
                found.append(Event(on, note.velocity, note.pitch))
                found.append(Event(max(off, on + 1), 0, note.pitch))
    return sorted(event for event in found if event.block < blocks), blocks


def closed(twice: Audio, frames: int, seam: int) -> Audio:
    """The last of two passes, as (frames,), without a step where it wraps.

    Its last `seam` frames fade to those that led into it.
    """
    first = len(twice) - frames
    loop, seam = twice[first:].copy(), min(seam, first)
    before = twice[first - seam : first]
    fade = np.linspace(0, 1, seam, dtype=np.float32)
    loop[-seam:] += fade * (before - loop[-seam:])
    return loop


def _library(sound_font: Path) -> Any:
    try:
        import fluidsynth
    except ImportError as error:  # the Python package, or the library it looks for
        raise MissingSynth(
            "Rendering needs FluidSynth: pip install 'riffosc[train]', and apt install libfluidsynth3."
        ) from error
    if not sound_font.exists():
        raise MissingSynth(f"The sound font {sound_font} is missing: apt install fluid-soundfont-gm.")
    return fluidsynth
