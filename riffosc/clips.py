"""Clips in the bank: from the order until the audio thread has let go of them, and their files. Event loop only."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from riffosc.actions import Entry, Job, Land, Why
from riffosc.clip import Clip
from riffosc.folder import Folder, FolderError, bank_and_index
from riffosc.params import Store
from riffosc.playback.bank import Bank, Reservation
from riffosc.tells import Outside

ALIKE = 0.414  # correlation at which a fade by gain loses as much in its middle as one by power wins


@dataclass(slots=True, eq=False)
class Slot:
    """Where a clip lies, or will."""

    reservation: Reservation
    job: Job
    path: str = ""  # of its file, once it is written
    announced: bool = False


class Clips:
    """Slots by their numbers. The folder is a second listener: what lands is written to it, and announced."""

    def __init__(self, store: Store, bank: Bank, folder: Folder | None, outside: Outside) -> None:
        self._store = store
        self._bank = bank
        self._folder = folder
        self._outside = outside
        self._writer = ThreadPoolExecutor(1, "riffosc-folder")
        self._slots: dict[int, Slot] = {}
        self._shown: dict[int, Slot] = {}  # by voice, what sounds or did so last
        self._counts: dict[int, int] = {}

    def reserve(self, job: Job) -> Reservation:
        """Room for the job's clip."""
        reservation = self._bank.reserve(1, job.request.frames, job.request.beats)
        self._slots[reservation.slot] = Slot(reservation, job)
        return reservation

    def get(self, number: int) -> Slot | None:
        return self._slots.get(number)

    def job(self, number: int) -> Job:
        return self._slots[number].job

    def free(self, number: int) -> None:
        if self._slots.pop(number, None):
            self._bank.free(number)

    def alike(self, land: Land, sounding: Entry | None) -> bool:
        """Whether old and new are to be crossed over by gain, for their amplitudes add up, not by power.

        So it is between steps of a walk that sound nearly the same, and never where the tempo moved.
        """
        if land.why is not Why.EVOLVE or sounding is None or sounding.slot not in self._bank:
            return False
        old, new = self._bank.samples(sounding.slot), self._bank.samples(land.entry.slot)
        if old.shape != new.shape:
            return False
        return float(np.vdot(old, new)) > ALIKE * float(np.linalg.norm(old) * np.linalg.norm(new))

    def announce(self, land: Land) -> None:
        """Once for each clip. The folder gets a copy, for the slot may be let go while it writes."""
        slot = self._slots[land.entry.slot]
        if slot.announced:
            return
        slot.announced = True
        if self._folder is None:
            self._counts[land.voice] = self._counts.get(land.voice, -1) + 1
            self._tell(land, "", self._counts[land.voice])
            return
        clip = Clip(land.entry.request, np.array(slot.reservation.array), land.entry.picture)
        written = asyncio.get_running_loop().run_in_executor(self._writer, self._folder.write, clip, land.voice)
        written.add_done_callback(lambda done: self._written(done, slot, land))

    def _written(self, done: "asyncio.Future[Path]", slot: Slot, land: Land) -> None:
        try:
            path = done.result()
        except FolderError as error:
            self._outside.fail("/riff/folder", str(error))
            return
        slot.path = str(path)
        self._tell(land, slot.path, bank_and_index(path)[1])
        self._spare()
        if self._shown.get(land.voice) is slot:
            self.show(land.voice, slot)

    def _tell(self, land: Land, path: str, index: int) -> None:
        request = land.entry.request
        args = (f"riff{land.voice}", index, path, request.tempo, float(request.beats), request.seed, request.title)
        self._outside.notify("clip", "/riff/clip", *args)

    def show(self, voice: int, slot: Slot) -> None:
        """The clip sounds."""
        self._shown[voice] = slot
        self._store.publish(f"/riff/{voice}/clip", slot.path or slot.job.request.title)
        self._spare()

    def hide(self, voice: int) -> None:
        """Nothing sounds."""
        self._shown.pop(voice, None)
        self._store.publish(f"/riff/{voice}/clip", "")

    def _spare(self) -> None:
        """Files that sound, or are about to, are not taken away by --keep."""
        if self._folder:
            self._folder.sounding([slot.path for slot in self._slots.values() if slot.path])

    def save(self, voice: int, number: int | None) -> None:
        """Keep the clip in a slot, which is the voice's, for good."""
        slot = None if number is None else self._slots.get(number)
        if self._folder is None or slot is None or not slot.path:
            why = "start with --folder to keep clips" if self._folder is None else "nothing sounds there yet"
            self._outside.fail(f"/riff/{voice}/save", why)
            return
        saved = asyncio.get_running_loop().run_in_executor(self._writer, self._folder.save, slot.path)
        saved.add_done_callback(lambda done: self._saved(done, voice))

    def _saved(self, done: "asyncio.Future[Path]", voice: int) -> None:
        try:
            path = done.result()
        except FolderError as error:
            self._outside.fail(f"/riff/{voice}/save", str(error))
            return
        self._outside.done(f"/riff/{voice}/save", str(path))

    def close(self) -> None:
        """What is being written is written to its end."""
        self._writer.shutdown(wait=True)
        if self._folder:
            self._folder.close()
