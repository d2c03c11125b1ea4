"""Distilling the text encoder: `riffosc train text --teacher FOLDER --out text.safetensors`.

The small encoder starts as static vectors (each piece's own sentence, after principal components; the way of
model2vec, https://github.com/MinishLab/model2vec) and learns what the teacher makes of whole texts and of each
piece in its text. Targets are the teacher's vectors on their first principal components, the mean taken away, since
all texts share it. Afterwards numbers are rounded to 8 bits. See README.md beside this file for time and figures.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from riffosc.synthesis.model.embedded import fast_bfloat16
from riffosc.synthesis.model.sentence import EncoderSizes, Reading, SentenceEncoder, save_encoder
from riffosc.training.corpus import loop_at
from riffosc.training.sentences import Phrase, phrases
from riffosc.training.teacher import ABOUT, Taught, Teacher

KEPT_PIECE = re.compile(r"(##)?[a-z0-9']+|[!-/:-@]|\[UNK\]")
SAMPLE = 6_000  # texts that the principal components are found on
HELD_OUT = 0.02
BATCH = 512  # texts
CONTEXT = " music"  # what the teacher reads after each text: of a word's meanings, music's is wanted
POOL = 16  # batches that are sorted by length together
PIECES_WEIGHT, ALIKE_WEIGHT = 0.5, 4.0  # in the loss, beside the whole text's


@dataclass(frozen=True, slots=True)
class Basis:
    """The teacher's first principal components."""

    mean: Tensor  # (384,)
    axes: Tensor  # (384, width)
    kept: float  # of the variance

    def __call__(self, x: Tensor) -> Tensor:
        return (x.float() - self.mean) @ self.axes


def basis(x: Tensor, width: int) -> Basis:
    mean = x.mean(0)
    _, deviations, axes = torch.linalg.svd(x - mean, full_matrices=False)
    power = deviations**2
    return Basis(mean, axes[:width].T.contiguous(), float(power[:width].sum() / power.sum()))


def kept_pieces(vocabulary: Sequence[str]) -> tuple[str, ...]:
    """The unknown piece first, then the pieces of Latin letters without accents, digits and marks."""
    return ("[UNK]", *(piece for piece in vocabulary if piece != "[UNK]" and KEPT_PIECE.fullmatch(piece)))


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text: its pieces in the small vocabulary, and the teacher's answer on the basis."""

    pieces: Tensor
    each: Tensor  # (pieces, width), float16, of length 1; zeros where the teacher has read other words
    whole: Tensor  # (width,), of length 1


@dataclass(frozen=True, slots=True)
class School:
    """Everything that learning draws from."""

    train: list[Lesson]
    held_out: list[Lesson]


def lessons(teacher: Teacher, chosen: Sequence[Phrase], rows: dict[int, int], on: Basis) -> list[Lesson]:
    def lesson(phrase: Phrase, taught: Taught) -> Lesson:
        read = teacher.pieces(phrase.read)
        each = F.normalize(on(F.normalize(taught.each.float(), dim=-1)), dim=-1)
        if phrase.read != phrase.meant:
            each = torch.zeros(len(read), each.shape[1])
        pieces = torch.tensor([rows.get(piece, 0) for piece in read])
        return Lesson(pieces, each[: len(read)].half(), F.normalize(on(taught.whole), dim=-1))

    answers = teacher.teach([phrase.meant + CONTEXT for phrase in chosen])
    return [lesson(chosen[number], taught) for number, taught in answers if teacher.pieces(chosen[number].read)]


