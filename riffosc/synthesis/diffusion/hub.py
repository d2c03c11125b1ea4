"""Models on the hub, by owner/name: fetched once, on being named, with size and licence said."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    HTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from huggingface_hub.utils import tqdm

from riffosc.synthesis.failing import ModelError, Tell

PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
AT_THE_TOP = (
    "config.json",
    "vocab.json",
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "model_index.json",
)
STEMS = ("diffusion_pytorch_model", "model", "pytorch_model", "pytorch_lora_weights")
WEIGHTS = (".safetensors", ".bin")  # the second only where the first is not there
HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is to be fetched of a model on the hub."""

    name: str
    licence: str
    files: tuple[str, ...]
    size: int  # bytes

    def __str__(self) -> str:
        return f"{self.name}: {self.size / 1e9:.2f} GB, licence {self.licence}"


def cached_folder(name: str) -> Path | None:
    """Where what has been fetched of it lies; None when nothing has."""
    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        return None


def cached_names() -> list[str]:
    """Models that lie here already."""
    folders = Path(constants.HF_HUB_CACHE).glob("models--*--*")
    return sorted(folder.name.removeprefix("models--").replace("--", "/", 1) for folder in folders)


def find_folder(name: str, tell: Tell) -> Path:
    """A folder here, or else what the hub has under that name. Raises ModelError."""
    path = Path(name).expanduser()
    return path if path.exists() or name.count("/") != 1 or name[0] in ".~/" else fetch(name, tell)


def find_file(name: str, published: str, tell: Tell) -> Path:
    """A file here, or the one that is published under that name. Raises ModelError."""
    path = find_folder(name, tell)
    return path / published if path.is_dir() else path


def fetch(name: str, tell: Tell) -> Path:
    """The folder of a model on the hub, which is asked only for what is not here yet. Raises ModelError."""
    cached = cached_folder(name)
    if cached and is_whole(cached):
        return cached
    try:
        offer = look_up(name)
        tell(str(offer))
        counted = _counting(tell, offer)
        for file in offer.files:
            hf_hub_download(name, file, tqdm_class=counted)
    except GatedRepoError:
        raise ModelError(f"{name} asks for consent first: see {HUB}/{name}.") from None
    except RepositoryNotFoundError:
        raise ModelError(f"There is no {name}, neither here nor on the hub.") from None
    except (HfHubHTTPError, HFValidationError, HTTPError, OSError) as error:
        words = str(error).strip().split("\n", maxsplit=1)[0]
        raise ModelError(f"{name} is not here, and cannot be fetched from the hub: {words}") from None
    folder = cached_folder(name)
    if folder is None or not is_whole(folder):
        raise ModelError(f"{name} on the hub holds no model that riffosc can use.")
    return folder


def is_whole(folder: Path) -> bool:
    """Whether all that can be loaded from it is here: a whole model, or a part of one."""
    if (folder / "model_index.json").is_file():
        return all(_has_weights(folder / part) for part in PARTS[:3]) and (folder / "scheduler").is_dir()
    return _has_weights(folder) or (folder / "merges.txt").is_file()


def _has_weights(folder: Path) -> bool:
    return any((folder / (stem + ending)).is_file() for stem in STEMS for ending in WEIGHTS)


def look_up(name: str) -> Offer:
    """What the hub has under this name: nothing is fetched yet."""
    found = HfApi().model_info(name, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in found.siblings or []}
    files = choose_files(sizes)
    return Offer(name, licence_of(found), files, sum(sizes[file] for file in files))


def licence_of(found: Any) -> str:
    """As the card of a model says."""
    return str((found.card_data.get("license") if found.card_data else None) or "not stated")


def choose_files(names: Iterable[str]) -> tuple[str, ...]:
    """Those that make a model: configurations, and one file of weights for each part."""
    present = set(names)
    return tuple(sorted(name for name in present if _wanted(name, present)))


def _wanted(name: str, present: set[str]) -> bool:
    folder, _, file = name.rpartition("/")
    if folder and folder not in PARTS:
        return False
    stem, dot, ending = file.rpartition(".")
    if dot + ending in WEIGHTS:
        better = {f"{folder}/{each}.safetensors".lstrip("/") for each in STEMS}
        return stem in STEMS and (ending == "safetensors" or not better & present)
    return file in AT_THE_TOP if not folder else ending == "json" or file == "merges.txt"


def _counting(tell: Tell, offer: Offer) -> Any:
    """What the hub's client takes for its progress bar: it tells each further hundredth."""
    done = 0.0
    told = -1

    class Counting(tqdm):  # type: ignore[misc]
        def update(self, n: float | None = 1) -> Any:
            nonlocal done, told
            done += n or 0
            percent = int(100 * min(1.0, done / max(1, offer.size)))
            if percent > told:
                told = percent
                tell(f"{offer}: {percent} % fetched")
            return super().update(n)

        def display(self, *_: object, **__: object) -> None:
            """The bar itself is nobody's."""

    return Counting
