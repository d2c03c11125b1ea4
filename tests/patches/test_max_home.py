"""Max's patches: as they are built, whole, and what their messages do at a real desk. Max itself cannot be run here."""

import importlib.util
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
from max_stand_in import Atom, Max, chunks, load
from osc_helpers import Table

from riffosc.client import Clip
from riffosc.params import PARAMS

PATCH = Path(__file__).parent.parent.parent / "patches" / "max"
NAMES = ("riffosc.maxpat", "latest.maxpat", "riffosc.amxd")
SAYS_NOTHING = {"comment", "message", "ezdac~"}


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("max_build", PATCH / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_they_are_what_the_table_makes_of_them(build: ModuleType) -> None:
    for name, data in build.files().items():
        assert (PATCH / name).read_bytes() == data, "python patches/max/build.py"


@pytest.mark.parametrize("name", NAMES)
def test_boxes_and_wires_fit(build: ModuleType, name: str) -> None:
    patcher = load(PATCH / name)
    boxes = {each["box"]["id"]: each["box"] for each in patcher["boxes"]}
    assert len(boxes) == len(patcher["boxes"]), "every box has a name of its own"
    wires = [(tuple(line["patchline"]["source"]), tuple(line["patchline"]["destination"])) for line in patcher["lines"]]
    assert len(set(wires)) == len(wires)
    for (source, outlet), (end, inlet) in wires:
        assert 0 <= outlet < boxes[source]["numoutlets"] and 0 <= inlet < boxes[end]["numinlets"]
    for number, box in boxes.items():
        assert (box["numinlets"], box["numoutlets"]) == build.ports(box["maxclass"], box.get("text", ""))
        wired = any(number in (source[0], end[0]) for source, end in wires)
        assert wired or box["maxclass"] in SAYS_NOTHING, box
    corners = [tuple(box["patching_rect"][:2]) for box in boxes.values()]
    assert len(set(corners)) == len(corners), "no box hides another"


def test_the_device_is_in_its_container() -> None:
    found = chunks((PATCH / "riffosc.amxd").read_bytes())
    assert list(found) == ["ampf", "meta", "ptch"]
    assert found["ampf"] == b"aaaa" and len(found["meta"]) == 4 and found["ptch"].endswith(b"}\n\0")
    named = [each["box"].get("varname") for each in load(PATCH / "riffosc.amxd")["boxes"]]
    assert len(set(filter(None, named))) == len(list(filter(None, named))), "Live knows them by their names"


def sent(patch: Max, table: Table) -> None:
    """What came to udpsend comes to a desk."""
    for address, *args in patch.got.pop("udpsend 127.0.0.1 7433", []):
        table.send(str(address), *args)


@pytest.mark.parametrize("name", ["riffosc.maxpat", "riffosc.amxd"])
def test_what_is_moved_is_heard(name: str) -> None:
    patch, table = Max(load(PATCH / name)), Table()
    words = patch.find("textedit")
    patch.out(words, 0, "text", "dub techno, (chords:1.3)")
    sent(patch, table)
    assert table.store.get("/riff/1/prompt") == "dub techno, (chords:1.3)"
    patch.out(source_of(patch, patch.find("prepend set /riff/play voice")), 0, 3)
    moved = {"mix": 0.25, "denoising": 0.5, "guidance": 3.0, "evolve": 0.125, "gain": 0.75, "pan": -0.5}
    for key, value in moved.items():
        patch.out(control(patch, key), 0, value)
    sent(patch, table)
    assert {key: table.store.get(f"/riff/3/{key}") for key in moved} == moved
    for key in ("generate", "take", "undo"):
        patch.out(control(patch, key), 0, "bang")
        assert patch.got["udpsend 127.0.0.1 7433"][-1] == ["/riff/play", "voice", 3, key, 1]
    sent(patch, table)
    told = {address for address, _ in table.told}
    assert {"/riff/3/generate", "/riff/3/undo", "/riff/3/take"} <= told
    assert table.fails() == []


def control(patch: Max, key: str) -> str:
    """The control of a parameter, or what a button presses: the box before `prepend gain`, or `generate 1` itself."""
    if key in (box.get("varname") for box in patch.boxes.values()):
        return patch.find(key)
    ends = {box.get("text"): name for name, box in patch.boxes.items()}
    if f"{key} 1" in ends:
        return pressing(patch, ends[f"{key} 1"])
    return source_of(patch, ends[f"prepend {key}"])


def pressing(patch: Max, message: str) -> str:
    """A message box is its own button: something that clicks it."""
    patch._wires["hand", 0] = [(message, 0)]
    return "hand"


def source_of(patch: Max, end: str) -> str:
    (source,) = (box for (box, _), ends in patch._wires.items() if (end, 0) in ends)
    return source


@pytest.mark.parametrize("name", NAMES)
def test_addresses_keys_and_ranges_are_riffoscs(name: str) -> None:
    rows = {param.name: param for param in PARAMS if param.per_voice}
    table = Table()
    boxes = [each["box"] for each in load(PATCH / name)["boxes"]]
    for text in (box.get("text", "") for box in boxes):
        for address in re.findall(r"/riff/[\w/]+", text):
            assert address in ("/riff/play", "/riff/subscribe", "/riff/clip", "/riff/fail")
        if key := re.fullmatch(r"prepend (?!set|read|replace|port)(\w+)|(\w+) 1", text):
            assert (key[1] or key[2]) in rows, text
    for dial in (box for box in boxes if box["maxclass"] == "live.dial"):
        value, row = dial["saved_attribute_attributes"]["valueof"], rows[dial["varname"]]
        assert (value["parameter_mmin"], value["parameter_mmax"]) == (row.low, row.high)
        assert value["parameter_initial"] == [row.default]
    table.send("/riff/subscribe", "clip", 0, 60, 7434)
    assert table.fails() == []


def clip(index: int, tempo: float = 120.0, beats: float = 8.0) -> list[Atom]:
    return ["/riff/clip", "riff1", index, f"/loops/{index} a.wav", tempo, beats, 7, f"words {index}"]


def test_clips_take_over_when_the_phase_wraps() -> None:
    patch = Max(load(PATCH / "riffosc.maxpat"))
    ear, wrap = patch.find("udpreceive 7434"), patch.find("edge~")

    def lands(index: int, name: str, **how: float) -> None:
        patch.out(ear, 0, *clip(index, **how))
        assert patch.got[f"buffer~ riffosc_{name}"][-1] == ["replace", f"/loops/{index} a.wav"]
        patch.out(wrap, 0, "bang")

    def levels() -> list[list[Atom]]:
        """What the two were last told to fade to."""
        return [patch.got[name][-1] for name, box in patch.boxes.items() if box.get("text") == "line~"]

    lands(1, "a")
    assert patch.got["line~"] == [], "it is not read yet"
    patch.out(patch.find("buffer~ riffosc_a"), 1, "bang")
    patch.out(wrap, 0, "bang")
    assert levels() == [[1, 20], [0, 20]] and patch.got["phasor~ 0.5"] == [[0.25]]
    assert patch.got["*~ 2000."] == [[4000.0]]
    lands(2, "b", tempo=90.0, beats=6.0)
    assert len(patch.got["line~"]) == 2 and len(patch.got["phasor~ 0.5"]) == 1, "the old one goes on"
    patch.out(patch.find("buffer~ riffosc_b"), 1, "bang")
    patch.out(wrap, 0, "bang")
    assert levels() == [[0, 20], [1, 20]] and patch.got["phasor~ 0.5"][-1] == [0.25]
    patch.out(wrap, 0, "bang")
    assert len(patch.got["line~"]) == 4, "once each"
    lands(3, "a")
    patch.out(ear, 0, "/riff/clip", "riff2", 9, "/loops/9.wav", 120.0, 8.0, 7, "another voice's")
    assert len(patch.got["buffer~ riffosc_a"]) == 2


def test_the_device_tells_what_riffosc_does() -> None:
    patch = Max(load(PATCH / "riffosc.amxd"))
    patch.out(patch.find("voice"), 0, 2)
    assert patch.got["udpreceive"] == [["port", 7442]]
    assert ["/riff/subscribe", "clip", 0, 60, 7442] in patch.got["udpsend 127.0.0.1 7433"]
    patch.out(patch.find("udpreceive"), 0, *clip(5))
    assert patch.got["message"][-1] == ["set", "riff1", "words 5"]
    patch.out(patch.find("udpreceive"), 0, "/riff/fail", "/riff/1/gain", 400, "no")
    assert patch.got["message"][-1] == ["set", "/riff/1/gain", 400, "no"]


def test_what_a_clip_is_told_as(build: ModuleType) -> None:
    kinds = {"str": "s", "int": "0", "float": "0."}
    named = [kinds[str(field.type.__name__)] for field in fields(Clip)]  # type: ignore[union-attr]
    assert " ".join(named[1:]) == build.CLIP


def test_the_newest_in_the_folder(tmp_path: Path) -> None:
    patch = Max(load(PATCH / "latest.maxpat"))
    choose = patch.find("opendialog")
    patch.out(choose, 0, "/loops/latest.json")
    found = patch.got["dict riffosc_latest"]
    assert found == [["read", "/loops/latest.json"], ["bang"]]
    assert patch.got["filewatch"] == [["/loops/latest.json"], [1]]
    patch.out(patch.find("filewatch"), 0, "bang")
    assert found[2:] == found[:2]
    (unpack,) = (box["text"] for box in patch.boxes.values() if box.get("text", "").startswith("dict.unpack"))
    assert {"path", "bank", "index", "tempo", "beats", "prompt"} == set(re.findall(r"(\w+):", unpack))
