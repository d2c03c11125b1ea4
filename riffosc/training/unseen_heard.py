"""What comes out when a model is asked in words that no caption has, as the probe hears it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.composing.loop import ROLES
from riffosc.synthesis.family import Model
from riffosc.training.asking import Manner, painted, values_of
from riffosc.training.pictures import Seen
from riffosc.training.probe import FAMILIES, GENRE_NAMES, MODES, Heard, Probe
from riffosc.training.unseen import FAMILIES as WIDE
from riffosc.training.unseen import Unseen

TRIES = 2  # clips a word, with a seed each; they are judged together
LEVELS = ("soft", "medium", "loud")
NOT_HEARD = ("pace",)  # tempo is told apart from words


@dataclass(frozen=True, slots=True)
class Verdict:
    """A prompt, and what the probe takes its clips for."""

    asked: Unseen
    heard: str

    @property
    def right(self) -> bool:
        return self.heard in self.asked.right


def wide(family: str) -> str:
    """The family as the table of unseen words has it; one that it does not have stays as it is."""
    return next((name for name, members in WIDE.items() if family in members), family)


def _likeliest(scores: dict[str, float]) -> str:
    return max(scores, key=lambda label: scores[label])


def _best(labels: Sequence[str], scores: Tensor) -> str:
    """Of labels some of which may be the same, by the best of each."""
    best: dict[str, float] = defaultdict(float)
    for label, score in zip(labels, scores.tolist(), strict=True):
        best[label] = max(best[label], score)
    return _likeliest(best)


class Judge:
    """Names one label of a kind for what several clips have in common."""

    def __init__(self, probe: Probe, usual: Sequence[Seen]) -> None:
        """`usual` are real loops, whose levels say what is soft and what is loud: a third each."""
        self._probe = probe
        levels = torch.tensor([float(one.values.mean()) for one in usual])
        self._soft, self._loud = levels.quantile(torch.tensor([1 / 3, 2 / 3])).tolist()

    def name(self, kind: str, clips: Sequence[Seen]) -> str:
        if kind == "force":
            level = fmean(float(clip.values.mean()) for clip in clips)
            return LEVELS[(level > self._soft) + (level > self._loud)]
        return self._by_ear(kind, self._probe.hear(clips))

    @staticmethod
    def _by_ear(kind: str, heard: Heard) -> str:
        if kind == "role":
            return _best(ROLES, heard.role.mean(0))
        if kind == "family":
            return _best([wide(family) for family in FAMILIES], heard.family.mean(0))
        if kind == "genre":
            return _best(GENRE_NAMES, heard.genre.mean(0))
        return _best(MODES, heard.key.mean(0).reshape(2, 12).sum(1))


def verdict(model: Model, judge: Judge, asked: Unseen, manner: Manner) -> Verdict:
    """Of the word alone: two bars of four at 110, the key left to the model."""
    clips = []
    for seed in range(TRIES):
        request = ClipRequest(
            ((asked.prompt, 1.0),), seed=seed, guidance=manner.guidance, steps=manner.steps, tempo=110.0
        )
        clips.append(Seen({"quantum": request.quantum}, values_of(painted(model, request))))
    return Verdict(asked, judge.name(asked.kind, clips))


def heard_here(prompts: Sequence[Unseen]) -> list[Unseen]:
    """Those that a clip of a given tempo can be right about."""
    return [one for one in prompts if one.kind not in NOT_HEARD]


def by_chance(verdicts: Sequence[Verdict]) -> float:
    """Share right if each prompt had brought forth what another one of its kind did, whichever."""
    found = []
    for one in verdicts:
        others = [each for each in verdicts if each.asked.kind == one.asked.kind and each is not one]
        if others:
            found.append(fmean(each.heard in one.asked.right for each in others))
    return fmean(found) if found else float("nan")


def share_right(verdicts: Sequence[Verdict]) -> float:
    return fmean(one.right for one in verdicts) if verdicts else float("nan")
