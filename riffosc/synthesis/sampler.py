"""One loop for every family of models: from noise, or from a noisy picture, to the latents of a clip.

A family says how it goes (its course) and what it takes for noise (its guess); classifier-free guidance (Ho and
Salimans 2022) and masks are here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.synthesis.latents import Draws, flow_time
from riffosc.synthesis.prompt import Spans, parse_prompt
from riffosc.synthesis.windows import Windows

Progress = Callable[[float], None]
Keep = Callable[[Tensor, Tensor], Tensor]

SHIFT = 3.0
Time = TypeVar("Time", float, Tensor)


class Course(Protocol):
    """A way from noise to a clip, step by step. Latents have no batch here."""

    @property
    def times(self) -> Sequence[float]:
        """What the denoiser is told with each step."""

    def begin(self, noise: Tensor, init: Tensor | None) -> Tensor: ...

    def noisy(self, noise: Tensor, init: Tensor, step: int) -> Tensor:
        """`init` as noisy as latents are before a step; after the last one, as it is."""

    def seen(self, x: Tensor, step: int) -> Tensor: ...

    def step(self, guess: Tensor, x: Tensor, step: int) -> Tensor: ...


class Denoiser(Protocol):
    """What the sampler asks of a family that has a request in hand."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the latents."""

    @property
    def guides_itself(self) -> bool:
        """Whether guidance is among what the denoiser is told: then one pass is all there is."""

    @property
    def guided_below(self) -> float:
        """The time below which guidance leads: in more noise than that it leads astray.

        See Kynkaanniemi et al. 2024, "Applying guidance in a limited interval", arXiv 2404.07724.
        """

    @property
    def windows(self) -> Windows | None:
        """What it sees of a loop at a time, where that is not all of it."""

    @property
    def axis(self) -> int:
        """Which of the latents' axes is time, counted from the end."""

    def course(self, from_picture: bool, draws: Draws) -> Course: ...

    def guess(self, x: Tensor, time: float, text: Tensor, starts: Sequence[int] = (0,)) -> Tensor:
        """For latents (windows * batch, ...), each window beginning at its place in the loop, and as many texts."""

    def lead(self, guesses: Tensor, guidance: float, x: Tensor, time: float) -> Tensor:
        """Of the guesses (2, ...) for x, towards the prompt and for the negative one, the one that guidance makes."""


@dataclass(frozen=True, slots=True)
class Moment:
    """On a clip's way."""

    time: float  # what the denoiser is told
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What a clip is painted from."""

    text: Tensor  # (2, tokens, width): what to play and what to keep away from
    init: Tensor | None = None  # the picture to start from, in latents; without one `denoising` has no effect
    keep: Keep | None = None  # of latents, `init` as noisy as they are and they, with what a mask keeps of the first


def beyond(guesses: Tensor, guidance: float) -> Tensor:
    """Plain classifier-free guidance: guesses (2, ...), towards and away, to one."""
    towards, away = guesses
    return torch.lerp(away, towards, guidance)


def keeper(mask: Tensor) -> Keep:
    """By a mask of the latents' shape, or wider: 1 is painted, 0 is kept."""
    return lambda kept, painted: (1 - mask) * kept + mask * painted


class Flow:
    """Flow matching (Lipman et al. 2023): (1 - t) clip + t noise, and its velocity is guessed.

    Steps are Adams' and Bashforth's of second order (Hairer, Norsett and Wanner, "Solving ordinary differential
    equations I", III.1): the guess before tells how the velocity changes, so a step costs one guess, like Euler's,
    and goes astray by about a third as much. The last step is Euler's: it ends at the mean of all clips that may be
    meant, where looking ahead would leave noise in what is quiet. A course is for one clip.
    """

    def __init__(self, start: float, steps: int) -> None:
        self._start = start
        self._path = times(start, steps)
        self.times = self._path[:-1]
        self._before: Tensor | None = None  # the last step's guess

    def begin(self, noise: Tensor, init: Tensor | None) -> Tensor:
        self._before = None
        return noise * self._start if init is None else self.noisy(noise, init, 0)

    def noisy(self, noise: Tensor, init: Tensor, step: int) -> Tensor:
        time = self._path[step]
        return time * noise + (1 - time) * init

    @staticmethod
    def seen(x: Tensor, _: int) -> Tensor:
        return x

    def step(self, guess: Tensor, x: Tensor, step: int) -> Tensor:
        now, after = self._path[step], self._path[step + 1]
        before, self._before = self._before, guess
        if before is None or after == 0:
            return x + (after - now) * guess
        change = (guess - before) / (now - self._path[step - 1])
        return x + (after - now) * (guess + change * (after - now) / 2)


def flow_course(request: ClipRequest, from_picture: bool) -> Flow:
    return Flow(flow_time(request.denoising) if from_picture else 1.0, request.steps)


def blend_prompts(encode: Callable[[Spans], Tensor], prompts: Sequence[tuple[str, float]]) -> Tensor:
    """The embeddings of several prompts by their shares: (tokens, width)."""
    return torch.stack([encode(parse_prompt(text)) * share for text, share in prompts if share]).sum(0)


def times(start: float, steps: int) -> list[float]:
    """Times from `start` to 0, closer where the noise is strong; fewer of them where less has to be denoised.

    What is played, and by what, is decided in strong noise: even times are shifted towards it (Esser et al.
    2024, section 5.3.2, there for large pictures).
    """
    even_start = start / (SHIFT - (SHIFT - 1) * start)
    count = max(1, ceil(steps * even_start))
    return [shifted(even_start * (count - step) / count) for step in range(count + 1)]


def shifted(even: Time) -> Time:
    """An even time 0..1 moved towards noise, which is 1."""
    return SHIFT * even / (1 + (SHIFT - 1) * even)


def sample(model: Denoiser, guidance: float, given: Given, draws: Draws, progress: Progress = lambda _: None) -> Tensor:
    """The latents of a clip."""
    course = model.course(given.init is not None, draws)
    noise = draws.noise(model.shape).to(given.text.device)
    x = course.begin(noise, given.init)
    for step, time in enumerate(course.times):
        moment = Moment(time, step)
        x = course.step(_guided(model, course.seen(x, step), moment, given.text, guidance), x, step)
        if given.keep is not None and given.init is not None:
            x = given.keep(course.noisy(noise, given.init, step + 1), x)
        progress((step + 1) / len(course.times))
    return x


def _guided(model: Denoiser, x: Tensor, moment: Moment, text: Tensor, guidance: float) -> Tensor:
    """The guess towards the prompt and away from the negative one: of the latents' shape."""
    if guidance <= 1 or model.guides_itself or moment.time >= model.guided_below:
        return _guess(model, x[None], moment, text[:1])[0]
    return model.lead(_guess(model, x.expand(2, *x.shape), moment, text), guidance, x, moment.time)


def _guess(model: Denoiser, x: Tensor, moment: Moment, text: Tensor) -> Tensor:
    """For latents of any length."""
    if model.windows is None:
        return model.guess(x, moment.time, text)

    def guess(parts: Tensor, starts: Sequence[int]) -> Tensor:
        return model.guess(parts, moment.time, text.repeat(len(starts), 1, 1), starts)

    return model.windows.across(x, model.axis, guess, moment.step)
