"""Drum grooves: a family of patterns, played a little differently each time, bar after bar to a form."""

from numpy.random import Generator

from riffosc.composing.fills import fill
from riffosc.composing.loop import STEP, Note
from riffosc.composing.meters import marks
from riffosc.composing.patterns import BAR_STEPS, FAMILIES

DRUMS = {
    "kick": 36,
    "snare": 38,
    "rim": 37,
    "clap": 39,
    "hat": 42,
    "pedal": 44,
    "open": 46,
    "ride": 51,
    "bell": 53,
    "crash": 49,
    "low": 45,
    "mid": 47,
    "high": 50,
    "tambourine": 54,
    "cowbell": 56,
    "timbale": 65,
    "conga": 63,
    "tumba": 64,
    "slap": 62,
    "bongo": 60,
    "agogo": 67,
    "agogo2": 68,
    "cabasa": 69,
    "shaker": 70,
    "claves": 75,
    "block": 76,
    "triangle": 81,
    "swish": 40,  # the brushes' swirl is on the second snare
}
HAND_DRUMS = ("timbale", "conga", "tumba", "slap", "bongo", "agogo", "claves", "cabasa")
PERCUSSION = {DRUMS[name] for name in HAND_DRUMS}

CHANCE = {"X": 1.0, "x": 1.0, "-": 1.0, ",": 1.0, "o": 0.45, "?": 0.4, "=": 1.0, "3": 0.8, ".": 0.0}
VELOCITY = {"X": 118, "x": 98, "-": 66, ",": 42, "o": 90, "?": 46, "=": 74, "3": 72}
TIMES = {"=": 2, "3": 3}  # hits in one step; others have one
BACKBONE = ("kick", "snare", "clap", "rim", "ride", "swish")  # never left out
HATS = ("x.x.x.x.", "x-x-x-x-", "..x...x.", "x...x...", "xxx-xxx-", "--x---x-", "x,-,x,-,")
FORMS = {
    1: ("A",),
    2: ("AA", "AB"),
    3: ("AAB", "ABA"),
    4: ("AABA", "AAAB", "ABAB", "AABB"),
}  # B is A, a little otherwise


def groove(rng: Generator, family: str, bars: int, quantum: int, force: float = 0.6) -> tuple[Note, ...]:
    """One family's notes over the bars, with this player's changes of mind; `force` 0..1 is how hard."""
    lanes = _vary(rng, dict(FAMILIES[family]))
    form = FORMS[bars][int(rng.integers(len(FORMS[bars])))]
    played = {"A": _settled(rng, lanes), "B": _settled(rng, _vary(rng, lanes) if rng.random() < 0.4 else lanes)}
    notes = []
    for bar, name in enumerate(form):
        for drum, lane in played[name].items():
            notes += _hits(rng, DRUMS[drum], marks(lane, bar, quantum), bar)
    notes = _phrased(rng, notes, bars, quantum)
    if "crash" not in lanes and rng.random() < 0.12:
        notes.append(Note(0.0, 0.5, DRUMS["crash"], 100))
    return tuple(sorted(_struck(note, force) for note in notes))


def filled(rng: Generator, notes: list[Note], end_beat: int, force: float) -> list[Note]:
    """The same with a fill before `end_beat`, as hard as the rest is played."""
    before = set(notes)
    return [note if note in before else _struck(note, force) for note in fill(rng, notes, end_beat)]


def _struck(note: Note, force: float) -> Note:
    return note._replace(velocity=_bounded(note.velocity * (0.72 + 0.42 * force)))


def _vary(rng: Generator, lanes: dict[str, str]) -> dict[str, str]:
    """Another hat, a lane left out, one kick more or less, a ghost note."""
    lanes = dict(lanes)
    if "hat" in lanes and len(lanes["hat"]) == BAR_STEPS and rng.random() < 0.3:
        lanes["hat"] = HATS[int(rng.integers(len(HATS)))] * 2
    if "hat" in lanes and rng.random() < 0.12:
        lanes[str(rng.choice(["ride", "shaker", "pedal"]))] = lanes.pop("hat")
    spare = [drum for drum in lanes if drum not in BACKBONE]
    if len(lanes) > 2 and spare and rng.random() < 0.25:
        lanes.pop(str(rng.choice(spare)))
    if "kick" in lanes and rng.random() < 0.3:
        lanes["kick"] = _marked(rng, lanes["kick"], "o", "x")
    if "snare" in lanes and rng.random() < 0.3:
        lanes["snare"] = _marked(rng, lanes["snare"], "?", ",")
    return lanes


def _marked(rng: Generator, lane: str, before: str, offbeat: str) -> str:
    """The lane with something on one of its empty steps."""
    at = int(rng.integers(2, len(lane)))
    if lane[at] != ".":
        return lane
    return lane[:at] + (offbeat if at % 2 == 0 else before) + lane[at + 1 :]


def _settled(rng: Generator, lanes: dict[str, str]) -> dict[str, str]:
    """The lanes with every chance decided."""
    return {
        drum: "".join(mark if rng.random() < CHANCE[mark] else "." for mark in lane) for drum, lane in lanes.items()
    }


def _hits(rng: Generator, pitch: int, lane: str, bar: int) -> list[Note]:
    """The notes of one lane in the loop's bar of that number; the lane is that bar's sixteenths."""
    notes = []
    for step, mark in enumerate(lane):
        if mark == ".":
            continue
        times = TIMES.get(mark, 1)
        for i in range(times):
            start = (bar * len(lane) + step + i / times) * STEP
            notes.append(Note(start, STEP / times, pitch, _touch(rng, VELOCITY[mark], step)))
    return notes


def _touch(rng: Generator, velocity: int, step: int) -> int:
    """A hand's weight: a little more on the beat, less between eighths."""
    weight = 4 if step % 4 == 0 else -4 if step % 2 else 0
    return velocity + weight + int(rng.integers(-6, 7))


def _bounded(velocity: float) -> int:
    return int(min(127, max(12, round(velocity))))


def _phrased(rng: Generator, notes: list[Note], bars: int, quantum: int) -> list[Note]:
    """A fill where a phrase ends: the last bar often, the middle of four now and then."""
    if rng.random() < (0.4 if bars > 1 else 0.15):
        notes = fill(rng, notes, bars * quantum)
    if bars == 4 and rng.random() < 0.2:
        notes = fill(rng, notes, 2 * quantum, longest=1)
    return notes
