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
from dataclasses import dataclass, field, replace
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
    `reference`; `power` bends it, and a pixel is `255 - 255 * value`. Columns follow beats, or, as
    Riffusion's, seconds.
    """

    bins: int = 512
    low_hz: float = 20.0
    high_hz: float = 16000.0
    window_s: float = 0.064  # Hann; Riffusion's 0.100 smears an onset over half as much again
    padded_s: float = 0.128  # of the Fourier transform, rounded up to a fast length
    power: float = 0.25
    reference: float = 0.3  # the mel amplitude at which a picture is black; a full mix peaks just below
    columns_per_beat: int = 64
    step_s: float = 0.0  # the time of a column where pictures count seconds; 0 where they count beats


# What full scale is to Riffusion, whose samples are those of 16 bits and whose transform is not scaled: a sine of
# full scale has the value FULL_SCALE / 4 * (frames of the padded window) on its mel scale.
FULL_SCALE = 32768
NOMINAL_RATE = 44100  # a picture has no sample rate of its own
# Of a picture that does not say it. Riffusion takes 30e6 and then brings every clip to full scale; we do not, and half
# of that puts its pictures beside our own: its seed images peak 7 dB below to 5 dB above full scale, og_beat highest.
MAX_VALUE_UNKNOWN = 15e6


def reference_of(max_value: float, padded_s: float, samplerate: float = NOMINAL_RATE) -> float:
    """The level of black, as ours, from Riffusion's MAX_VALUE."""
    return max_value * 4 / (FULL_SCALE * max(1, int(padded_s * samplerate)))


def max_value_of(settings: PictureSettings, samplerate: float = NOMINAL_RATE) -> float:
    """The inverse of `reference_of`."""
    return settings.reference * FULL_SCALE * max(1, int(settings.padded_s * samplerate)) / 4


EMBEDDED = PictureSettings()  # frozen before training: shipped weights and seeds depend on it
RIFFUSION = PictureSettings(
    low_hz=0.0,
    high_hz=10_000.0,
    window_s=0.1,
    padded_s=0.4,
    reference=reference_of(MAX_VALUE_UNKNOWN, 0.4),
    step_s=0.01,
)
PRESETS = {
    "riffusion": RIFFUSION,
    "riffusion-20k": replace(RIFFUSION, low_hz=10.0, high_hz=20_000.0),
    "riffosc": EMBEDDED,
}


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels, what they mean, and how long they last in beats."""

    pixels: Pixels = field(repr=False)
    settings: PictureSettings = EMBEDDED
    beats: float = 8.0  # 0 where nobody has said; then it has a `step_s`
    tempo: float = 120.0  # at which it was made or last performed; any other will do
    quantum: int = 4
    key: str = ""

    @property
    def columns(self) -> int:
        return int(self.pixels.shape[-1])

    @property
    def seconds(self) -> float:
        return self.beats * 60 / self.tempo if self.beats else self.columns * self.settings.step_s


# Riffusion's tags. It counts in whole hertz and milliseconds at a sample rate; only its own readers need those.
SAMPLE_RATE, STEREO, STEP_SIZE_MS, WINDOW_DURATION_MS, PADDED_DURATION_MS = 11000, 11005, 11010, 11020, 11030
NUM_FREQUENCIES, MIN_FREQUENCY, MAX_FREQUENCY, POWER_FOR_IMAGE, MAX_VALUE = 11040, 11050, 11060, 11070, 11080
# Ours. The durations again in seconds: a number of milliseconds does not always divide back exactly.
BEATS, TEMPO, QUANTUM, KEY, COLUMNS_PER_BEAT, REFERENCE, WINDOW_S, PADDED_S, STEP_S = range(11100, 11190, 10)

NAMES = {  # of what riffosc's own pictures cannot do without
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
MORE_NAMES = {
    SAMPLE_RATE: "sample rate",
    STEREO: "stereo",
    STEP_SIZE_MS: "time of a column",
    WINDOW_DURATION_MS: "window",
    PADDED_DURATION_MS: "padded window",
    MAX_VALUE: "level of black",
    STEP_S: "time of a column",
}
MAX_WINDOW_S = 10.0
FORMATS = ("PNG", "JPEG", "WEBP")  # those that hold EXIF and that people send; others stay closed
# All that Pillow is known to raise for files that are not what they seem.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
)
MAX_PIXELS = 1 << 26  # four minutes at the widest; more is not a picture of a loop


def tags_of(picture: Picture) -> dict[int, float | int | str | bytes]:
    """All settings as EXIF tags: Riffusion's, and ours where there are beats.

    A picture without beats has only Riffusion's, which say all of it: its tools stumble over others.
    """
    tags = _riffusions_tags(picture)
    return tags | _own_tags(picture) if picture.beats else tags


def _riffusions_tags(picture: Picture) -> dict[int, float | int | str | bytes]:
    settings = picture.settings
    step_s = settings.step_s or 60 / picture.tempo / settings.columns_per_beat
    return {
        SAMPLE_RATE: NOMINAL_RATE,
        STEREO: int(len(picture.pixels) == 2),
        STEP_SIZE_MS: _whole(step_s * 1000),
        WINDOW_DURATION_MS: _whole(settings.window_s * 1000),
        PADDED_DURATION_MS: _whole(settings.padded_s * 1000),
        NUM_FREQUENCIES: settings.bins,
        MIN_FREQUENCY: _whole(settings.low_hz),
        MAX_FREQUENCY: _whole(settings.high_hz),
        POWER_FOR_IMAGE: float(settings.power),
        MAX_VALUE: max_value_of(settings),
    }


def _own_tags(picture: Picture) -> dict[int, float | int | str | bytes]:
    settings = picture.settings
    return {
        BEATS: float(picture.beats),
        TEMPO: float(picture.tempo),
        QUANTUM: picture.quantum,
        KEY: picture.key if picture.key.isascii() else picture.key.encode(),  # EXIF's text is ASCII
        COLUMNS_PER_BEAT: settings.columns_per_beat,
        REFERENCE: float(settings.reference),
        WINDOW_S: float(settings.window_s),
        PADDED_S: float(settings.padded_s),
    } | ({STEP_S: float(settings.step_s)} if settings.step_s else {})


def _whole(number: float) -> float | int:
    """A whole number as such: Riffusion's readers are used to them."""
    return int(number) if abs(number) < 1 << 31 and number == int(number) else float(number)


