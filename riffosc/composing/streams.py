"""Random streams by name, so that what is drawn for one thing leaves all others as they are."""

from zlib import crc32

from numpy.random import PCG64, Generator, SeedSequence


def stream(seed: int, *names: str) -> Generator:
    """The stream of that name: the same on every platform, and no other's. Raises ValueError for a seed below 0."""
    if seed < 0:
        raise ValueError(f"A seed is a whole number from 0, and not {seed}.")
    return Generator(PCG64(SeedSequence((seed, *(crc32(name.encode()) for name in names)))))


def pick(rng: Generator, choices: tuple[str, ...] | list[str]) -> str:
    """Any of them, each as likely as the others."""
    return choices[int(rng.integers(len(choices)))]
