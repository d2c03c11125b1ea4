"""Which maps there are, and which of them a port gets: the player's own before those that are shipped."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_config_path

from riffosc.midi.maps import Map, read_map, write_map
from riffosc.params import ParamError
from riffosc.resources import patches_dir

LEARNED = "learned"
GENERIC = "generic"
NAME = re.compile(r"[\w][\w .+-]*")


def user_dir() -> Path:
    """The player's own maps; the one that is learned, too."""
    return user_config_path("riffosc") / "midi"


def map_files() -> dict[str, Path]:
    """Name to file. A file of the player's own stands in for a shipped one of its name."""
    folders = (patches_dir() / "midi", user_dir())
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def find_map(wanted: str) -> Map:
    """By name, or a file's path. FileNotFoundError, in words."""
    path = Path(wanted)
    if path.suffix == ".toml" and path.is_file():
        return read_map(path)
    files = map_files()
    if wanted not in files:
        raise FileNotFoundError(f"no MIDI map {wanted!r}; there are {', '.join(files) or 'none'}")
    return read_map(files[wanted])


@dataclass(slots=True)
class Shelf:
    """The maps in use."""

    named: list[Map]  # asked for; else those whose `match` is in the port's name
    others: list[Map]
    learned: Map

    @classmethod
    def open(cls, wanted: Iterable[str] = ()) -> "Shelf":
        """FileNotFoundError for a map that is not there."""
        files = map_files()
        learned = read_map(files.pop(LEARNED)) if LEARNED in files else Map(LEARNED)
        return cls([find_map(name) for name in wanted], [read_map(path) for path in files.values()], learned)

    def problems(self) -> Iterator[str]:
        for each in (self.learned, *self.named, *self.others):
            yield from each.problems

    def maps_for(self, port: str) -> list[Map]:
        """For a port that no map names, all that were asked for, or the generic one."""
        matching = [each for each in self.named or self.others if fits(each, port)]
        closest = max((len(each.match) for each in matching), default=0)  # `APC mini mk2` is no `APC mini`
        return (
            [each for each in matching if len(each.match) == closest]
            or self.named
            or [each for each in self.others if each.name == GENERIC]
        )

    def named_for(self, port: str) -> bool:
        """Whether somebody meant this port, rather than any."""
        return bool(self.named) or any(fits(each, port) for each in self.others)

    def learn(self, learned: Map) -> None:
        """Kept at once, so that it is there after whatever happens next. A file with mistakes is kept aside."""
        path = user_dir() / f"{LEARNED}.toml"
        if learned.problems and path.exists():
            os.replace(path, path.with_name(path.name + ".bak"))
        self.learned = replace(learned, problems=())
        write_map(path, self.learned)

    def save(self, name: str) -> Path:
        """What was learned, under a name of its own."""
        if not NAME.fullmatch(name):
            raise ParamError(f"{name!r} is no name for a map")
        path = user_dir() / f"{name}.toml"
        write_map(path, Map(name, feedback=self.learned.feedback, bindings=self.learned.bindings))
        return path

    def load(self, name: str) -> Map:
        try:
            found = find_map(name)
        except FileNotFoundError as error:
            raise ParamError(str(error)) from error
        self.named = [found, *(each for each in self.named if each.name != found.name)]
        return found


def fits(each: Map, port: str) -> bool:
    return bool(each.match) and each.match.lower() in port.lower()
