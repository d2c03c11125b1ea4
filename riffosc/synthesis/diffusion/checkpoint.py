"""A model in one file, as it was trained (Rombach et al. 2022): what its sizes are is read from its weights."""

import re
from collections.abc import Iterable
from pathlib import Path

import torch
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
)
from transformers import CLIPTokenizer

from riffosc.synthesis.diffusion.hub import cached_folder
from riffosc.synthesis.diffusion.parts import (
    VOCABULARY,
    Config,
    Parts,
    build_autoencoder,
    build_text_encoder,
    build_unet,
    read_tokenizer,
)
from riffosc.synthesis.diffusion.weights import Tensors, read_weights
from riffosc.synthesis.failing import ModelError

UNET, VAE, WORDS = "model.diffusion_model.", "first_stage_model.", "cond_stage_model.transformer."
TOKENIZER = "openai/clip-vit-large-patch14"
HEAD = 64  # dimensions of an attention head of CLIP's text encoder
HEADS = 8  # of version 1's denoiser, whatever its width
# What version 1 was trained with, and what its folders on the hub say.
SCHEDULER: Config = {
    "_class_name": "PNDMScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}


def read_checkpoint(path: Path, dtype: torch.dtype) -> Parts:
    """Raises ModelError for a file of another layout."""
    tokenizer = find_tokenizer(path)
    tensors = read_weights(path)
    for prefix, part in ((UNET, "denoiser"), (VAE, "autoencoder"), (WORDS, "text encoder of version 1")):
        if not any(name.startswith(prefix) for name in tensors):
            raise ModelError(f"{path} is not a whole model of Stable Diffusion's layout: it has no {part}.")
    unet, vae, words = unet_config(tensors), vae_config(tensors), words_config(tensors)
    return Parts(
        build_unet(unet, convert_ldm_unet_checkpoint(tensors, unet), path, dtype),
        build_autoencoder(vae, convert_ldm_vae_checkpoint(tensors, vae), path, dtype),
        build_text_encoder(words, convert_ldm_clip_checkpoint(tensors), path, dtype),
        tokenizer,
        dict(SCHEDULER),
    )


def find_tokenizer(path: Path) -> CLIPTokenizer:
    """A single file has none: it lies beside it, or in the hub's cache, where it is the same for all of version 1."""
    beside = (path.parent / "tokenizer", path.parent)
    cached = cached_folder(TOKENIZER)
    for folder in (*beside, *([cached] if cached else [])):
        if all((folder / name).is_file() for name in VOCABULARY):
            return read_tokenizer(folder)
    raise ModelError(
        f"{path.name} has no tokenizer: fetch one with `riffosc models fetch {TOKENIZER}`, "
        f"or put its {' and '.join(VOCABULARY)} into {beside[0]}."
    )


def unet_config(tensors: Tensors) -> Config:
    """The sizes of a denoiser, from its input blocks: each level is some blocks, then a halving but for the last."""
    levels: list[list[tuple[int, bool]]] = [[]]
    for block in range(1, 1 + _count(tensors, UNET + r"input_blocks\.(\d+)\.")):
        inside = f"{UNET}input_blocks.{block}."
        if f"{inside}0.op.weight" in tensors:
            levels.append([])
        elif f"{inside}0.out_layers.3.weight" in tensors:
            attends = any(name.startswith(f"{inside}1.") for name in tensors)
            levels[-1].append((tensors[f"{inside}0.out_layers.3.weight"].shape[0], attends))
    attending = [any(attends for _, attends in level) for level in levels]
    text = next((t.shape[1] for name, t in tensors.items() if name.endswith("attn2.to_k.weight")), 768)
    return {
        "in_channels": tensors[f"{UNET}input_blocks.0.0.weight"].shape[1],
        "block_out_channels": [level[-1][0] for level in levels if level],
        "layers_per_block": len(levels[0]),
        "down_block_types": ["CrossAttnDownBlock2D" if each else "DownBlock2D" for each in attending],
        "up_block_types": ["CrossAttnUpBlock2D" if each else "UpBlock2D" for each in reversed(attending)],
        "cross_attention_dim": text,
        "attention_head_dim": HEADS,
        "addition_embed_type": "text_time" if f"{UNET}label_emb.0.0.weight" in tensors else None,
    }


def vae_config(tensors: Tensors) -> Config:
    levels = _count(tensors, VAE + r"encoder\.down\.(\d+)\.") + 1
    blocks = _count(tensors, VAE + r"encoder\.down\.0\.block\.(\d+)\.") + 1
    widths = [tensors[f"{VAE}encoder.down.{level}.block.0.conv1.weight"].shape[0] for level in range(levels)]
    return {
        "block_out_channels": widths,
        "layers_per_block": blocks,
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "latent_channels": tensors[f"{VAE}quant_conv.weight"].shape[0] // 2,
    }


def words_config(tensors: Tensors) -> Config:
    named = {name.removeprefix(WORDS).removeprefix("text_model."): tensor for name, tensor in tensors.items()}
    vocabulary, width = named["embeddings.token_embedding.weight"].shape
    return {
        "vocab_size": vocabulary,
        "hidden_size": width,
        "projection_dim": width,
        "intermediate_size": named["encoder.layers.0.mlp.fc1.weight"].shape[0],
        "num_hidden_layers": _count(named, r"encoder\.layers\.(\d+)\.") + 1,
        "num_attention_heads": max(1, width // HEAD),
        "max_position_embeddings": named["embeddings.position_embedding.weight"].shape[0],
        "bos_token_id": vocabulary - 2,
        "eos_token_id": vocabulary - 1,
    }


def _count(names: Iterable[str], pattern: str) -> int:
    """The greatest number that the pattern finds in the names; -1 when there is none."""
    return max((int(found[1]) for name in names if (found := re.match(pattern, name))), default=-1)
