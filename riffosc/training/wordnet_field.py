"""What WordNet's instruments, players and styles of music are by names that the composer knows.

Each meaning of a field is called by our names: those of its own words, else of what it is a kind of, else of what its
definition likens it to or names, else of those of its kind that are defined most alike (the cosine of definitions'
words, by how rare they are; after Lesk, SIGDOC 1986).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import log

from riffosc.synthesis.model.heads import family_of
from riffosc.synthesis.model.said import FILLERS, claimed, singular
from riffosc.synthesis.model.text import split_words
from riffosc.training.wordnet import ARTIFACT, Key, Synset, WordNet

KIND = "@ @i"  # what something is a kind or an instance of
MOST_GENRES = 2  # that a name may mean
MOST_NAMES, NEARLY = 2, 0.7  # of those defined alike, and their part of the best likeness
LIKENED = frozenset(("like", "resembling", "resembles", "related", "similar"))  # words of definitions
NEAR = 4  # words within which it follows what something is like
LONGEST = 3  # words of a name in a definition
USUAL_SENSES = 2  # of a style's name: "house", "rock" and "swing" mean other things first


def spoken(text: str) -> list[str]:
    return split_words(text.replace("-", " "))


class Field:
    """All below some meanings, the heads; `kinds` of claims are looked for."""

    def __init__(self, wordnet: WordNet, heads: Iterable[tuple[str, int]], kinds: Sequence[str]) -> None:
        """Each head is a noun and which of its meanings."""
        self._wordnet, self._kinds = wordnet, kinds
        tops = [wordnet.sense(word, "n", number) for word, number in heads]
        self._tops = {top.key for top in tops}
        self._ends = {word for top in tops for lemma in top.lemmas for word in lemma.split()}  # "... instrument"
        self.field: Mapping[Key, Synset] = {one.key: one for top in tops for one in wordnet.below(top)}
        self.named = {key: name for key, one in self.field.items() if (name := self._own(one))}
        self._lemmas: dict[str, Key] = {}
        for key, one in self.field.items():
            for lemma in one.lemmas:
                if self._sounds or " " in lemma or key in wordnet.senses[lemma, "n"][:USUAL_SENSES]:
                    self._lemmas.setdefault(lemma, key)
        self._meant: dict[Key, str] = {}

    @property
    def _sounds(self) -> bool:
        return "sound" in self._kinds

    def names(self, key: Key) -> str:
        """Our names for one of the field, separated by commas, or nothing."""
        if key not in self._meant:
            self._meant[key] = ""  # what leads back to it tells nothing
            one = self.field[key]
            last = self._beside if one.file == ARTIFACT else self.named_in
            found = (way(one) for way in (self._above, self._likened, last))
            self._meant[key] = self.named.get(key) or next(filter(None, found), "")
        return self._meant[key]

    def named_in(self, one: Synset) -> str:
        """The first of the field that a definition names."""
        return self._first(one, spoken(one.gloss))

    def _own(self, one: Synset) -> str:
        """What it is called by exactly, else what a part of a word of it is: "concert piano"."""
        exact = [lemma for lemma in one.lemmas if self._known(spoken(lemma))]
        return ", ".join(exact) or next((found for lemma in one.lemmas if (found := self._part(spoken(lemma)))), "")

    def _part(self, said: list[str]) -> str:
        while len(said) > 1 and said[-1] in self._ends:
            said = said[:-1]
        parts = [said[at:] for at in range(len(said))] + [said[:at] for at in range(1, len(said))]
        return next((" ".join(part) for part in parts if self._known(part)), "")

    def _known(self, said: Sequence[str]) -> bool:
        """Whether it is a name of ours, and not too plain a one: of sounds that are akin, of few genres."""
        mine = {kind: names for kind, names in claimed(said) or () if kind in self._kinds}
        sounds = mine.get("sound", ())
        if not mine or len(mine.get("genre", ())) > MOST_GENRES or any(name.startswith("texture/") for name in sounds):
            return False
        return not sounds or bool(set.intersection(*(set(family_of(name).split()) for name in sounds)))

    def _above(self, one: Synset) -> str:
        return next((self.named[key] for key in one.linked(KIND) if key in self.named), "")

    def _likened(self, one: Synset) -> str:
        said = spoken(one.gloss)
        near = (said[at + 1 : at + 1 + NEAR] for at, word in enumerate(said) if word in LIKENED)
        return next((found for words in near if (found := self._first(one, words))), "")

    def _first(self, one: Synset, said: Sequence[str]) -> str:
        """The first name; that a player is a musician tells nothing more."""
        for at in range(len(said)):
            for length in range(LONGEST, 0, -1):
                text = " ".join(said[at : at + length])
                key = self._lemmas.get(text) or self._lemmas.get(singular(text))
                if key and key not in (one.key, *self._tops) and (found := self.names(key)):
                    return found
        return ""

    def _beside(self, one: Synset) -> str:
        """Of the nearest kind that has any with names: its own, or those of what is defined most alike."""
        above: Synset | None = one
        while above:
            if above.key in self.named:
                return self.named[above.key]
            near = [each.key for each in self._wordnet.below(above) if each.key in self.named]
            if near and above.key not in self._tops:
                return self._most_alike(one, near)
            above = next((self.field[key] for key in above.linked(KIND) if key in self.field), None)
        return ""

    def _most_alike(self, one: Synset, near: Iterable[Key]) -> str:
        scores: dict[str, float] = defaultdict(float)
        for key in near:
            scores[self.named[key]] = max(scores[self.named[key]], self._likeness(one.key, key))
        best = sorted(scores, key=lambda name: -scores[name])[:MOST_NAMES]
        return ", ".join(name for name in best if scores[name] > NEARLY * scores[best[0]])

    def _likeness(self, one: Key, other: Key) -> float:
        mine, others = self._defining[one], self._defining[other]
        both = self._size(mine & others)
        return both / (self._size(mine) * self._size(others)) ** 0.5 if both else 0.0

    def _size(self, said: Iterable[str]) -> float:
        return sum(self._rarity[word] ** 2 for word in said)

    @cached_property
    def _defining(self) -> dict[Key, set[str]]:
        return {key: set(spoken(one.gloss)) - FILLERS for key, one in self.field.items()}

    @cached_property
    def _rarity(self) -> dict[str, float]:
        counts = Counter(word for said in self._defining.values() for word in said)
        return {word: log(len(self.field) / count) for word, count in counts.items()}
