"""What is on a surface, whichever program shows it: a strip for each voice, and one for all.

What each control is, and its range, follow from the table of parameters.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from riffosc.params import BY_NAME, Access, Param

VOICE = (
    "prompt", "state", "level", "progress", "gain", "pan", "denoising", "mix", "evolve", "seed", "bars", "swap",
    "mute", "solo", "hold", "cue", "generate", "take", "undo", "redo", "save",
)  # fmt: skip
ALL = ("level", "clock_source", "gain", "tempo", "key", "playing", "start", "stop", "tap", "panic")
SLOTS = 4  # prompt slots within reach of each voice
RATE_HZ, FOR_GOOD = 20.0, 0.0  # of what is heard back
SUBSCRIBE = "/riff/subscribe"


class Kind(Enum):
    """How a parameter is held in the hand."""

    FADER = "fader"
    SWITCH = "switch"
    BUTTON = "button"
    CHOICE = "choice"
    WORDS = "words"
    METER = "meter"  # a number that is only shown
    SHOWN = "shown"  # a word, likewise


@dataclass(frozen=True, slots=True)
class Control:
    address: str
    param: Param

    @property
    def kind(self) -> Kind:
        param = self.param
        text = isinstance(param.default, str)
        if param.access is Access.READ:
            return Kind.SHOWN if text or isinstance(param.default, bool) else Kind.METER
        if param.access is Access.TRIGGER:
            return Kind.BUTTON
        if param.choices:
            return Kind.CHOICE
        if isinstance(param.default, bool):
            return Kind.SWITCH
        return Kind.WORDS if text else Kind.FADER

    @property
    def label(self) -> str:
        return self.param.name.replace("_", " ")

    @property
    def range(self) -> tuple[float, float]:
        """Of what is held; seeds within reach are those a finger can find again."""
        low = self.param.low or 0.0
        high = self.param.high if self.param.high is not None else 1.0
        return low, min(high, 1000.0)


@dataclass(frozen=True, slots=True)
class Strip:
    name: str
    controls: tuple[Control, ...]
    voice: int = 0  # 0 is all of riffosc


def strips(voices: int) -> list[Strip]:
    """One for all, then one for each voice."""
    both = [Strip("riffosc", tuple(Control(BY_NAME[False, name].path, BY_NAME[False, name]) for name in ALL))]
    for voice in range(1, voices + 1):
        rows = [BY_NAME[True, name] for name in VOICE]
        both.append(Strip(f"voice {voice}", tuple(Control(row.address(voice), row) for row in rows), voice))
    return both


def subscriptions(made: Iterable[Strip]) -> Iterator[tuple[str, float, float]]:
    """What to send to /riff/subscribe so that the surface shows how things stand: topic, rate, lease."""
    for strip in made:
        heard = [one.param.name for one in strip.controls if one.kind is not Kind.BUTTON]
        place = f"/riff/{strip.voice}" if strip.voice else "/riff"
        yield f"{place}/{{{','.join(heard)}}}", RATE_HZ, FOR_GOOD
