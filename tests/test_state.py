"""What a player keeps on the disk: whole or not there, readable, and forgiving to whoever edits it."""

import os
import random
import signal
import struct
import subprocess
import sys
import tomllib
from ctypes import c_float

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.state import StateFolder, to_toml

VALUES = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
)
TABLES = st.dictionaries(st.text(), st.one_of(VALUES, st.dictionaries(st.text(), VALUES, max_size=4)), max_size=6)


@pytest.fixture
def said():
    return []


@pytest.fixture
def folder(tmp_path, said):
    folder = StateFolder(tmp_path / "state", said.append)
    yield folder
    folder.close()


def all_good(tables):
    return tables, []


def only_numbers(tables):
    good = {name: value for name, value in tables.items() if isinstance(value, int)}
    return good, [f"expected a number at {name}" for name in tables if name not in good]


@given(TABLES.filter(lambda tables: "\ud800" not in str(tables)))
def test_what_is_written_is_toml_and_says_the_same(tables):
    assert _in_32_bits(tomllib.loads(to_toml(tables, "A heading\nof two lines"))) == _in_32_bits(tables)


def _in_32_bits(value):
    if isinstance(value, dict):
        return {name: _in_32_bits(one) for name, one in value.items()}
    return c_float(value).value if isinstance(value, float) else value


def test_numbers_are_written_as_their_sender_gave_them():
    third = struct.unpack(">f", struct.pack(">f", 0.33))[0]
    assert to_toml({"a": third, "b": 0.123456789, "c": 120.0}) == "a = 0.33\nb = 0.123456789\nc = 120.0\n"


def test_a_surrogate_that_no_file_can_hold_does_not_stop_the_rest():
    assert tomllib.loads(to_toml({"a": "\ud800b"})) == {"a": "?b"}


def test_what_was_written_is_read_at_once_and_by_the_next_one(folder, tmp_path, said):
    folder.write("a.toml", {"x": 1, "t": {"y": "two"}}, "Of the letter a")
    assert folder.read("a.toml", all_good) == {"x": 1, "t": {"y": "two"}}
    folder.close()
    assert (tmp_path / "state/a.toml").read_text() == '# Of the letter a\nx = 1\n\n[t]\ny = "two"\n'
    later = StateFolder(tmp_path / "state", said.append)
    assert later.read("a.toml", all_good) == {"x": 1, "t": {"y": "two"}}
    assert said == []


def test_an_edit_by_hand_is_taken_up(folder, tmp_path):
    (tmp_path / "state").mkdir()
    path = tmp_path / "state/a.toml"
    path.write_text("x = 1")
    assert folder.read("a.toml", all_good) == {"x": 1}
    path.write_text("x = 23")
    assert folder.read("a.toml", all_good) == {"x": 23}
    path.unlink()
    assert folder.read("a.toml", all_good) == {}


def test_a_mistake_is_named_with_file_and_line_and_what_was_known_stays(folder, tmp_path, said):
    (tmp_path / "state").mkdir()
    path = tmp_path / "state/a.toml"
    path.write_text("x = 1")
    folder.read("a.toml", all_good)
    path.write_text("x = 1\ny 2\n")
    assert folder.read("a.toml", all_good) == folder.read("a.toml", all_good) == {"x": 1}
    (words,) = said
    assert str(path) in words and "line 2" in words and "=" in words


def test_one_bad_line_does_not_stop_the_others_and_is_kept_aside(folder, tmp_path, said):
    (tmp_path / "state").mkdir()
    path = tmp_path / "state/a.toml"
    path.write_text("x = 1\ny = 'two'\n")
    assert folder.read("a.toml", only_numbers) == {"x": 1}
    assert said == [f"{path}: expected a number at y"]
    folder.write("a.toml", {"x": 2})
    folder.close()
    assert path.read_text() == "x = 2\n"
    assert path.with_name("a.toml.bak").read_text() == "x = 1\ny = 'two'\n"


def test_bytes_that_are_no_text(folder, tmp_path, said):
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.toml").write_bytes(b"x = '\xff'")
    assert folder.read("a.toml", all_good) == {}
    assert "UTF-8" in said[0]


def test_an_editor_of_windows_may_have_written_it(folder, tmp_path, said):
    (tmp_path / "state").mkdir()
    (tmp_path / "state/a.toml").write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\r\n")
    assert folder.read("a.toml", all_good) == {"x": 1, "y": 2} and not said


@pytest.mark.parametrize("text", ["x = " + "[" * 5000 + "]" * 5000, "x = " + "9" * 5000])
def test_what_no_reader_can_take_is_said_and_kept_aside(folder, tmp_path, said, text):
    (tmp_path / "state").mkdir()
    path = tmp_path / "state/a.toml"
    path.write_text(text)
    assert folder.read("a.toml", all_good) == {}
    assert len(said) == 1 and str(path) in said[0]
    folder.write("a.toml", {"x": 2})
    folder.close()
    assert path.with_name("a.toml.bak").read_text() == text


def test_what_the_disk_does_not_take_is_kept_in_memory_and_said(tmp_path, said):
    (tmp_path / "file").write_text("in the way")
    folder = StateFolder(tmp_path / "file", said.append)
    folder.write("a.toml", {"x": 1})
    folder.close()
    assert folder.read("a.toml", all_good) == {"x": 1}
    assert "memory only" in said[0] and "a.toml" in said[0]


def test_names_of_a_folder(folder):
    for name in ("b", "a", "c"):
        folder.write(f"set/{name}.toml", {"x": 1})
    assert folder.names("set") == ["a", "b", "c"]
    folder.write("set/b.toml", {})
    assert folder.names("set") == ["a", "c"]
    folder.close()
    assert folder.names("set") == ["a", "c"]
    assert folder.names("elsewhere") == []


def test_what_a_crash_has_left_is_cleared_away(folder, tmp_path):
    (tmp_path / "state").mkdir()
    old, new, other = (tmp_path / "state" / f".{name}.part" for name in ("a.toml.1", "a.toml.2", "b.toml.1"))
    for left in (old, new, other):
        left.write_text("half")
    for left in (old, other):
        os.utime(left, (1e9, 1e9))
    folder.write("a.toml", {"x": 1})
    folder.close()
    assert not old.exists() and new.exists() and other.exists()
    assert folder.names(".") == ["a"]


def test_moving_to_another_folder(folder, tmp_path):
    folder.write("a.toml", {"x": 1})
    folder.move(tmp_path / "other")
    assert folder.read("a.toml", all_good) == {}
    folder.write("a.toml", {"x": 2})
    folder.close()
    assert (tmp_path / "state/a.toml").read_text() == "x = 1\n"
    assert (tmp_path / "other/a.toml").read_text() == "x = 2\n"


WRITER = """
import sys
from pathlib import Path
from riffosc.state import StateFolder

folder = StateFolder(Path(sys.argv[1]), print)
print("writing", flush=True)
for number in range(10**9):
    folder.write("a.toml", {"number": number, "text": "x" * 5000, "end": number})
    folder._writer.submit(int).result()
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by a signal")
def test_a_writer_that_is_killed_leaves_a_whole_file(tmp_path):
    chance = random.Random(7)
    for _ in range(8):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout and writer.stdout.readline() == "writing\n"
            while not (tmp_path / "a.toml").exists():
                assert writer.poll() is None
            try:
                writer.wait(chance.uniform(0, 0.05))
            except subprocess.TimeoutExpired:
                writer.send_signal(signal.SIGKILL)
        found = tomllib.loads((tmp_path / "a.toml").read_text())
        assert found["number"] == found["end"] and len(found["text"]) == 5000
