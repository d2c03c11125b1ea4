"""The mel picture: the score of a clip. Dark where loud, low notes at the bottom; settings in the file.

Files follow Riffusion's (github.com/riffusion/riffusion-hobby, spectrogram_params.py and image_util.py):
its numeric EXIF tags, plus our own for beats, tempo and level.
"""

import io
import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from riffosc.files import replace_file

Pixels = npt.NDArray[np.uint8]  # (channels, bins, columns), row 0 the highest band, 0 the loudest


class PictureError(ValueError):
    """A picture that cannot be read, in words for the musician."""


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """How sound becomes a picture. In seconds and Hz, so that any sample rate will do.

    A mel value is the amplitude that a sine in that band has (1.0 is full scale), relative to
    `reference`; `power` bends it, and a pixel is `255 - 255 * value`.
    """

    bins: int = 512
    low_hz: float = 20.0
    high_hz: float = 16000.0
    window_s: float = 0.064  # Hann; Riffusion's 0.100 smears an onset over half as much again
    padded_s: float = 0.128  # of the Fourier transform, rounded up to a fast length
    power: float = 0.25
    reference: float = 0.3  # the mel amplitude at which a picture is black; a full mix peaks just below
    columns_per_beat: int = 64


EMBEDDED = PictureSettings()  # frozen before training: shipped weights and seeds depend on it


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels, what they mean, and how long they last in beats."""

    pixels: Pixels = field(repr=False)
    settings: PictureSettings = EMBEDDED
    beats: float = 8.0
    tempo: float = 120.0  # at which it was made or last performed; any other will do
    quantum: int = 4
    key: str = ""

    @property
    def columns(self) -> int:
        return int(self.pixels.shape[-1])


# Riffusion's tags. It counts in whole hertz and milliseconds at a sample rate; only its own readers need those.
SAMPLE_RATE, STEREO, STEP_SIZE_MS, WINDOW_DURATION_MS, PADDED_DURATION_MS = 11000, 11005, 11010, 11020, 11030
NUM_FREQUENCIES, MIN_FREQUENCY, MAX_FREQUENCY, POWER_FOR_IMAGE, MAX_VALUE = 11040, 11050, 11060, 11070, 11080
# Ours. The two durations again in seconds: a number of milliseconds does not always divide back exactly.
BEATS, TEMPO, QUANTUM, KEY, COLUMNS_PER_BEAT, REFERENCE, WINDOW_S, PADDED_S = range(11100, 11180, 10)

NAMES = {
    NUM_FREQUENCIES: "number of bands",
    MIN_FREQUENCY: "lowest frequency",
    MAX_FREQUENCY: "highest frequency",
    POWER_FOR_IMAGE: "power",
    BEATS: "beats",
    TEMPO: "tempo",
    QUANTUM: "quantum",
    KEY: "key",
    COLUMNS_PER_BEAT: "columns per beat",
    REFERENCE: "reference level",
    WINDOW_S: "window",
    PADDED_S: "padded window",
}
MAX_WINDOW_S = 10.0
FORMATS = ("PNG", "JPEG", "WEBP")  # those that hold EXIF and that people send; others stay closed
NOMINAL_RATE = 44100  # a picture has no sample rate of its own
# All that Pillow is known to raise for files that are not what they seem.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
)
MAX_PIXELS = 1 << 26  # four minutes at the widest; more is not a picture of a loop


def tags_of(picture: Picture) -> dict[int, float | int | str | bytes]:
    """All settings as EXIF tags, Riffusion's and ours."""
    settings = picture.settings
    return {
        SAMPLE_RATE: NOMINAL_RATE,
        STEREO: int(len(picture.pixels) == 2),
        STEP_SIZE_MS: 60_000 / picture.tempo / settings.columns_per_beat,
        WINDOW_DURATION_MS: settings.window_s * 1000,
        PADDED_DURATION_MS: settings.padded_s * 1000,
        NUM_FREQUENCIES: settings.bins,
        MIN_FREQUENCY: float(settings.low_hz),
        MAX_FREQUENCY: float(settings.high_hz),
        POWER_FOR_IMAGE: float(settings.power),
        MAX_VALUE: float(settings.reference),
        BEATS: float(picture.beats),
        TEMPO: float(picture.tempo),
        QUANTUM: picture.quantum,
        KEY: picture.key if picture.key.isascii() else picture.key.encode(),  # EXIF's text is ASCII
        COLUMNS_PER_BEAT: settings.columns_per_beat,
        REFERENCE: float(settings.reference),
        WINDOW_S: float(settings.window_s),
        PADDED_S: float(settings.padded_s),
    }


def encode_picture(picture: Picture) -> bytes:
    """A PNG with the settings inside: grey where it is mono; red empty, green left, blue right where stereo."""
    pixels = picture.pixels
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or len(pixels) not in (1, 2):
        raise PictureError(f"a picture has one or two channels of bytes, not {pixels.dtype} {pixels.shape}")
    layers = pixels[0] if len(pixels) == 1 else np.stack([np.full_like(pixels[0], 255), *pixels], axis=-1)
    image = Image.fromarray(layers)
    exif = image.getexif()
    exif.update(tags_of(picture))
    file = io.BytesIO()
    image.save(file, "PNG", exif=exif)
    return file.getvalue()


