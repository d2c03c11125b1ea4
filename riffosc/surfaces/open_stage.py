"""A session of Open Stage Control (version 1), as JSON: https://openstagecontrol.ammd.net/docs/."""

import json
from typing import Any

from riffosc.surfaces.layout import SUBSCRIBE, Control, Kind, Strip, strips, subscriptions

Widget = dict[str, Any]
LYING = {"type": "fader", "horizontal": True, "design": "compact"}
TALL = {
    Kind.FADER: 60,
    Kind.WORDS: 40,
    Kind.CHOICE: 40,
    Kind.METER: 20,
    Kind.SHOWN: 30,
    Kind.SWITCH: 40,
    Kind.BUTTON: 40,
}


def session(voices: int, target: str) -> bytes:
    """`target` is host:port of riffosc. Feedback comes to the port that Open Stage Control sends from."""
    made = strips(voices)
    root: Widget = {
        "type": "root",
        "id": "root",
        "target": [target],
        "bypass": True,
        "layout": "horizontal",
        "onCreate": "\n".join(_subscribe(target, *topic) for topic in subscriptions(made)),
        "widgets": [_panel(strip) for strip in made],
        "tabs": [],
    }
    whole = {"createdWith": "Open Stage Control", "version": "1.25.0", "type": "session", "content": root}
    return (json.dumps(whole, indent=1) + "\n").encode()


def _subscribe(target: str, topic: str, rate: float, lease: float) -> str:
    args = (("s", topic), ("f", rate), ("f", lease))
    typed = ", ".join(f"{{type: {json.dumps(tag)}, value: {json.dumps(value)}}}" for tag, value in args)
    return f"send({json.dumps(target)}, {json.dumps(SUBSCRIBE)}, {typed})"


def _panel(strip: Strip) -> Widget:
    name = strip.name.replace(" ", "_")
    head = {"type": "text", "id": f"{name}/name", "default": strip.name, "bypass": True, "height": 30, "expand": False}
    widgets = [head, *(_widget(control) for control in strip.controls)]
    return {"type": "panel", "id": name, "bypass": True, "layout": "vertical", "expand": True, "widgets": widgets}


def _widget(control: Control) -> Widget:
    """The id is the address: it is a name that nothing else has."""
    common = {"id": control.address, "address": control.address, "comments": control.param.doc}
    size = {"height": TALL[control.kind], "expand": False}
    return {**common, **size, **_specific(control)}


def _specific(control: Control) -> Widget:
    param = control.param
    match control.kind:
        case Kind.FADER:
            return _fader(control)
        case Kind.METER:
            return {**LYING, "interaction": False, "bypass": True, "range": {"min": 0, "max": 1}}
        case Kind.SWITCH | Kind.BUTTON:
            mode = "toggle" if control.kind is Kind.SWITCH else "tap"
            return {"type": "button", "mode": mode, "on": 1, "off": 0, "typeTags": "i", "label": control.label}
        case Kind.CHOICE:
            values = {str(choice): choice for choice in param.choices}
            return {"type": "switch", "layout": "horizontal", "values": values, "typeTags": param.type_tag}
        case Kind.WORDS:
            return {"type": "input", "asYouType": False, "typeTags": "s", "default": ""}
        case _:
            return {"type": "text", "bypass": True, "default": control.label}


def _fader(control: Control) -> Widget:
    low, high = control.range
    default = min(max(float(control.param.default), low), high)
    whole = {"steps": int(high - low) + 1, "decimals": 0} if control.param.type_tag == "i" else {}
    name = {"html": f"<div class='label'>{control.label}</div>"}
    span = {"range": {"min": low, "max": high}, "default": default, "ignoreDefaults": True, "doubleTap": True}
    return {**LYING, **span, **whole, **name, "typeTags": control.param.type_tag}
