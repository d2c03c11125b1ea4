"""Words to pieces of a fixed vocabulary: WordPiece (Wu et al., arXiv 1609.08144, section 4.1), as BERT cuts words
(Devlin et al., arXiv 1810.04805): lower case, no accents, each mark a word of its own, the longest piece first."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

UNKNOWN = 0  # the first piece of a vocabulary stands for what cannot be cut
LONGEST = 100  # letters of a word; a longer one is unknown
JOIN = "##"  # how a piece inside a word begins


def plain(text: str) -> str:
    """Lower case without accents: "Rápido" is rapido."""
    letters = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def split(text: str) -> list[str]:
    """Runs of letters and digits, and each other mark by itself: "lo-fi, 808" gives lo, -, fi, the comma, 808."""
    spaced = "".join(letter if letter.isalnum() else f" {letter} " for letter in plain(text))
    return spaced.split()


class WordPiece:
    """A vocabulary; the same pieces as BERT's, given the same vocabulary."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self.rows = {piece: row for row, piece in enumerate(pieces)}
        self.numbers = lru_cache(4096)(self._numbers)

    def _numbers(self, word: str) -> tuple[int, ...]:
        """The pieces of one word of `split`; the unknown piece alone where a part of it is in no piece."""
        found, start = [], 0
        while start < len(word) <= LONGEST:
            row, start = self._longest(word, start)
            if row == UNKNOWN:
                return (UNKNOWN,)
            found.append(row)
        return tuple(found) or (UNKNOWN,)

    def _longest(self, word: str, start: int) -> tuple[int, int]:
        """The longest piece from `start` on, and where it ends."""
        before = JOIN if start else ""
        for end in range(len(word), start, -1):
            row = self.rows.get(before + word[start:end])
            if row is not None:
                return row, end
        return UNKNOWN, start
