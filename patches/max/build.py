"""Makes riffosc.maxpat, latest.maxpat and riffosc.amxd out of riffosc's table: `python patches/max/build.py`.

Max keeps patches as JSON. A device of Max for Live is the same in a chunk `ptch`, after `ampf` (its kind) and `meta`.
"""

import json
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

from riffosc.params import PARAMS, Param

HERE = Path(__file__).parent
PORT, EAR, EARS = 7433, 7434, 7440  # riffosc's; where the patch listens; the device of voice 1 listens one above it
DIALS = ("mix", "denoising", "guidance", "evolve", "gain", "pan")
SWITCHES = ("cue", "hold", "mute")
BUTTONS = ("generate", "take", "undo")
CLIP = "0 s 0. 0. 0 s"  # of a bank: index, path, tempo, beats, seed, prompt
AUDIO_EFFECT = b"aaaa"
Port = tuple[str, int]  # a box and the number of its inlet or outlet

PORTS = {  # inlets and outlets of what is used here, as Max's reference has them
    "prepend": (1, 1), "udpsend": (1, 0), "udpreceive": (1, 1), "loadbang": (1, 1), "metro": (2, 1), "expr": (2, 1),
    "gate": (2, 2), "buffer~": (1, 2), "onebang": (2, 2), "edge~": (1, 2), "phasor~": (2, 1), "*~": (2, 1),
    "<~": (2, 1), "play~": (1, 3), "line~": (2, 2), "f": (2, 1), "i": (2, 1), "==": (2, 1), "+": (2, 1), "!/": (2, 1),
    "pack": (2, 1), "opendialog": (1, 2), "filewatch": (1, 1), "zl.reg": (2, 2), "dict": (2, 4), "plugin~": (2, 2),
    "plugout~": (2, 2), "print": (1, 0),
    "message": (2, 1), "comment": (1, 0), "button": (1, 1), "number": (1, 2), "flonum": (1, 2), "textedit": (1, 4),
    "ezdac~": (2, 0), "live.dial": (1, 2), "live.numbox": (1, 2), "live.text": (1, 2),
}  # fmt: skip


def ports(maxclass: str, text: str) -> tuple[int, int]:
    name, *args = (text if maxclass == "newobj" else maxclass).split()
    if name in ("unpack", "t", "dict.unpack"):
        return 1, len(args)
    if name == "route":
        return 1 + len(args), 1 + len(args)
    return PORTS[name]


