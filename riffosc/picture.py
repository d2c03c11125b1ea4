"""The mel picture: the score of a clip. Dark where loud, low notes at the bottom; settings in the file.

Files follow Riffusion's (github.com/riffusion/riffusion-hobby, spectrogram_params.py and image_util.py):
its numeric EXIF tags, plus our own for beats, tempo and level.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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

    pixels: Pixels
    settings: PictureSettings = EMBEDDED
    beats: float = 8.0
    tempo: float = 120.0  # at which it was made or last performed; any other will do
    quantum: int = 4
    key: str = ""

    @property
    def columns(self) -> int:
        return int(self.pixels.shape[-1])
