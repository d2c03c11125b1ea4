"""How far words steer that captions never say: `python -m riffosc.training.text_probe --text text.safetensors`.

A linear map from a text's vector to the corpus' own labels is fitted on captions alone, then asked about the prompts
of `unseen.py`. What a linear map can read from the vector, a denoiser that is told the vector can learn, too. The
teacher and a model folder with an encoder of its own can be measured beside it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import torch
from torch import Generator, Tensor, nn

from riffosc.composing.genres import GENRES
from riffosc.composing.loop import ROLES, Loop, Part
from riffosc.composing.sounds import BY_ROLE, FREE_REEDS
from riffosc.synthesis.model.embedded import EmbeddedModel, fast_bfloat16
from riffosc.synthesis.model.sentence import Reader, load_encoder, padded
from riffosc.synthesis.model.text import split_words
from riffosc.training.corpus import loop_at
from riffosc.training.distil_text import CONTEXT
from riffosc.training.teacher import Teacher
from riffosc.training.unseen import FAMILIES, OTHER_LANGUAGES, UNSEEN, Unseen, outside

Encode = Callable[[Sequence[str]], Tensor]  # texts to (texts, width)
LABELS = {
    "genre": tuple(GENRES),
    "role": ROLES,
    "family": tuple(FAMILIES),
    "mode": ("major", "minor"),
    "pace": ("slow", "medium", "fast"),
    "force": ("soft", "medium", "loud"),
}
SLOW, FAST, SOFT, LOUD = 86, 138, 74, 98  # as captions have it: beats a minute, velocity
STEPS, RATE, DECAY = 300, 0.02, 1e-2  # with less decay it knows captions by heart and unseen words less


def families_of(part: Part) -> list[str]:
    """The instrument's family, if it has one here; every bass part is of the basses."""
    if part.role == "bass":
        return ["bass"]
    if part.instrument in FREE_REEDS:
        return ["accordion"]
    family = BY_ROLE[part.role][part.instrument].family
    return [name for name, families in FAMILIES.items() if family in families]


def _three(value: float, low: float, high: float, names: Sequence[str]) -> str:
    return names[0] if value < low else names[2] if value > high else names[1]


def labels_of(loop: Loop) -> dict[str, list[str]]:
    """What is true of a loop, by kind; several labels share the truth, and none says nothing."""
    notes = [note.velocity for part in loop.parts for note in part.notes]
    tonal = [part for part in loop.parts if part.role in ("chords", "lead")]
    return {
        "genre": [loop.genre],
        "role": [part.role for part in loop.parts],
        "family": [family for part in loop.parts for family in families_of(part)],
        "mode": [loop.mode] if tonal else [],
        "pace": [_three(loop.tempo, SLOW, FAST, LABELS["pace"])],
        "force": [_three(sum(notes) / max(1, len(notes)), SOFT, LOUD, LABELS["force"])],
    }


def shares(kind: str, found: Sequence[str]) -> Tensor:
    """Labels as shares of 1, in the order of LABELS; all zero where nothing is said."""
    counts = Counter(found)
    row = torch.tensor([float(counts[label]) for label in LABELS[kind]])
    return row / row.sum().clamp(min=1)


@dataclass(frozen=True, slots=True)
class Captions:
    """What the probe is fitted on."""

    texts: tuple[str, ...]
    truth: dict[str, Tensor]  # by kind: (texts, labels)

    @classmethod
    def of(cls, loops: int) -> "Captions":
        """Of the corpus' first loops, which need only be composed for it."""
        told = [(caption, labels_of(loop)) for loop in map(loop_at, range(loops)) for caption in loop.captions]
        truth = {kind: torch.stack([shares(kind, labels[kind]) for _, labels in told]) for kind in LABELS}
        return cls(tuple(caption for caption, _ in told), truth)

    def vocabulary(self) -> set[str]:
        return {word for text in self.texts for word in split_words(text)}


