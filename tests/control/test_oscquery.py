"""OSCQuery over HTTP, read by a client that knows the proposal and nothing of riffosc."""

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oscquery_client import nodes

from riffosc.commands import COMMANDS, CommandDoc
from riffosc.control.oscquery import Namespace
from riffosc.params import PARAMS, Access, Store

HOST_INFO_KEYS = {"NAME", "EXTENSIONS", "OSC_IP", "OSC_PORT", "OSC_TRANSPORT", "WS_IP", "WS_PORT"}
JSON_TYPES = {"i": int, "f": (int, float), "s": str}


def test_a_client_reads_every_node(with_web):
    """The tree is sound, each node can be asked for by its path, and each attribute by its name."""

    async def play(osc, client):
        root = await client.asks("/")
        assert root["FULL_PATH"] == "/" and root["ACCESS"] == 0
        seen = set()
        for node in nodes(root):
            check(node)
            seen.add(node["FULL_PATH"])
            for name, inside in node.get("CONTENTS", {}).items():
                assert inside["FULL_PATH"] == f"{node['FULL_PATH'].rstrip('/')}/{name}"
        addresses = {address for address, _ in osc.desk.store.addresses()}
        commands = {doc.address for doc in COMMANDS if doc.address.startswith("/riff/")}
        assert addresses | commands <= seen
        assert seen - addresses - commands == {"/", "/riff", *(f"/riff/{voice}" for voice in range(1, 9))}
        for node in list(nodes(root))[::7]:
            assert await client.asks(node["FULL_PATH"]) == node
            for attribute in set(node) - {"CONTENTS", "VALUE"}:
                assert await client.asks(node["FULL_PATH"], attribute) == {attribute: node[attribute]}

    with_web(play)


def check(node):
    """What the proposal asks of every node."""
    access = node["ACCESS"]
    assert access in (0, 1, 2, 3)
    assert ("TYPE" in node) is (access > 0)
    if access == 0:
        assert node["CONTENTS"]
        return
    assert node["DESCRIPTION"]
    assert node["TYPE"] == "N" or set(node["TYPE"]) <= set("ifs")
    assert ("VALUE" in node) is bool(access & 1)
    for name in {"VALUE", "RANGE", "UNIT", "CLIPMODE", "EXTENDED_TYPE", "DEFAULT_VALUE"} & set(node):
        assert len(node[name]) == len(node["TYPE"]), "one for each letter of the type"
    for value in node.get("VALUE", []):
        assert isinstance(value, JSON_TYPES[node["TYPE"]]) and not isinstance(value, bool)
    for span in node.get("RANGE", []):
        assert span.keys() <= {"MIN", "MAX", "VALS"}
        assert span.get("MIN", 0) <= span.get("MAX", 2**31)
    assert set(node.get("CLIPMODE", [])) <= {"none", "low", "high", "both"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/riff/tempo",
            {"TYPE": "f", "ACCESS": 3, "VALUE": [120.0], "RANGE": [{"MIN": 20.0, "MAX": 300.0}], "UNIT": ["time.bpm"]},
        ),
        (
            "/riff/8/bars",
            {
                "TYPE": "i",
                "ACCESS": 3,
                "VALUE": [2],
                "RANGE": [{"VALS": [1, 2, 3, 4, 6, 8, 12, 16]}],
                "CLIPMODE": ["both"],
            },
        ),
        ("/riff/2/swap", {"TYPE": "s", "RANGE": [{"VALS": ["beat", "bar", "loop"]}], "CLIPMODE": ["none"]}),
        ("/riff/1/mute", {"TYPE": "i", "ACCESS": 3, "VALUE": [0], "RANGE": [{"MIN": 0, "MAX": 1}]}),
        ("/riff/1/prompt", {"TYPE": "s", "ACCESS": 3, "VALUE": [""], "EXTENDED_TYPE": ["words"]}),
        ("/riff/xruns", {"TYPE": "i", "ACCESS": 1, "VALUE": [0], "UNIT": ["blocks"]}),
        ("/riff/panic", {"TYPE": "N", "ACCESS": 2, "CRITICAL": True}),
        ("/riff/1/generate", {"TYPE": "i", "ACCESS": 2, "CRITICAL": True}),
        ("/riff/ping", {"TYPE": "N", "ACCESS": 2, "TAGS": ["command"]}),
        ("/riff/list", {"TYPE": "s", "ACCESS": 2}),
        ("/riff/subscribe", {"TYPE": "s", "ACCESS": 2, "OVERLOADS": [{"TYPE": t} for t in ("sf", "sff", "sffi")]}),
    ],
)
def test_one_of_each_kind(with_web, path, expected):
    async def play(osc, client):
        node = await client.asks(path)
        assert {name: node[name] for name in expected} == expected

    with_web(play)


