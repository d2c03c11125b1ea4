"""A layout of TouchOSC (hexler's, since 2021): XML compressed by zlib, in the version 3 that all of its versions read.

Names: https://hexler.net/touchosc/manual/script-properties-and-values. TouchOSC has no text entry: words are shown,
and prompt slots are buttons.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from riffosc.surfaces.layout import SLOTS, SUBSCRIBE, Control, Kind, Strip, strips, subscriptions

Element = ElementTree.Element
Box = tuple[int, int, int, int]  # x, y, width, height
Argument = tuple[str, str, object]  # type and conversion of a partial, and its value
WIDTH, GAP, HEAD = 200, 6, 30
TALL = {
    Kind.FADER: 44,
    Kind.WORDS: 44,
    Kind.CHOICE: 36,
    Kind.METER: 14,
    Kind.SHOWN: 26,
    Kind.SWITCH: 40,
    Kind.BUTTON: 40,
}
PAIRED = (Kind.SWITCH, Kind.BUTTON)  # two in a row
DARK, BRIGHT, CLEAR = (0.12, 0.13, 0.15, 1.0), (0.25, 0.6, 0.9, 1.0), (0.0, 0.0, 0.0, 0.0)
EAST = 1  # orientation of a fader that grows to the right
TOGGLE = 1  # button type
CENTRE = 2  # of text, counted from 1
CONNECTIONS = "11111"  # to all that are set up


@dataclass(frozen=True, slots=True)
class Wire:
    """A message of a control: where to, with what, and whether it is sent, heard, or both."""

    path: str
    arguments: tuple[Argument, ...]
    scale: tuple[float, float] = (0.0, 1.0)
    var: str = "x"
    condition: str = "ANY"
    send: bool = True
    receive: bool = True


def layout(voices: int, port: int) -> bytes:
    """`port` is where TouchOSC listens."""
    made = strips(voices)
    parts = [
        part for place, strip in enumerate(made) for part in _strip(strip, GAP + place * (WIDTH + GAP), port, made)
    ]
    height = max(y + tall for _, (_, y, _, tall) in parts) + GAP
    root = _node("GROUP", "riffosc", (0, 0, len(made) * (WIDTH + GAP) + GAP, height), color=DARK, interactive=False)
    ElementTree.SubElement(root, "children").extend(part for part, _ in parts)
    whole = Element("lexml", version="3")
    whole.append(root)
    return zlib.compress(ElementTree.tostring(whole, "utf-8", xml_declaration=True))


def _strip(strip: Strip, x: int, port: int, made: Iterable[Strip]) -> Iterator[tuple[Element, Box]]:
    """Nodes from top to bottom, each with its place."""
    box = (x, GAP, WIDTH, HEAD)
    yield _label(f"strip {strip.name}", strip.name, box), box
    y, left = GAP + HEAD + GAP, True
    for control in strip.controls:
        paired = control.kind in PAIRED
        if not paired and not left:
            y, left = y + TALL[Kind.BUTTON] + GAP, True
        wide = (WIDTH - GAP) // 2 if paired else WIDTH
        box = (x if left else x + wide + GAP, y, wide, TALL[control.kind])
        yield from ((node, box) for node in _control(control, box))
        if not paired or not left:
            y += TALL[control.kind] + GAP
        left = not left if paired else True
    if not left:
        y += TALL[Kind.BUTTON] + GAP
    yield from _slots(strip.voice, x, y) if strip.voice else _hear(x, y, port, made)


def _control(control: Control, box: Box) -> Iterator[Element]:
    value: Argument = ("VALUE", "FLOAT", "x")
    address = control.address
    match control.kind:
        case Kind.FADER:
            yield _fader(address, box, Wire(address, (value,), control.range))
            yield _label(address + " name", control.label, box)
        case Kind.METER:
            yield _fader(address, box, Wire(address, (value,), send=False), held=False)
        case Kind.SWITCH:
            yield _button(address, box, (Wire(address, (value,)),), TOGGLE)
            yield _label(address + " name", control.label, box)
        case Kind.BUTTON:
            yield _button(
                address, box, (Wire(address, (("CONSTANT", "INTEGER", 1),), condition="RISE", receive=False),)
            )
            yield _label(address + " name", control.label, box)
        case Kind.CHOICE:
            yield from _choices(control, box)
        case Kind.WORDS | Kind.SHOWN:
            yield _label(
                address, control.label, box, Wire(address, (("VALUE", "STRING", "text"),), var="text", send=False)
            )


def _choices(control: Control, box: Box) -> Iterator[Element]:
    """A button for each."""
    x, y, wide, tall = box
    each = wide // len(control.param.choices)
    conversion = "STRING" if isinstance(control.param.default, str) else "INTEGER"
    for place, choice in enumerate(control.param.choices):
        wire = Wire(control.address, (("CONSTANT", conversion, choice),), condition="RISE", receive=False)
        here = (x + place * each, y, each - GAP // 2, tall)
        yield _button(f"{control.address} {choice}", here, (wire,))
        yield _label(f"{control.address} {choice} name", f"{control.label} {choice}", here)


def _slots(voice: int, x: int, y: int) -> Iterator[tuple[Element, Box]]:
    each = WIDTH // SLOTS
    for number in range(1, SLOTS + 1):
        box = (x + (number - 1) * each, y, each - GAP // 2, TALL[Kind.BUTTON])
        address = f"/riff/{voice}/slot"
        wire = Wire(address, (("CONSTANT", "INTEGER", number),), condition="RISE", receive=False)
        yield _button(f"{address} {number}", box, (wire,)), box
        yield _label(f"{address} {number} name", f"slot {number}", box), box


def _hear(x: int, y: int, port: int, made: Iterable[Strip]) -> Iterator[tuple[Element, Box]]:
    """The button by which the surface asks to be told how things stand."""
    box = (x, y, WIDTH, TALL[Kind.BUTTON])
    wires = tuple(
        Wire(SUBSCRIBE, (
            ("CONSTANT", "STRING", topic), ("CONSTANT", "FLOAT", rate), ("CONSTANT", "FLOAT", lease),
            ("CONSTANT", "INTEGER", port),
        ), condition="RISE", receive=False)
        for topic, rate, lease in subscriptions(made)
    )  # fmt: skip
    yield _button(SUBSCRIBE, box, wires), box
    yield _label(SUBSCRIBE + " name", "listen", box), box


# The nodes


def _fader(name: str, box: Box, wire: Wire, held: bool = True) -> Element:
    node = _node("FADER", name, box, color=BRIGHT, interactive=held, orientation=EAST, cursor=held, grid=False)
    return _with(node, {"x": 0}, (wire,))


def _button(name: str, box: Box, wires: tuple[Wire, ...], kind: int = 0) -> Element:
    return _with(_node("BUTTON", name, box, color=BRIGHT, interactive=True, buttonType=kind), {"x": 0}, wires)


def _label(name: str, text: str, box: Box, wire: Wire | None = None) -> Element:
    """Words; over a button they let fingers through."""
    look = {"color": DARK if wire else CLEAR, "background": wire is not None, "outline": False}
    words = {"textSize": 13, "textAlignH": CENTRE, "textAlignV": CENTRE, "textClip": True}
    node = _node("LABEL", name, box, interactive=False, **look, **words)
    return _with(node, {"text": text}, (wire,) if wire else ())


def _node(kind: str, name: str, box: Box, **more: object) -> Element:
    node = Element("node", ID=str(uuid5(NAMESPACE_URL, f"riffosc:{name}")), type=kind)
    properties = ElementTree.SubElement(node, "properties")
    common = {"background": True, "visible": True, "shape": 1, "name": name, "frame": box}
    for key, value in sorted({**common, **more}.items()):
        _property(properties, key, value)
    return node


def _property(properties: Element, key: str, value: object) -> None:
    match value:
        case bool():
            kind, written = "b", str(int(value))
        case int():
            kind, written = "i", str(value)
        case str():
            kind, written = "s", value
        case _:
            kind, written = ("r" if key == "frame" else "c"), ""
    one = ElementTree.SubElement(properties, "property", type=kind)
    ElementTree.SubElement(one, "key").text = key
    holder = ElementTree.SubElement(one, "value")
    holder.text = written
    if isinstance(value, tuple):
        _children(holder, **dict(zip("xywh" if key == "frame" else "rgba", value, strict=True)))


def _with(node: Element, values: dict[str, object], wires: tuple[Wire, ...]) -> Element:
    holder = ElementTree.SubElement(node, "values")
    for key, default in values.items():
        _children(
            ElementTree.SubElement(holder, "value"),
            key=key,
            locked=0,
            lockedDefaultCurrent=0,
            default=default,
            defaultPull=0,
        )
    if wires:
        ElementTree.SubElement(node, "messages").extend(_message(wire) for wire in wires)
    return node


def _message(wire: Wire) -> Element:
    osc = Element("osc")
    flags = {"enabled": 1, "send": int(wire.send), "receive": int(wire.receive), "feedback": 0}
    _children(osc, **flags, connections=CONNECTIONS)
    trigger = ElementTree.SubElement(ElementTree.SubElement(osc, "triggers"), "trigger")
    _children(trigger, var=wire.var, condition=wire.condition)
    _partial(ElementTree.SubElement(osc, "path"), ("CONSTANT", "STRING", wire.path), (0.0, 1.0))
    arguments = ElementTree.SubElement(osc, "arguments")
    for argument in wire.arguments:
        _partial(arguments, argument, wire.scale)
    return osc


def _partial(holder: Element, argument: Argument, scale: tuple[float, float]) -> None:
    kind, conversion, value = argument
    partial = ElementTree.SubElement(holder, "partial")
    _children(
        partial, type=kind, conversion=conversion, value=value, scaleMin=f"{scale[0]:g}", scaleMax=f"{scale[1]:g}"
    )


def _children(element: Element, **texts: object) -> None:
    for tag, text in texts.items():
        ElementTree.SubElement(element, tag).text = str(text)
