"""`riffosc models`: what is here, and whether a model can be painted with."""

from collections.abc import Iterator
from pathlib import Path

from riffosc.clip import ClipRequest, Rig
from riffosc.synthesis.failing import Tell
from riffosc.synthesis.models import EMBEDDED_NAME, device_words
from riffosc.synthesis.render import Renderer

TRIAL_TEMPO = 240.0  # a bar of a second: enough to see that all parts fit together


def listing() -> Iterator[str]:
    """The embedded model, and what has been fetched from the hub."""
    from riffosc.synthesis.diffusion.hub import cached_folder, cached_names, is_whole

    yield f"{EMBEDDED_NAME}: shipped with riffosc"
    for name in cached_names():
        folder = cached_folder(name)
        what = _kind(folder) if folder else ""
        if folder and what:
            yield f"{name}: {what}" + (
                "" if is_whole(folder) else f", not whole: `riffosc models fetch {name}` goes on"
            )


def _kind(folder: Path) -> str:
    """What a folder holds, by its files; empty when it is nothing for riffosc."""
    kinds = {
        "model_index.json": "model of Stable Diffusion's layout",
        "pytorch_lora_weights.safetensors": "LoRA",
        "diffusion_pytorch_model.safetensors": "autoencoder",
        "merges.txt": "tokenizer",
    }
    return next((what for file, what in kinds.items() if (folder / file).is_file()), "")


def check(rig: Rig, tell: Tell) -> None:
    """Load all that the rig names and paint one small loop. Raises ModelError."""
    renderer = Renderer()
    renderer.prepare(rig, tell)
    tell("loaded; painting a loop of one bar in two steps ...")
    clip = renderer.render(ClipRequest(bars=1, tempo=TRIAL_TEMPO, steps=2, rig=rig))
    seconds = ", ".join(f"{part} {took:.2f} s" for part, took in clip.seconds.items())
    tell(f"{rig.model} works, on {device_words(rig.model)}: {seconds}")
