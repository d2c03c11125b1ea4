"""Keys, chords and progressions; everything here stays in the key."""

from dataclasses import dataclass

from numpy.random import Generator

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
}
PARENT = {"major pentatonic": "major", "minor pentatonic": "minor", "blues": "minor"}  # their chords come from there
PENTATONIC = {"major": (0, 2, 4, 7, 9), "minor": (0, 3, 5, 7, 10)}
KINDS = {  # scale steps above a chord's root
    "triad": (0, 2, 4),
    "seventh": (0, 2, 4, 6),
    "ninth": (0, 2, 6, 8),
    "add nine": (0, 2, 4, 8),
    "sus two": (0, 1, 4),
    "sus four": (0, 3, 4),
    "fifth": (0, 4),
}

_PROGRESSIONS = """
major: 0 | 0 | 3 | 5 | 0 3 | 0 4 | 0 5 | 5 3 | 3 0 | 0 1 | 0 2 | 3 4 | 1 4
major: 0 4 5 3 | 0 5 3 4 | 5 3 0 4 | 0 3 4 3 | 0 3 0 4 | 1 4 0 5 | 3 4 2 5 | 0 2 3 4 | 3 0 4 5 | 0 0 3 4
major: 1 4 0 0 | 0 5 1 4 | 2 5 1 4 | 0 4 3 3 | 3 3 0 0 | 0 3 5 4 | 5 4 3 4 | 0 4 1 3
minor: 0 | 0 | 0 | 3 | 0 5 | 0 6 | 0 3 | 0 2 | 5 6 | 0 4 | 3 0 | 5 0
minor: 0 5 2 6 | 0 6 5 6 | 0 3 5 4 | 0 5 3 4 | 0 2 6 3 | 0 6 5 4 | 5 6 0 0 | 0 0 3 4 | 0 3 6 2 | 3 6 2 5
minor: 0 0 5 6 | 5 2 6 0 | 0 4 5 3 | 1 4 0 0 | 0 2 5 6 | 5 5 6 0
dorian: 0 | 0 | 0 3 | 0 1 | 3 0 | 0 6 | 0 2 3 0 | 0 3 0 3 | 0 6 3 0 | 0 1 2 1 | 0 3 6 0 | 0 0 3 3
mixolydian: 0 | 0 | 0 6 | 6 0 | 0 4 | 0 6 3 0 | 0 6 3 3 | 6 3 0 0 | 0 4 6 3 | 0 0 6 3
phrygian: 0 | 0 | 0 1 | 1 0 | 0 6 | 0 1 2 1 | 0 1 0 6 | 0 5 1 0 | 0 0 1 1
lydian: 0 | 0 | 0 1 | 1 0 | 0 4 | 0 1 0 4 | 0 1 4 0 | 0 0 1 1 | 0 5 1 1
harmonic minor: 0 | 0 | 0 4 | 4 0 | 0 3 | 0 3 4 0 | 0 5 3 4 | 0 5 4 4 | 3 0 4 0 | 0 4 0 4
"""


def _parse(text: str) -> dict[tuple[str, int], list[tuple[int, ...]]]:
    found: dict[tuple[str, int], list[tuple[int, ...]]] = {}
    for line in text.strip().splitlines():
        scale, rest = line.split(": ")
        for degrees in rest.split(" | "):
            row = tuple(map(int, degrees.split()))
            found.setdefault((scale, len(row)), []).append(row)
    return found


PROGRESSIONS = _parse(_PROGRESSIONS)  # degrees from 0, by scale and number of chords


