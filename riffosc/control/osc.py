"""OSC over UDP: one socket that listens, answers and notifies."""

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from riffosc.commands import Ask, CommandDoc
from riffosc.control.desk import Counters, Desk
from riffosc.control.dispatch import Played
from riffosc.control.moments import Due
from riffosc.control.replies import Line, Peer
from riffosc.params import Store, Value

log = logging.getLogger(__name__)

PORT = 7433
RECEIVE_BUFFER = 2**20  # bytes asked of the system: a chord of faders may come while the loop is busy


class OscServer(asyncio.DatagramProtocol):
    """A Desk on a UDP port. Made by `open`; everything else on the event loop, too.

    Other programs find the answers where they sent their question from, and all of them come from our own
    port: SuperCollider and firewalls go by that.
    """

    def __init__(self, store: Store, wall: Callable[[], float] = time.time) -> None:
        self.allow: Callable[[str], bool] = lambda _: True  # asked of a sender's address; others get no answer
        self.desk = Desk(store, self._carry, asyncio.get_running_loop(), wall)
        self._transport: asyncio.DatagramTransport | None = None
        self._sending_to: Peer = None
        self._choked = False

    @classmethod
    async def open(
        cls,
        store: Store,
        bind: str = "127.0.0.1",
        port: int = PORT,
        *,
        due: Due | None = None,
        played: Played | None = None,
    ) -> "OscServer":
        """Listen on `bind`; port 0 is any free one. OSError, in words, when the port cannot be had."""
        server = cls(store)
        server.desk.hear(due, played)
        loop = asyncio.get_running_loop()
        try:
            await loop.create_datagram_endpoint(lambda: server, local_addr=(bind, port))
        except OSError as error:
            server.desk.close()
            raise OSError(error.errno, f"UDP port {port} of {bind} cannot be had: {error.strerror or error}") from error
        return server

    @property
    def port(self) -> int:
        """The port in use."""
        return self.desk.commands.port

    @property
    def counters(self) -> Counters:
        return self.desk.counters

    def add_command(self, doc: CommandDoc, ask: Ask) -> None:
        """Take up a command of another part: see `Commands.add`."""
        self.desk.commands.add(doc, ask)

    def notify(self, event: str, address: str, *args: Value) -> None:
        """Tell all who subscribed to an event: notify("clip", "/riff/clip", bank, index, path, ...)."""
        self.desk.subscriptions.event(event, address, *args)

    def wanted(self, heard: str) -> bool:
        """Whether anybody has subscribed to an address, or to an event."""
        return self.desk.subscriptions.wanted(heard)

    def done(self, command: str, *args: Value) -> None:
        """A command that takes time has come to its end: told to who last used the address `command`."""
        self.desk.reports.done(command, *args)

    def fail(self, command: str, code: int, text: str) -> None:
        """It has failed, and why, in words."""
        self.desk.reports.fail(command, code, text)

    def close(self) -> None:
        """Give the port back. What waits for its time tag is forgotten."""
        self.desk.close()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        where: socket.socket = transport.get_extra_info("socket")
        with suppress(OSError):  # some systems refuse what is over their limit; theirs will do
            where.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.desk.commands.port = where.getsockname()[1]

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if exc is not None:
            log.error("the OSC port was lost: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        if self.allow(addr[0]):
            self.desk.receive(data, addr)

    def error_received(self, exc: Exception) -> None:
        """A datagram could not be sent: who cannot be reached is told no more."""
        if self._sending_to is not None:
            self.desk.subscriptions.remove_all(self._sending_to)
        log.debug("OSC to %s: %s", self._sending_to, exc)

    def _carry(self, peer: Peer, datagram: bytes) -> None:
        if isinstance(peer, Line):
            peer.carry(datagram)
            return
        if peer is None or self._transport is None or self._choked:
            return
        self._sending_to = peer
        try:
            self._transport.sendto(datagram, cast(tuple[Any, ...], peer))
        finally:
            self._sending_to = None

    def pause_writing(self) -> None:
        """The system takes no more for now: what there is to send is lost, as on any wire, and not piled up."""
        self._choked = True

    def resume_writing(self) -> None:
        self._choked = False
