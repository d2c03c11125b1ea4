"""Casting: the genre, who plays, on what and how, as far as it is not wished for."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import ceil, log

from riffosc.composing.effecting import CHANCES, EFFECTS, chosen_effects
from riffosc.composing.genres import GENRES, Genre
from riffosc.composing.grooves import CHANCE
from riffosc.composing.lines import BASS_STYLES, CHORD_STYLES
from riffosc.composing.loop import ROLES
from riffosc.composing.melody import CELLS
from riffosc.composing.meters import groups
from riffosc.composing.patterns import BAR_STEPS, FAMILIES, WALTZES
from riffosc.composing.sounds import BY_ROLE, Sound
from riffosc.composing.streams import pick, stream
from riffosc.composing.wish import STYLES, Wish

BANDS = (  # who plays where no role is asked for: a whole band mostly
    (("drums", "bass", "chords"), 0.4),
    (("drums", "bass", "chords", "lead"), 0.35),
    (("drums", "bass", "lead"), 0.15),
    (("drums", "bass"), 0.1),
)
QUIET_BANDS = (
    (("chords", "lead"), 0.45),
    (("bass", "chords", "lead"), 0.3),
    (("drums", "bass", "chords", "lead"), 0.25),
)
QUIET = ("ambient", "classical", "indian", "japanese", "noir")  # genres that often do without drums
WITH_TEXTURE = 0.25  # chance of one where the genre has textures
GENTLE_WALTZES, SWUNG_WALTZES = ("waltz", "waltz ride", "waltz snare"), ("waltz jazz", "waltz brushes")
IN_FOUR = ("folk", "country", "brushes")  # for genres all of whose grooves count in three
RANGES = {"bass": (31, 45), "chords": (48, 66), "lead": (48, 81), "texture": (36, 72)}  # centres, MIDI pitches


def genre_of(seed: int, wish: Wish) -> Genre:
    """The genre wished, or the first in the seed's own order that has most of the instruments and styles wished."""
    if "genre" in wish:
        return GENRES[wish["genre"]]
    chances = stream(seed, "genre").random(len(GENRES))
    three = 3 in groups(wish.get("quantum", 4))
    weights = [genre.three if three else genre.four for genre in GENRES.values()]
    drawn = {
        name: chance ** (1 / weight) for name, chance, weight in zip(GENRES, chances, weights, strict=True) if weight
    }
    return GENRES[max(drawn, key=lambda name: (_suits(GENRES[name], wish), drawn[name]))]


def _suits(genre: Genre, wish: Wish) -> int:
    instruments = sum(name in genre.sounds(role) for role, name in wish.get("instruments", {}).items())
    return instruments + sum(name in genre.styles(role) for role, name in wish.get("styles", {}).items())


def roles_of(seed: int, wish: Wish, genre: Genre) -> tuple[str, ...]:
    """Who plays, in the order of `loop.ROLES`: as wished; else who was given an instrument or a style; else a band."""
    asked = set(wish.get("roles", ())) or {*wish.get("instruments", {}), *wish.get("styles", {})}
    if not asked:
        rng = stream(seed, "roles")
        bands = QUIET_BANDS if genre.name in QUIET else BANDS
        asked = set(bands[int(rng.choice(len(bands), p=[share for _, share in bands]))][0])
        if genre.textures and rng.random() < WITH_TEXTURE:
            asked.add("texture")
    return tuple(role for role in ROLES if role in asked)


def sound_of(seed: int, role: str, wish: Wish, genre: Genre) -> Sound:
    """The instrument wished, if the role can have it at all (`lent`); else one that the genre has for the role."""
    wished = wish.get("instruments", {}).get(role)
    return (lent(role, wished) if wished else None) or BY_ROLE[role][_drawn(seed, role, genre)]


def _drawn(seed: int, role: str, genre: Genre) -> str:
    """A name; a lead is not what chords would be, be there chords or not."""
    usual = genre.sounds(role) or tuple(BY_ROLE[role])
    taken = _drawn(seed, "chords", genre) if role == "lead" else ""
    return pick(stream(seed, role, "instrument"), [name for name in usual if name != taken])


