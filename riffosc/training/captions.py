"""Captions: what a player might type to get this loop, in several wordings, 2 to 20 words and more.

Everything said is true of the loop; what a caption leaves out may be anything.
"""

import re
from collections.abc import Callable

from numpy.random import Generator

from riffosc.composing import manners
from riffosc.composing.genres import GENRES
from riffosc.composing.grooves import PERCUSSION
from riffosc.composing.loop import Loop, Part
from riffosc.composing.sounds import BY_ROLE
from riffosc.training import words

COUNT = 9
ALONE = (
    "{w} only",
    "only {w}",
    "solo {w}",
    "{w} solo",
    "{w} alone",
    "just {w}",
    "just the {w}",
    "isolated {w}",
    "{w} stem",
    "{w}, nothing else",
    "{w} by itself",
)
ROLE_NAMES = {
    "drums": ("drums", "beat", "percussion", "rhythm"),
    "bass": ("bass", "bassline"),
    "chords": ("chords", "harmony"),
    "lead": ("lead", "melody"),
    "texture": ("texture", "background noise", "atmosphere", "ambience"),
}


def captions(rng: Generator, loop: Loop) -> tuple[str, ...]:
    """At least five different captions, lower case."""
    makers: tuple[Maker, ...] = (_full, _joined, _tags, _short, _sentence, _bare, _moody, _long, _asked)
    found: dict[str, None] = {}
    for attempt in range(4 * COUNT):
        if len(found) >= COUNT:
            break
        found[_tidy(makers[attempt % len(makers)](rng, loop))] = None
    return tuple(found)


Maker = Callable[[Generator, Loop], str]


def _tidy(text: str) -> str:
    """One space between words, no word twice in a row, no empty places between commas."""
    kept: list[str] = []
    for word in text.lower().replace(" ,", ",").split():
        if not kept or kept[-1].strip(",") != word.strip(","):
            kept.append(word)
    said = ", ".join(filter(None, (field.strip() for field in " ".join(kept).split(","))))
    return re.sub(r"^a (?=[aeio]|up|un)", "an ", said)


def _pick(rng: Generator, choices: tuple[str, ...] | list[str] | str) -> str:
    if isinstance(choices, str):
        choices = choices.split(", ")
    return choices[int(rng.integers(len(choices)))]


def genre_word(rng: Generator, loop: Loop) -> str:
    """The genre's name mostly, or one of its other words; a noise alone has no genre."""
    if loop.roles == ("texture",):
        return ""
    known = GENRES[loop.genre].words
    return known[0] if rng.random() < 0.55 else _pick(rng, known)


def part_words(rng: Generator, loop: Loop, part: Part) -> str:
    """A few words for one part, the genre left out: its name, what it plays, perhaps how it sounds."""
    noun = {"drums": _drum_words, "bass": _bass_words, "chords": _chord_words, "lead": _lead_words}
    said = noun[part.role](rng, loop, part) if part.role in noun else _name(rng, part)
    chance = rng.random()
    if part.effects and chance < 0.45:
        return _with(said, _pick(rng, manners.EFFECTS[_pick(rng, part.effects)]))
    if not part.effects and chance < 0.03:
        return _with(said, _pick(rng, words.DRY))
    if chance > 0.9 and "muffled" not in part.effects:
        family = BY_ROLE[part.role][part.instrument].family
        if family in words.BRIGHT + words.MELLOW:
            return f"{_pick(rng, words.BRIGHT_WORDS if family in words.BRIGHT else words.MELLOW_WORDS)} {said}"
    return said


def _with(said: str, quality: str) -> str:
    """ "echoing piano", "piano with echo"."""
    behind = quality.startswith(("with", "drenched", "in ", "behind", "through", "no ", "filter", "telephone"))
    return f"{said} {quality}" if behind else f"{quality} {said}"


def _name(rng: Generator, part: Part) -> str:
    sound = BY_ROLE[part.role][part.instrument]
    return sound.name if rng.random() < 0.5 else _pick(rng, sound.words)


def _drum_words(rng: Generator, loop: Loop, part: Part) -> str:
    nouns = list(words.DRUM_WORDS)
    if loop.genre in words.BREAK_GENRES:
        nouns += ["breakbeat", "break", "breaks"]
    if any(note.pitch in PERCUSSION for note in part.notes):
        nouns += ["percussion", "drums and percussion"]
    noun = _pick(rng, nouns) if rng.random() < 0.6 else "drums"
    chance = rng.random()
    if chance < 0.2:
        return f"{manners.KIT_WORDS[part.instrument]} {noun}"
    if chance < 0.4:
        return _name(rng, part)
    if chance < 0.55 and part.style in manners.GROOVES:
        return f"{manners.GROOVES[part.style]} {noun}"
    return noun


def _bass_words(rng: Generator, loop: Loop, part: Part) -> str:
    chance = rng.random()
    if chance < 0.2 and part.style in manners.BASS_STYLES:
        return manners.BASS_STYLES[part.style]
    if chance < 0.38:
        return _pick(rng, words.BASS_WORDS)
    name = _name(rng, part)
    if chance < 0.6 and "line" not in name:
        return f"{name} {_pick(rng, ('groove', 'line', 'riff'))}"
    return name


