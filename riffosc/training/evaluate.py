"""How good a model is, in numbers: `riffosc train evaluate --corpus DIR --cache DIR --model DIR`.

Loops never trained on are asked for again, in wordings that no caption has; a probe fitted on the corpus' own labels
says what it hears. Each figure stands beside that of the real loops (the ceiling) and of noise (the floor). What the
columns mean is in README.md beside this file.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import click

from riffosc.clip import ClipRequest
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.family import Model
from riffosc.synthesis.limiter import limit
from riffosc.synthesis.model.canvas import ScoreModel
from riffosc.synthesis.model.embedded import EmbeddedModel
from riffosc.synthesis.model.text import split_words
from riffosc.synthesis.performing import perform
from riffosc.training import unseen_heard
from riffosc.training.asking import Manner, painted, questions
from riffosc.training.comparison import Bench, Table, compared, name_of, sets_of_answers, shown, with_progress
from riffosc.training.corpus import SHARD, read_shard
from riffosc.training.dataset import HELD_OUT_EVERY
from riffosc.training.likeness import likenesses
from riffosc.training.measures import seam
from riffosc.training.pictures import Entry, Seen, paint_shard, seen
from riffosc.training.probe import Probe, ProbeError, fitted
from riffosc.training.scores import FOLLOWING, SOUNDING, Mistaken, Row, following, mistakes, sounding
from riffosc.training.unseen import outside

PLAYED = ClipRequest()  # its steps and guidance are what clips are played with
SEAMS, USUAL = 12, 400  # loops whose seam is looked at; real ones that others are compared with


def held_out(corpus: Path, cache: Path) -> list[Seen]:
    return [
        one for shard in shards(corpus) for one in seen(shard, cache, lambda entry: not entry["index"] % HELD_OUT_EVERY)
    ]


def known(corpus: Path, cache: Path) -> Iterator[Seen]:
    """Loops that were trained on: what labels sound like is learned from them."""
    for shard in shards(corpus):
        yield from seen(shard, cache, lambda entry: bool(entry["index"] % HELD_OUT_EVERY))


def shards(corpus: Path) -> list[Path]:
    return sorted(corpus.glob("*.json"))


def seams(bench: Bench, corpus: Path) -> Table:
    """Of loops as waves: what is played, and what the corpus holds."""
    real = [seam(audio) for _, audio in islice(read_shard(shards(corpus)[0]), SEAMS)]
    played = []
    for each in with_progress("seams", list(bench.asked[:: max(1, len(bench.asked) // SEAMS)])[:SEAMS]):
        request = bench.manners[0].request(each)
        samples = limit(perform(painted(bench.model, request), request), request.samplerate)
        played.append(seam(samples.mean(0)))
    return Table("Seam", {"real": _seam_row(real), name_of(bench.manners[0]): _seam_row(played)})


def _seam_row(found: Sequence[tuple[float, float]]) -> Row:
    return {
        "median rank": median(rank for rank, _ in found),
        "highest rank": max(rank for rank, _ in found),
        "largest over largest inside": max(size for _, size in found),
    }


def unseen_words(bench: Bench, vocabulary: Iterable[str], usual: Sequence[Seen]) -> list[unseen_heard.Verdict]:
    judge = unseen_heard.Judge(bench.probe, usual)
    prompts = unseen_heard.heard_here(outside(vocabulary))
    return [
        unseen_heard.verdict(bench.model, judge, one, bench.manners[0])
        for one in with_progress("words that no caption has", prompts)
    ]


def vocabulary_of(corpus: Path) -> set[str]:
    """Every word of every caption."""
    entries: Iterator[Entry] = (entry for shard in shards(corpus) for entry in json.loads(shard.read_text()))
    return {word for entry in entries for caption in entry["captions"] for word in split_words(caption)}


def words_as_text(verdicts: Sequence[unseen_heard.Verdict]) -> str:
    lines = ["## Words that no caption has\n", "| prompt | kind | right would be | heard | |", "|---" * 5 + "|"]
    for one in verdicts:
        cells = [one.asked.prompt, one.asked.kind, ", ".join(sorted(one.asked.right)), one.heard]
        lines.append("| " + " | ".join([*cells, "right" if one.right else ""]) + " |")
    lines += ["", "| group | prompts | by chance | right |", "|---" * 4 + "|"]
    groups = {name: [one for one in verdicts if one.asked.group == name] for name in Counter(_groups(verdicts))}
    for name, chosen in {**groups, "all": verdicts}.items():
        figures = (unseen_heard.by_chance(chosen), unseen_heard.share_right(chosen))
        lines.append(f"| {name} | {len(chosen)} | " + " | ".join(map(shown, figures)) + " |")
    return "\n".join(lines)


def _groups(verdicts: Sequence[unseen_heard.Verdict]) -> list[str]:
    return [one.asked.group for one in verdicts]


def mistakes_as_text(found: Sequence[Mistaken]) -> str:
    lines = ["## What is taken for what\n", "| asked | clips | real | painted | taken for |", "|---" * 5 + "|"]
    lines += [f"| {m.asked} | {m.count} | {m.real:.2f} | {m.painted:.2f} | {m.taken_for} |" for m in found]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is asked, and how."""

    clips: int
    manners: Sequence[Manner]
    words: bool = True


