"""On a GPU, recorded, compiled and painted side by side, pictures are what they are. `pytest -m gpu` runs these."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from stable_models import write_model

from riffosc.bench.likeness import likeness
from riffosc.clip import ClipRequest, Rig
from riffosc.picture import RIFFUSION, Picture
from riffosc.synthesis import codec
from riffosc.synthesis.diffusion.opening import open_folder
from riffosc.synthesis.diffusion.recorded import graph_recorder
from riffosc.synthesis.diffusion.stable import StableDiffusion
from riffosc.synthesis.place import EXACT, ONE_AT_A_TIME
from riffosc.synthesis.render import Renderer

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

REQUEST = ClipRequest(
    prompts=(("techno drums", 1.0),), seed=3, guidance=5.0, steps=4, bars=1, tempo=120.0, rig=Rig("random")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stable")
    write_model(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> StableDiffusion:
    return open_folder(folder)


@pytest.fixture(scope="module")
def renderer(model: StableDiffusion) -> Renderer:
    return Renderer({"random": model})


def apart(one: Picture, other: Picture) -> float:
    """The mean difference of two pixels."""
    assert one.pixels.std() > 10, "a picture, and not a wall"
    return float(np.abs(one.pixels.astype(float) - other.pixels).mean())


def test_a_recording_does_its_work_again_and_leaves_what_it_gave() -> None:
    record = graph_recorder()
    zeros = torch.zeros(4, 8, device="cuda")
    with ONE_AT_A_TIME:
        double, square = record(lambda x: 2 * x, [zeros]), record(lambda x: x * x, [zeros])
    x = torch.randn(4, 8, device="cuda")
    with torch.inference_mode():
        doubled = double.replay([x])
        squared, again = square.replay([x]), double.replay([x + 1])
    assert torch.equal(doubled, 2 * x) and torch.equal(squared, x * x) and torch.equal(again, 2 * (x + 1))


def test_pictures_stay_what_they_are_when_all_is_ready(
    renderer: Renderer, model: StableDiffusion, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert model.place.is_gpu
    first = renderer.render(REQUEST)
    model.ahead.wait()
    assert "could not be made ready" not in caplog.text
    ready = renderer.render(REQUEST)
    assert apart(first.picture, ready.picture) < 2
    exact = Renderer({"random": open_folder(folder, place=EXACT)}).render(REQUEST)
    assert apart(exact.picture, ready.picture) < 4
    other = replace(REQUEST, seed=4)
    assert apart(renderer.render(other).picture, ready.picture) > 4, "what is recorded is not what comes out"


def test_clips_side_by_side_are_those_painted_alone(renderer: Renderer, model: StableDiffusion) -> None:
    requests = [replace(REQUEST, seed=seed) for seed in range(4)]
    renderer.render_together(requests)
    model.ahead.wait()
    for clip, request in zip(renderer.render_together(requests), requests, strict=True):
        assert apart(clip.picture, renderer.render(request).picture) < 2


def test_pictures_are_performed_as_well_as_on_a_processor() -> None:
    rate = 44100
    sound = np.sin(np.arange(2 * rate) * 2 * np.pi * 220 / rate)[None].astype(np.float32) * 0.3
    values = codec.to_values(codec.to_pixels(codec.analyse(sound, rate, RIFFUSION, 200)))
    how = codec.Performance(RIFFUSION, 2 * rate, rate, seed=1)
    errors = [
        likeness(values, codec.invert(values.to(device), how), rate, RIFFUSION).error for device in ("cpu", "cuda")
    ]
    assert errors[1] < 1.1 * errors[0] + 0.002
