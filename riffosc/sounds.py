"""Sound files of any kind that libsndfile knows, read and written in pieces.

What is read comes in one or two channels and no longer than a picture can hold; what is written appears whole or not
at all.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from riffosc.wav import WavTags, is_cut_short, read_loop

Samples = npt.NDArray[np.float32]  # (channels, frames), 1.0 is full scale
# By extension: libsndfile's format and subtype. 24 bits where nothing is lost.
FORMATS = {
    ".wav": ("WAV", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".aiff": ("AIFF", "PCM_24"),
    ".aif": ("AIFF", "PCM_24"),
    ".caf": ("CAF", "PCM_24"),
    ".w64": ("W64", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".opus": ("OGG", "OPUS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
PADDED = (".mp3",)  # these begin and end with some silence of their own
SUFFIXES = frozenset((*FORMATS, ".au", ".snd", ".rf64", ".oga", ".aifc", ".voc", ".sd2"))
MAX_SECONDS = 21 * 60  # 512 bands of 10 ms columns then stay under the pixels a picture may have
FRAMES_READ = 4096  # at a time; of a damaged file no more than that is lost before the damage
FRAMES_AT_ONCE = 1 << 16


class SoundError(ValueError):
    """A sound file that cannot be read or written, in words for the musician."""


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Samples of one or two channels, and what the file says of them."""

    samples: Samples
    samplerate: int
    loop: WavTags | None = None
    notes: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return int(self.samples.shape[1]) / self.samplerate


def read_sound(path: Path, stereo: bool | None = None) -> Sound:
    """Read a file, mixed down to as many channels as `stereo` says (None: two if it has more than one).

    Raises SoundError, in words.
    """
    name = shown(path)
    try:
        if not path.stat().st_size:
            raise SoundError(f"{name} is empty")
        with path.open("rb"), soundfile.SoundFile(os.fspath(path)) as file:
            if file.frames > MAX_SECONDS * file.samplerate:
                raise SoundError(f"{name} lasts {clock(file.frames / file.samplerate)}; {clock(MAX_SECONDS)} at most")
            channels, samplerate, announced = file.channels, int(file.samplerate), file.frames
            wanted = min(channels, 2) if stereo is None else 1 + stereo
            blocks = [mixed_down(block, wanted) for block in _blocks(file, MAX_SECONDS * samplerate)]
    except OSError as error:
        raise SoundError(f"cannot read {name}: {error.strerror or error}") from error
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: raw samples, of which nothing is known
        raise SoundError(f"{name} is not a sound that can be read") from error
    samples = np.concatenate([np.zeros((wanted, 0), np.float32), *blocks], axis=1)
    if not samples.shape[1]:
        raise SoundError(f"{name} holds no sound")
    notes = _mix_words(channels, wanted)
    if samples.shape[1] < announced or is_cut_short(path):
        notes.append(f"its end is missing: {clock(samples.shape[1] / samplerate)} are there")
    if not np.isfinite(samples).all():
        np.nan_to_num(samples, copy=False, posinf=0.0, neginf=0.0)
        notes.append("it holds numbers that are no sound: silent there")
    return Sound(samples, samplerate, read_loop(path), tuple(notes))


def _blocks(file: soundfile.SoundFile, at_most: int) -> Iterator[Samples]:
    """The sound in pieces of (frames, channels)."""
    read = 0
    try:
        while read < at_most and len(block := file.read(FRAMES_READ, dtype="float32", always_2d=True)):
            read += len(block)
            yield block
    except soundfile.SoundFileError:
        if not read:  # what was there before the damage counts
            raise


def mixed_down(block: Samples, channels: int) -> Samples:
    """(frames, any) to (channels, frames): means of all, or of the odd for left and the even for right."""
    if channels == 1:
        return np.asarray(block.mean(axis=1, dtype=np.float32))[None]
    if block.shape[1] == 1:
        return np.repeat(block.T, 2, axis=0)
    return np.stack([block[:, side::2].mean(axis=1, dtype=np.float32) for side in (0, 1)])


def _mix_words(have: int, wanted: int) -> list[str]:
    if wanted >= have:
        return []
    if wanted == 1:
        return [f"its {have} channels are mixed to mono"]
    return [f"its {have} channels are mixed to stereo: odd ones left, even ones right"]


def write_sound(path: Path, samples: Samples, samplerate: int) -> None:
    """Write (channels, frames) in the format of the extension, whole or not at all. Raises SoundError, in words."""
    aside = path.with_name(f".{path.name}.part")
    try:
        with aside.open("w+b") as raw, _writer(raw, path, samplerate, len(samples)) as file:
            _write(file, samples)
        aside.replace(path)
    except OSError as error:
        raise SoundError(f"cannot write {shown(path)}: {error.strerror or error}") from error
    except (soundfile.SoundFileError, ValueError) as error:
        reason = str(error).split("\n", maxsplit=1)[0].rsplit(": ", 1)[-1]
        raise SoundError(f"cannot write {shown(path)} at {samplerate} Hz: {reason}") from error
    finally:
        aside.unlink(missing_ok=True)


def encoded(samples: Samples, samplerate: int, suffix: str) -> bytes:
    """What a file with this ending would hold."""
    raw = io.BytesIO()
    with _writer(raw, Path(f"sound{suffix}"), samplerate, len(samples)) as file:
        _write(file, samples)
    return raw.getvalue()


def _write(file: soundfile.SoundFile, samples: Samples) -> None:
    for start in range(0, samples.shape[1], FRAMES_AT_ONCE):  # encoders choke on all at once
        file.write(samples[:, start : start + FRAMES_AT_ONCE].T)


def _writer(raw: BinaryIO, path: Path, samplerate: int, channels: int) -> soundfile.SoundFile:
    format_, subtype = FORMATS[path.suffix.lower()]
    return soundfile.SoundFile(raw, "w", samplerate, channels, format=format_, subtype=subtype)


def shown(path: Path) -> str:
    """The file's name for a message: one short line, whatever is in it."""
    return "".join(letter if letter.isprintable() else "?" for letter in path.name)[:80] or "the folder"


def clock(seconds: float) -> str:
    """Such as 5.12 s, or 21:00 minutes."""
    if seconds < 60:
        return f"{seconds:.2f} s"
    return f"{int(seconds // 60)}:{int(seconds % 60):02} minutes"
