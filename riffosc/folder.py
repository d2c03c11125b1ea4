"""The watched folder: each clip as a WAV under its voice's bank, with its picture, `latest.json` and `index.jsonl`.

Blocking code for one worker thread: every file is flushed to the disk before it gets its name, so whoever
watches the folder only ever sees whole files. Nothing is overwritten.
"""

import errno
import json
import logging
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from riffosc import naming
from riffosc.clip import Clip
from riffosc.files import Draft, FolderLock, append_line, drop_torn_line, sync_folder
from riffosc.keep import BANK, LOOP, Keep, KeepError, loops, surplus
from riffosc.picture import PictureError, encode_picture
from riffosc.wav import WavError, encode_wav

__all__ = ["Folder", "FolderError", "Keep", "KeepError", "bank_and_index"]

log = logging.getLogger(__name__)

SAVED = "saved"
LATEST = "latest.json"
INDEX = "index.jsonl"
LEFTOVER = re.compile(r"\.riff\d+_.*\.part")
PLAIN_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "the disk can only be read",
    errno.ENOTDIR: "it is not a folder",
    errno.EEXIST: "there is a file of that name in the way",
}


class FolderError(RuntimeError):
    """A clip that could not be written, in words for the musician; nothing of it is left in the folder."""


class Folder:
    """Where clips are written. One worker thread calls it; `sounding` may be called from any thread."""

    def __init__(self, path: Path | str, keep: Keep | None = None) -> None:
        self.path = Path(os.path.abspath(Path(path).expanduser()))
        self.keep = keep
        self._spare: frozenset[Path] = frozenset()
        self._next: dict[int, int] = {}  # voice to the index of its next clip
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = FolderLock(self.path)
            if self._lock.first:
                self._tidy_up()
            self._lock.share()
        except OSError as error:
            raise FolderError(f"cannot use {self.path} as the folder: {_reason(error)}") from error

    def close(self) -> None:
        self._lock.close()

    def sounding(self, paths: Iterable[Path | str]) -> None:
        """The files of clips that sound or are about to: these are never removed. Any thread."""
        self._spare = frozenset(side for path in paths for side in _pair(path))

    def write(self, clip: Clip, voice: int, saved: bool = False) -> Path:
        """Write a clip and its picture, note it in the lists, and make room. Raises FolderError."""
        try:
            path = self._write(clip, voice)
        except OSError as error:
            raise FolderError(f"a clip of voice {voice} is not in {self.path}: {_reason(error)}") from error
        except (WavError, PictureError) as error:
            raise FolderError(f"a clip of voice {voice} cannot be written: {error}") from error
        if saved:
            self.save(path)
        self._make_room(path)
        return path

    def save(self, path: Path | str) -> Path:
        """Keep a written clip for good, in `saved`. Raises FolderError."""
        sound, picture = _pair(path)
        saved = self.path / SAVED
        try:
            saved.mkdir(exist_ok=True)
            if picture.exists():
                _link_or_copy(picture, saved / picture.name)
            _link_or_copy(sound, saved / sound.name)
        except FileNotFoundError as error:
            raise FolderError(f"{sound.name} is no longer in the folder, so it cannot be saved") from error
        except OSError as error:
            raise FolderError(f"{sound.name} cannot be saved: {_reason(error)}") from error
        return saved / sound.name

    def newest(self, count: int) -> dict[str, list[Path]]:
        """The newest loops of each bank, at most so many, newest first. Any thread."""
        banks = sorted(path for path in _listing(self.path) if BANK.fullmatch(path.name))
        return {bank.name: _newest(bank, count) for bank in banks}

    def loop(self, bank: str, name: str) -> Path | None:
        """A loop's file, if it is there and is one: nothing else in the folder, or outside. Any thread."""
        match = LOOP.fullmatch(name)
        if match is None or match[1] != bank or match[3] != "wav" or Path(name).name != name:
            return None
        path = self.path / bank / name
        return path if path.is_file() else None

    def _tidy_up(self) -> None:
        """Half files are left only where riffosc was killed in the middle of writing."""
        banks = [path for path in self.path.iterdir() if BANK.fullmatch(path.name) or path.name == SAVED]
        for place in (self.path, *banks):
            for path in _listing(place):
                if LEFTOVER.fullmatch(path.name):
                    path.unlink(missing_ok=True)
        drop_torn_line(self.path / INDEX)

    def _write(self, clip: Clip, voice: int) -> Path:
        bank = self.path / f"riff{voice}"
        bank.mkdir(parents=True, exist_ok=True)
        index = self._next[voice] if voice in self._next else self._first_free(voice)
        while True:
            try:
                path = self._place(clip, voice, index, bank)
            except FileExistsError:  # another riffosc, or a person, has that number
                index += 1
            else:
                self._next[voice] = index + 1
                return path

    def _first_free(self, voice: int) -> int:
        """One more than any number that this voice's bank has, kept or saved."""
        bank = f"riff{voice}"
        names = [path.name for place in (bank, SAVED) for path in _listing(self.path / place)]
        taken = [int(match[2]) for match in map(LOOP.fullmatch, names) if match and match[1] == bank]
        return max(taken, default=-1) + 1

    def _place(self, clip: Clip, voice: int, index: int, bank: Path) -> Path:
        """All or nothing. Raises FileExistsError if the number is taken."""
        number = f"{bank.name}_{index:06d}"
        sound, picture = _pair(bank / f"{naming.stem(clip, voice, index)}.wav")
        news = _json(self._entry(clip, voice, index, sound))
        with Draft() as held, Draft() as draft:
            held.reserve(bank / f".{number}.part")
            if any(bank.glob(f"{number}_*")):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(sound))
            picture_aside = draft.write(bank / f".{number}.png.part", encode_picture(clip.picture))
            sound_aside = draft.write(bank / f".{number}.wav.part", _wav(clip))
            latest = [draft.write(place / f".{number}.latest.part", news) for place in (bank, self.path)]
            draft.publish(picture_aside, picture)  # first: who sees the sound finds it
            draft.publish(sound_aside, sound)
            append_line(self.path / INDEX, news)
            for aside in latest:
                os.replace(aside, aside.with_name(LATEST))
            draft.keep()
        sync_folder(bank)
        sync_folder(self.path)
        return sound

    def _entry(self, clip: Clip, voice: int, index: int, path: Path) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        where = {"path": str(path), "file": path.relative_to(self.path).as_posix(), "time": now}
        return naming.entry(clip, voice, index) | where

    def _make_room(self, newest: Path) -> None:
        """A file that cannot be removed is no reason to lose the clip that was written."""
        if self.keep is None:
            return
        try:
            for loop in surplus(loops(self.path), self.keep, self._spare | {newest}):
                for path in loop.paths:
                    path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("old clips in %s cannot be removed: %s", self.path, _reason(error))


