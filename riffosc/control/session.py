"""One WebSocket: OSC messages in binary frames both ways, and in text frames what OSCQuery has beside them."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from functools import partial

from starlette.websockets import WebSocket, WebSocketDisconnect

from riffosc.control.desk import Desk
from riffosc.control.replies import Handle, Line, encode
from riffosc.control.reports import Code, Refusal
from riffosc.params import Access, Value

RATE_HZ = 30.0  # at which values go out; of what changed in between, the newest
BATCH = 512  # of them at once
MAX_WAITING = 1024  # frames that wait for a slow client; what comes on top is lost, as on any wire


class Session(Line):
    """Lives as long as its connection. Memory is bounded: a value for each address, and MAX_WAITING frames."""

    def __init__(self, desk: Desk, socket: WebSocket) -> None:
        self._desk = desk
        self._socket = socket
        self._open = False
        self._listening: set[str] = set()
        self._newest: dict[str, Value] = {}
        self._outgoing: deque[bytes] = deque()
        self._something = asyncio.Event()
        self._timer: Handle | None = None
        self._commands: dict[str, Callable[[str], None]] = {"LISTEN": self._listen, "IGNORE": self._ignore}

    async def run(self) -> None:
        """From the handshake until either side hangs up."""
        try:
            await self._socket.accept()
        except WebSocketDisconnect:
            return  # it has gone again
        self._open = True
        self._desk.store.listen(self._changed)
        self._desk.subscriptions.others.append(self._listens)
        try:
            async with asyncio.TaskGroup() as both:
                writer = both.create_task(self._write())
                await self._read()
                writer.cancel()
        except* WebSocketDisconnect:
            pass  # gone, or given up: the reader has ended with the writer
        finally:
            self._close()

    def _close(self) -> None:
        """What answers later, to who asked once, finds nobody."""
        self._open = False
        self._outgoing.clear()
        self._desk.store.unlisten(self._changed)
        self._desk.subscriptions.others.remove(self._listens)
        self._desk.subscriptions.remove_all(self)
        if self._timer is not None:
            self._timer.cancel()

    # In

    async def _read(self) -> None:
        while (frame := await self._socket.receive())["type"] == "websocket.receive":
            if frame.get("bytes") is not None:
                self._desk.receive(frame["bytes"], self)
            else:
                self._desk.reports.attempt(self, "", partial(self._obey, frame["text"]))
            await asyncio.sleep(0)  # others have their turn, however many frames there are

    def _obey(self, text: str) -> None:
        try:
            order = json.loads(text)
            command, path = self._commands[order["COMMAND"]], str(order["DATA"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Refusal(
                Code.NONSENSE, '{"COMMAND": "LISTEN", "DATA": "/riff/tempo"} is understood; IGNORE, too'
            ) from error
        command(path)

    def _listen(self, path: str) -> None:
        """From now on, and how it stands. Of a trigger, each time that it is pulled."""
        param = self._desk.store.find(path)
        if param is None:
            raise Refusal(Code.UNKNOWN, f"nothing to listen to at {path!r:.90}")
        self._listening.add(path)
        if param.access is not Access.TRIGGER:
            self._changed(path, self._desk.store.get(path))

    def _listens(self, path: str) -> bool:
        return path in self._listening

    def _ignore(self, path: str) -> None:
        self._listening.discard(path)
        self._newest.pop(path, None)

    # Out

    def carry(self, datagram: bytes) -> None:
        if self._open and len(self._outgoing) < MAX_WAITING:
            self._outgoing.append(datagram)
            self._something.set()

    def _changed(self, address: str, value: Value) -> None:
        if address in self._listening:
            self._newest[address] = value
            if self._timer is None:
                self._flush()

    def _flush(self) -> None:
        """Values join the queue when it is empty: of a client that cannot keep up, they wait and are replaced."""
        self._timer = None
        if not self._newest:
            return
        for address in list(self._newest)[:BATCH] if not self._outgoing else ():
            self.carry(encode(address, self._newest.pop(address)))
        self._timer = asyncio.get_running_loop().call_later(1 / RATE_HZ, self._flush)

    async def _write(self) -> None:
        while await self._something.wait():
            self._something.clear()
            while self._outgoing:
                await self._socket.send_bytes(self._outgoing[0])
                self._outgoing.popleft()
