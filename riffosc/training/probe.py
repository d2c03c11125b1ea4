"""A listener fitted on the corpus: which roles, which families of instruments, what genre, which key.

It hears pictures (`impressions.py`) of loops whose labels the corpus knows, once in its life, then judges others. Two
small networks: one for all that is timbre and rhythm, whose middle layer also says how alike clips are; and one for
the key, built so that a loop moved up by a semitone gets the same answer moved up by a semitone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from riffosc.composing.genres import GENRES
from riffosc.composing.loop import ROLES
from riffosc.composing.sounds import FAMILIES as SOUND_FAMILIES
from riffosc.composing.sounds import FREE_REEDS
from riffosc.training.impressions import LOWEST, SEMITONES, SOUND, VIEWS, Impression, impression
from riffosc.training.pictures import Entry, Seen

FAMILIES = (*SOUND_FAMILIES, "accordion")  # free reeds apart from saxophones and oboes
GENRE_NAMES = tuple(GENRES)
PITCHED = {"bass", "chords", "lead"}
MODES = ("major", "minor")
HIDDEN, EMBEDDING = 256, 64
OVERTONES, REACH, KEY_HIDDEN = 24, 41, 64  # kernels along the semitones, how far they look, and what hears a key


class ProbeError(ValueError):
    """A probe that cannot be read, or loops that it cannot be fitted on, in words."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """How long a probe is taught; the same lessons and loops give the same probe."""

    steps: int = 2400  # of timbre and rhythm
    key_steps: int = 1600
    batch: int = 128
    rate: float = 3e-3
    decay: float = 0.03
    drop: float = 0.25  # of what the layers hear
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What clips are taken for: scores (clips, labels), the highest for what is heard most."""

    role: Tensor  # of ROLES, each 0..1 on its own
    family: Tensor  # of FAMILIES, each 0..1 on its own
    genre: Tensor  # of GENRE_NAMES, shares of 1
    key: Tensor  # twelve major keys from C, then twelve minor ones; shares of 1
    embedding: Tensor  # (clips, EMBEDDING), of variance 1 over the loops that the probe was fitted on


def families_of(entry: Entry) -> list[str]:
    return [
        "accordion" if instrument in FREE_REEDS else family
        for instrument, family in zip(entry["instruments"], entry["families"], strict=True)
    ]


def key_of(entry: Entry) -> int | None:
    """The number of the key, if any part has pitch."""
    if not PITCHED & set(entry["roles"]):
        return None
    return int(entry["root"]) + 12 * MODES.index(entry["mode"])


def _linear(inside: int, out: int, generator: Generator) -> nn.Linear:
    layer = nn.Linear(inside, out)
    _begin(layer, generator)
    return layer


def _begin(layer: nn.Linear | nn.Conv1d, generator: Generator) -> None:
    """Random weights of this generator's."""
    assert layer.bias is not None
    with torch.no_grad():
        layer.weight.normal_(generator=generator).mul_(layer.weight[0].numel() ** -0.5)
        layer.bias.zero_()


Drop = Callable[[Tensor], Tensor]


def _keep(x: Tensor) -> Tensor:
    return x


class Timbre(nn.Module):
    """Sounds (clips, SOUND) to role, family and genre."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.enter, self.middle = _linear(SOUND, HIDDEN, generator), _linear(HIDDEN, EMBEDDING, generator)
        self.leave = _linear(EMBEDDING, len(ROLES) + len(FAMILIES) + len(GENRE_NAMES), generator)
        for name in ("mean", "centre"):
            self.register_buffer(name, torch.zeros(SOUND if name == "mean" else EMBEDDING))
        for name in ("deviation", "spread"):
            self.register_buffer(name, torch.ones(SOUND if name == "deviation" else EMBEDDING))

    mean: Tensor
    deviation: Tensor
    centre: Tensor
    spread: Tensor

    def settle(self, sounds: Tensor) -> None:
        """What is usual, from which everything is heard as a difference."""
        self.mean.copy_(sounds.mean(0))
        self.deviation.copy_(sounds.std(0).clamp(min=1e-3))

    def settle_embedding(self, sounds: Tensor) -> None:
        inner = self.inner(sounds)
        self.centre.copy_(inner.mean(0))
        self.spread.copy_(inner.std(0).clamp(min=1e-3))

    def inner(self, sounds: Tensor, drop: Drop = _keep) -> Tensor:
        x = ((sounds - self.mean) / self.deviation).clamp(-6, 6)
        x = F.silu(self.enter(drop(x)))
        return F.silu(self.middle(drop(x)))

    def forward(self, sounds: Tensor, drop: Drop = _keep) -> tuple[Tensor, ...]:
        left: Tensor = self.leave(drop(self.inner(sounds, drop)))
        return torch.split(left, [len(ROLES), len(FAMILIES), len(GENRE_NAMES)], 1)


class Tonality(nn.Module):
    """Pitches (clips, VIEWS, SEMITONES) to keys (clips, 24): every root is heard by the same ears.

    A convolution along the semitones hears overtones, octaves are laid over each other in a low and a high half, and
    a second convolution goes round the twelve pitch classes, beginning with the root (Korzeniowski and Widmer 2018
    let a network share its weights over keys in this manner).
    """

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.overtones = nn.Conv1d(VIEWS, OVERTONES, REACH, padding=REACH // 2)
        self.hear, self.tell = nn.Conv1d(2 * OVERTONES, KEY_HIDDEN, 12), nn.Conv1d(KEY_HIDDEN, len(MODES), 1)
        for layer in (self.overtones, self.hear, self.tell):
            _begin(layer, generator)

    def forward(self, pitches: Tensor, drop: Drop = _keep) -> Tensor:
        octaves = F.silu(self.overtones(pitches)).reshape(len(pitches), OVERTONES, SEMITONES // 12, 12)
        x = octaves.roll(LOWEST % 12, -1)
        classes = drop(torch.cat([x[:, :, :2].mean(2), x[:, :, 2:].mean(2)], 1))
        heard = drop(F.silu(self.hear(torch.cat([classes, classes[..., :11]], -1))))
        keys: Tensor = self.tell(heard)
        return keys.flatten(1)


class Probe(nn.Module):
    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        generator = Generator().manual_seed(seed)
        self.timbre, self.tonality = Timbre(generator), Tonality(generator)

    def hear(self, clips: Sequence[Seen]) -> Heard:
        """What these clips are taken for; of their entries only the bar's beats are looked at."""
        return self.judge([impression(one.values, one.entry["quantum"]) for one in clips])

    @torch.no_grad()
    def judge(self, noted: Sequence[Impression]) -> Heard:
        sounds, pitches = torch.stack([one.sound for one in noted]), torch.stack([one.pitch for one in noted])
        role, family, genre = self.timbre(sounds)
        embedding = (self.timbre.inner(sounds) - self.timbre.centre) / self.timbre.spread
        key = self.tonality(pitches).softmax(1)
        return Heard(role.sigmoid(), family.sigmoid(), genre.softmax(1), key, embedding)

    def save(self, path: Path) -> None:
        aside = path.with_suffix(".part")
        save_file(self.state_dict(), aside)
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Probe":
        probe = cls()
        try:
            probe.load_state_dict(load_file(path))
        except (RuntimeError, OSError, SafetensorError):
            raise ProbeError(f"{path} is no probe of this version: remove it, and a new one is fitted.") from None
        return probe


