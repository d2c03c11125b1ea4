"""What a model in training sounds like: a few loops again from their captions and notes, as they would be played."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from riffosc.clip import ClipRequest
from riffosc.naming import wav_tags
from riffosc.picture import save_picture
from riffosc.synthesis.model.arrangement import Arrangement
from riffosc.synthesis.model.canvas import ScoreModel
from riffosc.synthesis.model.embedded import EmbeddedModel
from riffosc.synthesis.model.keys import key_name
from riffosc.synthesis.models import EMBEDDED_NAME
from riffosc.synthesis.render import Renderer
from riffosc.training.dataset import Dataset, Item
from riffosc.wav import write_wav

COUNT = 4


def requests(dataset: Dataset) -> Iterator[tuple[ClipRequest, Item]]:
    """The first loops that are held out, or, where none is, the first trained on: with their tempo, meter and key."""
    loops = [(meter, one) for meter, items in (dataset.held_out or dataset.buckets).items() for one in items]
    for seed, (meter, one) in enumerate(loops[:: max(1, len(loops) // COUNT)][:COUNT]):
        told = ((one.captions[0], 1.0),)
        request = ClipRequest(told, seed=seed, tempo=one.tempo, key=key_name(one.key))
        yield replace(request, bars=meter.bars, quantum=meter.quantum), one


def write_samples(model: EmbeddedModel, dataset: Dataset, folder: Path) -> None:
    """WAV and picture of each into the folder, which is made; the file's tags say what was asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    for request, one in requests(dataset):
        played = ScoreModel(model, partial(_as_written, one))
        clip = Renderer({EMBEDDED_NAME: played}).render(request)
        path = folder / f"{1 + request.seed}.wav"
        write_wav(path, clip.samples, request.samplerate, wav_tags(clip))
        save_picture(clip.picture, path.with_suffix(".png"))


def _as_written(one: Item, request: ClipRequest) -> Arrangement:
    return Arrangement(request.key, one.players)
