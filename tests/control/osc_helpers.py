"""A desk with a clock that is moved by hand, and a caller on a real UDP socket."""

import asyncio
import heapq
from itertools import count

from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from riffosc.control.desk import Desk
from riffosc.params import Store

WALL = 1_700_000_000.0  # unix seconds when the hand clock stands at 0
FADER = ("127.0.0.1", 50000)


def build(address, *args):
    """A message as python-osc encodes it; an argument may be a (value, type tag) pair."""
    builder = OscMessageBuilder(address)
    for arg in args:
        builder.add_arg(*(arg if isinstance(arg, tuple) else (arg,)))
    return builder.build().dgram


def bundle(time, *messages):
    """A bundle of messages or bundles for unix time `time`; None is immediately."""
    builder = OscBundleBuilder(IMMEDIATELY if time is None else time)
    for message in messages:
        builder.add_content(OscBundle(message) if message.startswith(b"#") else OscMessage(message))
    return builder.build().dgram


def unpack(datagram):
    """[(address, argument, ...), ...], read by python-osc."""
    if not OscBundle.dgram_is_bundle(datagram):
        message = OscMessage(datagram)
        return [(message.address, *message.params)]
    return [one for inside in OscBundle(datagram) for one in unpack(inside.dgram)]


class Timer:
    def __init__(self, callback):
        self.callback = callback

    def cancel(self):
        self.callback = lambda: None


class HandClock:
    """Time that moves only when it is told to."""

    def __init__(self):
        self.now = 0.0
        self.wall_error = 0.0  # seconds by which somebody has set the wall clock
        self._timers = []
        self._count = count()

    def time(self):
        return self.now

    def wall(self):
        return WALL + self.now + self.wall_error

    def call_later(self, delay, callback):
        timer = Timer(callback)
        heapq.heappush(self._timers, (self.now + delay, next(self._count), timer))
        return timer

    def advance(self, seconds):
        end = self.now + seconds
        while self._timers and self._timers[0][0] <= end:
            self.now, _, timer = heapq.heappop(self._timers)
            timer.callback()
        self.now = end


class Table:
    """A desk, what it was sent and what it sent."""

    def __init__(self):
        self.store = Store()
        self.clock = HandClock()
        self.datagrams = []
        self.desk = Desk(self.store, lambda *sent: self.datagrams.append(sent), self.clock, self.clock.wall)
        self.told = []
        self.store.listen(lambda address, value: self.told.append((address, value)))

    def send(self, address, *args, peer=FADER):
        self.raw(build(address, *args), peer)

    def raw(self, datagram, peer=FADER):
        self.desk.receive(datagram, peer)

    def heard(self, peer=FADER):
        """All that a peer has got since the last look."""
        mine = [datagram for to, datagram in self.datagrams if to == peer]
        self.datagrams = [sent for sent in self.datagrams if sent[0] != peer]
        return [message for datagram in mine for message in unpack(datagram)]

    def fails(self):
        return [message[1:] for message in self.heard() if message[0] == "/riff/fail"]


class Caller(asyncio.DatagramProtocol):
    """Another program: sends from a port of its own and hears what comes back."""

    def __init__(self):
        self.heard = asyncio.Queue()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.sender = addr
        for message in unpack(data):
            self.heard.put_nowait(message)

    def send(self, address, *args):
        self.transport.sendto(build(address, *args))

    async def next(self):
        return await asyncio.wait_for(self.heard.get(), 30)

    async def until(self, address):
        """The next message at an address; those before it are passed over."""
        while (message := await self.next())[0] != address:
            pass
        return message
