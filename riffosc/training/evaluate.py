"""How good a model is, in numbers: `riffosc train evaluate --corpus DIR --cache DIR --model DIR`.

Loops never trained on are asked for again by their captions, tempo, meter and key; what is painted is measured
beside what the corpus holds.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import click
import torch
from torch import Generator, Tensor

from riffosc.synthesis.model.embedded import EmbeddedModel, Score
from riffosc.synthesis.sampler import times
from riffosc.training.dataset import HELD_OUT_EVERY
from riffosc.training.loop import ROLES
from riffosc.training.measures import Classifier, features, in_scale, low_share, on_the_grid
from riffosc.training.pictures import Entry, Seen, seen

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
TIMES = (1.0, 0.97, 0.9, 0.7)
Row = dict[str, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a clip is asked of the sampler."""

    steps: int = 8
    guidance: float = 3.0


def score_of(entry: Entry) -> Score:
    key = NAMES[entry["root"]] + ("m" if entry["mode"] == "minor" else "")
    return Score(entry["bars"], entry["quantum"], entry["tempo"], key)


def painted(model: EmbeddedModel, prompt: str, score: Score, seed: int, asked: Asked) -> Tensor:
    """A picture (columns, bins) by Euler's method with guidance, as the sampler does it."""
    x = torch.randn(model.shape(score.bars * score.quantum), generator=Generator().manual_seed(seed))
    text = torch.stack([model.text([(prompt, 1.0)]), model.text([])])
    for now, after in pairwise(times(1.0, asked.steps)):
        towards, away = model.velocity(x.expand(2, -1, -1), now, text, score)
        x = x + (after - now) * torch.lerp(away, towards, asked.guidance)
    return model.decode(x)[0]


def repainted(model: EmbeddedModel, loops: Iterable[Seen], asked: Asked) -> list[Seen]:
    """Each loop as the model paints it from its first caption."""
    return [
        Seen(one.entry, painted(model, one.entry["captions"][0], score_of(one.entry), one.entry["index"], asked))
        for one in loops
    ]


def through_latents(model: EmbeddedModel, loops: Iterable[Seen]) -> list[Seen]:
    """Each loop through the autoencoder alone: the best that the model could do."""
    return [Seen(one.entry, model.decode(model.encode(one.values[None]))[0]) for one in loops]


def roles_of(loops: Iterable[Seen]) -> tuple[Tensor, Tensor]:
    """Features and role numbers of the loops that one player plays alone."""
    alone = [one for one in loops if len(one.entry["roles"]) == 1]
    labels = torch.tensor([ROLES.index(one.entry["roles"][0]) for one in alone])
    return torch.stack([features(one.values) for one in alone]), labels


def _mean(loops: list[Seen], which: Callable[[Entry], bool], measure: Callable[[Seen], float]) -> float:
    found = [measure(one) for one in loops if which(one.entry)]
    return fmean(found) if found else float("nan")


def measured(loops: list[Seen], roles: Classifier) -> Row:
    """One row of the table."""

    def alone(role: str) -> Callable[[Entry], bool]:
        return lambda entry: entry["roles"] == [role]

    def tonal(entry: Entry) -> bool:
        return bool({"chords", "lead"} & set(entry["roles"])) and "drums" not in entry["roles"]

    def grid(one: Seen) -> float:
        return on_the_grid(one.values, one.entry["grid"])

    def scale(one: Seen, away: int = 0) -> float:
        return in_scale(one.values, one.entry["root"] + away, int(one.entry["mode"] == "minor"))

    return {
        "on the grid": _mean(loops, lambda entry: entry["swing"] == "straight", grid),
        "swung": _mean(loops, lambda entry: entry["swing"] != "straight", grid),
        "role told": roles.accuracy(*roles_of(loops)),
        "low, drums": _mean(loops, alone("drums"), lambda one: low_share(one.values)),
        "low, bass": _mean(loops, alone("bass"), lambda one: low_share(one.values)),
        "low, lead": _mean(loops, alone("lead"), lambda one: low_share(one.values)),
        "in key": _mean(loops, tonal, scale),
        "in key + 6": _mean(loops, tonal, lambda one: scale(one, 6)),
        "level": _mean(loops, lambda entry: True, lambda one: float(one.values.mean())),
    }


