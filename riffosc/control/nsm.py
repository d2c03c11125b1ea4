"""The session manager's side of things (NSM, API 1.1): which session we are in, when to save, what to tell.

https://jackaudio.github.io/new-session-manager/api/
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from riffosc.control.packet import Message, PacketError, read_packet
from riffosc.control.replies import encode
from riffosc.params import Value

log = logging.getLogger(__name__)

NAME = "riffosc"
CAPABILITIES = ":dirty:message:progress:"  # not :switch:, for a client of JACK cannot be renamed while it plays
API = (1, 1)
ANNOUNCE, OPEN, SAVE = "/nsm/server/announce", "/nsm/client/open", "/nsm/client/save"
ANSWER_S = 5.0  # for the manager to say that it is there
OPEN_S = 60.0  # for it to open the session: while others load, we wait

T = TypeVar("T")
Saving = Callable[[], Awaitable[str]]  # what went wrong, in words; nothing when all is saved


class NsmError(Exception):
    """There is no session to be in, in words."""


class Code(IntEnum):
    """The second argument of /error."""

    GENERAL = -1
    NO_SESSION_OPEN = -6
    NOT_NOW = -8
    BAD_PROJECT = -9


@dataclass(frozen=True, slots=True)
class Project:
    """What the manager opens."""

    path: Path  # a folder, made by us; all of the session lies in it
    name: str  # of the session, to be shown
    client: str  # ours, unlike any other in the session; JACK knows us by it


class Nsm(asyncio.DatagramProtocol):
    """One socket, from the announcement to the end: the manager knows its clients by where they send from."""

    def __init__(self, manager: tuple[str, int]) -> None:
        self._manager = manager
        loop = asyncio.get_running_loop()
        self._transport: asyncio.DatagramTransport | None = None
        self._answered: asyncio.Future[None] = loop.create_future()
        self._opened: asyncio.Future[Project] = loop.create_future()
        self._saving: Saving | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._dirty: bool | None = None  # as the manager knows it

    @classmethod
    async def join(cls, url: str, answer_s: float = ANSWER_S) -> tuple["Nsm", Project]:
        """Announce riffosc at NSM_URL and wait for the session to be opened. Raises NsmError."""
        try:
            manager = await asyncio.to_thread(_resolve, url)
            here = _source(manager)
            nsm = cls(manager)
            await asyncio.get_running_loop().create_datagram_endpoint(lambda: nsm, local_addr=(here, 0))
        except (OSError, ValueError) as error:
            raise NsmError(f"NSM_URL is {url!r}, where no session manager can be reached: {error}") from error
        try:
            return nsm, await nsm._join(answer_s)
        except BaseException:
            nsm.close()
            raise

    async def _join(self, answer_s: float) -> Project:
        self._send(ANNOUNCE, NAME, CAPABILITIES, _executable(), *API, os.getpid())
        await _in_time(self._answered, answer_s, f"no session manager answered within {answer_s:g} s")
        return await _in_time(self._opened, OPEN_S, f"the session manager opened no session within {OPEN_S:g} s")

    def close(self) -> None:
        for future in (self._answered, self._opened):
            future.cancel()
        if self._transport is not None:
            self._transport.close()

    # What we tell

    def opened(self, words: str) -> None:
        """The session is open: everything is as it was."""
        self._send("/reply", OPEN, words)

    def refuse(self, code: Code, words: str, command: str = OPEN) -> None:
        self._send("/error", command, code, words)

    def saves(self, saving: Saving) -> None:
        """From now on it can be saved."""
        self._saving = saving

    def dirty(self, dirty: bool = True) -> None:
        """Whether something has changed since it was saved. Said once."""
        if dirty is not self._dirty:
            self._dirty = dirty
            self._send("/nsm/client/is_dirty" if dirty else "/nsm/client/is_clean")

    def progress(self, part: float) -> None:
        self._send("/nsm/client/progress", float(part))

    def message(self, words: str, priority: int = 1) -> None:
        """For the manager's window; the priority is 0 to 3."""
        self._send("/nsm/client/message", priority, words)

    def _send(self, address: str, *args: Value) -> None:
        if self._transport is not None:
            self._transport.sendto(encode(address, *args), self._manager)

    # What we hear

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def error_received(self, exc: Exception) -> None:
        """The manager is gone; riffosc plays on."""
        log.debug("NSM: %s", exc)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        if addr[1] != self._manager[1]:
            return  # somebody else; the host may have several addresses, the manager's port is its own
        try:
            messages = read_packet(data)
        except PacketError as error:
            log.debug("NSM: %s", error)
            return
        for message in messages:
            self._hear(message)

    def _hear(self, message: Message) -> None:
        match (message.address, *message.args):
            case ("/reply", command, *_) if command == ANNOUNCE and not self._answered.done():
                self._answered.set_result(None)
            case ("/error", command, _, words, *_) if command == ANNOUNCE and not self._answered.done():
                self._answered.set_exception(NsmError(f"the session manager has no place for riffosc: {words!s}"))
            case (address, *args) if address == OPEN:
                self._open(args)
            case (address, *_) if address == SAVE:
                self._save()

    def _open(self, args: list[Any]) -> None:
        if len(args) < 3 or not all(isinstance(arg, str) and arg for arg in args[:3]):
            self.refuse(Code.GENERAL, "open needs a path, a name to show and a client's name")
        elif self._opened.done():
            self.refuse(Code.NOT_NOW, "riffosc stays in the session that it was started in")
        else:
            self._opened.set_result(Project(Path(args[0]), args[1], args[2]))

    def _save(self) -> None:
        if self._saving is None:
            self.refuse(Code.NO_SESSION_OPEN, "no session is open yet", SAVE)
            return
        task = asyncio.get_running_loop().create_task(self._saved(self._saving))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _saved(self, saving: Saving) -> None:
        """What changes while it is being saved is not in it."""
        self.dirty(False)
        words = await saving()
        if words:
            self.refuse(Code.GENERAL, words, SAVE)
            self.dirty()
        else:
            self._send("/reply", SAVE, "saved")


def _resolve(url: str) -> tuple[str, int]:
    """Host and port of `osc.udp://host:port/`. Raises OSError or ValueError, in words."""
    parts = urlsplit(url)
    if parts.scheme != "osc.udp" or not parts.hostname or not parts.port:
        raise ValueError("expected osc.udp://host:port/")
    found = socket.getaddrinfo(parts.hostname, parts.port, socket.AF_INET, socket.SOCK_DGRAM)
    return cast(tuple[str, int], found[0][4])


def _source(manager: tuple[str, int]) -> str:
    """Our own address on the way there: nobody else needs to reach us."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(manager)
        return str(probe.getsockname()[0])


def _executable() -> str:
    """What the manager starts to start us: it knows us again by that."""
    name = Path(sys.argv[0]).name
    return NAME if name in ("", "-c") or name.endswith(".py") else name


async def _in_time(future: "asyncio.Future[T]", seconds: float, otherwise: str) -> T:
    try:
        return await asyncio.wait_for(future, seconds)
    except TimeoutError:
        raise NsmError(otherwise) from None
