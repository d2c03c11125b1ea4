"""What can be asked of the hub by OSC."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from riffosc.commands import Ask, CommandDoc, Reply
from riffosc.midi.fields import written
from riffosc.midi.hub import Midi
from riffosc.midi.shelf import LEARNED
from riffosc.params import ParamError, Value


def commands(midi: Midi) -> Iterator[tuple[CommandDoc, Ask]]:
    """Each with its documentation."""
    for doc, (*_, ask) in zip(DOCS, TABLE.values(), strict=True):
        yield doc, partial(ask, midi)


def _learn(midi: Midi, args: tuple[Any, ...]) -> Iterable[Reply]:
    midi.learn(_text(args, "learn"), tuple(args[1:]))
    return _done("learn", str(args[0]))


def _cancel(midi: Midi, args: tuple[Any, ...]) -> Iterable[Reply]:
    midi.cancel()
    return _done("cancel")


def _forget(midi: Midi, args: tuple[Any, ...]) -> Iterable[Reply]:
    midi.forget(_text(args, "forget"))
    return _done("forget", str(args[0]))


def _list(midi: Midi, args: tuple[Any, ...]) -> Iterable[Reply]:
    rows = [(port, str(binding.source), binding.address, written(binding)) for port, binding in midi.rows()]
    return [*(("/riff/midi/list/item", row) for row in rows), ("/riff/midi/list/end", (len(rows),))]


def _save(midi: Midi, args: tuple[Any, ...]) -> Iterable[Reply]:
    try:
        path = midi.shelf.save(str(args[0]) if args else LEARNED)
    except OSError as error:
        raise ParamError(f"the map cannot be written: {error}") from error
    return _done("save", str(path))


def _load(midi: Midi, args: tuple[Any, ...]) -> Iterable[Reply]:
    found = midi.load(_text(args, "load"))
    problems = [("/riff/fail", ("/riff/midi/load", 1, words)) for words in found.problems]
    return [*problems, *_done("load", found.name)]


def _text(args: tuple[Any, ...], command: str) -> str:
    if not args or not isinstance(args[0], str):
        raise ParamError(f"/riff/midi/{command} needs a text behind it")
    return args[0]


def _done(command: str, *args: Value) -> list[Reply]:
    return [("/riff/done", (f"/riff/midi/{command}", *args))]


TABLE = {
    "learn": (
        "s:address [value ...]",
        "/riff/done; then the event /riff/midi/learned s:address s:binding",
        "The next control that is moved, an endless one clockwise, steers the address; a text's button or knob"
        " needs the texts.",
        _learn,
    ),
    "cancel": ("", "/riff/done", "Learn nothing after all.", _cancel),
    "forget": ("s:address", "/riff/done", "What was learned for an address.", _forget),
    "list": (
        "",
        "/riff/midi/list/item s:port s:control s:address s:binding, /riff/midi/list/end i:count",
        "Every control that does something.",
        _list,
    ),
    "save": ("[s:name]", "/riff/done with the file", "Keep what was learned as a map of its own.", _save),
    "load": ("s:name", "/riff/done", "Use a map, shipped or saved, or a file.", _load),
}
DOCS = [CommandDoc(f"/riff/midi/{name}", *words) for name, (*words, _) in TABLE.items()]
