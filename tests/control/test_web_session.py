"""OSCQuery over WebSocket: listened to, set and fuzzed by a client that knows the proposal only."""

import asyncio
import json
import logging
import socket
import struct
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osc_helpers import build, bundle, unpack
from oscquery_client import nodes
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from riffosc.commands import CommandDoc
from riffosc.control.session import Session
from riffosc.params import Access


class Line:
    """A WebSocket to an OSCQuery server."""

    def __init__(self, socket):
        self.socket = socket

    async def order(self, command, path):
        await self.socket.send(json.dumps({"COMMAND": command, "DATA": path}))

    async def send(self, address, *args):
        await self.socket.send(build(address, *args))

    async def next(self):
        """The next OSC message; text frames would be PATH_CHANGED and the like."""
        frame = await asyncio.wait_for(self.socket.recv(), 30)
        assert isinstance(frame, bytes)
        (message,) = unpack(frame)
        return message

    async def until(self, *message):
        while await self.next() != message:
            pass

    async def synced(self, number=1):
        """All before it has been taken in."""
        await self.send("/riff/sync", number)
        await self.until("/riff/synced", number)


@asynccontextmanager
async def line(client, **more):
    info = await client.asks("/", "HOST_INFO")
    async with connect(f"ws://{info['WS_IP']}:{info['WS_PORT']}", **more) as socket:
        yield Line(socket)


def test_listen_hear_ignore(with_web):
    async def play(osc, client):
        async with line(client) as one:
            await one.order("LISTEN", "/riff/tempo")
            assert await one.next() == ("/riff/tempo", 120.0)
            osc.desk.store.set("/riff/tempo", 126)
            assert await one.next() == ("/riff/tempo", 126.0)
            osc.desk.store.set("/riff/1/gain", 0.5)
            await one.order("LISTEN", "/riff/1/prompt")
            assert await one.next() == ("/riff/1/prompt", "")
            assert osc.wanted("/riff/tempo")
            await one.order("IGNORE", "/riff/tempo")
            await one.synced()
            assert not osc.wanted("/riff/tempo")
            osc.desk.store.set("/riff/tempo", 130)
            osc.desk.store.set("/riff/1/prompt", "dub 🎛")
            assert await one.next() == ("/riff/1/prompt", "dub 🎛")

    with_web(play)


def test_a_client_sets_everything_that_can_be_set(with_web):
    """From the tree alone: each node is sent a value of its type and in its range, and heard of."""

    async def play(osc, client):
        writable = {node["FULL_PATH"]: node for node in nodes(await client.asks("/")) if node["ACCESS"] == 3}
        heard = {}
        async with line(client) as one:
            for path in writable:
                await one.order("LISTEN", path)
            while len(heard) < len(writable):
                heard.update([await one.next()])
            assert all([heard[path]] == node["VALUE"] for path, node in writable.items())
            for path, node in writable.items():
                await one.send(path, (other(node), node["TYPE"]))
            wanted = {path: pytest.approx(other(node)) for path, node in writable.items()}
            while heard != wanted:
                heard.update([await one.next()])
        assert len(writable) > 100
        assert await client.asks("/riff/tempo", "VALUE") == {"VALUE": [300.0]}

    with_web(play)


def other(node):
    """A value that a node does not have when riffosc starts."""
    span = node.get("RANGE", [{}])[0]
    if "VALS" in span:
        return next(value for value in span["VALS"] if [value] != node["VALUE"])
    if node["TYPE"] == "s":
        return "Am" if node["FULL_PATH"].endswith("/key") else "dub techno"
    low, high = span["MIN"], span["MAX"]
    return next(value for value in (high, low) if [value] != node.get("VALUE"))


def test_a_client_pulls_every_trigger(with_web):
    async def play(osc, client):
        triggers = [
            node for node in nodes(await client.asks("/")) if node["ACCESS"] == 2 and "command" not in node["TAGS"]
        ]
        pulled = []
        osc.desk.store.listen(lambda address, _: pulled.append(address))
        async with line(client) as one:
            for node in triggers:
                given = {"N": (None, "N"), "i": 5, "f": 2.0}[node["TYPE"]]
                await one.send(node["FULL_PATH"], given)
            await one.synced()
        assert [address for address in pulled if osc.desk.store.find(address).access is Access.TRIGGER] == [
            node["FULL_PATH"] for node in triggers
        ]

    with_web(play)


