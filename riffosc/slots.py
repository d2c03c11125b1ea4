"""Prompt slots: words under a name, played in any voice by that name or by their number."""

from collections.abc import Iterable, Iterator, Mapping

from riffosc.commands import Ask, CommandDoc, Reply
from riffosc.names import clean_name, meant
from riffosc.params import MAX_TEXT, ParamError, Store, Value
from riffosc.state import StateFolder, Tables

FILE = "slots.toml"
HEADING = "Prompt slots of riffosc: name = words, in their order. Edits are taken up at once; comments are not kept."
MAX_SLOTS = 256


SET = CommandDoc(
    "/riff/slot/set", "s:name s:words", "/riff/done", "Keep words under a name; voices that play it change."
)
DELETE = CommandDoc("/riff/slot/delete", "s:name", "/riff/done", "Forget a slot; what plays plays on.")
LIST = CommandDoc(
    "/riff/slot/list",
    "",
    "/riff/slot/list/item i:number s:name s:words, /riff/slot/list/end i:count",
    "All slots, in their order.",
)


class Slots:
    """What the file holds is the truth. In the store, `/riff/<voice>/slot` and its `prompt` are kept together."""

    def __init__(self, store: Store, folder: StateFolder) -> None:
        self._store = store
        self._folder = folder
        store.refine("/riff/{voice}/slot", self._find)
        store.listen(self._changed)

    def words(self, name: str) -> str | None:
        """What a slot says, None where there is none of that name."""
        found = self._all().get(name)
        return found if found is None else str(found)

    def commands(self) -> Iterator[tuple[CommandDoc, Ask]]:
        yield from ((SET, self.set), (DELETE, self.delete), (LIST, self.rows))

    def set(self, args: tuple[object, ...]) -> Iterable[Reply]:
        if len(args) < 2:
            raise ParamError("a slot needs a name and its words")
        name, words = clean_name(args[0]), " ".join(str(arg) for arg in args[1:]).strip()
        slots = dict(self._all())
        if not words or len(words) > MAX_TEXT:
            raise ParamError(f"the words of a slot are 1 to {MAX_TEXT} characters")
        if name not in slots and len(slots) >= MAX_SLOTS:
            raise ParamError(f"there are {MAX_SLOTS} slots already; delete one first")
        self._write(slots | {name: words})
        for voice in range(1, self._store.voices + 1):
            if self._store.get(f"/riff/{voice}/slot") == name:
                self._store.set(f"/riff/{voice}/prompt", words)
        return [("/riff/done", (SET.address, name))]

    def delete(self, args: tuple[object, ...]) -> Iterable[Reply]:
        slots = dict(self._all())
        name = meant(args[0] if args else "", list(slots), "slot")
        del slots[name]
        self._write(slots)
        for voice in range(1, self._store.voices + 1):
            if self._store.get(f"/riff/{voice}/slot") == name:
                self._store.publish(f"/riff/{voice}/slot", "")
        return [("/riff/done", (DELETE.address, name))]

    def rows(self, args: tuple[object, ...]) -> Iterable[Reply]:
        for number, (name, words) in enumerate(self._all().items(), 1):
            yield "/riff/slot/list/item", (number, name, words)
        yield "/riff/slot/list/end", (len(self._all()),)

    def _all(self) -> Mapping[str, str]:
        return self._folder.read(FILE, sift)

    def _write(self, slots: Mapping[str, str]) -> None:
        self._folder.write(FILE, slots, HEADING)

    def _find(self, address: str, value: Value) -> Value:
        """The slot that is meant; a button's release, 0, changes nothing, and empty text leaves the slot."""
        if value in ("0", "0.0"):
            return self._store.get(address)
        return meant(value, list(self._all()), "slot") if value else ""

    def _changed(self, address: str, value: Value) -> None:
        """A slot brings its words; words of one's own, and a blend, leave the slot."""
        voice, _, name = address.removeprefix("/riff/").partition("/")
        if name == "slot" and value:
            self._store.set(f"/riff/{voice}/prompt", self.words(str(value)) or "")
        elif (name == "blend" and value) or (name == "prompt" and value != self._words_of(voice)):
            self._store.publish(f"/riff/{voice}/slot", "")

    def _words_of(self, voice: str) -> str | None:
        return self.words(str(self._store.get(f"/riff/{voice}/slot")))


def sift(tables: Tables) -> tuple[Tables, Iterable[str]]:
    """From a file that anybody may have written."""
    good = {name: words.strip() for name, words in tables.items() if isinstance(words, str) and words.strip()}
    good = {name: words for name, words in good.items() if len(words) <= MAX_TEXT}
    bad = [name for name in tables if name not in good]
    return good, [
        f'expected {name} = "words", at most {MAX_TEXT} characters; found {tables[name]!r:.40}' for name in bad
    ]
