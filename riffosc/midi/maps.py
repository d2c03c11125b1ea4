"""Maps of controllers: TOML files in which each control has a line.

    match = "nanoKONTROL2"        # part of the port's name
    channel = 1                   # of every control that names none; without it, any
    voice = 1                     # of every address that does not begin with a slash

    [controls]
    "cc 0" = "gain"
    "cc 16" = { to = "denoising", mode = "jump", range = [0.2, 1] }
    "note 36" = [{ to = "gain" }, { to = "slot", value = "1" }]

What is wrong is said with its line, and the rest of the map works.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from riffosc.files import replace_file
from riffosc.midi.binding import Binding
from riffosc.midi.events import Source, SourceError
from riffosc.midi.fields import FieldError, binding_of, toml, written
from riffosc.params import ParamError, Store

HEAD = {"name": str, "match": str, "channel": int, "voice": int, "feedback": bool, "controls": dict}
MOST_SLIPS = 50  # lines that are no TOML, each of which costs another reading of all
VOICES = 64  # a map may be for more voices than play
AT_LINE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


@dataclass(frozen=True, slots=True)
class Map:
    name: str
    match: str = ""  # part of a port's name; empty: for no port in particular
    feedback: bool = True  # whether LEDs and rings are set
    bindings: tuple[Binding, ...] = ()
    problems: tuple[str, ...] = field(default=(), compare=False)  # each with file and line


def read_map(path: Path) -> Map:
    """Never raises: what cannot be read is among the map's problems."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return Map(path.stem, problems=(f"{path}: cannot be read: {error}",))
    return parse_map(text, path)


def parse_map(text: str, path: Path) -> Map:
    """`path` is only for its name and the words about what is wrong."""
    lines = text.replace("\r\n", "\n").split("\n")
    problems: list[tuple[int, str]] = []
    table = _parse(lines, problems)
    head = {name: value for name, value in table.items() if _fits(name, value, lines, problems)}
    bindings = tuple(_bindings(head, lines, problems))
    return Map(
        head.get("name", path.stem),
        head.get("match", ""),
        head.get("feedback", True),
        bindings,
        tuple(f"{path}, line {line}: {words}" for line, words in sorted(problems)),
    )


def _parse(lines: list[str], problems: list[tuple[int, str]]) -> dict[str, Any]:
    """A line that is no TOML is passed over, so that one slip does not cost the whole map."""
    kept = list(lines)
    while True:
        try:
            return tomllib.loads("\n".join(kept))
        except tomllib.TOMLDecodeError as error:
            found = AT_LINE.search(str(error))
            number = int(found[1]) if found and found[1] else _last_line(kept)
            if number == 0:
                return {}
            words = AT_LINE.sub("", str(error)).strip()
            problems.append((number, f'{words}; expected something like "cc 70" = "gain"'))
            if len(problems) == MOST_SLIPS:
                problems.append((number, "this is no map, and what follows is not looked at"))
                return {}
            kept[number - 1] = ""
        except (RecursionError, ValueError) as error:  # too many lists within lists, too long a number
            problems.append((1, f"somewhere in this map is what cannot be read: {error}"))
            return {}


def _last_line(lines: list[str]) -> int:
    return max((number for number, line in enumerate(lines, 1) if line.strip()), default=0)


def _fits(name: str, value: object, lines: list[str], problems: list[tuple[int, str]]) -> bool:
    wanted = HEAD.get(name)
    if wanted is None:
        problems.append((_line_of(name, lines), f"{name!r} is unknown; expected one of {', '.join(HEAD)}"))
    elif type(value) is not wanted:
        kinds = {str: "text", int: "a number", bool: "true or false", dict: "a table: [controls]"}
        problems.append((_line_of(name, lines), f"{name} is {kinds[wanted]}, not {value!r:.40}"))
    elif (name == "channel" and not 1 <= value <= 16) or (name == "voice" and not 1 <= value <= VOICES):  # type: ignore[operator]
        most = 16 if name == "channel" else VOICES
        problems.append((_line_of(name, lines), f"{name} is 1 to {most}, not {value}"))
    else:
        return True
    return False


def _bindings(head: dict[str, Any], lines: list[str], problems: list[tuple[int, str]]) -> Iterator[Binding]:
    for words, target in head.get("controls", {}).items():
        try:
            source = Source.parse(words)
        except SourceError as error:
            problems.append((_line_of(words, lines), str(error)))
            continue
        source = replace(source, channel=source.channel or head.get("channel"))
        for each in target if isinstance(target, list) else [target]:
            try:
                yield binding_of(source, each, head.get("voice", 1), _table())
            except (FieldError, ParamError) as error:
                line = _line_of(words, lines)
                line = _line_of(error.field, lines, line) if isinstance(error, FieldError) else line
                problems.append((line, f"{words}: {error}"))


@cache
def _table() -> Store:
    """Of all addresses that a map may name. Its values are nobody's."""
    return Store(VOICES)


def _line_of(name: str, lines: list[str], start: int = 1) -> int:
    """Where a key is, from a line on: tomllib gives values, and not their places."""
    key = re.compile(rf"""(^|[\s\[{{.,"']){re.escape(name)}["']?\s*[=\].]""")
    for number, line in enumerate(lines[start - 1 :], start):
        if number > start and start > 1 and line.lstrip().startswith('"'):
            break  # the next control
        if key.search(line):
            return number
    return start


def write_map(path: Path, kept: Map) -> None:
    """Whole or not at all. OSError when it cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, map_text(kept).encode())


def map_text(kept: Map) -> str:
    """A map as TOML, a control on a line."""
    controls: dict[str, list[str]] = {}
    for binding in kept.bindings:
        controls.setdefault(str(binding.source), []).append(written(binding))
    rows = (
        f'"{source}" = ' + (all_[0] if len(all_) == 1 else f"[{', '.join(all_)}]") for source, all_ in controls.items()
    )
    feedback = [] if kept.feedback else ["feedback = false"]
    head = [f"name = {toml(kept.name)}", *([f"match = {toml(kept.match)}"] if kept.match else []), *feedback]
    return "\n".join([*head, "", "[controls]", *rows, ""])
