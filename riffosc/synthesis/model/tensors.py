"""A model's tensors in files: written whole or not at all, and read with words about what is wrong."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from riffosc.synthesis.failing import ModelError

UNFIT = (LookupError, ValueError, AttributeError, TypeError, RuntimeError)  # of a file that is not what it claims to be


def write_tensors(path: Path, tensors: dict[str, Tensor], about: dict[str, str] | None = None) -> None:
    """`about` goes into the file's metadata."""
    aside = path.with_name(f"{path.name}.part")
    save_file(tensors, aside, about)
    aside.chmod(0o644)  # it comes readable by its owner only
    aside.replace(path)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], Mapping[str, str]]:
    """The tensors by name, and the metadata. Raises ModelError."""
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118, no dict
    except FileNotFoundError:
        raise ModelError(f"{path.name} is missing in {path.parent}.") from None
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from None
