"""Keys by name, as parameters and as words of a prompt."""

import re
from collections.abc import Sequence

NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
MODES = {"": False, "maj": False, "major": False, "m": True, "min": True, "minor": True}
ROOTS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
UNKNOWN_KEY = (12, 2)
MAJOR, MINOR = ("major", "ionian", "lydian", "mixolydian"), ("minor", "aeolian", "dorian", "phrygian")
SIGN = r"(?:\s?([#♯♭])|[ -](sharp|flat)|(b))?"
SAID = re.compile(rf"(?<!\w)([a-g]){SIGN}\s(?:harmonic )?({'|'.join(MAJOR + MINOR)})\b(\s+\w)?", re.IGNORECASE)
SHORT = re.compile(rf"\b(?:in|key of) ([a-g]){SIGN}(m|min|maj)?(?![\w#♯♭])(\s+\w)?", re.IGNORECASE)


def parse_key(key: str) -> tuple[int, bool] | None:
    """Pitch class of the root (0 is C) and whether the key is minor; None when it is left free."""
    text = key.strip()
    if not text:
        return None
    root = NATURAL.get(text[0].upper())
    sign = SIGNS.get(text[1:2], 0)
    mode = text[1 + abs(sign) :].strip()
    minor = True if mode == "m" else MODES.get(mode.lower() if mode != "M" else "maj")
    if root is None or minor is None:
        raise ValueError(f"'{key}' is not a key: try Am, F#, Ebm, or nothing.")
    return (root + sign) % 12, minor


def key_numbers(key: str) -> tuple[int, int]:
    """Root 0..12 and mode 0..2 (major, minor), the last of each for a free key."""
    parsed = parse_key(key)
    return UNKNOWN_KEY if parsed is None else (parsed[0], int(parsed[1]))


def key_name(numbers: tuple[int, int]) -> str:
    """What `key_numbers` makes these numbers of; empty for a key that nobody knows."""
    root, mode = numbers
    return "" if numbers == UNKNOWN_KEY else ROOTS[root] + "m" * mode


def key_said(prompt: str) -> str:
    """The key that a prompt names: "rhodes in e flat minor" says Ebm; empty where it names none.

    "a minor" is one where nothing follows it that it could belong to, or "in" stands before it. "in f#m", "key of e"
    and "in E" are keys, too; "in a" is not.
    """
    for found in SAID.finditer(prompt):
        root, *signs, mode, more = found.groups()
        told = any(signs) or prompt[: found.start()].lower().endswith(("in ", "key of "))
        if told or not (root in "aA" and more):
            return _named(root, signs, mode.lower() in MINOR)
    for found in SHORT.finditer(prompt):
        root, *signs, mode, more = found.groups()
        letter = root.isupper() and not prompt.isupper()
        if mode or any(signs) or letter or (found[0][0] in "kK" and not (root in "aA" and more)):
            return _named(root, signs, (mode or "").lower() in ("m", "min"))
    return ""


def _named(root: str, signs: Sequence[str | None], minor: bool) -> str:
    """`signs` are a mark, a word and a letter, of which one is there at most."""
    sign = next(filter(None, signs), "").lower()
    sharp, flat = sign in ("#", "♯", "sharp"), sign in ("b", "♭", "flat")
    return root.upper() + "#" * sharp + "b" * flat + "m" * minor
