"""Messages on their way through a patch of Max, by the rules of the objects that ours use. Max itself is not run here.

Numbers and words go from outlet to inlet at once, as in Max; sound does not flow, so the test says when a phase wraps.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

Atom = int | float | str


def chunks(device: bytes) -> dict[str, bytes]:
    """Of an .amxd file, to its last byte."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(device):
        size = int.from_bytes(device[at + 4 : at + 8], "little")
        found[device[at : at + 4].decode()] = device[at + 8 : at + 8 + size]
        at += 8 + size
    assert at == len(device)
    return found


def load(path: Path) -> dict[str, Any]:
    """The patcher in a .maxpat, or in an .amxd."""
    text = path.read_bytes()
    if path.suffix == ".amxd":
        text = chunks(text)["ptch"].removesuffix(b"\0")
    patcher: dict[str, Any] = json.loads(text)["patcher"]
    return patcher


class Max:
    """A patch that runs: say what a control sends `out`; `got` is what came to a box, by its name and by its text."""

    def __init__(self, patcher: dict[str, Any]) -> None:
        self.boxes: dict[str, dict[str, Any]] = {each["box"]["id"]: each["box"] for each in patcher["boxes"]}
        self.got: dict[str, list[list[Atom]]] = defaultdict(list)
        self._wires: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
        self._kept: dict[str, Any] = {}
        for line in patcher["lines"]:
            source, end = line["patchline"]["source"], line["patchline"]["destination"]
            self._wires[source[0], source[1]].append((end[0], end[1]))

    def find(self, text: str) -> str:
        """The one box that says this, or is called this."""
        (found,) = (
            name for name, box in self.boxes.items() if text in (box.get("text"), box.get("varname"), box["maxclass"])
        )
        return found

    def out(self, box: str, outlet: int, *atoms: Atom) -> None:
        """From a control that is moved, or a port where something comes in."""
        for end, inlet in self._wires[box, outlet]:
            self._take(end, inlet, list(atoms))

    def _take(self, box: str, inlet: int, atoms: list[Atom]) -> None:
        about = self.boxes[box]
        name, *args = str(about["text"]).split() if about["maxclass"] == "newobj" else [about["maxclass"]]
        for known in (box, about.get("text") or name):
            self.got[known].append(atoms)
        rule = getattr(self, "_" + RULES.get(name, "swallow"))
        rule(box, inlet, atoms, [_atom(arg) for arg in args])

    def _swallow(self, *_: object) -> None: ...

    def _prepend(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        if atoms[0] == "set":
            self._kept[box] = atoms[1:]
        else:
            self.out(box, 0, *self._kept.get(box, args), *atoms)

    def _route(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        if atoms[0] in args:
            self.out(box, args.index(atoms[0]), *atoms[1:])
        else:
            self.out(box, len(args), *atoms)

    def _message(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        if atoms[0] == "set":
            self._kept[box] = atoms[1:]
            return
        said = [_atom(word) for word in str(self.boxes[box].get("text", "")).split()]
        self.out(box, 0, *(atoms[0] if word == "$1" else word for word in said))

    def _trigger(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        for outlet in reversed(range(len(args))):
            self.out(box, outlet, *(["bang"] if args[outlet] == "b" else atoms))

    def _unpack(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        for outlet in reversed(range(len(args))):
            self.out(box, outlet, atoms[outlet])

    def _pack(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        self._kept[box] = self._kept.get(box, {}) | {inlet: atoms[0]}
        if inlet == 0:
            self.out(box, 0, *(self._kept[box].get(place, arg) for place, arg in enumerate(args)))

    def _store(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        """i, f, zl.reg: kept from the right, sent on by the left."""
        if inlet == 1 or atoms != ["bang"]:
            self._kept[box] = atoms
        if inlet == 0:
            self.out(box, 0, *self._kept[box])

    def _gate(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        if inlet == 0:
            self._kept[box] = atoms[0]
        else:
            self.out(box, int(self._kept.get(box, args[1])) - 1, *atoms)

    def _onebang(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        if inlet == 1:
            self._kept[box] = True
        elif self._kept.pop(box, False):
            self.out(box, 0, "bang")

    def _length(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        """expr 60000.*$f2/$f1"""
        self._kept[box, inlet] = float(atoms[0])
        if inlet == 0:
            self.out(box, 0, 60000 * self._kept[box, 1] / self._kept[box, 0])

    def _sum(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        self.out(box, 0, atoms[0] + args[0])  # type: ignore[operator]

    def _equal(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        self.out(box, 0, int(atoms[0] == args[0]))

    def _divide(self, box: str, inlet: int, atoms: list[Atom], args: list[Atom]) -> None:
        """!/ 1000.: the argument by what comes."""
        self.out(box, 0, args[0] / atoms[0])  # type: ignore[operator]


RULES = {
    "prepend": "prepend", "route": "route", "message": "message", "t": "trigger", "unpack": "unpack", "pack": "pack",
    "i": "store", "f": "store", "zl.reg": "store", "gate": "gate", "onebang": "onebang", "expr": "length", "+": "sum",
    "==": "equal", "!/": "divide",
}  # fmt: skip


def _atom(word: str) -> Atom:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word
