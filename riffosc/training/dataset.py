"""What training draws from: latents in buckets of one meter each, captions, and the loops kept apart."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Generator, Tensor

from riffosc.picture import EMBEDDED
from riffosc.synthesis.model.autoencoder import Autoencoder, Moments, fitted
from riffosc.synthesis.model.embedded import UNKNOWN_KEY
from riffosc.synthesis.model.network import Meter, Sizes
from riffosc.synthesis.model.text import Tokenizer, split_words
from riffosc.training.pictures import Entry, seen

HELD_OUT_EVERY = 30  # loops whose number divides by this are never trained on
DROP_CAPTION, DROP_KEY, DROP_WORD = 0.1, 0.25, 0.05


@dataclass(frozen=True, slots=True)
class Item:
    """One loop, ready to be trained on."""

    latents: Tensor  # (tokens, dims), float16
    tempo: float
    key: tuple[int, int]  # root 0..11, mode 0 major or 1 minor
    captions: tuple[tuple[str, ...], ...]  # as words


@dataclass(frozen=True, slots=True)
class Batch:
    """Loops of one meter."""

    meter: Meter
    latents: Tensor  # (batch, tokens, dims)
    tempo: Tensor  # (batch,)
    key: Tensor  # (batch, 2)
    rows: Tensor  # (batch, text tokens)
    groups: Tensor  # (batch, text tokens, letter groups)


@dataclass(slots=True)
class Dataset:
    """Loops by meter; shards are added as they appear."""

    tokenizer: Tokenizer
    buckets: dict[Meter, list[Item]] = field(default_factory=dict)
    held_out: dict[Meter, list[Item]] = field(default_factory=dict)

    def add(self, entry: Entry, latents: Tensor) -> None:
        apart = entry["index"] % HELD_OUT_EVERY == 0
        buckets = self.held_out if apart else self.buckets
        buckets.setdefault(Meter(entry["bars"], entry["quantum"]), []).append(item(entry, latents))

    def __len__(self) -> int:
        return sum(len(items) for items in self.buckets.values())

    def draw(self, generator: Generator, tokens: int) -> Batch:
        """As many loops of one meter as make `tokens` tokens; every loop is as likely as any other."""
        meters = sorted(self.buckets, key=lambda meter: (meter.bars, meter.quantum))
        sizes = [max(1, round(tokens / len(self.buckets[meter][0].latents))) for meter in meters]
        shares = [len(self.buckets[meter]) / size for meter, size in zip(meters, sizes, strict=True)]
        which = int(torch.multinomial(torch.tensor(shares), 1, generator=generator))
        items = self.buckets[meters[which]]
        chosen = torch.randint(len(items), (sizes[which],), generator=generator).tolist()
        return self.batch(meters[which], [items[i] for i in chosen], generator)

    def batch(self, meter: Meter, items: list[Item], generator: Generator) -> Batch:
        """Each item with one of its captions; now and then without caption, key or a word."""
        words = [self._words(one, generator) for one in items]
        numbers = [self.tokenizer.numbers(each[: self.tokenizer.tokens]) for each in words]
        rows = torch.stack([row for row, _ in numbers])
        hidden = (torch.rand(rows.shape, generator=generator) < DROP_WORD) & (rows > 0)
        keys = torch.tensor([one.key for one in items])
        free = torch.rand(len(items), 1, generator=generator) < DROP_KEY
        return Batch(
            meter,
            torch.stack([one.latents for one in items]).float(),
            torch.tensor([one.tempo for one in items]),
            torch.where(free, torch.tensor(UNKNOWN_KEY), keys),
            torch.where(hidden, 1, rows),
            torch.stack([group for _, group in numbers]),
        )

    def _words(self, one: Item, generator: Generator) -> tuple[str, ...]:
        if float(torch.rand(1, generator=generator)) < DROP_CAPTION:
            return ()
        return one.captions[int(torch.randint(len(one.captions), (1,), generator=generator))]


def item(entry: Entry, latents: Tensor) -> Item:
    key = (int(entry["root"]), int(entry["mode"] == "minor"))
    captions = tuple(tuple(split_words(caption)) for caption in entry["captions"])
    return Item(latents.half(), float(entry["tempo"]), key, captions)


def vocabulary(shards: Iterable[Path], at_least: int = 3) -> tuple[str, ...]:
    """The words that captions use more than now and then, in alphabetical order."""
    counts = Counter(
        word
        for shard in shards
        for entry in json.loads(shard.read_text())
        for caption in entry["captions"]
        for word in split_words(caption)
    )
    return tuple(sorted(word for word, count in counts.items() if count >= at_least))


def fit_autoencoder(shards: Iterable[Path], cache: Path, sizes: Sizes) -> tuple[Autoencoder, Tensor]:
    """From the training loops of these shards; the deviation of each latent comes along."""
    patch = EMBEDDED.columns_per_beat // sizes.tokens_per_beat
    moments = Moments(patch * EMBEDDED.bins)
    for shard in shards:
        loops = [one.values for one in seen(shard, cache) if one.entry["index"] % HELD_OUT_EVERY]
        moments.add(torch.cat(loops).reshape(-1, patch * EMBEDDED.bins))
    return fitted(moments, EMBEDDED.bins, patch, sizes.dims)


def checksum(autoencoder: Autoencoder) -> str:
    return f"{zlib.crc32(autoencoder.components.numpy().tobytes()):08x}"


def encode_shard(shard: Path, cache: Path, autoencoder: Autoencoder) -> list[tuple[Entry, Tensor]]:
    """Entries and latents of a shard; latents are kept in a file that a checksum ties to the autoencoder."""
    kept = cache / f"{shard.stem}.{checksum(autoencoder)}.npy"
    entries = json.loads(shard.read_text())
    if not kept.exists():
        latents = [autoencoder.encode(one.values[None]).half() for one in seen(shard, cache)]
        aside = kept.with_suffix(".part")
        with aside.open("wb") as file:
            np.save(file, torch.cat(latents).numpy())
        aside.replace(kept)
    per_beat = EMBEDDED.columns_per_beat // autoencoder.patch
    tokens = [entry["bars"] * entry["quantum"] * per_beat for entry in entries]
    parts = torch.split(torch.from_numpy(np.load(kept)), tokens)
    return list(zip(entries, parts, strict=True))
