"""Loops to sound with FluidSynth and the FluidR3 General MIDI sound font (MIT)."""

import ctypes
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riffosc.training.loop import Loop, Part
from riffosc.training.sounds import BY_ROLE

SOUND_FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
GAIN = 1.43  # fixed for the whole corpus: level is absolute
BELOW_DB = {"drums": 11, "bass": 9, "chords": 14, "lead": 10}  # under full volume, before the trim
BLOCK = 64  # FluidSynth starts and stops notes only at multiples of this many frames
SEAM_S = 0.008
DRUM_BANK = 128

WRITE_TO = (("buffer", ctypes.c_void_p), ("first", ctypes.c_int), ("stride", ctypes.c_int))

Audio = NDArray[np.float32]


class Event(NamedTuple):
    """A note on (velocity above 0) or off, at a block of the whole rendering."""

    block: int
    velocity: int  # 0 sorts first, so a repeated note ends before it begins again
    channel: int
    pitch: int


class MissingSynth(RuntimeError):
    """FluidSynth or its sound font is not installed."""


class Player:
    """One FluidSynth with its sound font loaded, for one loop after another."""

    def __init__(self, samplerate: int = 44100, sound_font: Path = SOUND_FONT) -> None:
        fluidsynth = _library(sound_font)
        options = {"synth.chorus.active": 0, "synth.reverb.active": 1, "synth.polyphony": 192}
        self.samplerate = samplerate
        self._synth = fluidsynth.Synth(GAIN, float(samplerate), 16, **options)
        self._synth.set_reverb(0.35, 0.4, 0.5, 0.35)
        self._font: int = self._synth.sfload(str(sound_font))
        synth = ("synth", ctypes.c_void_p, 1)
        channels = [(f"{side}_{name}", kind, 1) for side in ("left", "right") for name, kind in WRITE_TO]
        self._write: Callable[..., Any] = fluidsynth.cfunc(
            "fluid_synth_write_float", ctypes.c_int, synth, ("frames", ctypes.c_int, 1), *channels
        )
        self._set_rate: Callable[..., Any] = fluidsynth.cfunc(
            "fluid_synth_set_sample_rate", None, synth, ("rate", ctypes.c_float, 1)
        )

    def close(self) -> None:
        """Gives the synth and its sound font's memory back."""
        self._synth.delete()

    def play(self, loop: Loop) -> Audio:
        """The loop as (frames,), mono; what rings past its end sounds at its beginning."""
        return self._closed(self._twice(loop).mean(axis=1), loop)

    def play_stereo(self, loop: Loop) -> Audio:
        """The same as (2, frames): left and right, of which `play` is the mean."""
        return np.stack([self._closed(side, loop) for side in self._twice(loop).T])

    def _closed(self, twice: Audio, loop: Loop) -> Audio:
        return closed(twice, loop.frames(self.samplerate), round(SEAM_S * self.samplerate))

    def _twice(self, loop: Loop) -> Audio:
        """Two passes of the loop and a little more: (frames, 2)."""
        blocks = -(-2 * loop.frames(self.samplerate) // BLOCK)
        self._prepare(loop.parts)
        stereo = np.zeros((blocks * BLOCK, 2), np.float32)
        at = 0
        for event in events(loop, self.samplerate, blocks):
            self._render(stereo, at, event.block)
            at = event.block
            if event.velocity:
                self._synth.noteon(event.channel, event.pitch, event.velocity)
            else:
                self._synth.noteoff(event.channel, event.pitch)
        self._render(stereo, at, blocks)
        return stereo

    def _prepare(self, parts: tuple[Part, ...]) -> None:
        """Silence, then the loop's sounds; setting the rate also starts the reverb's own motion afresh."""
        self._synth.system_reset()
        self._set_rate(self._synth.synth, float(self.samplerate))
        for part in parts:
            bank = DRUM_BANK if part.role == "drums" else 0
            self._synth.program_select(part.channel, self._font, bank, part.program)
            self._synth.cc(part.channel, 7, volume(part))

    def _render(self, stereo: Audio, start_block: int, end_block: int) -> None:
        """Fills the blocks from start to end of (frames, 2)."""
        count = (end_block - start_block) * BLOCK
        if count > 0:
            here = stereo[start_block * BLOCK :].ctypes.data
            self._write(self._synth.synth, count, here, 0, 2, here, 1, 2)


def volume(part: Part) -> int:
    """MIDI controller 7 for a part; FluidSynth takes 40 log10(volume / 127) decibels."""
    trim_db = BY_ROLE[part.role][part.instrument].trim_db
    return min(127, round(127 * 10 ** ((trim_db - BELOW_DB[part.role]) / 40)))


def events(loop: Loop, samplerate: int, blocks: int) -> list[Event]:
    """The notes of two passes in order, each at the nearest block: at most 32 frames from its beat."""
    per_beat = 60 / loop.tempo * samplerate / BLOCK
    found = []
    for turn in range(2):
        for part in loop.parts:
            for note in part.notes:
                start = turn * loop.beats + note.start_beat
                on, off = round(start * per_beat), round((start + note.length_beats) * per_beat)
                found.append(Event(on, note.velocity, part.channel, note.pitch))
                found.append(Event(max(off, on + 1), 0, part.channel, note.pitch))
    return sorted(event for event in found if event.block < blocks)


def closed(twice: Audio, frames: int, seam: int) -> Audio:
    """The second of two passes, as (frames,), without a step where it wraps.

    Its last `seam` frames fade to those that led into it.
    """
    loop = twice[frames : 2 * frames].copy()
    before = twice[frames - seam : frames]
    fade = np.linspace(0, 1, seam, dtype=np.float32)
    loop[-seam:] += fade * (before - loop[-seam:])
    return loop


def render(loop: Loop, samplerate: int = 44100) -> Audio:
    """The loop as (loop.frames(samplerate),) float32, mono, at the corpus's fixed level."""
    return _player(samplerate).play(loop)


@lru_cache(maxsize=2)
def _player(samplerate: int) -> Player:
    return Player(samplerate)


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
