"""JACK's transport as a clock: its bars, beats and tempo while it rolls."""

from collections.abc import Callable
from typing import Protocol

from riffosc.clocks.source import Reading
from riffosc.timeline import Timeline

QUANTA = (3, 4)  # beats in a bar that loops can have


class Transport(Protocol):
    """As of one block; see the player's."""

    @property
    def rolling(self) -> bool: ...
    @property
    def frame(self) -> int: ...
    @property
    def beat(self) -> float | None: ...
    @property
    def tempo(self) -> float: ...
    @property
    def beats_per_bar(self) -> float: ...
    @property
    def serial(self) -> int: ...


class JackClock:
    """`transport` is asked each time: None without JACK; `samplerate` likewise."""

    name = "jack"
    delayed = False  # who plays along with the transport is mixed by the same server

    def __init__(self, transport: Callable[[], Transport | None], samplerate: Callable[[], int]) -> None:
        self.quantum = 4
        self._transport, self._samplerate = transport, samplerate

    @property
    def playing(self) -> bool | None:
        seen = self._transport()
        return seen.rolling if seen else None

    def read(self, now: float) -> Reading | None:
        seen = self._transport()
        if seen is None or not seen.rolling or seen.beat is None:
            return None
        quantum = round(seen.beats_per_bar)
        line = Timeline(
            seen.beat, seen.frame / self._samplerate(), seen.tempo, quantum if quantum in QUANTA else self.quantum
        )
        return Reading(line, song=True, jumps=seen.serial)
