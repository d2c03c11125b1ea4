"""A loop as notes: what the composer writes and the renderer plays."""

from dataclasses import dataclass
from typing import NamedTuple

ROLES = ("drums", "bass", "chords", "lead")
STEP = 0.25  # beats in one step of a pattern: a sixteenth note


class Note(NamedTuple):
    """One note; the beat is counted from the start of the loop."""

    start_beat: float
    length_beats: float
    pitch: int  # MIDI number
    velocity: int  # 1 to 127


@dataclass(frozen=True, slots=True)
class Part:
    """What one player plays."""

    role: str  # one of ROLES
    instrument: str  # in words, lower case
    program: int  # General MIDI program; on the drum channel, the kit
    channel: int
    notes: tuple[Note, ...]
    style: str = ""  # the way of playing: "walking", "pad", ...


@dataclass(frozen=True, slots=True)
class Loop:
    """Some bars of music that go round."""

    tempo: float  # beats per minute
    quantum: int  # beats per bar
    bars: int
    root: int  # pitch class, 0 is C
    mode: str  # "major" or "minor"
    genre: str
    parts: tuple[Part, ...]
    captions: tuple[str, ...] = ()

    @property
    def beats(self) -> int:
        return self.bars * self.quantum

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(part.role for part in self.parts)

    def frames(self, samplerate: int = 44100) -> int:
        return round(self.beats * 60 / self.tempo * samplerate)
