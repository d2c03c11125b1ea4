"""A model of Stable Diffusion's layout that paints loops, as Riffusion paints clips: 512 mel rows, 10 ms columns."""

import logging
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from riffosc.clip import ClipRequest, Rig
from riffosc.picture import RIFFUSION, Picture, Pixels
from riffosc.synthesis import codec
from riffosc.synthesis.diffusion.ahead import Ahead, Compiling, Size, compiled, likely
from riffosc.synthesis.diffusion.circular import WIDEST, WIDTH, circular_columns, make_circular
from riffosc.synthesis.diffusion.hub import find_file, find_folder
from riffosc.synthesis.diffusion.lora import PUBLISHED, Lora, Loras
from riffosc.synthesis.diffusion.parts import Autoencoder, Parts, read_autoencoder
from riffosc.synthesis.diffusion.recorded import Record, Recorded, Work, graph_recorder
from riffosc.synthesis.diffusion.schedule import Course, Going, make_scheduler
from riffosc.synthesis.diffusion.text import TextEncoder
from riffosc.synthesis.failing import ModelError, Tell
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import Shades, reach
from riffosc.synthesis.performing import alike, converted, tiled
from riffosc.synthesis.place import Place
from riffosc.synthesis.sampler import Keep, beyond, keeper
from riffosc.synthesis.together import Ask
from riffosc.synthesis.windows import Windows

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """How a GPU is kept busy; without either all is done as it is written."""

    record: Record | None = None
    compile: Callable[[Work], Work] | None = None
    foresee: Callable[[ClipRequest, int, int], Iterable[Size]] = likely


