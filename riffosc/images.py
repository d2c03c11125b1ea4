"""Any picture as a picture of sound: Riffusion's, riffosc's, or one drawn by hand.

A picture that says nothing of itself is read as Riffusion's are: loud is dark, low is at the bottom, red is mono,
green and blue are left and right. Its height is the whole band, stretched to the bands of the settings: so a place
in the picture has one pitch, and a shade one loudness, however large it was drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps

from riffosc import picture as tag
from riffosc.picture import (
    MAX_PIXELS,
    NOMINAL_RATE,
    PRESETS,
    Picture,
    PictureError,
    PictureSettings,
    Pixels,
    above_zero,
    called,
    count_in,
    duration,
    number_in,
    opened_image,
    reference_of,
    shown,
    text_in,
)

FORMATS = (*tag.FORMATS, "GIF", "BMP", "TIFF", "PPM")  # read by Pillow alone, without another program
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pgm", ".ppm"))
# Riffusion's reader cannot do without these.
NEEDED = (
    tag.SAMPLE_RATE,
    tag.STEREO,
    tag.STEP_SIZE_MS,
    tag.WINDOW_DURATION_MS,
    tag.PADDED_DURATION_MS,
    tag.NUM_FREQUENCIES,
    tag.MIN_FREQUENCY,
    tag.MAX_FREQUENCY,
    tag.POWER_FOR_IMAGE,
)
KNOWN = frozenset(tag.NAMES) | frozenset(tag.MORE_NAMES)
PLAIN = frozenset(  # of the picture as a picture: where it is stored, how large it prints, which way it is held
    (254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 296, 317, 320, 322, 323, 324, 325, 338)
) | {339, 34665, 34675}
TAGS_NAMED = 5  # in a sentence; `info --json` has all
GREY_ENOUGH = 0.25  # the spread of red, green and blue as a part of the ink: what models paint is never quite grey
MILLISECONDS = 1000.0
LOUDEST = 64.0  # the level of black at most: 36 dB over full scale, and no number overflows
T = TypeVar("T")
Layers = npt.NDArray[np.uint8]  # (rows, columns, 3)


@dataclass(frozen=True, slots=True)
class Found:
    """A picture, and what its file said or did not say."""

    picture: Picture
    preset: str  # whose values stand where the file is silent
    tagged: bool = False  # whether the file had settings at all
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()  # sentences
    foreign: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()  # on how its pixels were taken
    size: tuple[int, int] = (0, 0)  # width and height in the file
    kind: str = ""  # such as "PNG, RGB"

    @property
    def notes(self) -> list[str]:
        """A line for each thing a musician should know of."""
        lines = [] if self.tagged else [f"no settings inside: taken as {self.preset}"]
        if self.missing:
            lines.append(f"missing: {listed(self.missing)}; taken as {self.preset}")
        lines += [f"{words}; taken as {self.preset}" for words in self.wrong]
        if self.foreign:
            lines.append(f"foreign tags: {listed(self.foreign)}")
        return [*lines, *self.remarks]


def listed(names: tuple[str, ...]) -> str:
    more = len(names) - TAGS_NAMED
    return ", ".join(names[:TAGS_NAMED]) + (f" and {more} more" if more > 0 else "")


def find_picture(path: Path, preset: str = "riffusion", stereo: bool | None = None) -> Found:
    """Read any picture. `preset` names the settings of one that has none; `stereo` overrides what it says.

    Raises PictureError, in words.
    """
    with opened_image(path, shown(path), FORMATS) as image:
        tags = dict(image.getexif())
        size, kind = image.size, f"{image.format}, {image.mode}"
        reading = _Reading(tags, preset)
        settings = reading.settings()
        remarks: list[str] = []
        layers = _layers(image, settings.bins, remarks)
        if reading.tagged and size[1] != settings.bins:
            remarks.append(f"it is {size[1]} pixels high where its settings say {settings.bins}: stretched")
        says = bool(tags.get(tag.STEREO)) if reading.tagged else None
        pixels = _channels(layers, says, stereo, remarks)
    picture = replace(reading.timed(pixels, settings), pixels=pixels)
    return Found(
        picture,
        preset,
        reading.tagged,
        tuple(reading.missing),
        tuple(reading.wrong),
        foreign_tags(tags),
        tuple(remarks),
        size,
        kind,
    )


def foreign_tags(tags: dict[int, Any]) -> tuple[str, ...]:
    """Names of what is neither Riffusion's nor ours nor about the picture as such."""
    strange = sorted(tags.keys() - KNOWN - PLAIN)
    names = ExifTags.TAGS
    return tuple(f"{names[number]} ({number})" if number in names else f"{number}" for number in strange)


