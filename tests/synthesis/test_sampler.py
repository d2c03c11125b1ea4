"""The sampler on a flow whose solution is known: every clip is one latent, so the way there is a straight line."""

import math
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.picture import EMBEDDED, Picture
from riffosc.synthesis.latents import Draws, flow_time, seeded_noise
from riffosc.synthesis.sampler import Course, Given, Progress, beyond, blend_prompts, flow_course, keeper, sample, times


class StraightFlow:
    """Prompts are numbers, clips are that number everywhere."""

    guides_itself, guided_below = False, 2.0
    windows, axis = None, -2

    def __init__(self, request: ClipRequest) -> None:
        self.request, self.shape = request, (request.beats, 3)
        self.calls: list[tuple[int, float]] = []

    def course(self, from_picture: bool, _: Draws) -> Course:
        return flow_course(self.request, from_picture)

    def guess(self, x: Tensor, time: float, text: Tensor, _: Sequence[int] = (0,)) -> Tensor:
        self.calls.append((len(x), time))
        return (x - text) / time

    @staticmethod
    def lead(guesses: Tensor, guidance: float, _: Tensor, __: float) -> Tensor:
        return beyond(guesses, guidance)


def number(words: Sequence[tuple[str, float]]) -> Tensor:
    return torch.full((1, 1), float(words[0][0]) if words else 0.0)


def painted(flow: StraightFlow, given: Given, progress: Progress = lambda _: None) -> Tensor:
    return sample(flow, flow.request.guidance, given, Draws(flow.request), progress)


def both(towards: float, away: float = 0.0) -> Tensor:
    return torch.tensor([[[towards]], [[away]]])


def test_the_way_ends_on_the_clip() -> None:
    flow = StraightFlow(ClipRequest(bars=1, steps=4, guidance=1.0))
    assert torch.allclose(painted(flow, Given(both(0.7))), torch.full((4, 3), 0.7), atol=1e-5)


def test_steps_are_of_second_order() -> None:
    """Velocity x on the way from time 1 to t makes exp(t - 1); twice the steps, a third of the error."""

    def error(steps: int) -> float:
        course = flow_course(ClipRequest(steps=steps), from_picture=False)
        x = course.begin(torch.ones(1, dtype=torch.float64), None)
        for step in range(steps - 1):
            x = course.step(x, x, step)
        return abs(float(x) - math.exp(course.times[-1] - 1))

    assert error(16) < 0.0025
    assert 2.6 < error(16) / error(32) < 5.5


def test_the_last_step_ends_on_what_is_guessed() -> None:
    course = flow_course(ClipRequest(steps=3), from_picture=False)
    x = course.begin(torch.ones(1), None)
    for step, time in enumerate(course.times):
        x, guess = course.step(x * step, x, step), x - time * x * step
    assert torch.allclose(x, guess)


def test_guidance_goes_beyond_the_prompt_and_away_from_the_negative() -> None:
    flow = StraightFlow(ClipRequest(bars=1, steps=4, guidance=3.0))
    found = painted(flow, Given(both(0.5, -0.1)))
    assert torch.allclose(found, torch.full((4, 3), -0.1 + 3 * 0.6), atol=1e-4)
    assert {batch for batch, _ in flow.calls} == {2}


@pytest.mark.parametrize(("guidance", "guides_itself"), [(1.0, False), (3.0, True)])
def test_without_guidance_one_pass_is_enough(guidance: float, guides_itself: bool) -> None:
    flow = StraightFlow(ClipRequest(bars=1, steps=2, guidance=guidance))
    flow.guides_itself = guides_itself
    painted(flow, Given(both(0.5)))
    assert [batch for batch, _ in flow.calls] == [1, 1]


def test_in_more_noise_than_guidance_is_good_for_there_is_none() -> None:
    flow = StraightFlow(ClipRequest(bars=1, steps=4, guidance=3.0))
    flow.guided_below = 0.95
    painted(flow, Given(both(0.5, -0.1)))
    assert [batch for batch, _ in flow.calls] == [1, 2, 2, 2]


def test_denoising_starts_on_the_way_and_takes_fewer_steps() -> None:
    picture = Picture(torch.zeros(1, 512, 256, dtype=torch.uint8).numpy(), EMBEDDED, 4.0)
    flow = StraightFlow(ClipRequest(bars=1, steps=10, guidance=1.0, init=picture, denoising=0.5, seed=3))
    heard: list[Tensor] = []
    init = torch.full((4, 3), 2.0)
    flow.guess = lambda x, time, text: heard.append(x[0]) or torch.zeros_like(x)  # type: ignore[method-assign]
    painted(flow, Given(both(0.5), init))
    start = flow_time(0.5)
    assert torch.allclose(heard[0], (1 - start) * init + start * seeded_noise((4, 3), 3))
    assert len(heard) == len(times(start, 10)) - 1 < 10


def test_a_mask_keeps_what_it_covers() -> None:
    flow = StraightFlow(ClipRequest(bars=1, steps=4, guidance=1.0, denoising=0.9))
    init, mask = torch.full((4, 3), 2.0), torch.tensor([[1.0], [1.0], [0.0], [0.0]])
    found = painted(flow, Given(both(0.7), init, keeper(mask)))
    assert torch.equal(found[2:], init[2:])
    assert torch.allclose(found[:2], torch.full((2, 3), 0.7), atol=1e-5)


def test_prompts_blend_by_their_shares() -> None:
    assert blend_prompts(number, (("1", 0.25), ("5", 0.75))).item() == pytest.approx(4.0)


def test_progress_is_told_after_each_step() -> None:
    heard: list[float] = []
    painted(StraightFlow(ClipRequest(bars=1, steps=4)), Given(both(0.5)), heard.append)
    assert heard == [0.25, 0.5, 0.75, 1.0]
