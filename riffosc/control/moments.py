"""When a message is meant to happen, if not at once: at a time tag, or on a beat."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from riffosc.control.schedule import Action, Schedule
from riffosc.params import Value

Due = Callable[[str, Value, float], None]
Mark = tuple[float, float]  # a beat, and the grid of beats that it lies on; 0 where it lies on none


class Moment(Protocol):
    def ahead(self, address: str, value: Value) -> None:
        """What needs painting is set now, and lands no sooner than this moment."""

    def wait(self, address: str, action: Action) -> None:
        """`action` is done then."""


class Beats(Protocol):
    """Who knows the beat, and lets things wait for it; `riffosc.quantise` does."""

    def mark(self, when: object, address: str) -> Mark | None:
        """The beat that is meant, None for now. Raises ParamError."""

    def not_before(self, address: str, mark: Mark) -> None: ...

    def at(self, mark: Mark, address: str, action: Action) -> None: ...


@dataclass(frozen=True, slots=True)
class TagMoment:
    """A time tag that lies ahead."""

    unix: float  # seconds, wall time
    loop: float  # seconds on the loop's clock
    schedule: Schedule
    due: Due

    def ahead(self, address: str, value: Value) -> None:
        self.due(address, value, self.unix)

    def wait(self, address: str, action: Action) -> None:
        self.schedule.at(self.loop, action)


@dataclass(frozen=True, slots=True)
class BeatMoment:
    mark: Mark
    beats: Beats

    def ahead(self, address: str, value: Value) -> None:
        self.beats.not_before(address, self.mark)

    def wait(self, address: str, action: Action) -> None:
        self.beats.at(self.mark, address, action)
