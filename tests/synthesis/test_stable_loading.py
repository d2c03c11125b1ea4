"""Models of Stable Diffusion's layout: read from folders and single files, circular in time, clear about faults."""

import json
import pickle
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from stable_models import as_trained, write_model, write_tiny_autoencoder, write_tokenizer
from transformers import CLIPTextConfig, CLIPTextModel

from riffosc.clip import ClipRequest, Rig
from riffosc.picture import decode_picture, encode_picture
from riffosc.pictures import PictureShelf
from riffosc.synthesis.diffusion.checkpoint import read_checkpoint, unet_config, vae_config, words_config
from riffosc.synthesis.diffusion.circular import circular_columns
from riffosc.synthesis.diffusion.opening import open_folder
from riffosc.synthesis.diffusion.parts import read_folder
from riffosc.synthesis.diffusion.schedule import Course, Going, make_scheduler, scheduler_names
from riffosc.synthesis.diffusion.stable import StableDiffusion
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.latents import Draws, flow_time
from riffosc.synthesis.models import load_model
from riffosc.synthesis.place import EXACT
from riffosc.synthesis.render import Renderer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stable")
    write_model(made)
    return made


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """To be damaged."""
    return shutil.copytree(folder, tmp_path / "model")


@pytest.fixture(scope="module")
def model(folder: Path) -> StableDiffusion:
    return open_folder(folder, place=EXACT)


# Circular


@pytest.mark.parametrize("columns", [64, 128, 192])
def test_the_denoiser_knows_no_beginning_and_no_end(model: StableDiffusion, columns: int) -> None:
    x = torch.randn(1, 4, 64, columns // 8, generator=torch.Generator().manual_seed(1))
    text = model.words.pair((("techno", 1.0),), "")[:1]
    turned = model.guess(x.roll(8, -1), 500.0, text, 1.0)  # by 64 columns, which its halvings divide
    assert torch.allclose(turned, model.guess(x, 500.0, text, 1.0).roll(8, -1), atol=1e-4)


@pytest.mark.parametrize("tiny", [False, True])
def test_the_autoencoder_knows_no_beginning_and_no_end(model: StableDiffusion, tiny: bool, tmp_path: Path) -> None:
    if tiny:
        write_tiny_autoencoder(tmp_path)
        rig = Rig(vae=str(tmp_path))
        model.prepare(rig, lambda _: None)
        model.put_on(rig)
    autoencoder = model.autoencoder
    picture = torch.rand(1, 3, 512, 128, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():

        def encode(values: torch.Tensor) -> torch.Tensor:
            found = autoencoder.encode(values)
            return found.latents if tiny else found.latent_dist.mean

        latents = encode(picture)
        assert torch.allclose(encode(picture.roll(8, -1)), latents.roll(1, -1), atol=1e-4)
        painted = autoencoder.decode(latents).sample
        assert torch.allclose(autoencoder.decode(latents.roll(3, -1)).sample, painted.roll(24, -1), atol=1e-4)
        below = autoencoder.decode(latents.roll(3, -2)).sample
        assert not torch.allclose(below, painted.roll(24, -2), atol=1e-2), "treble does not wrap into bass"
    model.put_on(Rig())


def test_widths_are_multiples_of_64_columns() -> None:
    assert [circular_columns(seconds) for seconds in (0.1, 0.9, 1.0, 4.0, 5.11, 16.0)] == [64, 64, 128, 384, 512, 1600]


# Clips


def test_a_loop_is_exactly_its_bars_and_its_picture_says_how_it_was_made(folder: Path) -> None:
    renderer = Renderer()
    request = ClipRequest(
        prompts=(("techno", 1.0),), bars=1, tempo=210.0, steps=1, guidance=2.0, rig=Rig(str(folder)), samplerate=22050
    )
    clip = renderer.render(request)
    assert clip.samples.shape == (1, request.frames) and np.isfinite(clip.samples).all()
    assert clip.picture.pixels.shape == (1, 512, 128)
    settings = clip.picture.settings
    assert (settings.low_hz, settings.high_hz, settings.power) == (0, 10000, 0.25)
    assert settings.step_s * 128 == pytest.approx(4 * 60 / 210)
    again = decode_picture(encode_picture(clip.picture))
    assert again.settings == settings and np.array_equal(again.pixels, clip.picture.pixels)
    assert renderer.render(request).samples.tobytes() == clip.samples.tobytes()


def test_a_seed_picture_is_fitted_to_the_bars_whatever_its_settings(model: StableDiffusion) -> None:
    """An onset on each beat of the seed lies on each beat of the model's columns."""
    picture = PictureShelf().find("techno")
    canvas = model.canvas(ClipRequest(bars=2, tempo=320.0, seed=1, init=picture))
    fitted = canvas.fitted(picture)
    assert fitted.shape == (1, 512, 128)
    loudness = (255.0 - fitted[0].astype(float)).mean(0)
    onsets = np.maximum(np.roll(loudness, -2) - np.roll(loudness, 2), 0)
    by_place = onsets.reshape(8, 16).mean(0)
    assert min(abs(int(by_place.argmax()) - place) for place in (0, 8, 16)) <= 3


def test_the_embedded_model_takes_nothing_of_the_kind() -> None:
    for rig in (Rig(scheduler="DDIM"), Rig(vae="x"), Rig(loras=(("y", 1.0),))):
        with pytest.raises(ModelError, match="takes no"):
            Renderer().prepare(rig)


# Faults


@pytest.mark.parametrize(
    "missing",
    [
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/config.json",
        "text_encoder/model.safetensors",
        "tokenizer/merges.txt",
        "scheduler/scheduler_config.json",
    ],
)
def test_what_is_missing_is_named(copy: Path, missing: str) -> None:
    (copy / missing).unlink()
    with pytest.raises(ModelError, match=Path(missing).name.split(".")[0]):
        load_model(str(copy))


def test_wrong_shapes_and_missing_weights_are_named(copy: Path) -> None:
    path = copy / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "conv_in.weight": tensors["conv_in.weight"][:8]}, path)
    with pytest.raises(ModelError, match=r"conv_in\.weight is 8x4x3x3, which should be 16x4x3x3"):
        load_model(str(copy))
    del tensors["conv_in.weight"]
    save_file(tensors, path)
    with pytest.raises(ModelError, match=r"lacks 1 of its weights, such as conv_in\.weight"):
        load_model(str(copy))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(str(copy))