class StableDiffusion:
    """Text encoder, denoiser and autoencoder in one place. Not circular, it is what plain diffusers is.

    On a GPU its work is recorded by size before it is needed, first as it is and then compiled.
    """

    def __init__(self, parts: Parts, place: Place, circular: bool = True, way: Way | None = None) -> None:
        self.place, self.device, self.circular = place, place.device, circular
        way = way or (Way(graph_recorder(), compiled) if place.is_gpu else Way())
        self._record, self._compile, self._likely = way.record, way.compile, way.foresee
        self.unet = parts.unet.to(self.device, memory_format=torch.channels_last)
        self.words = TextEncoder(parts.tokenizer, parts.text_encoder.to(self.device))
        self.scheduler_config = parts.scheduler
        self.patch = 2 ** (len(parts.autoencoder.config.block_out_channels) - 1)  # columns, and rows, a latent
        self._denoise = Recorded(self._run_unet, self._record)
        self._wear(self._placed(parts.autoencoder))
        self._shifted = Loras(parts.unet, parts.text_encoder)
        self._loras: dict[str, Lora] = {}
        self._vaes: dict[str, Autoencoder] = {"": self.autoencoder}
        self._worn = Rig()
        self._lock = Lock()
        self.ahead = Ahead(self._make_ready)
        if circular:
            make_circular(self.unet)

    def _placed(self, autoencoder: Autoencoder) -> Autoencoder:
        if self.circular:
            make_circular(autoencoder)
        return autoencoder.to(self.device, memory_format=torch.channels_last)

    def _wear(self, autoencoder: Autoencoder) -> None:
        self.autoencoder = autoencoder
        self._paint = Recorded(partial(_run_decoder, autoencoder), self._record)

    def prepare(self, rig: Rig, tell: Tell) -> None:
        make_scheduler(self.scheduler_config, rig.scheduler)
        loras = {name: self._loras.get(name) or self._read_lora(name, tell) for name, _ in rig.loras}
        vaes = {name: self._vaes.get(name) or self._read_vae(name, tell) for name in (rig.vae,) if name}
        with self._lock:
            self._loras = {**self._worn_loras(), **loras}
            self._vaes = {"": self._vaes[""], **self._worn_vae(), **vaes}

    def put_on(self, rig: Rig) -> None:
        if (rig.loras, rig.vae) == (self._worn.loras, self._worn.vae):
            return
        if not (rig.vae in self._vaes and all(name in self._loras for name, _ in rig.loras)):
            self.prepare(rig, lambda _: None)
        if rig.loras != self._worn.loras:
            self._shifted.put_on([(self._loras[name], strength) for name, strength in rig.loras])
            self.words.forget()
        if self._vaes[rig.vae] is not self.autoencoder:
            self._wear(self._vaes[rig.vae])
            self.ahead.again()
        self._worn = rig

    def _worn_loras(self) -> dict[str, Lora]:
        return {name: self._loras[name] for name, _ in self._worn.loras}

    def _worn_vae(self) -> dict[str, Autoencoder]:
        return {self._worn.vae: self._vaes[self._worn.vae]}

    def _read_lora(self, name: str, tell: Tell) -> Lora:
        return self._shifted.read(find_file(name, PUBLISHED, tell))

    def _read_vae(self, name: str, tell: Tell) -> Autoencoder:
        autoencoder = read_autoencoder(find_folder(name, tell), self.place.dtype)
        if autoencoder.config.latent_channels != self.unet.config.in_channels:
            raise ModelError(f"{name} is not an autoencoder for this model: its latents have other channels.")
        return self._placed(autoencoder)

    def canvas(self, request: ClipRequest) -> "StableCanvas":
        return StableCanvas(self, request)

    @torch.inference_mode()
    def encode(self, pixels: Pixels, draws: Draws) -> Tensor:
        """Pixels (1, rows, columns) to latents (channels, rows, columns)."""
        grey = torch.tensor(pixels, device=self.device).float() / 255 * 2 - 1
        found = self.autoencoder.encode(grey.expand(1, 3, -1, -1).to(self.autoencoder.dtype))
        if hasattr(found, "latents"):
            latents = found.latents
        else:
            sure = found.latent_dist
            latents = sure.mean + sure.std * draws.uncertainty(tuple(sure.mean.shape)).to(sure.mean)
        scaled: Tensor = latents[0].float() * self.autoencoder.config.scaling_factor
        return scaled

    @torch.inference_mode()
    def decode(self, latents: Tensor) -> Pixels:
        """Latents to pixels (3, rows, columns): the model paints in colour, and only red is music.

        Raises ModelError for what is no picture.
        """
        painted = self._painted(latents)
        if not painted.isfinite().all():
            raise ModelError("The model painted what is no picture: its numbers are not finite.")
        bytes_of = ((painted / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8)
        pixels: Pixels = bytes_of.cpu().numpy()
        return pixels

    def _painted(self, latents: Tensor) -> Tensor:
        """(3, rows, columns). Where half precision is too small for the autoencoder, in full precision from then on."""
        scaled = latents[None] / self.autoencoder.config.scaling_factor
        painted = self._paint(scaled.to(self.autoencoder.dtype))[0].float()
        if self.autoencoder.dtype == torch.float16 and latents.isfinite().all() and not painted.isfinite().all():
            log.warning("half precision is too small for this autoencoder; it paints in full precision, more slowly")
            self._wear(self.autoencoder.float())
            self.ahead.again()
            painted = self._paint(scaled)[0].float()
        return painted

    def guess(self, x: Tensor, time: float, text: Tensor, guidance: float) -> Tensor:
        """Of latents (batch, ...) at one time: what is noise in them."""
        return self.guess_each(x, [time] * len(x), text, [guidance] * len(x))

    @torch.inference_mode()
    def guess_each(self, x: Tensor, times: Sequence[float], text: Tensor, guidances: Sequence[float]) -> Tensor:
        """The same, each at a time of its own."""
        dtype = self.unet.dtype
        at = torch.tensor(times, dtype=torch.float32).to(self.device, non_blocking=True)
        told = (self._guidance_embedding(guidances),) if self.guides_itself else ()
        return self._denoise(x.to(dtype), at, text.to(dtype), *told).float()

    def _run_unet(self, x: Tensor, times: Tensor, text: Tensor, told: Tensor | None = None) -> Tensor:
        found: Tensor = self.unet(x, times, encoder_hidden_states=text, timestep_cond=told, return_dict=False)[0]
        return found

    @property
    def guides_itself(self) -> bool:
        """A denoiser distilled with its guidance is told how much, and does not compare two guesses."""
        return self.unet.config.time_cond_proj_dim is not None

    def _guidance_embedding(self, guidances: Sequence[float]) -> Tensor:
        """Sines and cosines of `guidance - 1` (Luo et al. 2023, "Latent consistency models", as diffusers has it)."""
        width = self.unet.config.time_cond_proj_dim
        half = width // 2
        rates = torch.exp(torch.arange(half, dtype=torch.float32) * -(np.log(10000.0) / (half - 1)))
        angles = 1000 * (torch.tensor(guidances)[:, None] - 1) * rates
        embedding = torch.cat([angles.sin(), angles.cos(), torch.zeros(len(guidances), width % 2)], 1)
        return embedding.to(self.device, self.unet.dtype)

    # Before it is needed

    def foresee(self, request: ClipRequest, batch: int, tokens: int) -> None:
        """A clip is painted so: what the next ones will ask is made ready in the background."""
        if self._record:
            self.ahead.want(self._likely(request, batch, tokens))
        if self._compile:
            self.ahead.want([Compiling(Size(circular_columns(1.0), batch, tokens))])

    def _make_ready(self, wanted: Size | Compiling) -> None:
        if isinstance(wanted, Compiling):
            self._put_together(wanted.size)
            return
        asked = self._blank(wanted)
        self._denoise.learn(asked)
        self._paint.learn((asked[0][:1].to(self.autoencoder.dtype),))

    def _put_together(self, size: Size) -> None:
        """The denoiser, compiled; until that is done, which may take minutes once, it paints on as it is."""
        compile_with, self._compile = self._compile, None
        if compile_with is None:
            return
        denoise, asked = compile_with(self._run_unet), self._blank(size)
        torch._dynamo.maybe_mark_dynamic(asked[0], 3)  # one for all widths
        with torch.inference_mode():
            denoise(*asked)
        self._denoise.become(denoise)
        self.ahead.again()

    @torch.inference_mode()
    def _blank(self, size: Size) -> tuple[Tensor, ...]:
        """Inputs of that size for the denoiser: latents, times, text, and what it is told of guidance."""
        config, dtype = self.unet.config, self.unet.dtype
        shape = (size.batch, config.in_channels, RIFFUSION.bins // self.patch, size.columns // self.patch)
        x = torch.zeros(shape, dtype=dtype, device=self.device)
        times = torch.zeros(size.batch, device=self.device)
        text = torch.zeros(size.batch, size.tokens, config.cross_attention_dim, dtype=dtype, device=self.device)
        told = (self._guidance_embedding([1.0] * size.batch),) if self.guides_itself else ()
        return x, times, text, *told


def _run_decoder(autoencoder: Autoencoder, latents: Tensor) -> Tensor:
    painted: Tensor = autoencoder.decode(latents, return_dict=False)[0]
    return painted


class StableCanvas:
    """One clip: its width is the legal one nearest to its length, and inversion stretches it to the exact bars."""

    axis = -1

    def __init__(self, model: StableDiffusion, request: ClipRequest) -> None:
        self._model, self._request = model, request
        seconds = request.beats * 60 / request.tempo
        self.columns = circular_columns(seconds, RIFFUSION.step_s)
        self.shape = (model.unet.config.in_channels, RIFFUSION.bins // model.patch, self.columns // model.patch)
        self.settings = replace(RIFFUSION, step_s=seconds / self.columns)
        self.guides_itself, self.guided_below = model.guides_itself, math.inf
        self.guidance = request.guidance
        long = self.columns > WIDEST
        self.windows = Windows(self.columns // model.patch, WIDTH // model.patch) if long else None

    def text(self) -> Tensor:
        request = self._request
        text = self._model.words.pair(request.prompts, request.negative)
        guided = self.guidance > 1 and not self.guides_itself
        self._model.foresee(request, 2 if guided else 1, text.shape[1])
        return text

    def encode(self, picture: Picture, draws: Draws) -> Tensor:
        pixels = self.fitted(picture)
        if self.windows is None:
            return self._model.encode(pixels, draws)
        windows = Windows(self.columns, WIDTH, grid=self._model.patch)

        def encoded(parts: Tensor, _: Sequence[int]) -> Tensor:
            return torch.stack([self._model.encode(part[None].numpy(), draws) for part in parts])

        return windows.across(torch.from_numpy(pixels), -1, encoded)[0]

    def fitted(self, picture: Picture) -> Pixels:
        """A seed picture, fitted to the bars: (1, rows, columns)."""
        request = self._request
        if not alike(picture.settings, self.settings):
            picture = converted(picture, self.settings, request.tempo, request.seed)
        mono = tiled(picture, request.beats).mean(0)
        return codec.to_pixels(codec.resample_columns(mono, self.columns)[None])

    def keeper(self, shades: Shades) -> Keep:
        """A latent is painted if any of its pixels is."""
        mask = torch.from_numpy(reach(shades)).to(self._model.device)
        return keeper(functional.max_pool2d(mask[None], self._model.patch))

    def course(self, from_picture: bool, draws: Draws) -> Course:
        request = self._request
        strength = request.denoising if from_picture else None
        scheduler: Any = make_scheduler(self._model.scheduler_config, request.rig.scheduler)
        return Course(scheduler, Going(request.steps, strength), draws)

    def guess(self, x: Tensor, time: float, text: Tensor, _: Sequence[int] = (0,)) -> Tensor:
        return self._model.guess(x, time, text, self.guidance)

    @staticmethod
    def lead(guesses: Tensor, guidance: float, _: Tensor, __: float) -> Tensor:
        return beyond(guesses, guidance)

    def guess_together(self, asks: Sequence[Ask]) -> list[Tensor]:
        times = [ask.time for ask in asks for _ in ask.x]
        guidances = [ask.canvas.guidance for ask in asks for _ in ask.x]
        x, text = torch.cat([ask.x for ask in asks]), torch.cat([ask.text for ask in asks])
        if self.windows is None:
            self._model.foresee(self._request, len(x), text.shape[1])
        found = self._model.guess_each(x, times, text, guidances)
        return list(torch.split(found, [len(ask.x) for ask in asks]))

    def picture(self, latents: Tensor) -> Picture:
        request = self._request
        return Picture(self._red(latents), self.settings, request.beats, request.tempo, request.quantum, request.key)

    def _red(self, latents: Tensor) -> Pixels:
        """(1, rows, columns)"""
        if self.windows is None:
            return self._model.decode(latents)[:1]

        def decoded(parts: Tensor, _: Sequence[int]) -> Tensor:
            return torch.stack([torch.from_numpy(self._model.decode(part)[:1]) for part in parts]).float()

        pixels: Pixels = self.windows.across(latents[None], -1, decoded)[0].round().to(torch.uint8).numpy()
        return pixels
