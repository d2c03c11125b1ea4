"""The walk of a datagram: what is right is read, what is not is a PacketError and nothing else."""

import math
import struct
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osc_helpers import WALL, build, bundle

from riffosc.control.packet import MAX_ELEMENTS, Message, PacketError, read_packet, unix_time

HEAD = b"#bundle\0" + b"\0" * 7 + b"\1"


def padded(data):
    return data + b"\0" * (4 - len(data) % 4)


def message(tags, body=b"", address=b"/riff/tempo"):
    return padded(address) + padded(b"," + tags) + body


def wrapped(inside):
    return HEAD + struct.pack(">i", len(inside)) + inside


def only(data):
    (one,) = read_packet(data)
    return one


def test_what_python_osc_encodes_is_read():
    data = build("/a/b", 1, 0.5, "dub", True, False, None, (2.5, "d"), (7, "h"), b"\1\2\3")
    assert only(data) == Message("/a/b", (1, 0.5, "dub", True, False, None, 2.5, 7, b"\1\2\3"))


@pytest.mark.parametrize(
    ("tags", "body", "args"),
    [
        (b"Sf", padded(b"sym") + struct.pack(">f", 0.5), ("sym", 0.5)),
        (b"ci", struct.pack(">ii", ord("x"), 3), ("x", 3)),
        (b"rf", struct.pack(">If", 0xFF00FF00, 1.5), (0xFF00FF00, 1.5)),
        (b"mi", b"\0\x90\x40\x7f" + struct.pack(">i", 4), (b"\0\x90\x40\x7f", 4)),
        (b"I", b"", (math.inf,)),
        (b"[ff]i", struct.pack(">ffi", 0.5, 1.5, 2), (0.5, 1.5, 2)),
        (b"t", struct.pack(">II", 2208988800 + 10, 2**31), (10.5,)),
        (b"t", struct.pack(">Q", 1), (0.0,)),
        (b"b", struct.pack(">i", 0), (b"",)),
    ],
)
def test_types_that_others_read_wrongly(tags, body, args):
    assert only(message(tags, body)).args == args


def test_text_is_utf8_or_else_latin1():
    assert only(message(b"s", padded("café".encode()))).args == ("café",)
    assert only(message(b"s", padded("café".encode("latin-1")))).args == ("café",)
    assert only(message(b"", address="/prélude".encode("latin-1"))).address == "/prélude"


@pytest.mark.parametrize(
    ("body", "args"),
    [
        (b"", ()),
        (struct.pack(">i", 3), (3,)),
        (struct.pack(">f", 0.5), (0.5,)),
        (b"dub techno\0\0", ("dub techno",)),
    ],
)
def test_type_tags_may_be_missing(body, args):
    assert only(padded(b"/riff/tempo") + body).args == args


def test_time_tags():
    assert unix_time(0) is None and unix_time(1) is None
    assert unix_time(2208988800 << 32) == 0
    assert unix_time(0) is None
    assert unix_time(1 << 32) == 2**32 - 2208988800 + 1  # after February 2036
    assert only(bundle(WALL, build("/a"))).time == pytest.approx(WALL, abs=1e-6)
    assert only(bundle(None, build("/a"))).time is None


def test_a_bundle_within_a_bundle_is_not_earlier():
    late, soon = WALL + 2, WALL + 1
    data = bundle(late, build("/a"), bundle(soon, build("/b")), bundle(None, build("/c")), build("/d"))
    messages = read_packet(data)
    assert [m.address for m in messages] == ["/a", "/b", "/c", "/d"]
    assert [m.time for m in messages] == pytest.approx([late] * 4, abs=1e-6)


def test_an_element_of_negative_size():
    with pytest.raises(PacketError):
        read_packet(HEAD + b"\xff\xff\xff\xfc")


@pytest.mark.parametrize("size", [0, -4, 3, 8, 2**31 - 1, -(2**31)])
def test_an_element_of_a_wrong_size(size):
    with pytest.raises(PacketError):
        read_packet(HEAD + struct.pack(">i", size) + b"/a\0\0")


def test_nesting():
    data = build("/a")
    for _ in range(8):
        data = wrapped(data)
    assert only(data) == Message("/a")
    with pytest.raises(PacketError, match="nested"):
        read_packet(wrapped(data))