class Opener:
    """A pickle that would run a program."""

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (Path("/tmp/riffosc-was-here"),)  # type: ignore[return-value]


def test_pickled_weights_are_read_and_anything_else_in_them_is_refused(copy: Path) -> None:
    safe = copy / "unet" / "diffusion_pytorch_model.safetensors"
    pickled = safe.with_suffix(".bin")
    torch.save(load_file(safe), pickled)
    safe.unlink()
    assert isinstance(load_model(str(copy)), StableDiffusion)
    torch.save({"conv_in.weight": Opener()}, pickled)
    with pytest.raises(ModelError, match="more than weights"):
        load_model(str(copy))
    pickled.write_bytes(pickle.dumps({"conv_in.weight": Opener()}, protocol=2))
    with pytest.raises(ModelError, match=r"more than weights|cannot be read"):
        load_model(str(copy))
    assert not Path("/tmp/riffosc-was-here").exists()


def test_other_layouts_are_told_apart(copy: Path) -> None:
    path = copy / "unet" / "config.json"
    config = json.loads(path.read_text())
    for change, words in (({"in_channels": 9}, "inpainting"), ({"addition_embed_type": "text_time"}, "XL")):
        path.write_text(json.dumps({**config, **change}))
        with pytest.raises(ModelError, match=words):
            load_model(str(copy))


def test_denoising_is_as_noisy_as_in_the_embedded_model(model: StableDiffusion) -> None:
    scheduler = make_scheduler(model.scheduler_config, "DDIM")
    for denoising in (0.25, 0.5, 0.75):
        course = Course(scheduler, Going(1000, denoising), Draws(ClipRequest()))
        kept = float(scheduler.alphas_cumprod[int(course.times[0]) - 1])
        ratio = ((1 - kept) / kept) ** 0.5
        assert ratio / (1 + ratio) == pytest.approx(flow_time(denoising), abs=0.002)


