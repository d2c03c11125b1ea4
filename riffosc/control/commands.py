"""What can be asked of riffosc besides its parameters, and the answers."""

from collections.abc import Callable, Iterable, Iterator
from math import isfinite

from riffosc import __version__
from riffosc.commands import COMMANDS, Ask, CommandDoc, Reply
from riffosc.control.packet import Argument
from riffosc.control.patterns import Patterns, is_pattern
from riffosc.control.replies import Outbox, Peer
from riffosc.control.reports import Code, Refusal, Reports
from riffosc.control.subscriptions import EVENTS, LEASE_S, MAX_RATE_HZ, RATE_HZ, STREAMS, Subscriptions
from riffosc.params import Access, Param, Store, Value

Args = tuple[Argument, ...]
Command = Callable[[Args, Peer], None]

MAX_QUESTIONS = 64  # addresses in one /riff/get
HANDFUL = 16  # answers that are sent at once
MAX_LEASE_S = 86400.0

# What we send ourselves. Coming in, from another riffosc perhaps, it is heard and not answered.
OURS = frozenset(
    "/riff/" + name
    for name in (
        "pong", "synced", "done", "fail", "clip", "late", "tick", "levels", "list/item", "list/end",
        "slot/list/item", "slot/list/end", "snapshot/list/item", "snapshot/list/end", "lfo/item",
        "midi/learned", "midi/list/item", "midi/list/end",
    )
)  # fmt: skip


