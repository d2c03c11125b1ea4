"""How long a picture sounds, and how many beats a sound has. Pure arithmetic."""

import math
from dataclasses import dataclass

from riffosc.picture import Picture

MAX_SECONDS = 30 * 60
QUANTUM = 4  # beats in a bar where nobody says


class LengthError(ValueError):
    """A length that cannot be, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the musician says of the length; None leaves it to the file."""

    tempo: float | None = None
    bars: int | None = None
    beats: int | None = None
    quantum: int | None = None
    seconds: float | None = None
    frames: int | None = None

    def __post_init__(self) -> None:
        """Raises LengthError where two wishes contradict each other."""
        exact = [name for name in ("seconds", "frames", "tempo") if getattr(self, name) is not None]
        if len(exact) > 1:
            raise LengthError(f"say --{exact[0]} or --{exact[1]}, not both")
        if self.bars is not None and self.beats is not None:
            raise LengthError("say --bars or --beats, not both")

    def counted(self, quantum: int) -> int:
        """The beats that were asked for; 0 for none."""
        return self.beats or (self.bars or 0) * quantum


@dataclass(frozen=True, slots=True)
class Length:
    """So many frames, and the beats in them; 0 beats where nobody has said."""

    frames: int
    beats: float = 0.0
    tempo: float = 0.0
    quantum: int = QUANTUM


def whole_bars(seconds: float, tempo: float, quantum: int) -> int:
    """The beats of the nearest whole number of bars, at least one bar."""
    return max(1, round(seconds * tempo / 60 / quantum)) * quantum


def picture_length(picture: Picture, wish: Wish, samplerate: int) -> Length:
    """What was asked for; else the beats in the file at its tempo; else the time of its columns.

    A tempo alone plays the beats in the file, or, where it has none, the nearest whole number of bars.
    Raises LengthError, in words.
    """
    quantum = wish.quantum or (picture.quantum if picture.beats else QUANTUM)
    beats = wish.counted(quantum) or picture.beats
    if wish.frames is not None:
        return _length(wish.frames / samplerate, samplerate, beats, quantum)
    if wish.seconds is not None:
        return _length(wish.seconds, samplerate, beats, quantum)
    if wish.tempo is None and not picture.beats:
        return _length(picture.seconds, samplerate, beats, quantum)
    tempo = wish.tempo or picture.tempo
    beats = beats or whole_bars(picture.seconds, tempo, quantum)
    return Length(_frames(beats * 60 / tempo, samplerate), beats, tempo, quantum)


def sound_length(seconds: float, samplerate: int, loop: Length | None, wish: Wish) -> Length:
    """Beats and length to paint a sound of `seconds` at; `loop` is what its file says of beats and quantum.

    A number of beats without a tempo is in the whole sound. A tempo makes it whole bars: the nearest number of them.
    Raises LengthError, in words.
    """
    quantum = wish.quantum or (loop.quantum if loop else QUANTUM)
    beats = wish.counted(quantum) or (loop.beats if loop and wish.tempo is None else 0)
    if wish.tempo is None:
        return _length(seconds, samplerate, beats, quantum)
    beats = beats or whole_bars(seconds, wish.tempo, quantum)
    return Length(_frames(beats * 60 / wish.tempo, samplerate), beats, wish.tempo, quantum)


def _length(seconds: float, samplerate: int, beats: float, quantum: int) -> Length:
    """So many seconds; its tempo is what the beats make of them."""
    frames = _frames(seconds, samplerate)
    return Length(frames, beats, beats * 60 * samplerate / frames if beats else 0.0, quantum)


def _frames(seconds: float, samplerate: int) -> int:
    frames = round(seconds * samplerate) if abs(seconds) <= MAX_SECONDS else 0
    if frames < 1:
        wrong = "is too long" if seconds > MAX_SECONDS else "cannot be" if math.isnan(seconds) else "is too short"
        raise LengthError(f"it would last {seconds:g} s, which {wrong}")
    return frames
