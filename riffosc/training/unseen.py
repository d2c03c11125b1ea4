"""Words that no caption says, and what they should come near: written before any model was asked.

A prompt counts only while every one of its words is outside the captions (`outside`): captions grow, and a word
that they learn is no test any more. Whoever writes texts to train on leaves these words out of them; where texts come
from elsewhere, what has such a word (`has_unseen`) is left out for measuring, or it is said that it was not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from riffosc.synthesis.model.said import singular
from riffosc.synthesis.model.text import split_words

_TEXT = """
instruments by other names
 cornet | family brass
 flugelhorn | family brass
 bugle | family brass
 sousaphone | family brass, bass
 bassoon | family reeds
 piccolo | family pipes
 recorder | family pipes
 fife | family pipes
 viola | family strings
 stradivarius | family strings
 ukulele | family guitar, plucked
 mandolin | family guitar, plucked
 lute | family guitar, plucked
 lyre | family plucked, guitar, strings
 shamisen | family plucked, guitar
 stratocaster | family guitar
 telecaster | family guitar
 glockenspiel | family mallets
 chimes | family mallets
 carillon | family mallets
 steinway | family keys
 wurlitzer | family keys, organ
 spinet | family keys
 ivories | family keys
 bandoneon | family accordion
 concertina | family accordion
 harmonium | family organ, accordion
 moog | family synth, pad
 theremin | family synth, pad
 monks | family voices
 opera singer | family voices
 vocalists | family voices
 bagpipes | family reeds, pipes, accordion
players and parts
 drumming | role drums
 percussionist | role drums
 snare | role drums
 cymbals | role drums
 tambourine | role drums
 bongos | role drums
 timpani | role drums
 linndrum | role drums
 bassist | role bass
 subwoofer | role bass
 soloist | role lead
 accompaniment | role chords
genres
 gabber | genre techno, trance, acid house, industrial
 bebop | genre jazz, noir
 dixieland | genre jazz, new orleans
 ragtime | genre jazz, blues, new orleans
 honky tonk | genre country, blues, new orleans
 hillbilly | genre country, folk
 cowboy | genre country
 shanty | genre folk, polka, waltz
 celtic | genre folk
 thrash | genre metal, punk, industrial
 grunge | genre rock, punk, metal
 grime | genre hip hop, trap, lo-fi hip hop, drum and bass, dubstep, uk garage, drill
 baroque | genre classical
 symphony | genre classical
 mozart | genre classical
 merengue | genre salsa, cumbia, samba, reggaeton
 rumba | genre salsa, samba, bossa nova, cumbia, merengue
 calypso | genre reggae, salsa, ska, samba, cumbia
 gospel | genre soul
 rastafari | genre reggae, dub
 bollywood | genre indian
 tabla | genre indian, drum circle
scenes and places
 discotheque | genre disco, house, electro, amapiano
 nightclub | genre house, techno, disco, trance, acid house, electro, amapiano, uk garage, footwork
 warehouse rave | genre techno, acid house, house, trance, breakbeat
 mosh pit | genre punk, metal, rock, industrial
 headbanging | genre metal, rock, punk, industrial
 samurai | genre japanese
 zen temple | genre japanese, ambient, indian
 meditation | genre ambient
 rainforest | genre ambient, samba, indian, afrobeat, drum circle
 spaceship | genre ambient, synthwave, techno, dub techno, trance, electro, krautrock, chiptune
 rio carnival | genre samba, bossa nova, salsa
 havana | genre salsa, cumbia, samba, bossa nova, merengue
 nashville | genre country
 oktoberfest | genre polka
 ballroom | genre waltz
 nigeria | genre afrobeat, highlife
 speakeasy | genre jazz, blues, noir, new orleans
 video game | genre electro, synthwave, techno, trance, chiptune
 gangsta | genre hip hop, trap, drill, phonk
moods
 mournful | mode minor
 gloomy | mode minor
 sorrowful | mode minor
 sinister | mode minor
 spooky | mode minor
 sombre | mode minor
 joyful | mode major
 sunny | mode major
 jolly | mode major
 playful | mode major
force and pace
 furious | force loud
 brutal | force loud
 thunderous | force loud
 tender | force soft
 whisper | force soft
 lullaby | force soft
 frantic | pace fast
 rapid | pace fast
 hectic | pace fast
 sluggish | pace slow
 lazy | pace slow
 sleepy | pace slow
 crawling | pace slow
other languages
 schlagzeug | role drums
 klavier | family keys
 trompete | family brass
 geige | family strings
 gitarre | family guitar
 orgel | family organ
 traurig | mode minor
 schnell | pace fast
 batterie | role drums
 violon | family strings
 guitare | family guitar
 triste | mode minor
 lent | pace slow
 guitarra | family guitar
 tambores | role drums
 flauta | family pipes
 alegre | mode major
 rápido | pace fast
"""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A prompt, what it asks of (a kind of label), and the labels that count as right."""

    group: str
    prompt: str
    kind: str
    right: frozenset[str]


def _parse(text: str) -> tuple[Unseen, ...]:
    found, group = [], ""
    for line in text.strip().splitlines():
        if line[0] != " ":
            group = line
            continue
        prompt, asked = (part.strip() for part in line.split("|"))
        kind, labels = asked.split(" ", 1)
        found.append(Unseen(group, prompt, kind, frozenset(label.strip() for label in labels.split(","))))
    return tuple(found)


FAMILIES = {  # as this table has them, of those that sounds are listed under
    "keys": ("piano", "electric piano"),
    "mallets": ("mallets", "bells"),
    "organ": ("organ",),
    "accordion": (),  # by name, with the harmonica
    "guitar": ("acoustic guitar", "electric guitar", "distorted guitar"),
    "bass": ("acoustic bass", "electric bass", "synth bass"),
    "plucked": ("plucked strings",),
    "strings": ("strings",),
    "voices": ("choir",),
    "brass": ("brass",),
    "reeds": ("reeds",),
    "pipes": ("flute",),
    "synth": ("synth chords", "synth lead", "chip"),
    "pad": ("synth pad",),
}
UNSEEN = _parse(_TEXT)
LEAST = 4  # letters of a word by which others are known that are derived from it
OTHER_LANGUAGES = "other languages"


def outside(vocabulary: Iterable[str]) -> tuple[Unseen, ...]:
    """The prompts of which no word is in the vocabulary."""
    known = set(vocabulary)
    return tuple(one for one in UNSEEN if not known & set(split_words(one.prompt)))


@cache
def _stems() -> frozenset[str]:
    """Words of prompts in the singular."""
    said = {word for one in UNSEEN for word in split_words(one.prompt)}
    return frozenset({singular(word) for word in said} | {word[:-3] + "y" for word in said if word.endswith("ies")})


def has_unseen(text: str) -> bool:
    """Whether a text has a word of a prompt here, or one that begins with such a word of four letters or more."""
    words = split_words(text.replace("-", " "))
    return any(word == stem or (len(stem) >= LEAST and word.startswith(stem)) for word in words for stem in _stems())
