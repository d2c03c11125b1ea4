"""Same weights, scheduler, seeds and steps: not circular, our pictures are those of plain diffusers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionImg2ImgPipeline, StableDiffusionInpaintPipeline, StableDiffusionPipeline
from PIL import Image
from stable_models import write_model

from riffosc.clip import ClipRequest, Rig
from riffosc.masks import parse_mask
from riffosc.picture import RIFFUSION, Picture, Pixels
from riffosc.synthesis.diffusion.opening import open_folder
from riffosc.synthesis.diffusion.schedule import Course, make_scheduler
from riffosc.synthesis.diffusion.stable import StableDiffusion
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.masking import composed, reach, shades
from riffosc.synthesis.place import EXACT
from riffosc.synthesis.render import Renderer
from riffosc.synthesis.sampler import Given, keeper, sample

# What some schedulers do with numpy is diffusers' to mend.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

COLUMNS = 64
ROUNDING = 2  # of 255: the same numbers, added up in another order
ONE_BEAT_S = COLUMNS / 100 / 4
REQUEST = ClipRequest(
    prompts=(("techno drums", 1.0),), negative="bass", seed=5, guidance=7.0, steps=4, bars=1, tempo=60 / ONE_BEAT_S
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stable")


@pytest.fixture(scope="module")
def theirs(folder: Path) -> StableDiffusionPipeline:
    return write_model(folder)


@pytest.fixture(scope="module")
def ours(folder: Path, theirs: StableDiffusionPipeline) -> StableDiffusion:
    return open_folder(folder, circular=False, place=EXACT)


@pytest.fixture(scope="module")
def seed_picture() -> Picture:
    pixels = np.random.default_rng(1).integers(0, 256, (512, COLUMNS), np.uint8)
    smooth = np.asarray(Image.fromarray(pixels).resize((8, 64)).resize((COLUMNS, 512)))
    return Picture(smooth[None], RIFFUSION, beats=4, tempo=REQUEST.tempo)


def painted(model: StableDiffusion, request: ClipRequest, mask: torch.Tensor | None = None) -> Pixels:
    canvas, draws = model.canvas(request), Draws(request)
    text = canvas.text()
    init = None if request.init is None else canvas.encode(request.init, draws)
    return model.decode(
        sample(canvas, request.guidance, Given(text, init, None if mask is None else keeper(mask)), draws)
    )


def told(request: ClipRequest) -> dict[str, object]:
    """The request as diffusers takes it."""
    return {
        "prompt": request.prompt,
        "negative_prompt": request.negative,
        "guidance_scale": request.guidance,
        "num_inference_steps": request.steps,
        "generator": torch.Generator().manual_seed(request.seed),
        "output_type": "np",
    }


def same(ours: Pixels, theirs: np.ndarray) -> None:
    pixels = (theirs * 255).round().astype(int).transpose(2, 0, 1)
    assert ours.std() > 10, "a picture, and not a wall"
    assert np.abs(ours.astype(int) - pixels).max() <= ROUNDING


def image(picture: Picture) -> Image.Image:
    return Image.fromarray(picture.pixels[0]).convert("RGB")


@pytest.mark.parametrize(
    ("scheduler", "guidance"),
    [
        ("", 7.0),
        ("DDIM", 1.0),
        ("EulerAncestralDiscrete", 7.0),
        ("DPMSolverMultistep", 7.0),
        ("SASolver", 7.0),
        ("TCD", 7.0),
        ("LCM", 7.0),
    ],
)
def test_a_picture_from_noise(
    ours: StableDiffusion, theirs: StableDiffusionPipeline, scheduler: str, guidance: float
) -> None:
    request = replace(REQUEST, rig=Rig(scheduler=scheduler), guidance=guidance)
    pipeline = StableDiffusionPipeline(**{**theirs.components, "scheduler": their_scheduler(ours, scheduler)})
    pipeline.set_progress_bar_config(disable=True)
    same(painted(ours, request), pipeline(**told(request), height=512, width=COLUMNS).images[0])


def test_a_model_that_is_told_its_guidance(tmp_path: Path) -> None:
    """As latent consistency models are distilled: one pass a step, whatever the guidance."""
    theirs = write_model(tmp_path, seed=2, time_cond_proj_dim=32)
    ours = open_folder(tmp_path, circular=False, place=EXACT)
    request = replace(REQUEST, rig=Rig(scheduler="LCM"), guidance=8.0, steps=2)
    pipeline = StableDiffusionPipeline(**{**theirs.components, "scheduler": their_scheduler(ours, "LCM")})
    pipeline.set_progress_bar_config(disable=True)
    expected = pipeline(**told(request), height=512, width=COLUMNS).images[0]
    same(painted(ours, request), expected)
    louder = painted(ours, replace(request, guidance=2.0))
    assert np.abs(louder.astype(int) - (expected * 255).transpose(2, 0, 1)).max() > ROUNDING


def their_scheduler(ours: StableDiffusion, name: str) -> object:
    return make_scheduler(ours.scheduler_config, name)


@pytest.mark.parametrize(("scheduler", "denoising"), [("", 0.75), ("DDIM", 1.0), ("LCM", 0.75)])
def test_a_picture_from_a_picture(
    ours: StableDiffusion,
    theirs: StableDiffusionPipeline,
    seed_picture: Picture,
    scheduler: str,
    denoising: float,
) -> None:
    request = replace(REQUEST, init=seed_picture, denoising=denoising, rig=Rig(scheduler=scheduler))
    pipeline = StableDiffusionImg2ImgPipeline(
        **{**theirs.components, "scheduler": their_scheduler(ours, scheduler)}, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    expected = pipeline(**told(request), image=image(seed_picture), strength=denoising).images[0]
    same(painted(ours, request), expected)


@pytest.mark.parametrize("scheduler", ["", "DDIM"])
def test_a_part_of_a_picture(
    ours: StableDiffusion, theirs: StableDiffusionPipeline, seed_picture: Picture, scheduler: str
) -> None:
    request = replace(REQUEST, init=seed_picture, denoising=0.75, rig=Rig(scheduler=scheduler))
    white = np.zeros((512, COLUMNS), np.uint8)
    white[:200, 16:48] = 255
    pipeline = StableDiffusionInpaintPipeline(
        **{**theirs.components, "scheduler": their_scheduler(ours, scheduler)}, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    expected = pipeline(
        **told(request),
        image=image(seed_picture),
        mask_image=Image.fromarray(white),
        strength=0.75,
        height=512,
        width=COLUMNS,
    ).images[0]
    mask = torch.tensor(white[None, ::8, ::8] / 255, dtype=torch.float32)
    same(painted(ours, request, mask), expected)


@pytest.mark.parametrize("scheduler", ["", "DDIM"])
def test_an_inpainted_clip_is_theirs_where_it_is_painted_and_the_picture_where_it_is_kept(
    ours: StableDiffusion, theirs: StableDiffusionPipeline, seed_picture: Picture, scheduler: str
) -> None:
    """What the renderer makes of a mask. They leave the decoder's picture as it is; ours is the very picture where the
    mask is black, and passes from one into the other at its edges. That, and no more, is different."""
    name, mask = "tiny", parse_mask("beats 2-3 below 1 kHz")
    request = replace(REQUEST, init=seed_picture, denoising=0.75, mask=mask, rig=Rig(name, scheduler=scheduler))
    found = Renderer({name: ours}).render(request).picture.pixels[0].astype(int)
    shaded = shades(mask, RIFFUSION, COLUMNS, request)
    reached = reach(shaded).reshape(64, 8, COLUMNS // 8, 8).max((1, 3)).repeat(8, 0).repeat(8, 1)
    pipeline = StableDiffusionInpaintPipeline(
        **{**theirs.components, "scheduler": their_scheduler(ours, scheduler)}, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    expected = pipeline(
        **told(request),
        image=image(seed_picture),
        mask_image=Image.fromarray((reached * 255).astype(np.uint8)),
        strength=0.75,
        height=512,
        width=COLUMNS,
    ).images[0]
    red, kept = (expected[..., 0] * 255).round(), seed_picture.pixels[0].astype(int)
    weight = composed(np.zeros((1, *shaded.shape), np.uint8), np.full((1, *shaded.shape), 255, np.uint8), shaded)[0]
    inside, outside = weight == 255, weight == 0
    assert inside.mean() > 0.05 and outside.mean() > 0.5
    assert np.array_equal(found[outside], kept[outside])
    assert np.abs(red - kept)[outside].max() > 10, "theirs is not bit-true"
    assert np.abs(found - red)[inside].max() <= ROUNDING and np.abs(found - kept)[inside].mean() > 10
    assert np.abs(found - (kept + weight / 255 * (red - kept))).max() <= ROUNDING + 1


def test_riffusions_way_with_a_mask(
    ours: StableDiffusion, theirs: StableDiffusionPipeline, seed_picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written out as riffusion_pipeline.py defines it. What it keeps is a step behind: as noisy as before the step,
    after the last one too. Behind in the same way, ours is equal; else, as diffusers has it, no noise is left there."""
    request = replace(REQUEST, negative="", to_seed=9, init=seed_picture, denoising=0.75, rig=Rig(scheduler="DDIM"))
    grey = torch.ones(1, 64, COLUMNS // 8)  # in part, as its masks are; 1 is painted here, and kept there
    grey[:, :21], grey[:, 21:40] = 0, 0.75
    scheduler, shape = their_scheduler(ours, "DDIM"), (1, 4, 64, COLUMNS // 8)
    scheduler.set_timesteps(request.steps)
    begun = int(request.steps * request.denoising)
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(request.seed))
    text, away = (ours.words.pair(((words, 1.0),), "")[:1] for words in (request.prompt, ""))
    pixels = torch.tensor(seed_picture.pixels)[None].expand(1, 3, -1, -1) / 255 * 2 - 1
    with torch.inference_mode():
        sure = theirs.vae.encode(pixels).latent_dist
        init = sure.sample(generator=torch.Generator().manual_seed(request.seed)) * 0.18215
        x = scheduler.add_noise(init, noise, scheduler.timesteps[-begun][None])
        for time in scheduler.timesteps[-begun:]:
            guesses = theirs.unet(x.expand(2, -1, -1, -1), time, torch.cat([away, text])).sample
            guess = guesses[:1] + request.guidance * (guesses[1:] - guesses[:1])
            x = scheduler.step(guess, time, x).prev_sample
            x = scheduler.add_noise(init, noise, time[None]) * (1 - grey) + x * grey
        expected = (theirs.vae.decode(x / 0.18215).sample / 2 + 0.5).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    clean = painted(ours, request, grey)
    assert np.abs(clean - expected[..., 0] * 255).max() > 10 * ROUNDING
    on_time = Course.noisy
    monkeypatch.setattr(Course, "noisy", lambda self, noise, init, step: on_time(self, noise, init, max(step - 1, 0)))
    same(painted(ours, request, grey), expected)


def test_riffusions_way_from_one_prompt_and_seed_to_another(
    ours: StableDiffusion, theirs: StableDiffusionPipeline, seed_picture: Picture
) -> None:
    """Written out as riffusion_pipeline.py defines it, with diffusers' own parts."""
    alpha, start, end = 0.25, (3, 0.9, 8.0), (70, 0.5, 4.0)  # each a seed, denoising and guidance
    request = replace(
        REQUEST,
        prompts=(("techno (drums:1.3)", 1 - alpha), ("bass", alpha)),
        negative="",
        init=seed_picture,
        rig=Rig(scheduler="DDIM"),
        seed=start[0],
        to_seed=end[0],
        walk=alpha,
        denoising=(1 - alpha) * start[1] + alpha * end[1],
        guidance=(1 - alpha) * start[2] + alpha * end[2],
    )
    scheduler, shape = their_scheduler(ours, "DDIM"), (1, 4, 64, COLUMNS // 8)
    scheduler.set_timesteps(request.steps)
    begun = int(request.steps * request.denoising)
    noise_a, noise_b = (torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed, *_ in (start, end))
    angle = torch.acos((noise_a * noise_b).sum() / (noise_a.norm() * noise_b.norm()))
    noise = (torch.sin((1 - alpha) * angle) * noise_a + torch.sin(alpha * angle) * noise_b) / torch.sin(angle)
    a, b, away = (ours.words.pair(((text, 1.0),), "")[:1] for text in ("techno (drums:1.3)", "bass", ""))
    pixels = torch.tensor(seed_picture.pixels)[None].expand(1, 3, -1, -1) / 255 * 2 - 1
    with torch.inference_mode():
        sure = theirs.vae.encode(pixels).latent_dist
        init = sure.sample(generator=torch.Generator().manual_seed(start[0])) * 0.18215
        x = scheduler.add_noise(init, noise, scheduler.timesteps[-begun][None])
        for time in scheduler.timesteps[-begun:]:
            guesses = theirs.unet(x.expand(2, -1, -1, -1), time, torch.cat([away, a + alpha * (b - a)])).sample
            guess = guesses[:1] + request.guidance * (guesses[1:] - guesses[:1])
            x = scheduler.step(guess, time, x).prev_sample
        expected = (theirs.vae.decode(x / 0.18215).sample / 2 + 0.5).clamp(0, 1)
    same(painted(ours, request), expected[0].permute(1, 2, 0).numpy())
