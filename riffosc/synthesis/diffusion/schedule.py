"""Schedulers by the names that diffusers gives them, and the way of one clip through one of them."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import diffusers
from torch import Tensor

from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.latents import Draws

SUFFIX = "Scheduler"
ANOTHER_KIND = {"EDMEuler"}  # for models that were trained otherwise (Karras et al. 2022)
# What diffusers' pipelines for latents, and its schedulers themselves, insist on.
LATENT = {"clip_sample": False, "steps_offset": 1, "lower_order_final": True}


def scheduler_names() -> list[str]:
    """Those that paint pictures of Stable Diffusion's kind, without the word `Scheduler` at their end."""
    from diffusers.schedulers import KarrasDiffusionSchedulers

    names = {kind.name.removesuffix(SUFFIX) for kind in KarrasDiffusionSchedulers}
    return sorted(names - ANOTHER_KIND | {"LCM", "SASolver", "TCD"})


def make_scheduler(config: dict[str, Any], name: str = "") -> Any:
    """The scheduler of a model's config, or another by its name with the same noise. Raises ModelError."""
    own = str(config.get("_class_name", ""))
    wanted = name.removesuffix(SUFFIX) or own.removesuffix(SUFFIX)
    if wanted not in scheduler_names():
        raise ModelError(f"'{name or own}' is no scheduler; there are {', '.join(scheduler_names())}.")
    kind = getattr(diffusers, wanted + SUFFIX)
    known = inspect.signature(kind.__init__).parameters
    told = {key: value for key, value in {**config, **LATENT}.items() if key in known or key.startswith("_")}
    try:
        return kind.from_config(told)
    except ImportError as error:
        lacking = re.search(r"requires the (\S+) library", str(error))
        package = lacking[1] if lacking else "another package"
        raise ModelError(f"{wanted} needs {package}, which is not installed: pip install {package}.") from None
    except (TypeError, ValueError) as error:
        raise ModelError(f"{wanted} cannot be used with this model: {error}") from None


@dataclass(frozen=True, slots=True)
class Going:
    """How a clip goes through a scheduler: in so many steps if from noise, in fewer if from a picture."""

    steps: int
    strength: float | None  # how far from the picture; None without one


class Course:
    """One clip's way: as diffusers' pipelines go it, for pictures from noise, from a picture, and with a mask."""

    def __init__(self, scheduler: Any, going: Going, draws: Draws) -> None:
        self._scheduler = scheduler
        steps, strength = going.steps, going.strength
        scheduler.set_timesteps(steps)  # on the processor: from a GPU each would have to be waited for
        skipped = 0 if strength is None else (steps - min(int(steps * strength), steps)) * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(skipped)
        self._from_noise = strength is None
        self._timesteps = scheduler.timesteps[skipped:]
        self.times: list[float] = self._timesteps.double().tolist()
        told = inspect.signature(scheduler.step).parameters
        self._more: dict[str, Any] = {"generator": draws.ours} if "generator" in told else {}
        if "eta" in told:
            self._more["eta"] = 0.0  # as diffusers' pipelines have it, whatever a scheduler's own is

    def begin(self, noise: Tensor, init: Tensor | None) -> Tensor:
        if self._from_noise or init is None:
            return noise * float(self._scheduler.init_noise_sigma)
        return self.noisy(noise, init, 0)

    def noisy(self, noise: Tensor, init: Tensor, step: int) -> Tensor:
        """`init` as noisy as the latents are before this step; after the last one, itself."""
        if step >= len(self._timesteps):
            return init
        noisy: Tensor = self._scheduler.add_noise(init[None], noise[None], self._timesteps[step : step + 1])[0]
        return noisy

    def seen(self, x: Tensor, step: int) -> Tensor:
        """The latents as the denoiser is to see them."""
        scaled: Tensor = self._scheduler.scale_model_input(x, self._timesteps[step])
        return scaled

    def step(self, guess: Tensor, x: Tensor, step: int) -> Tensor:
        after: Tensor = self._scheduler.step(
            guess[None], self._timesteps[step], x[None], **self._more, return_dict=False
        )[0][0]
        return after
