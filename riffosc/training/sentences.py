"""Texts to distil a text encoder on, made by program: single words, words beside music, plain phrases, captions.

They need no meaning labels, since the teacher says what they mean; they only have to be the kind of thing that
players type, about as varied as that. Words of `unseen.py` are in none of the lists here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.random import Generator

from riffosc.training.lexicon import LEXICON

FIRST_WORDS = 1996  # in BERT's vocabulary marks and letters come before, words by how common they are after
COMMON = 300.0  # the larger, the more even are rare words and common ones

_MUSIC = """
drums, drum loop, beat, groove, rhythm, percussion, breakbeat, drum fill, kick drum, hi-hats, claps, toms, shaker,
bass, bassline, sub bass, slap bass, double bass, synth bass, walking bass, acid bass, reese bass, 808 bass,
chords, chord progression, harmony, pads, stabs, arpeggio, strumming, power chords, comping, drone,
melody, lead, solo, riff, hook, theme, tune, motif, counterpoint, ostinato, loop, track, song, music, jam, vamp,
piano, grand piano, electric piano, rhodes, organ, church organ, hammond organ, harpsichord, clavinet, celesta,
keyboard, synth, synthesizer, saw lead, square lead, polysynth, warm pad, string machine, mellotron, vocoder,
guitar, acoustic guitar, electric guitar, distorted guitar, nylon guitar, steel guitar, slide guitar, banjo, sitar,
violin, fiddle, cello, contrabass, strings, string section, pizzicato strings, harp, orchestra,
trumpet, muted trumpet, trombone, tuba, french horn, horn section, brass, brass band, big band,
saxophone, alto sax, tenor saxophone, clarinet, oboe, flute, pan flute, ocarina, whistle, harmonica, accordion,
vibraphone, marimba, xylophone, music box, church bells, tubular bells, kalimba, steel drums, koto, gong, triangle,
choir, voices, humming, bass voice, choral harmony, crackle, vinyl noise, rain, wind, noise, riser, impact, drop,
techno, dub techno, minimal techno, acid house, deep house, house, trance, drum and bass, jungle, breaks, big beat,
hip hop, boom bap, rap, lo-fi hip hop, chillhop, trap, drill, dub, reggae, ska, dubstep,
garage, electro, electropop, synthpop, synthwave, industrial, idm, glitch, ambient, chillout, downtempo, trip hop,
funk, disco, boogie, soul, motown, r and b, neo soul, rock, indie rock, progressive rock, punk, metal,
heavy metal, doom metal, post rock, jazz, swing, cool jazz, smooth jazz, fusion, blues, delta blues,
folk, country, americana, waltz, polka, march, classical, orchestral, chamber music, film score,
bossa nova, samba, salsa, mambo, cumbia, reggaeton, tango, afrobeat, highlife, indian raga,
klezmer, oriental, balkan, chiptune, pop, ballad, anthem, hymn, march, waltz time, new age
"""
_MANNERS = """
dark, bright, happy, sad, moody, cheerful, uplifting, hopeful, dreamy, nostalgic, romantic, lonely,
angry, calm, peaceful, tense, mysterious, eerie, epic, heroic, majestic, mellow, warm, cold, icy, dusty, dirty, clean,
gritty, raw, smooth, crisp, fat, thin, deep, heavy, light, soft, loud, quiet, gentle, hard, driving, energetic, wild,
fast, slow, laid back, relaxed, steady, syncopated, swinging, straight, busy, sparse, dense, minimal, simple, complex,
major, minor, dissonant, harmonic, hypnotic, trippy, psychedelic, funky, groovy, bouncy, soulful, jazzy, bluesy,
acoustic, electric, electronic, digital, analog, vintage, retro, modern, futuristic, old school, classic, ethnic,
distorted, filtered, muted, reverberant, dry, wet, echoing, shimmering, glassy, metallic, woody, breathy, plucked,
bowed, sustained, staccato, legato, tremolo, detuned, crunchy, fuzzy, overdriven, lush, airy, floating, rolling
"""
_SCENES = """
a church, a cathedral, a smoky bar, a beach at sunset, the desert, the jungle, outer space, a city at night, a train
ride, a car chase, a funeral, a wedding, a battle, a circus, a haunted house, a love scene, a snowy forest, the
ocean, a summer morning, a stormy night, a dance floor, a festival, a parade, a playground, a factory, a spy film,
a western, a horror movie, a cartoon, a fairground, the countryside, a campfire, a pub, a cafe, a long drive,
the gym, the sixties, the seventies, the eighties, the nineties, the roaring twenties, the middle ages, ancient
egypt, africa, brazil, cuba, jamaica, ireland, spain, france, russia, japan, china, india, detroit, chicago, berlin,
london, new orleans, memphis, texas, paris, a robot, a machine, children, an old man, ghosts, birds, sleep, study
"""
_ORDINARY = (
    "the {w} of the {w}",
    "a {w} {w} in the {w}",
    "{w} and {w}",
    "{w} {w}",
    "{w} {w} {w}",
    "a very {w} {w}",
    "how to {w} a {w}",
    "it sounds like {w}",
    "{w}, {w}, {w}",
    "the {w} is {w}",
)
_MUSICAL = (
    "{w} {m}",
    "{m} {w}",
    "{w} {x} {m}",
    "{x} {m} with {w} {m}",
    "{m} for {w}",
    "{m} like {w}",
    "{w} {m} and {m}",
    "{x} {m} from {s}",
    "{x} {w} {m} for {s}",
    "{s} with {m}",
    "{x} and {x}",
    "{x}, {m}, {m}",
    "{w} music",
    "{w} sound",
    "{w} style",
    "solo {m}, {x}",
    "{m} only",
    "some {x} {w} {m} in {s}",
    "{x} {m} at {n} bpm",
    "{m} of the {d}",
    "not too {x} {m}, more {w}",
    "{w}{e} {m}",
    "{s}, {x} {m}",
)
_YEARS = (*(f"{year}s" for year in range(1920, 2010, 10)), "sixties", "seventies", "eighties", "nineties")


def listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in text.split(",") if each.strip())


_ENDS = listed("core, step, wave, hop, ish, like, y, ton, beat, house, tronica, billy, punk, delic, ic, al, ing")
MUSIC, MANNERS, SCENES = listed(_MUSIC), listed(_MANNERS), listed(_SCENES)


def whole_words(pieces: Sequence[str]) -> list[str]:
    """The vocabulary's words of letters, the common ones first."""
    return [piece for piece in pieces[FIRST_WORDS:] if re.fullmatch("[a-z]{2,}", piece)]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text that the small encoder reads, and what the teacher reads in its place: mostly the same."""

    read: str
    meant: str


class Composer:
    """Phrases without end; {w} is any word, {m} music, {x} how it is played, {s} a scene."""

    def __init__(self, rng: Generator, words: Sequence[str]) -> None:
        self.rng, self.words, self.known = rng, words, tuple(LEXICON)
        odds = 1 / (np.arange(len(words)) + COMMON)
        self.odds = np.cumsum(odds / odds.sum())

    def _pick(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def _filled(self, slot: str) -> str:
        if slot == "w":
            return self.words[min(int(np.searchsorted(self.odds, self.rng.random())), len(self.words) - 1)]
        if slot == "n":
            return str(int(self.rng.integers(60, 180)))
        return self._pick({"m": MUSIC, "x": MANNERS, "s": SCENES, "e": _ENDS, "d": _YEARS}[slot])

    def phrases(self, patterns: Sequence[str]) -> Iterator[Phrase]:
        """Plain ones: both read the same."""
        while True:
            text = re.sub(r"\{(\w)\}", lambda found: self._filled(found[1]), self._pick(patterns))
            yield Phrase(text, text)

    def explained(self, patterns: Sequence[str]) -> Iterator[Phrase]:
        """Ones in which a musician's word stands where the teacher reads plain words."""
        while True:
            pattern, word = self._pick(patterns), self._pick(self.known)
            slot = self._pick(re.findall(r"\{[wmx]\}", pattern) or ["{m}"])
            before, _, after = pattern.partition(slot)
            ends = [re.sub(r"\{(\w)\}", lambda found: self._filled(found[1]), end) for end in (before, after)]
            yield Phrase(word.join(ends), LEXICON[word].join(ends))


def phrases(rng: Generator, pieces: Sequence[str], captions: Sequence[str], count: int) -> list[Phrase]:
    """About `count` different texts: all words and lists once, a fifth captions, some explained, the rest plain."""
    words = whole_words(pieces)
    composer = Composer(rng, words)
    plain = [*MUSIC, *MANNERS, *SCENES, *words, *captions[: count // 5]]
    known = dict.fromkeys([*(Phrase(text, text) for text in plain), *(Phrase(*each) for each in LEXICON.items())])
    left = max(0, count - len(known))
    for makes, patterns, share in (
        (composer.explained, ("{m}", *_MUSICAL), 0.3),
        (composer.phrases, _MUSICAL, 0.55),
        (composer.phrases, _ORDINARY, 0.15),
    ):
        known |= dict.fromkeys(islice(makes(patterns), int(left * share)))
    return list(known)
