"""Music to measure the codec with: loops that nothing was tuned on, by kind."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np

from riffosc.clip import Samples
from riffosc.composing.loop import Loop
from riffosc.picture import PictureError, load_picture
from riffosc.pictures import seed_names
from riffosc.resources import seeds_dir
from riffosc.synthesis import codec
from riffosc.timeline import clip_frames
from riffosc.training.corpus import SAMPLERATE, loop_at
from riffosc.training.render import Player
from riffosc.training.soundfont import MissingSynth

KINDS = ("drums", "bass", "tonal", "mixed")
SEED = 4004  # of the composer: no corpus has it
TEMPO = 93.75  # two bars last 5.12 s, which is 512 of Riffusion's columns


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A mono loop (frames,) at 44.1 kHz."""

    kind: str
    sound: Samples


@dataclass(frozen=True, slots=True)
class Music:
    """What is measured with, and in words where it comes from."""

    source: str
    pieces: list[Piece]
    loops: list[Piece]  # more of them, at many tempos, for what is measured of many


def music(pictures: Path | None, each: int, loops: int) -> Music:
    """`each` pieces of every kind and `loops` loops. Raises PictureError, in words, for a folder without pictures."""
    if pictures is not None:
        return _performed(pictures, loops)
    try:
        with closing(Player(SAMPLERATE)) as player:
            return Music(
                f"{each} each of {', '.join(KINDS)}: composed with seed {SEED}, played as the corpus is",
                list(_pieces(player, each)),
                [_played(player, loop_at(index, SEED)) for index in range(loops)],
            )
    except MissingSynth:
        return _performed(seeds_dir(), loops)


def kind_of(loop: Loop) -> str:
    match loop.roles:
        case ("drums",):
            return "drums"
        case ("bass",):
            return "bass"
        case _:
            return "tonal" if set(loop.roles) <= {"chords", "lead", "texture"} else "mixed"


def _pieces(player: Player, each: int) -> Iterator[Piece]:
    """The first loops of two bars of four, all at one tempo."""
    wanted = dict.fromkeys(KINDS, each)
    for index in count():
        if not any(wanted.values()):
            return
        loop = loop_at(index, SEED)
        if (loop.bars, loop.quantum) == (2, 4) and wanted[kind_of(loop)]:
            wanted[kind_of(loop)] -= 1
            yield _played(player, replace(loop, tempo=TEMPO))


def _played(player: Player, loop: Loop) -> Piece:
    return Piece(kind_of(loop), player.play(loop))


def _performed(folder: Path, loops: int) -> Music:
    """Pictures as they sound; those in a folder of a kind's name are of that kind."""
    files = sorted((*folder.glob("*.png"), *folder.glob("*/*.png")))
    if not files:
        raise PictureError(f"there are no pictures (PNG) in {folder}")
    chance = np.random.default_rng(SEED)
    pieces = [_piece(file) for file in files]
    more = [_piece(files[index % len(files)], float(chance.uniform(60, 180))) for index in range(loops)]
    seeds = f"the shipped seed pictures {', '.join(seed_names())}"
    return Music(
        f"{seeds if folder == seeds_dir() else f'pictures of {folder}: {len(files)}'}, as riffosc performs them",
        pieces,
        more,
    )


def _piece(file: Path, tempo: float | None = None) -> Piece:
    """A picture as it sounds; its first channel."""
    picture = load_picture(file)
    frames = clip_frames(picture.beats, tempo or picture.tempo, SAMPLERATE)
    values = codec.to_values(picture.pixels)[:1]
    sound = codec.invert(values, codec.Performance(picture.settings, frames, SAMPLERATE))[0]
    return Piece(file.parent.name if file.parent.name in KINDS else "any", sound)
