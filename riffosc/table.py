"""The parameter table for people: markdown for the README, plain text for the terminal."""

from collections.abc import Iterable

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


def text(params: Iterable[Param] = PARAMS) -> str:
    """A line for each parameter, in columns."""
    rows = [(_address(p), _kind(p), _default(p), _range(p), p.doc) for p in params]
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _section(params: tuple[Param, ...], access: Access, head: tuple[str, ...]) -> str:
    rows = [_row(param) for param in params if param.access is access]
    if not rows:
        return ""
    return "\n".join((_line(head), _line(("---",) * len(head)), *map(_line, rows)))


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
