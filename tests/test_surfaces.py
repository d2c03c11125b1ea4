"""Control surfaces as their files say: every control does what it should, and hears of what it shows."""

import json
import re
import sys
import zlib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from alone import EAR, in_a_network_of_its_own, needs, run_alone
from click.testing import CliRunner
from osc_helpers import Table

from riffosc.cli import main
from riffosc.params import Access
from riffosc.surfaces.layout import ALL, SUBSCRIBE, VOICE
from riffosc.surfaces.open_stage import session
from riffosc.surfaces.touchosc import layout

VOICES = 4
README = Path(__file__).parent.parent / "patches" / "surfaces" / "README.md"
CASTS = {"FLOAT": float, "INTEGER": int, "STRING": str}
Sends = dict[str, list[tuple[Any, ...]]]  # address to what a control may send there


@pytest.fixture(scope="module")
def tosc() -> ElementTree.Element:
    return ElementTree.fromstring(zlib.decompress(layout(VOICES, 9000)))


@pytest.fixture(scope="module")
def stage() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(session(VOICES, "127.0.0.1:7433"))
    assert whole["type"] == "session" and whole["createdWith"] == "Open Stage Control"
    content: dict[str, Any] = whole["content"]
    return content


def arguments(message: ElementTree.Element, end: str) -> tuple[Any, ...]:
    """Those of a TouchOSC message, at an end of its control's range."""
    found = []
    for partial in message.iterfind("arguments/partial"):
        text = {part.tag: part.text or "" for part in partial}
        value = text[end] if text["type"] == "VALUE" else text["value"]
        found.append(CASTS[text["conversion"]](value))
    return tuple(found)


def path_of(message: ElementTree.Element) -> str:
    return message.findtext("path/partial/value") or ""


def touchosc_sends(tosc: ElementTree.Element) -> Sends:
    sends: Sends = {}
    for message in tosc.iter("osc"):
        if message.findtext("send") == "1":
            ends = [arguments(message, end) for end in ("scaleMin", "scaleMax")]
            sends.setdefault(path_of(message), []).extend(ends)
    return sends


