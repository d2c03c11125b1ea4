"""Composing a loop: what kind is drawn first, or asked for, then each player's part."""

from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import numpy as np
from numpy.random import Generator

from riffosc.training.captions import captions
from riffosc.training.genres import GENRES, Genre
from riffosc.training.grooves import groove
from riffosc.training.lines import Song, bass_line, chord_part
from riffosc.training.loop import ROLES, Loop, Note, Part
from riffosc.training.melody import melody
from riffosc.training.patterns import WALTZES
from riffosc.training.sounds import BY_ROLE, Sound
from riffosc.training.theory import SCALES, Key, progression

CHANNELS = {"drums": 9, "bass": 0, "chords": 1, "lead": 2}
METERS = ((2, 4, 0.62), (1, 4, 0.12), (4, 4, 0.10), (2, 3, 0.10), (1, 3, 0.03), (4, 3, 0.03))
MIXES: tuple[tuple[tuple[str, ...], float], ...] = (  # the rest is any other two or three
    (("drums",), 0.14),
    (("bass",), 0.115),
    (("chords",), 0.115),
    (("lead",), 0.115),
    (("drums", "bass"), 0.14),
    (("chords", "lead"), 0.09),
    (ROLES, 0.235),
)
THIRDS = {0.25: 1 / 3, 0.5: 2 / 3, 0.75: 2 / 3}  # where the sixteenths of a beat go in swing


