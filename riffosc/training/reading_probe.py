"""How well prompts are read: held-out loops in their captions and in held-out wordings, and words no caption has."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from riffosc.composing.genres import GENRES
from riffosc.composing.loop import ROLES
from riffosc.composing.sounds import BY_ROLE
from riffosc.composing.wish import Wish, checked
from riffosc.synthesis.model.heads import FREE, NOT_SAID, Belief, Shares, family_of
from riffosc.synthesis.model.reading import Reader
from riffosc.synthesis.model.said import listen, singular
from riffosc.synthesis.model.text import split_words
from riffosc.training.asking import KINDS, fits, question
from riffosc.training.dataset import HELD_OUT_EVERY
from riffosc.training.pictures import Entry
from riffosc.training.unseen import FAMILIES, Unseen, outside

SEEDS = 4  # wishes for each word that no caption has
LABELS = {"genre": len(GENRES), "role": len(ROLES), "family": len(FAMILIES), "mode": 2, "force": 2, "pace": 2}
Verdicts = dict[str, list[float]]  # by what was judged: 1 is right


def widely(family: str) -> list[str]:
    """A family as the table of unseen words has it."""
    return ["accordion"] if family == FREE else [wide for wide, members in FAMILIES.items() if family in members]


def family(instrument: str) -> str:
    """Of a sound in whatever role it plays."""
    return next(family_of(f"{role}/{instrument}") for role, sounds in BY_ROLE.items() if instrument in sounds)


def judged(wish: Wish, entry: Entry, found: Verdicts, prompt: str) -> None:
    """Compares a wish with the loop that the prompt describes, as far as the prompt names it."""
    said = listen([(prompt, 1.0)])
    genres = {name for claim in said.of("genre") for name in claim.names}
    if genres:
        found["genre"].append(wish["genre"] in genres and entry["genre"] in genres)
    if said.of("role") or said.of("sound"):
        found["roles"].append(set(wish["roles"]) == set(entry["roles"]))
        found["number of roles"].append(len(wish["roles"]) == len(entry["roles"]))
    named = {name.split("/")[1] for claim in said.of("sound") for name in claim.names}
    for instrument in named & set(entry["instruments"]):
        given = list(wish.get("instruments", {}).values())
        others = {each for each in named if family(each) != family(instrument)}
        found["instrument"].append(instrument in given or bool(named - others - {instrument} & set(given)))
        found["instrument, to the name"].append(instrument in given)
        found["family"].append(family(instrument) in map(family, given))


def held_out(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry["index"] % HELD_OUT_EVERY == 0]


def by_caption(reader: Reader, entries: Iterable[Entry]) -> Verdicts:
    found: Verdicts = defaultdict(list)
    for entry in entries:
        for number, caption in enumerate(entry["captions"]):
            judged(checked(reader.wish([(caption, 1.0)], entry["index"] + number)), entry, found, caption)
    return found


def by_wording(reader: Reader, entries: Iterable[Entry]) -> dict[str, Verdicts]:
    """Of each kind of question; who plays is judged where it is asked for."""
    found: dict[str, Verdicts] = {kind: defaultdict(list) for kind in KINDS}
    for entry in entries:
        for kind in (kind for kind in KINDS if fits(kind, entry)):
            asked = question(kind, entry)
            judged(checked(reader.wish([(asked.prompt, 1.0)], entry["index"])), entry, found[kind], asked.prompt)
    return found


def believed(belief: Belief, kind: str) -> str:
    """The label that stands out most against what is usual: nothing was said but this word."""
    if kind == "role":
        return _best(_marginal(belief.shares["roles"]), _marginal(belief.usual["roles"]))
    if kind == "family":
        return _best(_wide(belief.shares["family"]), _wide(belief.usual["family"]))
    told, usual = belief.shares[kind], belief.usual[kind]
    return _best({label: share for label, share in told.items() if label != NOT_SAID}, usual)


def _best(shares: Shares, usual: Shares) -> str:
    """Half way between the likeliest and what has become likelier most."""
    return max(shares, key=lambda label: shares[label] / usual[label] ** 0.5)


def _marginal(roles: Shares) -> Shares:
    return {role: sum(share for label, share in roles.items() if role in label.split("+")) for role in ROLES}


def _wide(shares: Shares) -> Shares:
    found = dict.fromkeys(FAMILIES, 1e-6)
    for label, share in shares.items():
        for wide in widely(label):
            found[wide] += share
    return found


def wished(wish: Wish, kind: str) -> list[str]:
    """What a wish has of a kind; nothing where it leaves it to the composer."""
    if kind == "role":
        return list(wish["roles"])
    if kind == "family":
        return [wide for name in wish.get("instruments", {}).values() for wide in widely(family(name))]
    if kind == "force":
        return [] if "force" not in wish else ["loud" if wish["force"] > 0.5 else "soft"]
    if kind == "pace":
        return [] if "density" not in wish else ["fast" if wish["density"] > 1.5 else "slow"]
    return [wish["genre"]] if kind == "genre" else [wish["mode"]] if "mode" in wish else []


def by_unseen(reader: Reader, prompts: Sequence[Unseen]) -> Iterator[tuple[Unseen, str, float]]:
    """Each prompt, the label believed, and the share of wishes that have what is right."""
    for one in prompts:
        wishes = [wished(reader.wish([(one.prompt, 1.0)], seed), one.kind) for seed in range(SEEDS)]
        right = fmean(bool(one.right & set(labels)) for labels in wishes)
        yield one, believed(reader.belief(one.prompt), one.kind), right


def report(reader: Reader, entries: Sequence[Entry], lessons: Iterable[str] = ()) -> str:
    """Everything, in tables; `lessons` are texts besides captions and names that the reader was told."""
    apart = held_out(entries)
    lines = ["| held-out loops | what | prompts | right |", "|---|---|---|---|"]
    sources = {"their captions": by_caption(reader, apart)}
    sources |= {f"wordings: {kind}": found for kind, found in by_wording(reader, apart).items()}
    for source, found in sources.items():
        lines += [f"| {source} | {what} | {len(each)} | {fmean(each):.3f} |" for what, each in sorted(found.items())]
    return "\n".join([*lines, "", unseen_report(reader, entries, lessons)])


def unseen_report(reader: Reader, entries: Sequence[Entry], lessons: Iterable[str] = ()) -> str:
    """Of words that no caption has, which may be in lessons: that is said of each, and they are counted apart."""
    known = {word for entry in entries for caption in entry["captions"] for word in split_words(caption)}
    told = {singular(word) for text in lessons for word in split_words(text)}
    found = list(by_unseen(reader, outside(known)))
    learned = {one for one, _, _ in found if told & set(map(singular, split_words(one.prompt)))}
    lines = ["| word | asked | believed | of its wishes | in lessons |", "|---|---|---|---|---|"]
    for one, label, share in found:
        shown = label if label in one.right else f"({label})"
        lines.append(f"| {one.prompt} | {one.kind} | {shown} | {share:.2f} | {'yes' if one in learned else ''} |")
    groups = {one.group: [each for each in found if each[0].group == one.group] for one, _, _ in found}
    if learned:
        groups["all that are in lessons"] = [each for each in found if each[0] in learned]
        groups["all that are in none"] = [each for each in found if each[0] not in learned]
    lines += ["", "| words | number | chance | believed right | of their wishes |", "|---|---|---|---|---|"]
    return "\n".join([*lines, *(_summed(group, each) for group, each in {**groups, "all": found}.items() if each)])


def _summed(group: str, found: Sequence[tuple[Unseen, str, float]]) -> str:
    right = fmean(label in one.right for one, label, _ in found)
    chance = fmean(min(1.0, len(one.right) / LABELS[one.kind]) for one, _, _ in found)
    return f"| {group} | {len(found)} | {chance:.2f} | {right:.2f} | {fmean(s for *_, s in found):.2f} |"
