"""The fields of a binding as a map writes them, checked one by one."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from riffosc.midi.binding import BUTTONS, COMMANDS, MODES, MOMENTS, Binding, commanding, fitted
from riffosc.midi.curves import CURVES
from riffosc.midi.encodings import ABSOLUTE, ENCODINGS
from riffosc.midi.events import Source
from riffosc.params import Access, Param, Store, Value


class FieldError(ValueError):
    """What is wrong with a field, and what was expected."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def binding_of(source: Source, target: object, voice: int, table: Store) -> Binding:
    """A control's line. Raises FieldError, and ParamError for an address that is not in the table."""
    given: dict[str, Any] = {"to": target} if isinstance(target, str) else target  # type: ignore[assignment]
    if not isinstance(given, dict) or not isinstance(given.get("to"), str):
        raise FieldError("to", f'expected an address, or {{ to = "gain", ... }}, not {target!r:.60}')
    for name in given:
        if name not in READ and name not in ("to", "voice"):
            raise FieldError(name, f"{name!r} is unknown; expected one of {', '.join(('to', 'voice', *READ))}")
    if "voice" in given:
        voice = _whole("voice", given["voice"], 1, table.voices)
    address = given["to"] if given["to"].startswith("/") else f"/riff/{voice}/{given['to']}"
    values = _values(given)
    if address in COMMANDS:
        return commanding(source, address, values)
    param = table.param(address)
    if param.access is Access.READ:
        raise FieldError("to", f"{address} can only be read")
    binding = fitted(source, address, param, [table.check(address, value) for value in values])
    for name, read in READ.items():
        if name in given:
            binding = replace(binding, **read(name, given[name], param))
    return _sensible(binding, param)


def _sensible(binding: Binding, param: Param) -> Binding:
    if isinstance(param.default, str) and not binding.values:
        raise FieldError("to", f'{param.name} is text: expected values = ["...", "..."] or value = "..." with it')
    if not binding.values and not binding.button and param.low is None:
        raise FieldError("to", f"{param.name} has no range: expected a button or values = [...] with it")
    if binding.relative and binding.source.kind != "cc":
        raise FieldError("encoding", f"{binding.encoding} is for `cc`, not for {binding.source.kind}")
    return binding


def _values(given: dict[str, Any]) -> tuple[Value, ...]:
    if "value" in given and "values" in given:
        raise FieldError("value", "expected value or values, not both")
    values = given.get("values", [given["value"]] if "value" in given else [])
    if not isinstance(values, list) or not all(isinstance(each, str | int | float) for each in values):
        raise FieldError("values", f"expected a list of texts or numbers, not {values!r:.60}")
    return tuple(values)


def _whole(name: str, value: object, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise FieldError(name, f"{name}: expected a whole number from {low} to {high}, not {value!r:.40}")
    return value


def _numbers(name: str, value: object) -> tuple[float, float]:
    pair = value if isinstance(value, list) else []
    if len(pair) != 2 or not all(type(each) in (int, float) for each in pair):
        raise FieldError(name, f"{name}: expected two numbers such as [0, 1], not {value!r:.40}")
    return float(pair[0]), float(pair[1])


def _range(name: str, value: object, param: Param) -> dict[str, Any]:
    low, high = _numbers(name, value)
    if param.low is not None and param.high is not None:
        for end in (low, high):
            if not param.low <= end <= param.high:
                raise FieldError(name, f"{param.name} is {param.low:g} to {param.high:g}: {end:g} is outside")
    return {"low": low, "high": high, "values": ()}


def _light(name: str, value: object, _: Param) -> dict[str, Any]:
    off, on = (_whole(name, int(each), 0, 127) for each in _numbers(name, value))
    return {"light": (off, on)}


def _step(name: str, value: object, _: Param) -> dict[str, Any]:
    if type(value) not in (int, float) or not value > 0:  # type: ignore[operator]
        raise FieldError(name, f"step: expected a number above 0, not {value!r:.40}")
    return {"step": float(value)}  # type: ignore[arg-type]


def _one_of(choices: tuple[str, ...]) -> Callable[[str, object, Param], dict[str, Any]]:
    def read(name: str, value: object, _: Param) -> dict[str, Any]:
        if value not in choices:
            raise FieldError(name, f"{name}: expected one of {', '.join(choices)}, not {value!r:.40}")
        return {name: value}

    return read


READ: dict[str, Callable[[str, object, Param], dict[str, Any]]] = {
    "range": _range,
    "curve": _one_of(CURVES),
    "value": lambda *_: {},
    "values": lambda *_: {},
    "mode": _one_of(MODES),
    "encoding": _one_of(ENCODINGS),
    "step": _step,
    "button": _one_of(BUTTONS),
    "at": _one_of(MOMENTS),
    "light": _light,
    "echo": lambda name, value, _: {"echo": _whole(name, value, 0, 127)},
}


def written(binding: Binding) -> str:
    """A binding as the right side of its line. All that matters is written: defaults may change."""
    said: dict[str, object] = {"to": binding.address}
    if binding.values:
        said |= {"value": binding.values[0]} if len(binding.values) == 1 else {"values": list(binding.values)}
    elif not binding.button:
        said |= {"range": [binding.low, binding.high], "curve": binding.curve}
    if binding.button:
        said["button"] = binding.button
    elif binding.relative:
        said |= {"encoding": binding.encoding} | ({"step": binding.step} if binding.step else {})
    elif binding.encoding == ABSOLUTE:
        said["mode"] = binding.mode
    plain = {each.name: each.default for each in fields(Binding)}
    for name in ("at", "light", "echo"):
        value = getattr(binding, name)
        if value != plain[name]:
            said[name] = list(value) if isinstance(value, tuple) else value
    return "{ " + ", ".join(f"{name} = {toml(value)}" for name, value in said.items()) + " }"


def toml(value: object) -> str:
    """A text, number, switch or list as TOML writes it; JSON's texts are TOML's, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