class Patch:
    def __init__(self, **more: Any) -> None:
        self.boxes: list[dict[str, Any]] = []
        self.lines: list[dict[str, Any]] = []
        self.more = more

    def add(self, maxclass: str, x: float, y: float, text: str = "", width: float = 0.0, **more: Any) -> str:
        """A box, and the name by which it is wired."""
        name = f"obj-{len(self.boxes) + 1}"
        inlets, outlets = ports(maxclass, text)
        place = [float(x), float(y), width or max(30.0, 7.0 * len(text) + 12), 22.0]
        box = {"id": name, "maxclass": maxclass, "patching_rect": place, "numinlets": inlets, "numoutlets": outlets}
        box |= {"outlettype": [""] * outlets} | ({"text": text} if text else {})
        self.boxes.append({"box": box | more})
        return name

    def obj(self, text: str, x: float, y: float) -> str:
        return self.add("newobj", x, y, text)

    def wire(self, source: str | Port, *ends: str | Port) -> None:
        """From an outlet to each of several inlets; a bare name is its first."""
        for end in ends:
            self.lines.append({"patchline": {"source": _port(source), "destination": _port(end)}})

    def chain(self, *boxes: str | Port) -> None:
        for source, end in pairwise(boxes):
            self.wire(source, end)

    def json(self) -> str:
        patcher = {
            "fileversion": 1,
            "appversion": {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
            "classnamespace": "box",
            "rect": [80.0, 80.0, 980.0, 640.0],
            **self.more,
            "boxes": self.boxes,
            "lines": self.lines,
        }
        return json.dumps({"patcher": patcher}, indent=1) + "\n"


def _port(end: str | Port) -> list[Any]:
    return list(end) if isinstance(end, tuple) else [end, 0]


def param(name: str) -> Param:
    return next(each for each in PARAMS if each.path == f"/riff/{{voice}}/{name}")


def sender(patch: Patch, x: float, y: float) -> str:
    """Where keys and values go, to be told to the voice: `gain 0.5`; and `set ...`, which changes the voice."""
    voice = patch.obj("prepend /riff/play voice 1", x, y)
    patch.chain(voice, patch.obj(f"udpsend 127.0.0.1 {PORT}", x, y + 34))
    return voice


def shown(patch: Patch, source: str | Port, x: float, y: float, **more: Any) -> str:
    """What comes out there is shown in a message box; other outlets may be wired to what is returned."""
    sets = patch.obj("prepend set", x, y)
    patch.chain(source, sets, patch.add("message", x, y + 30, width=300, **more))
    return sets


def player() -> Patch:
    """One voice steered, and its clips played by Max: a new one takes over where the loop begins anew."""
    patch = Patch()
    patch.add("comment", 20, 10, "riffosc: words here and Enter. riffosc run --folder ~/Music/riffosc must be running.")
    steer(patch)
    hear(patch)
    return patch


def steer(patch: Patch) -> None:
    out = sender(patch, 20, 300)
    words = patch.add("textedit", 20, 40, width=300, keymode=1, outputmode=1, lines=1)
    patch.chain(words, patch.obj("route text", 20, 70), patch.obj("prepend prompt", 20, 100), out)
    voice = patch.add("number", 340, 40, minimum=1, maximum=8)
    patch.add("comment", 380, 40, "voice (and change route riff1 on the right to hear it)")
    patch.chain(voice, patch.obj("prepend set /riff/play voice", 340, 70), out)
    for number, name in enumerate(("seed", *DIALS)):
        row = param(name)
        kind = "number" if isinstance(row.default, int) else "flonum"
        box = patch.add(kind, 20 + 110 * number, 150, minimum=row.low, maximum=row.high)
        patch.chain(box, patch.obj(f"prepend {name}", 20 + 110 * number, 180), out)
    for number, name in enumerate((*BUTTONS, "save")):
        patch.wire(patch.add("message", 20 + 110 * number, 240, f"{name} 1"), out)


def hear(patch: Patch) -> None:
    renew = patch.obj("metro 20000 @active 1", 300, 300)
    subscribe = patch.add("message", 300, 334, f"/riff/subscribe clip 0 60 {EAR}")
    patch.chain(renew, subscribe, patch.obj(f"udpsend 127.0.0.1 {PORT}", 300, 368))
    ear = patch.obj("route /riff/clip /riff/fail", 540, 334)
    patch.chain(patch.obj(f"udpreceive {EAR}", 540, 300), ear)
    shown(patch, (ear, 1), 700, 368)
    clip = patch.obj(f"unpack {CLIP}", 540, 402)
    patch.chain(ear, patch.obj("route riff1", 540, 368), clip)
    shown(patch, (clip, 5), 700, 430)
    length = patch.obj("expr 60000.*$f2/$f1", 620, 500)  # milliseconds, of tempo and beats, which come first
    patch.wire((clip, 3), (length, 1))
    patch.wire((clip, 2), length)
    turns(patch, (clip, 1), length)


def turns(patch: Patch, path: Port, length: str) -> None:
    """Two buffers: the one that is silent is filled, and faded to when the phase wraps."""
    side, armed, next_length = patch.obj("i", 300, 600), patch.obj("onebang", 160, 560), patch.obj("f", 160, 640)
    gate = patch.obj("gate 2 1", 540, 540)
    patch.wire(path, (gate, 1))
    patch.wire(length, (next_length, 1))
    phase, place = patch.obj("phasor~ 0.5", 20, 420), patch.obj("*~ 2000.", 20, 700)
    edge = patch.obj("edge~", 100, 520)
    patch.chain(phase, patch.obj("<~ 0.5", 100, 460), edge, armed)
    patch.wire(phase, place)
    swap = patch.obj("t b b", 160, 600)
    patch.chain(armed, swap, side)
    patch.wire((swap, 1), next_length)
    spread = patch.obj("t f f", 160, 670)
    patch.chain(next_length, spread)
    patch.wire((spread, 1), (place, 1))
    patch.chain(spread, patch.obj("!/ 1000.", 220, 700), phase)
    chosen = patch.obj("t i i i", 300, 640)
    patch.wire(side, chosen)
    patch.chain((chosen, 2), patch.obj("+ 1", 420, 670), gate)
    out = patch.add("ezdac~", 20, 880)
    other = patch.obj("== 0", 360, 670)
    patch.wire((chosen, 1), other)
    for number, (name, level) in enumerate((("a", (chosen, 0)), ("b", (other, 0)))):
        x = 20 + 260 * number
        buffer = patch.obj(f"buffer~ riffosc_{name}", 540 + 160 * number, 610)
        patch.chain((gate, number), patch.obj("prepend replace", 540 + 160 * number, 575), buffer)
        read = patch.obj("t b b", 540 + 160 * number, 645)
        patch.wire((buffer, 1), read)
        patch.chain((read, 1), patch.add("message", 600 + 160 * number, 680, str(1 - number)), (side, 1))
        patch.wire(read, (armed, 1))
        fade = patch.obj("line~", x + 130, 780)
        patch.chain(level, patch.add("message", x + 130, 745, "$1 20"), fade)
        sound = patch.obj(f"play~ riffosc_{name} 2", x, 745)
        patch.wire(place, sound)
        for channel in (0, 1):
            gain = patch.obj("*~", x + 50 * channel, 820)
            patch.wire((sound, channel), gain)
            patch.wire(fade, (gain, 1))
            patch.wire(gain, (out, channel))


def latest() -> Patch:
    """Without OSC: whatever riffosc's folder has newest."""
    patch = Patch()
    patch.add("comment", 20, 10, "Click, and choose latest.json in riffosc's folder or in one of its banks.")
    choose = patch.add("button", 20, 40)
    chosen = patch.obj("t b b s s", 20, 110)
    patch.chain(choose, patch.obj("opendialog", 20, 75), chosen)
    where, watch, again = patch.obj("zl.reg", 20, 220), patch.obj("filewatch", 160, 180), patch.obj("t b b", 20, 180)
    patch.wire((chosen, 3), (where, 1))
    patch.wire((chosen, 2), watch)
    patch.chain((chosen, 1), patch.add("message", 160, 145, "1"), watch)
    patch.wire(chosen, again)
    patch.wire(watch, again)
    found = patch.obj("dict riffosc_latest", 20, 290)
    patch.wire((again, 1), where)
    patch.chain(where, patch.obj("prepend read", 20, 255), found)
    patch.wire(again, found)
    clip = patch.obj("dict.unpack path: bank: index: tempo: beats: prompt:", 20, 330)
    patch.wire(found, clip)
    for number in range(6):
        shown(patch, (clip, number), 20 + 320 * (number % 3), 370 + 70 * (number // 3))
    return patch


def live(patch: Patch, maxclass: str, name: str, x: float, y: float, **value: Any) -> str:
    """A control that Live knows as a parameter: automated, mapped, and saved with the set."""
    named = {"parameter_longname": name, "parameter_shortname": name} | value
    more = {"parameter_enable": 1, "varname": name, "saved_attribute_attributes": {"valueof": named}}
    more |= {
        "presentation": 1,
        "presentation_rect": [float(x), float(y), 48.0, 48.0 if maxclass == "live.dial" else 18.0],
    }
    if maxclass == "live.text":
        more |= {"text": name, "texton": name, "mode": int(name in SWITCHES)}
    return patch.add(maxclass, 20 + 3 * x, 150 + y, **more)


def device() -> Patch:
    """An audio effect that lets sound through and steers one voice."""
    patch = Patch(openinpresentation=1, devicewidth=400.0, amxdtype=struct.unpack("<I", AUDIO_EFFECT)[0])
    plug, out = patch.obj("plugin~", 20, 20), patch.obj("plugout~", 20, 60)
    patch.wire(plug, out)
    patch.wire((plug, 1), (out, 1))
    told = sender(patch, 20, 420)
    words = patch.add(
        "textedit", 20, 100, width=300, keymode=1, outputmode=1, lines=1, parameter_enable=1, varname="prompt",
        saved_attribute_attributes={"valueof": {"parameter_longname": "prompt", "parameter_shortname": "prompt",
                                                "parameter_type": 3, "parameter_invisible": 1}},
        presentation=1, presentation_rect=[70.0, 8.0, 320.0, 20.0],
    )  # fmt: skip
    patch.chain(words, patch.obj("route text", 340, 100), patch.obj("prepend prompt", 440, 100), told)
    for number, name in enumerate(DIALS):
        row = param(name)
        dial = live(patch, "live.dial", name, 8 + 64 * number, 34, **_span(row))
        patch.chain(dial, patch.obj(f"prepend {name}", 20 + 200 * number, 250), told)
    for number, name in enumerate(SWITCHES):
        switch = live(
            patch,
            "live.text",
            name,
            8 + 64 * number,
            92,
            parameter_type=2,
            parameter_enum=["off", "on"],
            parameter_mmax=1,
        )
        patch.chain(switch, patch.obj(f"prepend {name}", 20 + 200 * number, 290), told)
    for number, name in enumerate(BUTTONS):
        button = live(
            patch,
            "live.text",
            name,
            200 + 64 * number,
            92,
            parameter_type=2,
            parameter_enum=["off", "on"],
            parameter_mmax=1,
        )
        patch.chain(button, patch.add("message", 620 + 100 * number, 290, f"{name} 1"), told)
    told_of(patch, told)
    return patch


def _span(row: Param) -> dict[str, Any]:
    """Live's words for a row of the table."""
    initial = {"parameter_initial_enable": 1, "parameter_initial": [row.default]}
    return {
        "parameter_type": 0,
        "parameter_unitstyle": 1,
        "parameter_mmin": row.low,
        "parameter_mmax": row.high,
    } | initial


def told_of(patch: Patch, told: str) -> None:
    """The voice's number, a port to listen at that no other voice's device has, and what riffosc tells."""
    voice = live(patch, "live.numbox", "voice", 8, 10, parameter_type=1, parameter_mmin=1.0, parameter_mmax=8.0,
                 parameter_initial_enable=1, parameter_initial=[1], parameter_unitstyle=0)  # fmt: skip
    patch.chain(voice, patch.obj("prepend set /riff/play voice", 20, 330), told)
    patch.wire(patch.obj("metro 20000 @active 1", 20, 200), voice)  # says its number again, and so renews
    port = patch.obj("t i i", 300, 365)
    patch.chain(voice, patch.obj(f"+ {EARS}", 300, 330), port)
    ear = patch.obj("udpreceive", 300, 435)
    patch.chain((port, 1), patch.obj("prepend port", 300, 400), ear)
    patch.chain(
        port, patch.obj("prepend /riff/subscribe clip 0 60", 460, 400), patch.obj(f"udpsend 127.0.0.1 {PORT}", 460, 435)
    )
    news = patch.obj("route /riff/clip /riff/fail", 300, 470)
    patch.wire(ear, news)
    clip, words = patch.obj(f"unpack s {CLIP}", 300, 505), patch.obj("pack s s", 300, 540)
    patch.wire(news, clip)
    patch.wire((clip, 6), (words, 1))
    patch.wire(clip, words)
    show = {"presentation": 1, "presentation_rect": [8.0, 120.0, 382.0, 20.0]}
    patch.wire((news, 1), shown(patch, words, 300, 575, **show))


def amxd(patch: Patch, kind: bytes = AUDIO_EFFECT) -> bytes:
    """A device that is not frozen: what it needs is Max's own."""
    body = patch.json().encode() + b"\0"
    chunks = ((b"ampf", kind), (b"meta", bytes(4)), (b"ptch", body))
    return b"".join(name + struct.pack("<I", len(data)) + data for name, data in chunks)


def files() -> dict[str, bytes]:
    return {
        "riffosc.maxpat": player().json().encode(),
        "latest.maxpat": latest().json().encode(),
        "riffosc.amxd": amxd(device()),
    }


if __name__ == "__main__":
    for name, data in files().items():
        (HERE / name).write_bytes(data)
