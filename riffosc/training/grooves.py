"""Drum grooves: a family of patterns, played a little differently each time."""

from numpy.random import Generator

from riffosc.training.loop import STEP, Note
from riffosc.training.patterns import BAR_STEPS, FAMILIES

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

CHANCE = {"X": 1.0, "x": 1.0, "-": 1.0, "o": 0.45, "?": 0.4, ".": 0.0}
VELOCITY = {"X": 118, "x": 98, "-": 66, "o": 92, "?": 48, ".": 0}
BACKBONE = ("kick", "snare", "clap", "rim", "ride", "swish")  # never left out
HATS = ("x.x.x.x.", "x-x-x-x-", "..x...x.", "x...x...", "xxx-xxx-", "--x---x-")


def groove(rng: Generator, family: str, bars: int, quantum: int) -> tuple[Note, ...]:
    """One family's notes over the bars, with this player's changes of mind."""
    lanes = _vary(rng, dict(FAMILIES[family]))
    steps = quantum * 4
    notes = []
    for drum, lane in lanes.items():
        once = _decide(rng, lane)
        for bar in range(bars):
            again = _decide(rng, lane) if bar and rng.random() < 0.3 else once
            notes += _hits(rng, DRUMS[drum], again, bar, steps)
    if rng.random() < 0.3:
        notes = _fill(rng, notes, bars * quantum)
    if "crash" not in lanes and rng.random() < 0.12:
        notes.append(Note(0.0, 0.5, DRUMS["crash"], 100))
    return tuple(sorted(notes))


def _vary(rng: Generator, lanes: dict[str, str]) -> dict[str, str]:
    """Another hat, a lane left out, one kick more or less."""
    if "hat" in lanes and rng.random() < 0.35:
        lanes["hat"] = HATS[int(rng.integers(len(HATS)))] * 2
    if "hat" in lanes and rng.random() < 0.15:
        lanes[str(rng.choice(["ride", "shaker", "pedal"]))] = lanes.pop("hat")
    spare = [drum for drum in lanes if drum not in BACKBONE]
    if spare and rng.random() < 0.25:
        lanes.pop(str(rng.choice(spare)))
    if "kick" in lanes and rng.random() < 0.3:
        at = int(rng.integers(2, len(lanes["kick"])))
        mark = "x" if lanes["kick"][at] == "." and at % 2 == 0 else "o"
        lanes["kick"] = lanes["kick"][:at] + mark + lanes["kick"][at + 1 :]
    return lanes


def _decide(rng: Generator, lane: str) -> str:
    """The lane with every `o` and `?` settled."""
    return "".join(mark if rng.random() < CHANCE[mark] else "." for mark in lane)


def _hits(rng: Generator, pitch: int, lane: str, bar: int, steps: int) -> list[Note]:
    """One lane's notes in one bar of `steps` sixteenths."""
    first = bar * BAR_STEPS % len(lane)
    return [
        Note((bar * steps + step) * STEP, STEP, pitch, _touch(rng, VELOCITY[mark]))
        for step, mark in enumerate(lane[first : first + steps])
        if mark != "."
    ]


def _touch(rng: Generator, velocity: int) -> int:
    return min(127, max(20, velocity + int(rng.integers(-7, 8))))


def _fill(rng: Generator, notes: list[Note], beats: int) -> list[Note]:
    """A fill on snare or toms in the last beat, in place of what was there but the kick."""
    start = beats - 1.0
    kept = [note for note in notes if note.start_beat < start or note.pitch == DRUMS["kick"]]
    runs = [("snare",) * 4, ("high", "high", "mid", "low"), ("snare", "snare", "high", "low")]
    drums = runs[int(rng.integers(len(runs)))]
    return kept + [
        Note(start + i * STEP, STEP, DRUMS[drum], _touch(rng, 90 + 6 * i))
        for i, drum in enumerate(drums)
        if i == 0 or rng.random() < 0.8
    ]
