"""A model from a folder or a file, where it paints fastest."""

from pathlib import Path

from riffosc.synthesis.diffusion.checkpoint import read_checkpoint
from riffosc.synthesis.diffusion.parts import read_folder
from riffosc.synthesis.diffusion.stable import StableDiffusion
from riffosc.synthesis.place import Place, fastest


def open_folder(folder: Path, circular: bool = True, place: Place | None = None) -> StableDiffusion:
    place = place or fastest()
    return StableDiffusion(read_folder(folder, place.dtype), place, circular)


def open_checkpoint(path: Path, circular: bool = True, place: Place | None = None) -> StableDiffusion:
    place = place or fastest()
    return StableDiffusion(read_checkpoint(path, place.dtype), place, circular)
