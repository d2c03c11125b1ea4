"""Small models of Stable Diffusion's layout with random weights, in folders as diffusers and the hub have them."""

import re
from pathlib import Path

import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline
from diffusers.loaders.single_file_utils import DIFFUSERS_TO_LDM_MAPPING
from transformers import CLIPTextModel

from riffosc.bench import random_models
from riffosc.bench.random_models import SIZES, text_encoder, with_more, write_tokenizer

__all__ = ["text_encoder", "write_tokenizer"]

Tensors = dict[str, torch.Tensor]

TINY_VAE = {
    "encoder_block_out_channels": (16,) * 4,
    "decoder_block_out_channels": (16,) * 4,
    "num_encoder_blocks": (1, 1, 1, 1),
    "num_decoder_blocks": (1, 1, 1, 1),
}


def write_model(
    folder: Path, seed: int = 0, vae: dict[str, object] | None = None, **unet: object
) -> StableDiffusionPipeline:
    """The smallest, with these of its sizes changed."""
    return random_models.write_model(folder, with_more(SIZES["tiny"], vae or {}, unet), seed)


def write_tiny_autoencoder(folder: Path, seed: int = 1) -> AutoencoderTiny:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        autoencoder = AutoencoderTiny(**TINY_VAE)
    autoencoder.save_pretrained(folder)
    return autoencoder


def as_trained(unet: Tensors, vae: Tensors, words: Tensors) -> Tensors:
    """The weights as one file has them, under the names that they were trained with (Rombach et al. 2022)."""
    layers = 1 + max(int(found[1]) for name in unet if (found := re.match(r"down_blocks\.0\.resnets\.(\d+)", name)))
    attending = {found[1] for name in unet if (found := re.match(r"(up_blocks\.\d+)\.attentions", name))}
    return {
        **{f"model.diffusion_model.{_trained_unet(name, layers, attending)}": t for name, t in unet.items()},
        **dict(_trained_vae(name, tensor, vae) for name, tensor in vae.items()),
        **{f"cond_stage_model.transformer.text_model.{name}": tensor for name, tensor in words.items()},
    }


RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}


def _trained_unet(name: str, layers: int, attending: set[str]) -> str:
    known = DIFFUSERS_TO_LDM_MAPPING["unet"]["layers"]
    if name in known:
        return known[name]
    side, *rest = name.split(".")
    if side == "mid_block":
        kind, number, inside = rest[0], int(rest[1]), ".".join(rest[2:])
        return (
            f"middle_block.{2 * number}.{_trained_resnet(inside)}" if kind == "resnets" else f"middle_block.1.{inside}"
        )
    block, kind, number, inside = int(rest[0]), rest[1], int(rest[2]), ".".join(rest[3:])
    first = block * (layers + 1)
    if kind == "downsamplers":
        return f"input_blocks.{first + layers + 1}.0.{inside.replace('conv', 'op')}"
    if kind == "upsamplers":
        return f"output_blocks.{first + layers}.{2 if f'{side}.{block}' in attending else 1}.{inside}"
    place = f"input_blocks.{first + 1 + number}" if side == "down_blocks" else f"output_blocks.{first + number}"
    return f"{place}.0.{_trained_resnet(inside)}" if kind == "resnets" else f"{place}.1.{inside}"


def _trained_resnet(name: str) -> str:
    part, _, leaf = name.partition(".")
    return f"{RESNET[part]}.{leaf}"


def _trained_vae(name: str, tensor: torch.Tensor, vae: Tensors) -> tuple[str, torch.Tensor]:
    last = max(int(found[1]) for each in vae if (found := re.match(r"encoder\.down_blocks\.(\d+)", each)))
    trained = re.sub(r"up_blocks\.(\d+)", lambda found: f"up.{last - int(found[1])}", name)
    trained = re.sub(r"mid_block\.resnets\.(\d+)", lambda found: f"mid.block_{int(found[1]) + 1}", trained)
    for new, old in (
        ("down_blocks", "down"),
        ("resnets", "block"),
        ("downsamplers.0", "downsample"),
        ("upsamplers.0", "upsample"),
        ("conv_shortcut", "nin_shortcut"),
        ("conv_norm_out", "norm_out"),
        ("mid_block.attentions.0", "mid.attn_1"),
        ("group_norm", "norm"),
        ("to_out.0", "proj_out"),
        ("to_", ""),
    ):
        trained = trained.replace(new, old)
    convolved = "attn_1" in trained and tensor.dim() == 2
    return f"first_stage_model.{trained}", tensor[..., None, None] if convolved else tensor


def deterministic(encoder: CLIPTextModel) -> CLIPTextModel:
    """Weights that are the same whatever draws random numbers."""
    with torch.no_grad():
        for number, weight in enumerate(encoder.parameters()):
            places = torch.arange(weight.numel(), dtype=torch.float64)
            weight.copy_(torch.sin(places * (0.7 + 0.01 * number) + number).reshape(weight.shape) / 4)
    return encoder.eval()
