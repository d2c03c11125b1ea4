"""Texts to learn reading from, and what is true of a loop that is described so."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from riffosc.composing.sounds import BY_ROLE
from riffosc.synthesis.model.heads import NOT_SAID, family_of
from riffosc.synthesis.model.said import Claim, claimed, listen, phrases
from riffosc.training import words
from riffosc.training.lexicon import LEXICON
from riffosc.training.pictures import Entry
from riffosc.training.wordnet import WordNet
from riffosc.training.wordnet_lessons import told

MANNERS = {  # words of captions, and what they tell; the kinds without "not said" are told by the loop itself
    ("mode", "minor"): words.MINOR_MOODS,
    ("mode", "major"): words.MAJOR_MOODS,
    ("pace", "slow"): words.SLOW,
    ("pace", "fast"): words.FAST,
    ("density", "sparse"): words.SPARSE,
    ("density", "busy"): words.BUSY,
    ("force", "soft"): words.SOFT,
    ("force", "loud"): words.HARD,
}
BANDS = {"drums+bass+chords+lead": 0.5, "drums+bass+chords": 0.2, "drums+bass+lead": 0.1, "bass+chords+lead": 0.2}
OWN_FAMILIES = frozenset(("drums", "bass", "texture"))  # roles that are known by their families
Truth = dict[str, dict[str, float]]  # by kind, shares of labels; a kind that is left out is not learned from


def even(labels: Iterable[str]) -> dict[str, float]:
    listed = list(dict.fromkeys(labels))
    return dict.fromkeys(listed, 1 / len(listed)) if listed else {}


def _shares(labels: Iterable[str]) -> dict[str, float]:
    counts = Counter(labels)
    return {label: count / counts.total() for label, count in counts.items()}


@lru_cache(maxsize=1 << 18)
def as_heard(text: str) -> str:
    """As a prompt reaches the encoder: without what it denies."""
    return " ".join(word for word, _ in listen([(text, 1.0)]).text)


def manners(text: str) -> list[tuple[str, str]]:
    """Kinds and labels that these words tell."""
    said = f" {text} "
    return [
        meant for meant, listed in MANNERS.items() if any(f" {as_heard(word)} " in said for word in listed.split(", "))
    ]


def truth_of(entry: Entry, caption: str) -> Truth:
    """What is true of a loop; how it is played only as far as the caption says."""
    sounds = [f"{role}/{name}" for role, name in zip(entry["roles"], entry["instruments"], strict=True)]
    said = manners(caption)
    found: Truth = {
        "genre": {entry["genre"]: 1.0},
        "roles": {"+".join(entry["roles"]): 1.0},
        "sound": dict.fromkeys(sounds, 1.0),
        "family": _shares(map(family_of, sounds)),
        "swing": {entry["swing"]: 1.0},
        **{
            kind: even([label for k, label in said if k == kind] or [NOT_SAID]) for kind in ("force", "pace", "density")
        },
    }
    if {"chords", "lead"} & set(entry["roles"]):
        found["mode"] = {entry["mode"]: 1.0}
    return found


def truth_named(claims: Iterable[Claim], said: Sequence[tuple[str, str]]) -> Truth:
    """What a name by itself tells; who plays is told by sounds, which may have several roles, before it is by roles."""
    by_kind = {kind: [n for claim in claims if claim.kind == kind for n in claim.names] for kind in ("sound", "role")}
    genres = even(name for claim in claims if claim.kind == "genre" for name in claim.names)
    found: Truth = {kind: even(label for k, label in said if k == kind) for kind in dict.fromkeys(k for k, _ in said)}
    if by_kind["sound"]:
        sounds = by_kind["sound"]
        found |= {"sound": even(sounds), "family": _shares(map(family_of, sounds))}
        found["roles"] = even(name.split("/")[0] for name in sounds)
    elif by_kind["role"]:
        found["roles"] = even(by_kind["role"])
        if set(by_kind["role"]) <= OWN_FAMILIES:
            found["family"] = _shares(family_of(f"{role}/{name}") for role in by_kind["role"] for name in BY_ROLE[role])
    if genres:
        found["genre"] = genres
    if found and "roles" not in found:  # no part was named
        found["roles"] = BANDS
    if found and not said:
        found |= {kind: {NOT_SAID: 1.0} for kind in ("force", "pace", "density")}
    return found


def names() -> Iterator[tuple[str, Truth]]:
    """Every phrase, manner and musicians' word by itself, with what it tells."""
    for phrase in phrases():
        text = " ".join(phrase)
        yield text, truth_named(listen([(text, 1.0)]).claims, manners(text))
    for listed in MANNERS.values():
        for word in listed.split(", "):
            yield as_heard(word), truth_named((), manners(as_heard(word)))
    for listed in (words.MIDDLE, *words.ERAS.values(), *words.USES.values()):
        for word in listed.split(", "):
            yield as_heard(word), {"roles": BANDS}
    for word, meaning in LEXICON.items():
        plain = as_heard(meaning).replace("happy", "cheerful major").replace("sad", "moody minor")
        yield as_heard(word), truth_named(listen([(plain, 1.0)]).claims, manners(plain))


def wordnet_told(wordnet: WordNet) -> Iterator[tuple[str, Truth]]:
    """WordNet's words and definitions, but for what has a meaning here already, with what they tell."""
    own = {text for text, _ in names()}
    for text, plain in dict.fromkeys((as_heard(text), plain) for text, plain in told(wordnet, MANNERS)):
        if text and text not in own and claimed(text.split()) is None:
            yield text, truth_named(listen([(plain, 1.0)]).claims, manners(plain))
