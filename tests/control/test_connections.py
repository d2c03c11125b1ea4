"""Clients that are slow, silent or deaf, and what is no HTTP and no WebSocket: others are served, and nothing stays."""

import asyncio
import gc
import logging
import struct
from contextlib import suppress

import pytest
from osc_helpers import build
from test_web_session import Line, deaf, frame, line, sessions
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from riffosc.control import connections, served

HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1"
WAIT_S = 60  # for what takes a fraction of it


def heads(port, first=b"GET /riff/tempo", more=b""):
    return first + b" HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % port + more + b"\r\n"


UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


async def to_the_end(reader):
    """All that comes until we are hung up on."""
    with suppress(ConnectionResetError):
        return await asyncio.wait_for(reader.read(), WAIT_S)


def test_halves_of_requests_keep_nobody_out(with_web, monkeypatch):
    monkeypatch.setattr(connections, "ASK_S", 0.3)

    async def play(osc, client):
        lines = [await asyncio.open_connection("127.0.0.1", client.port) for _ in range(served.CONNECTIONS)]
        for number, (_, writer) in enumerate(lines):
            writer.write(HALF[: number % len(HALF)])
        async with asyncio.timeout(WAIT_S):
            while (await client.requests("/riff/tempo"))[0] != 200:
                await asyncio.sleep(0.05)
        for reader, writer in lines:
            assert await to_the_end(reader) in (b"", None)
            writer.close()

    with_web(play)


@pytest.mark.parametrize(("more", "then"), [(b"Content-Length: 1000\r\n", b"x"), (b"", HALF)])
def test_a_part_of_something_does_not_hold_a_line_that_was_answered(with_web, monkeypatch, more, then):
    monkeypatch.setattr(served, "IDLE_S", 0.3)

    async def play(osc, client):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(heads(client.port, more=more))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.write(then)
        await to_the_end(reader)
        writer.close()

    with_web(play)


def test_there_is_an_end_to_connections(with_web, monkeypatch):
    monkeypatch.setattr(connections, "MOST", 4)

    async def play(osc, client):
        lines = [await asyncio.open_connection("127.0.0.1", client.port) for _ in range(10)]
        for reader, _ in lines[4:]:
            assert await to_the_end(reader) in (b"", None)
        for _, writer in lines:
            writer.close()
        async with asyncio.timeout(WAIT_S):
            while True:
                with suppress(OSError):
                    if (await client.requests("/riff/tempo"))[0] == 200:
                        break

    with_web(play)


@pytest.mark.parametrize("listens", [False, True])
def test_who_takes_no_answer_is_given_up(with_web, monkeypatch, listens):
    monkeypatch.setattr(connections, "STUCK_S", 0.3)

    async def play(osc, client):
        raw = deaf(client.port, upgrade=listens)
        raw.settimeout(WAIT_S)
        for voice in range(1, 9):
            osc.desk.store.set(f"/riff/{voice}/prompt", "x" * 990)
        asked = frame(build("/riff/get", "/riff/*/prompt")) if listens else heads(client.port, b"GET /")
        with pytest.raises(ConnectionError):
            while True:
                await asyncio.to_thread(raw.sendall, asked)
        assert not sessions(osc)
        raw.close()

    with_web(play)


@pytest.mark.parametrize(
    "more",
    [
        b"X: " + b"a" * 9000 + b"\r\n",
        b"".join(b"X%d: a\r\n" % number for number in range(200)),
        b"Content-Length: 4\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ],
    ids=["long", "many", "body", "chunked"],
)
def test_what_asks_for_a_websocket_in_a_strange_way_is_answered(with_web, more):
    async def play(osc, client):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(heads(client.port, b"GET /", UPGRADE + more))
        answer = await to_the_end(reader)
        assert answer.startswith(b"HTTP/1.1 400") and b"This is no way to ask for a WebSocket." in answer
        writer.close()

    with_web(play)


def sockets():
    """The server's ends of WebSockets."""
    return [each for each in gc.get_objects() if issubclass(type(each), connections.WebSocketsSansIOProtocol)]


def test_pongs_that_nobody_takes_do_not_pile_up(with_web):
    """Of twelve megabytes the system's own buffers hold some."""
    pings = (b"\x89\xfd\0\0\0\0" + b"a" * 125) * 96_000

    async def play(osc, client):
        raw = deaf(client.port)
        await asyncio.to_thread(raw.recv, 4096)  # it is one now
        await asyncio.to_thread(raw.sendall, pings + frame(build("/riff/tempo", 99.0)))
        while osc.desk.store.get("/riff/tempo") != 99.0:  # all before it was taken in
            await asyncio.sleep(0.01)
        assert max(each.transport.get_write_buffer_size() for each in sockets()) < 1e6
        raw.close()

    with_web(play)


def test_endless_parts_of_nothing_do_not_pile_up(with_web):
    async def play(osc, client):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(heads(client.port, b"GET /", UPGRADE))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x02\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 1000)
        async with line(client) as one:
            await one.synced()
        assert max(len(each.frames) for each in sockets()) == 1
        writer.write(b"\x80\x80\0\0\0\0" + frame(b"/riff/ping\0\0,\0\0\0"))
        while b"/riff/pong" not in await asyncio.wait_for(reader.read(65536), WAIT_S):
            pass
        writer.close()

    with_web(play)


def test_clients_leave_nothing_in_the_log(with_web, caplog):
    async def play(osc, client):
        async with line(client) as one:
            await one.synced()
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(heads(client.port, b"GET /", UPGRADE))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame(b"\xff\xfe", text=True))
        assert (await to_the_end(reader)).endswith(struct.pack(">H", 1007))
        writer.close()
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{client.port}", origin="https://evil.example")
        with pytest.raises(ConnectionClosed):
            async with connect(f"ws://127.0.0.1:{client.port}") as socket:
                await socket.send(b"/" * 70_000)
                await Line(socket).synced()

    with_web(play)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
