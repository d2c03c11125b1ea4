"""Snapshots: all that belongs to the music, under a name, to be recalled at a bar line, at once or over bars."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import ceil, isclose
from typing import Any

from riffosc.commands import Ask, CommandDoc, Reply
from riffosc.conductor import Conductor
from riffosc.modulation import Modulation, Tell, number
from riffosc.names import clean_name, meant
from riffosc.params import ParamError, Store, Value, When
from riffosc.quantise import Mark, Quantise
from riffosc.state import StateFolder, Tables

FOLDER = "snapshots"
HEADING = "A snapshot of riffosc. What is left out stays as it is when it is recalled; edits are taken up at once."
MAX_SNAPSHOTS = 512
MAX_BARS = 256.0
KNOWN = ("all", "voice", "moving")  # tables of a file

SAVE = CommandDoc("/riff/snapshot/save", "s:name", "/riff/done", "Keep all that belongs to the music under a name.")
RECALL = CommandDoc(
    "/riff/snapshot/recall",
    "s:name|i:number [f:bars] [when]",
    "/riff/done s:name, when it begins",
    "At the next bar line, or as /riff/at has it. Over `bars` bars, decimals move in a straight line and prompts are "
    "walked to; whole numbers, switches and other texts change at the start, and voices fall empty at the end.",
)
DELETE = CommandDoc("/riff/snapshot/delete", "s:name", "/riff/done", "Forget a snapshot.")
LIST = CommandDoc(
    "/riff/snapshot/list",
    "",
    "/riff/snapshot/list/item i:number s:name, /riff/snapshot/list/end i:count",
    "All snapshots, in the order of the alphabet.",
)


@dataclass(slots=True)
class Recall:
    """A snapshot on its way, as of the beat on which it begins."""

    name: str
    mark: Mark
    bars: float
    now: dict[str, Value] = field(default_factory=dict)  # heard at once, or the tempo: changed on the beat
    painted: dict[str, Value] = field(default_factory=dict)  # changed on arrival, to land from the beat on
    glides: dict[str, Value] = field(default_factory=dict)
    moving: Mapping[str, str] = field(default_factory=dict)


class Snapshots:
    """Their files are the truth. One recall at a time: the next takes over from wherever the last has got to."""

    def __init__(
        self, folder: StateFolder, quantise: Quantise, modulation: Modulation, conductor: Conductor, done: Tell
    ) -> None:
        self._folder = folder
        self._quantise = quantise
        self._modulation = modulation
        self._conductor = conductor
        self._done = done
        self._newest: Recall | None = None
        self._store = modulation.store

    def commands(self) -> Iterator[tuple[CommandDoc, Ask]]:
        yield from ((SAVE, self.save), (RECALL, self.recall), (DELETE, self.delete), (LIST, self.rows))

    # Keeping them

    def save(self, args: tuple[object, ...]) -> Iterable[Reply]:
        name = clean_name(args[0] if args else "")
        names = self._names()
        if name not in names and len(names) >= MAX_SNAPSHOTS:
            raise ParamError(f"there are {MAX_SNAPSHOTS} snapshots already; delete one first")
        self._folder.write(_file(name), self.tables(), HEADING)
        return [("/riff/done", (SAVE.address, name))]

    def delete(self, args: tuple[object, ...]) -> Iterable[Reply]:
        name = meant(args[0] if args else "", self._names(), "snapshot")
        self._folder.write(_file(name), {})
        return [("/riff/done", (DELETE.address, name))]

    def rows(self, args: tuple[object, ...]) -> Iterable[Reply]:
        names = self._names()
        for place, name in enumerate(names, 1):
            yield "/riff/snapshot/list/item", (place, name)
        yield "/riff/snapshot/list/end", (len(names),)

    def tables(self) -> Tables:
        """How things stand, as a file has it."""
        shared: dict[str, Value] = {}
        voices: dict[str, dict[str, Value]] = {}
        for address, param in self._store.addresses():
            if param.musical:
                table = voices.setdefault(address.split("/")[2], {}) if param.per_voice else shared
                table[param.name] = self._modulation.base(address)
        return {"all": shared, "voice": voices, "moving": self._modulation.standing()}

    def _names(self) -> list[str]:
        return self._folder.names(FOLDER)

    # Recalling them

    def recall(self, args: tuple[object, ...]) -> Iterable[Reply]:
        name = meant(args[0] if args else "", self._names(), "snapshot")
        bars = min(max(number(args[1]), 0.0), MAX_BARS) if len(args) > 1 else 0.0
        tables = self._folder.read(_file(name), partial(sift, self._store, self._modulation))
        if not any(tables.values()):
            raise ParamError("; ".join(self._folder.mistakes(_file(name))) or f"there is nothing in {name}")
        mark = self._quantise.mark(args[2] if len(args) > 2 else "bar", "/riff") or Mark(self._quantise.beat_here())
        recall = self._sorted(Recall(name, mark, bars, moving=tables.get("moving", {})), tables)
        self._newest = recall
        self._paint(recall)
        for address in [one for one in recall.now if one in ("/riff/tempo", "/riff/quantum")]:
            change = {address: recall.now.pop(address)}
            self._quantise.at(mark, address, partial(self._if_newest, recall, partial(self._set, change)))
        self._quantise.at(mark, RECALL.address, partial(self._if_newest, recall, partial(self._begin, recall)))
        return ()

    def _sorted(self, recall: Recall, tables: Tables) -> Recall:
        """What changes when. A slot that is gone is passed over: its words are there as the prompt."""
        for address, value in _entries(tables):
            param = self._store.find(address)
            try:
                wanted = self._store.check(address, value)
            except ParamError:
                continue
            assert param
            if recall.bars and isinstance(param.default, float):
                recall.glides[address] = wanted
            else:
                (recall.now if param.when is When.NOW else recall.painted)[address] = wanted
        return recall

    def _paint(self, recall: Recall) -> None:
        """Work begins now, and lands no sooner than the recall."""
        changed = self._news(recall.painted)
        for address in changed:
            self._quantise.not_before(address, recall.mark)
        for voice, state in self._conductor.voices.items():
            clips = ceil(recall.bars / self._number(recall, voice, "bars"))
            self._conductor.change(voice, "morph", max(clips, 1))
            empty = self._conductor.state_word(voice) == "empty"
            if empty and recall.painted.get(f"/riff/{voice}/prompt") == state.values["prompt"]:
                self._conductor.change(voice, "prompt", state.values["prompt"])  # emptied by a panic
        self._set(changed)
        for voice in self._conductor.voices:
            self._conductor.change(voice, "morph", self._number(recall, voice, "morph"))
            if self._falls_empty(voice, recall):
                self._leave(recall, voice)

    def _number(self, recall: Recall, voice: int, name: str) -> int:
        address = f"/riff/{voice}/{name}"
        return int(recall.painted.get(address, self._store.get(address)))

    def _falls_empty(self, voice: int, recall: Recall) -> bool:
        """Whether the snapshot has no words and no picture for a voice that sounds."""
        sources = (f"/riff/{voice}/{name}" for name in ("prompt", "blend", "seed_image"))
        silent = all(recall.painted.get(address) == "" for address in sources)
        return silent and self._conductor.state_word(voice) != "empty"

    def _leave(self, recall: Recall, voice: int) -> None:
        """At the bar line on which the recall ends; `take` comes as early as what lands on a bar line has to."""
        bar = self._conductor.timeline.quantum
        mark = Mark(recall.mark.beat + bar * ceil(recall.bars), bar)
        self._quantise.at(mark, f"/riff/{voice}/take", partial(self._if_newest, recall, partial(self._empty, voice)))

    def _empty(self, voice: int) -> None:
        self._conductor.empty(voice, self._quantise.now())

    def _begin(self, recall: Recall) -> None:
        """On its beat."""
        self._modulation.stop()
        self._set(recall.now)
        since = self._quantise.beat_here()
        until = since + recall.bars * self._conductor.timeline.quantum
        for address, value in recall.glides.items():
            if self._differs(address, value) and address not in recall.moving:
                self._modulation.glide(address, float(value), since, until)
        for address, words in recall.moving.items():
            base = (recall.glides | recall.now | recall.painted).get(address)
            self._modulation.move(address, self._modulation.curve(address, words.split()), base)
        self._done(RECALL.address, recall.name)

    def _if_newest(self, recall: Recall, action: Callable[[], object]) -> None:
        if recall is self._newest:
            action()

    def _set(self, changes: Mapping[str, Value]) -> None:
        self._modulation.drop(changes)
        self._store.update(self._news(changes).items())

    def _news(self, changes: Mapping[str, Value]) -> dict[str, Value]:
        """What differs from how things stand; and last, the blend beside a new prompt, which would clear it."""
        news = {address: value for address, value in changes.items() if self._differs(address, value)}
        blends = (f"{address.removesuffix('prompt')}blend" for address in list(news) if address.endswith("/prompt"))
        for blend in [each for each in blends if each in changes]:
            news.pop(blend, None)
            news[blend] = changes[blend]
        return news

    def _differs(self, address: str, value: Value) -> bool:
        """Files hold seven digits of what came in 32 bits."""
        here = self._store.get(address)
        if isinstance(here, float) and isinstance(value, float):
            return not isclose(here, value, rel_tol=1e-6)
        return here != value


def _file(name: str) -> str:
    return f"{FOLDER}/{name}.toml"


def _entries(tables: Tables) -> Iterator[tuple[str, Any]]:
    for name, value in tables.get("all", {}).items():
        yield f"/riff/{name}", value
    for voice, table in tables.get("voice", {}).items():
        for name, value in table.items():
            yield f"/riff/{voice}/{name}", value


def sift(store: Store, modulation: Modulation, tables: Tables) -> tuple[Tables, Iterable[str]]:
    """What can be recalled of a file that anybody may have written, and what is wrong with the rest."""
    complaints = [f"expected [all], [voice.1] ... or [moving], not {name}" for name in tables if name not in KNOWN]
    shared = _sifted(store, "/riff", _table(tables, "all", complaints), complaints)
    voices = {
        voice: _sifted(store, f"/riff/{voice}", table, complaints)
        for voice, table in _table(tables, "voice", complaints).items()
        if not (voice.isdecimal() and int(voice) > store.voices)  # of a larger rig
    }
    moving = dict(_table(tables, "moving", complaints))
    for address, words in list(moving.items()):
        try:
            modulation.curve(address, str(words).split())
        except ParamError as error:
            del moving[address]
            complaints.append(f"[moving]: {error}")
    return {"all": shared, "voice": voices, "moving": moving}, complaints


def _table(tables: Tables, name: str, complaints: list[str]) -> Mapping[str, Any]:
    table = tables.get(name, {})
    if isinstance(table, Mapping):
        return table
    complaints.append(f"expected a table [{name}], not {name} = {table!r:.40}")
    return {}


def _sifted(store: Store, prefix: str, table: Any, complaints: list[str]) -> dict[str, Value]:
    """The good ones of a table whose names are the last of `prefix`'s addresses."""
    good: dict[str, Value] = {}
    for name, value in table.items() if isinstance(table, Mapping) else [("", table)]:
        try:
            param = store.param(f"{prefix}/{name}")
            if not param.musical:
                raise ParamError(f"{prefix}/{name} does not belong to a snapshot")
            good[name] = param.coerce(value)
        except ParamError as error:
            complaints.append(f"{prefix}: {error}")
    return good