def widgets(widget: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield widget
    for inside in widget.get("widgets", []):
        yield from widgets(inside)


def stage_sends(stage: dict[str, Any]) -> Sends:
    sends: Sends = {}
    for widget in widgets(stage):
        if widget.get("bypass"):
            continue
        values = {
            "fader": lambda one: list(one["range"].values()),
            "button": lambda one: [one["on"], one["off"]],
            "switch": lambda one: list(one["values"].values()),
            "input": lambda one: ["Am"],
        }[widget["type"]](widget)
        cast = {"i": int, "f": float, "s": str}[widget["typeTags"]]
        sends[widget["address"]] = [(cast(value),) for value in values]
    return sends


def assert_all_is_taken(sends: Sends) -> None:
    """By a riffosc, without a word of refusal, and to the ends of each range."""
    table = Table()
    for address, messages in sends.items():
        for args in messages:
            table.send(address, *args)
            assert table.fails() == [], (address, args)
            param = table.store.find(address)
            if param and param.access is Access.READ_WRITE and param.name != "slot":
                kept = table.store.get(address)
                assert kept == (pytest.approx(args[0]) if isinstance(args[0], float) else args[0]), address


def assert_everything_is_held(addresses: set[str]) -> None:
    rows = {f"/riff/{name}" for name in ALL} | {f"/riff/{voice}/{name}" for voice in range(1, 5) for name in VOICE}
    store = Table().store
    held = {address for address in rows if store.param(address).access is not Access.READ}
    assert held - addresses <= {row for row in held if store.param(row).type_tag == "s"}, "words, where none are typed"
    assert addresses - held <= {SUBSCRIBE, *(f"/riff/{voice}/slot" for voice in range(1, 5))}


def heard_after(subscriptions: list[tuple[Any, ...]], port: int) -> set[str]:
    table = Table()
    for args in subscriptions:
        table.send(SUBSCRIBE, *args)
    table.clock.advance(1.0)
    return {address for address, *_ in table.heard(("127.0.0.1", port))}


def test_touchosc_sends_what_riffosc_takes(tosc: ElementTree.Element) -> None:
    sends = touchosc_sends(tosc)
    assert_all_is_taken(sends)
    assert_everything_is_held(set(sends))


def test_touchosc_is_told_of_all_that_it_shows(tosc: ElementTree.Element) -> None:
    heard = heard_after(touchosc_sends(tosc)[SUBSCRIBE], 9000)
    shown = {path_of(message) for message in tosc.iter("osc") if message.findtext("receive") == "1"}
    assert len(shown) > 50 and shown <= heard


def test_touchosc_has_each_control_once_and_in_its_place(tosc: ElementTree.Element) -> None:
    nodes = list(tosc.iter("node"))
    assert len({node.get("ID") for node in nodes}) == len(nodes)
    root, *others = [(node, frame(node)) for node in nodes]
    for node, (x, y, wide, tall) in others:
        assert x >= 0 and y >= 0 and x + wide <= root[1][2] and y + tall <= root[1][3], node.get("ID")
    held = [box for node, box in others if property_of(node, "interactive") == "1"]
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(held, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay, "no two under one finger"


def property_of(node: ElementTree.Element, key: str) -> str | None:
    return next(
        (one.findtext("value") for one in node.iterfind("properties/property") if one.findtext("key") == key), None
    )


def frame(node: ElementTree.Element) -> tuple[int, ...]:
    found = next(one for one in node.iterfind("properties/property") if one.findtext("key") == "frame")
    return tuple(int(found.findtext(f"value/{part}") or "") for part in "xywh")


def test_open_stage_control_sends_what_riffosc_takes(stage: dict[str, Any]) -> None:
    sends = stage_sends(stage)
    assert_all_is_taken({address: messages for address, messages in sends.items() if not address.endswith("/key")})
    assert_everything_is_held(set(sends))
    assert "/riff/4/prompt" in sends


def test_open_stage_control_is_told_of_all_that_it_shows(stage: dict[str, Any]) -> None:
    script = stage["onCreate"]
    said = [re.findall(r"value: (\"[^\"]*\"|[\d.]+)\}", line) for line in script.splitlines()]
    assert all(line.startswith(f'send("127.0.0.1:7433", "{SUBSCRIBE}", {{type: "s"') for line in script.splitlines())
    heard = heard_after([tuple(map(json.loads, args)) for args in said], 50000)
    shown = {one["address"] for one in widgets(stage) if one.get("mode") != "tap" and "address" in one}
    assert len(shown) > 50 and shown <= heard


def test_open_stage_control_has_each_control_once(stage: dict[str, Any]) -> None:
    ids = [widget["id"] for widget in widgets(stage)]
    assert len(set(ids)) == len(ids)
    assert stage["target"] == ["127.0.0.1:7433"]


def test_the_command_writes_both_as_the_readme_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^riffosc (surface \S+)", README.read_text(), re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        done = CliRunner().invoke(main, command.split())
        assert done.exit_code == 0, done.output
    assert (tmp_path / "riffosc.tosc").read_bytes() == layout(VOICES, 9000)
    assert (tmp_path / "riffosc.json").read_bytes() == session(VOICES, "127.0.0.1:7433")


@pytest.mark.parametrize(
    ("file", "words"), [("riffosc.txt", ".tosc (TouchOSC)"), ("no/riffosc.tosc", "cannot be written")]
)
def test_what_cannot_be_made_is_said(tmp_path: Path, file: str, words: str) -> None:
    done = CliRunner().invoke(main, ["surface", str(tmp_path / file)])
    assert done.exit_code == 1 and words in done.output


@pytest.mark.clients
@in_a_network_of_its_own
@needs("oscsend")
def test_the_slots_of_the_readme(tmp_path: Path) -> None:
    block = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)[1]
    press = "oscsend localhost 7433 /riff/2/slot i 2\n"  # as the button `slot 2` of the second voice does
    done = run_alone(tmp_path, sys.executable, EAR, "sh", "-e", "-c", block + press)
    assert "took /riff/2/prompt acid bass" in done.stdout
