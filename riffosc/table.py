"""The table of parameters, and the commands, for people and programs: markdown, plain text, JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from riffosc.commands import CommandDoc
from riffosc.params import PARAMS, Access, Param, When

HEARD = {When.NOW: "at once", When.CLIP: "next clip", When.LOAD: "when loaded"}
BEGIN, END = "<!-- parameters: riffosc params --markdown -->", "<!-- end of parameters -->"


def markdown(params: Iterable[Param] = PARAMS) -> str:
    """A table for each kind: what is set, what is triggered, what is only read."""
    params = tuple(params)
    parts = [
        _section(params, Access.READ_WRITE, ("address", "default", "range", "heard", "what it is")),
        _section(params, Access.TRIGGER, ("trigger", "what it does")),
        _section(params, Access.READ, ("status, read-only", "unit", "what it says")),
    ]
    return "\n\n".join(part for part in parts if part)


def commands_markdown(docs: Iterable[CommandDoc]) -> str:
    rows = [(f"`{doc.address}`", f"`{doc.arguments}`" if doc.arguments else "", doc.doc, doc.answer) for doc in docs]
    return _table(("command", "takes", "what it does", "answers"), rows)


def text(params: Iterable[Param] = PARAMS) -> str:
    """A line for each parameter, in columns."""
    return _columns([(_address(p), _kind(p), _default(p), _range(p), p.doc) for p in params])


def commands_text(docs: Iterable[CommandDoc]) -> str:
    return _columns([(doc.address, "command", doc.arguments, doc.doc) for doc in docs])


def records(params: Iterable[Param], docs: Iterable[CommandDoc]) -> dict[str, list[dict[str, Any]]]:
    """For programs: what is missing does not apply."""
    return {"parameters": [_record(param) for param in params], "commands": [_command(doc) for doc in docs]}


def _record(param: Param) -> dict[str, Any]:
    settable = param.access is Access.READ_WRITE
    record = {
        "address": _address(param),
        "type": param.type_tag,
        "access": param.access.name.lower().replace("_", "-"),
        "heard": param.when.value if param.access is not Access.READ else None,
        "default": (int(param.default) if isinstance(param.default, bool) else param.default) if settable else None,
        "low": param.low,
        "high": param.high,
        "choices": list(param.choices) or None,
        "unit": param.unit or None,
        "doc": param.doc,
    }
    return {name: value for name, value in record.items() if value is not None}


def _command(doc: CommandDoc) -> dict[str, Any]:
    return {"address": doc.address, "takes": doc.arguments, "answers": doc.answer, "doc": doc.doc}


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _section(params: tuple[Param, ...], access: Access, head: tuple[str, ...]) -> str:
    return _table(head, [_row(param) for param in params if param.access is access])


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join((_line(head), _line(("---",) * len(head)), *map(_line, rows))) if rows else ""


def _row(param: Param) -> tuple[str, ...]:
    address = f"`{_address(param)}`"
    if param.access is Access.TRIGGER:
        return (address, param.doc)
    if param.access is Access.READ:
        return (address, param.unit, param.doc)
    default = _default(param)
    return (address, f"`{default}`" if default else "", _range(param), HEARD[param.when], param.doc)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _address(param: Param) -> str:
    return param.path.replace("{voice}", "<voice>")


def _kind(param: Param) -> str:
    return {Access.READ: "status", Access.TRIGGER: "trigger"}.get(param.access, HEARD[param.when])


def _default(param: Param) -> str:
    if param.access is not Access.READ_WRITE:
        return ""
    if isinstance(param.default, bool):
        return str(int(param.default))
    return f"{param.default:g}" if isinstance(param.default, float) else str(param.default)


def _range(param: Param) -> str:
    if isinstance(param.default, bool):
        return "0 or 1"
    if param.choices:
        return ", ".join(str(choice) for choice in param.choices)
    if param.low is None or param.high is None:
        return "text" if isinstance(param.default, str) else param.unit
    return f"{_number(param.low)} to {_number(param.high)} {param.unit}".rstrip()


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"