def held_out(corpus: Path, cache: Path, most: int) -> list[Seen]:
    shards = sorted(corpus.glob("*.json"))
    found = [one for shard in shards for one in seen(shard, cache) if one.entry["index"] % HELD_OUT_EVERY == 0]
    return found[:most]


def learned(corpus: Path, cache: Path, shards: int = 8) -> list[Seen]:
    """Loops that were trained on: what roles look like is learned from them."""
    found = [one for shard in sorted(corpus.glob("*.json"))[:shards] for one in seen(shard, cache)]
    return [one for one in found if one.entry["index"] % HELD_OUT_EVERY]


def evaluate(model: EmbeddedModel, known: list[Seen], real: list[Seen]) -> dict[str, Row]:
    """The table: a row for real loops, for noise, and for samples of several numbers of steps."""
    roles = Classifier(*roles_of(known), len(ROLES))
    noise = [Seen(one.entry, torch.rand(one.values.shape, generator=Generator().manual_seed(0))) for one in real]
    table = {"real": measured(real, roles), "autoencoder": measured(through_latents(model, real), roles)}
    table["noise"] = measured(noise, roles)
    for asked in (Asked(4), Asked(8), Asked(16), Asked(8, 2.0), Asked(8, 1.0)):
        name = f"{asked.steps} steps, guidance {asked.guidance:g}"
        table[name] = measured(repainted(model, real, asked), roles)
    return table


def caption_losses(model: EmbeddedModel, loops: list[Seen], time: float) -> Row:
    """Mean square error of the velocity when told a loop's own caption, another loop's, and none."""
    sums = torch.zeros(3)
    for one, other in zip(loops, loops[1:] + loops[:1], strict=True):
        latents = model.encode(one.values[None])
        noise = torch.randn(latents.shape, generator=Generator().manual_seed(one.entry["index"]))
        told = [[(each.entry["captions"][0], 1.0)] for each in (one, other)]
        text = torch.stack([model.text(words) for words in [*told, []]])
        x = torch.lerp(latents, noise, time).expand(3, -1, -1)
        velocity = model.velocity(x, time, text, score_of(one.entry))
        sums += (velocity - (noise - latents)).square().mean((1, 2))
    own, others, none = (sums / len(loops)).tolist()
    return {"own caption": own, "another's": others, "none": none}


def as_text(table: dict[str, Row]) -> str:
    names = list(next(iter(table.values())))
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {row} | " + " | ".join(f"{values[n]:.3f}" for n in names) + " |" for row, values in table.items()]
    return "\n".join(lines)


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--cache", type=click.Path(path_type=Path), required=True, help="Where pictures are kept.")
@click.option("--model", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--most", default=200, show_default=True, help="Held-out loops to ask for.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="The table as JSON, too.")
def main(corpus: Path, cache: Path, folder: Path, most: int, out: Path | None) -> None:
    """Measure a model on loops it was not trained on."""
    cache.mkdir(parents=True, exist_ok=True)
    model, loops = EmbeddedModel.load(folder), held_out(corpus, cache, most)
    if not loops or "roles" not in loops[0].entry:
        raise click.ClickException(f"{corpus} does not say what is played: give a folder of riffosc train corpus")
    losses = {f"time {time}": caption_losses(model, loops, time) for time in TIMES}
    click.echo(as_text(losses))
    table = evaluate(model, learned(corpus, cache), loops)
    click.echo("\n" + as_text(table))
    if out is not None:
        out.write_text(json.dumps({"captions": losses, "pictures": table}, indent=1))
