"""Maps: what the shipped ones say, what is said of broken ones, and that what is written is read again."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.midi.maps import Map, map_text, parse_map, read_map, write_map
from riffosc.midi.shelf import Shelf
from riffosc.params import ParamError
from riffosc.resources import patches_dir

SHIPPED = sorted((patches_dir() / "midi").glob("*.toml"))
BROKEN = """
name = "broken"
chanel = 3

[controls]
"cc 1" = "gain"
"cc 2" = "gian"
"cc 3" = { to = "gain", mode = "pikup" }
"cc 4" = { to = "gain",
"knob 5" = "gain"
"cc 6" = { to = "pan", range = [0, 5] }
"cc 7" = "prompt"
"note 8" = { to = "state" }
"cc 9" = { to = "gain", voice = 99 }
"cc 10" = { to = "slot", values = 3 }
"cc 11" = { to = "gain", light = [0, 500] }
"note 12" = { to = "seed", encoding = "twos" }
"cc 13" = { too = "gain" }
"cc 14" = "bars"
"""


def parsed(text: str) -> Map:
    return parse_map(text, Path("x.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_map_is_whole(path):
    found = read_map(path)
    assert found.problems == ()
    assert found.name == path.stem
    assert len(found.bindings) >= 24


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_map_written_is_the_map_read(path, tmp_path):
    found = read_map(path)
    copy = tmp_path / "midi" / path.name
    write_map(copy, found)
    again = read_map(copy)
    assert again.problems == ()
    assert set(again.bindings) == set(found.bindings)
    assert (again.name, again.match, again.feedback) == (found.name, found.match, found.feedback)


def test_every_shipped_map_is_in_the_list_of_them():
    listed = (patches_dir() / "midi" / "README.md").read_text()
    assert set(re.findall(r"^\| `([\w-]+)` \| \S", listed, re.M)) >= {path.stem for path in SHIPPED}


def test_the_readmes_example_works():
    text = (patches_dir() / "midi" / "README.md").read_text()
    example = parsed(re.findall(r"```toml\n(.*?)```", text, re.S)[0])
    assert example.problems == () and len(example.bindings) == 7


def test_what_is_wrong_is_said_with_its_line_and_the_rest_works():
    found = parsed(BROKEN)
    assert [str(binding.source) for binding in found.bindings] == ["cc 1", "cc 14"]
    said = dict(re.fullmatch(r"x\.toml, line (\d+): (.*)", problem).groups() for problem in found.problems)
    lines = BROKEN.splitlines()
    assert {int(number) for number in said} == {
        number for number, line in enumerate(lines, 1) if re.match(r"chanel|\"(cc ([2-9]|1[0-3])|knob|note)", line)
    }
    assert "expected one of name, match, channel" in said["3"]
    assert "did you mean /riff/1/gain?" in said["7"]
    assert "expected one of jump, pickup, scale" in said["8"]
    assert "cc 70" in said["10"], "how a control is written"
    assert "pan is -1 to 1: 5 is outside" in said["11"]
    assert "value" in said["12"] and "can only be read" in said["13"]
    assert "from 1 to 64" in said["14"]
    assert "two numbers" not in said["16"] and "0 to 127" in said["16"]


def test_a_fields_line_is_found_where_a_control_has_a_table_of_its_own():
    found = parsed('[controls."cc 1"]\nto = "gain"\nmode = "x"\n[controls."cc 2"]\nto = "pan"\n')
    assert [problem.split(":")[0] for problem in found.problems] == ["x.toml, line 3"]
    assert len(found.bindings) == 1


@pytest.mark.parametrize(
    "text", ["", "[controls]", "controls = 3", "name = 3", "channel = 17", "[[", '"""', "a = {\n" * 50]
)
def test_nothing_at_all_is_a_map_too(text):
    assert parsed(text).bindings == ()


def test_a_file_that_cannot_be_read_is_a_problem_and_no_error(tmp_path):
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in read_map(tmp_path / "x.toml").problems[0]
    assert "cannot be read" in read_map(tmp_path / "y.toml").problems[0]