class Probe:
    """A linear map to each kind of label, all labels being equally likely before anything is said."""

    def __init__(self, encode: Encode, captions: Captions) -> None:
        self.encode = encode
        x = encode(captions.texts)
        self.mean, self.scale = x.mean(0), x.std()
        self.maps = {kind: self._fitted(x, truth) for kind, truth in captions.truth.items()}

    def _ready(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.scale

    def _fitted(self, x: Tensor, truth: Tensor) -> nn.Linear:
        said = truth.sum(1) > 0
        x, truth = self._ready(x[said]), truth[said]
        linear = nn.Linear(x.shape[1], truth.shape[1])
        nn.init.zeros_(linear.weight)
        nn.init.zeros_(linear.bias)
        usual = truth.mean(0).clamp(min=1e-6).log()  # added in fitting, left out in asking (arXiv 2007.07314)
        optimizer = torch.optim.AdamW(linear.parameters(), RATE, weight_decay=0.0)
        order = Generator().manual_seed(0)
        for step in range(STEPS):
            for group in optimizer.param_groups:
                group["lr"] = RATE * (1 - step / STEPS)
            chosen = torch.randint(len(x), (2048,), generator=order)
            wrong = nn.functional.cross_entropy(linear(x[chosen]) + usual, truth[chosen])
            loss = wrong + DECAY * linear.weight.square().sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return linear

    @torch.no_grad()
    def scores(self, texts: Sequence[str], kind: str) -> Tensor:
        """Shares (texts, labels)."""
        scores: Tensor = self.maps[kind](self._ready(self.encode(texts))).softmax(-1)
        return scores

    def said(self, texts: Sequence[str], kind: str) -> list[str]:
        return [LABELS[kind][int(i)] for i in self.scores(texts, kind).argmax(1)]


def small(path: Path) -> Encode:
    """The vectors of whole texts by a text encoder's file."""
    encoder, pieces = load_encoder(path)
    reader = Reader(pieces)

    @torch.no_grad()
    def encode(texts: Sequence[str]) -> Tensor:
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        found = torch.zeros(len(texts), encoder.sizes.width)
        for start in range(0, len(order), 512):
            chosen = order[start : start + 512]
            text = encoder(padded([reader([(texts[i], 1.0)]) for i in chosen]))
            found[chosen] = text[:, 0, :-1]
        return found

    return encode


def large(folder: Path) -> Encode:
    """The vectors of whole texts by the teacher, as the small encoder was taught them."""
    teacher = Teacher(folder, fast_bfloat16())
    return lambda texts: teacher.whole([text + CONTEXT for text in texts])


def concepts() -> list[str]:
    """Words of the corpus' genres and sounds."""
    genres = {word for genre in GENRES.values() for word in genre.words}
    return sorted(genres | {word for sounds in BY_ROLE.values() for sound in sounds.values() for word in sound.words})


def nearness(ours: Encode, theirs: Encode) -> str:
    """How alike two encoders find texts, and which concept they find nearest to prompts that no caption has."""
    known, asked = concepts(), [one.prompt for one in UNSEEN]
    near, alike = [], []
    for encode in (ours, theirs):
        base = encode(known)
        unit = nn.functional.normalize(base - base.mean(0), dim=1)
        near.append(nn.functional.normalize(encode(asked) - base.mean(0), dim=1) @ unit.T)
        alike.append((unit @ unit.T)[torch.triu_indices(len(known), len(known), 1).unbind()])
    first = near[1].argmax(1)
    one = float((near[0].argmax(1) == first).float().mean())
    five = float((near[0].topk(5).indices == first[:, None]).any(1).float().mean())
    together = float(torch.corrcoef(torch.stack(alike))[0, 1])
    return (
        f"{len(known)} concepts: similarities correlate by {together:.3f}; of {len(asked)} prompts the teacher's "
        f"nearest concept is the small encoder's, too, in {one:.2f}, and among its five nearest in {five:.2f}.\n"
    )


def of_model(folder: Path) -> Encode:
    """The vectors of a model with a vocabulary of its own: what its denoiser is told of a prompt as a whole."""
    model = EmbeddedModel.load(folder)
    if model.sentences is not None:
        raise click.ClickException(f"{folder} is told by a sentence encoder: give its file as --text.")
    padding = model.network.denoiser.padding.detach()

    def encode(texts: Sequence[str]) -> Tensor:
        return torch.stack([(model.text([(text, 1.0)]) - padding).sum(0) / 2 for text in texts])

    return encode


def asked(probe: Probe, prompts: Sequence[Unseen]) -> list[str]:
    """What each prompt is taken for."""
    return [probe.said([one.prompt], one.kind)[0] for one in prompts]


def by_chance(one: Unseen) -> float:
    return len(one.right & set(LABELS[one.kind])) / len(LABELS[one.kind])


def share_right(prompts: Sequence[Unseen], said: Sequence[str]) -> float:
    return sum(label in one.right for one, label in zip(prompts, said, strict=True)) / max(1, len(prompts))


def table(prompts: Sequence[Unseen], columns: dict[str, list[str]]) -> str:
    """A row for each prompt, then a row for each group; what is wrong is in brackets."""

    def shown(one: Unseen, label: str) -> str:
        return label if label in one.right else f"({label})"

    lines = ["| prompt | asked | right | " + " | ".join(columns) + " |", "|---" * (3 + len(columns)) + "|"]
    for i, one in enumerate(prompts):
        cells = [
            one.prompt,
            one.kind,
            ", ".join(sorted(one.right)),
            *(shown(one, said[i]) for said in columns.values()),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "| group | prompts | chance | " + " | ".join(columns) + " |", "|---" * (3 + len(columns)) + "|"]
    ours = [i for i, one in enumerate(prompts) if one.group != OTHER_LANGUAGES]
    groups = {name: [i for i, one in enumerate(prompts) if one.group == name] for name in _groups(prompts)}
    for name, which in {**groups, "all but other languages": ours}.items():
        chosen = [prompts[i] for i in which]
        chance = sum(map(by_chance, chosen)) / max(1, len(chosen))
        shares_right = [f"{share_right(chosen, [said[i] for i in which]):.2f}" for said in columns.values()]
        lines.append(f"| {name} | {len(chosen)} | {chance:.2f} | " + " | ".join(shares_right) + " |")
    return "\n".join(lines)


def _groups(prompts: Sequence[Unseen]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.group for one in prompts))


@click.command()
@click.option("--text", "path", type=click.Path(path_type=Path, exists=True), required=True, help="An encoder's file.")
@click.option("--model", "folder", type=click.Path(path_type=Path, exists=True), help="A model with words of its own.")
@click.option("--teacher", type=click.Path(path_type=Path, exists=True), help="The large encoder's folder.")
@click.option("--loops", default=450, show_default=True, help="Whose captions the probe is fitted on.")
def main(path: Path, folder: Path | None, teacher: Path | None, loops: int) -> None:
    """Ask encoders what words mean that no caption says."""
    captions = Captions.of(loops)
    prompts = outside(captions.vocabulary())
    encoders = {"small": small(path)}
    if teacher is not None:
        encoders["teacher"] = large(teacher)
        click.echo(nearness(encoders["small"], encoders["teacher"]))
    if folder is not None:
        encoders["words of its own"] = of_model(folder)
    columns = {name: asked(Probe(encode, captions), prompts) for name, encode in encoders.items()}
    click.echo(table(prompts, columns))


if __name__ == "__main__":
    main()
