"""The namespace as OSCQuery describes it (https://github.com/Vidvox/OSCQueryProposal): one JSON object a node.

Everything is derived from the table of parameters and the documentation of the commands. Nothing here knows of HTTP.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from riffosc import __version__
from riffosc.commands import CommandDoc
from riffosc.params import WORDS, Access, Param, Store, Value

Json = dict[str, Any]
Docs = Callable[[], Iterable[CommandDoc]]

ACCESS = {Access.READ: 1, Access.TRIGGER: 2, Access.READ_WRITE: 3}
UNITS = {"bpm": "time.bpm", "ms": "time.ms", "linear": "gain.linear"}  # as the proposal spells them
EXTENSIONS = (
    "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "EXTENDED_TYPE", "UNIT", "CRITICAL", "CLIPMODE", "OVERLOADS",
    "DEFAULT_VALUE", "HTML", "LISTEN",
)  # fmt: skip
ATTRIBUTES = frozenset(EXTENSIONS) - {"HTML", "LISTEN"} | {"FULL_PATH", "CONTENTS", "TYPE"}
LETTERS = ("i", "f", "s")
BUTTON = "N"  # the type of what takes no value


class Namespace:
    """Nodes by their path; values are read when a node is asked for."""

    def __init__(self, store: Store, docs: Docs) -> None:
        self._store = store
        self._docs = docs

    def node(self, path: str) -> Json | None:
        """All about a node and what is in it; None where there is none. `/` is the whole."""
        path = path.removesuffix("/")
        params = [each for each in self._store.addresses() if _within(each[0], path)]
        docs = [doc for doc in self._docs() if _within(doc.address, path) and doc.address.startswith("/riff/")]
        if not params and not docs:
            return None
        root: Json = {"FULL_PATH": "/", "DESCRIPTION": f"riffosc {__version__}", "ACCESS": 0}
        for address, param in params:
            _place(root, address, self._parameter(address, param))
        for doc in docs:
            _place(root, doc.address, _command(doc))
        return _down(root, path)

    def _parameter(self, address: str, param: Param) -> Json:
        described = {"FULL_PATH": address, **_described(param)}
        if param.access is not Access.TRIGGER:
            described["VALUE"] = [_json(self._store.get(address))]
        return described


def host_info(ip: str, port: int, osc_port: int) -> Json:
    """Where OSC is to be had, and WebSocket: here."""
    return {
        "NAME": "riffosc",
        "EXTENSIONS": dict.fromkeys(EXTENSIONS, True),
        "OSC_IP": ip,
        "OSC_PORT": osc_port,
        "OSC_TRANSPORT": "UDP",
        "WS_IP": ip,
        "WS_PORT": port,
    }


def _within(address: str, path: str) -> bool:
    return address == path or address.startswith(path + "/")


def _place(root: Json, address: str, described: Json) -> None:
    """Put a node where it belongs, with the containers on the way."""
    here, path = root, ""
    for name in address[1:].split("/"):
        path += "/" + name
        here = here.setdefault("CONTENTS", {}).setdefault(name, _container(path))
    here.update(described)


def _down(root: Json, path: str) -> Json:
    for name in path.split("/")[1:]:
        root = root["CONTENTS"][name]
    return root


def _container(path: str) -> Json:
    last = path.rsplit("/", 1)[1]
    described = {"FULL_PATH": path, "ACCESS": 0}
    return described | ({"DESCRIPTION": f"Voice {last}."} if last.isdecimal() else {})


@cache
def _described(param: Param) -> Json:
    """What holds for a parameter whatever its value, and for all voices."""
    described: Json = {
        "DESCRIPTION": param.doc,
        "ACCESS": ACCESS[param.access],
        "TYPE": _type(param),
        "TAGS": [param.access.name.lower().replace("_", "-"), f"heard-{param.when.value}"],
    }
    if span := _range(param):
        described["RANGE"] = [span]
        described["CLIPMODE"] = ["none" if isinstance(param.default, str) else "both"]
    if param.unit == WORDS:
        described["EXTENDED_TYPE"] = [WORDS]
    elif param.unit:
        described["UNIT"] = [UNITS.get(param.unit, param.unit)]
    if param.access is Access.READ_WRITE:
        described["DEFAULT_VALUE"] = [_json(param.default)]
    if param.access is Access.TRIGGER:
        described["CRITICAL"] = True  # lost, it is not made good by the next one
    return described


def _type(param: Param) -> str:
    plain = param.access is Access.TRIGGER and param.low is None
    return BUTTON if plain else param.type_tag


def _range(param: Param) -> Json:
    if param.choices:
        return {"VALS": list(param.choices)}
    if isinstance(param.default, bool):
        return {"MIN": 0, "MAX": 1}
    limits = (("MIN", param.low), ("MAX", param.high))
    return {name: _number(param, limit) for name, limit in limits if limit is not None}


def _number(param: Param, limit: float) -> float | int:
    return float(limit) if isinstance(param.default, float) else int(limit)


def _json(value: Value) -> Value:
    """Switches are the integers that they travel as."""
    return int(value) if isinstance(value, bool) else value


@cache
def _command(doc: CommandDoc) -> Json:
    answer = f" Answers {doc.answer}." if doc.answer else ""
    takes = f" Takes `{doc.arguments}`." if doc.arguments else ""
    first, *others = _types(doc.arguments)
    described: Json = {
        "FULL_PATH": doc.address,
        "DESCRIPTION": f"{doc.doc}{takes}{answer}",
        "ACCESS": 2,
        "TYPE": first,
        "TAGS": ["command"],
        "CRITICAL": True,
    }
    if others:
        described["OVERLOADS"] = [{"TYPE": types} for types in others]
    return described


def _types(arguments: str) -> list[str]:
    """The ways to call a command, the shortest that says something first: `s:topic [f:rate]` is s, sf."""
    ways = [""]
    optional = False
    for word in arguments.split():
        optional = optional or word.startswith("[")
        letter = word.strip("[]").partition(":")[0]
        if letter not in LETTERS:
            break  # any value, or so many of them as there are
        ways = [*(ways if optional else ()), ways[-1] + letter]
        optional = optional and not word.endswith("]")
    return [way for way in ways if way] or [BUTTON]