def fitted(loops: Iterable[Seen], lessons: Lessons | None = None) -> Probe:
    """A probe that has learned from these loops. Raises ProbeError where they are too few to learn anything from."""
    lessons = lessons or Lessons()
    entries: list[Entry] = []
    noted: list[Impression] = []
    for one in loops:
        entries.append(one.entry)
        noted.append(impression(one.values, one.entry["quantum"]))
    keys = torch.tensor([-1 if (key := key_of(entry)) is None else key for entry in entries])
    if not bool((keys >= 0).any()):
        raise ProbeError("There are no pitched loops among those that the probe is to be fitted on.")
    probe = Probe(lessons.seed)
    _teach_timbre(probe.timbre, torch.stack([one.sound for one in noted]), entries, lessons)
    pitched = torch.stack([one.pitch for one in noted])[keys >= 0]
    _teach_tonality(probe.tonality, pitched, keys[keys >= 0], lessons)
    return probe.eval()


def _present(lists: Iterable[Iterable[str]], names: Sequence[str]) -> Tensor:
    """Which of the names each list has: (lists, names) of 0 and 1."""
    return torch.tensor([[float(name in each) for name in names] for each in map(set, lists)])


def _teach_timbre(timbre: Timbre, sounds: Tensor, entries: Sequence[Entry], lessons: Lessons) -> None:
    roles = _present((entry["roles"] for entry in entries), ROLES)
    families = _present((families_of(entry) for entry in entries), FAMILIES)
    genres = torch.tensor([GENRE_NAMES.index(entry["genre"]) for entry in entries])
    timbre.settle(sounds)

    def loss(chosen: Tensor, drop: Drop) -> Tensor:
        role, family, genre = timbre(sounds[chosen], drop)
        present = F.binary_cross_entropy_with_logits
        wrong = 2 * present(role, roles[chosen]) + 8 * present(family, families[chosen])
        return wrong + 0.3 * F.cross_entropy(genre, genres[chosen])

    _teach(timbre, loss, len(sounds), lessons.steps, lessons)
    with torch.no_grad():
        timbre.settle_embedding(sounds)


def _teach_tonality(tonality: Tonality, pitches: Tensor, keys: Tensor, lessons: Lessons) -> None:
    def loss(chosen: Tensor, drop: Drop) -> Tensor:
        return F.cross_entropy(tonality(pitches[chosen], drop), keys[chosen])

    _teach(tonality, loss, len(pitches), lessons.key_steps, lessons)


Loss = Callable[[Tensor, Drop], Tensor]


def _teach(network: nn.Module, loss: Loss, rows: int, steps: int, lessons: Lessons) -> None:
    """AdamW at a rate that falls in a line; what is dropped and drawn comes from the lessons' own generator."""
    generator = Generator().manual_seed(lessons.seed + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lessons.rate, weight_decay=lessons.decay)

    def drop(x: Tensor) -> Tensor:
        """Whole features: of a convolution's output, all places of one."""
        kept = torch.rand(x.shape[:2], generator=generator) >= lessons.drop
        return x * kept.reshape(*kept.shape, *(1,) * (x.dim() - 2)) / (1 - lessons.drop)

    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lessons.rate * (1 - step / steps)
        chosen = torch.randint(rows, (min(lessons.batch, rows),), generator=generator)
        optimizer.zero_grad()
        loss(chosen, drop).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
