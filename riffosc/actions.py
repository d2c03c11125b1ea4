"""What the conductor wants done; the app does it."""

from dataclasses import dataclass
from enum import IntEnum

from riffosc.clip import ClipRequest
from riffosc.params import Value
from riffosc.picture import Picture


class Why(IntEnum):
    """What a clip is painted for; the lower goes first."""

    CHANGE = 0  # a player asked
    RETIME = 1  # the tempo moved
    EVOLVE = 2  # a step of a walk


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip as the conductor knows it: what was asked and what was painted; the samples lie in `slot`."""

    request: ClipRequest
    picture: Picture
    slot: int = -1


@dataclass(frozen=True, slots=True)
class Job:
    """A clip on order."""

    number: int
    voice: int
    why: Why
    request: ClipRequest
    revision: int  # of the voice's inputs that it was made from
    target: float  # the boundary it is meant for, in beats
    started: float  # seconds
    recalled: bool = False  # by undo or redo
    cued: bool = False  # what waits is performed again, not what sounds


@dataclass(frozen=True, slots=True)
class Render:
    job: Job


@dataclass(frozen=True, slots=True)
class Cancel:
    job: Job


@dataclass(frozen=True, slots=True)
class Discard:
    """A finished clip that nobody will hear."""

    slot: int


@dataclass(frozen=True, slots=True)
class Land:
    """Let the voice change over to the entry's loop on `beat`, which is that loop's beat `beat - origin`.

    With `cue` the loop is heard from then on on the cue output only.
    """

    voice: int
    entry: Entry
    beat: float
    origin: float
    why: Why
    recalled: bool = False
    cue: bool = False


@dataclass(frozen=True, slots=True)
class Uncue:
    """Let the cue of the voice fall silent on `beat`."""

    voice: int
    beat: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Let the voice fall silent on `beat`."""

    voice: int
    beat: float


@dataclass(frozen=True, slots=True)
class Late:
    voice: int
    beats: float


@dataclass(frozen=True, slots=True)
class Fail:
    """Something a player asked for cannot be had; why, in words."""

    voice: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A parameter of a voice that the conductor moved by itself."""

    voice: int
    name: str
    value: Value


Action = Render | Cancel | Discard | Land | Uncue | Silence | Late | Fail | Moved
