"""Noise and the ways between two of them; what `denoising` means."""

import math

import torch
from torch import Tensor

from riffosc.clip import ClipRequest

# Stable Diffusion's noise schedule ("scaled linear", Rombach et al. 2022): the yardstick of `denoising`.
SD_STEPS, SD_BETA_FIRST, SD_BETA_LAST = 1000, 0.00085, 0.012


def seeded_noise(shape: tuple[int, ...], seed: int) -> Tensor:
    """Standard normal noise; always the same for a seed, whatever else has been drawn."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def slerp(a: Tensor, b: Tensor, alpha: float) -> Tensor:
    """From `a` (0) to `b` (1) along the sphere (Shoemake 1985), so that noise keeps its strength on the way."""
    cosine = float((a * b).sum() / (a.norm() * b.norm()))
    if abs(cosine) > 0.9995:
        return torch.lerp(a, b, alpha)
    angle = math.acos(cosine)
    return (a * math.sin((1 - alpha) * angle) + b * math.sin(alpha * angle)) / math.sin(angle)


class Draws:
    """All that is drawn for one clip: a generator a seed, so that nothing depends on what else is rendered.

    `walk` goes from the noise of `seed` to that of the next one, and there it is what a clip of the next seed starts
    from. With `to_seed` it goes to the noise of that seed, and the picture's own uncertainty and the noise are drawn
    alike: Riffusion's definition (riffusion_pipeline.py), which jumps where one walk ends and the next begins.
    """

    def __init__(self, request: ClipRequest) -> None:
        self.ours = torch.Generator().manual_seed(request.seed)
        end = request.seed + 1 if request.to_seed is None else request.to_seed
        self._theirs = torch.Generator().manual_seed(end) if request.walk else None
        self._request = request

    def uncertainty(self, shape: tuple[int, ...]) -> Tensor:
        """What an autoencoder that is not sure of its latents adds to them, by their deviation."""
        if self._request.to_seed is not None:
            return seeded_noise(shape, self._request.seed)
        if self._theirs:
            torch.randn(shape, generator=self._theirs)
        return torch.randn(shape, generator=self.ours)

    def noise(self, shape: tuple[int, ...]) -> Tensor:
        start = torch.randn(shape, generator=self.ours)
        if self._theirs is None:
            return start
        return slerp(start, torch.randn(shape, generator=self._theirs), self._request.walk)


def flow_time(denoising: float) -> float:
    """The time of a flow, 0 clean to 1 noise, that is as noisy as Stable Diffusion at this strength.

    A flow is (1 - t) clip + t noise, Stable Diffusion sqrt(a) clip + sqrt(1 - a) noise: equal ratios, equal noise.
    Strength 1 is pure noise here; 0.75 is flow time 0.80.
    """
    if denoising <= 0:
        return 0.0
    if denoising >= 1:
        return 1.0
    betas = torch.linspace(SD_BETA_FIRST**0.5, SD_BETA_LAST**0.5, SD_STEPS, dtype=torch.float64) ** 2
    kept = torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - betas, 0)])
    place = denoising * SD_STEPS
    left = int(place)
    a = float(torch.lerp(kept[left], kept[left + 1], place - left))
    ratio = math.sqrt((1 - a) / a)
    return ratio / (1 + ratio)