def save_picture(picture: Picture, path: Path | str) -> None:
    """Write the PNG, whole or not at all. Raises PictureError in words."""
    try:
        replace_file(Path(path), encode_picture(picture))
    except (OSError, ValueError) as error:
        raise PictureError(f"cannot write {_shown(path)}: {_reason(error)}") from error


def load_picture(path: Path | str) -> Picture:
    """Read a picture and its settings. Raises PictureError in words."""
    return _read(path, _shown(path))


def decode_picture(data: bytes, name: str = "the picture") -> Picture:
    """As `load_picture`, from the bytes of a file."""
    return _read(io.BytesIO(data), name)


def _read(source: Path | str | io.BytesIO, name: str) -> Picture:
    try:
        with _without_warnings(), Image.open(source, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureError(f"it is too large for a loop: {image.width} by {image.height} pixels")
            tags = dict(image.getexif())
            return _from_tags(_pixels(image), tags)
    except PictureError as error:
        raise PictureError(f"{name}: {error}") from None
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} is not a picture that can be read") from error
    except BROKEN as error:
        raise PictureError(f"cannot read {name}: {_reason(error)}") from error


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Pillow warns of damaged settings and goes on without them; we name what is then missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _pixels(image: Image.Image) -> Pixels:
    """Row 0 the highest band, 0 the loudest: as in the file. Mono keeps one channel."""
    stereo = bool(image.getexif().get(STEREO))
    if not stereo:
        return np.array(image.convert("RGB").getchannel("R") if image.mode != "L" else image, np.uint8)[None]
    return np.ascontiguousarray(np.moveaxis(np.array(image.convert("RGB"), np.uint8), -1, 0)[1:])


def _from_tags(pixels: Pixels, tags: dict[int, Any]) -> Picture:
    if not tags.keys() & NAMES.keys():
        raise PictureError("it holds no settings, so it is not a picture of sound that riffosc knows")
    settings = _settings(tags)
    if pixels.shape[1] != settings.bins:
        raise PictureError(f"it is {pixels.shape[1]} pixels high, but its settings say {settings.bins}")
    return Picture(
        pixels,
        settings,
        beats=_above_zero(tags, BEATS),
        tempo=_above_zero(tags, TEMPO),
        quantum=_count(tags, QUANTUM),
        key=_text(tags, KEY),
    )


def _settings(tags: dict[int, Any]) -> PictureSettings:
    low, high = _number(tags, MIN_FREQUENCY), _above_zero(tags, MAX_FREQUENCY)
    if not 0 <= low < high:
        raise PictureError(f"its frequencies go from {low:g} to {high:g} Hz")
    return PictureSettings(
        bins=_count(tags, NUM_FREQUENCIES),
        low_hz=low,
        high_hz=high,
        window_s=_window(tags, WINDOW_S),
        padded_s=_window(tags, PADDED_S),
        power=_above_zero(tags, POWER_FOR_IMAGE),
        reference=_above_zero(tags, REFERENCE),
        columns_per_beat=_count(tags, COLUMNS_PER_BEAT),
    )


def _tag(tags: dict[int, Any], tag: int) -> Any:
    if tag not in tags:
        raise PictureError(f"its setting {NAMES[tag]} (tag {tag}) is missing")
    return tags[tag]


def _number(tags: dict[int, Any], tag: int) -> float:
    value = _tag(tags, tag)
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        number = math.nan
    if not math.isfinite(number):
        raise PictureError(f"its setting {NAMES[tag]} (tag {tag}) is not a number")
    return number


def _above_zero(tags: dict[int, Any], tag: int) -> float:
    number = _number(tags, tag)
    if number <= 0:
        raise PictureError(f"its setting {NAMES[tag]} (tag {tag}) is {number:g}, which cannot be")
    return number


def _window(tags: dict[int, Any], tag: int) -> float:
    seconds = _above_zero(tags, tag)
    if seconds > MAX_WINDOW_S:
        raise PictureError(f"its setting {NAMES[tag]} (tag {tag}) is {seconds:g} s, which cannot be")
    return seconds


def _count(tags: dict[int, Any], tag: int) -> int:
    number = _above_zero(tags, tag)
    if number != round(number):
        raise PictureError(f"its setting {NAMES[tag]} (tag {tag}) is {number:g}, which is not a whole number")
    return round(number)


def _text(tags: dict[int, Any], tag: int) -> str:
    value = _tag(tags, tag)
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip("\0 ")


def _shown(path: Path | str) -> str:
    """The file's name for a message: one short line, whatever is in it."""
    name = "".join(letter if letter.isprintable() else "?" for letter in Path(path).name)
    return name[:80] or "the folder"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).split("\n", maxsplit=1)[0] or type(error).__name__