def lent(role: str, name: str) -> Sound | None:
    """The sound of that name: the role's own, or another role's, by octaves in this role's range.

    A melody of a bass, chords of a flute can be had; drums play kits only, and kits and noises no pitches: None.
    """
    if name in BY_ROLE[role]:
        return BY_ROLE[role][name]
    if role == "drums":
        return None
    low, high = RANGES[role]
    for other in ("lead", "chords", "bass", "texture"):
        sound = BY_ROLE[other].get(name)
        if sound and sound.centre:
            octaves = max(0, ceil((low - sound.centre) / 12)) - max(0, ceil((sound.centre - high) / 12))
            return replace(sound, centre=sound.centre + 12 * octaves)
    return None


def style_of(seed: int, role: str, sound: Sound, wish: Wish, genre: Genre) -> str:
    """The style wished, if the role has it in this meter; else one of the genre's that suits instrument and density."""
    quantum = wish.get("quantum", 4)
    wished = wish.get("styles", {}).get(role, "")
    if role == "texture":
        return sound.name
    if wished in STYLES[role] and in_meter(wished, quantum):
        return wished
    rng = stream(seed, role, "style")
    if sound.source == "acid" and (role == "bass" or (role == "lead" and rng.random() < 0.6)):
        return "acid"
    if role == "chords" and sound.family == "distorted guitar":
        return "power"
    usual = genre.styles(role)
    if role == "drums":
        usual = _grooves(genre, quantum, waltz=bool(rng.random() < 0.5))
    return pick(rng, _near(role, usual, wish["density"]) if "density" in wish else usual)


def in_meter(style: str, quantum: int) -> bool:
    """Whether a style can be played in bars of so many beats: grooves in three only where threes are counted."""
    return style not in WALTZES or 3 in groups(quantum)


def _grooves(genre: Genre, quantum: int, waltz: bool) -> tuple[str, ...]:
    """The genre's grooves that the meter has; half of the time, bars of threes have grooves that were made for them."""
    own = tuple(style for style in genre.grooves if in_meter(style, quantum))
    if set(groups(quantum)) == {3} and waltz:
        left_out = (GENTLE_WALTZES if genre.force > 0.55 else ()) + (() if genre.swing else SWUNG_WALTZES)
        return tuple(name for name in WALTZES if name not in left_out)
    return own or IN_FOUR


def _near(role: str, usual: tuple[str, ...], wished: float) -> list[str]:
    """The third of the styles that comes nearest to so many onsets a beat; melodies have all densities to choose."""
    known = tuple(CELLS) if role == "lead" else tuple(dict.fromkeys(usual))
    far = {style: abs(log(density(role, style) / wished)) for style in known}
    return sorted(known, key=lambda style: far[style])[: max(1, len(known) // 3)]


@lru_cache(maxsize=256)
def density(role: str, style: str) -> float:
    """About how many onsets a beat a style has."""
    if role == "drums":
        lanes = FAMILIES[style].values()
        steps = max(map(len, lanes))
        silent = [1.0] * steps
        for lane in lanes:
            silent = [one * (1 - CHANCE[lane[i % len(lane)]]) for i, one in enumerate(silent)]
        return 4 * (steps - sum(silent)) / steps
    if role == "lead" and style in CELLS:
        return sum(cell.count("x") for cell in CELLS[style]) / len(CELLS[style])
    rows = {**CHORD_STYLES, **BASS_STYLES}[style] if role != "chords" else CHORD_STYLES[style]
    onsets = sum(mark not in "-." for row in rows for mark in row)
    return max(1, onsets) / len(rows) / (BAR_STEPS / 4)


def effects_of(seed: int, sounds: Mapping[str, Sound], wish: Wish, genre: Genre) -> dict[str, tuple[str, ...]]:
    """Each role's effects, in the order of the signal: what is wished of those it can have, or what the genre likes.

    An effect that nobody who plays can have goes to all who play pitches, or to all.
    """
    if "effects" not in wish:
        return {
            role: chosen_effects(stream(seed, role, "effects"), genre.name, role, sound)
            for role, sound in sounds.items()
        }
    found: dict[str, tuple[str, ...]] = dict.fromkeys(sounds, ())
    for effect in (name for name in EFFECTS if name in wish["effects"]):
        takers = [role for role, sound in sounds.items() if _can_have(role, sound, effect)]
        for role in takers or [role for role in sounds if role != "drums"] or sounds:
            found[role] += (effect,)
    return found


def _can_have(role: str, sound: Sound, effect: str) -> bool:
    if sound.family == "distorted guitar" and effect == "distortion":
        return False
    return effect in CHANCES[role] or (effect == "wobble" and role == "bass")
