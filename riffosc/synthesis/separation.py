"""A sound taken apart into its instruments by Demucs (Rouard, Massa and Défossez 2023), which is an extra."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, HTTPError, LocalEntryNotFoundError
from safetensors import SafetensorError, safe_open
from torch import Tensor

from riffosc.clip import Samples
from riffosc.synthesis.diffusion.hub import licence_of
from riffosc.synthesis.failing import ModelError, Tell, lacks_memory
from riffosc.synthesis.pieces import resample_to
from riffosc.synthesis.place import fastest
from riffosc.synthesis.sampler import Progress

NETWORKS = ("demucs.htdemucs.HTDemucs", "demucs.hdemucs.HDemucs", "demucs.demucs.Demucs")
UNFIT = (
    SafetensorError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,
)
MARGIN_S = 1.0  # around the sound, so that the networks are not surprised by its ends
MISSING = "stems need Demucs, which is an extra: pip install 'riffosc[stems]'"


@dataclass(frozen=True, slots=True)
class Separator:
    """What takes a sound apart: `apply` turns (channels, frames) into (stems, channels, frames)."""

    names: tuple[str, ...]
    samplerate: int
    channels: int
    apply: Callable[[Tensor, Progress], Tensor]

    @torch.inference_mode()
    def split(
        self, samples: Samples, samplerate: int, loop: bool, progress: Progress = lambda _: None
    ) -> dict[str, Samples]:
        """Each stem as long and with as many channels (one or two) as the sound, frame by frame in its place.

        A loop's stems are loops: the networks hear it going round. Raises ModelError.
        """
        margin = round(MARGIN_S * samplerate)
        if loop:
            around = samples[:, np.arange(-margin, samples.shape[1] + margin) % samples.shape[1]]
        else:
            around = np.pad(samples, ((0, 0), (margin, margin)))
        frames = max(1, round(around.shape[1] * self.samplerate / samplerate))
        heard = np.broadcast_to(resample_to(around, frames), (self.channels, frames))
        try:
            found = self.apply(torch.from_numpy(heard.copy()), progress)
        except (MemoryError, RuntimeError) as error:
            if not lacks_memory(error):
                raise
            raise ModelError("there is not enough memory to take a sound of that length apart") from None
        stems = (resample_to(stem.cpu().numpy(), around.shape[1]) for stem in found)
        cut = (stem[:, margin : margin + samples.shape[1]] for stem in stems)
        mixed = (stem.mean(0, keepdims=True) if len(samples) == 1 else stem for stem in cut)
        return dict(zip(self.names, mixed, strict=True))


def open_separator(name: str, fetch: Tell | None = None) -> Separator:
    """A network of Demucs' in a file, several with a YAML file that names them in a folder, or a name of its hub's.

    Of the last, what is not here is fetched if there is somebody to be told. Raises ModelError.
    """
    try:
        apply = import_module("demucs.apply")
    except ModuleNotFoundError as error:
        raise ModelError(MISSING) from error
    try:
        network = _opened(apply, name, fetch)
    except OSError as error:
        raise ModelError(f"{name} cannot be read: {error.strerror or error}") from error
    network.eval()
    return Separator(
        tuple(network.sources), int(network.samplerate), int(network.audio_channels), partial(_applied, apply, network)
    )


def _opened(apply: Any, name: str, fetch: Tell | None) -> Any:
    path = Path(name).expanduser()
    if path.is_file():
        return _network(path)
    if not path.is_dir():
        if len(path.parts) > 1:
            raise ModelError(f"there is no {name}")
        return _bag(apply, partial(_from_hub, name, fetch), f"{name}.yaml")
    described = sorted(path.glob("*.yaml"))
    if len(described) != 1:
        raise ModelError(f"{name} must hold one .yaml file, which names its networks; there are {len(described)}")
    return _bag(apply, lambda file: path / file, described[0].name)


def _bag(apply: Any, find: Callable[[str], Path], described: str) -> Any:
    """Networks whose answers are weighed, as Demucs describes them."""
    try:
        said = yaml.safe_load(find(described).read_text("utf-8"))
        networks = [_network(find(f"{signature}.safetensors")) for signature in said["models"]]
        return apply.BagOfModels(networks, said.get("weights"), said.get("segment"))
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError, AssertionError) as error:
        raise ModelError(f"{described} does not describe networks of Demucs'") from error


def _from_hub(name: str, fetch: Tell | None, file: str) -> Path:
    hub = import_module("demucs.hf")
    repository = f"{hub.DEFAULT_NAMESPACE}/{hub.hf_repo_name(name)}"
    try:
        return Path(hf_hub_download(repository, file, local_files_only=True))
    except HFValidationError as error:
        raise ModelError(f"{name!r:.60} is no model of Demucs'") from error
    except LocalEntryNotFoundError as error:
        if fetch is None:
            raise ModelError(
                f"the weights of {name} are not here: --fetch gets them from {repository} on the hub, once; or name a"
                " folder, or a .safetensors file, of Demucs' by --model"
            ) from error
    try:
        fetch(f"fetching {file} of {repository}, licence {licence_of(HfApi().model_info(repository))}")
        return Path(hf_hub_download(repository, file))
    except (HfHubHTTPError, HTTPError, OSError) as error:
        words = str(error).strip().split("\n", maxsplit=1)[0]
        raise ModelError(f"{name} cannot be fetched from {repository} on the hub: {words}") from error


def _network(path: Path) -> Any:
    """Only Demucs' own: its reader would make anything of a class that a file names. Raises ModelError."""
    damaged = f"{path.name} is damaged, or is not for this version of Demucs"
    try:
        with safe_open(path, framework="pt") as file:
            said: Mapping[str, str] = file.metadata() or {}
    except SafetensorError as error:
        raise ModelError(damaged) from error
    if said.get("klass") not in NETWORKS or "structure" in said:
        raise ModelError(f"{path.name} is no network of Demucs' that riffosc can use")
    try:
        return import_module("demucs.hf").load_safetensors_model(path)
    except UNFIT as error:
        raise ModelError(damaged) from error


def _applied(apply: Any, network: Any, mix: Tensor, progress: Progress) -> Tensor:
    """At the level the networks are used to, and back. Without Demucs' random shifts, so that it can be repeated."""
    level, middle = mix.mean(0).std() + 1e-8, mix.mean()

    def heard(news: Mapping[str, Any]) -> None:
        if news["state"] == "end":
            done = min(1.0, news["segment_offset"] / mix.shape[-1])
            progress((news["model_idx_in_bag"] + done) / news["models"])

    found: Tensor = apply.apply_model(
        network, ((mix - middle) / level)[None], shifts=0, device=fastest().device, callback=heard
    )[0]
    return found * level + middle / len(found)
