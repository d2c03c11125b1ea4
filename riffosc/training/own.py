"""Loops of one's own as a corpus: `riffosc train from FOLDER --out CORPUS` writes them as `corpus.py` writes its own.

A file's length decides: it is taken as exactly 1, 2 or 4 bars, and the tempo that it or its name says only tells how
many. So nothing is cut or repitched, and a tempo that was rounded in a name does no harm. Of what the composed corpus
knows, these loops have bars, quantum, tempo, captions, and a key if the file names one; the rest is never asked for in
training. They are numbered from 1, so that a few are all trained on and every 30th of many is held out.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch

from riffosc.clip import Samples
from riffosc.sounds import SUFFIXES, Sound, clock, read_sound
from riffosc.synthesis.codec import resample
from riffosc.synthesis.model.keys import parse_key
from riffosc.tempo import FASTEST, SLOWEST, TEMPO_IN_NAME, tempo_in
from riffosc.training.corpus import SAMPLERATE, SHARD, save_shard, to_int16
from riffosc.training.pictures import Entry

BARS, QUANTUMS = (1, 2, 4), (3, 4)
LOOSENESS = 0.03  # of the length: half a semitone, and what an MP3 adds to a bar
WORD = re.compile(r"\d+|[^\W\d_]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class UnfitError(ValueError):
    """A file that is no loop of whole bars, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Length:
    """How a file counts."""

    bars: int
    quantum: int  # beats per bar
    tempo: float  # at which the file is exactly so many bars


def length_of(sound: Sound, name: str, tempo: float | None) -> Length:
    """By the tempo inside the file, else in its name, else `tempo`. Raises UnfitError."""
    loop = sound.loop
    quantum = loop.quantum if loop else 4
    said = (loop.tempo or loop.beats * 60 / sound.seconds) if loop else tempo_in(name) or tempo
    if said is None:
        raise UnfitError("no tempo is known: put it in the name (loop_120bpm.wav) or give --tempo")
    if quantum not in QUANTUMS:
        raise UnfitError(f"it counts {quantum} beats in a bar, and the model knows 3 and 4")
    counted = sound.seconds * said / 60 / quantum
    bars = min(BARS, key=lambda each: abs(each / counted - 1))
    if abs(bars / counted - 1) > LOOSENESS:
        raise UnfitError(f"{clock(sound.seconds)} at {said:g} bpm are {counted:.2f} bars, and it takes 1, 2 or 4")
    exact = bars * quantum * 60 / sound.seconds
    if not SLOWEST <= exact <= FASTEST:
        raise UnfitError(f"{exact:.4g} bpm is none of {SLOWEST} to {FASTEST}")
    return Length(bars, quantum, exact)


def words_in(name: str) -> str:
    """What a file name says besides its tempo: DeepBass_120bpm is "deep bass"; "loop" if that is nothing."""
    for pattern in TEMPO_IN_NAME[: 3 if tempo_in(name) else 2]:
        name = pattern.sub(" ", name)
    words = WORD.findall(CAMEL.sub(" ", name))
    return " ".join(word.lower() for word in words if not word.isdigit() or len(word) > 2) or "loop"


def captions_of(path: Path) -> list[str]:
    """The lines of NAME.txt beside the file, else the words of its name."""
    beside = path.with_suffix(".txt")
    lines = beside.read_text("utf-8").splitlines() if beside.exists() else []
    return [" ".join(line.lower().split()) for line in lines if line.strip()] or [words_in(path.stem)]


def key_of(sound: Sound) -> tuple[int | None, str | None]:
    """Root and mode that the file names, or two times None."""
    try:
        key = parse_key(sound.loop.key) if sound.loop else None
    except ValueError:  # a key of a kind that the model is not told
        key = None
    return (None, None) if key is None else (key[0], "minor" if key[1] else "major")


def at_samplerate(sound: Sound) -> Samples:
    """The loop (frames,) at the corpus' sample rate, as loud as it is; only what is beyond full scale is softer."""
    loop = sound.samples[0]
    if sound.samplerate != SAMPLERATE:
        frames = max(1, round(sound.seconds * SAMPLERATE))
        loop = resample(torch.from_numpy(loop), frames, 1.0).numpy()
    return np.asarray(loop / max(1.0, float(np.abs(loop).max())), np.float32)


def read_own(path: Path, index: int, tempo: float | None) -> tuple[Entry, Samples]:
    """What is known of a file, and its samples (frames,). Raises ValueError, in words."""
    sound = read_sound(path, stereo=False)
    if not sound.samples.any():
        raise UnfitError("it is silent")
    length, (root, mode) = length_of(sound, path.stem, tempo), key_of(sound)
    audio = at_samplerate(sound)
    entry = {
        "index": index,
        "file": path.name,
        "frames": len(audio),
        "tempo": length.tempo,
        "quantum": length.quantum,
        "bars": length.bars,
        "root": root,
        "mode": mode,
        "captions": captions_of(path),
    }
    return entry, audio


def sound_files(folder: Path) -> list[Path]:
    """All in a folder and the folders in it, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def fitting(files: Iterable[Path], tempo: float | None, left_out: list[Path]) -> Iterator[tuple[Entry, Samples]]:
    """The loops among the files; the others are told, and added to `left_out`."""
    index = 1
    for path in files:
        try:
            yield read_own(path, index, tempo)
        except (ValueError, OSError) as error:
            left_out.append(path)
            click.echo(f"{path.name} is left out: {error}")
        else:
            index += 1


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", "corpus", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder to fill."
)
@click.option(
    "--tempo", type=click.FloatRange(SLOWEST, FASTEST), help="Of files that say none, inside or in their name."
)
def main(folder: Path, corpus: Path, **options: Any) -> None:
    """Make a folder of your own loops into one that `riffosc train fit` learns from.

    Each is to be 1, 2 or 4 bars long. Its tempo is read from the file, from its name (loop_120bpm.wav,
    120 - bass.wav), or is --tempo. What it is called is what it will be asked for by; NAME.txt beside NAME.wav may
    say it better, in a line or several.
    """
    if any(corpus.glob("*.json")):
        raise click.ClickException(f"{corpus} holds loops already: name a new folder")
    left_out: list[Path] = []
    count = 0
    corpus.mkdir(parents=True, exist_ok=True)
    found = fitting(sound_files(folder), options["tempo"], left_out)
    for shard, loops in enumerate(iter(lambda: list(islice(found, SHARD)), [])):
        save_shard(corpus, shard, [entry for entry, _ in loops], [to_int16(audio) for _, audio in loops])
        count += len(loops)
    if not count:
        raise click.ClickException(f"no file in {folder} is a loop to learn from")
    click.echo(f"{count} loops in {corpus}, {len(left_out)} files left out. To go on from the model that is shipped:")
    click.echo(f"riffosc train fit --corpus {corpus} --run RUN --from embedded")