@given(st.text(max_size=60), st.integers(0, 400))
def test_no_text_does_harm(text, place):
    found = parsed(BROKEN[:place] + text + BROKEN[place:])
    assert all(re.match(r"x\.toml, line \d+: ", problem) for problem in found.problems)


def test_channel_and_voice_of_the_whole_map():
    found = parsed('channel = 9\nvoice = 3\n[controls]\n"cc 1" = "gain"\n"cc 2 ch 1" = { to = "gain", voice = 2 }\n')
    assert [(str(one.source), one.address) for one in found.bindings] == [
        ("cc 1 ch 9", "/riff/3/gain"),
        ("cc 2 ch 1", "/riff/2/gain"),
    ]


def shelf(*names: str) -> Shelf:
    maps = [parsed(f'name = "{name}"\nmatch = "{name if name != "generic" else ""}"') for name in names]
    return Shelf([], maps, Map("learned"))


def test_a_port_gets_the_map_that_names_it_best_else_the_generic_one():
    found = shelf("generic", "APC mini", "APC mini mk2")
    assert [each.name for each in found.maps_for("APC MINI:APC mini MIDI 1")] == ["APC mini"]
    assert [each.name for each in found.maps_for("APC mini mk2:port")] == ["APC mini mk2"]
    assert [each.name for each in found.maps_for("Some Synth")] == ["generic"]
    assert found.named_for("APC mini") and not found.named_for("Some Synth")


def test_a_players_own_map_stands_in_for_a_shipped_one(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    write_map(tmp_path / "riffosc" / "midi" / "generic.toml", parsed('name = "generic"\n[controls]\n"cc 1" = "pan"'))
    found = Shelf.open()
    assert [one.address for one in found.maps_for("any")[0].bindings] == ["/riff/1/pan"]
    assert [each.name for each in Shelf.open(["midimix"]).maps_for("any")] == ["midimix"]
    with pytest.raises(FileNotFoundError, match=r"no MIDI map 'nope'; there are .*midimix"):
        Shelf.open(["nope"])
    with pytest.raises(ParamError):
        found.save("../escape")


def test_words_in_a_map_survive_quotes_and_controls():
    text = map_text(parsed('name = "a\\"b\\u007f"\n[controls]\n"note 1" = { to = "slot", value = "é\\t\\"" }'))
    again = parsed(text)
    assert again.problems == () and again.bindings[0].values == ('é\t"',)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x = " + "[" * 5000 + "]" * 5000, "somewhere in this map is what cannot be read"),
        ("x = " + "9" * 5000, "somewhere in this map is what cannot be read"),
        ("no TOML\n" * 5000, "line 51: this is no map, and what follows is not looked at"),
    ],
    ids=["lists", "digits", "lines"],
)
def test_what_no_reader_can_take_is_a_problem_and_no_error(tmp_path, line, words):
    path = tmp_path / "x.toml"
    path.write_text(f'"match" = "X"\n{line}\n')
    assert words in read_map(path).problems[-1] and len(read_map(path).problems) < 60


def test_an_editor_of_windows_may_have_written_it(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b'\xef\xbb\xbfmatch = "X"\r\n[controls]\r\n"cc 1" = "gain"\r\n')
    found = read_map(path)
    assert (found.match, len(found.bindings), found.problems) == ("X", 1, ())


def test_what_was_learned_and_cannot_be_read_is_kept_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("riffosc.midi.shelf.user_dir", lambda: tmp_path)
    path = tmp_path / "learned.toml"
    path.write_text('[controls]\n"cc 1" = "gain"\n"cc 2" = gain\n')
    shelf = Shelf.open()
    shelf.learn(shelf.learned)
    shelf.learn(shelf.learned)
    assert '"cc 2" = gain' in path.with_name("learned.toml.bak").read_text()
    assert read_map(path).problems == () and len(read_map(path).bindings) == 1
