"""Where clips lie: numbered slots of shared memory, filled by another process, read by the mixer.

This process creates and unlinks; another attaches by name, writes and lets go. A slot that the mixer still
reads is freed later, when it has been given back.
"""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import shared_memory
from secrets import token_hex
from typing import Any, cast

import numpy as np

from riffosc.clip import Samples


class BankFull(RuntimeError):
    """No slot is left."""


@dataclass(frozen=True, slots=True, eq=False)
class Reservation:
    """A slot to be filled: `array` here, or those of `attach(name, ...)` in another process."""

    slot: int
    name: str
    array: Samples  # (channels, frames)


class _Memory:
    """A named piece of shared memory. It stays mapped as long as an array over it lives."""

    def __init__(self, size: int) -> None:
        made = shared_memory.SharedMemory(f"riff{os.getpid()}_{token_hex(4)}", create=True, size=size)
        self.name = made.name
        self._made = made
        self.map = _remap(made, size)

    def unlink(self) -> None:
        self._made.unlink()


def _remap(memory: shared_memory.SharedMemory, size: int) -> mmap.mmap:
    """A mapping of our own: `SharedMemory` would unmap, or complain, while arrays still point into it."""
    mapped = mmap.mmap(cast(Any, memory)._fd, size)
    memory.close()
    return mapped


def _samples(mapped: mmap.mmap, channels: int, frames: int) -> Samples:
    return np.frombuffer(mapped, np.float32, channels * frames).reshape(channels, frames)


@contextmanager
def attach(name: str, channels: int, frames: int) -> Iterator[Samples]:
    """Another process's view of a reservation, to write into. (channels, frames)"""
    memory = _open_untracked(name)
    samples = np.ndarray((channels, frames), np.float32, memory.buf)
    try:
        yield samples
    finally:
        del samples
        memory.close()


def _open_untracked(name: str) -> shared_memory.SharedMemory:
    """Before Python 3.13 whoever opens shared memory also destroys it on exit (bugs.python.org/issue38119)."""
    register = shared_memory.resource_tracker.register  # type: ignore[attr-defined]
    shared_memory.resource_tracker.register = lambda *_: None  # type: ignore[attr-defined]
    try:
        return shared_memory.SharedMemory(name)
    finally:
        shared_memory.resource_tracker.register = register  # type: ignore[attr-defined]


class Bank:
    """Slots of clips, and which of them the mixer still needs."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows  # the mixer's table: (slots,) records of state.SLOT
        self._sent = np.zeros(len(rows), np.int64)  # landings of each slot ever sent to the mixer
        self._memory: dict[int, _Memory] = {}
        self._samples: dict[int, Samples] = {}
        self._doomed: set[int] = set()

    def __len__(self) -> int:
        return len(self._memory)

    def __contains__(self, slot: int) -> bool:
        return slot in self._memory and slot not in self._doomed

    def reserve(self, channels: int, frames: int, beats: float) -> Reservation:
        """Room for a clip. It may be landed at once; until it is written, it is silence."""
        if channels < 1 or frames < 1 or not beats > 0:
            raise ValueError(f"a clip of {channels} channels, {frames} frames, {beats} beats cannot be played")
        slot = self._vacant()
        memory = _Memory(4 * channels * frames)
        samples = _samples(memory.map, channels, frames)
        self._memory[slot], self._samples[slot] = memory, samples
        row = self._rows[slot]
        row["address"], row["frames"], row["channels"] = samples.ctypes.data, frames, channels
        row["beats"] = beats
        return Reservation(slot, memory.name, samples)

    def load(self, samples: Samples, beats: float) -> int:
        """A copy of `samples` (channels, frames) in a slot of its own."""
        reservation = self.reserve(samples.shape[0], samples.shape[1], beats)
        reservation.array[:] = samples
        return reservation.slot

    def samples(self, slot: int) -> Samples:
        """What lies in a slot. (channels, frames)"""
        return self._samples[slot]

    def free(self, slot: int) -> None:
        """The clip is no longer wanted: its memory goes as soon as the mixer has let go of it."""
        if slot in self._memory:
            self._doomed.add(slot)
            self.collect()

    def send(self, slot: int) -> None:
        """A landing of this slot is about to be sent; its pages are brought in, so that the mixer need not."""
        if slot not in self:
            raise KeyError(f"slot {slot} is empty")
        self._sent[slot] += 1
        self._samples[slot][:, ::1024].sum()

    def needed(self, slot: int) -> bool:
        """Whether the mixer still reads the slot, or will."""
        return bool(self._rows["returned"][slot] != self._sent[slot])

    def returned(self) -> Any:
        """Per slot: landings given back, where that is all of them, else -1."""
        given = self._rows["returned"].copy()
        return np.where(given == self._sent, given, -1)

    def collect(self) -> None:
        """Let go of what is no longer wanted nor needed."""
        for slot in [s for s in self._doomed if not self.needed(s)]:
            self._doomed.discard(slot)
            self._drop(slot)

    def close(self) -> None:
        """Leave no shared memory behind. Only when nothing is mixing any more."""
        self._doomed.clear()
        for slot in list(self._memory):
            self._drop(slot)

    def _drop(self, slot: int) -> None:
        self._rows[slot]["address"] = 0
        del self._samples[slot]
        self._memory.pop(slot).unlink()

    def _vacant(self) -> int:
        self.collect()
        for slot in range(len(self._rows)):
            if slot not in self._memory:
                return slot
        raise BankFull(f"all {len(self._rows)} clips are in use")