def test_values_are_those_of_now(with_web):
    async def play(osc, client):
        osc.desk.store.set("/riff/3/prompt", "dub „techno“ 🎛")
        osc.desk.store.publish("/riff/3/level", 0.25)
        assert await client.asks("/riff/3/prompt", "VALUE") == {"VALUE": ["dub „techno“ 🎛"]}
        assert (await client.asks("/riff/3"))["CONTENTS"]["level"]["VALUE"] == [0.25]
        osc.desk.store.set("/riff/3/mute", True)
        assert (await client.requests("/riff/3/mute?VALUE"))[2] == b'{"VALUE": [1]}'

    with_web(play)


def test_host_info_whatever_the_path(with_web):
    async def play(osc, client):
        for path in ("/", "/riff/tempo", "/nowhere"):
            info = await client.asks(path, "HOST_INFO")
            assert info.keys() == HOST_INFO_KEYS
            assert (info["OSC_IP"], info["OSC_PORT"], info["OSC_TRANSPORT"]) == ("127.0.0.1", osc.port, "UDP")
            assert (info["WS_IP"], info["WS_PORT"]) == ("127.0.0.1", client.port)
            assert info["EXTENSIONS"]["VALUE"] is True and info["EXTENSIONS"]["RANGE"] is True
        supported = set(info["EXTENSIONS"])
        for node in nodes(await client.asks("/")):
            assert set(node) <= supported | {"FULL_PATH", "CONTENTS", "TYPE"}, "what is sent is announced"

    with_web(play)


def test_what_is_not_there_or_not_readable(with_web):
    async def play(osc, client):
        for path in ("/riff/1?VALUE", "/?VALUE", "/riff/tap?VALUE", "/riff/ping?VALUE"):
            assert (await client.requests(path))[::2] == (204, b"")
        for path in (
            "/riff/bpm",
            "/riff/9/gain",
            "/riff//tempo",
            "//",
            "/riff/tempo/x",
            "/dirt",
            "/riff/*/gain",
            "/%00",
        ):
            assert (await client.requests(path))[0] == 404, path
        for path in ("/riff/1/gain?COLOUR", "/?value", "/riff/tempo?VALUE&nonsense=1"):
            assert (await client.requests(path))[0] == 400, path
        assert await client.asks("/riff/1", "TYPE") == {}
        assert await client.asks("/riff/1/prompt", "RANGE") == {}
        assert (await client.asks("/riff/"))["FULL_PATH"] == "/riff"

    with_web(play)


def test_encoded_paths_are_the_same_paths(with_web):
    async def play(osc, client):
        status, _, body = await client.requests("/%72iff/%74empo")
        assert status == 200 and json.loads(body)["FULL_PATH"] == "/riff/tempo"
        for path in (
            "/riff/../riff/tempo",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/riff%2Ftempo%00",
            "/%ff%fe",
            "/riff/" + "a" * 9000,
        ):
            assert (await client.requests(path))[0] == 404, path

    with_web(play)


