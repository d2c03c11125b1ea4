"""An ASGI application on a TCP port behind the guard, served by uvicorn in the event loop that everything runs in."""

import asyncio
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from riffosc.control.connections import Http, WebSocket, only_defects
from riffosc.control.guard import Guard, Request
from riffosc.control.packet import MAX_DATAGRAM

CONNECTIONS = 128  # at a time; more are told to come back
HEADER_BYTES = 16384  # of a request: a URL and what a browser says with it
IDLE_S = 5  # between two requests
STOP_S = 2  # for what is being answered, when riffosc ends
READING = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class _Server(uvicorn.Server):
    """Signals are the app's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Served:
    """From `ear`, a socket that listens, until `close`."""

    def __init__(self, app: ASGIApp, guard: Guard, ear: socket.socket) -> None:
        config = uvicorn.Config(
            _Guarded(app, guard),
            http=Http,  # h11, whose memory is bounded, whatever else is installed
            ws=WebSocket,
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            ws_max_size=MAX_DATAGRAM,
            ws_per_message_deflate=False,  # a few bytes a frame
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=STOP_S,
        )
        logging.getLogger("uvicorn.error").addFilter(only_defects)
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([ear]))

    async def close(self) -> None:
        self._server.should_exit = True
        await self._serving
        for connection in tuple(self._server.server_state.connections):  # of who takes nothing any more
            connection.transport.abort()


async def bound(bind: str, port: int) -> socket.socket:
    """A socket made with its protocol's number, by which asyncio knows that answers need not wait (TCP_NODELAY).

    OSError, in words, when the port cannot be had.
    """
    try:
        infos = await asyncio.get_running_loop().getaddrinfo(bind, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, where = infos[0]
        ear = socket.socket(family, kind, protocol)
        if os.name == "posix":  # elsewhere it would let two programs have one port
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ear.bind(where)
            ear.listen()
        except OSError:
            ear.close()
            raise
        return ear
    except OSError as error:
        raise OSError(error.errno, f"TCP port {port} of {bind} cannot be had: {error.strerror or error}") from error


class _Guarded:
    """The guard looks at every request before anything else does."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        source, _ = scope["client"] or ("", 0)
        changes = scope["type"] == "websocket" or scope["method"] not in READING
        request = Request(scope["path"], source, reached(scope), connection.headers, changes)
        words = self._guard.refusal(request)
        answer = PlainTextResponse(words, 403, HEADERS) if words else self._app
        await answer(scope, receive, send)


def reached(scope: Scope) -> tuple[str, int]:
    """Our address and port, as the client knows them; sockets for both put a prefix before those of IPv4."""
    address, port = scope["server"]
    return address.removeprefix("::ffff:"), port
