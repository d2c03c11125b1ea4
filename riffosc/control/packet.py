"""Bytes to messages: a bounded walk of an OSC 1.0 packet.

Arguments are parsed here and not by python-osc, which reads what follows an `S`, `c` or `r` at the wrong
place, never comes back from an element of negative size, and takes UTF-8 only (hosc sends Latin-1).
"""

import math
import struct
from dataclasses import dataclass

MAX_DATAGRAM = 65536  # bytes
MAX_DEPTH = 8  # bundles within bundles
MAX_ELEMENTS = 1024  # of all bundles of a datagram together
MAX_ARGUMENTS = 1024
MAX_ADDRESS = 256  # characters

Argument = int | float | str | bytes | bool | None

_BUNDLE = b"#bundle\0"
_TAG = struct.Struct(">Q")
_SIZE = struct.Struct(">i")
_FIXED = {
    "i": struct.Struct(">i"),
    "f": struct.Struct(">f"),
    "h": struct.Struct(">q"),
    "d": struct.Struct(">d"),
    "t": struct.Struct(">Q"),
    "c": struct.Struct(">I"),
    "r": struct.Struct(">I"),  # a colour, RGBA
    "m": struct.Struct("4s"),  # a MIDI message
}
_CONSTANT: dict[str, Argument] = {"T": True, "F": False, "N": None, "I": math.inf}
_IGNORED = "[]"  # an array's elements are taken one by one, as if the brackets were not there


class PacketError(ValueError):
    """Bytes that are not OSC, or more of it than one datagram should hold."""


@dataclass(frozen=True, slots=True)
class Message:
    address: str
    args: tuple[Argument, ...] = ()
    time: float | None = None  # when it is meant to happen, unix seconds; None is at once


def read_packet(data: bytes) -> list[Message]:
    """All messages of a datagram in their order, or PacketError and none of them.

    A message in nested bundles gets the latest of their time tags: an inner one may not be earlier.
    """
    if len(data) > MAX_DATAGRAM:
        raise PacketError(f"a datagram of {len(data)} bytes is too long")
    messages: list[Message] = []
    elements = 0
    pending: list[tuple[int, int, float | None, int]] = [(0, len(data), None, 0)]
    while pending:
        start, end, time, depth = pending.pop()
        if not data.startswith(_BUNDLE, start, end):
            messages.append(_read_message(data, start, end, time))
            continue
        if depth == MAX_DEPTH:
            raise PacketError(f"bundles are nested deeper than {MAX_DEPTH}")
        time = _latest(time, _time_tag(data, start + len(_BUNDLE), end))
        inside = _elements(data, start + 16, end, MAX_ELEMENTS - elements)
        elements += len(inside)
        pending += [(first, last, time, depth + 1) for first, last in reversed(inside)]
    return messages


def unix_time(tag: int) -> float | None:
    """Seconds since 1970 of a 64-bit NTP time tag; None for 1, "immediately", and for 0, which some send.

    Seconds with the top bit clear are those after February 2036 (RFC 4330, section 3).
    """
    if tag <= 1:
        return None
    seconds = tag / 2**32
    return seconds - 2208988800 + (0 if tag >> 63 else 2**32)


def _time_tag(data: bytes, start: int, end: int) -> float | None:
    if start + 8 > end:
        raise PacketError("a bundle ends before its time tag")
    return unix_time(_TAG.unpack_from(data, start)[0])


def _latest(outer: float | None, inner: float | None) -> float | None:
    if outer is None or inner is None:
        return inner if outer is None else outer
    return max(outer, inner)


def _elements(data: bytes, start: int, end: int, room: int) -> list[tuple[int, int]]:
    """First and last byte of each element of a bundle."""
    inside: list[tuple[int, int]] = []
    while start < end:
        if len(inside) == room:
            raise PacketError(f"more than {MAX_ELEMENTS} elements in a datagram")
        if start + 4 > end:
            raise PacketError("a bundle ends within the size of an element")
        size = _SIZE.unpack_from(data, start)[0]
        start += 4
        if size <= 0 or size % 4 or start + size > end:
            raise PacketError(f"a bundle's element of {size} bytes where {end - start} are left")
        inside.append((start, start + size))
        start += size
    return inside


def _read_message(data: bytes, start: int, end: int, time: float | None) -> Message:
    reader = _Reader(data, start, end)
    address = reader.text()
    if not address.startswith("/") or len(address) > MAX_ADDRESS:
        raise PacketError(f"{address!r:.40} is not an address")
    if reader.at == end:
        return Message(address, (), time)  # no type tags: old senders leave them out
    if data[reader.at] != ord(","):
        return Message(address, (_untagged(data[reader.at : end]),), time)
    tags = reader.text()[1:]
    if len(tags) > MAX_ARGUMENTS:
        raise PacketError(f"{address} has more than {MAX_ARGUMENTS} arguments")
    args = tuple(reader.argument(tag) for tag in tags if tag not in _IGNORED)
    if reader.at != end:
        raise PacketError(f"{address} has {end - reader.at} bytes more than its type tags say")
    return Message(address, args, time)


def _untagged(data: bytes) -> Argument:
    """What an argument without a type tag most likely is: a small number, else text."""
    if len(data) == 4:
        integer, number = _SIZE.unpack(data)[0], struct.unpack(">f", data)[0]
        if abs(integer) < 2**16:
            return int(integer)
        if 1e-6 < abs(number) < 1e6:
            return float(number)
    return _decode(data.partition(b"\0")[0])


def _decode(data: bytes) -> str:
    """UTF-8, else Latin-1: hosc, and so TidalCycles, sends a byte for each character."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class _Reader:
    """Takes one thing after another out of `data`, from `at` and never beyond `end`."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data = data
        self.at = at
        self.end = end

    def _take(self, size: int) -> int:
        """Where the next `size` bytes begin; strings and blobs are padded to 4."""
        start = self.at
        padded = -(-size // 4) * 4
        if size < 0 or start + padded > self.end:
            raise PacketError("a message ends within an argument")
        self.at = start + padded
        return start

    def text(self) -> str:
        stop = self.data.find(b"\0", self.at, self.end)
        if stop < 0:
            raise PacketError("a string without an end")
        start = self._take(stop + 1 - self.at)
        return _decode(self.data[start:stop])

    def _blob(self) -> bytes:
        size = _SIZE.unpack_from(self.data, self._take(4))[0]
        start = self._take(size)
        return self.data[start : start + size]

    def argument(self, tag: str) -> Argument:
        if tag in _CONSTANT:
            return _CONSTANT[tag]
        if tag in "sS":
            return self.text()
        if tag == "b":
            return self._blob()
        fixed = _FIXED.get(tag)
        if fixed is None:
            raise PacketError(f"type tag {tag!r} is not one of OSC's")
        value = fixed.unpack_from(self.data, self._take(fixed.size))[0]
        return _meaning(tag, value)


def _meaning(tag: str, value: Argument) -> Argument:
    if tag == "c":
        return chr(int(value or 0) & 0x7F)  # "an ascii character, sent as 32 bits"
    if tag == "t":
        return unix_time(int(value or 0)) or 0.0
    return value
