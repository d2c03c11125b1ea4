"""Messages to bytes, and the way out. Replies hold only i, f and s: what every environment can read."""

import struct
from collections.abc import Callable, Hashable, Iterable
from numbers import Integral
from typing import Protocol

from pythonosc.osc_message_builder import OscMessageBuilder

from riffosc.commands import Reply
from riffosc.params import Value

Peer = Hashable  # where a message came from and its answer goes to; the address of a socket
Carry = Callable[[Peer, bytes], None]

MAX_BYTES = 1400  # of a datagram: one Ethernet frame
BURST = 4  # datagrams sent in one go
MAX_ROWS = 64  # being sent at the same time
PAUSE_S = 0.005  # between such bursts, so that a listener's buffer does not run over
FLOAT_MAX = 3.4028234e38

_IMMEDIATELY = b"#bundle\0" + b"\0\0\0\0\0\0\0\1"


class Line:
    """A peer that is answered by a way of its own and not through the UDP port."""

    def carry(self, datagram: bytes) -> None:
        raise NotImplementedError


class Handle(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """What is needed of an event loop; an asyncio loop is one."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Handle: ...


def encode(address: str, *args: Value) -> bytes:
    """One OSC message; a switch is sent as 0 or 1, what is too large as the largest there is."""
    builder = OscMessageBuilder(address)
    for value in args:
        if isinstance(value, str):
            builder.add_arg(_sendable(value), "s")
        elif isinstance(value, Integral):  # numpy's too
            builder.add_arg(min(max(int(value), -(2**31)), 2**31 - 1), "i")
        else:
            builder.add_arg(min(max(float(value), -FLOAT_MAX), FLOAT_MAX), "f")
    return bytes(builder.build().dgram)


def _sendable(text: str) -> str:
    """A NUL would end it early; half a surrogate pair, which JSON can hold, has no UTF-8."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def datagrams(replies: Iterable[Reply]) -> list[bytes]:
    """As few datagrams as hold the messages in their order; one alone is sent without a bundle around it."""
    batches: list[list[bytes]] = []
    room = 0
    for address, args in replies:
        message = encode(address, *args)
        room -= 4 + len(message)
        if room < 0:
            batches.append([])
            room = MAX_BYTES - len(_IMMEDIATELY) - 4 - len(message)
        batches[-1].append(message)
    return [_bundle(batch) if len(batch) > 1 else batch[0] for batch in batches]


def _bundle(messages: list[bytes]) -> bytes:
    return _IMMEDIATELY + b"".join(struct.pack(">i", len(message)) + message for message in messages)


class Outbox:
    """Sends replies by `carry(peer, datagram)`, long rows of them in bursts."""

    def __init__(self, carry: Carry, clock: Clock) -> None:
        self._carry = carry
        self._clock = clock
        self._rows: dict[Peer, list[bytes]] = {}

    def send(self, peer: Peer, address: str, *args: Value) -> None:
        self._carry(peer, encode(address, *args))

    def send_all(self, peer: Peer, replies: Iterable[Reply]) -> None:
        """Bundled, at once: for a handful of messages."""
        for datagram in datagrams(replies):
            self._carry(peer, datagram)

    def busy(self, peer: Peer) -> bool:
        return peer in self._rows or len(self._rows) >= MAX_ROWS

    def send_row(self, peer: Peer, replies: Iterable[Reply]) -> None:
        """Bundled, in bursts. One row at a time for each peer: see `busy`."""
        row = datagrams(replies)
        if row:
            self._rows[peer] = row
            self._burst(peer)

    def _burst(self, peer: Peer) -> None:
        row = self._rows[peer]
        for datagram in row[:BURST]:
            self._carry(peer, datagram)
        del row[:BURST]
        if row:
            self._clock.call_later(PAUSE_S, lambda: self._burst(peer))
        else:
            del self._rows[peer]
