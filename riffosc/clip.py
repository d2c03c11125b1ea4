"""What is asked of the renderer and what comes back. Frozen: a request holds all that made its clip."""

from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from riffosc.masks import Mask
from riffosc.picture import Picture, PictureSettings
from riffosc.timeline import clip_frames

Samples = npt.NDArray[np.float32]  # (channels, frames), 1.0 is full scale


@dataclass(frozen=True, slots=True)
class Rig:
    """Which model paints, and what is put on it. What it has no use for, the embedded model refuses."""

    model: str = "embedded"  # or a folder, a single file, the name of a model on the hub
    vae: str = ""  # another autoencoder: its folder, or the name of one on the hub
    loras: tuple[tuple[str, float], ...] = ()  # files that shift the model's weights, each with its strength
    scheduler: str = ""  # as diffusers calls it; the model's own if none is named


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """Everything that decides how a clip sounds.

    The same request on the same machine, device and thread count, rendered alone, gives the same bytes.
    """

    prompts: tuple[tuple[str, float], ...] = (("", 1.0),)  # text and its share; shares add up to 1
    negative: str = ""
    seed: int = 0  # of the noise
    walk: float = 0.0  # how far the noise has gone, by slerp, from `seed` to `to_seed`
    to_seed: int | None = None  # where a walk leads; to the next seed if none is named
    init: Picture | None = None  # the picture to start from; its distance is `denoising`
    seed_image: str = ""  # where `init` comes from: for people, it changes nothing
    denoising: float = 1.0  # 0 keeps `init` as it is (no model is run), 1 keeps nothing of it
    mask: Mask | None = None  # what of `init` is painted over; all of it if there is none
    guidance: float = 2.5
    steps: int = 5
    bars: int = 2
    quantum: int = 4  # beats a bar
    tempo: float = 120.0
    key: str = ""  # "Am", "F#", or empty for the model's choice
    samplerate: int = 44100
    rig: Rig = Rig()
    drawn: PictureSettings | None = None  # what the clip's picture comes back in, if not as it was performed
    inverter: str = "riffosc"  # or "torchaudio", for comparison: slower, and not circular

    @property
    def model(self) -> str:
        return self.rig.model

    @property
    def beats(self) -> int:
        return self.bars * self.quantum

    @property
    def frames(self) -> int:
        return clip_frames(self.beats, self.tempo, self.samplerate)

    @property
    def prompt(self) -> str:
        """The text with the greatest share."""
        return max(self.prompts, key=lambda text_share: text_share[1])[0]

    @property
    def title(self) -> str:
        """What a file or a message calls the clip."""
        return self.prompt or PurePath(self.seed_image).stem

    @property
    def painted(self) -> bool:
        """Whether the model is needed; without it the picture is only inverted."""
        return self.init is None or self.denoising > 0


@dataclass(frozen=True, slots=True)
class Clip:
    """A loop of exactly `request.frames` frames, and the picture it was performed from."""

    request: ClipRequest
    samples: Samples
    picture: Picture  # or, where the request says how it is drawn, what is heard
    seconds: dict[str, float] = field(default_factory=dict)  # what each part of the rendering took