@dataclass(slots=True)
class _Reading:
    """Takes the settings out of tags. What is missing or cannot be is noted, and the preset's value stands."""

    tags: dict[int, Any]
    preset: str
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def tagged(self) -> bool:
        return bool(self.tags.keys() & KNOWN)

    @property
    def ours(self) -> bool:
        return tag.BEATS in self.tags

    def settings(self) -> PictureSettings:
        default = PRESETS[self.preset]
        if not self.tagged:
            return replace(default, step_s=default.step_s or tag.RIFFUSION.step_s)
        self.missing += [called(number) for number in NEEDED if number not in self.tags]
        low, high = self._band(default)
        window_s, padded_s = self._windows(default)
        return PictureSettings(
            bins=self.take(count_in, tag.NUM_FREQUENCIES, default.bins),
            low_hz=low,
            high_hz=high,
            window_s=window_s,
            padded_s=padded_s,
            power=self.take(above_zero, tag.POWER_FOR_IMAGE, default.power),
            reference=self._reference(default, padded_s),
            columns_per_beat=self.take(count_in, tag.COLUMNS_PER_BEAT, default.columns_per_beat),
            step_s=self._step(),
        )

    def take(self, read: Callable[[dict[int, Any], int], T], number: int, default: T) -> T:
        if number not in self.tags:
            return default
        try:
            return read(self.tags, number)
        except PictureError as error:
            self.wrong.append(str(error))
            return default

    def _seconds(self, own: int, milliseconds: int, default: float) -> float:
        """Ours if it is there, being exact, else Riffusion's."""
        if own in self.tags:
            return self.take(duration, own, default)
        return self.take(_duration_ms, milliseconds, default)

    def _windows(self, default: PictureSettings) -> tuple[float, float]:
        window_s = self._seconds(tag.WINDOW_S, tag.WINDOW_DURATION_MS, default.window_s)
        padded_s = self._seconds(tag.PADDED_S, tag.PADDED_DURATION_MS, default.padded_s)
        if window_s > padded_s:
            self.wrong.append(f"its window of {window_s:g} s does not fit into {padded_s:g} s")
            return default.window_s, default.padded_s
        return window_s, padded_s

    def _band(self, default: PictureSettings) -> tuple[float, float]:
        low = self.take(number_in, tag.MIN_FREQUENCY, default.low_hz)
        high = self.take(above_zero, tag.MAX_FREQUENCY, default.high_hz)
        if not 0 <= low < high:
            self.wrong.append(f"its frequencies go from {low:g} to {high:g} Hz")
            return default.low_hz, default.high_hz
        return low, high

    def _reference(self, default: PictureSettings, padded_s: float) -> float:
        level = self._level(default, padded_s)
        if level > LOUDEST:
            self.wrong.append(f"its level of black is {level:.3g} times full scale")
            return default.reference
        return level

    def _level(self, default: PictureSettings, padded_s: float) -> float:
        if tag.REFERENCE in self.tags:
            return self.take(above_zero, tag.REFERENCE, default.reference)
        if tag.MAX_VALUE not in self.tags:
            self.missing.append(called(tag.MAX_VALUE))
        samplerate = self.take(above_zero, tag.SAMPLE_RATE, float(NOMINAL_RATE))
        largest = self.take(above_zero, tag.MAX_VALUE, 0.0)
        return reference_of(largest, padded_s, samplerate) if largest else default.reference

    def _step(self) -> float:
        """0 where columns follow beats: in riffosc's own pictures without a time of a column."""
        if self.ours and tag.STEP_S not in self.tags:
            return 0.0
        return self._seconds(tag.STEP_S, tag.STEP_SIZE_MS, tag.RIFFUSION.step_s)

    def timed(self, pixels: Pixels, settings: PictureSettings) -> Picture:
        """The picture with its length. Beats or tempo that cannot be leave it the length of its columns."""
        plain = Picture(pixels, settings, beats=0.0)
        if not self.ours:
            return plain
        self.missing += [called(number) for number in (tag.TEMPO, tag.QUANTUM) if number not in self.tags]
        beats = self.take(above_zero, tag.BEATS, 0.0)
        return replace(
            plain,
            settings=settings if beats or settings.step_s else replace(settings, step_s=tag.RIFFUSION.step_s),
            beats=beats,
            tempo=self.take(above_zero, tag.TEMPO, plain.tempo),
            quantum=self.take(count_in, tag.QUANTUM, plain.quantum),
            key=self.take(text_in, tag.KEY, ""),
        )