def test_a_command_of_another_part_is_a_node(with_web):
    async def play(osc, client):
        osc.add_command(
            CommandDoc("/riff/midi/learn", "s:address [i:voice]", "/riff/done", "Turn a knob."), lambda _: []
        )
        node = await client.asks("/riff/midi")
        assert node["CONTENTS"]["learn"]["TYPE"] == "s"
        assert node["CONTENTS"]["learn"]["OVERLOADS"] == [{"TYPE": "si"}]

    with_web(play)


def test_only_reading_by_http(with_web):
    async def play(osc, client):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE"):
            assert (await client.requests("/riff/tempo", method, b"1" * 300_000))[0] == 405
        status, _, body = await client.requests("/riff/tempo", "HEAD")
        assert (status, body) == (200, b"")

    with_web(play)


def test_pages_of_other_sites_are_turned_away(with_web):
    """DNS rebinding by Host, others' pages by Origin; no header allows what the browser would forbid."""

    async def play(osc, client):
        assert (await client.requests("/", host="evil.example"))[0] == 403
        assert (await client.requests("/", host=f"evil.example:{client.port}"))[0] == 403
        assert (await client.requests("/", origin="https://evil.example"))[0] == 403
        assert (await client.requests("/", "OPTIONS", origin="https://evil.example"))[0] == 403
        assert (await client.requests("/", host="studio.local"))[0] == 200
        for name in ("localhost", "127.0.0.1", "[::1]"):
            status, headers, _ = await client.requests("/", host=f"{name}:{client.port}")
            assert status == 200
            assert not [header for header in headers if header.lower().startswith("access-control")]

    with_web(play, names=["studio.local"])


def test_garbage_on_the_port(with_web):
    async def play(osc, client):
        for garbage in (
            b"\0" * 100,
            b"GET\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"/riff/tempo\0,i\0\0",
            b"GET /" + b"a" * 70000,
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
            writer.write(garbage)
            if not garbage.endswith(b"a"):
                writer.write_eof()
            assert b" 200 " not in await asyncio.wait_for(reader.read(65536), 30)
            writer.close()
        assert (await client.requests("/riff/tempo"))[0] == 200

    with_web(play)


def test_every_parameter_says_when_it_is_heard():
    root = Namespace(Store(), lambda: ()).node("/")
    for param in PARAMS:
        node = root
        for name in param.address(1)[1:].split("/"):
            node = node["CONTENTS"][name]
        assert f"heard-{param.when.value}" in node["TAGS"]
        assert ("DEFAULT_VALUE" in node) is (param.access is Access.READ_WRITE)


@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(["riff", "1", "tempo", "gain", "", "..", "*", "subscribe"])).map("/".join)
)
def test_any_path_is_a_node_or_is_not(path):
    node = Namespace(Store(2), lambda: COMMANDS).node("/" + path)
    if node is not None:
        assert node["FULL_PATH"].rstrip("/") == ("/" + path).removesuffix("/")
        check(node)


TARGETS = st.binary(max_size=60) | st.sampled_from([b"/", b"/riff", b"/riff/tempo?VALUE", b"*", b"/?HOST_INFO", b"/%"])
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"Host", b"Origin", b"Accept", b"Connection", b"Upgrade", b"Content-Length", b"Transfer-Encoding"]
        ),
        st.binary(max_size=30)
        | st.sampled_from([b"localhost", b"http://localhost", b"upgrade", b"websocket", b"chunked", b"5"]),
    ),
    max_size=6,
)


@given(
    st.lists(st.tuples(st.sampled_from([b"GET", b"HEAD", b"POST", b"\0"]), TARGETS, HEADERS), min_size=1, max_size=12)
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_request_is_answered_or_refused(with_web, requests):
    async def play(osc, client):
        for method, target, headers in requests:
            lines = [method + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in headers)]
            reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
            writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
            writer.write_eof()
            answer = await asyncio.wait_for(reader.read(300_000), 60)
            assert b" 500 " not in answer[:20]
            writer.close()
        assert (await client.requests("/riff/tempo"))[0] == 200

    with_web(play)
