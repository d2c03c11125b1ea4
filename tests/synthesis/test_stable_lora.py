"""LoRA files in the forms that are published: what they add, that they come off again, and what does not fit."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from stable_models import write_model

from riffosc.clip import Rig
from riffosc.synthesis.diffusion.opening import open_folder
from riffosc.synthesis.diffusion.stable import StableDiffusion
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.place import EXACT

QUERY = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
OUT = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0"
CONV = "down_blocks.0.resnets.0.conv1"
WORDS = "encoder.layers.0.self_attn.q_proj"
ALPHA, RANK = 2.0, 4


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> StableDiffusion:
    folder = tmp_path_factory.mktemp("stable")
    write_model(folder)
    return open_folder(folder, place=EXACT)


@pytest.fixture(autouse=True)
def plain(model: StableDiffusion) -> Iterator[None]:
    yield
    model.put_on(Rig())


def weight(model: StableDiffusion, name: str) -> torch.Tensor:
    owner = model.words._encoder if name == WORDS else model.unet
    return owner.get_submodule(name).weight


def matrices(model: StableDiffusion, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Down and up, of rank 4."""
    size = weight(model, name).shape
    generator = torch.Generator().manual_seed(len(name))
    return torch.randn(RANK, *size[1:], generator=generator), torch.randn(
        size[0], RANK, *[1] * (len(size) - 2), generator=generator
    )


def kohya(model: StableDiffusion, path: Path) -> Path:
    """As most are shared, LCM's too."""
    tensors = {}
    for name in (QUERY, OUT, CONV, WORDS):
        down, up = matrices(model, name)
        stem = f"lora_te_text_model_{name}" if name == WORDS else f"lora_unet_{name}"
        stem = stem.replace(".", "_")
        tensors |= {
            f"{stem}.lora_down.weight": down,
            f"{stem}.lora_up.weight": up,
            f"{stem}.alpha": torch.tensor(ALPHA),
        }
    save_file(tensors, path)
    return path


def peft(model: StableDiffusion, path: Path) -> Path:
    """As diffusers writes them of late."""
    tensors = {}
    for name in (QUERY, OUT, CONV, WORDS):
        down, up = matrices(model, name)
        stem = f"text_encoder.text_model.{name}" if name == WORDS else f"unet.{name}"
        tensors |= {f"{stem}.lora_A.weight": down, f"{stem}.lora_B.weight": up}
    told = {"unet.lora_alpha": ALPHA, "text_encoder.lora_alpha": ALPHA}
    save_file(tensors, path, {"lora_adapter_metadata": json.dumps(told)})
    return path


def old(model: StableDiffusion, path: Path) -> Path:
    """As diffusers wrote them first: of attention only, without alpha."""
    tensors = {}
    for name in (QUERY, OUT):
        down, up = matrices(model, name)
        owner, _, leaf = name.removesuffix(".0").rpartition(".")
        tensors |= {
            f"unet.{owner}.processor.{leaf}_lora.down.weight": down,
            f"unet.{owner}.processor.{leaf}_lora.up.weight": up * ALPHA / RANK,
        }
    save_file(tensors, path)
    return path


def expected(model: StableDiffusion, name: str, strength: float) -> torch.Tensor:
    down, up = matrices(model, name)
    shift = torch.einsum("or,ri...->oi...", up.flatten(1), down)
    return weight(model, name) + strength * ALPHA / RANK * shift


@pytest.mark.parametrize(
    ("form", "names"), [(kohya, (QUERY, OUT, CONV, WORDS)), (peft, (QUERY, OUT, CONV, WORDS)), (old, (QUERY, OUT))]
)
def test_it_shifts_the_weights_and_comes_off_to_the_bit(model, tmp_path, form, names) -> None:
    path = form(model, tmp_path / "lora.safetensors")
    before = {name: weight(model, name).clone() for name in names}
    wanted = {name: expected(model, name, 0.5) for name in names}
    text = model.words.pair((("techno", 1.0),), "")
    model.prepare(rig := Rig(loras=((str(path), 0.5),)), print)
    assert all(torch.equal(weight(model, name), before[name]) for name in names), "not while something else is painted"
    model.put_on(rig)
    assert all(torch.allclose(weight(model, name), wanted[name], atol=1e-5) for name in names)
    assert torch.equal(model.words.pair((("techno", 1.0),), ""), text) is (WORDS not in names)
    model.put_on(Rig())
    assert all(torch.equal(weight(model, name), before[name]) for name in names)
    assert torch.equal(model.words.pair((("techno", 1.0),), ""), text)


def test_several_add_up_each_by_its_strength(model, tmp_path) -> None:
    one, two = kohya(model, tmp_path / "one.safetensors"), old(model, tmp_path / "two.safetensors")
    wanted = expected(model, QUERY, 0.5) + expected(model, QUERY, -1.0) - weight(model, QUERY)
    rig = Rig(loras=((str(one), 0.5), (str(two), -1.0)))
    model.put_on(rig)
    assert torch.allclose(weight(model, QUERY), wanted, atol=1e-5)
    model.put_on(Rig(loras=((str(one), 0.5),)))
    model.put_on(Rig())


def test_what_does_not_fit_is_said(model, tmp_path) -> None:
    path = tmp_path / "lora.safetensors"
    down, up = matrices(model, QUERY)
    stem = f"unet.{QUERY}"
    for tensors, words in (
        ({f"{stem}.lora_A.weight": down[:, :8], f"{stem}.lora_B.weight": up}, "made for other sizes"),
        ({f"{stem}.lora_A.weight": down}, "has no partner"),
        ({"unet.mid.lora_A.weight": down, "unet.mid.lora_B.weight": up}, "which has no mid"),
        ({f"{stem}.hada_w1_a": down}, "of a kind that riffosc knows"),
    ):
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
        with pytest.raises(ModelError, match=words):
            model.prepare(Rig(loras=((str(path), 1.0),)), print)
    with pytest.raises(ModelError, match="nowhere"):
        model.prepare(Rig(loras=((str(tmp_path / "nowhere.safetensors"), 1.0),)), print)
