"""MIDI clocks as they come in the real world: early, late, bent, stopped. All in simulated seconds."""

import random
from collections.abc import Iterable, Iterator

Tick = tuple[float, float]  # when it was meant, when it came


def ticks(tempos: Iterable[float], jitter_s: float = 0.0, start: float = 0.0, seed: int = 0) -> Iterator[Tick]:
    """One for each tempo, 24 to a beat, off by a normal distribution."""
    chance, seconds = random.Random(seed), start
    for tempo in tempos:
        yield seconds, seconds + chance.gauss(0, jitter_s)
        seconds += 60 / tempo / 24


def steady(tempo: float, seconds: float) -> list[float]:
    return [tempo] * int(seconds * tempo / 60 * 24)


def ramp(first: float, last: float, seconds: float) -> list[float]:
    count = int(seconds * (first + last) / 2 / 60 * 24)
    return [first + (last - first) * i / count for i in range(count)]


def rms(values: Iterable[float]) -> float:
    squares = [value * value for value in values]
    return (sum(squares) / len(squares)) ** 0.5
