"""Loops longer than what a model was trained on: whole, without joints, and not the same thing over again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from stable_models import write_model
from torch import Tensor

from riffosc.bench.seams import seam_ratio
from riffosc.clip import Clip, ClipRequest, Rig
from riffosc.offline import request_for
from riffosc.picture import RIFFUSION, Picture
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.render import Renderer
from riffosc.synthesis.sampler import Course, Given, beyond, flow_course, sample
from riffosc.synthesis.windows import AT_ONCE, Windows

# What some schedulers do with numpy is diffusers' to mend.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LENGTHS = st.integers(2, 40).flatmap(lambda length: st.tuples(st.just(length), st.integers(2, length)))


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@given(LENGTHS, st.integers(1, 3), st.integers(0, 50))
def test_windows_of_a_loop_put_together_are_that_loop(sizes: tuple[int, int], grid: int, turn: int) -> None:
    length, width = (size * grid for size in sizes)
    x = torch.randn(2, length, 3, generator=torch.Generator().manual_seed(turn))
    windows = Windows(length, width, grid)
    seen: list[tuple[int, ...]] = []
    whole = windows.across(x, -2, lambda parts, _: (seen.append(tuple(parts.shape)), parts)[1], turn)
    assert torch.allclose(whole, x, atol=1e-5)
    assert {shape[1:] for shape in seen} == {(width, 3)} and max(shape[0] for shape in seen) <= 2 * AT_ONCE
    assert all(start % grid == 0 for start in windows.starts(turn))


@pytest.mark.parametrize("scale", [4, 0.25])
def test_what_is_made_of_windows_may_be_finer_or_coarser(scale: float) -> None:
    x = torch.arange(48.0).reshape(1, 1, 48)

    def scaled(parts: Tensor) -> Tensor:
        return parts.repeat_interleave(4, -1) if scale > 1 else parts.unflatten(-1, (-1, 4)).mean(-1)

    assert torch.allclose(Windows(48, 16, 4).across(x, -1, lambda parts, _: scaled(parts)), scaled(x), atol=1e-4)


def test_windows_move_on() -> None:
    windows = Windows(8, 4)
    assert windows.starts(0) == [0, 2, 4, 6] and windows.starts(1) == [1, 3, 5, 7]


class NarrowFlow:
    """Knows no more than four tokens at a time; prompts are numbers, clips that number everywhere."""

    guides_itself, guided_below, axis = False, 2.0, -2

    def __init__(self, request: ClipRequest) -> None:
        self.request, self.shape, self.windows = request, (8, 3), Windows(8, 4)

    def course(self, from_picture: bool, _: Draws) -> Course:
        return flow_course(self.request, from_picture)

    def guess(self, x: Tensor, time: float, text: Tensor, _: Sequence[int] = (0,)) -> Tensor:
        assert x.shape[1:] == (4, 3) and len(text) == len(x)
        return (x - text) / time

    @staticmethod
    def lead(guesses: Tensor, guidance: float, _: Tensor, __: float) -> Tensor:
        return beyond(guesses, guidance)


def test_the_sampler_looks_through_windows_and_guides_in_each() -> None:
    request = ClipRequest(steps=3)
    text = torch.tensor([[[0.5]], [[-0.1]]])
    found = sample(NarrowFlow(request), 3.0, Given(text), Draws(request))
    assert torch.allclose(found, torch.full((8, 3), -0.1 + 3 * 0.6), atol=1e-4)


def repeats(picture: Picture, columns: int) -> float:
    """How much the picture is like itself so many columns later: 1 where it is the same."""
    values = 255.0 - picture.pixels[0]
    values -= values.mean(1, keepdims=True)
    return float((values * np.roll(values, -columns, 1)).sum() / (values**2).sum())


def waves_repeat(clip: Clip, seconds: float) -> float:
    """The same of the sound, the best within 20 ms of that."""
    spectrum = np.fft.rfft(clip.samples[0].astype(np.float64))
    alike = np.fft.irfft(np.abs(spectrum) ** 2, clip.samples.shape[1])
    at, around = round(seconds * clip.request.samplerate), round(0.02 * clip.request.samplerate)
    return float(alike[at - around : at + around].max() / alike[0])


def joints(picture: Picture, starts: list[int]) -> float:
    """How much neighbouring columns differ where windows begin, over how much they do anywhere."""
    pixels = picture.pixels[0].astype(float)
    step = np.abs(pixels - np.roll(pixels, 1, axis=1)).mean(0)
    return float(step[[start % len(step) for start in starts]].mean() / step.mean())


def test_eight_bars_of_the_embedded_model_are_not_four_bars_twice(renderer: Renderer) -> None:
    request = request_for(
        22050, {"prompt": "jazz piano", "bars": 8, "tempo": 187.0, "seed": 5, "steps": 4, "guidance": 1}
    )
    clip = renderer.render(request)
    assert clip.samples.shape == (1, request.frames) and clip.picture.columns == 8 * 4 * 64
    bar_s = 4 * 60 / 187
    bars = [repeats(clip.picture, number * 256) for number in range(1, 5)]
    assert max(bars) < 0.95, "four bars on the theme comes back and ends otherwise; it is no copy"
    assert max(bars) > 0.2, "and yet it is one piece"
    assert waves_repeat(clip, 5.1) <= max(waves_repeat(clip, number * bar_s) for number in range(1, 5))
    assert waves_repeat(clip, 4 * bar_s) < 0.5
    assert seam_ratio(clip.samples[0], 22050, 10_900.0) <= 1


@pytest.mark.parametrize("bars", [3, 5])
def test_bars_that_the_embedded_model_was_not_trained_on(renderer: Renderer, bars: int) -> None:
    request = request_for(22050, {"prompt": "funk drums", "bars": bars, "tempo": 240.0, "quantum": 3, "steps": 1})
    clip = renderer.render(request)
    assert clip.samples.shape == (1, round(bars * 3 * 60 / 240 * 22050))
    assert clip.picture.columns == bars * 3 * 64 and clip.picture.pixels.std() > 10


@pytest.fixture(scope="module")
def stable(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("stable")
    write_model(
        folder,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
    )
    return str(folder)


def test_a_long_loop_from_one_picture_of_a_stable_diffusion_layout_model(renderer: Renderer, stable: str) -> None:
    """Four bars at 90 last 10.7 s, twice what such models were trained on."""
    bars = 4
    rig = Rig(stable, scheduler="DPMSolverMultistep")
    request = ClipRequest(
        prompts=(("techno drums", 1.0),), bars=bars, tempo=90.0, seed=1, steps=2, guidance=2.0, rig=rig
    )
    clip = renderer.render(replace(request, samplerate=22050))
    columns = 64 * round(bars * 4 * 60 / 90 / 0.64)
    assert clip.picture.columns == columns and clip.samples.shape == (1, round(bars * 4 * 60 / 90 * 22050))
    assert clip.picture.pixels.std() > 5, "a picture, and not a wall"
    assert repeats(clip.picture, 512) < 0.3
    bar_s = 4 * 60 / 90
    assert waves_repeat(clip, 5.11) <= max(0.05, *(waves_repeat(clip, number * bar_s) for number in range(1, bars)))
    windows = Windows(columns // 8, 64)
    assert joints(clip.picture, [8 * start for start in windows.starts()]) < 1.5
    assert seam_ratio(clip.samples[0], 22050, 10_100.0) <= 1


def test_a_tiled_picture_would_be_found_out(stable: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 512, 512), np.uint8)
    assert repeats(Picture(np.tile(pixels, 2), RIFFUSION), 512) > 0.99


class Sure(Draws):
    """Takes the middle of what the autoencoder is unsure of."""

    def uncertainty(self, shape: tuple[int, ...]) -> Tensor:
        return torch.zeros(shape)


def test_what_is_the_same_throughout_stays_the_same_throughout(renderer: Renderer, stable: str) -> None:
    """To latents and back in windows, a tone that is held has no joints."""
    canvas = renderer.model(Rig(stable)).canvas(replace(ClipRequest(rig=Rig(stable)), bars=4, tempo=90.0))
    assert canvas.windows is not None
    held = np.tile((np.arange(512, dtype=np.uint8) // 2)[:, None], (1, 1, 1088))
    latents = canvas.encode(Picture(held, canvas.settings, beats=16, tempo=90.0), Sure(ClipRequest()))
    assert latents.shape == canvas.shape and latents.std(-1).max() < 1e-3 < latents.std()
    again = canvas.picture(latents).pixels
    assert again.shape == (1, 512, 1088) and (again == again[..., :1]).all()
