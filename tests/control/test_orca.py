"""ORCA's letters, as its library node-osc puts them on the wire: an address, and an `i` for each glyph."""

import re
import sys
from pathlib import Path

import pytest
from alone import EAR, in_a_network_of_its_own, needs, run_alone
from hypothesis import given
from hypothesis import strategies as st
from osc_helpers import build, unpack

from riffosc.control.orca import BY_PATH, LETTERS, spelled
from riffosc.control.packet import Message
from riffosc.params import ParamError

GLYPHS = "0123456789abcdefghijklmnopqrstuvwxyz"
README = Path(__file__).parent.parent.parent / "patches" / "orca" / "README.md"
SEED_7 = b"/s\0\0,ii\0\0\0\0\1\0\0\0\7"  # recorded from node-osc, for =s17
PANIC = b"/z\0\0,\0\0\0"
TEMPO = b"/t\0\0,ii\0\0\0\0\3\0\0\0\x12"


def orca(glyphs):
    """What `=` and these glyphs send."""
    return build("/" + glyphs[0], *map(GLYPHS.index, glyphs[1:].lower()))


def test_bytes_as_orca_sends_them():
    assert [orca("s17"), orca("z"), orca("t3i")] == [SEED_7, PANIC, TEMPO]


def test_the_seed_and_the_tempo_arrive_by_udp(with_server):
    async def play(server, caller):
        for datagram in (SEED_7, TEMPO):
            caller.transport.sendto(datagram)
        caller.send("/riff/sync", 1)
        await caller.until("/riff/synced")
        assert server.desk.store.get("/riff/1/seed") == 7
        assert server.desk.store.get("/riff/tempo") == 126.0

    with_server(play)


@pytest.mark.parametrize(
    ("glyphs", "address", "value"),
    [
        ("s1a7", "/riff/1/seed", 367),
        ("S2z", "/riff/2/seed", 35),
        ("d10", "/riff/1/denoising", 0.0),
        ("d1z", "/riff/1/denoising", 1.0),
        ("d1zz", "/riff/1/denoising", 1.0),
        ("a3i", "/riff/3/pan", 0.0),
        ("a30", "/riff/3/pan", -1.0),
        ("a31", "/riff/3/pan", -1.0),
        ("a3z", "/riff/3/pan", 1.0),
        ("b14", "/riff/1/bars", 4),
        ("m41", "/riff/4/mute", True),
        ("h11", "/riff/1/hold", True),
        ("t3i", "/riff/tempo", 126.0),
        ("f12", "/riff/1/fade_out", 2.0),
        ("i1g", "/riff/1/fade_in", 16.0),
        ("g1", "/riff/1/generate", 0),
        ("g17", "/riff/1/generate", 7),
        ("u8", "/riff/8/undo", 1),
        ("k1", "/riff/1/take", 1),
        ("r1", "/riff/1/redo", 1),
        ("p12", "/riff/1/slot", "2"),
        ("z", "/riff/panic", 1),
    ],
)
def test_what_letters_do(table, glyphs, address, value):
    table.raw(orca(glyphs))
    assert table.told == [(address, value)] or (table.told == [] and table.store.get(address) == value)
    assert table.heard() == []


def test_gain_reaches_the_whole_of_its_range_and_one(table):
    for glyphs, gain in (("v1z", 2.0), ("v1hi", pytest.approx(1.0, abs=0.03)), ("v10", 0.0)):
        table.raw(orca(glyphs))
        assert table.store.get("/riff/1/gain") == gain


def test_voice_0_is_all_of_them(table):
    table.raw(orca("m01"))
    assert all(table.store.get(f"/riff/{voice}/mute") for voice in range(1, 9))


def test_a_snapshot_is_recalled_by_its_number_over_bars():
    assert spelled(Message("/c", (2, 4))) == Message("/riff/snapshot/recall", (2, 4))


@pytest.mark.parametrize(
    ("datagram", "words"),
    [
        (orca("q11"), "the letter q means nothing here; a b c"),
        (orca("s"), "behind the letter s comes a voice"),
        (orca("s1"), "comes a value"),
        (orca("s91"), "voices are 1 to 8"),
        (build("/s", 1, 36), "numbers from 0 to 35"),
        (build("/s", 1, 0.5), "numbers from 0 to 35"),
        (build("/s", 1, "7"), "numbers from 0 to 35"),
    ],
)
def test_what_means_nothing_is_said(table, datagram, words):
    table.raw(datagram)
    ((_, _, said),) = table.fails()
    assert words in said


@given(st.characters(), st.lists(st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.binary()))
def test_anything_is_spelled_or_refused(letter, args):
    try:
        message = spelled(Message("/" + letter, tuple(args)))
    except ParamError:
        return
    assert message is None or message.address.startswith("/riff/")


def test_whole_numbers_may_come_as_decimals(table):
    table.raw(build("/s", 1.0, 7.0))
    assert table.told == [("/riff/1/seed", 7)]


def test_the_readme_has_every_letter():
    rows = re.findall(r"^\| `(\w)` \| `(\S+)` \|", README.read_text(), re.MULTILINE)
    assert {letter: address.replace("<voice>", "{voice}") for letter, address in rows} == LETTERS
    assert len(rows) == len(LETTERS)


@pytest.mark.clients
@in_a_network_of_its_own
@needs("oscsend")
def test_the_readme_and_what_its_grid_sends(tmp_path):
    (block,) = re.findall(r"^```sh\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    sends = "\n".join(f"oscsend localhost 7433 /{letter} ii 1 {value}" for letter, value in ("p1", "p2", "s3"))
    done = run_alone(tmp_path, sys.executable, EAR, "sh", "-e", "-c", block + sends)
    took = [line.removeprefix("took /riff/1/") for line in done.stdout.splitlines() if line.startswith("took")]
    assert took == ["slot dub", "prompt dub techno chords", "slot acid", "prompt acid bass", "seed 3"]


def test_every_letter_means_what_is_there():
    assert set(LETTERS.values()) - set(BY_PATH) == {"/riff/snapshot/recall"}


def test_what_is_sent_is_what_riffosc_reads():
    assert unpack(SEED_7) == [("/s", 1, 7)]
