"""LoRA (Hu et al. 2021): files of small matrices that shift a model's weights, each by its strength.

They are added to the weights themselves, so that painting takes no longer; what the weights were is kept, so that
taking them off leaves the model as it was, to the bit.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from riffosc.synthesis.diffusion.weights import Tensors, read_weights
from riffosc.synthesis.failing import ModelError

PUBLISHED = "pytorch_lora_weights.safetensors"  # the file's name where a folder or a model on the hub is named
# What diffusers, peft and kohya's scripts call the two matrices.
DOWN = re.compile(r"(.*?)[._](?:lora_down|lora_A|lora\.down|lora_linear_layer\.down)(?:\.default)?\.weight")
UP = ("lora_up", "lora_B", "lora.up", "lora_linear_layer.up")
PARTS = {"unet": "unet", "lora_unet": "unet", "text_encoder": "words", "lora_te": "words"}

Weighted = nn.Linear | nn.Conv2d


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """Of one weight: `scale * up @ down`."""

    up: Tensor
    down: Tensor
    scale: float

    def of(self, weight: Tensor) -> Tensor:
        up, down = (each.to(weight.device, torch.float32).flatten(1) for each in (self.up, self.down))
        return (self.scale * (up @ down)).reshape(weight.shape)


Lora = Mapping[str, Shift]  # by the flat name of the module


class Loras:
    """The modules of a model whose weights can be shifted, and what was done to them."""

    def __init__(self, unet: nn.Module, words: nn.Module) -> None:
        self._modules = {**_flat("unet", unet), **_flat("words", words)}
        self._plain: dict[str, Tensor] = {}  # of the modules that are shifted now

    def read(self, path: Path) -> Lora:
        """Raises ModelError for a file that does not fit the model."""
        tensors, alphas = read_weights(path), _alphas(path)
        found: dict[str, Shift] = {}
        for name in tensors:
            matched = DOWN.fullmatch(name)
            if matched:
                flat = self._find(matched[1], path)
                up = _partner(tensors, name, path)
                alpha = _alpha(tensors, matched[1], alphas, flat)
                rank = tensors[name].shape[0]
                found[flat] = Shift(up, tensors[name], 1.0 if alpha is None else alpha / rank)
        if not found or 2 * len(found) != sum(not name.endswith("alpha") for name in tensors):
            raise ModelError(f"{path} is not a LoRA of a kind that riffosc knows.")
        for flat, shift in found.items():
            self._check(flat, shift, path)
        return found

    def put_on(self, loras: list[tuple[Lora, float]]) -> None:
        """These, and no others any more."""
        for flat, weight in self._plain.items():
            self._modules[flat].weight.data.copy_(weight)
        touched = {flat for lora, strength in loras if strength for flat in lora}
        self._plain = {flat: self._modules[flat].weight.data.clone() for flat in touched}
        for flat in touched:
            weight = self._modules[flat].weight.data
            shifts = [lora[flat].of(weight) * strength for lora, strength in loras if flat in lora]
            weight.copy_((weight.float() + sum(shifts, torch.zeros_like(weight, dtype=torch.float32))).to(weight.dtype))

    def _find(self, name: str, path: Path) -> str:
        flat = name.replace(".", "_").replace("_processor_", "_")
        prefix = next((each for each in PARTS if flat.startswith(f"{each}_")), "unet")
        inside = flat.removeprefix(f"{prefix}_").removeprefix("text_model_")
        wanted = f"{PARTS[prefix]}_{inside}"
        for each in (wanted, f"{wanted}_0"):  # older files leave out the 0 of to_out.0
            if each in self._modules:
                return each
        raise ModelError(f"{path} does not fit the model, which has no {inside}.")

    def _check(self, flat: str, shift: Shift, path: Path) -> None:
        weight = self._modules[flat].weight
        fits = shift.up.shape[0] == weight.shape[0] and shift.up.shape[1] == shift.down.shape[0]
        if not fits or shift.up[:, 0].numel() * shift.down[0].numel() != weight.numel():
            raise ModelError(f"{path} does not fit the model: its {flat} is made for other sizes.")


def _flat(part: str, module: nn.Module) -> dict[str, Weighted]:
    """By names without points, as kohya's scripts write them."""
    return {f"{part}_{name}".replace(".", "_"): inner for name, inner in _weighted(module)}


def _weighted(module: nn.Module) -> Iterator[tuple[str, Weighted]]:
    for name, inner in module.named_modules():
        if isinstance(inner, Weighted):
            yield name.removeprefix("text_model."), inner


def _partner(tensors: Tensors, down: str, path: Path) -> Tensor:
    for old, new in zip(("lora_down", "lora_A", "lora.down", "lora_linear_layer.down"), UP, strict=True):
        up = down.replace(old, new)
        if up != down and up in tensors:
            return tensors[up]
    raise ModelError(f"{path} is not whole: {down} has no partner.")


def _alpha(tensors: Tensors, stem: str, alphas: Mapping[str, float], flat: str) -> float | None:
    if f"{stem}.alpha" in tensors:
        return float(tensors[f"{stem}.alpha"])
    return alphas.get(flat.split("_", maxsplit=1)[0])


def _alphas(path: Path) -> dict[str, float]:
    """What diffusers writes into the file's head of late: one alpha for each part of the model."""
    if path.suffix != ".safetensors":
        return {}
    try:
        with safe_open(path, "pt") as file:
            told = json.loads((file.metadata() or {}).get("lora_adapter_metadata", "{}"))
    except (OSError, SafetensorError, ValueError):
        return {}
    named = {"unet": told.get("unet.lora_alpha"), "words": told.get("text_encoder.lora_alpha")}
    return {part: float(alpha) for part, alpha in named.items() if alpha is not None}
