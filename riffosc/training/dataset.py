"""What training draws from: latents in buckets of one meter each, captions, and the loops kept apart."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Generator, Tensor

from riffosc.composing.loop import ROLES, Note, Part
from riffosc.picture import EMBEDDED
from riffosc.synthesis.model.autoencoder import Autoencoder, Moments, fitted
from riffosc.synthesis.model.keys import UNKNOWN_KEY
from riffosc.synthesis.model.network import Meter, Sizes
from riffosc.synthesis.model.players import Band, Names, Player, band
from riffosc.synthesis.model.sentence import Sentences
from riffosc.synthesis.model.text import Tokenizer, split_words
from riffosc.training.pictures import Entry, seen

HELD_OUT_EVERY = 30  # loops whose number divides by this are never trained on
DROP_ALL, DROP_CAPTION, DROP_KEY, DROP_WORD = 0.08, 0.04, 0.2, 0.05  # all: as guidance leaves them
DROP_BAND = 0.15  # who plays what, as where a picture is painted over, or loops have no notes
BLUR = 0.5  # of a sentence encoder's vectors, which are of root mean square 1
SEATS = len(ROLES)  # always as many, so that all batches of a meter are of one shape
KEPT_CAPTIONS = 50_000  # whose text is not asked for again


@dataclass(frozen=True, slots=True)
class Item:
    """One loop, ready to be trained on."""

    latents: Tensor  # (tokens, dims), float16
    tempo: float
    key: tuple[int, int]  # root 0..11, mode 0 major or 1 minor; UNKNOWN_KEY if nobody knows
    captions: tuple[str, ...]
    players: tuple[Player, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Loops of one meter."""

    meter: Meter
    latents: Tensor  # (batch, tokens, dims)
    tempo: Tensor  # (batch,)
    key: Tensor  # (batch, 2)
    told: tuple[Tensor, ...]  # captions, as `Network.text` takes them
    empty: tuple[Tensor, ...]  # as many empty ones
    band: Band | None = None


class Captioner(Protocol):
    """Captions to what a network is told of them; now and then a word is dropped."""

    def __call__(self, captions: Sequence[str], generator: Generator) -> tuple[Tensor, ...]: ...


class Spelled:
    """For a network with a vocabulary: rows (batch, text tokens), letter groups (batch, text tokens, groups)."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def __call__(self, captions: Sequence[str], generator: Generator) -> tuple[Tensor, ...]:
        numbers = [self._tokenizer.numbers(split_words(each)[: self._tokenizer.tokens]) for each in captions]
        rows = torch.stack([row for row, _ in numbers])
        hidden = (torch.rand(rows.shape, generator=generator) < DROP_WORD) & (rows > 0)
        return torch.where(hidden, 1, rows), torch.stack([group for _, group in numbers])


class Understood:
    """For a network that a sentence encoder tells: text (batch, 1 + words, width + 1), blurred a little.

    Captions know a few hundred words, so their vectors are far between; blurred, they teach what lies around each,
    where words lie that no caption has (the way of CapDec, arXiv 2211.00575).
    """

    def __init__(self, sentences: Sentences) -> None:
        self._one = lru_cache(KEPT_CAPTIONS)(lambda caption: sentences.text([[(caption, 1.0)]])[0].half())

    def __call__(self, captions: Sequence[str], generator: Generator) -> tuple[Tensor, ...]:
        text = torch.stack([self._one(caption) for caption in captions]).float()
        kept = torch.rand(text.shape[:2], generator=generator) >= DROP_WORD
        kept[:, 0] = True  # the whole prompt
        said = text[..., :-1].square().sum(-1, keepdim=True) > 0
        blur = BLUR * torch.randn(text[..., :-1].shape, generator=generator) * said
        blurred = (text[..., :-1] + blur) / (1 + BLUR**2) ** 0.5  # as long as it was, about
        return (torch.cat([blurred, text[..., -1:]], -1) * kept[..., None],)


@dataclass(slots=True)
class Dataset:
    """Loops by meter; shards are added as they appear."""

    captioner: Captioner
    names: Names | None = None  # where the network is told notes
    buckets: dict[Meter, list[Item]] = field(default_factory=dict)
    held_out: dict[Meter, list[Item]] = field(default_factory=dict)

    def add(self, entry: Entry, latents: Tensor) -> None:
        apart = entry["index"] % HELD_OUT_EVERY == 0
        buckets = self.held_out if apart else self.buckets
        buckets.setdefault(Meter(entry["bars"], entry["quantum"]), []).append(item(entry, latents, self.names))

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
        """Each item with one of its captions; now and then without caption, key, both or a word."""
        chance = torch.rand(len(items), generator=generator)
        silent = chance < DROP_ALL + DROP_CAPTION
        captions = [self._caption(one, generator) for one in items]
        captions = ["" if mute else said for said, mute in zip(captions, silent.tolist(), strict=True)]
        keys = torch.tensor([one.key for one in items])
        free = (chance < DROP_ALL) | (torch.rand(len(items), generator=generator) < DROP_KEY)
        return Batch(
            meter,
            torch.stack([one.latents for one in items]).float(),
            torch.tensor([one.tempo for one in items]),
            torch.where(free[:, None], torch.tensor(UNKNOWN_KEY), keys),
            self.captioner(captions, generator),
            self.captioner([""] * len(items), generator),
            self._band(items, meter, chance < DROP_ALL, generator) if self.names else None,
        )

    @staticmethod
    def _band(items: list[Item], meter: Meter, silent: Tensor, generator: Generator) -> Band | None:
        gone = silent | (torch.rand(len(items), generator=generator) < DROP_BAND)
        playing = [() if out else one.players for one, out in zip(items, gone.tolist(), strict=True)]
        tokens = len(items[0].latents)
        return band(playing, meter.beats, tokens // meter.beats, SEATS)

    @staticmethod
    def _caption(one: Item, generator: Generator) -> str:
        return one.captions[int(torch.randint(len(one.captions), (1,), generator=generator))]


def item(entry: Entry, latents: Tensor, names: Names | None = None) -> Item:
    key = UNKNOWN_KEY if entry["root"] is None else (int(entry["root"]), int(entry["mode"] == "minor"))
    players = tuple(names.player(part) for part in parts(entry)) if names else ()
    return Item(latents.half(), float(entry["tempo"]), key, tuple(entry["captions"]), players)


def parts(entry: Entry) -> Iterator[Part]:
    """The notes of a composed loop; of one's own nobody knows any."""
    for number, notes in enumerate(entry.get("notes", ())):
        yield Part(
            entry["roles"][number],
            entry["instruments"][number],
            tuple(Note(*note) for note in notes),
            effects=tuple(entry["effects"][number]),
            force=entry["forces"][number],
        )


def has_notes(shard: Path) -> bool:
    """Whether it is known what is played in its loops."""
    return any("notes" in entry for entry in json.loads(shard.read_text()))


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