def _chord_words(rng: Generator, loop: Loop, part: Part) -> str:
    name = _name(rng, part)
    nouns = manners.CHORD_WORDS.get(part.style, words.CHORDS)
    noun = _pick(rng, nouns) if rng.random() < 0.6 else "chords"
    return name if rng.random() < 0.25 or name.endswith((noun, "chords")) else f"{name} {noun}"


def _lead_words(rng: Generator, loop: Loop, part: Part) -> str:
    name, noun = _name(rng, part), _pick(rng, words.LEAD_WORDS)
    return name if rng.random() < 0.25 or name.endswith(("lead", "line")) else f"{name} {noun}"


def moods(loop: Loop) -> list[str]:
    """Lists of adjectives that the loop bears out; what is said of many loops only where little else is."""
    if loop.roles == ("texture",):
        return []
    tonal = any(part.role in ("chords", "lead") for part in loop.parts)
    force = sum(part.force for part in loop.parts) / len(loop.parts)
    rules = (
        (tonal and loop.mode == "minor", words.MINOR_MOODS),
        (tonal and loop.mode == "major", words.MAJOR_MOODS),
        (loop.tempo < 86, words.SLOW),
        (loop.tempo > 138, words.FAST),
        (loop.density < 1.3, words.SPARSE),
        (loop.density > 3.4, words.BUSY),
        (force < 0.3, words.SOFT),
        (force > 0.75, words.HARD),
        (loop.quantum == 3, words.THREES),
        (loop.swing.amount > 0.57, words.SWUNG),
    )
    told = [listed for holds, listed in rules if holds]
    plain = ((96 < loop.tempo < 122, words.MIDDLE), (not loop.swing.unit and loop.density > 2, words.STRAIGHT))
    return told + [listed for holds, listed in plain if holds and len(told) < 2]


def _mood(rng: Generator, loop: Loop) -> str:
    """One adjective; each thing that could be said is as likely, whatever its number of synonyms."""
    lists = moods(loop)
    return _pick(rng, _pick_list(rng, lists)) if lists else ""


def _pick_list(rng: Generator, lists: list[str]) -> str:
    return lists[int(rng.integers(len(lists)))]


def key_words(rng: Generator, loop: Loop) -> str:
    """ "f minor", "e flat major", "d dorian"; nothing where no pitch is heard."""
    if not {"bass", "chords", "lead"} & set(loop.roles):
        return ""
    root = _pick(rng, words.NOTES[loop.root])
    if loop.scale in ("major", "minor") or rng.random() < 0.35:
        short = len(root) <= 2 and loop.mode == "minor" and rng.random() < 0.15
        return f"{root}m" if short else f"{root} {loop.mode}"
    return f"{root} {loop.scale}"


def _key(rng: Generator, loop: Loop, chance: float) -> str:
    said = key_words(rng, loop)
    if not said or rng.random() > chance:
        return ""
    return _pick(rng, ("in {k}", "in {k}", "key of {k}", "{k}", "in the key of {k}")).format(k=said)


def tempo_words(rng: Generator, loop: Loop) -> str:
    return f"{round(loop.tempo)} {_pick(rng, ('bpm', 'bpm', 'beats per minute'))}"


def _era(rng: Generator, loop: Loop) -> str:
    return _pick(rng, words.ERAS[loop.genre]) if loop.genre in words.ERAS else ""


def _use(rng: Generator, loop: Loop) -> str:
    tonal = bool({"chords", "lead"} & set(loop.roles))
    fits = (
        ("fast", loop.tempo > 138 and loop.density > 2),
        ("slow", loop.tempo < 86 and loop.density < 3),
        ("minor", tonal and loop.mode == "minor"),
        ("major", tonal and loop.mode == "major"),
        ("club", loop.genre in words.CLUB),
        ("band", loop.genre in words.BAND),
        ("film", loop.genre in words.FILM),
        ("game", loop.genre == "chiptune"),
    )
    possible = [words.USES[name] for name, holds in fits if holds]
    return _pick(rng, _pick_list(rng, possible)) if possible else ""


def _shuffled(rng: Generator, loop: Loop) -> list[Part]:
    return [loop.parts[int(i)] for i in rng.permutation(len(loop.parts))]


def _parts(rng: Generator, loop: Loop) -> list[str]:
    return [part_words(rng, loop, part) for part in _shuffled(rng, loop)]


def _full(rng: Generator, loop: Loop) -> str:
    """funk slap bass line and drums"""
    return f"{genre_word(rng, loop)} " + " and ".join(_parts(rng, loop)) + f" {_key(rng, loop, 0.2)}"


def _joined(rng: Generator, loop: Loop) -> str:
    """techno beat with saw lead melody; alone: solo saxophone, techno drums only"""
    said, genre = _parts(rng, loop), genre_word(rng, loop)
    if len(said) == 1:
        return f"{genre if rng.random() < 0.5 else ''} {_alone(rng, loop, said[0])} {_key(rng, loop, 0.3)}"
    joined = _pick(rng, (" with ", ", ", " plus ", " over ", " and "))
    return f"{genre} {said[0]}{joined}{_series(said[1:])}"