def test_want_of_memory_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*_: object) -> None:
        torch.empty(1 << 60, dtype=torch.uint8)

    renderer, request = Renderer(), ClipRequest(bars=1, tempo=240.0, steps=1, rig=Rig(str(folder)))
    renderer.prepare(request.rig)
    monkeypatch.setattr(StableDiffusion, "decode", too_much)
    with pytest.raises(ModelError, match=r"^There is not enough memory to paint 1 bars with .*\.$"):
        renderer.render(request)
    monkeypatch.setattr(StableDiffusion, "__init__", too_much)
    with pytest.raises(ModelError, match=r"^There is not enough memory for the model .*\.$"):
        Renderer().prepare(request.rig)


@pytest.mark.filterwarnings("ignore:__array:DeprecationWarning")  # diffusers' to mend
def test_schedulers_go_by_their_names(model: StableDiffusion) -> None:
    model.prepare(Rig(scheduler="EulerDiscreteScheduler"), lambda _: None)
    for name in scheduler_names():
        try:
            make_scheduler(model.scheduler_config, name)
        except ModelError as error:
            assert re.fullmatch(rf"{name} needs (\w+), which is not installed: pip install \1\.", str(error))
    with pytest.raises(ModelError, match=r"'Eulr' is no scheduler; there are DDIM, .*LCM"):
        model.prepare(Rig(scheduler="Eulr"), lambda _: None)


# Other forms


def test_attention_as_it_was_written_once_is_read(copy: Path) -> None:
    path = copy / "vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    renamed = {re.sub(r"to_q|to_k|to_v|to_out\.0", lambda m: old[m[0]], name): t for name, t in tensors.items()}
    assert renamed.keys() != tensors.keys()
    save_file(renamed, path)
    for one, other in zip(
        read_folder(copy, torch.float32).autoencoder.parameters(), tensors_of(copy, tensors), strict=True
    ):
        assert torch.equal(one, other)


def tensors_of(folder: Path, tensors: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    autoencoder = AutoencoderKL.from_config(json.loads((folder / "vae" / "config.json").read_text()))
    autoencoder.load_state_dict(tensors)
    return list(autoencoder.parameters())


def test_the_full_size_is_stable_diffusions() -> None:
    """Shapes only, on no device: 1.5's published counts."""
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config({"cross_attention_dim": 768, "attention_head_dim": 8})
        vae = AutoencoderKL.from_config(FULL_VAE)
        words = CLIPTextModel(CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_attention_heads=12))
    counts = [sum(weight.numel() for weight in part.parameters()) for part in (unet, vae, words)]
    assert counts == [859_520_964, 83_653_863, 123_060_480]
    tensors = as_trained(unet.state_dict(), vae.state_dict(), words.state_dict())
    assert tensors["model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"].shape == (320, 768)
    found = unet_config(tensors)
    assert found["block_out_channels"] == [320, 640, 1280, 1280] and found["layers_per_block"] == 2
    assert found["down_block_types"] == ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"]
    assert vae_config(tensors)["block_out_channels"] == [128, 256, 512, 512]
    assert words_config(tensors)["num_hidden_layers"] == 12 and words_config(tensors)["num_attention_heads"] == 12


FULL_VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}


def test_a_single_file_is_the_same_model(tmp_path: Path) -> None:
    wide = {"norm_num_groups": 32, "block_out_channels": (32, 64), "attention_head_dim": 8}
    folder, path = tmp_path / "folder", tmp_path / "one.safetensors"
    pipeline = write_model(folder, vae={"norm_num_groups": 32, "block_out_channels": (32,) * 4}, **wide)
    state = [getattr(pipeline, part).state_dict() for part in ("unet", "vae", "text_encoder")]
    save_file({name: tensor.contiguous() for name, tensor in as_trained(*state).items()}, path)
    with pytest.raises(ModelError, match="has no tokenizer: fetch one with `riffosc models fetch openai/clip"):
        load_model(str(path))
    write_tokenizer(tmp_path / "tokenizer")
    one, other = read_checkpoint(path, torch.float32), read_folder(folder, torch.float32)
    for part in ("unet", "autoencoder", "text_encoder"):
        ours, theirs = getattr(one, part).state_dict(), getattr(other, part).state_dict()
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    save_file({"lora_up": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match="not a whole model"):
        load_model(str(path))
