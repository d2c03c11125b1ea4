"""Keys, chords and progressions; everything here stays in the key."""

from dataclasses import dataclass

from numpy.random import Generator

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
PENTATONIC = {"major": (0, 1, 2, 4, 5), "minor": (0, 2, 3, 4, 6)}  # degrees of the scale

# Degrees from 0, by mode and number of chords.
PROGRESSIONS: dict[tuple[str, int], tuple[tuple[int, ...], ...]] = {
    ("major", 1): ((0,), (0,), (0,), (3,), (5,)),
    ("major", 2): ((0, 3), (0, 4), (0, 5), (5, 3), (3, 0), (0, 1), (0, 2), (3, 4), (1, 4)),
    ("major", 4): (
        (0, 4, 5, 3),
        (0, 5, 3, 4),
        (5, 3, 0, 4),
        (0, 3, 4, 3),
        (0, 3, 0, 4),
        (1, 4, 0, 5),
        (3, 4, 2, 5),
        (0, 2, 3, 4),
        (3, 0, 4, 5),
        (0, 0, 3, 4),
    ),
    ("minor", 1): ((0,), (0,), (0,), (0,), (3,)),
    ("minor", 2): ((0, 5), (0, 6), (0, 3), (0, 2), (5, 6), (0, 4), (3, 0), (5, 0)),
    ("minor", 4): (
        (0, 5, 2, 6),
        (0, 6, 5, 6),
        (0, 3, 5, 4),
        (0, 5, 3, 4),
        (0, 2, 6, 3),
        (0, 6, 5, 4),
        (5, 6, 0, 0),
        (0, 0, 3, 4),
        (0, 3, 6, 2),
        (3, 6, 2, 5),
    ),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A root (pitch class, 0 is C) and a mode, "major" or "minor"."""

    root: int
    mode: str

    def pitch_class(self, degree: int) -> int:
        """The scale's note number `degree`, counted from 0 and going round."""
        return (self.root + SCALES[self.mode][degree % 7]) % 12

    def tones(self, degree: int, size: int = 3) -> tuple[int, ...]:
        """Pitch classes of the chord on a degree, in thirds from its root."""
        return tuple(self.pitch_class(degree + 2 * third) for third in range(size))

    def ladder(self, low: int, high: int, pentatonic: bool = False) -> list[int]:
        """MIDI pitches of the scale from low to high, rising."""
        degrees = PENTATONIC[self.mode] if pentatonic else range(7)
        allowed = {self.pitch_class(degree) for degree in degrees}
        return [pitch for pitch in range(low, high + 1) if pitch % 12 in allowed]


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord and the beats it lasts."""

    start_beat: float
    length_beats: float
    tones: tuple[int, ...]  # pitch classes, the root first

    @property
    def end_beat(self) -> float:
        return self.start_beat + self.length_beats


def progression(rng: Generator, key: Key, beats: int, quantum: int, size: int) -> tuple[Chord, ...]:
    """One to four chords of `size` tones, each equally long, over all the beats."""
    bars = beats // quantum
    counts = [count for count in (1, 2, 4) if beats % count == 0 and count <= max(2, 2 * bars)]
    if quantum == 3:
        counts = [count for count in counts if count <= bars] or [1]
    weights = [{1: 0.25, 2: 0.4, 4: 0.35}[count] for count in counts]
    count = int(rng.choice(counts, p=[weight / sum(weights) for weight in weights]))
    choices = PROGRESSIONS[key.mode, count]
    degrees = choices[int(rng.integers(len(choices)))]
    length = beats / count
    return tuple(Chord(i * length, length, key.tones(degree, size)) for i, degree in enumerate(degrees))


def chord_at(chords: tuple[Chord, ...], beat: float) -> Chord:
    """The chord that sounds at a beat."""
    return next(chord for chord in reversed(chords) if chord.start_beat <= beat + 1e-9)


def nearest(pitch_class: int, around: int) -> int:
    """The MIDI pitch of that class closest to `around`."""
    return around + (pitch_class - around + 6) % 12 - 6


def voicing(tones: tuple[int, ...], around: int) -> tuple[int, ...]:
    """Each tone in the octave around one pitch, so that voices move little from chord to chord."""
    return tuple(sorted(nearest(tone, around) for tone in tones))
