"""Who wants to hear of what, how often and for how long."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from math import inf

from riffosc.commands import Reply
from riffosc.control.replies import Clock, Handle, Peer
from riffosc.params import Value

EVENTS = {  # what is sent as it happens, each one: event -> the topics that hear it
    "clip": ("clip",),
    "late": ("late", "clip"),
    "done": ("done",),
    "fail": ("fail",),
    "midi": ("midi",),
    "tick": ("tick",),
}
STREAMS = {"levels": "/riff/levels"}  # topics that are no values, but of which the newest is enough as well
MAX_PEERS = 64
MAX_TOPICS = 32  # of one peer
RATE_HZ = 30.0
MAX_RATE_HZ = 200.0
LEASE_S = 60.0

Send = Callable[[Peer, Iterable[Reply]], None]


class Subscription:
    """One peer's interest in one topic; of values, the newest is sent and those in between are not."""

    def __init__(self, peer: Peer, topic: str, addresses: tuple[str, ...], rate: float, lease: float) -> None:
        self.peer = peer
        self.topic = topic
        self.addresses = addresses
        self.interval = 1 / rate  # seconds
        self.expires = lease  # on the loop's clock; inf is never
        self.free_at = -inf  # when the next value may go out
        self.newest: dict[str, tuple[Value, ...]] = {}
        self.timer: Handle | None = None

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


class Subscriptions:
    """All of them. Leases are looked at when there is something to send: no timer runs for one that is idle."""

    def __init__(self, clock: Clock, send: Send) -> None:
        self._clock = clock
        self._send = send
        self._peers: dict[Peer, dict[str, Subscription]] = {}
        self.others: list[Callable[[str], bool]] = []  # who listens in ways of their own, to which addresses
        self._listening: defaultdict[str, dict[Peer, list[Subscription]]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._peers)

    def wanted(self, heard: str) -> bool:
        """Whether anybody listens to an address, or to an event's topic."""
        return heard in self._listening or any(wants(heard) for wants in self.others)

    def room_for(self, peer: Peer, topic: str) -> bool:
        topics = self._peers.get(peer)
        if topics is None:
            self._forget_expired()
            return len(self._peers) < MAX_PEERS
        return topic in topics or len(topics) < MAX_TOPICS

    def add(
        self, peer: Peer, topic: str, addresses: tuple[str, ...], rate: float = RATE_HZ, lease: float = LEASE_S
    ) -> None:
        """`addresses` are those of the topic, none for an event; `rate` in Hz; a `lease` of 0 s has no end.

        The same topic again renews the lease and takes the new rate.
        """
        self.remove(peer, topic)
        expires = self._clock.time() + lease if lease else inf
        subscription = Subscription(peer, topic, addresses, rate, expires)
        self._peers.setdefault(peer, {})[topic] = subscription
        for heard in addresses or (topic,):
            self._listening[heard].setdefault(peer, []).append(subscription)

    def remove(self, peer: Peer, topic: str) -> bool:
        subscription = self._peers.get(peer, {}).pop(topic, None)
        if subscription is None:
            return False
        self._detach(subscription)
        if not self._peers[peer]:
            del self._peers[peer]
        return True

    def remove_all(self, peer: Peer) -> int:
        """All of a peer's topics; says how many they were."""
        topics = self._peers.pop(peer, {})
        for subscription in topics.values():
            self._detach(subscription)
        return len(topics)

    def clear(self) -> None:
        for peer in list(self._peers):
            self.remove_all(peer)

    def event(self, event: str, address: str, *args: Value, besides: Peer = None) -> None:
        """Tell each peer that hears the event once; `besides` has been told already."""
        if event in STREAMS:
            self.value(address, *args)
            return
        peers = {peer: None for topic in EVENTS[event] for peer in self._listeners(topic)}
        for peer in peers:
            if peer != besides:
                self._send(peer, [(address, args)])

    def value(self, address: str, *value: Value) -> None:
        """A value has changed: at once for those whose rate allows, later or never for the others."""
        if address not in self._listening:
            return
        for subscriptions in self._listeners(address).values():
            for subscription in subscriptions:
                subscription.newest[address] = value
                self._flush_when_free(subscription)

    def show(self, peer: Peer, topic: str, values: Iterable[tuple[str, Value]]) -> None:
        """How things stand, for one who has just subscribed."""
        subscription = self._peers.get(peer, {}).get(topic)
        if subscription is None:
            return
        subscription.newest.update((address, (value,)) for address, value in values)
        if subscription.newest:
            self._flush_when_free(subscription)

    def _listeners(self, heard: str) -> dict[Peer, list[Subscription]]:
        """A copy, for sending may end a subscription."""
        now = self._clock.time()
        listening = self._listening.get(heard, {})
        for subscription in [one for each in listening.values() for one in each if one.expires <= now]:
            self.remove(subscription.peer, subscription.topic)
        return {peer: list(each) for peer, each in listening.items()}

    def _forget_expired(self) -> None:
        now = self._clock.time()
        everyone = [one for topics in self._peers.values() for one in topics.values()]
        for subscription in everyone:
            if subscription.expires <= now:
                self.remove(subscription.peer, subscription.topic)

    def _detach(self, subscription: Subscription) -> None:
        subscription.stop()
        subscription.expires = -inf
        for heard in subscription.addresses or (subscription.topic,):
            listening = self._listening[heard]
            listening[subscription.peer].remove(subscription)
            if not listening[subscription.peer]:
                del listening[subscription.peer]
            if not listening:
                del self._listening[heard]

    def _flush_when_free(self, subscription: Subscription) -> None:
        wait = subscription.free_at - self._clock.time()
        if wait <= 0 and subscription.timer is None:
            self._flush(subscription)
        elif subscription.timer is None:
            subscription.timer = self._clock.call_later(wait, lambda: self._flush(subscription))

    def _flush(self, subscription: Subscription) -> None:
        subscription.timer = None
        subscription.free_at = self._clock.time() + subscription.interval
        newest, subscription.newest = subscription.newest, {}
        if subscription.expires > self._clock.time():
            self._send(subscription.peer, newest.items())
