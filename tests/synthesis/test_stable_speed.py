"""What makes a model of Stable Diffusion's layout quick leaves its pictures as they are."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from stable_models import write_model
from torch import Tensor

from riffosc.clip import Clip, ClipRequest, Rig
from riffosc.picture import Picture
from riffosc.pictures import PictureShelf
from riffosc.synthesis.diffusion import ahead
from riffosc.synthesis.diffusion.ahead import Ahead, Size, likely
from riffosc.synthesis.diffusion.opening import open_folder
from riffosc.synthesis.diffusion.parts import read_folder
from riffosc.synthesis.diffusion.recorded import AT_MOST, Recorded, Work
from riffosc.synthesis.diffusion.stable import StableDiffusion, Way
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.place import EXACT, ONE_AT_A_TIME, Place, fastest, give_back_memory
from riffosc.synthesis.render import Renderer

ROUNDING = 2  # of 255
REQUEST = ClipRequest(
    prompts=(("techno drums", 1.0),), seed=3, guidance=7.0, steps=2, bars=1, tempo=240.0, rig=Rig("random")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stable")
    write_model(made)
    return made


@pytest.fixture(scope="module")
def model(folder: Path) -> StableDiffusion:
    return open_folder(folder, place=EXACT)


@pytest.fixture(scope="module")
def renderer(model: StableDiffusion) -> Renderer:
    return Renderer({"random": model})


def apart(one: Picture, other: Picture) -> int:
    """The greatest difference of two pixels."""
    assert one.pixels.std() > 10, "a picture, and not a wall"
    return int(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max())


# Side by side

SEED = PictureShelf().find("techno")
DIFFERENT = (
    REQUEST,
    replace(REQUEST, seed=4, steps=3, guidance=3.0),
    replace(REQUEST, prompts=(("bass", 1.0),), init=SEED, denoising=0.75),
    replace(REQUEST, seed=9, tempo=120.0),
    replace(REQUEST, guidance=1.0),
    replace(REQUEST, prompts=(("techno drums " * 40, 1.0),)),
    replace(REQUEST, init=SEED, denoising=0.0),
)


def test_clips_painted_together_are_those_painted_alone(
    renderer: Renderer, model: StableDiffusion, monkeypatch
) -> None:
    sizes: list[int] = []
    alone = [renderer.render(request) for request in DIFFERENT]
    guess = model.guess_each
    monkeypatch.setattr(model, "guess_each", lambda x, *more: (sizes.append(len(x)), guess(x, *more))[1])
    together = renderer.render_together(DIFFERENT)
    assert sizes[0] == 2 * 3, "three of one size, each with guidance, in one batch"
    for one, other in zip(alone, together, strict=True):
        assert one.request == other.request and apart(one.picture, other.picture) <= ROUNDING
        assert one.samples.shape == other.samples.shape
        assert np.abs(one.samples - other.samples).max() < 0.3 * np.abs(one.samples).max()
    assert together[0].seconds.keys() == alone[0].seconds.keys()


def test_pictures_of_one_length_are_performed_together_as_alone(renderer: Renderer) -> None:
    """To the bit where the pictures are the same."""
    requests = [replace(REQUEST, init=SEED, denoising=0.0, seed=seed) for seed in (1, 2)]
    alone, together = [renderer.render(request) for request in requests], renderer.render_together(requests)
    assert not np.array_equal(alone[0].samples, alone[1].samples)
    for one, other in zip(alone, together, strict=True):
        assert np.allclose(one.samples, other.samples, atol=1e-4)


def test_what_one_of_them_cannot_do_ends_them_all(renderer: Renderer) -> None:
    with pytest.raises(ModelError, match="is no scheduler"):
        renderer.render_together([REQUEST, replace(REQUEST, rig=Rig("random", scheduler="Eulr"))])
    assert isinstance(renderer.render(REQUEST), Clip), "and nobody waits for them"


def test_the_embedded_model_paints_several_one_after_another() -> None:
    requests = [ClipRequest(prompts=(("drums", 1.0),), seed=seed, bars=1, tempo=240.0, steps=1) for seed in (1, 2)]
    renderer = Renderer()
    for one, request in zip(renderer.render_together(requests), requests, strict=True):
        assert np.array_equal(one.picture.pixels, renderer.render(request).picture.pixels)


def test_many_are_painted_in_order_however_many_at_a_time(renderer: Renderer, monkeypatch) -> None:
    requests = [replace(REQUEST, init=SEED, denoising=0.0, seed=seed) for seed in range(5)]
    requests[3] = replace(requests[3], rig=Rig("random", scheduler="DDIM"))
    sizes: list[int] = []
    paint = renderer.render_together
    monkeypatch.setattr(renderer, "render_together", lambda some: (sizes.append(len(some)), paint(some))[1])
    assert [clip.request for clip in renderer.render_all(requests, together=2)] == requests
    assert sizes == [2, 1, 1, 1]


# Recorded


class Rerun:
    """A recording as a GPU makes it, of one size, by what a processor can do: the same work on the same memory."""

    def __init__(self, work: Work, inputs: Sequence[Tensor]) -> None:
        assert ONE_AT_A_TIME.locked(), "nobody paints meanwhile"
        self._work, self._inputs, self.replays = work, [each.clone() for each in inputs], 0

    def replay(self, inputs: Sequence[Tensor]) -> Tensor:
        for place, given in zip(self._inputs, inputs, strict=True):
            assert place.shape == given.shape and place.dtype == given.dtype and place.device == given.device
            place.copy_(given)
        self.replays += 1
        return self._work(*self._inputs)


class Recorder:
    def __init__(self) -> None:
        self.made: list[Rerun] = []

    def __call__(self, work: Work, inputs: Sequence[Tensor]) -> Rerun:
        self.made.append(Rerun(work, inputs))
        return self.made[-1]


@pytest.mark.parametrize("guides_itself", [False, True])
def test_what_is_recorded_paints_the_same_and_is_there_for_the_next_tempo(
    tmp_path: Path, guides_itself: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path, **({"time_cond_proj_dim": 32} if guides_itself else {}))
    monkeypatch.setattr(ahead, "BARS", (1,))
    recorder, compilations = Recorder(), []

    def compiling(work: Work) -> Work:
        compilations.append(work)
        return work

    model = StableDiffusion(read_folder(tmp_path, torch.float32), EXACT, way=Way(recorder, compiling))
    plain = Renderer({"random": open_folder(tmp_path, place=EXACT)})
    renderer = Renderer({"random": model})
    first = renderer.render(REQUEST)
    model.ahead.wait()
    assert len(compilations) == 1
    made = len(recorder.made)
    replays = sum(each.replays for each in recorder.made)
    assert apart(renderer.render(REQUEST).picture, first.picture) == 0
    assert sum(each.replays for each in recorder.made) == replays + REQUEST.steps + 2, (
        "PNDM's one step more; the decoder"
    )
    slower = replace(REQUEST, tempo=140.0)  # the next width
    clip = renderer.render(slower)
    assert sum(each.replays for each in recorder.made) == replays + 2 * (REQUEST.steps + 2)
    assert apart(clip.picture, plain.render(slower).picture) == 0
    model.ahead.wait()
    assert len(recorder.made) > made, "and now what is next to that"


def test_widths_are_foreseen_the_likeliest_first() -> None:
    sizes = list(likely(replace(REQUEST, tempo=120.0, bars=2), batch=2, tokens=77))
    wide = Size(512, 2 * 3, 77)  # of 700 columns and more: three windows, or four
    assert list(dict.fromkeys(sizes)) == [
        Size(384, 2, 77), Size(192, 2, 77), wide, *(Size(width, 2, 77) for width in (448, 320, 256, 128)),
        Size(512, 2 * 4, 77),
    ]  # fmt: skip
    assert max(size.columns for size in likely(replace(REQUEST, tempo=20.0, bars=4), 1, 77)) <= 640


def test_only_so_many_recordings_are_kept_and_the_last_used_are() -> None:
    double = Recorded(lambda x: 2 * x, Recorder())
    for width in range(1, AT_MOST + 1):
        double.learn([torch.zeros(width)])
    double(torch.ones(1))
    double.learn([torch.zeros(AT_MOST + 1)])
    kept = double._recordings
    assert len(kept) == AT_MOST and ((1,),) in kept and ((2,),) not in kept
    assert torch.equal(double(torch.ones(2)), 2 * torch.ones(2)), "without one it is done as it is written"


def test_what_cannot_be_made_ready_is_said_and_the_rest_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    done: list[object] = []
    gate = threading.Event()

    def do(size: object) -> None:
        gate.wait(10)
        if size == Size(64, 1, 77):
            raise RuntimeError("no room")
        done.append(size)

    made_ready = Ahead(do)
    made_ready.want([Size(64, 1, 77), Size(128, 1, 77)])
    made_ready.want([Size(128, 1, 77)])
    gate.set()
    made_ready.wait()
    assert done == [Size(128, 1, 77)]
    assert "a picture of 64 columns could not be made ready" in caplog.text
    made_ready.again()
    made_ready.wait()
    assert done == [Size(128, 1, 77)] * 2


# In half the digits


def test_bfloat16_paints_nearly_the_same(folder: Path, renderer: Renderer) -> None:
    place = Place(torch.device("cpu"), torch.bfloat16)
    model = open_folder(folder, place=place)
    assert {part.dtype for part in (model.unet, model.autoencoder)} == {torch.bfloat16}
    assert model.words._encoder.dtype == torch.float32
    half, full = Renderer({"random": model}).render(REQUEST).picture, renderer.render(REQUEST).picture
    error = np.abs(half.pixels.astype(float) - full.pixels).mean()
    assert 0 < error < 0.02 * 255 and error < 0.2 * full.pixels.std()


def test_an_autoencoder_too_loud_for_half_precision_paints_in_full(folder: Path, caplog) -> None:
    model = open_folder(folder, place=Place(torch.device("cpu"), torch.float16))
    with torch.no_grad():
        model.autoencoder.post_quant_conv.weight.mul_(1e5).clamp_(-6e4, 6e4)
    latents = torch.randn(4, 64, 8, generator=torch.Generator().manual_seed(1))
    pixels = model.decode(latents)
    assert model.autoencoder.dtype == torch.float32 and "half precision is too small" in caplog.text
    assert pixels.shape == (3, 512, 64)
    with pytest.raises(ModelError, match="not finite"):
        model.decode(latents * float("nan"))


def test_the_place_is_what_the_machine_has() -> None:
    place = fastest()
    assert place.is_gpu == torch.cuda.is_available()
    assert place.is_gpu or str(place).startswith("cpu, ")
    give_back_memory()
