"""What the renderer asks of a model, whichever family it is of."""

from typing import Protocol

from torch import Tensor

from riffosc.clip import ClipRequest, Rig
from riffosc.picture import Picture, PictureSettings, Pixels
from riffosc.synthesis.failing import Tell
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import Shades
from riffosc.synthesis.sampler import Denoiser, Keep


class Canvas(Denoiser, Protocol):
    """A model with one request in hand."""

    @property
    def columns(self) -> int:
        """How many it paints."""

    @property
    def settings(self) -> PictureSettings:
        """Of what it paints."""

    def text(self) -> Tensor:
        """The request's words: what to play and what to keep away from, (2, tokens, width)."""

    def encode(self, picture: Picture, draws: Draws) -> Tensor:
        """A picture to start from, fitted to the request's beats, in latents."""

    def fitted(self, picture: Picture) -> Pixels:
        """A picture to start from, fitted to the request's beats and in the model's settings: (1, bins, columns)."""

    def keeper(self, shades: Shades) -> Keep:
        """What a mask over the fitted picture means in latents."""

    def picture(self, latents: Tensor) -> Picture: ...


class Model(Protocol):
    def prepare(self, rig: Rig, tell: Tell) -> None:
        """Read and check what the rig puts on the model; it paints on meanwhile. Raises ModelError. Any thread."""

    def put_on(self, rig: Rig) -> None:
        """Change what is put on the model to what the rig says, between two clips. Raises ModelError."""

    def canvas(self, request: ClipRequest) -> Canvas: ...
