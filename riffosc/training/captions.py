"""Captions: what a player might type to get this loop, in several wordings, long and short."""

from numpy.random import Generator

from riffosc.training.genres import GENRES
from riffosc.training.grooves import PERCUSSION
from riffosc.training.loop import Loop, Part
from riffosc.training.sounds import BY_ROLE

COUNT = 6
DRUM_WORDS = ("drums", "beat", "drum loop", "groove", "drum groove", "drum beat", "rhythm")
BREAK_GENRES = ("drum and bass", "breakbeat", "hip hop", "lo-fi hip hop")
BASS_WORDS = ("bass", "bassline", "bass line", "bass groove")
LEAD_WORDS = ("melody", "lead", "solo", "riff", "line", "tune")
CHORD_WORDS = {
    "pad": ("pad", "pads", "harmony", "sustained chords"),
    "stabs": ("stabs", "chord stabs", "chords"),
    "dub": ("dub chords", "stabs", "chords"),
    "arpeggio": ("arpeggio", "arp", "arpeggios"),
    "broken": ("broken chords", "arpeggio", "chords"),
    "strumming": ("strumming", "strummed chords", "chords"),
    "scratch": ("rhythm", "scratching", "chords"),
    "skank": ("skank", "offbeat chords", "chords"),
    "comping": ("comping", "chords", "harmony"),
    "charleston": ("comping", "chords", "harmony"),
    "power": ("power chords", "riff", "chords"),
    "montuno": ("montuno", "riff", "chords"),
}
BASS_STYLES = {
    "walking": "walking bass",
    "acid": "acid bass",
    "rolling": "rolling bass",
    "offbeat": "offbeat bass",
    "octaves": "octave bass",
    "reese": "reese bass",
    "808": "808 bass",
    "tumbao": "tumbao bass",
    "dub": "dub bass",
    "funk": "funky bass",
    "boogie": "boogie bass",
    "long": "long bass notes",
}
KIT_WORDS = {24: "electronic", 25: "808", 32: "jazz", 40: "brushed", 16: "big", 8: "live", 0: "acoustic"}
FAMILY_WORDS = {
    "four": "four on the floor",
    "four hard": "four on the floor",
    "four minimal": "minimal",
    "amen": "amen break",
    "one drop": "one drop",
    "half time": "half time",
    "shuffle": "shuffle",
    "two step": "two step",
    "brushes": "brushes",
    "march": "marching",
}


def captions(rng: Generator, loop: Loop) -> tuple[str, ...]:
    """At least four different captions, lower case."""
    makers = [_full, _joined, _moody, _bare, _listed, _short]
    found: dict[str, None] = {}
    for attempt in range(24):
        if len(found) >= COUNT:
            break
        words = makers[attempt % len(makers)](rng, loop)
        found[" ".join(words.split())] = None
    return tuple(found)


def _pick(rng: Generator, words: tuple[str, ...] | list[str]) -> str:
    return words[int(rng.integers(len(words)))]


def genre_word(rng: Generator, loop: Loop) -> str:
    """The genre's name mostly, or one of its other words."""
    words = GENRES[loop.genre].words
    return words[0] if rng.random() < 0.6 else _pick(rng, words)


def part_words(rng: Generator, loop: Loop, part: Part) -> str:
    """A few words for one part, the genre left out."""
    if part.role == "drums":
        return _drum_words(rng, loop, part)
    name = _pick(rng, BY_ROLE[part.role][part.instrument].words)
    if rng.random() < 0.5:
        name = part.instrument
    if part.role == "bass":
        return _bass_words(rng, part, name)
    if part.role == "chords":
        noun = _pick(rng, CHORD_WORDS.get(part.style, ("chords", "chord progression", "harmony")))
        noun = noun if rng.random() < 0.6 else "chords"
        return name if name.endswith(noun) else f"{name} {noun}"
    noun = _pick(rng, LEAD_WORDS)
    return name if name.endswith(noun) else f"{name} {noun}"


def _drum_words(rng: Generator, loop: Loop, part: Part) -> str:
    words = list(DRUM_WORDS)
    if loop.genre in BREAK_GENRES:
        words += ["breakbeat", "break", "breaks"]
    if any(note.pitch in PERCUSSION for note in part.notes):
        words += ["percussion", "drums and percussion"]
    word = _pick(rng, words) if rng.random() < 0.6 else "drums"
    chance = rng.random()
    if chance < 0.25:
        return f"{KIT_WORDS[part.program]} {word}"
    if chance < 0.4 and part.style in FAMILY_WORDS:
        return f"{FAMILY_WORDS[part.style]} {word}"
    return word


