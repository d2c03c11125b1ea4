"""How much the watched folder may hold, and what goes when it holds more: the oldest loops first."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ANALYSIS = ".asd"  # what Ableton Live writes beside a sample: a.wav.asd
LOOP = re.compile(r"(riff\d+)_(\d{6,})_.*\.(wav|png|wav\.asd)")
BANK = re.compile(r"riff\d+")
SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT])(I?)B?")
POWERS = "KMGT"


class KeepError(ValueError):
    """A limit that cannot be read, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Keep:
    """At most so many loops and so many bytes, pictures included; None is no limit."""

    files: int | None = None
    bytes: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """From "100" (loops), "2GB" or both: "100,2GB"."""
        files: int | None = None
        size: int | None = None
        for part in text.upper().replace(" ", "").split(","):
            if part.isascii() and part.isdigit() and files is None:
                files = int(part)
            elif size is None:
                size = _bytes(part, text)
            else:
                raise _unreadable(text)
        if 0 in (files, size):
            raise KeepError("nothing would be kept; --keep is at least one loop")
        return cls(files, size)


def _bytes(part: str, text: str) -> int:
    match = SIZE.fullmatch(part)
    if match is None:
        raise _unreadable(text)
    step = 1024 if match[3] else 1000
    return int(float(match[1]) * step ** (POWERS.index(match[2]) + 1))


def _unreadable(text: str) -> KeepError:
    return KeepError(f"--keep takes a number of loops, a size or both, such as 100,2GB; not {text!r}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A loop in the folder: its WAV, its picture, and what Live noted of it."""

    paths: tuple[Path, ...]
    bytes: int
    written_ns: int

    @property
    def age_order(self) -> tuple[int, str]:
        return self.written_ns, self.paths[0].name


def loops(folder: Path) -> list[Kept]:
    """All loops of all banks, oldest first; what was saved is not among them, nor what others put there."""
    banks = (bank for bank in folder.iterdir() if BANK.fullmatch(bank.name) and bank.is_dir())
    return sorted((loop for bank in banks for loop in _bank(bank)), key=lambda loop: loop.age_order)


def _bank(bank: Path) -> Iterator[Kept]:
    stems: dict[str, list[Path]] = {}
    for path in bank.iterdir():
        if LOOP.fullmatch(path.name):
            stems.setdefault(Path(path.name.removesuffix(ANALYSIS)).stem, []).append(path)
    for paths in stems.values():
        with suppress(FileNotFoundError):  # taken away by hand meanwhile: nothing left to count
            found = [path.stat() for path in paths]
            yield Kept(tuple(paths), sum(s.st_size for s in found), min(s.st_mtime_ns for s in found))


def surplus(kept: list[Kept], keep: Keep, spare: frozenset[Path]) -> Iterator[Kept]:
    """What has to go, oldest first. `spare` never goes, even if more than the limit stays."""
    files, size = len(kept), sum(loop.bytes for loop in kept)
    for loop in kept:
        fits = (keep.files is None or files <= keep.files) and (keep.bytes is None or size <= keep.bytes)
        if fits:
            return
        if spare.isdisjoint(loop.paths):
            files, size = files - 1, size - loop.bytes
            yield loop
