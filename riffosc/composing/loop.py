"""A loop as notes: what the composer writes, what training plays and what the model is told."""

from dataclasses import dataclass
from typing import NamedTuple

ROLES = ("drums", "bass", "chords", "lead", "texture")
STEP = 0.25  # beats in one step of a pattern: a sixteenth note


class Note(NamedTuple):
    """One note; the beat is counted from the start of the loop."""

    start_beat: float
    length_beats: float
    pitch: int  # MIDI number; for drums, General MIDI's drum map
    velocity: int  # 1 to 127


@dataclass(frozen=True, slots=True)
class Swing:
    """Where offbeats fall: at `amount` of each pair of `unit`s; unit 0 is straight."""

    unit: float = 0.0  # beats: 0.5 swings the eighths, 0.25 the sixteenths
    amount: float = 0.5  # 0.5 is even, 2/3 a triplet's

    def moved(self, beat: float) -> float:
        """The beat as played: each pair stretched before its middle and squeezed after it."""
        if not self.unit:
            return beat
        pair, inside = divmod(beat, 2 * self.unit)
        part = inside / (2 * self.unit)
        early = part * 2 * self.amount
        late = self.amount + (part - 0.5) * 2 * (1 - self.amount)
        return (pair + (early if part < 0.5 else late)) * 2 * self.unit

    @property
    def grid(self) -> tuple[float, ...]:
        """Where in a beat its four sixteenths sound."""
        return tuple(self.moved(step * STEP) for step in range(4))

    @property
    def word(self) -> str:
        return {0.0: "straight", 0.5: "eighths", 0.25: "sixteenths"}[self.unit]


@dataclass(frozen=True, slots=True)
class Part:
    """What one player plays."""

    role: str  # one of ROLES
    instrument: str  # in words, lower case: a name in `sounds`
    notes: tuple[Note, ...]
    style: str = ""  # the way of playing: "walking", "pad", ...
    effects: tuple[str, ...] = ()  # names in `effecting.EFFECTS`, in the order of the signal
    force: float = 0.5  # 0 is soft, 1 is hard
    seed: int = 0  # settles what a synthesiser's knobs are at


@dataclass(frozen=True, slots=True)
class Loop:
    """Some bars of music that go round."""

    tempo: float  # beats per minute
    quantum: int  # beats per bar
    bars: int
    root: int  # pitch class, 0 is C
    mode: str  # "major" or "minor": which of the two the scale is nearer to
    genre: str
    parts: tuple[Part, ...]
    captions: tuple[str, ...] = ()  # what a player might type for it; training writes them
    scale: str = ""  # a name in `theory.SCALES`; empty is the mode's own
    swing: Swing = Swing()
    pitches: tuple[int, ...] = ()  # pitch classes that may sound

    @property
    def beats(self) -> int:
        return self.bars * self.quantum

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(part.role for part in self.parts)

    @property
    def density(self) -> float:
        """Different onsets a beat."""
        return len({note.start_beat for part in self.parts for note in part.notes}) / self.beats

    def frames(self, samplerate: int = 44100) -> int:
        return round(self.beats * 60 / self.tempo * samplerate)
