"""The parts of a model: built without weights first, then filled."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from riffosc.synthesis.diffusion.weights import Tensors, first_file, fit, read_weights
from riffosc.synthesis.failing import ModelError

Config = dict[str, Any]
Autoencoder = Any  # AutoencoderKL or AutoencoderTiny
DIFFUSERS_STEMS = ("diffusion_pytorch_model", "diffusion_pytorch_model.fp16")
TRANSFORMERS_STEMS = ("model", "model.fp16", "pytorch_model", "pytorch_model.fp16")
VOCABULARY = ("vocab.json", "merges.txt")


@dataclass(slots=True)
class Parts:
    """What a model of Stable Diffusion's layout is made of."""

    unet: UNet2DConditionModel
    autoencoder: Autoencoder
    text_encoder: CLIPTextModel
    tokenizer: CLIPTokenizer
    scheduler: Config  # as in scheduler_config.json; its class is under `_class_name`


def read_config(path: Path) -> Config:
    try:
        config = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path} is missing.") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from None
    if not isinstance(config, dict):
        raise ModelError(f"{path} is no configuration.")
    return config


def build_unet(config: Config, tensors: Tensors, source: Path, dtype: torch.dtype) -> UNet2DConditionModel:
    check_unet(config, source)
    return _filled(UNet2DConditionModel, config, tensors, source, dtype)


def check_unet(config: Mapping[str, Any], source: Path) -> None:
    """What riffosc can paint with; other layouts are named. Raises ModelError."""
    if config.get("addition_embed_type"):
        raise ModelError(f"{source} is of Stable Diffusion XL's layout; riffosc paints with that of versions 1 and 2.")
    channels = config.get("in_channels", 4)
    if channels != 4:
        raise ModelError(f"{source} takes {channels} channels, as models for inpainting do; riffosc needs one of 4.")


def build_autoencoder(config: Config, tensors: Tensors, source: Path, dtype: torch.dtype) -> Autoencoder:
    tiny = config.get("_class_name") == "AutoencoderTiny" or "encoder_block_out_channels" in config
    return _filled(AutoencoderTiny if tiny else AutoencoderKL, config, tensors, source, dtype)


def _filled(kind: Any, config: Config, tensors: Tensors, source: Path, dtype: torch.dtype) -> Any:
    known = inspect.signature(kind.__init__).parameters
    told = {key: value for key, value in config.items() if key in known}  # diffusers would grumble of the others
    try:
        with torch.device("meta"):
            module: nn.Module = kind(**told)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise ModelError(f"The config of {source} is not one of {kind.__name__}: {error}") from None
    fit(module, tensors, source, dtype)
    return module.eval().requires_grad_(False)


def build_text_encoder(config: Config, tensors: Tensors, source: Path, dtype: torch.dtype) -> CLIPTextModel:
    """In full precision where the others are in bfloat16, which has too few digits for weighted words."""
    dtype = torch.float32 if dtype == torch.bfloat16 else dtype
    try:
        with torch.device("meta"):
            encoder = CLIPTextModel(CLIPTextConfig(**config))
    except (TypeError, ValueError) as error:
        raise ModelError(f"The config of {source} is not one of CLIPTextModel: {error}") from None
    fit(encoder, tensors, source, dtype)
    places = torch.arange(encoder.config.max_position_embeddings).expand((1, -1))
    for name, buffer in list(encoder.named_buffers()):
        if buffer.is_meta:  # the one buffer that is in no file
            owner, _, leaf = name.rpartition(".")
            setattr(encoder.get_submodule(owner), leaf, places.clone())
    return encoder.eval().requires_grad_(False)


def read_tokenizer(folder: Path) -> CLIPTokenizer:
    """Raises ModelError when the vocabulary is not there."""
    if not (folder / "tokenizer.json").is_file():
        for name in VOCABULARY:
            if not (folder / name).is_file():
                raise ModelError(f"{folder / name} is missing.")
    try:
        return CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"The tokenizer in {folder} cannot be read: {error}") from None


def read_autoencoder(folder: Path, dtype: torch.dtype) -> Autoencoder:
    source = first_file(folder, DIFFUSERS_STEMS)
    return build_autoencoder(read_config(folder / "config.json"), read_weights(source), source, dtype)


def read_folder(folder: Path, dtype: torch.dtype) -> Parts:
    """A folder as diffusers writes it: unet, vae, text_encoder, tokenizer, scheduler. Raises ModelError."""
    unet_file = first_file(folder / "unet", DIFFUSERS_STEMS)
    unet_config = read_config(folder / "unet" / "config.json")
    check_unet(unet_config, unet_file)
    scheduler = read_config(folder / "scheduler" / "scheduler_config.json")
    tokenizer = read_tokenizer(folder / "tokenizer")
    words_file = first_file(folder / "text_encoder", TRANSFORMERS_STEMS)
    words_config = read_config(folder / "text_encoder" / "config.json")
    return Parts(
        build_unet(unet_config, read_weights(unet_file), unet_file, dtype),
        read_autoencoder(folder / "vae", dtype),
        build_text_encoder(words_config, read_weights(words_file), words_file, dtype),
        tokenizer,
        scheduler,
    )
