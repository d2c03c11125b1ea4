"""What may be asked of the composer, and what can never be: refused in words."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import TypedDict

from riffosc.composing.effecting import EFFECTS
from riffosc.composing.genres import GENRES
from riffosc.composing.lines import BASS_STYLES, CHORD_STYLES
from riffosc.composing.loop import ROLES
from riffosc.composing.melody import CELLS
from riffosc.composing.patterns import FAMILIES
from riffosc.composing.sounds import BY_ROLE
from riffosc.composing.theory import SCALES

MOST_BARS, MOST_BEATS = 4096, 16
MODES = ("major", "minor")
SWINGS = ("straight", "eighths", "sixteenths")
STYLES: dict[str, tuple[str, ...]] = {  # what each role can play
    "drums": tuple(FAMILIES),
    "bass": tuple(BASS_STYLES),
    "chords": tuple(CHORD_STYLES),
    "lead": (*CELLS, "acid"),
    "texture": (),
}


class Wish(TypedDict, total=False):
    """What is asked for; what is left out is drawn from the seed."""

    genre: str  # a name in `genres.GENRES`
    tempo: float  # beats per minute
    bars: int  # 1 to 512
    quantum: int  # beats per bar, 2 to 16
    root: int  # pitch class, 0 is C
    mode: str  # "major" or "minor": the side on which a scale is drawn
    scale: str  # a name in `theory.SCALES`, which counts for more than `mode`
    roles: tuple[str, ...]  # who plays, some of `loop.ROLES`
    instruments: Mapping[str, str]  # role: a name in `sounds`, in any role's list
    styles: Mapping[str, str]  # role: a name in `STYLES`
    effects: tuple[str, ...]  # names in `effecting.EFFECTS`; none at all if empty
    swing: str  # one of SWINGS
    force: float  # 0 is soft, 1 is hard
    density: float  # onsets a beat that each part comes near to


def checked(wish: Wish) -> Wish:
    """The wish as it is. Raises ValueError, in the musician's words, for what no loop can be."""
    _named("genre", wish.get("genre"), GENRES)
    _named("mode", wish.get("mode"), MODES)
    _named("scale", wish.get("scale"), SCALES)
    _named("swing", wish.get("swing"), SWINGS)
    for effect in wish.get("effects", ()):
        _named("effect", effect, EFFECTS)
    roles = wish.get("roles", ROLES)
    if not roles:
        raise ValueError(f"Somebody has to play: some of {', '.join(ROLES)}.")
    for role in (*roles, *wish.get("instruments", {}), *wish.get("styles", {})):
        _named("role", role, ROLES)
    for instrument in wish.get("instruments", {}).values():
        _named("instrument", instrument, {name: None for sounds in BY_ROLE.values() for name in sounds})
    for style in wish.get("styles", {}).values():
        _named("style", style, {name: None for styles in STYLES.values() for name in styles})
    _numbers(wish)
    return wish


def _named(what: str, name: str | None, known: Iterable[str]) -> None:
    if name is not None and name not in known:
        raise ValueError(f"There is no {what} {name!r}; there are {', '.join(known)}.")


def _numbers(wish: Wish) -> None:
    _whole("A loop", "bars", wish.get("bars", 1), (1, MOST_BARS))
    _whole("A bar", "beats", wish.get("quantum", 4), (2, MOST_BEATS))
    if not 0 <= wish.get("root", 0) < 12:
        raise ValueError("The root is a number from 0, which is C, to 11, which is B.")
    if not (isfinite(wish.get("tempo", 120.0)) and wish.get("tempo", 120.0) > 0):
        raise ValueError("The tempo is a number of beats per minute above 0.")
    if not 0 <= wish.get("force", 0.5) <= 1:
        raise ValueError("The force is a number from 0, which is soft, to 1, which is hard.")
    if not (isfinite(wish.get("density", 1.0)) and wish.get("density", 1.0) > 0):
        raise ValueError("The density is a number of onsets per beat above 0.")


def _whole(whole: str, unit: str, count: int, limits: tuple[int, int]) -> None:
    if count != int(count) or not limits[0] <= count <= limits[1]:
        raise ValueError(f"{whole} has {limits[0]} to {limits[1]} {unit}, and not {count}.")
