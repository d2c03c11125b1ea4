"""WAV files that say how they loop: 24-bit PCM with tempo, beats, root note and loop points inside.

libsndfile reads the `acid` chunk but does not write it (libsndfile#768), so the file is built by hand.
"""

import re
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from riffosc import __version__
from riffosc.files import replace_file

FULL_SCALE = 1 << 23
MAX_DATA_BYTES = (1 << 32) - (1 << 16)  # a WAV counts its bytes in 32 bits
SOFTWARE = f"riffosc {__version__}"
MIDDLE_C = 60
ROOT_KNOWN, STRETCHES = 2, 4  # flags of the `acid` chunk; without 1 (one-shot) the file is a loop
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
