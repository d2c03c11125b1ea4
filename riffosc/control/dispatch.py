"""A message to what it does: set, trigger, ask, command, or play."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from math import inf
from weakref import WeakSet

from riffosc.commands import AT
from riffosc.control.commands import Args, Commands
from riffosc.control.moments import BeatMoment, Beats, Due, Moment
from riffosc.control.orca import spelled
from riffosc.control.packet import Argument, Message
from riffosc.control.patterns import Patterns, is_pattern
from riffosc.control.play import BOOKKEEPING, Keys, pairs, voice_of, voices_played
from riffosc.control.replies import Peer
from riffosc.control.reports import Code, Refusal, Reports
from riffosc.control.schedule import Action, Schedule
from riffosc.control.unknown import Unknown
from riffosc.params import WORDS, Access, Param, ParamError, Store, Value, When

Played = Callable[[Keys, float | None], None]


@dataclass(frozen=True, slots=True)
class Change:
    address: str
    value: Value
    param: Param

    @property
    def waits(self) -> bool:
        """Whether it is heard as soon as it is made, and so has to wait for its time."""
        return self.param.when is When.NOW


@dataclass(frozen=True, eq=False)
class Waiting:
    """Changes on their way to their moment. Alive for as long as these are, whoever forgets them."""

    changes: list[Change]


class Dispatch:
    """Takes messages in the order in which they come.

    A message with a time tag ahead, or one that waits for a beat, is checked at once and takes effect then. Only what
    needs painting does not wait: work on it starts at once, the clip lands on the next boundary that can be reached,
    and the moment is told first so that the conductor may land it no earlier than that. Behind a `hold` that waits, it
    waits in turn.
    `played(keys, unix_time)` hears each key-value message as it comes, bookkeeping included.
    """

    def __init__(
        self, store: Store, commands: Commands, reports: Reports, schedule: Schedule, patterns: Patterns
    ) -> None:
        self._store = store
        self._commands = commands
        self._reports = reports
        self._patterns = patterns
        self._unknown = Unknown(store, schedule.clock)
        self.due: Due = _nobody
        self.played: Played = _nobody
        self._beats: Beats | None = None
        self._holds: WeakSet[Waiting] = WeakSet()  # those in which a voice is held or released

    def count_beats(self, beats: Beats) -> None:
        """From now on messages may wait for a beat."""
        self._beats = beats
        self._commands.table[AT.address] = self._at
        self._commands.docs.append(AT)

    def take(self, message: Message, peer: Peer, moment: Moment | None = None) -> None:
        """Raises Refusal or ParamError for what cannot be done; nothing of it has been done then."""
        address, args = message.address, message.args
        param = self._store.find(address)
        if param is not None:
            self._use(param, message, peer, moment)
        elif address in self._commands.table:
            command = self._commands.table[address]
            self._later(moment, peer, address, partial(command, args, peer))
        elif voices := voices_played(address, self._patterns):
            self._play(voices, message, peer, moment)
        elif letter := spelled(message):
            self.take(letter, peer, moment)
        else:
            self._use_all(self._matching(address), message, peer, moment)

    def _at(self, args: Args, peer: Peer) -> None:
        """Another message, on a beat."""
        if len(args) < 2:
            raise Refusal(Code.NONSENSE, "at needs when, an address and what to send there")
        message = Message(str(args[1]), args[2:])
        if message.address == AT.address:
            raise Refusal(Code.NONSENSE, "at waits for one beat, not for one after another")
        self.take(message, peer, self._on_a_beat(args[0], message.address))

    def _on_a_beat(self, when: object, address: str) -> Moment | None:
        if self._beats is None:
            raise Refusal(Code.UNKNOWN, "there are no beats to wait for")
        mark = self._beats.mark(when, address)
        return None if mark is None else BeatMoment(mark, self._beats)

    def _use(self, param: Param, message: Message, peer: Peer, moment: Moment | None) -> None:
        """One parameter: set it, ask for it without arguments, trigger it."""
        if not message.args and param.access is not Access.TRIGGER:
            self._answer((message.address,), message, peer, moment)
        elif param.access is Access.READ:
            raise Refusal(Code.READ_ONLY, f"{message.address} can only be read")
        else:
            changes: list[Change] = []
            self._want(changes, message.address, param, message.args)
            self._apply(changes, message, peer, moment)

    def _use_all(self, params: dict[str, Param], message: Message, peer: Peer, moment: Moment | None) -> None:
        """A pattern's: it sets or asks for what it can, and triggers only where it means nothing but triggers."""
        kept = {one: param for one, param in params.items() if param.access is not Access.TRIGGER}
        if kept and not message.args:
            self._answer(tuple(kept), message, peer, moment)
            return
        writable = {one: param for one, param in (kept or params).items() if param.access is not Access.READ}
        if not writable:
            raise Refusal(Code.READ_ONLY, f"{message.address} can only be read")
        changes: list[Change] = []
        refusals: list[ParamError] = []
        for one, param in writable.items():
            try:
                self._want(changes, one, param, message.args)
            except ParamError as refusal:  # what is no key may well be a tempo
                refusals.append(refusal)
        if refusals and not changes:
            raise refusals[0]
        self._apply(changes, message, peer, moment)

    def _matching(self, pattern: str) -> dict[str, Param]:
        found = self._patterns.match(pattern) if is_pattern(pattern) else ()
        if not found:
            raise Refusal(Code.UNKNOWN, self._unknown.address(pattern))
        return {one: self._store.param(one) for one in found}

    def _answer(self, addresses: tuple[str, ...], message: Message, peer: Peer, moment: Moment | None) -> None:
        action = partial(self._commands.answer, peer, addresses)
        self._later(moment, peer, message.address, action)

    def _wanted(self, param: Param, args: Args) -> Value | None:
        """The value a message asks for, None for the release of a button. Raises ParamError."""
        if param.access is Access.TRIGGER:
            return _pressed(param, args[0] if args else None)
        if len(args) > 1 and param.type_tag == "s":
            return param.coerce(_joined(param, args))
        return param.coerce(args[0])

    def _play(self, voices: tuple[int | None, ...], message: Message, peer: Peer, moment: Moment | None) -> None:
        """Keys that are no parameters of a voice are passed over; the good ones of a message count all the same."""
        keys = pairs(message.args)
        self.played(keys, message.time)
        if "at" in keys:
            where = (
                f"/riff/{voice_of(keys, voices[0], self._store.voices)}/play" if len(voices) == 1 else message.address
            )
            moment = self._on_a_beat(keys["at"], where)
        changes: list[Change] = []
        for voice in dict.fromkeys(voice_of(keys, each, self._store.voices) for each in voices):
            for key, given in keys.items():
                if key in BOOKKEEPING:
                    continue
                one = f"/riff/{voice}/{key}"
                param = self._store.find(one)
                if param is None or param.access is Access.READ:
                    self._unknown.key(key)
                    continue
                self._reports.attempt(peer, one, partial(self._add, changes, one, param, given))
        changes.sort(key=_turn)
        self._apply(changes, message, peer, moment)

    def _add(self, changes: list[Change], address: str, param: Param, given: Argument) -> None:
        if param.unit == WORDS and isinstance(given, str):
            given = given.replace("_", " ")  # mini-notation has no other way to say it
        self._want(changes, address, param, (given,))

    def _want(self, changes: list[Change], address: str, param: Param, args: Args) -> None:
        value = self._wanted(param, args)
        if value is not None:
            changes.append(Change(address, self._store.check(address, value), param))

    def _apply(self, changes: list[Change], message: Message, peer: Peer, moment: Moment | None) -> None:
        for change in changes:
            self._reports.askers[change.address] = peer
        if moment is None:
            self._update(changes)
            return
        waiting = Waiting([change for change in changes if change.waits or self._hold_waits(change)])
        early = [change for change in changes if change not in waiting.changes]
        for change in early:
            moment.ahead(change.address, change.value)
        self._update(early)
        if waiting.changes:
            if any(change.param.name == "hold" for change in waiting.changes):
                self._holds.add(waiting)
            self._later(moment, peer, message.address, partial(self._take_effect, waiting))

    def _hold_waits(self, change: Change) -> bool:
        """Whether the voice will be held, or released, before a change that comes now: then it keeps its turn."""
        hold = change.address.rsplit("/", 1)[0] + "/hold"
        return any(each.address == hold for waiting in self._holds for each in waiting.changes)

    def _take_effect(self, waiting: Waiting) -> None:
        self._update(waiting.changes)

    def _update(self, changes: Iterable[Change]) -> None:
        self._store.update((change.address, change.value) for change in changes)

    def _later(self, moment: Moment | None, peer: Peer, address: str, action: Action) -> None:
        if moment is None:
            action()
        else:
            moment.wait(address, partial(self._reports.attempt, peer, address, action))


def _turn(change: Change) -> int:
    """Triggers act on the values, and denoising on a picture that may be named beside it."""
    return 2 if change.param.access is Access.TRIGGER else int(change.param.name == "denoising")


def _nobody(*_: object) -> None:
    """Heard by nobody."""


def _pressed(param: Param, given: object) -> Value | None:
    """A trigger's value. Buttons send 1 when pressed, which is no seed, and 0 when released: None."""
    if given is None or given == inf:  # N, and I: "bang"
        return param.default
    value = param.coerce(given)
    if float(given) == 0:  # type: ignore[arg-type]
        return None
    return param.default if value in (0, 1) else value


def _joined(param: Param, args: Args) -> str:
    """Several arguments as one text. Where that has entries, a number ends each: it is its weight."""
    words = [f"{arg:.6g}" if isinstance(arg, float) else str(param.coerce(arg)) for arg in args]
    if param.entries:
        words = [f"{word}," if isinstance(arg, (int, float)) else word for word, arg in zip(words, args, strict=True)]
    return " ".join(words).rstrip(",")