def batches(school: Sequence[Lesson], generator: Generator) -> Iterator[list[Lesson]]:
    """All lessons once, in random order but with others about as long."""
    order = torch.randperm(len(school), generator=generator).tolist()
    for start in range(0, len(order), POOL * BATCH):
        pool = sorted(order[start : start + POOL * BATCH], key=lambda i: len(school[i].pieces))
        cuts = [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
        for which in torch.randperm(len(cuts), generator=generator).tolist():
            yield [school[i] for i in cuts[which]]


def together(batch: Sequence[Lesson]) -> tuple[Reading, Tensor, Tensor]:
    """A reading in which each piece is its own word, and the answers (batch, pieces, width), (batch, width)."""
    pad = nn.utils.rnn.pad_sequence
    pieces = pad([each.pieces for each in batch], batch_first=True)
    counts = pad([torch.ones(len(each.pieces)) for each in batch], batch_first=True)
    answers = pad([each.each for each in batch], batch_first=True).float()
    return Reading(pieces, counts, counts.long()), answers, torch.stack([each.whole for each in batch])


def loss_of(encoder: SentenceEncoder, batch: Sequence[Lesson]) -> tuple[Tensor, Tensor]:
    """The loss, and the mean cosine between both encoders' whole texts."""
    reading, answers, wholes = together(batch)
    each, whole = encoder.vectors(reading)
    whole = F.normalize(whole, dim=-1)
    close = (whole * wholes).sum(-1).mean()
    told = answers.abs().sum(-1) > 0
    pieces = F.cosine_similarity(each[told], answers[told], dim=-1).sum() / told.sum().clamp(min=1)
    alike = (whole @ whole.T - wholes @ wholes.T).square().mean()
    return (1 - close) + PIECES_WEIGHT * (1 - pieces) + ALIKE_WEIGHT * alike, close.detach()


def begun(table: Tensor, sizes: EncoderSizes, generator: Generator) -> SentenceEncoder:
    """An encoder whose answer is the mean of static vectors: table (pieces, width) in the order of the basis."""
    encoder = SentenceEncoder(sizes)
    with torch.no_grad():
        for weights in encoder.parameters():
            weights.zero_()
        for name, weights in encoder.layers.named_parameters():
            if name.endswith(("qkv.weight", "up.weight")):
                weights.normal_(std=weights.shape[1] ** -0.5, generator=generator)
        encoder.table.weight.copy_(table[:, : sizes.table])
        encoder.enter.weight.copy_(torch.eye(sizes.width, sizes.table))
        encoder.leave.weight.copy_(torch.eye(sizes.width))
    return encoder


def learn(encoder: SentenceEncoder, school: School, options: "DistilOptions", generator: Generator) -> None:
    """AdamW with a warm-up and a rate that falls in a line."""
    optimizer = torch.optim.AdamW(encoder.parameters(), options.rate, betas=(0.9, 0.98), weight_decay=0.0)
    steps = options.epochs * -(-len(school.train) // BATCH)
    plan = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / 100, max(0.01, 1 - step / steps)))
    for epoch in range(options.epochs):
        for batch in batches(school.train, generator):
            loss, _ = loss_of(encoder, batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimizer.step()
            plan.step()
        click.echo(f"epoch {epoch + 1} of {options.epochs}: held-out cosine {closeness(encoder, school.held_out):.4f}")


@torch.no_grad()
def closeness(encoder: SentenceEncoder, held_out: Sequence[Lesson]) -> float:
    order = Generator().manual_seed(0)
    found = [(float(loss_of(encoder, batch)[1]), len(batch)) for batch in batches(held_out, order)]
    return sum(close * size for close, size in found) / sum(size for _, size in found)


def captions(loops: int) -> list[str]:
    """Of the corpus' first loops, which need only be composed for it."""
    return list(dict.fromkeys(caption for index in range(loops) for caption in loop_at(index).captions))


@dataclass(frozen=True, slots=True)
class DistilOptions:
    """How much is learned, and how."""

    texts: int = 90_000
    epochs: int = 5
    rate: float = 2e-3
    seed: int = 0


def taught(teacher: Teacher, pieces: Sequence[str], options: DistilOptions) -> tuple[School, Basis]:
    """What the teacher says of texts made for it, some of them held out."""
    rng = np.random.default_rng(options.seed)
    made = phrases(rng, teacher.vocabulary, captions(options.texts // 20), options.texts)
    sample = [made[i].meant + CONTEXT for i in rng.permutation(len(made))[:SAMPLE]]
    on = basis(teacher.whole(sample), EncoderSizes(0).width)
    click.echo(f"{len(made)} texts, {on.kept:.3f} of the variance kept, {time.process_time():.0f} s")
    small = {piece: row for row, piece in enumerate(pieces)}
    rows = {row: small[piece] for row, piece in enumerate(teacher.vocabulary) if piece in small}
    answers = lessons(teacher, made, rows, on)
    click.echo(f"the teacher has answered, {time.process_time():.0f} s")
    order = rng.permutation(len(answers)).tolist()
    apart = int(HELD_OUT * len(answers))
    return School([answers[i] for i in order[apart:]], [answers[i] for i in order[:apart]]), on


def distil(folder: Path, out: Path, options: DistilOptions) -> None:
    """The small encoder's file from the teacher's folder."""
    generator = Generator().manual_seed(options.seed)
    teacher = Teacher(folder, fast_bfloat16())
    pieces = kept_pieces(teacher.vocabulary)
    school, on = taught(teacher, pieces, options)
    encoder = begun(on(teacher.alone(pieces, CONTEXT)), EncoderSizes(len(pieces)), generator)
    click.echo(f"static vectors: held-out cosine {closeness(encoder, school.held_out):.4f}")
    learn(encoder, school, options, generator)
    save_encoder(out, encoder, pieces, ABOUT)
    click.echo(f"{out}: {out.stat().st_size / 1e6:.2f} MB, {time.process_time():.0f} s of processor in all")


@click.command()
@click.option("--teacher", "folder", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option("--texts", default=90_000, show_default=True, help="How many texts to make.")
@click.option("--epochs", default=5, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(folder: Path, out: Path, threads: int, **options: Any) -> None:
    """Make the small text encoder from the large one."""
    torch.set_num_threads(threads)
    distil(folder, out, DistilOptions(**options))
