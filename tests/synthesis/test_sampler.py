"""The sampler on a flow whose solution is known: every clip is one latent, so the way there is a straight line."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.picture import EMBEDDED, Picture
from riffosc.synthesis.latents import flow_time, seeded_noise
from riffosc.synthesis.sampler import blend_prompts, sample, times


class StraightFlow:
    """Prompts are numbers, clips are that number everywhere."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, float]] = []

    def text(self, words: Sequence[tuple[str, float]]) -> Tensor:
        return torch.full((1, 1), float(words[0][0]) if words else 0.0)

    def shape(self, beats: int) -> tuple[int, int]:
        return (beats, 3)

    def velocity(self, x: Tensor, time: float, text: Tensor) -> Tensor:
        self.calls.append((len(x), time))
        return (x - text) / time


def both(towards: float, away: float = 0.0) -> Tensor:
    return torch.tensor([[[towards]], [[away]]])


def test_euler_ends_on_the_clip() -> None:
    request = ClipRequest(bars=1, steps=4, guidance=1.0)
    found = sample(StraightFlow(), request, None, both(0.7))
    assert torch.allclose(found, torch.full((4, 3), 0.7), atol=1e-5)


def test_guidance_goes_beyond_the_prompt_and_away_from_the_negative() -> None:
    request = ClipRequest(bars=1, steps=4, guidance=3.0)
    flow = StraightFlow()
    found = sample(flow, request, None, both(0.5, -0.1))
    assert torch.allclose(found, torch.full((4, 3), -0.1 + 3 * 0.6), atol=1e-4)
    assert {batch for batch, _ in flow.calls} == {2}


def test_without_guidance_one_pass_is_enough() -> None:
    flow = StraightFlow()
    sample(flow, ClipRequest(bars=1, steps=2, guidance=1.0), None, both(0.5))
    assert [batch for batch, _ in flow.calls] == [1, 1]


def test_denoising_starts_on_the_way_and_takes_fewer_steps() -> None:
    picture = Picture(torch.zeros(1, 512, 256, dtype=torch.uint8).numpy(), EMBEDDED, 4.0)
    request = ClipRequest(bars=1, steps=10, guidance=1.0, init=picture, denoising=0.5, seed=3)
    flow = StraightFlow()
    heard: list[Tensor] = []
    init = torch.full((4, 3), 2.0)
    flow.velocity = lambda x, time, text: heard.append(x[0]) or torch.zeros_like(x)  # type: ignore[method-assign]
    sample(flow, request, init, both(0.5))
    start = flow_time(0.5)
    assert torch.allclose(heard[0], (1 - start) * init + start * seeded_noise((4, 3), 3))
    assert len(heard) == len(times(start, 10)) - 1 < 10


def test_prompts_blend_by_their_shares() -> None:
    assert blend_prompts(StraightFlow(), (("1", 0.25), ("5", 0.75))).item() == pytest.approx(4.0)


def test_progress_is_told_after_each_step() -> None:
    heard: list[float] = []
    sample(StraightFlow(), ClipRequest(bars=1, steps=4), None, both(0.5), heard.append)
    assert heard == [0.25, 0.5, 0.75, 1.0]
