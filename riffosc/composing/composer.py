"""Composing a loop: what kind is drawn first, or asked for, then each player's part."""

from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
from numpy.random import Generator

from riffosc.composing.effecting import chosen_effects
from riffosc.composing.genres import GENRES, Genre
from riffosc.composing.lines import Song
from riffosc.composing.loop import ROLES, Loop, Part, Swing
from riffosc.composing.patterns import WALTZES
from riffosc.composing.playing import played, swung, untangled
from riffosc.composing.sounds import BY_ROLE, Sound
from riffosc.composing.theory import SCALES, Key, progression

METERS = ((2, 4, 0.54), (1, 4, 0.12), (4, 4, 0.20), (2, 3, 0.07), (1, 3, 0.03), (4, 3, 0.04))
MIXES: tuple[tuple[tuple[str, ...], float], ...] = (  # the rest is any other two or three
    (("drums",), 0.15),
    (("bass",), 0.12),
    (("chords",), 0.13),
    (("lead",), 0.14),
    (("texture",), 0.02),
    (("drums", "bass"), 0.10),
    (("chords", "lead"), 0.06),
    (("drums", "bass", "chords", "lead"), 0.15),
    (ROLES, 0.02),
)
SCALE_SHARES = {
    "major": {"major": 0.70, "major pentatonic": 0.12, "mixolydian": 0.11, "lydian": 0.07},
    "minor": {
        "minor": 0.66,
        "minor pentatonic": 0.10,
        "dorian": 0.09,
        "phrygian": 0.05,
        "harmonic minor": 0.06,
        "blues": 0.04,
    },
}
FROM_ELSEWHERE, ALONE_FROM_ELSEWHERE = 0.16, 0.6  # chances of a sound not usual in the genre: each is heard often


