"""Which effects a part gets: their names only, what they do to sound is the business of others."""

from numpy.random import Generator

from riffosc.composing.sounds import Sound

EFFECTS = (  # in the order of the signal
    "distortion",
    "bitcrush",
    "chorus",
    "wobble",
    "filter sweep",
    "muffled",
    "telephone",
    "tremolo",
    "sidechain",
    "delay",
    "reverb",
)
CHANCES: dict[str, dict[str, float]] = {
    "drums": {"reverb": 0.10, "distortion": 0.03, "bitcrush": 0.03, "filter sweep": 0.03, "muffled": 0.03},
    "bass": {"distortion": 0.06, "filter sweep": 0.04, "chorus": 0.03, "muffled": 0.03, "sidechain": 0.03},
    "chords": {
        "reverb": 0.22,
        "delay": 0.09,
        "tremolo": 0.06,
        "chorus": 0.08,
        "filter sweep": 0.06,
        "sidechain": 0.04,
        "muffled": 0.03,
        "telephone": 0.015,
    },
    "lead": {
        "reverb": 0.28,
        "delay": 0.16,
        "tremolo": 0.04,
        "chorus": 0.04,
        "distortion": 0.03,
        "filter sweep": 0.03,
        "muffled": 0.02,
        "telephone": 0.02,
    },
    "texture": {"reverb": 0.1, "filter sweep": 0.08, "sidechain": 0.06, "tremolo": 0.05},
}
LIKELY: dict[str, float] = {}  # "genre/effect": how many times as likely
for _effect, _times, _genres in (
    ("delay", 4, "dub, dub techno, reggae, ambient, trip hop, glitch"),
    ("reverb", 2.5, "ambient, dub techno, noir, gospel, classical, indian, japanese, dub, trance"),
    ("sidechain", 8, "house, techno, trance, acid house, synthwave, electro, amapiano"),
    ("bitcrush", 5, "chiptune, lo-fi hip hop, glitch, industrial, breakbeat"),
    ("muffled", 4, "lo-fi hip hop, trip hop, dub techno"),
    ("distortion", 5, "industrial, phonk, breakbeat, techno, krautrock"),
    ("filter sweep", 3, "house, techno, trance, acid house, disco, dub techno"),
    ("tremolo", 3, "krautrock, soul, noir, country, trap"),
    ("chorus", 3, "synthwave, pop, funk, disco, electro"),
):
    for _genre in _genres.split(", "):
        LIKELY[f"{_genre}/{_effect}"] = _times


def chosen_effects(rng: Generator, genre: str, role: str, sound: Sound) -> tuple[str, ...]:
    """A few effects that suit, in the order of the signal."""
    chances = dict(CHANCES[role])
    if genre == "dubstep" and role == "bass":
        chances["wobble"] = 0.45
    if sound.family == "distorted guitar":
        chances["distortion"] = 0.0
    drawn = [
        name for name in EFFECTS if rng.random() < min(0.6, chances.get(name, 0.0) * LIKELY.get(f"{genre}/{name}", 1.0))
    ]
    return tuple(drawn[:3])
