"""The data set: loops composed, rendered and written in shards.

`riffosc train corpus --out DIR --count N` fills a folder; what is there is kept. `DIR/00012.npz`
holds loops 1200 to 1299: `audio`, int16 (frames of all loops,), mono at 44.1 kHz, where 32767 is full scale;
`offsets`, int64 (loops + 1,), where each begins and the last ends. `DIR/00012.json` holds a list of one object
per loop: index, frames, tempo, quantum, bars, root, mode, genre, roles, instruments, styles, effects, forces,
notes, captions and more. A part's notes are lists of start and length in beats, MIDI pitch and velocity. A shard
counts as written when its JSON is there.
"""

import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from riffosc.composing.composer import compose
from riffosc.composing.loop import Loop, Note
from riffosc.composing.sounds import BY_ROLE
from riffosc.training.captions import captions
from riffosc.training.oscillators import Audio
from riffosc.training.render import Player
from riffosc.training.soundfont import MissingSynth

SAMPLERATE = 44100
SHARD = 100


def loop_at(index: int, seed: int = 0) -> Loop:
    """The loop with this number, captions and all: the same one every time."""
    rng = np.random.default_rng((seed, index))
    loop = compose(rng)
    return replace(loop, captions=captions(rng, loop))


def describe(index: int, loop: Loop) -> dict[str, Any]:
    """What is stored of a loop beside its sound."""
    return {
        "index": index,
        "frames": loop.frames(SAMPLERATE),
        "tempo": loop.tempo,
        "quantum": loop.quantum,
        "bars": loop.bars,
        "root": loop.root,
        "mode": loop.mode,
        "scale": loop.scale,
        "pitches": list(loop.pitches),
        "genre": loop.genre,
        "swing": loop.swing.word,
        "swing_amount": loop.swing.amount,
        "grid": [round(place, 4) for place in loop.swing.grid],
        "density": round(loop.density, 3),
        "roles": list(loop.roles),
        "instruments": [part.instrument for part in loop.parts],
        "families": [BY_ROLE[part.role][part.instrument].family for part in loop.parts],
        "styles": [part.style for part in loop.parts],
        "effects": [list(part.effects) for part in loop.parts],
        "forces": [part.force for part in loop.parts],
        "notes": [[_row(note) for note in part.notes] for part in loop.parts],
        "captions": list(loop.captions),
    }


def _row(note: Note) -> list[float]:
    return [round(note.start_beat, 5), round(note.length_beats, 5), note.pitch, note.velocity]


def to_int16(audio: Audio) -> NDArray[np.int16]:
    """Samples -1..1 as 16-bit integers, clipped."""
    return np.round(np.clip(audio, -1, 1) * 32767).astype(np.int16)


def write_shard(folder: Path, shard: int, seed: int = 0, size: int = SHARD) -> Path:
    """Composes and writes loops `shard * size` onwards; returns the JSON's path."""
    first = shard * size
    loops = [loop_at(index, seed) for index in range(first, first + size)]
    with closing(Player(SAMPLERATE)) as player:  # a new one each time: a shard never depends on the one before
        clips = [to_int16(player.play(loop)) for loop in loops]
    return save_shard(folder, shard, [describe(first + i, loop) for i, loop in enumerate(loops)], clips)


def save_shard(folder: Path, shard: int, listed: list[dict[str, Any]], clips: list[NDArray[np.int16]]) -> Path:
    """Writes what is known of loops and their samples (frames,); returns the JSON's path."""
    offsets = np.cumsum([0, *(len(clip) for clip in clips)], dtype=np.int64)
    stem = folder / f"{shard:05d}"
    _replace(stem.with_suffix(".npz"), np.concatenate(clips), offsets)
    aside = stem.with_suffix(".json.part")
    aside.write_text(json.dumps(listed, indent=0))
    return aside.replace(stem.with_suffix(".json"))


def _replace(path: Path, audio: NDArray[np.int16], offsets: NDArray[np.int64]) -> None:
    """Writes beside, then renames: a reader never sees half a file."""
    aside = path.with_suffix(".npz.part")
    with aside.open("wb") as file:
        np.savez(file, audio=audio, offsets=offsets)
    aside.replace(path)


def read_shard(path: Path) -> Iterator[tuple[dict[str, Any], Audio]]:
    """Each loop of a shard, given its JSON's path: what is known of it, and (frames,) float32."""
    listed = json.loads(path.read_text())
    with np.load(path.with_suffix(".npz")) as file:
        audio, offsets = file["audio"], file["offsets"]
    for i, entry in enumerate(listed):
        yield entry, audio[offsets[i] : offsets[i + 1]].astype(np.float32) / 32767


def missing(folder: Path, start: int, count: int) -> list[int]:
    """The shards that hold loops `start` to `start + count` and are not yet written."""
    shards = range(start // SHARD, -(-(start + count) // SHARD))
    return [shard for shard in shards if not (folder / f"{shard:05d}.json").exists()]


def _work(job: tuple[Path, int, int]) -> Path:
    folder, shard, seed = job
    return write_shard(folder, shard, seed)


def write(folder: Path, shards: list[int], seed: int = 0, workers: int = 1) -> Iterator[Path]:
    """Writes the shards, each in turn or several at once; yields their paths as they are done."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(folder, shard, seed) for shard in shards]
    if workers == 1:
        yield from map(_work, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(_work, jobs)


@click.command()
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="Where shards go.")
@click.option("--count", default=6000, show_default=True, help="How many loops; shards are written whole.")
@click.option("--start", default=0, show_default=True, help="Number of the first loop.")
@click.option("--workers", default=1, show_default=True, help="Processes at work.")
@click.option("--seed", default=0, show_default=True, help="Another seed, other loops.")
def main(folder: Path, count: int, start: int, workers: int, seed: int) -> None:
    """Compose loops, render them with FluidSynth and write them to a folder; what is there is kept."""
    shards = missing(folder, start, count)
    began = time.monotonic()
    try:
        for done, path in enumerate(write(folder, shards, seed, workers), 1):
            each = (time.monotonic() - began) / (done * SHARD)
            click.echo(f"{path}  {done}/{len(shards)} shards, {each:.3f} s a loop")
    except MissingSynth as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(shards)} shards written, {os.fspath(folder)} is complete.")
