"""A whole session in one file: every parameter that is set, and what moves by itself."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from riffosc.modulation import Modulation
from riffosc.params import Access, Param, ParamError, Store, Value
from riffosc.state import StateFolder, Tables

FILE = "session.toml"
HEADING = "A session of riffosc: its parameters. What is left out is as riffosc has it; edits count when it is opened."
MOVING = "moving"  # the table of what moves
HANDS = ("hold", "cue")  # on the way changes are taken; a session that is opened again is to sound


class Session:
    """Saved and opened as a whole. Clips are not in it: they are painted again, the same, from the same parameters."""

    def __init__(self, store: Store, folder: StateFolder, modulation: Modulation) -> None:
        self._store = store
        self._folder = folder
        self._modulation = modulation

    def tables(self) -> Tables:
        """How things stand, address by address."""
        kept = {address: self._modulation.base(address) for address, param in self._store.addresses() if _kept(param)}
        return {**kept, MOVING: self._modulation.standing()}

    def save(self) -> "Future[str]":
        """Resolves on the disk, to what went wrong, in words."""
        return self._folder.write(FILE, self.tables(), HEADING)

    def touched(self, address: str, value: Value) -> bool:
        """Whether a new value makes it another session: what moves by itself does not."""
        return _kept(self._store.param(address)) and self._modulation.base(address) == value

    def exists(self) -> bool:
        return (self._folder.path / FILE).exists()

    def load(self) -> bool:
        """Set everything as it was saved; whether there was something."""
        tables = self._folder.read(FILE, self._sift)
        self._store.update([change for change in tables.items() if change[0] != MOVING and self._can(*change)])
        for address, words in tables.get(MOVING, {}).items():
            self._modulation.move(address, self._modulation.curve(address, words.split()))
        return bool(tables)

    def _can(self, address: str, value: Value) -> bool:
        """A slot that is gone cannot be set; its words are there as the prompt."""
        try:
            self._store.check(address, value)
        except ParamError:
            return False
        return True

    def _sift(self, tables: Tables) -> tuple[Tables, Iterable[str]]:
        """From a file that anybody may have written."""
        complaints: list[str] = []
        table = tables.get(MOVING, {})
        moving = _read(table if isinstance(table, Mapping) else {"": table}, self._curve, complaints)
        values = {address: value for address, value in tables.items() if address != MOVING}
        return {**_read(values, self._value, complaints), MOVING: moving}, complaints

    def _value(self, address: str, value: Any) -> Value:
        param = self._store.param(address)
        if not _kept(param):
            raise ParamError(f"{address} is not kept in a session")
        return param.coerce(value)

    def _curve(self, address: str, words: Any) -> Value:
        self._modulation.curve(address, str(words).split())
        return str(words)


def _read(table: Tables, read: Callable[[str, Any], Value], complaints: list[str]) -> dict[str, Value]:
    """What can be used of it."""
    good: dict[str, Value] = {}
    for address, value in table.items():
        try:
            good[address] = read(address, value)
        except ParamError as error:
            complaints.append(str(error))
    return good


def _kept(param: Param) -> bool:
    return param.access is Access.READ_WRITE and param.name not in HANDS