def _duration_ms(tags: dict[int, Any], number: int) -> float:
    seconds = above_zero(tags, number) / MILLISECONDS
    if seconds > tag.MAX_WINDOW_S:
        raise PictureError(f"its setting {called(number)} is {seconds:g} s, which cannot be")
    return seconds


def _layers(image: Image.Image, bins: int, remarks: list[str]) -> Layers:
    """Red, green and blue of the picture as one sees it, on white paper, `bins` rows high."""
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        remarks.append(f"the first of its {frames} frames is taken")
    upright = ImageOps.exif_transpose(image)
    if upright.width * bins > MAX_PIXELS:
        raise PictureError(f"it is too large for a loop: {upright.width} columns of {bins} bands")
    plain = _eight_bits(upright)
    see_through = "A" in plain.getbands() or "a" in plain.getbands() or "transparency" in plain.info
    plain = plain.convert("RGBA" if see_through else "RGB")
    if plain.height != bins:
        plain = plain.resize((plain.width, bins), Image.Resampling.BILINEAR)  # in height alone: columns are time
    if see_through:
        paper = Image.new("RGB", plain.size, "white")
        paper.paste(plain, mask=plain.getchannel("A"))
        plain = paper
    return np.asarray(plain, np.uint8)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pictures of 16 or 32 bits a pixel as one of 8: Pillow alone would cut off what is over 255."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.nan_to_num(np.asarray(image, np.float32), posinf=0.0, neginf=0.0)
    if image.mode == "F" and values.max(initial=0.0) <= 1:
        values = values * 255
    elif image.mode != "F" or values.max(initial=0.0) > 255:
        values = values * (255 / max(65535.0, float(values.max(initial=0.0))))
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def _channels(layers: Layers, says: bool | None, wanted: bool | None, remarks: list[str]) -> Pixels:
    """One channel or two. `says` is what the file says (None: nothing), `wanted` what the musician says."""
    stereo = says if says is not None else _looks_stereo(layers)
    red, green, blue = (layers[..., index] for index in range(3))
    if wanted if wanted is not None else stereo:
        return np.ascontiguousarray(np.stack([green, blue]))
    if stereo:
        remarks.append("stereo, mixed to mono")
        return np.ascontiguousarray((green // 2 + blue // 2 + (green & blue & 1))[None])
    if says is not None or _is_grey(layers):
        return np.ascontiguousarray(red[None])
    remarks.append("in colours: its brightness counts")
    return np.asarray(Image.fromarray(layers).convert("L"), np.uint8)[None].copy()


def _looks_stereo(layers: Layers) -> bool:
    """Riffusion leaves red empty where green and blue are two channels."""
    red = layers[..., 0]
    return bool(red.max(initial=0) == 0 and layers[..., 1:].max(initial=0) > 0)


def _is_grey(layers: Layers) -> bool:
    thinned = layers[:: max(1, layers.shape[0] // 256), :: max(1, layers.shape[1] // 1024)].astype(np.int16)
    darkest, lightest = thinned.min(-1), thinned.max(-1)
    return int((lightest - darkest).sum()) <= GREY_ENOUGH * int((255 - darkest).sum())
