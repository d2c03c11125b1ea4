"""Play riffosc from Python: `Riff`, and `AsyncRiff` for asyncio. Needs python-osc and nothing else of riffosc.

riff = Riff()
riff[1].play(prompt="dub techno chords", seed=7)
for clip in riff.clips():
    print(clip.bank, clip.index, clip.path)
"""

import asyncio
import socket
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

Value = float | int | str | bool

PORT = 7433
PATIENCE_S = 2.0  # for an answer
RENEW_S = 20.0  # a subscription lasts a minute
PAUSE_S = 0.1  # before it is asked again who is there
MAX_DATAGRAM = 65536
MAX_WAITING = 4096  # messages that came while something was asked
CLIP, FAIL = "/riff/clip", "/riff/fail"


class RiffError(RuntimeError):
    """What riffosc did not take, in its own words, or that nobody answers."""


class Message(NamedTuple):
    address: str
    args: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that is about to sound."""

    bank: str
    index: int
    path: str  # of its WAV file; empty without --folder
    tempo: float  # beats per minute
    beats: float
    seed: int
    prompt: str

    @property
    def voice(self) -> int:
        return int(self.bank.removeprefix("riff"))


class _Riff:
    """What both have in common."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port

    def send(self, address: str, *args: Value) -> None:
        """send("tempo", 126) is send("/riff/tempo", 126)."""
        self._carry(_encode(_whole(address), args))

    def _carry(self, datagram: bytes) -> None:
        raise NotImplementedError

    def _silent(self) -> RiffError:
        return RiffError(f"no riffosc answers at {self.host}:{self.port}; is it running?")


class Voice:
    """One voice, from 1."""

    def __init__(self, riff: _Riff, number: int | str) -> None:
        self._riff = riff
        self.number = number

    def send(self, name: str, *args: Value) -> None:
        """A parameter, or a trigger: send("generate"), send("fade_out", 4)."""
        self._riff.send(f"{self.number}/{name}", *args)

    def play(self, **keys: Value) -> None:
        """All these at once, on the beat that `at` names, if it does: play(prompt="pads", gain=0.8, at="bar")."""
        self._riff.send(f"{self.number}/play", *(part for pair in keys.items() for part in pair))


class Riff(_Riff):
    """riffosc, from a program or a prompt that waits for what it asks."""

    def __init__(self, host: str = "127.0.0.1", port: int = PORT) -> None:
        super().__init__(host, port)
        self._waiting: deque[Message] = deque(maxlen=MAX_WAITING)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((host, port))

    def __getitem__(self, voice: int | str) -> Voice:
        """A voice by its number; "*" or "{1,2}" is several."""
        return Voice(self, voice)

    def __enter__(self) -> "Riff":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def get(self, address: str, timeout: float = PATIENCE_S) -> Value:
        """The value of a parameter: get("tempo"), get("1/state"). RiffError when there is none."""
        return self.ask(address, timeout=timeout).args[0]

    def ask(self, address: str, *args: Value, answer: str = "", timeout: float = PATIENCE_S) -> Message:
        """Send, and wait for the message that answers: ask("ping", answer="pong"). RiffError when it is refused."""
        end = time.monotonic() + timeout
        self.send(address, *args)
        while True:
            news = self._read(end - time.monotonic())
            if not news:
                raise self._silent()
            found = [message for message in news if _answers(message, address, answer)]
            self._waiting.extend(message for message in news if message not in found)
            if found:
                return _unless_refused(found[0])

    def messages(self, *topics: str, timeout: float = inf) -> Iterator[Message]:
        """Events and values as they come, by topics as /riff/subscribe knows them; ends `timeout` s after the last."""
        last, renewed = time.monotonic(), -inf
        while (now := time.monotonic()) < last + timeout:
            if now > renewed + RENEW_S:
                renewed = now
                for topic in topics:
                    self.send("subscribe", topic)
            self._waiting.extend(self._read(min(last + timeout, renewed + RENEW_S) - now))
            while self._waiting:
                last = time.monotonic()
                yield self._waiting.popleft()

    def clips(self, timeout: float = inf) -> Iterator[Clip]:
        """Clips as they are about to sound; ends when nothing has come for `timeout` seconds."""
        return (Clip(*each.args) for each in self.messages("clip", timeout=timeout) if each.address == CLIP)  # type: ignore[arg-type]

    def _carry(self, datagram: bytes) -> None:
        try:
            self._socket.send(datagram)
        except ConnectionRefusedError:
            self._socket.send(datagram)  # the error was that of the one before

    def _read(self, seconds: float) -> list[Message]:
        """What comes next; nothing when nothing comes, or when nobody is there."""
        if seconds <= 0:
            return []
        self._socket.settimeout(min(seconds, RENEW_S))
        try:
            return list(_decode(self._socket.recv(MAX_DATAGRAM)))
        except TimeoutError:
            return []
        except ConnectionRefusedError:
            time.sleep(min(seconds, PAUSE_S))
            return []