def test_ten_thousand_levels():
    depth = 3200  # what a datagram holds
    data = b"".join(HEAD + struct.pack(">i", (depth - level - 1) * 20 + 4) for level in range(depth)) + b"/a\0\0"
    assert len(data) <= 65536
    with pytest.raises(PacketError, match="nested"):
        read_packet(data)
    deeper = HEAD * 10_000
    with pytest.raises(PacketError, match="too long"):
        read_packet(deeper)


def test_arrays_in_arrays_in_arrays():
    assert only(message(b"[" * 1000 + b"i" + b"]" * 23, struct.pack(">i", 5))).args == (5,)
    with pytest.raises(PacketError):
        read_packet(message(b"[" * 4000))


def test_as_many_messages_as_there_may_be():
    one = build("/riff/tempo", 120.0)
    element = struct.pack(">i", len(one)) + one
    assert len(read_packet(HEAD + element * MAX_ELEMENTS)) == MAX_ELEMENTS
    with pytest.raises(PacketError, match="elements"):
        read_packet(HEAD + element * (MAX_ELEMENTS + 1))


def test_the_elements_of_all_bundles_count_together():
    one = struct.pack(">i", 4) + b"/a\0\0"
    many = HEAD + one * 600
    with pytest.raises(PacketError, match="elements"):
        read_packet(HEAD + (struct.pack(">i", len(many)) + many) * 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\0",
        b"riff",
        b"/riff",  # no end
        b"#bundle\0",
        b"#bundle\0\0\0\0",
        HEAD + b"\0\0",
        b"#bandle\0" + b"\0" * 8,
        message(b"i"),  # ends within its argument
        message(b"i", b"\0\0"),
        message(b"s", b"dub"),
        message(b"i", b"\0" * 8),  # more than it says
        message(b"b", struct.pack(">i", -4)),
        message(b"b", struct.pack(">i", 2**31 - 1)),
        message(b"b", struct.pack(">i", 8) + b"\0" * 4),
        message(b"z", b"\0" * 4),
        message("é".encode(), b"\0" * 4),
        message(b"T" * 5000),
        message(b"", address=b"/" + b"x" * 1000),
        padded(b"/a") + b"," + b"i" * 7,  # type tags without an end
    ],
)
def test_malformed(data):
    with pytest.raises(PacketError):
        read_packet(data)


def attempt(data):
    try:
        messages = read_packet(data)
    except PacketError:
        return
    assert len(messages) <= MAX_ELEMENTS
    assert all(isinstance(m, Message) and m.address.startswith("/") for m in messages)


@given(st.binary(max_size=300))
def test_any_bytes(data):
    attempt(data)
    attempt(HEAD + data)
    attempt(b"/riff/tempo\0" + data)
    attempt(b"/a\0\0," + data)


ARGUMENT = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.floats(width=32),
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=20),
    st.binary(min_size=1, max_size=20),
    st.booleans(),
)
MESSAGE = st.builds(lambda args: build("/riff/1/prompt", *args), st.lists(ARGUMENT, max_size=6))
PACKET = st.recursive(
    MESSAGE,
    lambda inside: st.builds(lambda time, parts: bundle(time, *parts), st.sampled_from([None, WALL]), st.lists(inside)),
    max_leaves=10,
)


@given(PACKET, st.data())
@settings(max_examples=300)
def test_valid_packets_with_faults(data, faults):
    attempt(data)
    damaged = bytearray(data)
    for _ in range(faults.draw(st.integers(1, 4))):
        at = faults.draw(st.integers(0, max(0, len(damaged) - 1)))
        damaged[at : at + faults.draw(st.integers(0, 4))] = faults.draw(st.binary(max_size=8))
    attempt(bytes(damaged))


@given(st.lists(ARGUMENT, max_size=10))
def test_what_goes_in_comes_out(args):
    got = only(build("/x", *args)).args
    assert len(got) == len(args)
    assert got == tuple(pytest.approx(arg, nan_ok=True) if isinstance(arg, float) else arg for arg in args)


def test_every_single_byte_changed():
    data = bundle(WALL, build("/riff/1/prompt", "dub", 0.5, b"blob"), build("/riff/tempo", 120))
    for at, byte in product(range(len(data)), (0, 1, 0x2F, 0x7F, 0x80, 0xFF)):
        attempt(data[:at] + bytes([byte]) + data[at + 1 :])
    for end in range(len(data)):
        attempt(data[:end])