def _bass_words(rng: Generator, part: Part, name: str) -> str:
    chance = rng.random()
    if chance < 0.25 and part.style in BASS_STYLES:
        return BASS_STYLES[part.style]
    if chance < 0.45:
        return _pick(rng, BASS_WORDS)
    if chance < 0.65:
        return f"{name} groove" if rng.random() < 0.3 else f"{name} line"
    return name


def moods(loop: Loop) -> list[str]:
    """Adjectives that the notes bear out."""
    tonal = any(part.role in ("chords", "lead") for part in loop.parts)
    notes = [note for part in loop.parts for note in part.notes]
    density = len({note.start_beat for note in notes}) / loop.beats
    loudness = sum(note.velocity for note in notes) / max(1, len(notes))
    rules = (
        (tonal and loop.mode == "minor", "dark, moody, melancholic, sad, minor"),
        (tonal and loop.mode == "major", "bright, happy, uplifting, cheerful, major"),
        (loop.tempo < 86, "slow, laid back, relaxed"),
        (loop.tempo > 138, "fast, energetic, driving"),
        (density < 1.3, "sparse, minimal, simple"),
        (density > 3.2, "busy, dense"),
        (loudness < 76, "soft, gentle, mellow, quiet"),
        (loudness > 98, "loud, hard, heavy, powerful"),
        (loop.quantum == 3, "three four, waltz time"),
    )
    return [word for holds, words in rules if holds for word in words.split(", ")]


def _mood(rng: Generator, loop: Loop) -> str:
    words = moods(loop)
    return _pick(rng, words) if words else ""


def _shuffled(rng: Generator, loop: Loop) -> list[Part]:
    return [loop.parts[int(i)] for i in rng.permutation(len(loop.parts))]


def _full(rng: Generator, loop: Loop) -> str:
    """funk slap bass line and drums"""
    return f"{genre_word(rng, loop)} " + " and ".join(part_words(rng, loop, p) for p in _shuffled(rng, loop))


def _joined(rng: Generator, loop: Loop) -> str:
    """techno beat with saw lead melody; alone: solo saxophone, techno drums only"""
    words = [part_words(rng, loop, part) for part in _shuffled(rng, loop)]
    genre = genre_word(rng, loop)
    if len(words) == 1:
        alone = ("{g} {w} only", "{w} only", "solo {w}", "{w} alone", "just {w}, {g}", "{g} {w} loop")
        return _pick(rng, alone).format(g=genre, w=words[0])
    joined = _series(words[1:])
    return f"{genre} {words[0]}{_pick(rng, (' with ', ', ', ' plus '))}{joined}"


def _moody(rng: Generator, loop: Loop) -> str:
    """dark techno, a slow jazz piano solo"""
    parts = _shuffled(rng, loop)
    if len(parts) > 2 and rng.random() < 0.5:
        mood, genre = _mood(rng, loop), genre_word(rng, loop)
        return f"{mood} {genre} {_pick(rng, ('', 'loop', 'groove', 'track', 'band'))}"
    words = _series([part_words(rng, loop, part) for part in parts])
    return f"{_mood(rng, loop)} {genre_word(rng, loop)} {words}"


def _bare(rng: Generator, loop: Loop) -> str:
    """slap bass and drums"""
    return _series([part_words(rng, loop, part) for part in _shuffled(rng, loop)])


def _listed(rng: Generator, loop: Loop) -> str:
    """jazz, piano, double bass, slow"""
    names = [part.instrument if part.role != "drums" else "drums" for part in _shuffled(rng, loop)]
    mood = [word for word in (_mood(rng, loop),) if word and rng.random() < 0.5]
    return ", ".join([genre_word(rng, loop), *names, *mood])


def _short(rng: Generator, loop: Loop) -> str:
    """dub techno; a lone part keeps its name: techno drums"""
    if len(loop.parts) > 1:
        return f"{genre_word(rng, loop)} {_pick(rng, ('', '', 'loop', 'music', 'instrumental'))}"
    part = loop.parts[0]
    name = part.instrument if part.role in ("lead", "bass") else part_words(rng, loop, part)
    return f"{genre_word(rng, loop)} {name}" if rng.random() < 0.7 else name


def _series(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return ", ".join(words[:-1]) + " and " + words[-1]
