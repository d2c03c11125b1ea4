"""What WordNet tells of words that no table here has: which of our own names and words of manner they are near to.

Nothing is listed by hand but where to look (`SOUNDING`, `STYLES`). Instruments, players and styles of music are named
by `wordnet_field.py`. A place, with who and what belongs to it, means what our words say is played there. Other words
get their manner from those that WordNet links with our words of manner (`words.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from riffosc.synthesis.model.said import phrases
from riffosc.training.wordnet import LOCATION, PERSON, Key, Synset, WordNet
from riffosc.training.wordnet_field import Field
from riffosc.training.words import ERAS

SOUNDING = (("musical instrument", 1), ("instrumentalist", 1), ("musician", 1), ("singer", 1),
            ("musical organization", 1))  # fmt: skip
STYLES = (("music genre", 1), ("dance music", 2), ("musical composition", 1), ("dancing", 1))
BELONGS = "%p -r -c + %m ~i"  # parts, what is spoken of there, who is called after it, members
BELONGING = frozenset(("00", "01", "04", "11", "13", "15", "18", "28"))  # qualities, acts, events, food, places, people
MOST_STEPS = 2
AKIN = "& ^ + \\ = ~ @"  # words that may be of the same manner
STEPS, KEPT = 4, 0.6  # of a walk from word to word
ELSEWHERE = 0.03  # of a meaning that no walk from another word comes by
CLEAR, STRONG = 0.85, 0.0006  # share of one manner of those of its kind, and of a walk
Told = tuple[str, str]  # a word or a definition, and plain words for it


def told(wordnet: WordNet, manners: Mapping[tuple[str, str], str]) -> Iterator[Told]:
    """Everything; `manners` has, by kind and label, words separated by commas."""
    sounding, styles = Field(wordnet, SOUNDING, ("sound", "role")), Field(wordnet, STYLES, ("genre",))
    for key, one in sounding.field.items():
        style = styles.named_in(one) if one.file == PERSON else ""
        yield from _texts(wordnet, one, ", ".join(filter(None, (sounding.names(key), style))), any_sense=True)
    for key, one in styles.field.items():
        yield from _texts(wordnet, one, styles.names(key))
    for key, genres in _played_in(wordnet).items():
        if key not in styles.field and key not in sounding.field:
            yield from _texts(wordnet, wordnet.synsets[key], ", ".join(genres))
    yield from _manner_words(wordnet, manners)


def _texts(wordnet: WordNet, one: Synset, plain: str, any_sense: bool = False) -> Iterator[Told]:
    """A meaning's words and its definition. A word counts where this is what it means first; an instrument's always."""
    if not plain:
        return
    yield one.gloss, plain
    for lemma in one.lemmas:
        usual = one.key == next(iter(wordnet.senses.get((lemma, one.key[0]), ())), None)
        if usual or " " in lemma or (any_sense and one.file != PERSON):
            yield lemma, plain
            if any_sense and lemma.isalpha() and lemma[-1] not in "sy":
                yield f"{lemma}s", plain


def _played_in(wordnet: WordNet) -> dict[Key, list[str]]:
    """Places and what belongs to them, with the genres of the nearest place that our words name."""
    reached: dict[Key, set[str]] = defaultdict(set)
    for word, genres in _words_of_genres().items():
        for place in _places(wordnet, word):
            reached[place] |= genres
    newest = dict(reached)
    for _ in range(MOST_STEPS):
        following: dict[Key, set[str]] = defaultdict(set)
        for key, genres in newest.items():
            for belonging in wordnet.synsets[key].linked(BELONGS):
                if belonging not in reached and wordnet.synsets[belonging].file in BELONGING:
                    following[belonging] |= genres
        reached |= following
        newest = following
    return {key: sorted(genres) for key, genres in reached.items()}


def _words_of_genres() -> dict[str, set[str]]:
    """Words that may name a place, and the genres that they go with: jamaican, chicago, irish."""
    found: dict[str, set[str]] = defaultdict(set)
    for genre, listed in ERAS.items():
        for word in listed.split(", "):
            found[word].add(genre)
    for said, claims in phrases().items():
        for genres in (names for kind, names in claims if kind == "genre" and len(said) == 1):
            found[said[0]].update(genres)
    return found


def _places(wordnet: WordNet, word: str) -> Iterator[Key]:
    """What a word names first, or is the adjective of, if it is a place."""
    near = [*wordnet.senses.get((word, "n"), ())[:1]]
    for key in wordnet.senses.get((word, "a"), ()):
        near += wordnet.synsets[key].linked("\\ +")
    yield from (key for key in near if wordnet.synsets[key].file == LOCATION)


def _manner_words(wordnet: WordNet, manners: Mapping[tuple[str, str], str]) -> Iterator[Told]:
    """Words and the first of our words for the manner that they are near to, if it is one side's only."""
    kinds: dict[str, list[list[str]]] = defaultdict(list)
    for (kind, _), listed in manners.items():
        kinds[kind].append(listed.split(", "))
    for sides in kinds.values():
        near = [_akin(wordnet, side) for side in sides]
        for (word, _), senses in wordnet.senses.items():
            ranks = [1 / rank for rank in range(1, len(senses) + 1)]
            scores = [
                sum(each.get(key, 0.0) * share for key, share in zip(senses, ranks, strict=True)) / sum(ranks)
                for each in near
            ]
            best = max(range(len(sides)), key=lambda side: scores[side])
            if scores[best] > max(STRONG, CLEAR * sum(scores)):
                yield word, sides[best][0]


def _akin(wordnet: WordNet, listed: Sequence[str]) -> dict[Key, float]:
    """How near meanings are to these words: how often walks from them come by, along links of what is akin.

    Of a word's meanings those count that walks from the other words come by.
    """
    starts = {
        word: {key: 1 / rank for part in "ar" for rank, key in enumerate(wordnet.senses.get((word, part), ()), 1)}
        for word in listed
    }
    walks = {word: _walk(wordnet, start) for word, start in starts.items()}
    begun: dict[Key, float] = defaultdict(float)
    for word, start in starts.items():
        others = [walk for other, walk in walks.items() if other != word]
        met = {key: sum(walk.get(key, 0.0) for walk in others) + ELSEWHERE * share for key, share in start.items()}
        for key, mass in met.items():
            begun[key] += mass / sum(met.values())
    whole = sum(begun.values())
    return {key: mass / whole for key, mass in _walk(wordnet, begun).items()}


def _walk(wordnet: WordNet, start: Mapping[Key, float]) -> dict[Key, float]:
    """Where walks that begin so come by, each step as likely along each link, and some ending there."""
    total, now = defaultdict(float, start), dict(start)
    for _ in range(STEPS):
        following: dict[Key, float] = defaultdict(float)
        for key, mass in now.items():
            _spread(following, [*wordnet.synsets[key].linked(AKIN)], KEPT * mass)
        for key, mass in following.items():
            total[key] += mass
        now = following
    return total


def _spread(onto: dict[Key, float], links: Iterable[Key], mass: float) -> None:
    listed = list(links)
    for key in listed:
        onto[key] += mass / len(listed)
