"""What is said to the mixer and heard from it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class NewsKind(IntEnum):
    """What news is about. The first five are the mixer's own numbers."""

    LANDED = 0  # the clip is whole on its beat
    MISSED = 1  # too late for its beat: plan it again
    REPLACED = 2  # another landing came before this one's fade began
    PASS = 3  # the clip begins anew
    MOVED = 4  # the timeline has changed: until the next pass the clip is read faster or slower
    RELEASED = 5  # the mixer needs the slot no longer
    FOLLOWED = 6  # the timeline has been put on JACK's transport: `beat` on `frame`, at `tempo`
    HALTED = 7  # JACK's transport has stopped, and the gate is closing


@dataclass(frozen=True, slots=True)
class News:
    kind: NewsKind
    voice: int  # from 1; 0 if none in particular
    slot: int  # NOTHING (-1): silence
    beat: float
    frame: int  # of the audio clock
    position: float = 0.0  # frame of the clip that is read then
    rate: float = 1.0  # frames of the clip for each that sounds; 1 is a copy
    tempo: float = 120.0  # in force then
    cue: bool = False  # of the voice's cue, not of the voice


@dataclass(frozen=True, slots=True)
class Landing:
    """On `beat` the clip in `slot` (None: silence) sounds whole, crossed over to beforehand."""

    voice: int  # from 1
    slot: int | None
    beat: float
    origin: float = 0.0  # a beat on which the clip's first frame sounds, or would
    fade_s: float = 0.050
    alike: bool = False  # old and new are nearly the same: their amplitudes add up, not their powers
    cue: bool = False  # heard on the cue output only: a second loop beside that of the voice


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud a voice is, and where."""

    gain: float = 1.0
    pan: float = 0.0  # -1 left, 1 right
    width: float = 1.0  # 0 mono, 1 as it is
    mute: bool = False
    solo: bool = False


@dataclass(frozen=True, slots=True)
class Transport:
    """JACK's transport as of one block."""

    rolling: bool
    frame: int  # of the audio clock, for which the rest holds
    beat: float | None  # from bar 1 beat 1 by its bars, beats and ticks; None if no program gives them
    tempo: float
    beats_per_bar: float
    serial: int  # how often it has started, stopped or been located, as far as was seen


def news_of(item: Any, voices: int) -> News:
    """A record of the mixer's ring: voices are counted from 0 there, and cues after them; -1 is none."""
    number = int(item["voice"])
    return News(
        NewsKind(int(item["kind"])),
        number % voices + 1 if number >= 0 else 0,
        int(item["slot"]),
        float(item["beat"]),
        int(item["frame"]),
        float(item["position"]),
        float(item["rate"]),
        float(item["tempo"]),
        number >= voices,
    )