def _alone(rng: Generator, loop: Loop, said: str) -> str:
    """drums only; solo flute, no drums"""
    role = loop.roles[0]
    name = _pick(rng, ROLE_NAMES[role]) if rng.random() < 0.35 else said
    others = [name for other, names in ROLE_NAMES.items() if other not in (role, "texture") for name in names[:1]]
    alone = _pick(rng, ALONE).format(w=name)
    if rng.random() < 0.25:
        alone += f", no {_pick(rng, others)}" if rng.random() < 0.6 else f", without {_pick(rng, others)}"
    return alone


def _tags(rng: Generator, loop: Loop) -> str:
    """jazz, double bass, piano, swinging, c minor, 120 bpm"""
    names = [_name(rng, part) if rng.random() < 0.7 else part.role for part in _shuffled(rng, loop)]
    extra = [_mood(rng, loop), _era(rng, loop), _key(rng, loop, 1.0), tempo_words(rng, loop), _use(rng, loop)]
    kept = [word for word, chance in zip(extra, (0.6, 0.15, 0.4, 0.25, 0.1), strict=True) if rng.random() < chance]
    listed = [genre_word(rng, loop), *names]
    return ", ".join([*(listed if rng.random() < 0.7 else listed[::-1]), *kept])


def _short(rng: Generator, loop: Loop) -> str:
    """dub techno; a lone part keeps its name: techno drums, flute"""
    if len(loop.parts) > 1:
        noun = _pick(rng, ("", "", "loop", "music", "instrumental", "track", "jam", "groove"))
        first = _mood(rng, loop) if rng.random() < 0.4 else ""
        return f"{first} {genre_word(rng, loop)} {noun}"
    part = loop.parts[0]
    chance = rng.random()
    if chance < 0.2:
        return f"{genre_word(rng, loop)} {_pick(rng, ROLE_NAMES[part.role])}"
    name = _name(rng, part)
    return f"{genre_word(rng, loop)} {name}" if chance < 0.55 else f"{_mood(rng, loop)} {name}"


def _sentence(rng: Generator, loop: Loop) -> str:
    """a dark techno loop with acid bass and 909 drums in f minor"""
    noun = _pick(rng, ("loop", "groove", "piece", "track", "riff", "pattern"))
    era = _era(rng, loop) if rng.random() < 0.15 else ""
    said = _series(_parts(rng, loop))
    joined = _pick(rng, ("with", "featuring", "made of", "played on", "built from"))
    end = _key(rng, loop, 0.35) or (_use(rng, loop) if rng.random() < 0.3 else "")
    return f"{_pick(rng, ('', 'a'))} {_mood(rng, loop)} {era} {genre_word(rng, loop)} {noun} {joined} {said} {end}"


def _bare(rng: Generator, loop: Loop) -> str:
    """slap bass and drums"""
    return f"{_series(_parts(rng, loop))} {_key(rng, loop, 0.25)}"


def _moody(rng: Generator, loop: Loop) -> str:
    """dark techno; a slow jazz piano solo"""
    if len(loop.parts) > 2 and rng.random() < 0.5:
        return f"{_mood(rng, loop)} {genre_word(rng, loop)} {_use(rng, loop)}"
    return f"{_mood(rng, loop)} {genre_word(rng, loop)} {_series(_parts(rng, loop))}"


def _long(rng: Generator, loop: Loop) -> str:
    """Everything: mood, era, genre, parts, key, tempo, feel, use."""
    missing = [role for role in ("drums", "bass", "chords") if role not in loop.roles]
    fields = [
        f"{_mood(rng, loop)} {_era(rng, loop)} {genre_word(rng, loop)} with {_series(_parts(rng, loop))}",
        _mood(rng, loop),
        _key(rng, loop, 0.7),
        tempo_words(rng, loop) if rng.random() < 0.35 else "",
        _use(rng, loop) if rng.random() < 0.6 else "",
        f"no {_pick(rng, missing)}" if missing and rng.random() < 0.35 else "",
        f"{_pick(rng, ('one', '1'))} bar loop" if loop.bars == 1 and rng.random() < 0.2 else "",
    ]
    return ", ".join(field for field in fields if field.strip())


def _asked(rng: Generator, loop: Loop) -> str:
    """What someone in a hurry types: roles and key, or a mood and an instrument."""
    part = _shuffled(rng, loop)[0]
    chance = rng.random()
    if len(loop.parts) == 1 and chance < 0.4:
        return f"{_alone(rng, loop, _name(rng, part))}, {_key(rng, loop, 0.5)}"
    if len(loop.parts) == 1 and chance < 0.7:
        return f"{_mood(rng, loop)} {part_words(rng, loop, part)} {_key(rng, loop, 0.4)}"
    names = _series([_pick(rng, ROLE_NAMES[one.role]) for one in _shuffled(rng, loop)])
    return f"{genre_word(rng, loop)} {names} {_key(rng, loop, 0.25)}"


def _series(said: list[str]) -> str:
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " and " + said[-1]
