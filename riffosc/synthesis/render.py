"""render(request) -> Clip: text, latents, picture, samples."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from threading import Lock

import torch

from riffosc.clip import Clip, ClipRequest, Rig, Samples
from riffosc.picture import Picture
from riffosc.synthesis import codec, pieces
from riffosc.synthesis.failing import ModelError, Tell, lacks_memory
from riffosc.synthesis.family import Canvas, Model
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import Inpainting
from riffosc.synthesis.models import EMBEDDED_NAME, load_model
from riffosc.synthesis.performing import drawn, perform, perform_together, tiled
from riffosc.synthesis.place import ONE_AT_A_TIME, fastest, give_back_memory, wait_for_gpu
from riffosc.synthesis.sampler import Given, Progress, sample
from riffosc.synthesis.together import paint_together

TOGETHER = 4  # clips side by side on a GPU: more hardly gain, and take more of its memory
PAINTING = 0.6  # the share of the work, for progress, that is over when the picture is painted


class Renderer:
    """Renders requests: one at a time, or several side by side."""

    def __init__(self, models: Mapping[str, Model] | None = None) -> None:
        self._models: dict[str, Model] = dict(models or {})
        self._painting = self._newest = EMBEDDED_NAME
        self._lock = Lock()

    def prepare(self, rig: Rig, tell: Tell = lambda _: None) -> None:
        """Read all that the rig names, so that it is at hand. Raises ModelError; what paints goes on. Any thread."""
        model = self._models.get(rig.model) or load_model(rig.model, tell)
        model.prepare(rig, tell)
        self._keep(rig.model, model)

    def model(self, rig: Rig) -> Model:
        """The model with all that the rig puts on it. Raises ModelError, in words."""
        if rig.model not in self._models:
            self.prepare(rig)
        model = self._models[rig.model]
        if rig.model != self._painting:
            self._painting = rig.model
            self._keep(self._newest)
        model.put_on(rig)
        return model

    def _keep(self, newest: str, model: Model | None = None) -> None:
        """The embedded model, the one that paints and the one that was loaded last; no others, for they are large."""
        with self._lock:
            self._newest = newest
            models = {**self._models, newest: model} if model else self._models
            self._models = {name: models[name] for name in models if name in (EMBEDDED_NAME, newest, self._painting)}
            gone = len(models) > len(self._models)
        if gone:
            del models, model
            give_back_memory()

    @torch.inference_mode()
    def render(self, request: ClipRequest, progress: Progress = lambda _: None) -> Clip:
        """The clip of `request`: exactly `request.frames` frames, the same bytes each time."""
        watch = Stopwatch()
        painted = PAINTING if request.painted else 0.0
        with ONE_AT_A_TIME:
            picture = self._pictures([request], watch, lambda part: progress(part * PAINTING))[0]
            samples = perform(picture, request, lambda part: progress(painted + part * (1 - painted)))
        return _finished(request, samples, picture, watch)

    @torch.inference_mode()
    def seen(self, samples: Samples, request: ClipRequest) -> tuple[Picture, float]:
        """A sound of the request's length as what paints sees it, its loudest point black; and how loud that is.

        1 is the level at which pictures of the model are black.
        """
        canvas = self.model(request.rig).canvas(request)
        values, level = pieces.paint(samples, request.samplerate, canvas.settings, canvas.columns)
        pixels = codec.to_pixels(torch.from_numpy(values))
        picture = Picture(pixels, canvas.settings, request.beats, request.tempo, request.quantum, request.key)
        return picture, level / canvas.settings.reference

    @torch.inference_mode()
    def render_together(self, requests: Sequence[ClipRequest]) -> list[Clip]:
        """Clips painted with one rig, side by side: on a GPU that takes little longer than one of them.

        Each is what `render` makes of it but for rounding, and is said to have taken its share of the time.
        """
        watch = Stopwatch(1 / len(requests))
        with ONE_AT_A_TIME:
            pictures = self._pictures(requests, watch, lambda _: None)
            performed = perform_together(pictures, requests)
        watch.lap("codec")
        return [_finished(*each, watch) for each in zip(requests, performed, pictures, strict=True)]

    def render_all(self, requests: Sequence[ClipRequest], together: int = 0) -> Iterator[Clip]:
        """All of them in order, neighbours of one rig side by side where that is quicker, or so many as one says."""
        together = together or (TOGETHER if fastest().is_gpu else 1)
        for _, of_one_rig in groupby(requests, key=lambda request: request.rig):
            some = list(of_one_rig)
            for first in range(0, len(some), together):
                yield from self.render_together(some[first : first + together])

    def _pictures(self, requests: Sequence[ClipRequest], watch: "Stopwatch", progress: Progress) -> list[Picture]:
        wanted = [request for request in requests if request.painted]
        painted = iter(self._paint(wanted, watch, progress) if wanted else ())
        return [next(painted) if request.painted else self._fit(request) for request in requests]

    def _paint(self, requests: Sequence[ClipRequest], watch: "Stopwatch", progress: Progress) -> list[Picture]:
        try:
            model = self.model(requests[0].rig)
            return paint_together(
                lambda number, canvas: self._painted(canvas, requests[number], watch, progress),
                [model.canvas(request) for request in requests],
            )
        except (MemoryError, RuntimeError) as error:
            if not lacks_memory(error):
                raise
            bars, name = sum(request.bars for request in requests), requests[0].model
            raise ModelError(f"There is not enough memory to paint {bars} bars with {name}.") from None

    @staticmethod
    def _painted(canvas: Canvas, request: ClipRequest, watch: "Stopwatch", progress: Progress) -> Picture:
        draws = Draws(request)
        watch.lap("load")
        text = canvas.text()
        watch.lap("text")
        init = None if request.init is None else canvas.encode(request.init, draws)
        inpainting = Inpainting.of(request, canvas)
        watch.lap("autoencoder")
        given = Given(text, init, inpainting.keep if inpainting else None)
        latents = sample(canvas, request.guidance, given, draws, progress)
        watch.lap("denoiser")
        picture = canvas.picture(latents)
        if inpainting:
            picture = inpainting.over(picture)
        watch.lap("autoencoder")
        return picture

    @staticmethod
    def _fit(request: ClipRequest) -> Picture:
        """The picture to start from as it is: only its length and tempo may be new."""
        init = request.init
        assert init is not None
        pixels = init.pixels if init.beats == request.beats else codec.to_pixels(tiled(init, request.beats))
        key = request.key or init.key
        return Picture(pixels, init.settings, request.beats, request.tempo, request.quantum, key)


def _finished(request: ClipRequest, samples: Samples, picture: Picture, watch: "Stopwatch") -> Clip:
    samples = pieces.limited(samples, request.samplerate)
    picture = drawn(samples, picture, request)
    watch.lap("codec")
    return Clip(request, samples, picture, dict(watch.laps))


class Stopwatch:
    """Seconds by part of the work; a part that comes twice adds up. Of several clips, each one's share."""

    def __init__(self, share: float = 1.0, clock: Callable[[], float] = time.perf_counter) -> None:
        self.laps: dict[str, float] = {}
        self._share, self._clock, self._since = share, clock, clock()

    def lap(self, part: str) -> None:
        wait_for_gpu()
        now = self._clock()
        self.laps[part] = self.laps.get(part, 0.0) + (now - self._since) * self._share
        self._since = now