class Commands:
    def __init__(
        self, store: Store, outbox: Outbox, subscriptions: Subscriptions, reports: Reports, patterns: Patterns
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._reports = reports
        self._patterns = patterns
        self.port = 0  # where we are heard
        self.table: dict[str, Command] = {
            command.address: getattr(self, "_" + command.address.rsplit("/", 1)[1]) for command in COMMANDS
        }
        self.docs: list[CommandDoc] = list(COMMANDS)
        self.table |= dict.fromkeys(OURS, _hear)

    def add(self, doc: CommandDoc, ask: Ask) -> None:
        """A command of another part of riffosc: what `ask(args)` gives is answered, a ParamError is a refusal."""

        def command(args: Args, peer: Peer) -> None:
            self._reports.askers[doc.address] = peer
            self._send(peer, list(ask(args)))

        self.table[doc.address] = command
        self.docs.append(doc)

    def _send(self, peer: Peer, replies: list[Reply]) -> None:
        if len(replies) <= HANDFUL:
            self._outbox.send_all(peer, replies)
        elif self._outbox.busy(peer):
            raise Refusal(Code.BUSY, "the last list is still on its way")
        else:
            self._outbox.send_row(peer, replies)

    def answer(self, peer: Peer, addresses: Iterable[str]) -> None:
        """The values at these addresses, each under its own."""
        self._outbox.send_all(peer, self._values(addresses))

    def _values(self, addresses: Iterable[str]) -> list[Reply]:
        return [(address, (self._store.get(address),)) for address in addresses]

    def readable(self, asked: str) -> list[str]:
        """The addresses that an address or a pattern means; Refusal when there is none to read."""
        found = self._patterns.match(asked) if is_pattern(asked) else (asked,)
        params = {address: self._store.find(address) for address in found}
        readable = [address for address, param in params.items() if param and param.access is not Access.TRIGGER]
        if not readable:
            raise Refusal(Code.UNKNOWN, f"nothing to read at {asked}")
        return readable

    def _ping(self, args: Args, peer: Peer) -> None:
        self._outbox.send(peer, "/riff/pong", __version__, self._store.voices, self.port)

    def _handshake(self, args: Args, peer: Peer) -> None:
        self._outbox.send(peer, "/dirt/handshake/reply", "&controlBusIndices")

    def _sync(self, args: Args, peer: Peer) -> None:
        self._outbox.send(peer, "/riff/synced", int(_number(args, 0, 0)))

    def _get(self, args: Args, peer: Peer) -> None:
        if not 0 < len(args) <= MAX_QUESTIONS:
            raise Refusal(Code.NONSENSE, "get needs an address")
        self.answer(peer, dict.fromkeys(address for asked in args for address in self.readable(str(asked))))

    def _status(self, args: Args, peer: Peer) -> None:
        if args and isinstance(args[0], str):
            return  # another riffosc's answer, not a question
        voice = int(_number(args, 0, 0))
        if not 0 <= voice <= self._store.voices:
            raise Refusal(Code.UNKNOWN, f"no voice {voice:g}; they are 1 to {self._store.voices}")
        self._outbox.send(peer, "/riff/status", *self._standing(voice))

    def _standing(self, voice: int) -> Iterator[Value]:
        """Names and values in turn; voice 0 is what concerns all."""
        yield from ("voice", voice) if voice else ("version", __version__, "voices", self._store.voices)
        for address in ("/riff/tempo", "/riff/quantum") if not voice else ():
            yield from (address.removeprefix("/riff/"), self._store.get(address))
        for address, param in self._store.addresses():
            if param.access is Access.READ and address == param.address(voice) and param.per_voice is bool(voice):
                yield from (param.name, self._store.get(address))

    def _list(self, args: Args, peer: Peer) -> None:
        if self._outbox.busy(peer):
            raise Refusal(Code.BUSY, "the last list is still on its way")
        prefix = str(args[0]) if args else "/"
        items: list[Reply] = [
            ("/riff/list/item", _item(address, param))
            for address, param in self._store.addresses()
            if address.startswith(prefix)
        ]
        self._outbox.send_row(peer, [*items, ("/riff/list/end", (len(items),))])

    def _subscribe(self, args: Args, peer: Peer) -> None:
        topic, addresses = self._topic(args)
        rate = _number(args, 1, RATE_HZ) or RATE_HZ
        lease = _number(args, 2, LEASE_S)
        if rate < 0 or lease < 0:
            raise Refusal(Code.NONSENSE, "rate and lease are counted from 0")
        peer = _at_port(peer, args, 3)
        if not self._subscriptions.room_for(peer, topic):
            raise Refusal(Code.BUSY, "too many subscriptions")
        rate, lease = min(max(rate, 0.01), MAX_RATE_HZ), min(lease, MAX_LEASE_S)
        self._subscriptions.add(peer, topic, addresses, rate, lease)
        self._reports.done("/riff/subscribe", topic, rate, lease, peer=peer)
        if addresses:
            self._subscriptions.show(peer, topic, self._kept(addresses))

    def _kept(self, addresses: Iterable[str]) -> Iterator[tuple[str, Value]]:
        """Their values; a trigger has none, nor what is no parameter."""
        for address in addresses:
            param = self._store.find(address)
            if param and param.access is not Access.TRIGGER:
                yield address, self._store.get(address)

    def _topic(self, args: Args) -> tuple[str, tuple[str, ...]]:
        """A topic's name and its addresses: `clip`, `/riff/tempo`, `tempo` for short, `/riff/*/state`."""
        asked = str(args[0]) if args else ""
        name = asked.removeprefix("/riff/")
        if name in EVENTS:
            return name, ()
        if name in STREAMS:
            return name, (STREAMS[name],)
        topic = asked if asked.startswith("/") else "/riff/" + asked
        addresses = self._patterns.match(topic) if is_pattern(topic) else (topic,)
        if not addresses or not all(map(self._store.find, addresses)):
            raise Refusal(Code.UNKNOWN, f"no topic {asked!r:.80}; try {', '.join((*EVENTS, *STREAMS))} or an address")
        return topic, addresses

    def _unsubscribe(self, args: Args, peer: Peer) -> None:
        peer = _at_port(peer, args, 1)
        if args and args[0] != "":
            topic = str(args[0])
            names = {topic, topic.removeprefix("/riff/"), "/riff/" + topic}
            count = sum(self._subscriptions.remove(peer, name) for name in names)
        else:
            count = self._subscriptions.remove_all(peer)
        self._reports.done("/riff/unsubscribe", count, peer=peer)


def _hear(args: Args, peer: Peer) -> None:
    """Nothing is done."""


def _at_port(peer: Peer, args: Args, at: int) -> Peer:
    """Another port of the sender's, where an argument names one: not everybody listens where they send from."""
    port = int(_number(args, at, 0))
    if not 0 <= port < 2**16:
        raise Refusal(Code.NONSENSE, f"{port} is no port")
    if port and isinstance(peer, tuple):
        return (peer[0], port, *peer[2:])
    return peer


def _number(args: Args, at: int, default: float) -> float:
    """The argument at a place, if there is one; Refusal when it is not a number."""
    if len(args) <= at:
        return default
    try:
        number = float(args[at])  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not isfinite(number):
        raise Refusal(Code.NONSENSE, f"a number is needed, not {args[at]!r:.40}")
    return number


def _item(address: str, param: Param) -> tuple[Value, ...]:
    low: Value = "" if param.low is None else float(param.low)
    high: Value = "" if param.high is None else float(param.high)
    return address, param.type_tag, param.default, low, high, param.unit, param.access.value
