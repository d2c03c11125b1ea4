"""Arranging: a loop out of a seed and a wish, such that voices play together.

Seeds of the same hundred are takes of one song: in one key they play over the same chords (`harmony`), whatever else
each is asked for. Each part has streams of its own: the drums of "drums and bass" are those of "drums". Loops of more
than four bars are made of phrases (`harmony.phrases`): themes return, contrasts differ, and drummers fill where phrases
end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from riffosc.composing import melody
from riffosc.composing.casting import effects_of, genre_of, roles_of, sound_of, style_of
from riffosc.composing.genres import Genre
from riffosc.composing.grooves import DRUMS, filled
from riffosc.composing.harmony import Phrase, chords, key_of, phrases, shuffles, swing_of, within
from riffosc.composing.lines import Song
from riffosc.composing.loop import Loop, Note, Part, Swing
from riffosc.composing.playing import played, swung, untangled
from riffosc.composing.sounds import Sound
from riffosc.composing.streams import pick, stream
from riffosc.composing.theory import Key
from riffosc.composing.wish import MOST_BARS, Wish, checked

TAKES = 100  # seeds of one song: 0 to 99, 100 to 199, ...
BARS = 2
UNITS = {"straight": 0.0, "eighths": 0.5, "sixteenths": 0.25}
CONTRASTS = ("BBaR", "BABR", "B.BR", "BaBR", "RBaR")  # a melody's bars where the harmony goes elsewhere
VARIED = {f"B{i}" for i in range(0, MOST_BARS, 2)}  # every other contrast: the theme's own motifs in another form
FILLED = 0.85  # chance of a fill where a phrase closes


@dataclass(frozen=True, slots=True)
class Player:
    """One part's cast."""

    role: str
    sound: Sound
    style: str
    force: float


def arranged(seed: int, wish: Wish) -> Loop:
    """A loop as wished; what is left out is drawn from the seed, as suits the genre.

    Known things that do not go together are never refused: who is to play follows from `roles`, or else from whom
    instruments and styles were wished for; an instrument of another role's list is lent to this one, in its range
    (`casting.lent`); where that cannot be, and for a style that the role or the meter lacks, the genre's own are drawn.
    Raises ValueError, in the musician's words, for what is not known or out of range.
    """
    checked(wish)
    genre = genre_of(seed, wish)
    wish = _settled(seed, wish, genre)
    song = _song(seed, wish, genre)
    swing = swing_of(seed // TAKES, UNITS[wish["swing"]])
    sounds = {role: sound_of(seed, role, wish, genre) for role in roles_of(seed, wish, genre)}
    effects = effects_of(seed, sounds, wish, genre)
    parts = []
    for role, sound in sounds.items():
        player = Player(role, sound, style_of(seed, role, sound, wish, genre), wish["force"])
        notes = untangled(tuple(swung(note, swing) for note in _notes(seed, song, player)), song.beats)
        knobs = int(stream(seed, role, "knobs").integers(2**31))
        parts.append(Part(role, sound.name, notes, player.style, effects[role], player.force, knobs))
    return _loop(wish, genre, song, swing, tuple(parts))


def _settled(seed: int, wish: Wish, genre: Genre) -> Wish:
    """The wish with everything in it that is one number or word for the whole loop."""
    quantum = 4 if genre.four else 3
    force = float(np.clip(genre.force + stream(seed, "force").normal(0, 0.1), 0, 1))
    tempo = float(round(stream(seed, "tempo").uniform(*genre.tempo)))
    swing = "eighths" if genre.swing else "sixteenths" if genre.shuffle and shuffles(seed // TAKES) else "straight"
    settled: Wish = {"bars": BARS, "quantum": quantum, "tempo": tempo, "force": force, "swing": swing, **wish}
    settled["force"] = round(settled["force"], 3)
    return settled


def _song(seed: int, wish: Wish, genre: Genre) -> Song:
    key = key_of(seed // TAKES, wish)
    if genre.name == "blues" and key.scale == "minor" and "scale" not in wish:
        key = Key(key.root, "blues")  # the same chords, and blue notes for who plays a melody
    found = chords(seed // TAKES, key, wish["bars"], wish["quantum"], genre.sevenths)
    return Song(key, found, wish["bars"], wish["quantum"])


def _loop(wish: Wish, genre: Genre, song: Song, swing: Swing, parts: tuple[Part, ...]) -> Loop:
    return Loop(
        tempo=wish["tempo"],
        quantum=song.quantum,
        bars=song.bars,
        root=song.key.root,
        mode=song.key.mode,
        genre=genre.name,
        parts=parts,
        scale=song.key.scale,
        swing=swing,
        pitches=song.key.pitches,
    )


def _notes(seed: int, song: Song, player: Player) -> list[Note]:
    """A part, phrase by phrase; a phrase that returns is played as before, over its own chords."""
    if player.role == "texture":
        return list(_phrase(seed, song, player, ""))
    notes: list[Note] = []
    known: dict[tuple[str, bool, int], tuple[Note, ...]] = {}
    for phrase in phrases(song.bars):
        kind, start = (phrase.name, phrase.closing, phrase.bars), phrase.first_bar * song.quantum
        if kind not in known:
            known[kind] = _phrase(seed, _section(seed, song, phrase), player, phrase.name)
        notes += [note._replace(start_beat=note.start_beat + start) for note in known[kind]]
    return _phrased(seed, song, notes, player.force) if player.role == "drums" and song.bars > 4 else notes


def _phrase(seed: int, song: Song, player: Player, name: str) -> tuple[Note, ...]:
    """What is played in a phrase, again until it sounds: a short bar may have none of a pattern's marks."""
    theme = "A" if player.role == "lead" and name in VARIED else name
    rng = stream(seed, player.role, "notes", theme)
    while True:
        notes = played(rng, song, (player.role, player.style, player.sound), player.force)
        if notes:
            return notes


def _section(seed: int, song: Song, phrase: Phrase) -> Song:
    """One phrase as a song of its own."""
    start = phrase.first_bar * song.quantum
    inside = within(song.chords, start, start + phrase.bars * song.quantum)
    return Song(song.key, inside, phrase.bars, song.quantum, _form(stream(seed, "form", phrase.name), phrase))


def _form(rng: Generator, phrase: Phrase) -> str:
    """A melody's bars: a theme; the theme coming home where it closes; in contrasts the other motif."""
    form = pick(rng, melody.FORMS[phrase.bars])
    if phrase.name != "A":
        return pick(rng, CONTRASTS)[-phrase.bars :]
    return form[:-1] + "R" if phrase.closing else form


def _phrased(seed: int, song: Song, notes: list[Note], force: float) -> list[Note]:
    """Fills where phrases close and where the loop ends, and now and then a crash on what follows."""
    rng, found = stream(seed, "drums", "fills"), phrases(song.bars)
    for phrase in found:
        end = (phrase.first_bar + phrase.bars) * song.quantum
        if (phrase.closing or phrase is found[-1]) and rng.random() < FILLED:
            notes = filled(rng, notes, end, force)
            if rng.random() < force:
                notes.append(Note(float(end % song.beats), 0.5, DRUMS["crash"], int(80 + 30 * force)))
    return notes
