"""A player's own things on the disk: readable TOML, each file whole or not there, edits by hand welcome."""

import logging
import os
import re
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from ctypes import c_float
from glob import escape
from pathlib import Path
from typing import Any

from riffosc.files import replace_file, sync_folder

log = logging.getLogger(__name__)

Tables = Mapping[str, Any]  # texts, numbers, switches, and tables of them
Sift = Callable[[Tables], tuple[Tables, Iterable[str]]]  # what can be used of it, and what is wrong with the rest
Stamp = tuple[int, int, int] | None  # tells one version of a file from another; None: there is no file

LEFT_S = 60.0  # no write takes longer
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class StateFolder:
    """Read at once, for the files are small; written in a thread, for a disk may be slow.

    What was written is what is read, even while it is on its way and where the disk does not take it. A file that
    somebody edits is read anew; what is wrong with it is said by `failed`, once, and the rest of it counts. Before
    such a file is written anew it is kept as `NAME.bak`.
    """

    def __init__(
        self, path: Path, failed: Callable[[str], object], back: Callable[..., object] = lambda do, *args: do(*args)
    ) -> None:
        """`back(do, *args)` calls back on the event loop from the thread that writes."""
        self.path = path
        self._failed = failed
        self._back = back
        self._known: dict[str, tuple[Stamp, Tables]] = {}
        self._on_the_way: dict[str, int] = {}
        self._damaged: dict[str, list[str]] = {}  # what is wrong with files, in words
        self._writer = ThreadPoolExecutor(1, "riffosc-state")

    def read(self, name: str, sift: Sift) -> Tables:
        """What the file holds; nothing where there is none."""
        known = self._known.get(name)
        stamp = _stamp(self.path / name)
        if known is None or (known[0] != stamp and not self._on_the_way.get(name)):
            known = stamp, self._parse(name, sift)
            self._known[name] = known
        return known[1]

    def mistakes(self, name: str) -> list[str]:
        """What is wrong with the file as it was last read."""
        return self._damaged.get(name, [])

    def names(self, folder: str) -> list[str]:
        """Of all TOML files in a folder, without their ending, in the order of the alphabet."""
        there = {path.stem for path in (self.path / folder).glob("[!.]*.toml")}
        coming = {
            Path(name).stem for name, count in self._on_the_way.items() if count and name.startswith(f"{folder}/")
        }
        gone = {
            Path(name).stem for name in self._on_the_way if name.startswith(f"{folder}/") and not self._known[name][1]
        }
        return sorted((there | coming) - gone)

    def write(self, name: str, tables: Tables, heading: str = "") -> "Future[str]":
        """Nothing in `tables` takes the file away. Resolves when it is done, to what went wrong, in words."""
        stamp = self._known[name][0] if name in self._known else None
        self._known[name] = stamp, tables
        self._on_the_way[name] = self._on_the_way.get(name, 0) + 1
        text = to_toml(tables, heading) if tables else ""
        damaged = self._damaged.pop(name, None) is not None
        written = self._writer.submit(self._store, name, self.path, text.encode(), damaged)
        return written

    def move(self, path: Path) -> None:
        """From now on in another folder, as a session manager has it."""
        self.path = path
        self._known.clear()
        self._on_the_way.clear()
        self._damaged.clear()

    def close(self) -> None:
        """What is being written is written to its end."""
        self._writer.shutdown(wait=True)

    def _store(self, name: str, folder: Path, data: bytes, damaged: bool) -> str:
        """In the writer's thread."""
        path, words = folder / name, ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _clear_away(path)
            if damaged and path.exists():
                os.replace(path, path.with_name(path.name + ".bak"))
            if data:
                replace_file(path, data)
            else:
                path.unlink(missing_ok=True)
            sync_folder(path.parent)
        except OSError as error:
            words = f"{path} cannot be written, and is kept in memory only: {error.strerror or error}"
        self._back(self._stored, name, path, words)
        return words

    def _stored(self, name: str, path: Path, words: str) -> None:
        if words:
            self._fail(words)
        if path != self.path / name:
            return
        self._on_the_way[name] -= 1
        if not self._on_the_way[name]:
            del self._on_the_way[name]
        self._known[name] = _stamp(path), self._known[name][1]

    def _parse(self, name: str, sift: Sift) -> Tables:
        """A file that cannot be read at all leaves what was known of it."""
        path = self.path / name
        self._damaged.pop(name, None)
        try:
            tables, complaints = sift(tomllib.loads(path.read_text("utf-8-sig")))
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError:
            tables, complaints = self._last(name), ["expected text in UTF-8"]
        except RecursionError:
            tables, complaints = self._last(name), ["expected no more than a few tables within tables"]
        except (OSError, ValueError) as error:  # TOMLDecodeError is one, and so is what too long a number raises
            tables, complaints = self._last(name), [str(error)]
        for complaint in complaints:
            self._damaged.setdefault(name, []).append(f"{path}: {complaint}")
            self._fail(f"{path}: {complaint}")
        return tables

    def _last(self, name: str) -> Tables:
        return self._known[name][1] if name in self._known else {}

    def _fail(self, words: str) -> None:
        log.warning("%s", words)
        self._failed(words)


def _clear_away(path: Path) -> None:
    """What a crash has left of an earlier write; what is younger may be another's that writes now."""
    for left in path.parent.glob(f".{escape(path.name)}.*.part"):
        if time.time() - left.stat().st_mtime > LEFT_S:
            left.unlink(missing_ok=True)


def _stamp(path: Path) -> Stamp:
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def to_toml(tables: Tables, heading: str = "") -> str:
    """Values first, then the tables, each under its name; tables may hold tables."""
    return "\n".join([*(f"# {line}" for line in heading.splitlines()), *_lines(tables, "")]) + "\n"


def _lines(tables: Tables, path: str) -> Iterator[str]:
    inside = {name: value for name, value in tables.items() if isinstance(value, Mapping)}
    for name, value in tables.items():
        if name not in inside:
            yield f"{_key(name)} = {_value(value)}"
    for name, table in inside.items():
        full = f"{path}.{_key(name)}" if path else _key(name)
        if any(not isinstance(value, Mapping) for value in table.values()) or not table:
            yield f"\n[{full}]"
        yield from _lines(table, full)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return _shortest(value) if isinstance(value, float) else repr(value)


def _shortest(number: float) -> str:
    """A number that came in 32 bits, as most do, in as many digits as its sender had given it."""
    short = float(f"{number:.7g}")
    return repr(short if c_float(short).value == number else number)


def _text(text: str) -> str:
    """In quotes. Half a surrogate pair has no UTF-8."""
    whole = text.encode("utf-8", "replace").decode()
    return '"' + "".join(ESCAPES.get(c) or (c if c.isprintable() else _escaped(c)) for c in whole) + '"'


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 2**16 else f"\\U{number:08x}"