def evaluate(model: Model, probe: Probe, corpus: Path, cache: Path, scope: Scope) -> dict[str, Any]:
    """Prints each table as soon as it is known; returns all of them."""
    loops = held_out(corpus, cache)
    pairs = questions(loops, scope.clips)
    asked = [each for each, _ in pairs]
    usual = list(islice(known(corpus, cache), USUAL))
    bench = Bench(model, probe, asked, [one for _, one in pairs], usual, scope.manners)
    done: dict[str, Any] = {"clips": Counter(each.kind for each in asked)}
    sets = sets_of_answers(bench)
    _tell(done, compared("What is heard", {name: following(each) for name, each in sets.items()}, FOLLOWING))
    _tell(done, compared("How it sounds", {name: sounding(each) for name, each in sets.items()}, SOUNDING))
    found = mistakes(sets["real"], sets[name_of(bench.manners[0])])
    click.echo(mistakes_as_text(found) + "\n")
    done["What is taken for what"] = [asdict(each) for each in found]
    _tell(done, [likenesses(bench, sets), seams(bench, corpus)])
    if scope.words:
        verdicts = unseen_words(bench, vocabulary_of(corpus), usual)
        click.echo(words_as_text(verdicts))
        done["words"] = [{"prompt": one.asked.prompt, "heard": one.heard, "right": one.right} for one in verdicts]
    return done


def _tell(done: dict[str, Any], tables: Iterable[Table]) -> None:
    for table in tables:
        click.echo(table.as_text() + "\n")
        done[table.title] = table.rows


def probe_for(corpus: Path, cache: Path, loops: int) -> Probe:
    """The probe that lies in the cache, fitted if there is none yet: all models are heard by the same one."""
    kept = cache / "probe.safetensors"
    if kept.exists():
        return Probe.load(kept)
    for shard in with_progress("pictures", shards(corpus)[: -(-loops // SHARD)]):
        paint_shard(shard, cache)
    click.echo(f"Fitting a probe on {loops} loops, which takes a minute or two.", err=True)
    probe = fitted(islice(known(corpus, cache), loops))
    probe.save(kept)
    return probe


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--cache", type=click.Path(path_type=Path), required=True, help="Where pictures and the probe are kept.")
@click.option("--model", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--clips", default=60, show_default=True, help="Questions of each kind.")
@click.option("--steps", default=f"{PLAYED.steps},{PLAYED.steps // 2},{PLAYED.steps // 4}", show_default=True,
              help="Numbers of steps to compare; the first is looked at most closely.")  # fmt: skip
@click.option("--guidance", default=PLAYED.guidance, show_default=True)
@click.option("--known", default=6000, show_default=True, help="Loops to fit a new probe on.")
@click.option("--words/--no-words", default=True, help="Whether to ask in words that no caption has.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="The tables as JSON, too.")
def main(corpus: Path, cache: Path, folder: Path, out: Path | None, **how: Any) -> None:
    """Measure a model on loops it was not trained on."""
    cache.mkdir(parents=True, exist_ok=True)
    entries: Iterator[Entry] = (entry for shard in shards(corpus) for entry in json.loads(shard.read_text()))
    if "families" not in next(entries, {}):
        raise click.ClickException(f"{corpus} does not say what is played: give a folder of riffosc train corpus")
    try:
        manners = [Manner(int(number), how["guidance"]) for number in how["steps"].split(",")]
        model, probe = EmbeddedModel.load(folder), probe_for(corpus, cache, how["known"])
    except (ValueError, ProbeError, ModelError) as error:
        raise click.ClickException(str(error)) from None
    scope = Scope(how["clips"], manners, how["words"])
    done = evaluate(ScoreModel(model), probe, corpus, cache, scope)
    if out is not None:
        out.write_text(json.dumps({"model": str(folder), "guidance": how["guidance"], **done}, indent=1))
