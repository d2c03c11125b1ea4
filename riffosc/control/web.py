"""HTTP on the number of the OSC port: the namespace for OSCQuery clients, as a page for browsers, and clips by request.

uvicorn serves it in the event loop that everything runs in.
"""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from riffosc.control.desk import Desk
from riffosc.control.guard import Guard, Request, bracketed
from riffosc.control.oscquery import ATTRIBUTES, Json, Namespace, host_info
from riffosc.control.packet import MAX_DATAGRAM
from riffosc.control.page import page, prefers_page
from riffosc.control.session import Session

CONNECTIONS = 128  # at a time; more are told to come back
SESSIONS = 32  # WebSockets at a time
HEADER_BYTES = 16384  # of a request: a URL and what a browser says with it
BODY_BYTES = 1 << 16  # of a request for a clip
BODY_S = 10  # in which it has to come
STOP_S = 2  # for what is being answered, when riffosc ends
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Inference = Callable[[bytes], Awaitable[tuple[int, str]]]  # a body to a status, and JSON with 200 or else words


class _Server(uvicorn.Server):
    """Signals are the app's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Made by `open`, ended by `close`."""

    def __init__(self, desk: Desk, guard: Guard, ear: socket.socket, inference: Inference | None = None) -> None:
        self._desk = desk
        self._inference = inference
        self._sessions = 0
        address, self.port, *_ = ear.getsockname()
        self.url = f"http://{bracketed(WILDCARDS.get(address, address))}:{self.port}/"
        self._namespace = Namespace(desk.store, lambda: desk.commands.docs)
        get = Route("/{path:path}", self._get, methods=["GET"])
        infer = [Route("/run_inference/", self._infer, methods=["POST"])] if inference else []
        app = Starlette(routes=[*infer, get, WebSocketRoute("/{path:path}", self._talk)])
        config = uvicorn.Config(
            _Guarded(app, guard),
            http="h11",  # whose memory is bounded, whatever else is installed
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            ws_max_size=MAX_DATAGRAM,
            ws_per_message_deflate=False,  # a few bytes a frame
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_graceful_shutdown=STOP_S,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([ear]))

    @classmethod
    async def open(
        cls, desk: Desk, guard: Guard, bind: str, port: int, inference: Inference | None = None
    ) -> "WebServer":
        """OSError, in words, when the port cannot be had."""
        return cls(desk, guard, await _bound(bind, port), inference)

    async def close(self) -> None:
        self._server.should_exit = True
        await self._serving
        for connection in tuple(self._server.server_state.connections):  # of who takes nothing any more
            connection.transport.abort()

    async def _get(self, request: HttpRequest) -> Response:
        query = [name for name, _ in parse_qsl(request.scope["query_string"].decode("latin-1"), True)]
        if "HTML" in query or (not query and request.scope["path"] == "/" and prefers_page(_accepted(request))):
            html, policy = page()
            return HTMLResponse(html, headers={**HEADERS, "Content-Security-Policy": policy})
        if "HOST_INFO" in query:
            return _json(host_info(*_reached(request.scope), osc_port=self._desk.commands.port))
        if not ATTRIBUTES.issuperset(query):
            return PlainTextResponse("no such attribute", 400, HEADERS)
        node = self._namespace.node(request.scope["path"])
        if node is None:
            return PlainTextResponse("no such address", 404, HEADERS)
        return _attributes(node, query) if query else _json(node)

    async def _infer(self, request: HttpRequest) -> Response:
        """A clip for who waits for it; who goes away before it is there does not want it any more."""
        assert self._inference is not None
        body = await _body(request)
        if body is None:
            return PlainTextResponse("the request is too long, or takes too long to come", 413, HEADERS)
        answering = asyncio.ensure_future(self._inference(body))
        leaving = asyncio.ensure_future(request.receive())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                return Response(None, 503, HEADERS)
            status, text = answering.result()
        finally:
            answering.cancel()
            leaving.cancel()
        return Response(text, status, HEADERS, "application/json" if status == 200 else "text/plain")

    async def _talk(self, socket: WebSocket) -> None:
        if self._sessions >= SESSIONS:
            await socket.send_denial_response(PlainTextResponse("too many listen already", 503, HEADERS))
            return
        self._sessions += 1
        try:
            await Session(self._desk, socket).run()
        finally:
            self._sessions -= 1


async def _body(request: HttpRequest) -> bytes | None:
    """None if it is too long, or does not come."""
    body = b""
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > BODY_BYTES:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return body


def _accepted(request: HttpRequest) -> str:
    return ",".join(request.headers.getlist("accept"))


def _attributes(node: Json, names: list[str]) -> Response:
    """Those asked for; 204 for the value of what has none."""
    if "VALUE" in names and not node["ACCESS"] & 1:
        return Response(None, 204, HEADERS)
    return _json({name: node[name] for name in names if name in node})


def _json(node: Json) -> Response:
    return Response(json.dumps(node), media_type="application/json", headers=HEADERS)


class _Guarded:
    """The guard looks at every request before anything else does."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        source, _ = scope["client"] or ("", 0)
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        request = Request(scope["path"], source, _reached(scope), connection.headers, changes)
        words = self._guard.refusal(request)
        answer = PlainTextResponse(words, 403, HEADERS) if words else self._app
        await answer(scope, receive, send)


def _reached(scope: Scope) -> tuple[str, int]:
    """Our address and port, as the client knows them; sockets for both put a prefix before those of IPv4."""
    address, port = scope["server"]
    return address.removeprefix("::ffff:"), port


async def _bound(bind: str, port: int) -> socket.socket:
    """A socket made with its protocol's number, by which asyncio knows that answers need not wait (TCP_NODELAY)."""
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
