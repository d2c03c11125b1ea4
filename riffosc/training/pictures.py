"""The corpus as pictures: each shard is analysed once and kept beside it in 8 bits.

`python -m riffosc.training.pictures --corpus DIR --cache DIR` does it ahead of training.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Tensor

from riffosc.clip import Samples
from riffosc.picture import EMBEDDED, PictureSettings
from riffosc.synthesis.codec import analyse
from riffosc.training.corpus import SAMPLERATE, read_shard

Entry = dict[str, Any]  # what the corpus says of a loop


@dataclass(frozen=True, slots=True)
class Seen:
    """A loop as a picture, and what is known of it."""

    entry: Entry
    values: Tensor  # (columns, bins), 0..1 in steps of 1/255


def paint(samples: Samples, beats: int, settings: PictureSettings = EMBEDDED) -> Tensor:
    """A mono loop (frames,) as 8-bit values (columns, bins), 0 silent."""
    values = analyse(samples[None], SAMPLERATE, settings, beats * settings.columns_per_beat)[0]
    return (values * 255).round().to(torch.uint8)


def paint_shard(path: Path, cache: Path) -> Path:
    """The picture file of a shard, made if it is not there: uint8 (columns of all loops, bins)."""
    kept = cache / f"{path.stem}.pictures.npy"
    if not kept.exists():
        painted = [paint(audio, entry["bars"] * entry["quantum"]) for entry, audio in read_shard(path)]
        aside = kept.with_suffix(".part")
        with aside.open("wb") as file:
            np.save(file, torch.cat(painted).numpy())
        aside.replace(kept)
    return kept


def seen(path: Path, cache: Path, which: Callable[[Entry], bool] = lambda _: True) -> Iterator[Seen]:
    """The loops of a shard, given its JSON's path; of the file only those are read that are asked for."""
    columns = np.load(paint_shard(path, cache), mmap_mode="r")
    at = 0
    for entry in json.loads(path.read_text()):
        end = at + entry["bars"] * entry["quantum"] * EMBEDDED.columns_per_beat
        if which(entry):
            yield Seen(entry, torch.from_numpy(np.array(columns[at:end])).float() / 255)
        at = end


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--cache", type=click.Path(path_type=Path), required=True)
def main(corpus: Path, cache: Path) -> None:
    """Paint every shard that is there and not yet painted."""
    torch.set_num_threads(1)
    cache.mkdir(parents=True, exist_ok=True)
    for path in sorted(corpus.glob("*.json")):
        began = time.monotonic()
        paint_shard(path, cache)
        click.echo(f"{path.name} {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
