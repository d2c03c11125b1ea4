"""The embedded model with one request in hand: the request is its score."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

import torch
from torch import Tensor

from riffosc.clip import ClipRequest, Rig
from riffosc.picture import Picture, Pixels
from riffosc.synthesis import codec
from riffosc.synthesis.failing import ModelError, Tell
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import Shades, reach
from riffosc.synthesis.model.arrangement import Arrangement
from riffosc.synthesis.model.embedded import EmbeddedModel, Score
from riffosc.synthesis.model.players import Band, Played, band
from riffosc.synthesis.performing import converted, tiled
from riffosc.synthesis.prompt import parse_prompt
from riffosc.synthesis.sampler import Course, Keep, blend_prompts, flow_course
from riffosc.synthesis.windows import Windows

Arrange = Callable[[ClipRequest], Arrangement]


class ScoreModel:
    """Paints with an EmbeddedModel."""

    def __init__(self, model: EmbeddedModel, arrange: Arrange | None = None) -> None:
        """`arrange` says what is played, instead of the model's own reading of the prompts."""
        self._model, self._arrange = model, arrange or model.arrange

    def prepare(self, rig: Rig, _: Tell) -> None:
        self.put_on(rig)

    @staticmethod
    def put_on(rig: Rig) -> None:
        for what, named in (("scheduler", rig.scheduler), ("vae", rig.vae), ("lora", rig.loras)):
            if named:
                raise ModelError(f"The model in use takes no {what}: that is for models of Stable Diffusion's layout.")

    def canvas(self, request: ClipRequest) -> "ScoreCanvas":
        return ScoreCanvas(self._model, request, self._arrange)


GUIDED_BELOW = 0.95  # in pure noise guidance makes clips too loud, and they stay so; without it one pass is saved, too
TRAINED = (1, 2, 4)  # bars; other lengths are seen through windows of so many


class ScoreCanvas:
    axis, guided_below = -2, GUIDED_BELOW

    def __init__(self, model: EmbeddedModel, request: ClipRequest, arrange: Arrange) -> None:
        self.shape, self.settings = model.shape(request.beats), model.settings
        self._silent = not parse_prompt(request.negative)
        self.guides_itself = self._silent and model.plan.guidance != 1 and request.guidance == model.plan.guidance
        self._model, self._request, self._arrange = model, request, arrange
        self.columns = request.beats * model.settings.columns_per_beat
        bars = max(bars for bars in TRAINED if bars <= request.bars)
        self._bars = bars
        self._played: dict[int, Played] = {}  # by how many are guessed at once
        bar = self.shape[0] // request.bars
        self.windows = None if bars == request.bars else Windows(self.shape[0], bars * bar, grid=bar)

    @cached_property
    def _arranged(self) -> Arrangement:
        """Not before something is to be painted: a canvas is also asked how it sees a sound, which may be long."""
        return self._arrange(self._request)

    @cached_property
    def _score(self) -> Score:
        return Score(self._bars, self._request.quantum, self._request.tempo, self._arranged.key)

    @cached_property
    def _band(self) -> Band | None:
        return band([self._arranged.players], self._request.beats, self._model.plan.sizes.tokens_per_beat)

    def text(self) -> Tensor:
        away = self._model.text(parse_prompt(self._request.negative))
        return torch.stack([blend_prompts(self._model.text, self._request.prompts), away])

    def encode(self, picture: Picture, _: Draws) -> Tensor:
        return self._model.encode(codec.to_values(self.fitted(picture)))

    def fitted(self, picture: Picture) -> Pixels:
        picture = converted(picture, self._model.settings, picture.tempo, self._request.seed)
        values = tiled(picture, self._request.beats)
        return codec.to_pixels(codec.resample_columns(values.mean(0, keepdim=True), self.columns))

    def keeper(self, shades: Shades) -> Keep:
        return self._model.autoencoder.keeper(torch.from_numpy(reach(shades)[::-1].T.copy()))

    def course(self, from_picture: bool, _: Draws) -> Course:
        return flow_course(self._request, from_picture)

    def guess(self, x: Tensor, time: float, text: Tensor, starts: Sequence[int] = (0,)) -> Tensor:
        told: Tensor = self._model.velocity(x, time, text, self._score, self._playing(x, starts))
        if self.guides_itself or self._model.plan.guidance == 1 or time >= GUIDED_BELOW:
            return told
        return self._plain(told, x, time, text, paired=len(x) > len(starts))

    def lead(self, guesses: Tensor, guidance: float, x: Tensor, time: float) -> Tensor:
        return self._model.lead(guesses, guidance, x, time)

    def _playing(self, x: Tensor, starts: Sequence[int]) -> Played | None:
        """Only what leads towards the prompt is told who plays. Without windows that is the same in every step."""
        if self._band is None:
            return None
        if len(x) not in self._played or self.windows is not None:
            towards = range(0, len(x), len(x) // len(starts))
            self._played[len(x)] = self._model.played(self._band.seen(towards, starts, x.shape[1]), len(x))
        return self._played[len(x)]

    def _plain(self, told: Tensor, x: Tensor, time: float, text: Tensor, *, paired: bool) -> Tensor:
        """Guesses without the guidance that was taught, for texts one by one or in pairs, towards and away.

        It led away from no prompt and no key; with no negative prompt it is from there that any other one leads, too.
        """
        silence = self._model.empty.expand_as(text)
        free: Tensor = self._model.velocity(x, time, silence, replace(self._score, key=""))
        plain = free + (told - free) / self._model.plan.guidance
        if self._silent and paired:
            plain[1::2] = free[1::2]
        return plain

    def picture(self, latents: Tensor) -> Picture:
        pixels = codec.to_pixels(self._model.decode(latents))
        request = self._request
        key = request.key or (self._arranged.key if self._arranged.pitched else "")
        return Picture(pixels, self._model.settings, request.beats, request.tempo, request.quantum, key)
