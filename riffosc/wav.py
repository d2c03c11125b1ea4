"""WAV files that say how they loop: 24-bit PCM with tempo, beats, root note and loop points inside.

libsndfile reads the `acid` chunk but does not write it (libsndfile#768), so the file is built by hand.
"""

import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from riffosc import __version__
from riffosc.files import replace_file

FULL_SCALE = 1 << 23
MAX_DATA_BYTES = (1 << 32) - (1 << 16)  # a WAV counts its bytes in 32 bits
SOFTWARE = f"riffosc {__version__}"
MIDDLE_C = 60
ONE_SHOT, ROOT_KNOWN, STRETCHES = 1, 2, 4  # flags of the `acid` chunk; without the first the file is a loop
MAX_BEATS = 1 << 16  # of a loop that can be meant
MAX_SMALL_CHUNK = 1 << 16
KEY_IN_COMMENT = re.compile(r"(?:^|; )key=([^;]+)")
KEY = re.compile(r"([A-G])([#b\u266f\u266d]?) ?(m|min|minor|maj|major)?")
PITCHES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "\u266f": 1, "b": -1, "\u266d": -1}


class WavError(ValueError):
    """A loop that cannot be written as WAV, in words for the musician."""


@dataclass(frozen=True, slots=True)
class WavTags:
    """What a file says about its loop."""

    beats: int
    tempo: float
    quantum: int = 4  # beats in a bar
    key: str = ""
    title: str = ""
    comment: str = ""  # "prompt=...; seed=..."


def write_wav(path: Path | str, samples: npt.NDArray[np.float32], samplerate: int, tags: WavTags) -> None:
    """Write `samples` (channels, frames), whole or not at all; an older file of that name is replaced."""
    try:
        replace_file(Path(path), encode_wav(samples, samplerate, tags))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WavError(f"cannot write {Path(path).name}: {reason}") from error


def encode_wav(samples: npt.NDArray[np.float32], samplerate: int, tags: WavTags) -> bytes:
    """The bytes of the file: the same samples and tags give the same bytes."""
    channels, frames = samples.shape
    if channels * frames * 3 > MAX_DATA_BYTES:
        raise WavError("the loop is too long for a WAV file")
    body = b"".join(
        (
            b"WAVE",
            _chunk(b"fmt ", _format(channels, samplerate)),
            _chunk(b"acid", _acid(tags)),
            _chunk(b"smpl", _loop(frames, samplerate)),
            _chunk(b"LIST", _info(tags)),
            _chunk(b"data", pcm24(samples)),
        )
    )
    return _chunk(b"RIFF", body)


def pcm24(samples: npt.NDArray[np.float32]) -> bytes:
    """Rounded to 24 bits, frames interleaved, little end first. Beyond full scale is clipped; NaN is silence."""
    scaled = np.rint(np.nan_to_num(samples.T.astype(np.float64), posinf=1.0, neginf=-1.0) * FULL_SCALE)
    whole = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i4", order="C")
    return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def read_loop(path: Path | str) -> WavTags | None:
    """What a WAV file says about its loop; None where it says nothing, or is no WAV.

    A file whose `acid` chunk calls it a one-shot, or counts no beats, is no loop.
    """
    try:
        with Path(path).open("rb") as file:
            chunks = dict(_small_chunks(file))
    except OSError:
        return None  # whoever reads its sound says why
    body = chunks.get(b"acid", b"")
    if len(body) < 24:
        return None
    flags, _, _, _, beats, _, quantum, tempo = struct.unpack("<IHHfIHHf", body[:24])
    if flags & ONE_SHOT or not 0 < beats <= MAX_BEATS:
        return None
    comment = _read_info(chunks.get(b"LIST", b"")).get(b"ICMT", "")
    key = KEY_IN_COMMENT.search(comment)
    tempo = tempo if 0 < tempo < math.inf else 0.0
    return WavTags(beats, tempo, quantum or 4, key[1].strip() if key else "", comment=comment)


def is_cut_short(path: Path | str) -> bool:
    """Whether a WAV file is shorter than it says. One that was written as a stream does not say."""
    with Path(path).open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return False
        (size,) = struct.unpack("<I", head[4:8])
        return bool(file.seek(0, 2) < size + 8 <= MAX_DATA_BYTES)


def _small_chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Names and bodies of the chunks around the sound, as far as the file goes."""
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return
    while len(start := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", start)
        if size <= MAX_SMALL_CHUNK and name != b"data":
            yield name, file.read(size)
            file.seek(size % 2, 1)
        else:
            file.seek(size + size % 2, 1)


def _read_info(body: bytes) -> dict[bytes, str]:
    """The texts of a LIST chunk of the kind INFO."""
    texts, at = {}, 4
    while body[:4] == b"INFO" and at + 8 <= len(body):
        name, size = struct.unpack("<4sI", body[at : at + 8])
        texts[name] = body[at + 8 : at + 8 + size].split(b"\0")[0].decode("utf-8", "replace")
        at += 8 + size + size % 2
    return texts


def root_note(key: str) -> int | None:
    """The MIDI note from middle C up that a key such as Am, F# or Ebm is named after; None for no key."""
    match = KEY.fullmatch(key[:1].upper() + key[1:])
    if match is None:
        return None
    return MIDDLE_C + (PITCHES[match[1]] + ACCIDENTALS[match[2]]) % 12


def _chunk(name: bytes, body: bytes) -> bytes:
    """Chunks begin on even bytes; the padding is not counted."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _format(channels: int, samplerate: int) -> bytes:
    return struct.pack("<HHIIHH", 1, channels, samplerate, samplerate * channels * 3, channels * 3, 24)


def _acid(tags: WavTags) -> bytes:
    root = root_note(tags.key)
    flags = STRETCHES if root is None else STRETCHES | ROOT_KNOWN
    beats_to_a_bar, beat_is_a_quarter = tags.quantum, 4
    note = MIDDLE_C if root is None else root
    return struct.pack("<IHHfIHHf", flags, note, 0x8000, 0.0, tags.beats, beat_is_a_quarter, beats_to_a_bar, tags.tempo)


def _loop(frames: int, samplerate: int) -> bytes:
    """The sampler chunk: one loop that goes round for ever, over all frames."""
    head = struct.pack("<9I", 0, 0, round(1e9 / samplerate), MIDDLE_C, 0, 0, 0, 1, 0)
    return head + struct.pack("<6I", 0, 0, 0, max(frames - 1, 0), 0, 0)


def _info(tags: WavTags) -> bytes:
    texts = ((b"INAM", tags.title), (b"ICMT", tags.comment), (b"ISFT", SOFTWARE))
    return b"INFO" + b"".join(_chunk(name, _text(text)) for name, text in texts if text)


def _text(text: str) -> bytes:
    """One line, ended by a zero."""
    return " ".join(text.replace("\0", " ").split()).encode("utf-8", "replace") + b"\0"
