"""A model of Stable Diffusion's layout that paints loops, as Riffusion paints clips: 512 mel rows, 10 ms columns."""

from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from riffosc.clip import ClipRequest, Rig
from riffosc.picture import RIFFUSION, Picture, Pixels
from riffosc.synthesis import codec
from riffosc.synthesis.diffusion.circular import circular_columns, make_circular
from riffosc.synthesis.diffusion.hub import find_file, find_folder
from riffosc.synthesis.diffusion.lora import PUBLISHED, Lora, Loras
from riffosc.synthesis.diffusion.parts import Autoencoder, Parts, read_autoencoder
from riffosc.synthesis.diffusion.schedule import Course, Going, make_scheduler
from riffosc.synthesis.diffusion.text import TextEncoder
from riffosc.synthesis.failing import ModelError, Tell
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import Shades, reach
from riffosc.synthesis.performing import alike, converted, tiled
from riffosc.synthesis.sampler import Keep, keeper


class StableDiffusion:
    """Text encoder, denoiser and autoencoder on one device. Not circular, it is what plain diffusers is."""

    def __init__(self, parts: Parts, device: torch.device, circular: bool = True) -> None:
        self.device, self.circular = device, circular
        self.unet = parts.unet.to(device, memory_format=torch.channels_last)
        self.words = TextEncoder(parts.tokenizer, parts.text_encoder.to(device))
        self.scheduler_config = parts.scheduler
        self.patch = 2 ** (len(parts.autoencoder.config.block_out_channels) - 1)  # columns, and rows, a latent
        self.autoencoder = self._placed(parts.autoencoder)
        self._shifted = Loras(parts.unet, parts.text_encoder)
        self._loras: dict[str, Lora] = {}
        self._vaes: dict[str, Autoencoder] = {"": self.autoencoder}
        self._worn = Rig()
        self._lock = Lock()
        if circular:
            make_circular(self.unet)

    def _placed(self, autoencoder: Autoencoder) -> Autoencoder:
        if self.circular:
            make_circular(autoencoder)
        return autoencoder.to(self.device, memory_format=torch.channels_last)

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
        self.autoencoder = self._vaes[rig.vae]
        self._worn = rig

    def _worn_loras(self) -> dict[str, Lora]:
        return {name: self._loras[name] for name, _ in self._worn.loras}

    def _worn_vae(self) -> dict[str, Autoencoder]:
        return {self._worn.vae: self._vaes[self._worn.vae]}

    def _read_lora(self, name: str, tell: Tell) -> Lora:
        return self._shifted.read(find_file(name, PUBLISHED, tell))

    def _read_vae(self, name: str, tell: Tell) -> Autoencoder:
        autoencoder = read_autoencoder(find_folder(name, tell), self.autoencoder.dtype)
        if autoencoder.config.latent_channels != self.unet.config.in_channels:
            raise ModelError(f"{name} is not an autoencoder for this model: its latents have other channels.")
        return self._placed(autoencoder)

    def canvas(self, request: ClipRequest) -> "StableCanvas":
        return StableCanvas(self, request)

    @torch.inference_mode()
    def encode(self, pixels: Pixels, draws: Draws) -> Tensor:
        """Pixels (1, rows, columns) to latents (channels, rows, columns)."""
        grey = torch.tensor(pixels, dtype=torch.float32, device=self.device) / 255 * 2 - 1
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
        """Latents to pixels (3, rows, columns): the model paints in colour, and only red is music."""
        scaled = latents[None].to(self.autoencoder.dtype) / self.autoencoder.config.scaling_factor
        painted = self.autoencoder.decode(scaled).sample[0].float()
        pixels: Pixels = ((painted / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
        return pixels

    @torch.inference_mode()
    def guess(self, x: Tensor, time: float, text: Tensor, guidance: float) -> Tensor:
        dtype = self.unet.dtype
        told = self._guidance_embedding(guidance, len(x))
        found = self.unet(x.to(dtype), time, encoder_hidden_states=text.to(dtype), timestep_cond=told)
        guess: Tensor = found.sample.float()
        return guess

    @property
    def guides_itself(self) -> bool:
        """A denoiser distilled with its guidance is told how much, and does not compare two guesses."""
        return self.unet.config.time_cond_proj_dim is not None

    def _guidance_embedding(self, guidance: float, batch: int) -> Tensor | None:
        """Sines and cosines of `guidance - 1` (Luo et al. 2023, "Latent consistency models", as diffusers has it)."""
        width = self.unet.config.time_cond_proj_dim
        if width is None:
            return None
        half = width // 2
        rates = torch.exp(torch.arange(half, dtype=torch.float32) * -(np.log(10000.0) / (half - 1)))
        angles = 1000 * (guidance - 1) * rates
        embedding = torch.cat([angles.sin(), angles.cos(), torch.zeros(width % 2)])
        return embedding.to(self.device, self.unet.dtype).expand(batch, -1)


class StableCanvas:
    """One clip: its width is the legal one nearest to its length, and inversion stretches it to the exact bars."""

    def __init__(self, model: StableDiffusion, request: ClipRequest) -> None:
        self._model, self._request = model, request
        seconds = request.beats * 60 / request.tempo
        self.columns = circular_columns(seconds, RIFFUSION.step_s)
        self.shape = (model.unet.config.in_channels, RIFFUSION.bins // model.patch, self.columns // model.patch)
        self.settings = replace(RIFFUSION, step_s=seconds / self.columns)
        self.guides_itself = model.guides_itself

    def text(self) -> Tensor:
        return self._model.words.pair(self._request.prompts, self._request.negative)

    def encode(self, picture: Picture, draws: Draws) -> Tensor:
        return self._model.encode(self.fitted(picture), draws)

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
        return Course(scheduler, Going(request.steps, strength, self._model.device), draws)

    def guess(self, x: Tensor, time: float, text: Tensor) -> Tensor:
        return self._model.guess(x, time, text, self._request.guidance)

    def picture(self, latents: Tensor) -> Picture:
        red = self._model.decode(latents)[:1]
        request = self._request
        return Picture(red, self.settings, request.beats, request.tempo, request.quantum, request.key)
