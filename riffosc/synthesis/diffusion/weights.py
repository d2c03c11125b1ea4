"""Weights from files into modules. Pickles are read as tensors and nothing else; what does not fit is named."""

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from riffosc.synthesis.failing import ModelError

Tensors = dict[str, Tensor]
PICKLED = (".bin", ".ckpt", ".pt", ".pth")
OLD_ATTENTION = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}


def read_weights(path: Path) -> Tensors:
    """The tensors of one file by their names. Raises ModelError in words."""
    try:
        return _unpickled(path) if path.suffix in PICKLED else load_file(path)
    except FileNotFoundError:
        raise ModelError(f"{path} is missing.") from None
    except (OSError, SafetensorError, EOFError, RuntimeError) as error:
        raise ModelError(f"{path} cannot be read: {_first_line(error)}") from None


def _unpickled(path: Path) -> Tensors:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise ModelError(
            f"{path} is a pickle that holds more than weights, which could run any program: riffosc does not open it."
        ) from None
    found = found.get("state_dict", found) if isinstance(found, Mapping) else {}
    tensors = {str(name): value for name, value in found.items() if isinstance(value, Tensor)}
    if not tensors:
        raise ModelError(f"{path} holds no weights.")
    return tensors


def first_file(folder: Path, stems: Sequence[str]) -> Path:
    """The weights in a folder: safetensors before pickles. Raises ModelError when there are none."""
    suffixes = (".safetensors", *PICKLED)
    found = next((path for s in suffixes for stem in stems if (path := folder / (stem + s)).is_file()), None)
    if found is None:
        raise ModelError(f"{folder} holds no weights: {stems[0]}.safetensors is missing.")
    return found


def fit(module: nn.Module, tensors: Tensors, source: Path, dtype: torch.dtype) -> None:
    """Fill a module that was made on the meta device; every weight must be there and of the right shape."""
    wanted = module.state_dict()
    tensors = {name: tensor for name, tensor in _renamed(tensors, wanted).items() if name in wanted}
    lacking = sorted(wanted.keys() - tensors.keys())
    if lacking:
        raise ModelError(f"{source} lacks {len(lacking)} of its weights, such as {lacking[0]}.")
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape:
            has, should = "x".join(map(str, tensor.shape)), "x".join(map(str, wanted[name].shape))
            raise ModelError(f"{source} does not fit its config: {name} is {has}, which should be {should}.")
    module.load_state_dict({name: tensor.to(dtype) for name, tensor in tensors.items()}, assign=True)


def _renamed(tensors: Tensors, wanted: Mapping[str, Tensor]) -> Tensors:
    """Names of older versions of diffusers and transformers as those of today."""
    found = {}
    for name, tensor in tensors.items():
        current = name if name in wanted else name.removeprefix("text_model.")
        if current not in wanted:
            for old, new in OLD_ATTENTION.items():
                current = current.replace(old, new)
        was_convolution = current in wanted and tensor.dim() == 4 and wanted[current].dim() == 2
        found[current] = tensor[:, :, 0, 0] if was_convolution else tensor
    return found


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0] or type(error).__name__