def encode_picture(picture: Picture) -> bytes:
    """A PNG with the settings inside: grey where it is mono; red empty, green left, blue right where stereo."""
    pixels = picture.pixels
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or len(pixels) not in (1, 2):
        raise PictureError(f"a picture has one or two channels of bytes, not {pixels.dtype} {pixels.shape}")
    layers = pixels[0] if len(pixels) == 1 else np.stack([np.zeros_like(pixels[0]), *pixels], axis=-1)
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
        raise PictureError(f"cannot write {shown(path)}: {reason_of(error)}") from error


def load_picture(path: Path | str) -> Picture:
    """Read a picture and its settings. Raises PictureError in words."""
    return _read(path, shown(path))


def decode_picture(data: bytes, name: str = "the picture") -> Picture:
    """As `load_picture`, from the bytes of a file."""
    return _read(io.BytesIO(data), name)


def _read(source: Path | str | io.BytesIO, name: str) -> Picture:
    with opened_image(source, name) as image:
        return _from_tags(_pixels(image), dict(image.getexif()))


@contextmanager
def opened_image(
    source: Path | str | io.BytesIO, name: str, formats: tuple[str, ...] = FORMATS
) -> Iterator[Image.Image]:
    """The file as Pillow has it, not yet unpacked. All that is wrong with it is a PictureError that names it."""
    try:
        with _without_warnings(), Image.open(source, formats=formats) as image:
            if image.width * image.height > MAX_PIXELS:
                raise PictureError(f"it is too large for a loop: {image.width} by {image.height} pixels")
            yield image
    except PictureError as error:
        raise PictureError(f"{name}: {error}") from None
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} is not a picture that can be read") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name}: it is too large for a loop") from error
    except BROKEN as error:
        raise PictureError(f"cannot read {name}: {reason_of(error)}") from error


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
        beats=above_zero(tags, BEATS),
        tempo=above_zero(tags, TEMPO),
        quantum=count_in(tags, QUANTUM),
        key=text_in(tags, KEY),
    )


def _settings(tags: dict[int, Any]) -> PictureSettings:
    low, high = number_in(tags, MIN_FREQUENCY), above_zero(tags, MAX_FREQUENCY)
    if not 0 <= low < high:
        raise PictureError(f"its frequencies go from {low:g} to {high:g} Hz")
    return PictureSettings(
        bins=count_in(tags, NUM_FREQUENCIES),
        low_hz=low,
        high_hz=high,
        window_s=duration(tags, WINDOW_S),
        padded_s=duration(tags, PADDED_S),
        power=above_zero(tags, POWER_FOR_IMAGE),
        reference=above_zero(tags, REFERENCE),
        columns_per_beat=count_in(tags, COLUMNS_PER_BEAT),
        step_s=duration(tags, STEP_S) if STEP_S in tags else 0.0,
    )


def called(tag: int) -> str:
    """The setting's name for a message."""
    return f"{NAMES.get(tag) or MORE_NAMES[tag]} (tag {tag})"


def _tag(tags: dict[int, Any], tag: int) -> Any:
    if tag not in tags:
        raise PictureError(f"its setting {called(tag)} is missing")
    return tags[tag]


def number_in(tags: dict[int, Any], tag: int) -> float:
    value = _tag(tags, tag)
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        number = math.nan
    if not math.isfinite(number):
        raise PictureError(f"its setting {called(tag)} is not a number")
    return number


def above_zero(tags: dict[int, Any], tag: int) -> float:
    number = number_in(tags, tag)
    if number <= 0:
        raise PictureError(f"its setting {called(tag)} is {number:g}, which cannot be")
    return number


def duration(tags: dict[int, Any], tag: int) -> float:
    seconds = above_zero(tags, tag)
    if seconds > MAX_WINDOW_S:
        raise PictureError(f"its setting {called(tag)} is {seconds:g} s, which cannot be")
    return seconds


def count_in(tags: dict[int, Any], tag: int) -> int:
    number = above_zero(tags, tag)
    if number != round(number):
        raise PictureError(f"its setting {called(tag)} is {number:g}, which is not a whole number")
    return round(number)


def text_in(tags: dict[int, Any], tag: int) -> str:
    value = _tag(tags, tag)
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip("\0 ")


def shown(path: Path | str) -> str:
    """The file's name for a message: one short line, whatever is in it."""
    name = "".join(letter if letter.isprintable() else "?" for letter in Path(path).name)
    return name[:80] or "the folder"


def reason_of(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).split("\n", maxsplit=1)[0] or type(error).__name__
