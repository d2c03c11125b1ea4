"""render(request) -> Clip: text, latents, picture, samples."""

import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from riffosc.clip import Clip, ClipRequest, Samples
from riffosc.picture import EMBEDDED, Picture
from riffosc.resources import weights_dir
from riffosc.synthesis import codec
from riffosc.synthesis.limiter import limit
from riffosc.synthesis.model.embedded import EmbeddedModel, Score
from riffosc.synthesis.prompt import parse_prompt
from riffosc.synthesis.sampler import Progress, blend_prompts, sample

EMBEDDED_NAME = "embedded"
PAINTING = 0.6  # the share of the work, for progress, that is over when the picture is painted


class Renderer:
    """Renders requests, one at a time, and keeps the models it has loaded."""

    def __init__(self) -> None:
        self._models: dict[str, EmbeddedModel] = {}

    def model(self, name: str) -> EmbeddedModel:
        """Raises ModelError, in words, for a folder that holds no model."""
        if name not in self._models:
            folder = weights_dir() if name == EMBEDDED_NAME else Path(name).expanduser()
            self._models[name] = EmbeddedModel.load(folder)
        return self._models[name]

    @torch.inference_mode()
    def render(self, request: ClipRequest, progress: Progress = lambda _: None) -> Clip:
        """The clip of `request`: exactly `request.frames` frames, the same bytes each time."""
        watch = Stopwatch()
        if request.painted:
            picture = self._paint(request, watch, lambda part: progress(part * PAINTING))
        else:
            picture = self._fit(request)
        painted = PAINTING if request.painted else 0.0
        samples = perform(picture, request, lambda part: progress(painted + part * (1 - painted)))
        samples = limit(samples, request.samplerate)
        watch.lap("codec")
        return Clip(request, samples, picture, watch.laps)

    def _paint(self, request: ClipRequest, watch: "Stopwatch", progress: Progress) -> Picture:
        model = self.model(request.model)
        watch.lap("load")
        scored = _Scored(model, request)
        text = torch.stack([blend_prompts(scored, request.prompts), model.text(parse_prompt(request.negative))])
        watch.lap("text")
        init = None if request.init is None else model.encode(picture_values(request.init, request))
        watch.lap("autoencoder")
        latents = sample(scored, request, init, text, progress)
        watch.lap("denoiser")
        pixels = codec.to_pixels(model.decode(latents))
        watch.lap("autoencoder")
        return Picture(pixels, model.settings, request.beats, request.tempo, request.quantum, request.key)

    @staticmethod
    def _fit(request: ClipRequest) -> Picture:
        """The picture to start from as it is: only its length and tempo may be new."""
        init = request.init
        assert init is not None
        pixels = init.pixels if init.beats == request.beats else codec.to_pixels(_tiled(init, request.beats))
        key = request.key or init.key
        return Picture(pixels, init.settings, request.beats, request.tempo, request.quantum, key)


class _Scored:
    """The embedded model as the sampler sees it: the request is its score."""

    def __init__(self, model: EmbeddedModel, request: ClipRequest) -> None:
        self.text = model.text
        self.shape = model.shape
        self._model = model
        self._score = Score(request.bars, request.quantum, request.tempo, request.key)

    def velocity(self, x: Tensor, time: float, text: Tensor) -> Tensor:
        velocity: Tensor = self._model.velocity(x, time, text, self._score)
        return velocity


class Stopwatch:
    """Seconds by part of the work; a part that comes twice adds up."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.laps: dict[str, float] = {}
        self._clock, self._since = clock, clock()

    def lap(self, part: str) -> None:
        now = self._clock()
        self.laps[part] = self.laps.get(part, 0.0) + now - self._since
        self._since = now


def perform(picture: Picture, request: ClipRequest, progress: Progress = lambda _: None) -> Samples:
    """The picture as sound of exactly `request.frames` frames: (channels, frames), not yet limited.

    Always from the pixels, so that a saved picture sounds as its clip did.
    """
    how = codec.Performance(picture.settings, request.frames, request.samplerate, request.seed, request.inverter)
    return codec.invert(codec.to_values(picture.pixels), how, progress)


def picture_values(picture: Picture, request: ClipRequest) -> Tensor:
    """A picture in the values of the embedded model: (channels, columns, bins), as many columns as asked for.

    One with other settings is converted by way of sound.
    """
    if picture.settings != EMBEDDED:
        own = ClipRequest(bars=1, quantum=round(picture.beats), tempo=picture.tempo, seed=request.seed)
        columns = round(picture.beats * EMBEDDED.columns_per_beat)
        values = codec.analyse(perform(picture, own), own.samplerate, EMBEDDED, columns)
        pixels = codec.to_pixels(values)
        picture = Picture(pixels, EMBEDDED, picture.beats, picture.tempo, picture.quantum, picture.key)
    return _tiled(picture, request.beats)


def _tiled(picture: Picture, beats: int) -> Tensor:
    """As many beats of the picture as asked for: cut, or repeated from its start."""
    values = codec.to_values(picture.pixels)
    columns = round(picture.columns * beats / picture.beats)
    return values[:, torch.arange(columns) % picture.columns]