class Asked(TypedDict, total=False):
    """What may be asked for; what is not asked for is drawn."""

    genre: str
    tempo: float  # beats per minute
    bars: int
    quantum: int  # beats per bar
    root: int  # pitch class, 0 is C
    mode: str  # a scale's name
    roles: tuple[str, ...]
    instruments: tuple[str, ...]  # one for each role


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is settled before the first note."""

    genre: Genre
    tempo: float
    bars: int
    quantum: int
    key: Key
    roles: tuple[str, ...]
    swing: Swing
    instruments: tuple[str, ...] = ()


def compose(rng: Generator) -> Loop:
    """A loop drawn from the whole distribution."""
    return _write(rng, _plan(rng, {}))


def compose_for(seed: int = 0, **wish: Unpack[Asked]) -> Loop:
    """A loop as asked for; what is left out is drawn from the seed."""
    _check(wish)
    rng = np.random.default_rng(seed)
    return _write(rng, _plan(rng, wish))


def _check(wish: Asked) -> None:
    """Refuses what no loop can be, in words."""
    if "genre" in wish and wish["genre"] not in GENRES:
        raise ValueError(f"There is no genre {wish['genre']!r}; there are {', '.join(GENRES)}.")
    if wish.get("mode", "major") not in SCALES:
        raise ValueError(f"The mode is one of {', '.join(SCALES)}.")
    roles = wish.get("roles", ROLES)
    if not set(roles) <= set(ROLES) or not roles:
        raise ValueError(f"The roles are some of {', '.join(ROLES)}.")
    for role, instrument in zip(roles, wish.get("instruments", ()), strict=False):
        if instrument not in BY_ROLE[role]:
            raise ValueError(f"There is no instrument {instrument!r} for {role}; there are {', '.join(BY_ROLE[role])}.")


def _plan(rng: Generator, wish: Asked) -> Plan:
    bars, quantum = _meter(rng, wish)
    genre = _draw_genre(rng, quantum)
    if "genre" in wish:
        genre = GENRES[wish["genre"]]
    low, high = genre.tempo if rng.random() < 0.88 else (60, 180)
    tempo = float(round(rng.uniform(low, high), int(rng.random() < 0.2)))
    mode = "minor" if rng.random() < genre.minor else "major"
    root, scale = int(rng.integers(12)), _of(rng, SCALE_SHARES[mode])
    key = Key(wish.get("root", root), wish.get("mode", "blues" if genre.name == "blues" and mode == "minor" else scale))
    swing, roles = _swing(rng, genre), _draw_roles(rng)
    tempo, roles = wish.get("tempo", tempo), wish.get("roles", roles)
    return Plan(genre, tempo, bars, quantum, key, roles, swing, wish.get("instruments", ()))


def _meter(rng: Generator, wish: Asked) -> tuple[int, int]:
    meters = [
        meter
        for meter in METERS
        if wish.get("bars", meter[0]) == meter[0] and wish.get("quantum", meter[1]) == meter[1]
    ]
    if not meters:
        raise ValueError("A loop has 1, 2 or 4 bars of 3 or 4 beats.")
    return meters[_draw(rng, [meter[2] for meter in meters])][:2]


def _draw(rng: Generator, weights: list[float]) -> int:
    return int(rng.choice(len(weights), p=np.asarray(weights) / sum(weights)))


def _of(rng: Generator, shares: dict[str, float]) -> str:
    return list(shares)[_draw(rng, list(shares.values()))]


def _draw_genre(rng: Generator, quantum: int) -> Genre:
    genres = list(GENRES.values())
    return genres[_draw(rng, [genre.three if quantum == 3 else genre.four for genre in genres])]


def _draw_roles(rng: Generator) -> tuple[str, ...]:
    others = max(0.0, 1.0 - sum(weight for _, weight in MIXES))
    index = _draw(rng, [*(weight for _, weight in MIXES), others])
    if index < len(MIXES):
        return MIXES[index][0]
    while True:
        roles = tuple(role for role in ROLES if rng.random() < (0.15 if role == "texture" else 0.6))
        if 2 <= len(roles) <= 3:
            return roles


def _swing(rng: Generator, genre: Genre) -> Swing:
    """Swung eighths where the genre has them, swung sixteenths in most loops of a genre that shuffles."""
    if genre.swing:
        return Swing(0.5, round(float(genre.swing + rng.uniform(-0.03, 0.02)), 3))
    if genre.shuffle and rng.random() < 0.7:
        return Swing(0.25, round(float(np.clip(genre.shuffle + rng.uniform(-0.03, 0.05), 0.53, 0.67)), 3))
    return Swing()


def _write(rng: Generator, plan: Plan) -> Loop:
    rich = 0.85 if plan.genre.sevenths else 0.12
    chords = progression(rng, plan.key, plan.bars, plan.quantum, rich)
    song = Song(plan.key, chords, plan.bars, plan.quantum)
    force = float(np.clip(plan.genre.force + rng.normal(0, 0.14), 0, 1))
    parts: list[Part] = []
    for role in plan.roles:
        parts.append(_part(rng, plan, song, (role, force, tuple(part.instrument for part in parts))))
    return Loop(
        tempo=plan.tempo,
        quantum=plan.quantum,
        bars=plan.bars,
        root=plan.key.root,
        mode=plan.key.mode,
        genre=plan.genre.name,
        parts=tuple(parts),
        scale=plan.key.scale,
        swing=plan.swing,
        pitches=plan.key.pitches,
    )


def _part(rng: Generator, plan: Plan, song: Song, which: tuple[str, float, tuple[str, ...]]) -> Part:
    """One role's part; `which` is the role, how hard it is played, and the instruments that play already."""
    role, force, others = which
    if len(others) < len(plan.instruments):
        sound = BY_ROLE[role][plan.instruments[len(others)]]
    else:
        sound = _sound(rng, plan, role, others)
    style = _style(rng, plan, role, sound)
    notes = tuple(swung(note, plan.swing) for note in played(rng, song, (role, style, sound), force))
    effects = chosen_effects(rng, plan.genre.name, role, sound)
    notes = untangled(notes, song.beats)
    return Part(role, sound.name, notes, style, effects, round(force, 3), int(rng.integers(2**31)))


def _sound(rng: Generator, plan: Plan, role: str, others: tuple[str, ...]) -> Sound:
    genre, known = plan.genre, BY_ROLE[role]
    usual = genre.sounds(role)
    if not usual or rng.random() < (ALONE_FROM_ELSEWHERE if len(plan.roles) == 1 else FROM_ELSEWHERE):
        usual = tuple(known)
    free = tuple(name for name in usual if name not in others) or tuple(known)
    return known[_pick(rng, free)]


def _pick(rng: Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _style(rng: Generator, plan: Plan, role: str, sound: Sound) -> str:
    genre = plan.genre
    if role == "drums":
        families = genre.grooves
        if plan.quantum == 3 and rng.random() < 0.5:
            families = tuple(name for name in WALTZES if genre.swing or name not in ("waltz jazz", "waltz brushes"))
        return _pick(rng, families)
    if role == "texture":
        return sound.name
    if sound.source == "acid":
        return "acid" if role == "bass" or rng.random() < 0.6 else "busy"
    if role == "chords" and sound.family == "distorted guitar":
        return "power"
    return _pick(rng, genre.styles(role))
