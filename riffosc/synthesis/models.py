"""A model by its name: what it is, is read from its files. Several are kept only while they are in use."""

import logging
import re
from pathlib import Path

import torch

from riffosc.resources import weights_dir
from riffosc.synthesis.failing import ModelError, Tell, lacks_memory
from riffosc.synthesis.family import Model
from riffosc.synthesis.model.canvas import ScoreModel
from riffosc.synthesis.model.embedded import EmbeddedModel
from riffosc.synthesis.place import fastest

log = logging.getLogger(__name__)

EMBEDDED_NAME = "embedded"
HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def load_model(name: str, tell: Tell = lambda _: None) -> Model:
    """Raises ModelError, in one sentence, for what cannot be loaded."""
    try:
        return _load(name, tell)
    except (MemoryError, RuntimeError) as error:
        if not lacks_memory(error):
            raise
        raise ModelError(f"There is not enough memory for the model {name}.") from None


def _load(name: str, tell: Tell) -> Model:
    if name == EMBEDDED_NAME:
        return ScoreModel(EmbeddedModel.load(weights_dir()))
    path = Path(name).expanduser()
    if path.is_file():
        from riffosc.synthesis.diffusion.opening import open_checkpoint

        return open_checkpoint(path)
    if (path / "unet").is_dir() or (path / "model_index.json").is_file():
        from riffosc.synthesis.diffusion.opening import open_folder

        return open_folder(path)
    if path.is_dir() or not is_hub_name(name):
        return ScoreModel(EmbeddedModel.load(path))
    from riffosc.synthesis.diffusion.hub import fetch
    from riffosc.synthesis.diffusion.opening import open_folder

    return open_folder(fetch(name, tell))


def device_words(name: str) -> str:
    """Where a model paints, for people; the embedded one always on the processor."""
    return f"cpu, {torch.get_num_threads()} threads" if name == EMBEDDED_NAME else str(fastest())


def is_hub_name(name: str) -> bool:
    """Whether it can be a model on the hub: owner/name, and no file or folder here."""
    return bool(HUB_NAME.fullmatch(name)) and name[0] not in ".~" and not Path(name).exists()