@dataclass(frozen=True, slots=True)
class Key:
    """A root (pitch class, 0 is C) and the name of a scale."""

    root: int
    scale: str

    @property
    def parent(self) -> str:
        """The scale of seven notes that the chords are built of."""
        return PARENT.get(self.scale, self.scale)

    @property
    def mode(self) -> str:
        """ "major" or "minor", by the third."""
        return "major" if 4 in SCALES[self.scale] else "minor"

    @property
    def pitches(self) -> tuple[int, ...]:
        """Every pitch class that chords and melodies in this key may use."""
        return tuple(sorted({(self.root + step) % 12 for step in SCALES[self.parent] + SCALES[self.scale]}))

    def pitch_class(self, degree: int) -> int:
        """The parent scale's note number `degree`, counted from 0 and going round."""
        return (self.root + SCALES[self.parent][degree % 7]) % 12

    def tones(self, degree: int, kind: str = "triad") -> tuple[int, ...]:
        """Pitch classes of the chord on a degree, its root first."""
        return tuple(self.pitch_class(degree + step) for step in KINDS[kind])

    def ladder(self, low: int, high: int, pentatonic: bool = False) -> list[int]:
        """MIDI pitches of the scale from low to high, rising."""
        steps = SCALES[self.scale]
        if pentatonic:
            steps = tuple(step for step in PENTATONIC[self.mode] if step in steps)
        allowed = {(self.root + step) % 12 for step in steps}
        return [pitch for pitch in range(low, high + 1) if pitch % 12 in allowed]


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord and the beats it lasts."""

    start_beat: float
    length_beats: float
    tones: tuple[int, ...]  # pitch classes, the root first
    third: int
    fifth: int

    @property
    def end_beat(self) -> float:
        return self.start_beat + self.length_beats


def progression(rng: Generator, key: Key, bars: int, quantum: int, rich: float) -> tuple[Chord, ...]:
    """Chords over all the bars; `rich` 0..1 is how often they have more than three tones.

    Four bars are often two halves, the second with another ending.
    """
    if bars == 4 and rng.random() < 0.45:
        first = _degrees(rng, key, 2, quantum)
        last = [degree for degree in (4, 3, 6, 1, 5) if degree != first[-1]]
        second = (*first[:-1], last[int(rng.integers(len(last)))]) if len(first) > 1 else first
        degrees = first + second
    else:
        degrees = _degrees(rng, key, bars, quantum)
    length = bars * quantum / len(degrees)
    family = "seventh" if rng.random() < rich else "triad"
    return tuple(_chord(rng, key, degree, i * length, (length, family)) for i, degree in enumerate(degrees))


def _degrees(rng: Generator, key: Key, bars: int, quantum: int) -> tuple[int, ...]:
    most = bars if quantum == 3 else 2 * bars
    counts = [count for count in (1, 2, 4) if count <= most]
    weights = [{1: 0.25, 2: 0.4, 4: 0.35}[count] for count in counts]
    count = int(rng.choice(counts, p=[weight / sum(weights) for weight in weights]))
    choices = PROGRESSIONS[key.parent, count]
    return choices[int(rng.integers(len(choices)))]


def _chord(rng: Generator, key: Key, degree: int, start: float, shape: tuple[float, str]) -> Chord:
    length, kind = shape
    chance = rng.random()
    if kind == "seventh" and chance < 0.3:
        kind = "ninth"
    if kind == "triad" and chance < 0.16:
        kind = ("add nine", "sus two", "sus four")[int(chance / 0.16 * 3)]
    third, fifth = key.pitch_class(degree + 2), key.pitch_class(degree + 4)
    return Chord(start, length, key.tones(degree, kind), third, fifth)


def chord_at(chords: tuple[Chord, ...], beat: float) -> Chord:
    """The chord that sounds at a beat."""
    return next(chord for chord in reversed(chords) if chord.start_beat <= beat + 1e-9)


def nearest(pitch_class: int, around: int) -> int:
    """The MIDI pitch of that class closest to `around`."""
    return around + (pitch_class - around + 6) % 12 - 6


def voicings(tones: tuple[int, ...], around: int, wide: bool) -> list[tuple[int, ...]]:
    """Every inversion near a pitch, rising; wide ones have their second voice from the top an octave lower."""
    found = []
    for turn in range(len(tones)):
        pitches = [nearest(tones[turn], around - (2 if wide else 5))]
        for tone in tones[turn + 1 :] + tones[:turn]:
            pitches.append(pitches[-1] + 1 + (tone - pitches[-1] - 1) % 12)
        if wide and len(pitches) > 2:
            pitches[-2] -= 12
        found.append(tuple(sorted(set(pitches))))
    return found


def led(chords: tuple[Chord, ...], around: int, wide: bool) -> tuple[tuple[int, ...], ...]:
    """A voicing of each chord such that voices move little from one to the next, and back to the first."""
    voiced = [min(voicings(chords[0].tones, around, wide), key=lambda pitches: _distance(pitches, (around,)))]
    for chord in chords[1:]:
        choices = voicings(chord.tones, around, wide)
        before = voiced[-1]
        voiced.append(min(choices, key=lambda p: _distance(p, before) + 0.4 * _distance(p, (around,))))
    return tuple(voiced)


def _distance(pitches: tuple[int, ...], before: tuple[int, ...]) -> float:
    """Semitones that the voices move, on average, each from the nearest before."""
    return sum(min(abs(pitch - other) for other in before) for pitch in pitches) / len(pitches)
