"""Several prompts, each with its weight, in one line of text: `dub techno 0.7, church organ:0.3`."""

import re

from riffosc.params import ParamError

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
ENTRY = re.compile(r"(?:\([^()]*\)|\[[^\[\]]*\]|[^,])+")  # a comma in brackets belongs to the words
WEIGHTED = re.compile(rf"(.*?)(?:\s*:\s*|\s+)({NUMBER})", re.DOTALL)
HEAVIEST = 100.0


def parse_blend(text: str) -> tuple[tuple[str, float], ...]:
    """Words and their shares, which add up to 1. An entry without a weight weighs 1.

    Raises ParamError, in words.
    """
    entries = [_entry(entry) for each in ENTRY.findall(text) if (entry := each.strip())]
    total = sum(weight for _, weight in entries)
    if not total:
        raise ParamError(f"{text!r:.40} is no blend: {'all its weights are 0' if entries else 'it has no words'}")
    return tuple((words, weight / total) for words, weight in entries)


def _entry(entry: str) -> tuple[str, float]:
    if re.fullmatch(NUMBER, entry):
        raise ParamError(f"in a blend words come first, then their weight: {entry} has no words")
    weighted = WEIGHTED.fullmatch(entry)
    words, weight = (weighted[1].strip(), float(weighted[2])) if weighted else (entry, 1.0)
    if not 0 <= weight <= HEAVIEST:
        raise ParamError(f"a weight is 0 to {HEAVIEST:g}; if {weighted[2]} is part of the words, write {entry} 1")  # type: ignore[index]
    return words, weight
