"""How alike clips are: to real ones, to each other, and to their neighbours on a walk."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle, pairwise
from statistics import fmean

import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.composing.sounds import BY_ROLE
from riffosc.synthesis.family import Model
from riffosc.training.asking import Manner, key_told, painted, values_of
from riffosc.training.comparison import Bench, Table, name_of, with_progress
from riffosc.training.pictures import Seen
from riffosc.training.probe import Probe
from riffosc.training.scores import Answers, Row, embedded

WALK_STEPS = 8
WALKS, PROMPTS, SEEDS = 3, 8, 4  # walks of each kind; prompts whose spread is taken, and clips of each


def frechet(some: Tensor, others: Tensor) -> float:
    """Squared distance of two clouds (clips, width), taken for Gaussian (Heusel et al. 2017, Frechet 1957).

    Few clips make it larger, so only clouds of as many clips can be compared.
    """
    a, b = torch.cov(some.double().T), torch.cov(others.double().T)
    both = torch.linalg.eigvals(a @ b).real.clamp(min=0).sqrt().sum()
    away = (some.double().mean(0) - others.double().mean(0)).square().sum()
    return float(away + a.trace() + b.trace() - 2 * both)


def apart(embedding: Tensor) -> float:
    """Mean distance between any two of (clips, width)."""
    return float(torch.pdist(embedding).mean())


def groups_apart(groups: Sequence[Tensor]) -> float:
    """Mean distance within groups, of those that have two clips and more."""
    distances = [apart(group) for group in groups if len(group) > 1]
    return fmean(distances) if distances else float("nan")


@dataclass(frozen=True, slots=True)
class Evenness:
    """The largest step of a walk over the mean one; 1 is perfectly even."""

    picture: float
    embedding: float


def walk_of_seeds(start: ClipRequest) -> list[ClipRequest]:
    """From the noise of its seed to the next one's, both ends included."""
    return [replace(start, walk=i / WALK_STEPS, to_seed=start.seed + 1) for i in range(WALK_STEPS + 1)]


def walk_of_prompts(start: ClipRequest, towards: str) -> list[ClipRequest]:
    """From its prompt to another, with the same noise."""
    shares = [i / WALK_STEPS for i in range(WALK_STEPS + 1)]
    return [replace(start, prompts=((start.prompt, 1 - share), (towards, share))) for share in shares]


def evenness(model: Model, probe: Probe, walk: Sequence[ClipRequest]) -> Evenness:
    clips = [Seen({"quantum": request.quantum}, values_of(painted(model, request))) for request in walk]
    pictures = torch.stack([clip.values.flatten() for clip in clips])
    return Evenness(_largest(pictures), _largest(probe.hear(clips).embedding))


def _largest(places: Tensor) -> float:
    steps = [float((after - before).norm()) for before, after in pairwise(places)]
    return max(steps) / max(1e-9, fmean(steps))


def likenesses(bench: Bench, sets: dict[str, Answers]) -> Table:
    """Distance to real loops, spread of one prompt's clips, evenness of walks."""
    real = embedded(sets["real"])
    trained = bench.probe.hear(_counterparts(bench)).embedding
    rows = {"real": {"distance": frechet(trained, real), "spread": _spread_of_known(bench), **_no_walks()}}
    rows |= {
        name: {"distance": frechet(embedded(answers), real)}
        for name, answers in sets.items()
        if name in ("noise", "autoencoder")
    }
    for manner in bench.manners:
        name = name_of(manner)
        rows[name] = {"distance": frechet(embedded(sets[name]), real), "spread": _spread(bench, manner)}
        rows[name] |= _walks(bench, manner)
    return Table("Likeness", rows)


def _counterparts(bench: Bench) -> list[Seen]:
    """Loops that were trained on, for each one in `embedded`: alone where that one is alone."""
    pools = {alone: cycle([one for one in bench.known if (len(one.entry["roles"]) == 1) == alone]) for alone in (1, 0)}
    kinds = [each for each in bench.asked if each.kind in ("instrument", "genre")]
    return [next(pools[len(each.entry["roles"]) == 1]) for each in kinds]


def _soloists(bench: Bench) -> list[list[Seen]]:
    """Real loops of one instrument alone, of the instruments that have most of them."""
    groups: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in bench.known:
        if len(one.entry["roles"]) == 1:
            groups[one.entry["roles"][0], one.entry["instruments"][0]].append(one)
    largest = sorted(groups.values(), key=lambda group: -len(group))[:PROMPTS]
    return [group[:SEEDS] for group in largest if len(group) > 1]


def _spread_of_known(bench: Bench) -> float:
    return groups_apart([bench.probe.hear(group).embedding for group in _soloists(bench)])


def _solo_request(one: Seen, manner: Manner, seed: int = 0) -> ClipRequest:
    entry = one.entry
    name = BY_ROLE[entry["roles"][0]][entry["instruments"][0]].name
    prompt = ((f"unaccompanied {name}", 1.0),)
    return ClipRequest(
        prompt, seed=seed, steps=manner.steps, guidance=manner.guidance, tempo=entry["tempo"], key=key_told(entry)
    )


def _spread(bench: Bench, manner: Manner) -> float:
    groups = []
    for group in with_progress(f"seeds, {name_of(manner)}", _soloists(bench)):
        requests = [_solo_request(group[0], manner, seed) for seed in range(SEEDS)]
        clips = [Seen({"quantum": 4}, values_of(painted(bench.model, request))) for request in requests]
        groups.append(bench.probe.hear(clips).embedding)
    return groups_apart(groups)


def _walk_row(seeds: Sequence[Evenness], prompts: Sequence[Evenness]) -> Row:
    def mean(walks: Sequence[Evenness], what: str) -> float:
        return fmean(asdict(walk)[what] for walk in walks) if walks else float("nan")

    return {
        f"{name}, {what}": mean(walks, what)
        for name, walks in (("seeds", seeds), ("prompts", prompts))
        for what in ("picture", "embedding")
    }


def _no_walks() -> Row:
    return _walk_row([], [])


def _walks(bench: Bench, manner: Manner) -> Row:
    starts = [_solo_request(group[0], manner) for group in _soloists(bench)][: WALKS + 1]
    pairs = with_progress(f"walks, {name_of(manner)}", list(pairwise(starts)))
    seeds, prompts = [], []
    for start, towards in pairs:
        seeds.append(evenness(bench.model, bench.probe, walk_of_seeds(start)))
        walk = walk_of_prompts(start, towards.prompt)
        prompts.append(evenness(bench.model, bench.probe, walk))
    return _walk_row(seeds, prompts)
