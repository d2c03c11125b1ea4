"""What a prompt says by name: sounds, genres, parts, ways of playing and effects, and what it asks to leave out."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

from riffosc.composing.genres import GENRES
from riffosc.composing.manners import BASS_STYLES, CHORD_WORDS, EFFECTS, GROOVES, KIT_WORDS
from riffosc.composing.sounds import BY_ROLE
from riffosc.synthesis.model.aliases import ALIASES
from riffosc.synthesis.model.text import STOP_WORDS
from riffosc.synthesis.model.wordpiece import plain

Claims = tuple[tuple[str, tuple[str, ...]], ...]  # kinds and names; several names are equal choices
TOKEN = re.compile(r"[a-z0-9]+|[^\W_]+|[,;.:/+&\n]")
MOST_TOKENS = 400  # of a prompt; what comes after is not looked at
BOUNDS = frozenset(
    (*",;.:/+\n", "and", "with", "over", "plus", "featuring", "under", "against", "versus", "but", "then")
)
DENIALS = frozenset(("no", "not", "without", "minus", "sans", "except", "never", "non", "zero", "less", "fewer"))
BUT = frozenset(("anything", "everything", "all"))  # before "but"
SHORT = ((re.compile(r"\bw/o\b"), "without"), (re.compile(r"\bw/"), "with "))
DENIED_WORDS = 3  # that nobody knows, behind a "no"
DRUM_NOUNS = ("drums", "beat", "drum loop", "drum groove", "drum beat", "percussion loop", "groove", "rhythm")
TOO_PLAIN = frozenset(
    ("chords", "harmony", "rhythm", "riff", "sequence", "hits", "picking", "minimal", "chops", "arpeggio")
)
_FILLERS = """
loop groove piece track riff pattern rhythm line theme phrase part music song instrumental jam sound sounds tune
style type kind something somebody someone anyone please give me i we you want need hear play playing played
make it its is be that this could would like love can let us us having have has using use made built featuring
performance performing excerpt flavour flavoured belongs sounding very really quite bit little lot more less so
too nice good great cool new big bar bars beats bpm tempo key sharp flat m min maj tuned tonality as if or nor
there anything only one two three four then just while what which who vibe vibes feel feeling mid close set dj few
many notes
"""
FILLERS = STOP_WORDS | frozenset(_FILLERS.split())
FILLERS |= {note + sign + mode for note in "abcdefg" for sign in ("", "b") for mode in ("", "m")}
CLOSE, LEAST_LETTERS, MOST_MENDED = 0.85, 5, 8  # of words that are misspelt


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a prompt says of one kind: sound ("role/name"), genre, role, style ("role/style"), effect, ..."""

    kind: str
    names: tuple[str, ...]
    weight: float = 1.0
    segment: int = 0  # between commas, "and", "with": what belongs together
    at: int = 0  # which word of the prompt: claims of the same are of one phrase
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """All claims in order, the text without what is denied, and the words that no table has."""

    claims: tuple[Claim, ...]
    text: tuple[tuple[str, float], ...]
    unknown: tuple[str, ...]

    def of(self, kind: str, denied: bool = False) -> list[Claim]:
        return [claim for claim in self.claims if claim.kind == kind and claim.denied == denied]


def _words(text: str) -> list[str]:
    """Tokens: words of letters and digits, and the marks that part a prompt; "&" is read as "and"."""
    text = plain(text).replace("'", " ").replace("\u2019", " ")
    for short, word in SHORT:
        text = short.sub(word, text)
    found = TOKEN.findall(text)
    return ["and" if token == "&" else token for token in found]


def _sound_phrases() -> Iterator[tuple[str, str, str]]:
    for role, sounds in BY_ROLE.items():
        for sound in sounds.values():
            for word in sound.words:
                if word == sound.name or word not in sounds:  # a sound's own name is no other's in its role
                    yield word, "sound", f"{role}/{sound.name}"
    for kit, adjective in KIT_WORDS.items():
        for noun in DRUM_NOUNS:
            yield f"{adjective} {noun}", "sound", f"drums/{kit}"


