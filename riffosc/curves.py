"""How a number moves with the beat: shapes that come round, lists of steps, and straight lines. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, pi, sin

WORD = 2**64

Shape = Callable[[float, int], float]  # cycles since bar 1, seed -> 0 to 1


def noise(seed: int, place: int) -> float:
    """0 to 1, as if drawn for each place, and always the same: https://prng.di.unimi.it/splitmix64.c."""
    x = (seed * 0x9E3779B97F4A7C15 + (place + 1) * 0xD1B54A32D192ED03) % WORD
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB % WORD
    return (x ^ x >> 31) / WORD


def drift(cycles: float, seed: int) -> float:
    """From one drawn value to the next with no corner."""
    place = floor(cycles)
    x = cycles - place
    here, there = noise(seed, place), noise(seed, place + 1)
    return here + (there - here) * x * x * (3 - 2 * x)


SHAPES: dict[str, Shape] = {
    "sine": lambda cycles, _: 0.5 + 0.5 * sin(2 * pi * (cycles % 1)),
    "triangle": lambda cycles, _: 1 - abs(2 * ((cycles + 0.25) % 1) - 1),
    "ramp": lambda cycles, _: cycles % 1,
    "saw": lambda cycles, _: 1 - cycles % 1,
    "square": lambda cycles, _: float(cycles % 1 < 0.5),
    "random": lambda cycles, seed: noise(seed, floor(cycles)),
    "drift": drift,
}


@dataclass(frozen=True, slots=True)
class Lfo:
    """A shape that comes round every so many beats. Sine and triangle rise from the middle at bar 1, ramp rises
    from the low end, saw falls from the high one, square is high first, random holds, drift wanders."""

    shape: str
    beats: float
    low: float
    high: float
    phase: float = 0.0  # cycles ahead
    seed: int = 0  # of random and drift

    def at(self, beat: float) -> float:
        """Beats are counted from bar 1."""
        return self.low + (self.high - self.low) * SHAPES[self.shape](beat / self.beats + self.phase, self.seed)

    @property
    def words(self) -> tuple[str | float, ...]:
        return self.shape, self.beats, self.low, self.high, self.phase, self.seed


@dataclass(frozen=True, slots=True)
class Steps:
    """Value after value, each for so many beats, and again from the first."""

    beats: float
    values: tuple[float, ...]

    def at(self, beat: float) -> float:
        return self.values[floor(beat / self.beats + 1e-9) % len(self.values)]

    @property
    def words(self) -> tuple[str | float, ...]:
        return "steps", self.beats, *self.values


@dataclass(frozen=True, slots=True)
class Line:
    """Straight from one value to another, once."""

    start: float
    end: float
    since: float  # beats of the timeline
    until: float

    def at(self, beat: float) -> float:
        """Beats are the timeline's, for this one comes but once."""
        part = (beat - self.since) / (self.until - self.since) if self.until > self.since else 1.0
        return self.start + (self.end - self.start) * min(max(part, 0.0), 1.0)


Curve = Lfo | Steps | Line
