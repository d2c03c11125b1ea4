"""Masks on pictures: what is painted, what is left alone, and how one passes into the other."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from riffosc.clip import ClipRequest
from riffosc.masks import Area, Mask, MaskError
from riffosc.picture import Picture, PictureSettings, Pixels
from riffosc.synthesis.filterbank import hz_to_mel, mel_to_hz
from riffosc.synthesis.sampler import Keep

Shades = npt.NDArray[np.float32]  # (bins, columns), row 0 the highest: 1 is painted, 0 is kept
BLEND_COLUMNS = 4  # before what is painted begins and before it ends, so that what begins then is whole
BLEND_ROWS = 8  # half on either side


class Masked(Protocol):
    """What is asked of a canvas; see `family.Canvas`."""

    @property
    def settings(self) -> PictureSettings: ...

    def fitted(self, picture: Picture) -> Pixels: ...

    def keeper(self, shades: Shades) -> Keep: ...


def shades(mask: Mask, settings: PictureSettings, columns: int, request: ClipRequest) -> Shades:
    """The mask over the whole of a picture. Raises MaskError where that has nothing of it."""
    if mask.shade is not None:
        found = _stretched(mask.shade, settings.bins, columns, request.beats if mask.each_beat else 1)
    else:
        found = np.zeros((settings.bins, columns), np.float32)
        for area in mask.areas:
            found[_within(area, settings, columns, request)] = 1.0
        if mask.keeps:
            np.subtract(1, found, out=found)
    if not found.any():
        top = f"pictures here end at {settings.high_hz / 1000:g} kHz"
        raise MaskError(f"the mask {mask.text!r:.60} leaves nothing to paint: {top}")
    return found


def _stretched(shade: npt.NDArray[np.uint8], bins: int, columns: int, times: int) -> Shades:
    tiled = Image.fromarray(np.tile(shade, (1, times)))
    return np.asarray(tiled.resize((columns, bins), Image.Resampling.BILINEAR), np.float32) / np.float32(255)


def _within(
    area: Area, settings: PictureSettings, columns: int, request: ClipRequest
) -> tuple[npt.NDArray[np.intp], ...]:
    """Rows and columns of an area, as an index of both."""
    first, last = (round(beat * columns / request.beats) for beat in area.beats(request.beats, request.quantum))
    edges = np.linspace(hz_to_mel(settings.low_hz), hz_to_mel(settings.high_hz), settings.bins + 2)
    centres = mel_to_hz(edges[1:-1])[::-1]
    rows = np.nonzero((area.low_hz <= centres) & (centres < area.high_hz))[0]
    return np.ix_(rows, np.arange(first, last))


def reach(found: Shades) -> Shades:
    """The mask and what is blended before it: all that has to be painted."""
    reached = found.copy()
    for early in range(1, BLEND_COLUMNS + 1):
        np.maximum(reached, np.roll(found, -early, axis=1), out=reached)
    return reached


def composed(kept: Pixels, painted: Pixels, found: Shades) -> Pixels:
    """The painted picture (1, bins, columns) where it was to be painted, and elsewhere the very pixels of the other.

    What is painted in part was so already in the latents: only black is left alone here.
    """
    weight = _blend(found)
    mixed = np.rint(kept + weight * (painted.astype(np.float32) - kept))
    return mixed.astype(np.uint8)


def _blend(found: Shades) -> Shades:
    """1 where there is anything to paint, 0 where there is nothing, straight in between."""
    hard = (found > 0).astype(np.float32)
    early = sum(np.roll(hard, -column, axis=1) for column in range(BLEND_COLUMNS)) / np.float32(BLEND_COLUMNS)
    padded = np.pad(early, ((BLEND_ROWS // 2, BLEND_ROWS // 2 - 1), (0, 0)), mode="edge")
    rows = (padded[row : row + len(found)] for row in range(BLEND_ROWS))
    blended: Shades = sum(rows) / np.float32(BLEND_ROWS)  # type: ignore[assignment]
    return blended


@dataclass(frozen=True, slots=True, eq=False)
class Inpainting:
    """One clip's: `keep` while it is painted, `over` when it is."""

    keep: Keep
    kept: Pixels
    shades: Shades

    @classmethod
    def of(cls, request: ClipRequest, canvas: Masked) -> "Inpainting | None":
        """None where nothing is to be kept. Raises MaskError."""
        if request.mask is None or request.init is None:
            return None
        kept = canvas.fitted(request.init)
        found = shades(request.mask, canvas.settings, kept.shape[-1], request)
        return cls(canvas.keeper(found), kept, found)

    def over(self, picture: Picture) -> Picture:
        return replace(picture, pixels=composed(self.kept, picture.pixels, self.shades))