class AsyncRiff(_Riff, asyncio.DatagramProtocol):
    """riffosc, from an event loop: `async with AsyncRiff() as riff`."""

    def __init__(self, host: str = "127.0.0.1", port: int = PORT) -> None:
        super().__init__(host, port)
        self._transport: asyncio.DatagramTransport | None = None
        self._hearers: list[Callable[[Message], None]] = []

    def __getitem__(self, voice: int | str) -> Voice:
        """As of `Riff`."""
        return Voice(self, voice)

    async def __aenter__(self) -> "AsyncRiff":
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=(self.host, self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: object) -> None:
        for message in _decode(data):
            for hear in tuple(self._hearers):
                hear(message)

    def error_received(self, exc: Exception) -> None:
        """Nobody is there; who asks finds out by waiting."""

    async def get(self, address: str, timeout: float = PATIENCE_S) -> Value:
        """As `Riff.get`."""
        return (await self.ask(address, timeout=timeout)).args[0]

    async def ask(self, address: str, *args: Value, answer: str = "", timeout: float = PATIENCE_S) -> Message:
        """As `Riff.ask`; others may listen to `messages` meanwhile."""
        found: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        def hear(message: Message) -> None:
            if _answers(message, address, answer) and not found.done():
                found.set_result(message)

        self._hearers.append(hear)
        try:
            self.send(address, *args)
            return _unless_refused(await asyncio.wait_for(found, timeout))
        except TimeoutError:
            raise self._silent() from None
        finally:
            self._hearers.remove(hear)

    async def messages(self, *topics: str) -> AsyncGenerator[Message, None]:
        """Events and values as they come, by topics as /riff/subscribe knows them."""
        news: asyncio.Queue[Message] = asyncio.Queue()
        self._hearers.append(news.put_nowait)
        renewing = asyncio.create_task(self._renew(topics))
        try:
            while True:
                yield await news.get()
        finally:
            self._hearers.remove(news.put_nowait)
            renewing.cancel()

    async def clips(self) -> AsyncGenerator[Clip, None]:
        """Clips as they are about to sound."""
        async with aclosing(self.messages("clip")) as messages:
            async for message in messages:
                if message.address == CLIP:
                    yield Clip(*message.args)  # type: ignore[arg-type]

    async def _renew(self, topics: Iterable[str]) -> None:
        while True:
            for topic in topics:
                self.send("subscribe", topic)
            await asyncio.sleep(RENEW_S)

    def _carry(self, datagram: bytes) -> None:
        if self._transport is None:
            raise RiffError("say `async with AsyncRiff() as riff` first")
        self._transport.sendto(datagram)


def _whole(address: str) -> str:
    return address if address.startswith("/") else f"/riff/{address}"


def _answers(message: Message, address: str, answer: str) -> bool:
    """Whether a message answers what was sent to `address`, or says that it was refused."""
    refused = message.address == FAIL and message.args[:1] == (_whole(address),)
    return refused or message.address == _whole(answer or address)


def _unless_refused(message: Message) -> Message:
    if message.address == FAIL:
        raise RiffError(str(message.args[2]))
    return message


def _encode(address: str, args: Iterable[Value]) -> bytes:
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(int(arg) if isinstance(arg, bool) else arg)
    return bytes(builder.build().dgram)


def _decode(datagram: bytes) -> Iterator[Message]:
    if OscBundle.dgram_is_bundle(datagram):
        for inside in OscBundle(datagram):
            yield from _decode(inside.dgram)
    else:
        message = OscMessage(datagram)
        yield Message(message.address, tuple(message.params))
