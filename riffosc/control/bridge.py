"""Strudel's OSC bridge: what its `.osc()` sends to the WebSocket at port 8080, with no Node in between.

Each event is a text frame, as the server of @strudel/osc (1.3) takes it:
{"address": "/dirt/play", "args": [key, value, ...], "timestamp": unix milliseconds, "host": ..., "port": ...}.
Only patterns come this way, and only to riffosc.
"""

import asyncio
import json
import logging
import struct
from math import isfinite
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from riffosc.control.desk import Desk
from riffosc.control.guard import Guard
from riffosc.control.packet import read_packet
from riffosc.control.play import ADDRESSES, ROUTING
from riffosc.control.replies import FLOAT_MAX, Line, encode
from riffosc.control.served import Served, bound
from riffosc.params import Value

log = logging.getLogger(__name__)

PORT = 8080  # where Strudel looks for its bridge; it cannot be told otherwise
SITES = ("https://strudel.cc", "http://localhost:4321", "http://127.0.0.1:4321")  # Strudel, and a checkout of it
PAGES = 8  # at a time
DECIMALS = ("cps", "cycle", "delta")
SENTENCES = 100  # that are said; then it falls silent
NTP_EPOCH_S = 2208988800  # seconds from 1900 to 1970


class BridgeError(ValueError):
    """A frame that is not what Strudel sends, or not for us."""


class Bridge:
    """Made by `open`, ended by `close`."""

    @classmethod
    async def open(cls, desk: Desk, guard: Guard, bind: str, port: int = PORT) -> "Bridge":
        """OSError, in words, when the port cannot be had."""
        bridge = cls(desk)
        ear = await bound(bind, port)
        bridge.port = ear.getsockname()[1]
        bridge._served = Served(Starlette(routes=[WebSocketRoute("/", bridge._talk)]), guard, ear)
        return bridge

    def __init__(self, desk: Desk) -> None:
        self.port = 0
        self._served: Served | None = None
        self._desk = desk
        self._pages = 0
        self._said: set[str] = set()

    async def close(self) -> None:
        if self._served:
            await self._served.close()

    async def _talk(self, socket: WebSocket) -> None:
        await socket.accept()
        if self._pages >= PAGES:
            await socket.close(1013, "too many pages play already")
            return
        self._pages += 1
        page = _Page(self)
        try:
            while (frame := await socket.receive())["type"] == "websocket.receive":
                self._take(frame.get("text") or "", page)
                await asyncio.sleep(0)  # others have their turn, however many frames there are
        finally:
            self._pages -= 1

    def _take(self, frame: str, page: "_Page") -> None:
        try:
            self._desk.receive(event(frame, self._desk.commands.port), page)
        except BridgeError as error:
            self.say(str(error))

    def say(self, words: str) -> None:
        """Strudel shows no answers: so they are said here, each sentence once."""
        if words not in self._said and len(self._said) < SENTENCES:
            self._said.add(words)
            log.warning("Strudel: %s", words)


class _Page(Line):
    """Who plays, for the desk."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def carry(self, datagram: bytes) -> None:
        for message in read_packet(datagram):
            if message.address == "/riff/fail":
                self._bridge.say(str(message.args[-1]))


def event(frame: str, port: int) -> bytes:
    """A frame as a datagram of OSC, whose time tag is the frame's. `port` is ours. Raises BridgeError."""
    try:
        said = json.loads(frame)
        address, args = said["address"], list(said["args"])
        wanted = said.get("port", port)
        seconds = float(said["timestamp"]) / 1000 if "timestamp" in said else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise BridgeError("this is nothing that Strudel's .osc() sends") from error
    if address not in ADDRESSES:
        raise BridgeError(f"its bridge takes patterns ({ADDRESSES[1]}), not {str(address)[:40]}")
    if str(wanted) != str(port):
        raise BridgeError(f"its bridge carries to riffosc alone, not to port {str(wanted)[:10]}: leave out .oscport()")
    if seconds is not None and not (isfinite(seconds) and 0 < seconds < 2**32 - NTP_EPOCH_S):
        raise BridgeError("a time stamp is of no time")
    return _bundle(encode(address, *_pairs(args)), seconds)


def _pairs(args: list[Any]) -> list[Value]:
    """Keys and what they are set to, where that is a word or a number; colours and the like are for the screen."""
    pairs = zip(args[::2], args[1::2], strict=False)
    kept = [(key, value) for key, value in pairs if isinstance(key, str) and isinstance(value, str | int | float)]
    return [word for key, value in kept if key not in ROUTING for word in (key, _number(key, value))]


def _number(key: str, value: Value) -> Value:
    """JSON says 1 for 1.0, and who follows the cycles goes by the type, as TidalCycles sends it."""
    if key not in DECIMALS or isinstance(value, str):
        return value
    return float(min(max(value, -FLOAT_MAX), FLOAT_MAX))


def _bundle(message: bytes, seconds: float | None) -> bytes:
    tag = 1 if seconds is None else round((seconds + NTP_EPOCH_S) * 2**32)
    return b"#bundle\0" + struct.pack(">Qi", tag, len(message)) + message
