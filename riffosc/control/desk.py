"""Everything that an OSC sender can do here, whatever carries the bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from riffosc.control.commands import Commands
from riffosc.control.dispatch import Dispatch, Played
from riffosc.control.moments import Beats, Due, TagMoment
from riffosc.control.packet import Message, PacketError, read_packet
from riffosc.control.patterns import Patterns
from riffosc.control.replies import Carry, Clock, Handle, Outbox, Peer
from riffosc.control.reports import Code, Refusal, Reports
from riffosc.control.schedule import MAX_AHEAD_S, Schedule
from riffosc.control.subscriptions import Subscriptions
from riffosc.params import Store, Value

BAD_EVERY_S = 0.2  # how often the count of bad datagrams is published at most
LATE_S = 0.02  # a time tag of "now" is always a little past when it gets here


@dataclass(slots=True)
class Counters:
    received: int = 0  # datagrams
    bad: int = 0  # of them, those that are not OSC
    late: int = 0  # bundles that came after their time
    per_second: float = 0.0  # datagrams, over the last second that was measured


class Desk:
    """Datagrams in by `receive`, out by `carry(peer, datagram)`. Event loop only.

    A datagram is done with when `receive` returns, but for what waits for its time tag: nothing queues up.
    """

    def __init__(self, store: Store, carry: Carry, clock: Clock, wall: Callable[[], float] = time.time) -> None:
        self.store = store
        self._clock = clock
        self._schedule = Schedule(clock, wall)
        self.outbox = Outbox(carry, clock)
        self.subscriptions = Subscriptions(clock, self.outbox.send_all)
        self.reports = Reports(clock, self.outbox, self.subscriptions)
        patterns = Patterns(address for address, _ in store.addresses())
        self.commands = Commands(store, self.outbox, self.subscriptions, self.reports, patterns)
        self._dispatch = Dispatch(store, self.commands, self.reports, self._schedule, patterns)
        self.counters = Counters()
        self._second = (clock.time(), 0)  # when the measured second began, and the count then
        self._bad_timer: Handle | None = None
        store.listen(self.subscriptions.value)

    def hear(self, due: Due | None = None, played: Played | None = None, beats: Beats | None = None) -> None:
        """Who is told of time tags, and who knows the beat: see `Dispatch`."""
        if beats is not None:
            self._dispatch.count_beats(beats)
        self._dispatch.due = due or self._dispatch.due
        self._dispatch.played = played or self._dispatch.played

    def receive(self, data: bytes, peer: Peer) -> None:
        """Take a datagram in. Never raises: what is wrong with it is counted and told to the peer."""
        self._count()
        try:
            messages = read_packet(data)
        except PacketError as error:
            self._bad(data, peer, error)
            return
        bundles: dict[float | None, list[Message]] = {}
        for message in messages:
            bundles.setdefault(message.time, []).append(message)
        for tag, bundle in bundles.items():
            self.reports.attempt(peer, bundle[0].address, partial(self._take, bundle, tag, peer))

    def say(self, address: str, *args: Value) -> None:
        """What another part of riffosc asks for, a knob's say: as if a player had sent it."""
        self.reports.attempt(None, address, partial(self._dispatch.take, Message(address, args), None))

    def _take(self, bundle: list[Message], tag: float | None, peer: Peer) -> None:
        """All messages with the same time tag: they happen together or wait together."""
        moment = None if tag is None else self._moment(tag)
        if moment is not None and len(bundle) > self._schedule.room:
            raise Refusal(Code.BUSY, "too many messages are waiting for their time")
        for message in bundle:
            action = partial(self._dispatch.take, message, peer, moment)
            self.reports.attempt(peer, message.address, action)

    def _moment(self, tag: float) -> TagMoment | None:
        """When a time tag comes due; None if that was in the past."""
        moment = TagMoment(tag, self._schedule.due(tag), self._schedule, self._dispatch.due)
        ahead = moment.loop - self._clock.time()
        if ahead > MAX_AHEAD_S:
            raise Refusal(Code.TOO_EARLY, f"a time tag {ahead:.0f} s ahead; {MAX_AHEAD_S:.0f} s is the most")
        if ahead > 0:
            return moment
        self.counters.late += ahead < -LATE_S
        return None

    def _count(self) -> None:
        self.counters.received += 1
        now, (began, before) = self._clock.time(), self._second
        if now - began >= 1:
            self.counters.per_second = (self.counters.received - before) / (now - began)
            self._second = (now, self.counters.received)

    def _bad(self, data: bytes, peer: Peer, error: PacketError) -> None:
        self.counters.bad += 1
        if data[:1] in (b"/", b"#"):  # at least meant as OSC
            self.reports.fail("", Code.NONSENSE, str(error), peer)
        if self._bad_timer is None:
            self._publish_bad()

    def _publish_bad(self) -> None:
        """Now, and again after a while if there were more."""
        self._bad_timer = None
        if self.store.get("/riff/bad_messages") != self.counters.bad:
            self.store.publish("/riff/bad_messages", self.counters.bad)
            self._bad_timer = self._clock.call_later(BAD_EVERY_S, self._publish_bad)

    def close(self) -> None:
        self.store.unlisten(self.subscriptions.value)
        self._schedule.clear()
        self.subscriptions.clear()
        if self._bad_timer is not None:
            self._bad_timer.cancel()
