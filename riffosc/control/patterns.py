"""OSC 1.0 address patterns: ? * [a-z] [!a-z] {this,that}, none of which crosses a slash.

The match keeps the set of places that the pattern may have reached as the bits of an integer and goes over the
pattern once. There is no backtracking, so no pattern is slow (python-osc's regular expressions can be made to
run for ever by forty bytes).
"""

from collections.abc import Callable, Iterable
from functools import lru_cache

SPECIAL = frozenset("?*[]{}")
MAX_PATTERN = 128  # characters
CACHED = 256  # patterns

Step = Callable[[str, int], int]  # text, places reached -> places reached; bit n is "before character n"


def is_pattern(address: str) -> bool:
    return not SPECIAL.isdisjoint(address)


class Patterns:
    """Which of the known addresses a pattern means."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._addresses = [(address, address.split("/")) for address in addresses]
        self.match = lru_cache(CACHED)(self._match)

    def _match(self, pattern: str) -> tuple[str, ...]:
        """In the table's order; nothing for a pattern that is malformed or too long."""
        if len(pattern) > MAX_PATTERN:
            return ()
        try:
            parts = [_Part(part) for part in pattern.split("/")]
        except ValueError:
            return ()
        return tuple(
            address
            for address, texts in self._addresses
            if len(texts) == len(parts) and all(map(_Part.fits, parts, texts))
        )


class _Part:
    """What stands between two slashes of a pattern. A malformed one raises ValueError."""

    def __init__(self, pattern: str) -> None:
        self._steps = list(_steps(pattern))
        self._known: dict[str, bool] = {}  # many addresses share a part

    def fits(self, text: str) -> bool:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._walk(text)
        return known

    def _walk(self, text: str) -> bool:
        places = 1
        for step in self._steps:
            places = step(text, places)
            if not places:
                return False
        return bool(places >> len(text) & 1)


def _steps(pattern: str) -> Iterable[Step]:
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char in "[{":
            end = pattern.index("]" if char == "[" else "}", at)
            inside = pattern[at + 1 : end]
            yield _one_of(inside) if char == "[" else _either(inside)
            at = end
        elif char == "*":
            yield _any_run
        else:
            yield _any_one if char == "?" else _literal(char)
        at += 1


def _any_run(text: str, places: int) -> int:
    lowest = places & -places
    return (2 << len(text)) - lowest  # the lowest place and all after it


def _any_one(text: str, places: int) -> int:
    return (places << 1) & ((2 << len(text)) - 1)


def _literal(literal: str) -> Step:
    def step(text: str, places: int) -> int:
        here = sum(1 << at for at in range(len(text)) if text.startswith(literal, at))
        return (places & here) << len(literal) if literal else places

    return step


def _either(inside: str) -> Step:
    """{this,that}: a comma-separated list of strings, nothing special in them."""
    if not SPECIAL.isdisjoint(inside):
        raise ValueError("braces hold plain words")
    words = [_literal(word) for word in inside.split(",")]

    def step(text: str, places: int) -> int:
        reached = 0
        for word in words:
            reached |= word(text, places)
        return reached

    return step


def _one_of(inside: str) -> Step:
    """[abc], [a-z], [!a-z]: a minus at the end of the list means itself, and so does a later `!`."""
    negated = inside.startswith("!")
    chars = inside[negated:]
    wanted: list[tuple[str, str]] = []
    at = 0
    while at < len(chars):
        span = chars[at : at + 3]
        if len(span) == 3 and span[1] == "-":
            wanted.append((min(span[0], span[2]), max(span[0], span[2])))
            at += 3
        else:
            wanted.append((span[0], span[0]))
            at += 1

    def step(text: str, places: int) -> int:
        here = sum(
            1 << at for at, char in enumerate(text) if any(low <= char <= high for low, high in wanted) is not negated
        )
        return (places & here) << 1

    return step
