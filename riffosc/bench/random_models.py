"""Models of Stable Diffusion's layout with random weights: they paint noise, as fast as trained ones of their size."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

Config = Mapping[str, Any]

MERGES = (
    "t e", "te c", "tec h", "tech n", "techn o</w>", "d r", "dr u", "dru m", "drum s</w>", "b a", "ba s", "bas s</w>",
)  # fmt: skip
SCHEDULER = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
}
ENCODER = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
FOUR_LEVELS = {
    "sample_size": 64,
    "layers_per_block": 2,
    "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
    "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
    "attention_head_dim": 8,
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a model's parts, as their configurations say them."""

    text: int  # width of the text encoder
    inner: int  # of its layers
    layers: int
    heads: int
    vocabulary: int = 0  # words it knows, if more than the tokenizer has
    unet: Config = field(default_factory=dict)
    vae: Config = field(default_factory=dict)


SIZES = {
    # Stable Diffusion 1.5's, and Riffusion's: 1,066 million weights.
    "full": Sizes(
        768,
        3072,
        12,
        12,
        49408,
        {**FOUR_LEVELS, "block_out_channels": (320, 640, 1280, 1280)},
        {**ENCODER, "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2},
    ),
    # A tenth of its widths: what a processor can do while one waits.
    "small": Sizes(
        128,
        512,
        2,
        2,
        0,
        {**FOUR_LEVELS, "block_out_channels": (32, 64, 128, 128), "norm_num_groups": 8},
        {**ENCODER, "block_out_channels": (16, 32, 64, 64), "layers_per_block": 2, "norm_num_groups": 8},
    ),
    # As little as has all the parts.
    "tiny": Sizes(
        64,
        128,
        2,
        1,
        0,
        {
            "sample_size": 64,
            "norm_num_groups": 8,
            "block_out_channels": (16, 32),
            "layers_per_block": 1,
            "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
            "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
            "attention_head_dim": 2,
        },
        {**ENCODER, "norm_num_groups": 4, "block_out_channels": (4, 4, 8, 8), "layers_per_block": 1},
    ),
}


def write_tokenizer(folder: Path) -> CLIPTokenizer:
    """Bytes, bytes that end a word, and a few merges, in the two files that CLIP's tokenizer is published in."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(byte) for byte in shown] + [chr(256 + n) for n in range(256 - len(shown))]
    entries = [*letters, *(letter + "</w>" for letter in letters), *(merge.replace(" ", "") for merge in MERGES)]
    entries += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({entry: number for number, entry in enumerate(entries)}))
    (folder / "merges.txt").write_text("\n".join(("#version: 0.2", *MERGES)) + "\n")
    told = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "pad_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(told))
    return CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)


def text_encoder(vocabulary: int, sizes: Sizes = SIZES["tiny"]) -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=max(vocabulary, sizes.vocabulary),
            hidden_size=sizes.text,
            projection_dim=sizes.text,
            intermediate_size=sizes.inner,
            num_hidden_layers=sizes.layers,
            num_attention_heads=sizes.heads,
            bos_token_id=vocabulary - 2,
            eos_token_id=vocabulary - 1,
        )
    )


def random_pipeline(
    sizes: Sizes, tokenizer: CLIPTokenizer, seed: int = 0, device: str = "cpu"
) -> StableDiffusionPipeline:
    """As diffusers puts a model together; always the same for a seed and a device."""
    devices = [torch.device(device)] if device != "cpu" else []
    with torch.random.fork_rng(devices), torch.device(device):
        torch.manual_seed(seed)
        pipeline = StableDiffusionPipeline(
            vae=AutoencoderKL(**sizes.vae).eval(),
            text_encoder=text_encoder(len(tokenizer), sizes).eval(),
            tokenizer=tokenizer,
            unet=UNet2DConditionModel(**{"cross_attention_dim": sizes.text, **sizes.unet}).eval(),
            scheduler=PNDMScheduler(**SCHEDULER),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def write_model(folder: Path, sizes: Sizes, seed: int = 0) -> StableDiffusionPipeline:
    """A folder as diffusers writes it, and the pipeline it was written from."""
    pipeline = random_pipeline(sizes, write_tokenizer(folder / "tokenizer"), seed)
    for part in ("unet", "vae", "text_encoder", "scheduler"):
        getattr(pipeline, part).save_pretrained(folder / part)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    return pipeline


def with_more(sizes: Sizes, vae: Config, unet: Config) -> Sizes:
    return replace(sizes, vae={**sizes.vae, **vae}, unet={**sizes.unet, **unet})


def write_lora(path: Path, unet: torch.nn.Module, seed: int = 0, rank: int = 4) -> None:
    """A LoRA of all queries of a denoiser, as peft names its weights."""
    drawn = torch.Generator().manual_seed(seed)
    tensors: dict[str, torch.Tensor] = {}
    for name, module in unet.named_modules():
        if name.endswith("to_q") and isinstance(module, torch.nn.Linear):
            down = torch.randn(rank, module.in_features, generator=drawn)
            up = torch.randn(module.out_features, rank, generator=drawn) / rank
            tensors |= {f"unet.{name}.lora_A.weight": down, f"unet.{name}.lora_B.weight": up}
    save_file(tensors, path)