def test_whatever_udp_can_do(with_web):
    """Queries, lists, subscriptions, refusals and late reports come back over the socket that asked."""

    async def play(osc, client):
        osc.add_command(CommandDoc("/riff/echo", "s", "/riff/echo s", "Echo."), lambda args: [("/riff/echo", args)])
        async with line(client) as one, line(client) as other:
            await one.send("/riff/ping")
            assert (await one.next())[0] == "/riff/pong"
            await one.send("/riff/echo", "hello")
            assert await one.next() == ("/riff/echo", "hello")
            await one.send("/riff/tempo", "fast")
            assert (await one.next())[:3] == ("/riff/fail", "/riff/tempo", 400)
            await one.send("/riff/subscribe", "clip", 30.0, 0.0)
            assert (await one.next())[:2] == ("/riff/done", "/riff/subscribe")
            osc.notify("clip", "/riff/clip", "riff1", 3)
            assert await one.next() == ("/riff/clip", "riff1", 3)
            await one.send("/riff/1/save")
            await one.synced()
            osc.done("/riff/1/save", "kept.wav")
            assert await one.next() == ("/riff/done", "/riff/1/save", "kept.wav")
            await one.send("/riff/list", "/riff/1")
            listed = []
            while not listed or listed[-1][0] != "/riff/list/end":
                listed += unpack(await one.socket.recv())
            assert listed[-1] == ("/riff/list/end", len(listed) - 1)
            await other.synced(9)  # which heard nothing of all this

    with_web(play)


def test_who_hangs_up_leaves_nothing_behind(with_web):
    async def play(osc, client):
        before = list(osc.desk.store._listeners)
        async with line(client) as one:
            await one.order("LISTEN", "/riff/tempo")
            await one.send("/riff/subscribe", "/riff/tempo", 30.0, 0.0)
            await one.send("/riff/1/save")
            await one.synced()
            assert len(osc.desk.subscriptions) == 1
        while osc.desk.store._listeners != before:
            await asyncio.sleep(0.01)
        assert len(osc.desk.subscriptions) == 0 and not osc.wanted("/riff/tempo")
        osc.done("/riff/1/save", "too late")
        osc.desk.store.set("/riff/tempo", 99)
        assert (await client.asks("/riff/tempo", "VALUE")) == {"VALUE": [99.0]}

    with_web(play)


def test_values_come_at_a_bounded_rate_and_the_newest_comes(with_web):
    async def play(osc, client):
        async with line(client) as one:
            await one.order("LISTEN", "/riff/1/gain")
            await one.next()
            loop = asyncio.get_running_loop()
            began, heard, step = loop.time(), 0, 0
            while loop.time() - began < 0.5:
                osc.desk.store.set("/riff/1/gain", (step := step + 1) % 1000 / 1000)
                await asyncio.sleep(0)
            osc.desk.store.set("/riff/1/gain", 2.0)
            while (await one.next())[1] != 2.0:
                heard += 1
            assert step > heard and heard <= 30 * (loop.time() - began) + 1

    with_web(play)


