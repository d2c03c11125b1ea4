"""HTTP on the number of the OSC port: the namespace for OSCQuery clients, as a page for browsers, clips as samples for
Strudel, and clips by request.
"""

import asyncio
import json
import socket
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from riffosc.control.desk import Desk
from riffosc.control.guard import Guard, bracketed
from riffosc.control.offers import NOTHING, Offers
from riffosc.control.oscquery import ATTRIBUTES, Json, Namespace, host_info
from riffosc.control.page import page, prefers_page
from riffosc.control.samples import routes
from riffosc.control.served import HEADERS, Served, bound, reached
from riffosc.control.session import Session

SESSIONS = 32  # WebSockets at a time
BODY_BYTES = 1 << 16  # of a request for a clip
BODY_S = 10  # in which it has to come
ONCE = {**HEADERS, "Connection": "close"}
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class WebServer:
    """Made by `open`, ended by `close`."""

    def __init__(self, desk: Desk, guard: Guard, ear: socket.socket, more: Offers) -> None:
        self._desk = desk
        self._inference = more.inference
        self._sessions = 0
        address, self.port, *_ = ear.getsockname()
        self.url = f"http://{bracketed(WILDCARDS.get(address, address))}:{self.port}/"
        self._namespace = Namespace(desk.store, lambda: desk.commands.docs)
        get = Route("/{path:path}", self._get, methods=["GET"])
        infer = [Route("/run_inference/", self._infer, methods=["POST"])] if more.inference else []
        samples = routes(more.loops, HEADERS)
        app = Starlette(routes=[*infer, *samples, get, WebSocketRoute("/{path:path}", self._talk)])
        self._served = Served(app, guard, ear)

    @classmethod
    async def open(cls, desk: Desk, guard: Guard, bind: str, port: int, more: Offers = NOTHING) -> "WebServer":
        """OSError, in words, when the port cannot be had."""
        return cls(desk, guard, await bound(bind, port), more)

    async def close(self) -> None:
        await self._served.close()

    async def _get(self, request: HttpRequest) -> Response:
        query = [name for name, _ in parse_qsl(request.scope["query_string"].decode("latin-1"), True)]
        if "HTML" in query or (not query and request.scope["path"] == "/" and prefers_page(_accepted(request))):
            html, policy = page()
            return HTMLResponse(html, headers={**HEADERS, "Content-Security-Policy": policy})
        if "HOST_INFO" in query:
            return _json(host_info(*reached(request.scope), osc_port=self._desk.commands.port))
        if not ATTRIBUTES.issuperset(query):
            return PlainTextResponse("no such attribute", 400, HEADERS)
        node = self._namespace.node(request.scope["path"])
        if node is None:
            return PlainTextResponse("no such address", 404, HEADERS)
        return _attributes(node, query) if query else _json(node)

    async def _infer(self, request: HttpRequest) -> Response:
        """A clip for who waits for it; who goes away before it is there does not want it any more.

        The connection ends with the answer, as Riffusion's server has it: its web app asks about as often as idle
        connections are closed, and is silent for ever after asking by one that just was.
        """
        assert self._inference is not None
        body = await _body(request)
        if body is None:
            return PlainTextResponse("the request is too long, or takes too long to come", 413, ONCE)
        answering = asyncio.ensure_future(self._inference(body))
        leaving = asyncio.ensure_future(request.receive())
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                return Response(None, 503, ONCE)
            status, text = answering.result()
        finally:
            answering.cancel()
            leaving.cancel()
        return Response(text, status, ONCE, "application/json" if status == 200 else "text/plain")

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
