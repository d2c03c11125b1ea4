"""Questions and answers."""

import numpy as np
import pytest
from osc_helpers import unpack

from riffosc import __version__
from riffosc.commands import COMMANDS
from riffosc.control.replies import MAX_BYTES, encode
from riffosc.params import PARAMS, Access


def test_ping(table):
    table.desk.commands.port = 7433
    table.send("/riff/ping")
    assert table.heard() == [("/riff/pong", __version__, 8, 7433)]


def test_handshake(table):
    table.send("/dirt/handshake")
    assert table.heard() == [("/dirt/handshake/reply", "&controlBusIndices")]


@pytest.mark.parametrize(("args", "number"), [([41], 41), ([41.0], 41), ([], 0), (["7"], 7)])
def test_sync(table, args, number):
    table.send("/riff/sync", *args)
    assert table.heard() == [("/riff/synced", number)]


def test_get(table):
    table.send("/riff/1/mute", 1)
    table.send("/riff/get", "/riff/1/mute", "/riff/tempo", "/riff/1/prompt", "/riff/1/state")
    assert table.heard() == [
        ("/riff/1/mute", 1),
        ("/riff/tempo", 120.0),
        ("/riff/1/prompt", ""),
        ("/riff/1/state", "empty"),
    ]


def test_an_address_without_arguments_is_a_question(table):
    table.send("/riff/1/gain")
    table.send("/riff/beat")
    assert table.heard() == [("/riff/1/gain", 1.0), ("/riff/beat", 0.0)]
    assert table.told == []


def test_get_by_a_pattern(table):
    table.send("/riff/get", "/riff/*/gain", "/riff/1/*ain")
    assert table.heard() == [(f"/riff/{voice}/gain", 1.0) for voice in range(1, 9)]
    table.send("/riff/*/gain")
    assert len(table.heard()) == 8


@pytest.mark.parametrize(
    "asked", ["/riff/nothing", "/riff/*/nothing", "/riff/tap", "/riff/*/save", "tempo", "", 7, b"\1"]
)
def test_get_what_cannot_be_read(table, asked):
    table.send("/riff/get", asked)
    ((command, code, _),) = table.fails()
    assert (command, code) == ("/riff/get", 404)


def test_get_nothing(table):
    table.send("/riff/get")
    table.send("/riff/get", *["/riff/tempo"] * 65)
    assert [code for _, code, _ in table.fails()] == [400, 400]


def test_status(table):
    table.store.publish("/riff/beat", 5.5)
    table.send("/riff/status")
    ((address, *flat),) = table.heard()
    standing = dict(zip(flat[::2], flat[1::2], strict=True))
    assert address == "/riff/status"
    assert list(standing)[:4] == ["version", "voices", "tempo", "quantum"]
    assert standing["beat"] == 5.5 and standing["renderer"] == "starting"
    read_only = [param.name for param in PARAMS if param.access is Access.READ and not param.per_voice]
    assert list(standing)[4:] == read_only


def test_status_of_a_voice(table):
    table.store.publish("/riff/3/state", "painting")
    table.send("/riff/status", 3.0)
    ((_, *flat),) = table.heard()
    standing = dict(zip(flat[::2], flat[1::2], strict=True))
    assert standing["voice"] == 3 and standing["state"] == "painting"
    assert "beat" not in standing
    for args in ([9], [-1], [float("nan")], [(1e300, "d")]):
        table.send("/riff/status", *args)
    assert [code for _, code, _ in table.fails()] == [404, 404, 400, 404]


def test_list(table):
    table.send("/riff/list")
    table.clock.advance(1)
    sizes = [len(datagram) for _, datagram in table.datagrams]
    assert max(sizes) <= MAX_BYTES and len(sizes) > 1
    *items, end = table.heard()
    assert end == ("/riff/list/end", len(items))
    assert len(items) == len(list(table.store.addresses()))
    assert ("/riff/list/item", "/riff/tempo", "f", 120.0, 20.0, 300.0, "bpm", "rw") in items
    assert ("/riff/list/item", "/riff/1/prompt", "s", "", "", "", "words", "rw") in items
    assert ("/riff/list/item", "/riff/panic", "i", 1, "", "", "", "t") in items


def test_list_by_prefix(table):
    table.send("/riff/list", "/riff/2/")
    table.clock.advance(1)
    *items, end = table.heard()
    assert end[1] == len(items) == sum(param.per_voice for param in PARAMS)
    table.send("/riff/list", "/nothing")
    assert table.heard() == [("/riff/list/end", 0)]


def test_one_list_at_a_time(table):
    table.send("/riff/list")
    table.send("/riff/list")
    others = [("127.0.0.1", 40000 + n) for n in range(80)]
    for other in others:
        table.send("/riff/list", peer=other)
    table.clock.advance(1)
    heard = [message[0] for message in table.heard()]
    assert heard.count("/riff/list/end") == 1 and heard.count("/riff/fail") == 1
    ends = [sum(message[0] == "/riff/list/end" for message in table.heard(other)) for other in others]
    assert ends == [1] * 63 + [0] * 17
    table.send("/riff/list")
    table.clock.advance(1)
    assert table.heard()[-1][0] == "/riff/list/end"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (True, 1),
        (2**40, 2**31 - 1),
        (-(2**40), -(2**31)),
        (1e300, pytest.approx(3.4028234e38)),
        ("a\0b", "ab"),
        ("\ud800", "?"),
        ("é", "é"),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
    ],
)
def test_values_that_others_could_not_read(value, sent):
    assert unpack(encode("/x", value)) == [("/x", sent)]


def test_every_command_is_documented_and_works(table):
    for command in COMMANDS:
        assert command.doc.endswith((".", "?"))
        table.send(command.address)
        table.clock.advance(1)
        assert table.heard(), command.address
    assert not any(table.store.find(command.address) for command in COMMANDS)


def test_bad_datagrams_are_counted_and_published_five_times_a_second(table):
    for _ in range(100):
        table.raw(b"#bundle\0")
        table.raw(b"\x16\x03\x01\x02")  # somebody speaks TLS to us
        table.clock.advance(0.01)
    assert table.desk.counters.bad == 200
    published = [value for address, value in table.told if address == "/riff/bad_messages"]
    assert published[0] == 1 and 5 <= len(published) <= 6
    assert len(table.fails()) == 100  # those that were at least meant as OSC
    table.clock.advance(1)
    assert table.store.get("/riff/bad_messages") == 200


def test_messages_per_second(table):
    for _ in range(250):
        table.send("/riff/1/gain", 0.5)
        table.clock.advance(0.01)
    assert table.desk.counters.received == 250
    assert table.desk.counters.per_second == pytest.approx(100, rel=0.05)