def test_a_client_that_does_not_read_piles_up_nothing(with_web):
    """It listens to everything and asks again and again for more than the system's buffers hold."""

    async def play(osc, client):
        addresses = [address for address, _ in osc.desk.store.addresses()]
        question, times, handful = frame(build("/riff/get", "/riff/*/prompt")), 1000, 50
        async with line(client) as other:
            sleeper = deaf(client.port)
            for address in addresses:
                sleeper.sendall(frame(json.dumps({"COMMAND": "LISTEN", "DATA": address}).encode(), text=True))
            for step in range(times // handful):
                for voice in range(1, 9):
                    osc.desk.store.set(f"/riff/{voice}/prompt", "x" * 990 + str(step))
                sleeper.sendall(question * handful)
                await other.synced(step)
            while osc.counters.received < times + times // handful:
                await asyncio.sleep(0.05)
            await other.synced(step)
            (waiting,) = (one._outgoing for one in sessions(osc) if one._outgoing)
            assert 0 < sum(map(len, waiting)) < 2e6, "eight megabytes were asked for"
            sleeper.close()

    with_web(play)


def sessions(osc):
    return [one.__self__ for one in osc.desk.store._listeners if isinstance(getattr(one, "__self__", None), Session)]


def deaf(port, upgrade=True):
    """A WebSocket by hand that never reads, with the smallest buffer that the system gives; or HTTP."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", port))
    if upgrade:
        raw.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
    return raw


def frame(payload, text=False):
    """Masked with zeros, which leaves it as it is."""
    size = struct.pack(">B", 0x80 | len(payload)) if len(payload) < 126 else struct.pack(">BH", 0xFE, len(payload))
    return bytes([0x81 if text else 0x82]) + size + b"\0\0\0\0" + payload


@pytest.mark.parametrize("words", ["", "LISTEN", "junk", "half"])
def test_who_vanishes_makes_no_noise(with_web, caplog, words):
    """Reset at any moment: in the handshake, while values come, in the middle of a frame."""
    said = {
        "": b"",
        "LISTEN": frame(b'{"COMMAND": "LISTEN", "DATA": "/riff/tempo"}', text=True),
        "junk": bytes(range(256)),
        "half": frame(build("/riff/1/prompt", "a" * 99))[:50],
    }[words]

    async def play(osc, client):
        for step in range(40):
            raw = deaf(client.port)
            raw.sendall(said)
            osc.desk.store.set("/riff/tempo", 100 + step)
            await asyncio.sleep(0.002 * (step % 5))
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raw.close()
        async with line(client) as one:
            await one.synced()

    with_web(play)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://localhost:1", "file://"],
)
def test_pages_of_other_sites_get_no_socket(with_web, origin):
    async def play(osc, client):
        with pytest.raises(InvalidStatus) as refused:
            async with line(client, origin=origin):
                pass
        assert refused.value.response.status_code == 403
        async with line(client, origin=f"http://127.0.0.1:{client.port}") as ours:
            await ours.synced()

    with_web(play)


def test_a_strangers_name_gets_no_socket(with_web):
    async def play(osc, client):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(
                f"ws://evil.example:{client.port}", host="127.0.0.1", origin=f"http://evil.example:{client.port}"
            ):
                pass
        assert refused.value.response.status_code == 403

    with_web(play)


def test_too_many_are_told_so(with_web):
    async def play(osc, client):
        from riffosc.control.web import SESSIONS

        lines = [await connect(f"ws://127.0.0.1:{client.port}") for _ in range(SESSIONS)]
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{client.port}")
        assert refused.value.response.status_code == 503
        for one in lines:
            await one.close()
        async with line(client) as one:
            await one.synced()

    with_web(play)


def test_frames_are_bounded(with_web):
    async def play(osc, client):
        async with line(client) as one:
            await one.socket.send(b"/" * 70_000)
            with pytest.raises(ConnectionClosed):
                await one.socket.recv()
        async with line(client) as one:
            await one.synced()

    with_web(play)


def test_riffosc_ends_while_clients_listen(with_web):
    """Whether they answer or not; those that read are told."""
    lines = []

    async def play(osc, client):
        lines.append(await connect(f"ws://127.0.0.1:{client.port}"))
        lines.append(deaf(client.port))
        await Line(lines[0]).synced()

    with_web(play)
    assert lines[0].close_code == 1012
    lines[1].close()


JUNK = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=80),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inside: (
            st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(["COMMAND", "DATA", "x"]), inside)
        ),
        max_leaves=8,
    ).map(json.dumps),
    st.builds(
        lambda command, path: json.dumps({"COMMAND": command, "DATA": path}),
        st.sampled_from(["LISTEN", "IGNORE", "PATH_CHANGED", "listen", "", None, 5, [], {}]),
        st.sampled_from(["/riff/tempo", "/riff/tap", "/", "", "/riff/*/gain", None, [], "/riff/9/gain", "\0"]),
    ),
    st.just("[" * 60_000),
    st.builds(lambda head: head + bundle(None, build("/riff/1/gain", 0.5)), st.binary(max_size=6)),
)


@given(st.lists(JUNK, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent(with_web, frames):
    """Told in words, and the line stays up."""

    async def play(osc, client):
        async with line(client) as one:
            for each in frames:
                await one.socket.send(each)
            await one.synced(77)
        assert (await client.requests("/riff/tempo"))[0] == 200

    with_web(play)
