"""`riffosc bench pipeline`: Riffusion's own recipe beside riffosc, with the same random weights on the same device.

The recipe is plain diffusers' StableDiffusionImg2ImgPipeline as Riffusion ran it: 50 steps at strength 0.75, guidance
7, half precision on a GPU and full precision elsewhere, then torchaudio's InverseMelScale and GriffinLim. It paints one
clip after another, however many voices wait; so it is measured with one.
"""

import copy
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionPipeline
from PIL import Image

from riffosc.bench.memory import Memory
from riffosc.bench.random_models import SCHEDULER, SIZES, random_pipeline, write_tokenizer
from riffosc.clip import Clip, ClipRequest, Rig, Samples
from riffosc.picture import RIFFUSION, Picture, Pixels
from riffosc.synthesis import codec, torchaudio_inverter
from riffosc.synthesis.diffusion.ahead import asked_now, compiled
from riffosc.synthesis.diffusion.parts import Parts
from riffosc.synthesis.diffusion.recorded import graph_recorder
from riffosc.synthesis.diffusion.stable import StableDiffusion, Way
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.place import Place, fastest, wait_for_gpu
from riffosc.synthesis.render import Renderer

STEPS, STRENGTH, GUIDANCE = 50, 0.75, 7.0  # Riffusion's
PARTS = ("text", "denoiser", "autoencoder", "codec")
RIG = Rig("random")
CONFIG = {"_class_name": "PNDMScheduler", **SCHEDULER}
RATE = 44100
# Steps, and the scheduler that goes them. From a picture at this strength 12 of 16 are gone, and 4 of 6.
WAYS = (("equal", STEPS, ""), ("12 steps", 16, "DPMSolverMultistep"), ("4 steps", 6, "LCM"))
WORDS = ("techno drums", "bass", "drums", "techno bass", "techno", "drums drums", "bass bass", "techno techno")


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is measured, and with what."""

    size: str = "small"
    columns: int = 512  # 5.12 s
    at_most: int = 8  # voices
    repeat: int = 3  # times, of which the median is taken
    way: str = "chosen"  # or written, recorded, compiled


@dataclass(frozen=True, slots=True)
class Row:
    """What one way of painting takes for a clip, at so many voices at a time."""

    what: str
    voices: int
    passes: int  # of the denoiser, each with guidance
    seconds: float
    text: float
    denoiser: float
    autoencoder: float
    codec: float
    peak_mb: float | None
    first_seconds: float  # the first clips, with what had to be made ready
    apart: float = 0.0  # of 255, the mean: pictures as they are painted when all is ready, from those painted at first
    times_the_recipe: float = 1.0

    def words(self) -> str:
        parts = "".join(f"{getattr(self, part):12.3f}" for part in PARTS)
        peak = "-" if self.peak_mb is None else f"{self.peak_mb:.0f}"
        return (
            f"{self.what:9}{self.voices:7}{self.passes:7}{self.seconds:9.3f}{parts}{peak:>8}"
            f"{self.first_seconds:8.1f}{self.apart:7.2f}{self.times_the_recipe:7.1f}"
        )


HEAD = (
    f"{'':9}{'voices':>7}{'passes':>7}{'s/clip':>9}"
    + "".join(f"{part:>12}" for part in PARTS)
    + f"{'MB':>8}{'first':>8}{'apart':>7}{'times':>7}"
)


def print_pipeline(wishes: dict[str, Any], json_file: Path | None, say: Callable[[str], None]) -> None:
    """Rows as they come; stopped with Ctrl-C, the file has those that came."""
    place = fastest()
    scope = Scope(**{**({"size": "full"} if place.is_gpu else {"at_most": 2}), **wishes})
    say(f"{place}; {scope.size} model with random weights; {scope.columns * RIFFUSION.step_s:.2f} s a clip")
    say(HEAD)
    rows: list[Row] = []
    with suppress(KeyboardInterrupt):
        for row in measure_pipeline(scope):
            rows.append(row)
            say(row.words())
    if json_file:
        told = {"device": str(place), **asdict(scope), "rows": [asdict(row) for row in rows]}
        json_file.write_text(json.dumps(told, indent=2) + "\n")


def measure_pipeline(scope: Scope) -> Iterator[Row]:
    """The recipe, then riffosc at equal steps and at those recommended, for one voice and for several.

    Raises ValueError, in words, for what cannot be measured here.
    """
    place = fastest()
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = write_tokenizer(Path(folder))
        pipeline = random_pipeline(SIZES[scope.size], tokenizer, device=place.device.type)
    contest = Contest(pipeline, place, scope)
    recipe = contest.recipe_row()
    yield recipe
    for what, steps, scheduler in WAYS:
        for voices in (number for number in (1, 2, 4, 8) if number <= scope.at_most):
            row = contest.row(what, contest.requests(voices, steps, scheduler))
            yield replace(row, times_the_recipe=recipe.seconds / row.seconds)


class Contest:
    """The two, with the same weights."""

    def __init__(self, pipeline: StableDiffusionPipeline, place: Place, scope: Scope) -> None:
        self._scope, self._place = scope, place
        parts = copy.deepcopy(Parts(pipeline.unet, pipeline.vae, pipeline.text_encoder, pipeline.tokenizer, CONFIG))
        for module in (parts.unet, parts.autoencoder):
            module.to(place.dtype).requires_grad_(False)
        parts.text_encoder.to(torch.float16 if place.is_gpu else torch.float32)
        self._ours = StableDiffusion(parts, place, way=way_named(scope.way, place))
        self._renderer = Renderer({RIG.model: self._ours})
        self._theirs = Recipe(pipeline, place)
        self._picture = np.random.default_rng(1).integers(0, 256, (RIFFUSION.bins, scope.columns), np.uint8)
        ours = (self._ours.unet, self._ours.autoencoder, parts.text_encoder)
        self._memory = {"ours": Memory(self._theirs.weights()), "theirs": Memory(weights(ours))}

    def requests(self, voices: int, steps: int, scheduler: str) -> list[ClipRequest]:
        tempo = 8 * 60 / (self._scope.columns * 0.01)
        init = Picture(self._picture[None], RIFFUSION, 8, tempo)
        return [
            ClipRequest(
                prompts=((WORDS[number % len(WORDS)], 1.0),), seed=number, init=init, denoising=STRENGTH,
                guidance=GUIDANCE, steps=steps, bars=2, tempo=tempo, rig=replace(RIG, scheduler=scheduler),
            )
            for number in range(voices)
        ]  # fmt: skip

    def recipe_row(self) -> Row:
        first = timed(lambda: self._theirs.clip(self._picture, 0))
        self._memory["theirs"].begin()
        seconds = median(timed(partial(self._theirs.clip, self._picture, n)) for n in range(self._scope.repeat))
        peak = self._memory["theirs"].peak_mb()
        with self._theirs.watched() as laps:
            self._theirs.clip(self._picture, 0)
        laps = {part: laps.get(part, 0.0) for part in PARTS}
        return Row("recipe", 1, self._theirs.passes, seconds, **laps, peak_mb=peak, first_seconds=first)

    def row(self, what: str, requests: Sequence[ClipRequest]) -> Row:
        """Riffosc's, per clip."""
        voices = len(requests)
        at_first: list[Clip] = []
        first = timed(lambda: at_first.extend(self._renderer.render_together(requests)))
        started = time.perf_counter()
        self._ours.ahead.wait()
        first += time.perf_counter() - started
        self._memory["ours"].begin()
        clips: list[Clip] = []
        seconds: list[float] = []
        for _ in range(self._scope.repeat):
            seconds.append(timed(lambda: clips.extend(self._renderer.render_together(requests))) / voices)
        laps = {part: median(clip.seconds.get(part, 0.0) for clip in clips) for part in PARTS}
        passes = len(self._ours.canvas(requests[0]).course(True, Draws(requests[0])).times)
        return Row(
            what, voices, passes, median(seconds), **laps, peak_mb=self._memory["ours"].peak_mb(), first_seconds=first,
            apart=fmean(_apart(one, other) for one, other in zip(at_first, clips[-voices:], strict=True)),
        )  # fmt: skip


