"""Tables of figures: the same questions answered by real loops, by noise and by a model."""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import click
import torch
from torch import Generator

from riffosc.synthesis.family import Model
from riffosc.training.asking import Manner, Question, answer, through_latents
from riffosc.training.pictures import Seen
from riffosc.training.probe import Probe
from riffosc.training.scores import Answers, Row, per_ceiling

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one set of columns."""

    title: str
    rows: dict[str, Row]

    def as_text(self) -> str:
        names = list(next(iter(self.rows.values())))
        lines = [f"## {self.title}\n", "| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
        for row, values in self.rows.items():
            lines.append(f"| {row} | " + " | ".join(shown(values.get(name)) for name in names) + " |")
        return "\n".join(lines)


def shown(value: float | None) -> str:
    """Three figures; nothing where nothing was measured."""
    if value is None or math.isnan(value):
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.3f}"


def with_progress(label: str, items: Sequence[T]) -> Iterator[T]:
    """The items one by one, with a bar on the terminal; a line where there is none."""
    with click.progressbar(items, label=f"{label:<34}", file=sys.stderr) as shown_items:
        yield from shown_items


@dataclass(frozen=True, slots=True)
class Bench:
    """All that figures are taken from."""

    model: Model
    probe: Probe
    asked: Sequence[Question]
    real: Sequence[Seen]  # the loops that the questions were made from
    known: Sequence[Seen]  # loops that were trained on
    manners: Sequence[Manner]  # the first is the one that is looked at most closely

    def answered(self, clips: Iterable[Seen]) -> Answers:
        return Answers.of(self.asked, clips, self.probe)

    def painted(self, manner: Manner) -> Answers:
        return self.answered(answer(self.model, each, manner) for each in with_progress(name_of(manner), self.asked))


def name_of(manner: Manner) -> str:
    return f"{manner.steps} steps, guidance {manner.guidance:g}"


def sets_of_answers(bench: Bench) -> dict[str, Answers]:
    """What is compared, by name: the ceiling, the floors, the autoencoder, and what the model paints."""
    clips = bench.real
    dots = Generator().manual_seed(0)
    others = (Seen(one.entry, other.values) for one, other in zip(clips, _others(clips), strict=True))
    found = {
        "real": bench.answered(clips),
        "another real loop": bench.answered(others),
        "noise": bench.answered(Seen(one.entry, torch.rand(one.values.shape, generator=dots)) for one in clips),
        "autoencoder": bench.answered(through_latents(bench.model, one) for one in with_progress("autoencoder", clips)),
    }
    return found | {name_of(manner): bench.painted(manner) for manner in bench.manners}


def _others(clips: Sequence[Seen]) -> list[Seen]:
    """For each clip another one with as many beats a bar, from half-way across all of them."""
    half = len(clips) // 2
    turned = [*clips[half:], *clips[:half]]
    of_meter = {one.entry["quantum"]: one for one in clips}
    return [
        other if other.entry["quantum"] == one.entry["quantum"] else of_meter[one.entry["quantum"]]
        for one, other in zip(clips, turned, strict=True)
    ]


def compared(title: str, rows: dict[str, Row], columns: Sequence[str]) -> list[Table]:
    """The figures, and those columns in which more is better as shares of the real loops' figures."""
    ceiling = {name: rows["real"][name] for name in columns}
    shares = {name: per_ceiling(row, ceiling) for name, row in rows.items() if name != "real"}
    return [Table(title, rows), Table(f"{title}: share of what real loops reach", shares)]
