"""A model from a folder or a file, on the device where it paints fastest."""

from pathlib import Path

import torch

from riffosc.synthesis.diffusion.checkpoint import read_checkpoint
from riffosc.synthesis.diffusion.parts import read_folder
from riffosc.synthesis.diffusion.stable import StableDiffusion


def open_folder(folder: Path, circular: bool = True) -> StableDiffusion:
    device, dtype = fastest()
    return StableDiffusion(read_folder(folder, dtype), device, circular)


def open_checkpoint(path: Path, circular: bool = True) -> StableDiffusion:
    device, dtype = fastest()
    return StableDiffusion(read_checkpoint(path, dtype), device, circular)


def fastest() -> tuple[torch.device, torch.dtype]:
    """CUDA in half precision, as these models are published; elsewhere in full."""
    if torch.cuda.is_available():
        return torch.device("cuda"), torch.float16
    return torch.device("cpu"), torch.float32
