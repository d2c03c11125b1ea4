"""TCP connections of clients that are slow, silent, deaf or talk nonsense: uvicorn alone would keep them for ever."""

import asyncio
import logging

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

MOST = 256  # at a time; what comes on top is hung up on, for files and sound cards need descriptors, too
ASK_S = 10  # in which a request has to come, line and headers
STUCK_S = 20  # without all that was sent being taken, after which a client is given up
DEFECT = "Exception in ASGI application"  # how uvicorn begins what it says of a mistake of ours


class _Taken(asyncio.Protocol):
    """Ends where nobody takes what is sent. Writing is paused for as long as anything waits."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _stuck: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(STUCK_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()


class Http(_Taken, H11Protocol):
    """Ends, too, where no whole request comes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)
        self.timeout_keep_alive_task = self.loop.call_later(ASK_S, self.timeout_keep_alive_handler)
        if len(self.connections) > MOST:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """As uvicorn has it, but that a part of a request is no reason to wait longer."""
        self.conn.receive_data(data)
        self.handle_events()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """What `websockets` cannot read, such as a body, it leaves unanswered."""
        super().handle_websocket_upgrade(event)
        socket = self.transport.get_protocol()
        if isinstance(socket, WebSocket) and not socket.handshake_initiated:
            self.send_400_response("This is no way to ask for a WebSocket.")


class WebSocket(_Taken, WebSocketsSansIOProtocol):
    """Nothing piles up in it: not what is sent in endless empty parts, nor pongs that nobody takes."""

    def handle_cont(self, event: Frame) -> None:
        if event.data or event.fin:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        pong = b"".join(self.conn.data_to_send())
        if self.writable.is_set():
            self.transport.write(pong)


def only_defects(record: logging.LogRecord) -> bool:
    """Of uvicorn's log: what clients do wrong is told to them, and to nobody else."""
    return str(record.msg).startswith(DEFECT)