class Wish(TypedDict, total=False):
    """What may be asked for; what is not asked for is drawn."""

    genre: str
    tempo: float  # beats per minute
    bars: int
    quantum: int  # beats per bar
    root: int  # pitch class, 0 is C
    mode: str  # "major" or "minor"
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is settled before the first note."""

    genre: Genre
    tempo: float
    bars: int
    quantum: int
    key: Key
    roles: tuple[str, ...]


def compose(rng: Generator) -> Loop:
    """A loop drawn from the whole distribution."""
    return _write(rng, _plan(rng, {}))


def compose_for(seed: int = 0, **wish: Unpack[Wish]) -> Loop:
    """A loop as asked for; what is left out is drawn from the seed."""
    _check(wish)
    rng = np.random.default_rng(seed)
    return _write(rng, _plan(rng, wish))


def _check(wish: Wish) -> None:
    """Refuses what no loop can be, in words."""
    if "genre" in wish and wish["genre"] not in GENRES:
        raise ValueError(f"There is no genre {wish['genre']!r}; there are {', '.join(GENRES)}.")
    if wish.get("mode", "major") not in SCALES:
        raise ValueError("The mode is major or minor.")
    if not set(wish.get("roles", ROLES)) <= set(ROLES) or wish.get("roles") == ():
        raise ValueError(f"The roles are some of {', '.join(ROLES)}.")


def _plan(rng: Generator, wish: Wish) -> Plan:
    meters = [
        meter
        for meter in METERS
        if wish.get("bars", meter[0]) == meter[0] and wish.get("quantum", meter[1]) == meter[1]
    ]
    if not meters:
        raise ValueError("A loop has 1, 2 or 4 bars of 3 or 4 beats.")
    bars, quantum, _ = meters[_draw(rng, [meter[2] for meter in meters])]
    genre = _draw_genre(rng, quantum)
    if "genre" in wish:
        genre = GENRES[wish["genre"]]
    low, high = genre.tempo if rng.random() < 0.88 else (60, 180)
    tempo = float(round(rng.uniform(low, high), int(rng.random() < 0.2)))
    key = Key(int(rng.integers(12)), "minor" if rng.random() < genre.minor else "major")
    key = Key(wish.get("root", key.root), wish.get("mode", key.mode))
    return Plan(genre, wish.get("tempo", tempo), bars, quantum, key, wish.get("roles", _draw_roles(rng)))


def _draw(rng: Generator, weights: list[float]) -> int:
    return int(rng.choice(len(weights), p=np.asarray(weights) / sum(weights)))


def _draw_genre(rng: Generator, quantum: int) -> Genre:
    genres = list(GENRES.values())
    return genres[_draw(rng, [genre.three if quantum == 3 else genre.four for genre in genres])]


def _draw_roles(rng: Generator) -> tuple[str, ...]:
    others = max(0.0, 1.0 - sum(weight for _, weight in MIXES))
    index = _draw(rng, [*(weight for _, weight in MIXES), others])
    if index < len(MIXES):
        return MIXES[index][0]
    while True:
        roles = tuple(role for role in ROLES if rng.random() < 0.6)
        if 2 <= len(roles) <= 3:
            return roles


def _write(rng: Generator, plan: Plan) -> Loop:
    size = 4 if plan.genre.sevenths else 3
    chords = progression(rng, plan.key, plan.bars * plan.quantum, plan.quantum, size)
    song = Song(plan.key, chords, plan.bars, plan.quantum)
    parts = tuple(_part(rng, plan, song, role) for role in plan.roles)
    loop = Loop(plan.tempo, plan.quantum, plan.bars, plan.key.root, plan.key.mode, plan.genre.name, parts)
    return replace(loop, captions=captions(rng, loop))


def _part(rng: Generator, plan: Plan, song: Song, role: str) -> Part:
    genre = plan.genre
    names = {"drums": genre.kits, "bass": genre.basses, "chords": genre.harmonies, "lead": genre.leads}[role]
    if role != "drums" and rng.random() < 0.12:  # now and then a sound from elsewhere
        names = tuple(BY_ROLE[role])
    sound = BY_ROLE[role][_pick(rng, names)]
    style = _style(rng, plan, role)
    notes = _notes(rng, plan, song, (role, style, sound))
    if genre.swing:
        notes = tuple(_swung(note) for note in notes)
    return Part(role, sound.name, sound.program, CHANNELS[role], untangled(notes, song.beats), style)


def _pick(rng: Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _style(rng: Generator, plan: Plan, role: str) -> str:
    genre = plan.genre
    if role == "drums":
        families = genre.grooves
        if plan.quantum == 3 and not genre.swing and rng.random() < 0.5:
            families = WALTZES
        return _pick(rng, families)
    styles = {"bass": genre.bass_styles, "chords": genre.chord_styles, "lead": genre.densities}
    return _pick(rng, styles[role])


def _notes(rng: Generator, plan: Plan, song: Song, what: tuple[str, str, Sound]) -> tuple[Note, ...]:
    role, style, sound = what
    force = float(np.clip(plan.genre.force + rng.normal(0, 0.12), 0, 1))
    if role == "drums":
        return groove(rng, style, plan.bars, plan.quantum)
    if role == "bass":
        return bass_line(rng, song, style, sound.centre, force)
    if role == "chords":
        return chord_part(rng, song, style, sound.centre, force)
    return melody(rng, song, style, sound.centre, force)


def _swung(note: Note) -> Note:
    """The note on the triplet grid; it still ends by the beat it ended by."""
    beat, fraction = divmod(note.start_beat, 1)
    start = beat + THIRDS.get(fraction, fraction)
    length = max(1 / 6, note.start_beat + note.length_beats - start)
    return note._replace(start_beat=start, length_beats=length)


def untangled(notes: tuple[Note, ...], beats: float) -> tuple[Note, ...]:
    """In order, no pitch twice at once, none sounding into its own repetition: the loop goes round."""
    loudest: dict[tuple[float, int], Note] = {}
    for note in sorted(notes):
        at = (note.start_beat, note.pitch)
        if at not in loudest or loudest[at].velocity < note.velocity:
            loudest[at] = note
    starts: dict[int, list[float]] = {}
    for start, pitch in loudest:
        starts.setdefault(pitch, []).append(start)
    return tuple(
        note._replace(length_beats=min(note.length_beats, _gap(note, starts[note.pitch], beats)))
        for note in loudest.values()
    )


def _gap(note: Note, starts: list[float], beats: float) -> float:
    """Beats until the same pitch starts again, round the loop."""
    later = [start for start in starts if start > note.start_beat]
    return (min(later) if later else starts[0] + beats) - note.start_beat
