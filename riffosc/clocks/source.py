"""What every clock from outside looks like to those who follow it."""

from dataclasses import dataclass
from typing import Protocol

from riffosc.timeline import Timeline

SLOWEST, FASTEST = 20.0, 300.0  # beats a minute; of other tempi no loops are made


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the beat is by a clock's own count, as far as is known now."""

    line: Timeline  # seconds on the audio clock; its quantum is the clock's, or ours if it has none
    song: bool = False  # beats are places in a song, bar 1 at 0; else only the place in `grid` means something
    grid: float = 0.0  # beats; 0 is a bar
    jumps: int = 0  # grows when the place was changed: a start, a song position
    tempo: float = 0.0  # as the clock itself counts it, where the audio clock's seconds are not quite as long


class Clock(Protocol):
    """A source of time. Polled; nothing is called back."""

    name: str
    delayed: bool  # whether the output's latency counts: what is heard is to be on its beat

    @property
    def playing(self) -> bool | None:
        """Whether those who follow it should sound; None if it does not say."""

    def read(self, now: float) -> Reading | None:
        """None while it is not there. `now` is on the audio clock."""
