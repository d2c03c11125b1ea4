"""The harmony of a song, which is a number: key, chords and swing that all voices share, whatever each of them plays.

Everything here is drawn from streams of its own, in which no genre, role or instrument has a say. Bars are counted in
phrases of four, and what is in a bar does not depend on how many follow: a loop of 2 bars plays the first two of a
loop of 4, and that the first four of a loop of 16.
"""

from dataclasses import dataclass
from functools import lru_cache

from numpy.random import Generator

from riffosc.composing.loop import Swing
from riffosc.composing.meters import phrase_lengths, second_half
from riffosc.composing.streams import stream
from riffosc.composing.theory import PROGRESSIONS, Chord, Key
from riffosc.composing.wish import Wish

MINOR = 0.66  # chance of a minor key: about what the genres have on average
SCALE_SHARES = {
    "major": {"major": 0.74, "major pentatonic": 0.11, "mixolydian": 0.10, "lydian": 0.05},
    "minor": {"minor": 0.70, "minor pentatonic": 0.11, "dorian": 0.09, "phrygian": 0.04, "harmonic minor": 0.06},
}
FOUR_CHORDS = 0.3  # chance of a chord for each bar of a phrase; else its second half is the first with another end
TURNS = (4, 3, 6, 1, 5)  # degrees that lead back to a beginning
RELATED = (0, 2, 5)  # degrees of chords that share two tones or all with home: a third up, or down
SHUFFLED = 0.7  # how often a genre that may swing its sixteenths does
SEVENTHS, PLAIN = 0.85, 0.12  # chances of seventh chords in genres that have them and in others

Degrees = tuple[int, ...]  # a bar's chords: one, or one for each half


@dataclass(frozen=True, slots=True)
class Phrase:
    """Up to four bars: where they are, what they are called, whether they close what the phrase before opened."""

    first_bar: int
    bars: int
    name: str  # "A", or another for each contrasting phrase
    closing: bool


def phrases(bars: int) -> list[Phrase]:
    """AABA, and on with another B each time; of two A the second closes."""
    lengths = phrase_lengths(bars)
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    return [
        Phrase(start, length, f"B{i // 4}" if i % 4 == 2 else "A", i % 2 == 1)
        for i, (start, length) in enumerate(zip(starts, lengths, strict=True))
    ]


def key_of(seed: int, wish: Wish) -> Key:
    """The key wished, or what is missing of it drawn: neither the root nor the side changes the other's draw."""
    rng = stream(seed, "key")
    mode, root = "minor" if rng.random() < MINOR else "major", int(rng.integers(12))
    shares = SCALE_SHARES[wish.get("mode", mode)]
    scale = str(rng.choice(list(shares), p=list(shares.values())))
    return Key(wish.get("root", root), wish.get("scale", scale))


def swing_of(seed: int, unit: float) -> Swing:
    """Every voice that swings the same unit does so as far as the others."""
    rng = stream(seed, "swing")
    eighths, sixteenths = 0.63 + 0.05 * rng.random(), 0.54 + 0.08 * rng.random()
    if not unit:
        return Swing()
    return Swing(unit, round(eighths if unit == 0.5 else sixteenths, 3))


def shuffles(seed: int) -> bool:
    """Whether genres that may swing their sixteenths do so with this seed."""
    return stream(seed, "shuffle").random() < SHUFFLED