def _manner_phrases() -> Iterator[tuple[str, str, str]]:
    for style, phrase in BASS_STYLES.items():
        yield phrase, "role", "bass"
        yield phrase, "style", f"bass/{style}"
    for style, phrases in CHORD_WORDS.items():
        for phrase in phrases:
            if phrase not in TOO_PLAIN:
                yield phrase, "role", "chords"
                yield phrase, "style", f"chords/{style}"
    for style, phrase in GROOVES.items():
        if phrase not in TOO_PLAIN:
            yield phrase, "style", f"drums/{style}"
    for effect, phrases in EFFECTS.items():
        for phrase in phrases:
            yield phrase, "effect", effect
            if phrase.startswith("with ") and phrase != "with chorus":
                yield phrase.removeprefix("with ").removeprefix("a "), "effect", effect


def _alias_phrases() -> Iterator[tuple[str, str, str]]:
    everywhere = [f"{role}/{name}" for role, sounds in BY_ROLE.items() for name in sounds]
    for phrase, claims in ALIASES.items():
        for kind, names in claims:
            for name in names or ("",):
                meant = [each for each in everywhere if name in (each, each.split("/")[1])]
                for each in meant if kind == "sound" else [name]:
                    yield phrase, kind, each


def _genre_phrases() -> Iterator[tuple[str, str, str]]:
    for genre in GENRES.values():
        for word in genre.words:
            if word == genre.name or word not in GENRES:
                yield word, "genre", genre.name


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], Claims]:
    """The words of a phrase, and what they claim: a genre's an effect besides at most, a sound's a way of playing."""
    found: dict[tuple[str, ...], dict[str, dict[str, None]]] = {}
    for source in (_genre_phrases(), _sound_phrases(), _alias_phrases(), _manner_phrases()):
        for phrase, kind, name in source:
            found.setdefault(tuple(_words(phrase)), {}).setdefault(kind, {})[name] = None
    return {words: _settled(kinds) for words, kinds in found.items()}


def _settled(kinds: dict[str, dict[str, None]]) -> Claims:
    first = "genre" if "genre" in kinds else "sound" if "sound" in kinds else ""
    kept = {"genre": ("genre", "effect"), "sound": ("sound", "style")}.get(first, tuple(kinds))
    return tuple((kind, tuple(kinds[kind])) for kind in kept if kind in kinds)


def singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@lru_cache(maxsize=1)
def _singulars() -> dict[tuple[str, ...], Claims]:
    """Phrases by their last word's singular, where that is no phrase of its own: pianos, drum loops."""
    found: dict[tuple[str, ...], Claims] = {}
    for words, claims in phrases().items():
        found.setdefault((*words[:-1], singular(words[-1])), claims)
    return found


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, phrases()))


def claimed(words: Sequence[str]) -> Claims | None:
    """What exactly these words claim, in the singular or the plural."""
    exact = phrases().get(tuple(words))
    return exact if exact is not None else _singulars().get((*words[:-1], singular(words[-1])))


@lru_cache(maxsize=1)
def _spellings() -> dict[str, tuple[str, ...]]:
    """Words of the tables that are long enough to be misspelt, by their first letter."""
    found: dict[str, dict[str, None]] = {}
    for words in phrases():
        for word in words:
            if len(word) >= LEAST_LETTERS and word.isalpha():
                found.setdefault(word[0], {})[word] = None
    return {letter: tuple(words) for letter, words in found.items()}


@lru_cache(maxsize=1024)
def mended(word: str) -> str:
    """The word of the tables that this one is nearly spelt as, else itself: "saxaphone"."""
    if len(word) < LEAST_LETTERS or not word.isalpha():
        return word
    return next(iter(get_close_matches(word, _spellings().get(word[0], ()), 1, CLOSE)), word)


