"""One loop for every family of models: from noise, or from a noisy picture, to the latents of a clip.

Flow matching (Lipman et al. 2023) solved by Euler's method, with classifier-free guidance (Ho and Salimans 2022).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil
from typing import Protocol

import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.synthesis.latents import flow_time, walked_noise
from riffosc.synthesis.prompt import parse_prompt

Progress = Callable[[float], None]

SHIFT = 3.0


class Denoiser(Protocol):
    """What the sampler asks of a family: text encoder and denoiser. Latents are (tokens, dims)."""

    def text(self, words: Sequence[tuple[str, float]]) -> Tensor: ...

    def shape(self, beats: int) -> tuple[int, int]: ...

    def velocity(self, x: Tensor, time: float, text: Tensor) -> Tensor: ...


def blend_prompts(model: Denoiser, prompts: Sequence[tuple[str, float]]) -> Tensor:
    """The embeddings of several prompts by their shares: (tokens, width)."""
    return torch.stack([model.text(parse_prompt(text)) * share for text, share in prompts if share]).sum(0)


def times(start: float, steps: int) -> list[float]:
    """Times from `start` to 0, closer where the noise is strong; fewer of them where less has to be denoised.

    What is played, and by what, is decided in strong noise: even times are shifted towards it (Esser et al.
    2024, section 5.3.2, there for large pictures).
    """
    even_start = start / (SHIFT - (SHIFT - 1) * start)
    count = max(1, ceil(steps * even_start))
    even = [even_start * (count - step) / count for step in range(count + 1)]
    return [SHIFT * time / (1 + (SHIFT - 1) * time) for time in even]


def sample(
    model: Denoiser,
    request: ClipRequest,
    init: Tensor | None,
    text: Tensor,
    progress: Progress = lambda _: None,
) -> Tensor:
    """Latents (tokens, dims) of the clip that `request` asks for.

    `init` is the picture to start from, in latents; without one `denoising` has no effect. `text` is
    (2, tokens, width): what to play and what to keep away from.
    """
    start = 1.0 if init is None else flow_time(request.denoising)
    x = start * walked_noise(model.shape(request.beats), request.seed, request.walk)
    if init is not None:
        x = x + (1 - start) * init
    path = times(start, request.steps)
    for step, (now, after) in enumerate(pairwise(path)):
        x = x + (after - now) * _guided(model, x, now, text, request.guidance)
        progress((step + 1) / (len(path) - 1))
    return x


def _guided(model: Denoiser, x: Tensor, time: float, text: Tensor, guidance: float) -> Tensor:
    """Velocity towards the prompt and away from the negative one: (tokens, dims)."""
    if guidance <= 1:
        return model.velocity(x[None], time, text[:1])[0]
    towards, away = model.velocity(x.expand(2, *x.shape), time, text)
    return torch.lerp(away, towards, guidance)