def bank_and_index(path: Path | str) -> tuple[str, int]:
    """What `/riff/clip` says of a written file: ("riff1", 42)."""
    match = LOOP.fullmatch(Path(path).name)
    if match is None:
        raise ValueError(f"{path} is not a clip's file")
    return match[1], int(match[2])


def _wav(clip: Clip) -> bytes:
    return encode_wav(clip.samples, clip.request.samplerate, naming.wav_tags(clip))


def _pair(path: Path | str) -> tuple[Path, Path]:
    """A clip's sound and its picture."""
    whole = Path(os.path.abspath(path))
    return whole.with_suffix(".wav"), whole.with_suffix(".png")


def _newest(bank: Path, count: int) -> list[Path]:
    numbered = [(int(match[2]), path) for path in _listing(bank) if (match := LOOP.fullmatch(path.name))]
    loops = sorted((one for one in numbered if one[1].suffix == ".wav"), reverse=True)
    return [path for _, path in loops[:count]]


def _listing(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _link_or_copy(source: Path, target: Path) -> None:
    """A second name for the same file, or a copy where there are no links; what is there already stays."""
    if target.exists():
        return
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        with Draft() as draft:
            aside = target.with_name(f".{target.stem}.save{target.suffix}.part")
            draft.publish(draft.write(aside, source.read_bytes()), target)
            draft.keep()


def _json(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _reason(error: OSError) -> str:
    return PLAIN_WORDS.get(error.errno or 0) or error.strerror or str(error)