def _apart(one: Clip, other: Clip) -> float:
    return float(np.abs(one.picture.pixels.astype(float) - other.picture.pixels).mean())


class Recipe:
    """Riffusion's way, with diffusers' own pipeline and torchaudio."""

    def __init__(self, pipeline: StableDiffusionPipeline, place: Place) -> None:
        self._device = place.device
        self._pipe = StableDiffusionImg2ImgPipeline(**pipeline.components, requires_safety_checker=False)
        self._pipe.to(place.device, torch.float16 if place.is_gpu else torch.float32)
        self._pipe.set_progress_bar_config(disable=True)
        self.passes = 0

    def weights(self) -> int:
        return weights((self._pipe.unet, self._pipe.vae, self._pipe.text_encoder))

    def clip(self, pixels: Pixels, number: int) -> Samples:
        """One clip; `passes` is then how often the denoiser was asked."""
        image = self._paint(pixels, number)
        return self._perform(np.asarray(image)[None, ..., 0])

    def _paint(self, pixels: Pixels, number: int) -> Image.Image:
        painted: Image.Image = self._pipe(
            prompt=WORDS[number % len(WORDS)],
            image=Image.fromarray(pixels).convert("RGB"),
            strength=STRENGTH,
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            generator=torch.Generator().manual_seed(number),
        ).images[0]
        self.passes = len(self._pipe.get_timesteps(STEPS, STRENGTH, self._device)[0])
        return painted

    def _perform(self, red: Pixels) -> Samples:
        values = codec.to_values(red, self._device)
        frames = round(red.shape[-1] * RIFFUSION.step_s * RATE)
        return torchaudio_inverter.invert(values, codec.Performance(RIFFUSION, frames, RATE))

    @contextmanager
    def watched(self) -> Iterator[dict[str, float]]:
        """What each part takes, which is waited for: on a GPU a whole clip is a little slower then."""
        laps: dict[str, float] = {}
        pipe = self._pipe
        parts = (
            ("text", pipe.text_encoder, "forward"),
            ("denoiser", pipe.unet, "forward"),
            ("autoencoder", pipe.vae, "encode"),
            ("autoencoder", pipe.vae, "decode"),
            ("codec", self, "_perform"),
        )
        for part, owner, name in parts:
            setattr(owner, name, _watched(getattr(owner, name), part, laps))
        try:
            yield laps
        finally:
            for _, owner, name in parts:
                delattr(owner, name)


def _watched(work: Callable[..., Any], part: str, laps: dict[str, float]) -> Callable[..., Any]:
    def watched(*args: Any, **more: Any) -> Any:
        wait_for_gpu()
        started = time.perf_counter()
        found = work(*args, **more)
        wait_for_gpu()
        laps[part] = laps.get(part, 0.0) + time.perf_counter() - started
        return found

    return watched


def timed(work: Callable[[], object]) -> float:
    """Seconds until all is done."""
    wait_for_gpu()
    started = time.perf_counter()
    work()
    wait_for_gpu()
    return time.perf_counter() - started


def weights(modules: Iterable[torch.nn.Module]) -> int:
    """Bytes."""
    return sum(weight.numel() * weight.element_size() for module in modules for weight in module.parameters())


def way_named(name: str, place: Place) -> Way:
    """Only what is measured is made ready. Raises ValueError, in words, where there is no such way."""
    if name in ("recorded", "compiled") and not place.is_gpu:
        raise ValueError(f"{name} is a way to keep a GPU busy, and there is none that torch can use here")
    if name == "written" or not place.is_gpu:
        return Way()
    return Way(graph_recorder(), None if name == "recorded" else compiled, asked_now)