def chords(seed: int, key: Key, bars: int, quantum: int, sevenths: bool) -> tuple[Chord, ...]:
    """The chords of all bars. `sevenths` is the genre's: the same chords with more tones on top, mostly."""
    rich = bool(stream(seed, "rich").random() < (SEVENTHS if sevenths else PLAIN))
    half = second_half(quantum)
    found: list[Chord] = []
    before: tuple[int, int] | None = None  # the four bars and the degree of the chord that sounds
    for bar in range(bars):
        degrees, kinds = _bar(seed, key.parent, bar)
        spans = ((0, half), (half, quantum - half)) if half and len(degrees) > 1 else ((0, quantum),)  # start, length
        for degree, chance, (start, length) in zip(degrees, kinds, spans, strict=False):
            if before == (bar // 4, degree):
                found[-1] = _longer(found[-1], length)
            else:
                tones = key.tones(degree, _kind(chance, rich))
                third, fifth = key.pitch_class(degree + 2), key.pitch_class(degree + 4)
                found.append(Chord(bar * quantum + start, length, tones, third, fifth))
            before = (bar // 4, degree)
    return tuple(found)


def within(song: tuple[Chord, ...], start_beat: float, end_beat: float) -> tuple[Chord, ...]:
    """The chords between two beats, which are counted from the first of them."""
    found = []
    for chord in song:
        start, end = max(chord.start_beat, start_beat), min(chord.end_beat, end_beat)
        if start < end:
            found.append(Chord(start - start_beat, end - start, chord.tones, chord.third, chord.fifth))
    return tuple(found)


def _longer(chord: Chord, beats: float) -> Chord:
    return Chord(chord.start_beat, chord.length_beats + beats, chord.tones, chord.third, chord.fifth)


def _kind(chance: float, rich: bool) -> str:
    """A chord's kind in `theory.KINDS`; what a voice without sevenths plays is in no other voice's way."""
    if rich:
        return "ninth" if chance < 0.25 else "seventh"
    return "add nine" if chance < 0.08 else "sus two" if chance < 0.12 else "triad"


def _bar(seed: int, parent: str, bar: int) -> tuple[Degrees, tuple[float, float]]:
    """A bar's degrees, and for each a chance by which its kind is chosen."""
    place, inside = divmod(bar, 4)
    name = f"B{place // 4}" if place % 4 == 2 else "A"
    degrees, kinds = _four_bars(seed, parent, name, place % 2 == 1)
    return degrees[inside], kinds[inside]


@lru_cache(maxsize=64)
def _four_bars(
    seed: int, parent: str, name: str, closing: bool
) -> tuple[tuple[Degrees, ...], tuple[tuple[float, float], ...]]:
    """A phrase's degrees; one that closes is the open one with another last chord."""
    rng = stream(seed, "chords", parent, name)
    degrees = _opening(rng, parent) if name == "A" else _contrast(rng, parent)
    first, second = rng.random(4), rng.random(4)
    if closing:
        degrees = (*degrees[:3], _turned(rng, parent, degrees[3]))
    return degrees, tuple((float(one), float(other)) for one, other in zip(first, second, strict=True))


def _opening(rng: Generator, parent: str) -> tuple[Degrees, ...]:
    """Four chords of which the third is akin to the first, or two bars twice, mostly with another end.

    It begins at home, so that the shortest loop is in its key.
    """
    akin = [row for row in PROGRESSIONS[parent, 4] if row[0] == 0 and row[2] in RELATED]
    if rng.random() < FOUR_CHORDS and akin:
        return tuple((degree,) for degree in akin[int(rng.integers(len(akin)))])
    count = (1, 2, 4)[int(rng.choice(3, p=[0.15, 0.6, 0.25]))]
    rows = [row for row in PROGRESSIONS[parent, count] if row[0] == 0]
    row = rows[int(rng.integers(len(rows)))]
    half: tuple[Degrees, ...] = ((row[0],), (row[-1],)) if count < 4 else (row[:2], row[2:])
    last = _turned(rng, parent, half[1]) if rng.random() < (0.3 if count == 1 else 0.6) else half[1]
    return (*half, half[0], last)


def _contrast(rng: Generator, parent: str) -> tuple[Degrees, ...]:
    """Four chords that mostly begin away from home."""
    rows = PROGRESSIONS[parent, 4]
    away = [row for row in rows if row[0] != 0] or rows
    return tuple((degree,) for degree in away[int(rng.integers(len(away)))])


def _turned(rng: Generator, parent: str, bar: Degrees) -> Degrees:
    """The bar with another last chord: one with a pure fifth that leads back."""
    key = Key(0, parent)
    others = [
        turn for turn in TURNS if turn != bar[-1] and (key.pitch_class(turn + 4) - key.pitch_class(turn)) % 12 == 7
    ]
    return (*bar[:-1], others[int(rng.integers(len(others)))])
