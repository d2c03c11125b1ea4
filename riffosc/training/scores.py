"""Figures of a set of clips that answer the same questions: the columns of the evaluation's tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from torch import Tensor

from riffosc.composing.loop import ROLES
from riffosc.training.asking import Question
from riffosc.training.impressions import impression
from riffosc.training.measures import in_scale, low_share, on_its_grid, on_the_grid
from riffosc.training.pictures import Entry, Seen
from riffosc.training.probe import FAMILIES, GENRE_NAMES, Heard, Probe, families_of, key_of

Row = dict[str, float]
FOLLOWING = ("role", "alone", "instrument", "key told", "key in words", "genre")
SOUNDING = ("straight", "swung", "swung, any", "in key")  # of `sounding`, those in which more is better
PRESENT = 0.5  # of a role: above it the probe says that it is there


@dataclass(frozen=True, slots=True)
class Answers:
    """What is heard and measured in a clip for each question; the clips themselves are large and not kept."""

    asked: Sequence[Question]
    measured: Sequence[Row]
    heard: Heard

    @classmethod
    def of(cls, asked: Sequence[Question], clips: Iterable[Seen], probe: Probe) -> "Answers":
        noted, rows = [], []
        for each, clip in zip(asked, clips, strict=True):
            noted.append(impression(clip.values, clip.entry["quantum"]))
            rows.append(measures_of(each, clip))
        return cls(asked, rows, probe.judge(noted))

    def role(self, i: int) -> str:
        return ROLES[int(self.heard.role[i].argmax())]

    def family(self, i: int) -> str:
        return FAMILIES[int(self.heard.family[i].argmax())]

    def genre(self, i: int) -> str:
        return GENRE_NAMES[int(self.heard.genre[i].argmax())]

    def has_role(self, i: int) -> bool:
        return self.role(i) in self.asked[i].entry["roles"][:1]

    def is_alone(self, i: int) -> bool:
        """The role that was asked for, and no other one besides."""
        return self.has_role(i) and int((self.heard.role[i] > PRESENT).sum()) <= 1

    def has_family(self, i: int) -> bool:
        return self.family(i) == families_of(self.asked[i].entry)[0]

    def has_genre(self, i: int) -> bool:
        return bool(self.genre(i) == self.asked[i].entry["genre"])

    def has_key(self, i: int) -> bool:
        """Among the probe's two best."""
        return key_of(self.asked[i].entry) in self.heard.key[i].topk(2).indices.tolist()

    def share(self, holds: Callable[[int], bool], kinds: Sequence[str], pitched: bool = False) -> float:
        """Of the questions of these kinds, of which it holds."""
        which = [
            i
            for i, each in enumerate(self.asked)
            if each.kind in kinds and (not pitched or key_of(each.entry) is not None)
        ]
        return fmean(holds(i) for i in which) if which else float("nan")


def following(answers: Answers) -> Row:
    """How often the probe hears what was asked for."""
    found = (
        answers.share(answers.has_role, ["role"]),
        answers.share(answers.is_alone, ["role"]),
        answers.share(answers.has_family, ["instrument"]),
        answers.share(answers.has_key, ["role", "instrument", "genre"], pitched=True),
        answers.share(answers.has_key, ["key"]),
        answers.share(answers.has_genre, ["genre"]),
    )
    return dict(zip(FOLLOWING, found, strict=True))


def measures_of(asked: Question, clip: Seen) -> Row:
    """All that is worth measuring on the picture, for what was asked."""
    roles, values = set(clip.entry["roles"]), clip.values
    found = {"level": float(values.mean())}
    if asked.kind == "swing":
        found |= {"swung": on_the_grid(values, clip.entry["grid"]), "swung, any": on_its_grid(values)}
    elif asked.kind != "key" and clip.entry["swing"] == "straight":
        found["straight"] = on_the_grid(values)
    if asked.key and {"chords", "lead"} & roles and "drums" not in roles:
        mode = int(clip.entry["mode"] == "minor")
        found["in key"] = in_scale(values, clip.entry["root"], mode)
        found["in key + 6"] = in_scale(values, clip.entry["root"] + 6, mode)
    if asked.kind == "role" and roles & {"bass", "lead"}:
        found[f"low, {clip.entry['roles'][0]}"] = low_share(values)
    return found


def sounding(answers: Answers) -> Row:
    """Means of what was measured, each over the clips that it was measured on."""
    columns = (*SOUNDING, "in key + 6", "low, bass", "low, lead", "level")
    found = {name: [row[name] for row in answers.measured if name in row] for name in columns}
    return {name: fmean(values) if values else float("nan") for name, values in found.items()}


def per_ceiling(row: Row, ceiling: Row) -> Row:
    """Each figure as a share of the real clips' one."""
    return {name: row[name] / most if most else float("nan") for name, most in ceiling.items()}


@dataclass(frozen=True, slots=True)
class Mistaken:
    """How one label fares among those asked for."""

    asked: str
    count: int
    real: float  # share right among real clips
    painted: float
    taken_for: str  # what painted clips are most often taken for, when wrong


def mistakes(real: Answers, painted: Answers) -> list[Mistaken]:
    """A line for each role and each family, those that lose most first."""
    lines = [
        *_mistakes(real, painted, "role", lambda entry: entry["roles"][0], Answers.role),
        *_mistakes(real, painted, "instrument", lambda entry: families_of(entry)[0], Answers.family),
    ]
    return sorted(lines, key=lambda line: line.count * (line.painted - line.real))


def _mistakes(
    real: Answers, painted: Answers, kind: str, label: Callable[[Entry], str], heard: Callable[[Answers, int], str]
) -> list[Mistaken]:
    which = [i for i, each in enumerate(real.asked) if each.kind == kind]
    wanted = {i: label(real.asked[i].entry) for i in which}
    found = []
    for name in sorted(set(wanted.values())):
        mine = [i for i in which if wanted[i] == name]
        wrong = Counter(taken for i in mine if (taken := heard(painted, i)) != name)
        ceiling, reached = (fmean(heard(answers, i) == name for i in mine) for answers in (real, painted))
        taken_for = ", ".join(each for each, _ in wrong.most_common(2))
        found.append(Mistaken(name, len(mine), ceiling, reached, taken_for))
    return found


def embedded(answers: Answers) -> Tensor:
    """Embeddings of the clips, each loop once: of roles, instruments and genres."""
    kinds = ("instrument", "genre")
    return answers.heard.embedding[[i for i, each in enumerate(answers.asked) if each.kind in kinds]]