class Listener:
    """Reads one prompt from its first word to its last."""

    def __init__(self, spans: Sequence[tuple[str, float]], common: Container[str] = ()) -> None:
        """Words that are `common` are spelt as they are meant. What weighs nothing is to be left out."""
        said = [(word, weight) for text, weight in spans for word in _words(text)]
        self.words, self.weights = [word for word, _ in said[:MOST_TOKENS]], [weight for _, weight in said]
        self._mend(common)
        self.claims: list[Claim] = []
        self.kept: list[tuple[str, float]] = []
        self.unknown: list[str] = []
        self.segment, self.denying = 0, 0
        self._end = -2  # of the last claims' words: before any

    def _mend(self, common: Container[str]) -> None:
        known = {word for words in phrases() for word in words} | FILLERS | BOUNDS | DENIALS
        strange = [i for i, word in enumerate(self.words) if not {word, singular(word)} & known and word not in common]
        for i in strange[:MOST_MENDED]:
            self.words[i] = mended(self.words[i])

    def said(self) -> Said:
        at = 0
        while at < len(self.words):
            at += self._step(at)
        text = tuple((word, weight) for word, weight in self.kept if weight > 0)
        return Said(tuple(_one_of_each(self.claims)), text, tuple(self.unknown))

    def _step(self, at: int) -> int:
        """Reads what begins here; returns how many words it was."""
        for length in range(min(_longest(), len(self.words) - at), 0, -1):
            claims = claimed(self.words[at : at + length])
            if claims is not None:
                self._claim(claims, at, length)
                return length
        self._word(at)
        return 1

    def _claim(self, claims: Claims, at: int, length: int) -> None:
        weight = self.weights[at]
        denied = self.denying > 0 or weight <= 0
        either = self._end == at - 1 and self.words[at - 1] == "or"
        for kind, names in claims:
            if either and kind == "sound" and self.claims[-1].kind == kind and not denied:
                self.claims[-1] = replace(self.claims[-1], names=(*self.claims[-1].names, *names))
            else:
                self.claims.append(Claim(kind, names, weight, self.segment, at, denied))
        self._end = at + length
        if not denied:
            self.kept += zip(self.words[at : at + length], self.weights[at : at + length], strict=True)
        self.denying = DENIED_WORDS if self.denying and self._goes_on(at + length) else 0

    def _goes_on(self, at: int) -> bool:
        """Whether "no drums" is followed by "or bass" or "and bass"; "and a bass" is asked for."""
        following = self.words[at : at + 2]
        return len(following) == 2 and following[0] in ("or", "nor", "and") and following[1] not in ("a", "an", "some")

    def _word(self, at: int) -> None:
        word = self.words[at]
        lacking = word.removesuffix("less")
        if self._denies(at):
            self.denying = DENIED_WORDS
        elif word != lacking and claimed([lacking]):
            self.claims += [Claim(kind, names, 1.0, self.segment, at, True) for kind, names in claimed([lacking]) or ()]
        elif word in BOUNDS:
            self.segment += 1
            self.denying = self.denying if word in ("and",) else 0
            self.kept.append((word, self.weights[at]))
        elif self.denying and word not in ("or", "nor"):
            self.denying -= word not in STOP_WORDS
        elif self.weights[at] > 0:
            self.kept.append((word, self.weights[at]))
            if word not in FILLERS and not word.isdigit():
                self.unknown.append(word)

    def _denies(self, at: int) -> bool:
        word, before, after = self.words[at], self.words[:at][-1:], self.words[at + 1 : at + 2]
        if word in ("instead", "rather"):
            return after in (["of"], ["than"])
        return (word in DENIALS and before != ["or"]) or (word == "but" and not BUT.isdisjoint(before))


def _one_of_each(claims: Sequence[Claim]) -> Iterator[Claim]:
    """What is a genre's name and an effect's as well ("lo-fi") is an effect only beside another genre."""
    genres = {claim.at for claim in claims if claim.kind == "genre" and not claim.denied}
    both = genres & {claim.at for claim in claims if claim.kind == "effect"}
    out = "genre" if genres - both else "effect"
    return (claim for claim in claims if not (claim.at in both and claim.kind == out))


def listen(spans: Sequence[tuple[str, float]], common: Container[str] = ()) -> Said:
    """What weighted phrases say by name."""
    return Listener(spans, common).said()
