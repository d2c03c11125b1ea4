"""Loops to sound: each part by the sound font or our own synthesis, its effects, its level; then the sum."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.random import Generator

from riffosc.composing.casting import lent
from riffosc.composing.grooves import DRUMS
from riffosc.composing.loop import Loop, Part
from riffosc.training.effects import EFFECTS, Bars, room
from riffosc.training.kits import Kit, hit, tuned
from riffosc.training.mixing import at_level, limited, loudness
from riffosc.training.oscillators import Audio, lay, single
from riffosc.training.patches import Score, played
from riffosc.training.soundfont import SOUND_FONT, SoundFont
from riffosc.training.textures import TEXTURES

DRUM_NAMES = {pitch: name for name, pitch in DRUMS.items()}
CHOKED, CHOKES = DRUMS["open"], (DRUMS["hat"], DRUMS["pedal"], DRUMS["open"])  # a closing hat ends an open one
CHOKE_S = 0.02
ROOM = 0.10  # of the reverberation of a room on all but bass and texture
DRY = ("bass", "texture")

Hit = Callable[[int, int], Audio]  # a pitch and a velocity to a sound


class Player:
    """Renders one loop after another; each is the same whatever came before it."""

    def __init__(self, samplerate: int = 44100, sound_font: Path = SOUND_FONT) -> None:
        self.samplerate = samplerate
        self._font = SoundFont(samplerate, sound_font)

    def close(self) -> None:
        self._font.close()

    def play(self, loop: Loop) -> Audio:
        """The loop as (frames,), mono; what rings past its end sounds at its beginning."""
        return self._mixed(loop, [self.stem(loop, part) for part in loop.parts])

    def play_stereo(self, loop: Loop) -> Audio:
        """The same as (2, frames), as wide as the sound font's recordings are; our own sounds are in the middle.

        `play` is the mean of both, but for what distortion and the limiter do to each side by itself.
        """
        stems = [self._sides(loop, part) for part in loop.parts]
        return np.stack([self._mixed(loop, [sides[channel] for sides in stems]) for channel in range(2)])

    def stem(self, loop: Loop, part: Part) -> Audio:
        """One part with its effects, as loud as in the mix, (frames,)."""
        return at_level(self._affected(loop, part, self._dry(loop, part).mean(0)), part.role, part.force)

    def _sides(self, loop: Loop, part: Part) -> Audio:
        """One part, left and right, (2, frames)."""
        dry = self._dry(loop, part)
        sides = np.stack([self._affected(loop, part, side) for side in dry])
        gain = loudness(at_level(sides.mean(0), part.role, part.force)) / max(1e-9, loudness(sides.mean(0)))
        return np.broadcast_to(sides * np.float32(gain), (2, sides.shape[1]))

    def _mixed(self, loop: Loop, stems: list[Audio]) -> Audio:
        """The sum, in a small room."""
        total = np.zeros(loop.frames(self.samplerate), np.float32)
        in_room = np.zeros_like(total)
        for part, stem in zip(loop.parts, stems, strict=True):
            total += stem
            if part.role not in DRY:
                in_room += stem
        if in_room.any():
            total += room(in_room, self.samplerate, 0) * np.float32(ROOM)
        return limited(total)

    def _affected(self, loop: Loop, part: Part, sound: Audio) -> Audio:
        rng = np.random.default_rng((part.seed, 1))
        bars = Bars(loop.beats, loop.quantum, self.samplerate)
        for name in part.effects:
            sound = EFFECTS[name](sound, bars, rng)
        return single(sound)

    def _dry(self, loop: Loop, part: Part) -> Audio:
        """A part without effects, at any level: (1 or 2 channels, frames)."""
        rng = np.random.default_rng(part.seed)
        sound = lent(part.role, part.instrument)
        assert sound is not None, part
        source = sound.source
        score = Score(part.notes, loop.frames(self.samplerate), loop.beats, self.samplerate)
        if part.role == "drums":
            return struck(score, self._kit(source, rng))[None]
        if isinstance(source, int):
            return self._font.pitched(source, score)
        return (TEXTURES[source](score, rng) if source in TEXTURES else played(source, score, rng))[None]

    def _kit(self, source: int | str, rng: Generator) -> Hit:
        if isinstance(source, int):
            return lambda pitch, velocity: self._font.hit(source, pitch, velocity)
        return _machine(tuned(rng, source), rng, self.samplerate)


def _machine(kit: Kit, rng: Generator, rate: int) -> Hit:
    """A drum machine that makes each of its sounds once."""
    sounds: dict[int, Audio] = {}

    def play(pitch: int, velocity: int) -> Audio:
        if pitch not in sounds:
            sounds[pitch] = hit(rng, kit, DRUM_NAMES[pitch], rate)
        return sounds[pitch] * np.float32((velocity / 127) ** 1.6)

    return play


def struck(score: Score, play: Hit) -> Audio:
    """A drum part, every hit at its exact frame, (frames,)."""
    loop = np.zeros(score.frames, np.float32)
    closing = sorted(score.start(note) for note in score.notes if note.pitch in CHOKES)
    for note in score.notes:
        sound = play(note.pitch, note.velocity)
        if note.pitch == CHOKED:
            sound = _choked(sound, closing, score, score.start(note))
        lay(loop, sound, score.start(note))
    return loop


def _choked(sound: Audio, closing: list[int], score: Score, start: int) -> Audio:
    """An open hat until the next hat, round the loop."""
    later = [at for at in closing if at > start]
    gap = (later[0] if later else closing[0] + score.frames) - start
    fade = round(CHOKE_S * score.rate)
    if gap + fade >= len(sound):
        return sound
    cut = sound[: gap + fade].copy()
    cut[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return cut


def render(loop: Loop, samplerate: int = 44100) -> Audio:
    """The loop as (loop.frames(samplerate),) float32, mono, at the corpus's fixed level."""
    return _player(samplerate).play(loop)


@lru_cache(maxsize=2)
def _player(samplerate: int) -> Player:
    return Player(samplerate)
