"""Where a clip is painted anew and where its seed picture stays: named, described in words, or drawn.

Words are beats, bars and frequencies: `beats 5-8`, `bars 2`, `above 2 kHz`, `200 Hz-2 kHz`. What stands together
narrows (`beats 5-8 above 2 kHz`), a comma adds (`beats 1, 3, bar 2 below 200 Hz`), and `keep` in front turns it all
around. A drawing is white where it is painted, black where the seed picture stays, and grey for a part of each, as
Riffusion's are, whose six masks are here by their names.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ImageOps

from riffosc.picture import PictureError, opened_image, shown

Shade = npt.NDArray[np.uint8]  # (rows, columns), row 0 the highest: 255 is painted, 0 is kept
ROWS = 512
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
HELP = "try beats 5-8, bars 2, above 2 kHz, 200 Hz-2 kHz, beats 5-8 above 2 kHz, or a picture's file"
NUMBER = r"(?<![\d.])(?P<{}>\d+(?:\.\d*)?|\.\d+)"  # whole, and in one way only: long rows of digits take no time
TERM = re.compile(
    rf"(?P<unit>beat|bar)s?\s*(?P<first>\d+)(?:\s*(?:-|to)\s*(?P<last>\d+))?(?![.\d]|\s*k?hz\b)"
    rf"|(?P<side>above|over|below|under)\s*{NUMBER.format('edge')}\s*(?P<edge_unit>k?hz|k)?(?!\w)"
    rf"|{NUMBER.format('low')}\s*(?P<low_unit>k?hz|k)?\s*(?:-|to)\s*"
    rf"{NUMBER.format('high')}\s*(?P<high_unit>k?hz|k)(?!\w)"
)
MORE = re.compile(r"(\d+)(?:\s*(?:-|to)\s*(\d+))?")


class MaskError(ValueError):
    """A mask that cannot be, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of a clip. Of its beats or bars, from 1, the last is in it; without a unit it is all of the time."""

    unit: str = ""  # "beat" or "bar"
    first: int = 1
    last: int = 1
    low_hz: float = 0.0
    high_hz: float = math.inf

    def beats(self, beats: int, quantum: int) -> tuple[int, int]:
        """From which beat to which, from 0, the last not in it. Raises MaskError beyond the clip's end."""
        if not self.unit:
            return 0, beats
        each = quantum if self.unit == "bar" else 1
        if self.last * each > beats:
            have = beats // each
            raise MaskError(f"the mask asks for {self.unit} {self.last}, but the clip has {have}")
        return (self.first - 1) * each, self.last * each


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Areas, or a shade that is stretched over the clip, or over each of its beats."""

    text: str
    areas: tuple[Area, ...] = ()
    keeps: bool = False  # the areas are what stays
    shade: Shade | None = field(default=None, repr=False)
    each_beat: bool = False

    def check(self, beats: int, quantum: int) -> "Mask":
        """Itself, if a clip of so many beats has all that it names. Raises MaskError."""
        for area in self.areas:
            area.beats(beats, quantum)
        return self


def find_mask(text: str) -> Mask:
    """A mask by name, by description, or from a file. Raises MaskError, in words."""
    try:
        return parse_mask(text)
    except MaskError as error:
        try:
            path = Path(text).expanduser()
            if path.is_file():
                return Mask(text, shade=_read(path, path.stat().st_mtime_ns))
        except (OSError, RuntimeError):  # a name that no file can have, a home that nobody has
            pass
        raise error from None


def parse_mask(text: str) -> Mask:
    """A mask by name or by description, never from a file. Raises MaskError, in words."""
    name = text.strip()
    if name in RIFFUSIONS:
        return RIFFUSIONS[name](name)
    words = re.sub(r"[\s_]+", " ", name.lower().replace("\u2013", "-")).strip()
    keeps = words.startswith("keep ")
    areas: list[Area] = []
    for part in words.removeprefix("keep ").split(","):
        areas.append(_area(part.strip(), areas[-1] if areas else None, text))
    return Mask(text, tuple(areas), keeps)


def _area(part: str, before: Area | None, text: str) -> Area:
    """What stands between two commas; a bare number counts what was counted before."""
    more = MORE.fullmatch(part)
    if more and before and before.unit:
        return _counted(before.unit, more[1], more[2])
    unit, first, last, low, high = "", 1, 1, 0.0, math.inf
    place = 0
    for found in TERM.finditer(part):
        if part[place : found.start()].strip() not in ("", "and"):
            break
        place = found.end()
        if found["unit"]:
            if unit:
                raise MaskError(f"{text!r:.60} names a time twice: put a comma between")
            counted = _counted(found["unit"], found["first"], found["last"])
            unit, first, last = counted.unit, counted.first, counted.last
        else:
            new_low, new_high = _band(found)
            low, high = max(low, new_low), min(high, new_high)
    if not place or part[place:].strip():
        raise MaskError(f"{text!r:.60} is no mask: {HELP}")
    if low >= high:
        raise MaskError(f"{text!r:.60} leaves no frequencies: the lower one comes first")
    return Area(unit, first, last, low, high)


def _counted(unit: str, first: str, last: str | None) -> Area:
    begin, end = int(first), int(last or first)
    if not 1 <= begin <= end:
        raise MaskError(f"{unit}s count from 1, the lower number first: not {first}-{last or first}")
    return Area(unit, begin, end)


def _band(found: "re.Match[str]") -> tuple[float, float]:
    """Low and high in Hz. In `1-2 kHz` both are kHz, in `200-2 kHz` they cannot be."""
    if side := found["side"]:
        edge = float(found["edge"]) * _hertz(found["edge_unit"])
        return (edge, math.inf) if side in ("above", "over") else (0.0, edge)
    high = float(found["high"]) * _hertz(found["high_unit"])
    low = float(found["low"])
    if found["low_unit"]:
        return low * _hertz(found["low_unit"]), high
    both = low * _hertz(found["high_unit"])
    return (both if both < high else low), high


def _hertz(unit: str | None) -> float:
    return 1000.0 if unit in ("khz", "k") else 1.0


@lru_cache(maxsize=8)
def _read(path: Path, _modified: int) -> Shade:
    try:
        with opened_image(path, shown(path), FORMATS) as image:
            grey = ImageOps.exif_transpose(image).convert("L")
            return np.array(grey, np.uint8)
    except PictureError as error:
        raise MaskError(f"the mask {error}") from None


# Riffusion's masks, drawn anew from their description: rows of one shade each, and what lies on the beats.


def _steps(top: float, painted: int) -> Callable[[str], Mask]:
    """So much of the picture from above is painted in part, the rest whole."""
    shade = np.full((ROWS, 1), 255, np.uint8)
    shade[: round(top * ROWS)] = painted
    return lambda name: Mask(name, shade=shade)


def _gradient(top: float, painted: int) -> Callable[[str], Mask]:
    """Painted more and more from the upper edge down, and whole from there on."""
    shade = np.full((ROWS, 1), 255, np.uint8)
    rows = round(top * ROWS)
    shade[:rows, 0] = np.linspace(painted, 255, rows)
    return lambda name: Mask(name, shade=shade)


def _beat_lines(painted: int) -> Callable[[str], Mask]:
    """In the upper half each beat is a line that stays in part."""
    columns = 64
    away = np.minimum(np.arange(columns), columns - np.arange(columns))  # from the beat
    shade = np.full((ROWS, columns), 255, np.uint8)
    shade[: ROWS // 2] = np.clip(painted + (255 - painted) * (away - 2) / 6, painted, 255)
    return lambda name: Mask(name, shade=shade, each_beat=True)


RIFFUSIONS: dict[str, Callable[[str], Mask]] = {
    "mask_beat_lines_80": _beat_lines(203),
    "mask_gradient_dark": _gradient(1, 32),
    "mask_gradient_top_70": _gradient(1, 165),
    "mask_gradient_top_fifth_75": _gradient(1 / 5, 165),
    "mask_top_third_75": _steps(1 / 3, 192),
    "mask_top_third_95": _steps(1 / 3, 242),
}
