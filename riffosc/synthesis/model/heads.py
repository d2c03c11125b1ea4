"""What a prompt probably means, where it does not say it by name: heads on a sentence encoder's vectors.

They were fitted on captions and names by `riffosc/training/reading_fit.py` and lie in `reading.safetensors` beside a
model's weights, with the labels they know in its metadata.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from riffosc.composing.genres import GENRES
from riffosc.composing.loop import ROLES
from riffosc.composing.sounds import BY_ROLE, FAMILIES, FREE_REEDS
from riffosc.composing.wish import MODES, SWINGS
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.tensors import UNFIT, read_tensors, write_tensors

FILE = "reading.safetensors"  # its name in a model's folder
FORMAT = "riffosc-reading-1"
NOT_SAID = ""
FREE = "free reeds"  # listed under reeds, but apart to the ear
Labels = Mapping[str, tuple[str, ...]]  # by kind
LABELS: Labels = {
    "genre": tuple(GENRES),
    "roles": tuple("+".join(some) for size in range(1, len(ROLES) + 1) for some in combinations(ROLES, size)),
    "sound": tuple(f"{role}/{name}" for role, sounds in BY_ROLE.items() for name in sounds),
    "family": (*FAMILIES, FREE),
    "mode": MODES,
    "swing": SWINGS,
    "force": ("soft", NOT_SAID, "loud"),
    "pace": ("slow", NOT_SAID, "fast"),
    "density": ("sparse", NOT_SAID, "busy"),
}
SEVERAL = "sound"  # the kind of which several may be true at once
Shares = dict[str, float]


def family_of(sound: str) -> str:
    """Of a sound as role/name."""
    role, name = sound.split("/")
    return FREE if name in FREE_REEDS else BY_ROLE[role][name].family


@dataclass(frozen=True, slots=True)
class Belief:
    """Shares of each label by kind, and what they are before anything is said. Of sounds each has its own chance."""

    shares: dict[str, Shares]
    usual: dict[str, Shares]

    def likeliest(self, kind: str) -> str:
        return max(self.shares[kind], key=lambda label: self.shares[kind][label])

    def lift(self, kind: str, label: str) -> float:
        """How many times as likely as before anything was said."""
        return self.shares[kind][label] / self.usual[kind][label]


class Heads(nn.Module):
    """Features (prompts, 2 * width) to logits (prompts, labels of all kinds)."""

    usual: Tensor
    mean: Tensor

    def __init__(self, width: int, hidden: int, labels: Labels = LABELS) -> None:
        super().__init__()
        self.labels = {kind: tuple(names) for kind, names in labels.items()}
        count = sum(map(len, self.labels.values()))
        self.up, self.out = nn.Linear(2 * width, hidden), nn.Linear(hidden, count)
        self.register_buffer("mean", torch.zeros(2 * width))
        self.register_buffer("usual", torch.zeros(count))  # logits before anything is said

    def forward(self, x: Tensor) -> Tensor:
        told: Tensor = self.out(F.gelu(self.up(x - self.mean)))
        return told + self.usual

    def parts(self, logits: Tensor) -> dict[str, Tensor]:
        sizes = [len(names) for names in self.labels.values()]
        return dict(zip(self.labels, torch.split(logits, sizes, -1), strict=True))

    def belief(self, logits: Tensor) -> Belief:
        """Of one prompt's logits (labels,)."""
        return Belief(self._shares(logits), self._shares(self.usual))

    def _shares(self, logits: Tensor) -> dict[str, Shares]:
        ready = {kind: z.sigmoid() if kind == SEVERAL else z.softmax(-1) for kind, z in self.parts(logits).items()}
        return {kind: dict(zip(self.labels[kind], each.tolist(), strict=True)) for kind, each in ready.items()}

    def save(self, path: Path) -> None:
        """Written in float16, whole or not at all."""
        tensors = {name: tensor.half().contiguous() for name, tensor in self.state_dict().items()}
        write_tensors(path, tensors, {"format": FORMAT, "labels": json.dumps(self.labels)})


def features(text: Tensor) -> Tensor:
    """What a sentence encoder says, (prompts, 1 + words, width + 1), as (prompts, 2 * width): whole, mean of words."""
    whole, words = text[:, 0, :-1], text[:, 1:]
    return torch.cat([whole, words[..., :-1].sum(1) / words[..., -1].sum(1).clamp(min=1.0)[:, None]], 1)


def load_heads(path: Path) -> Heads:
    """The heads, frozen. Raises ModelError, in words."""
    stored, about = read_tensors(path)
    if about.get("format") != FORMAT:
        raise ModelError(f"{path} does not tell how prompts are read in the format {FORMAT}.")
    try:
        labels = {str(kind): tuple(names) for kind, names in json.loads(about["labels"]).items()}
        heads = Heads(len(stored["mean"]) // 2, len(stored["up.bias"]), labels)
        heads.load_state_dict(stored)
    except UNFIT as error:
        raise ModelError(f"{path} is damaged: {error}") from None
    if missing := set(LABELS) - set(labels):
        raise ModelError(f"{path} does not know of {', '.join(sorted(missing))}.")
    return heads.eval().requires_grad_(False)


def sharpened(shares: Mapping[str, float], power: float) -> Shares:
    """The same shares of 1, the large ones larger."""
    raised = {label: share**power for label, share in shares.items()}
    total = sum(raised.values())
    return {label: share / total for label, share in raised.items()} if total else dict(shares)


def mixed(several: Sequence[tuple[Mapping[str, float], float]]) -> Shares:
    """Shares by their weights, summing to 1."""
    found: Shares = {}
    for shares, weight in several:
        for label, share in shares.items():
            found[label] = found.get(label, 0.0) + share * weight
    return sharpened(found, 1.0)
