"""Pictures as sound, and pictures in the columns that a model wants."""

from dataclasses import replace

import torch
from torch import Tensor

from riffosc.clip import ClipRequest, Samples
from riffosc.picture import Picture, PictureSettings
from riffosc.synthesis import codec


def perform(picture: Picture, request: ClipRequest, progress: codec.Progress = lambda _: None) -> Samples:
    """The picture as sound of exactly `request.frames` frames: (channels, frames), not yet limited.

    Always from the pixels, so that a saved picture sounds as its clip did.
    """
    how = codec.Performance(picture.settings, request.frames, request.samplerate, request.seed, request.inverter)
    return codec.invert(codec.to_values(picture.pixels), how, progress)


def converted(picture: Picture, settings: PictureSettings, tempo: float, seed: int) -> Picture:
    """The picture in these settings; by way of sound, performed at `tempo`, where they are others than its own."""
    if alike(picture.settings, settings):
        return picture
    own = ClipRequest(bars=1, quantum=round(picture.beats), tempo=tempo, seed=seed)
    columns = round(
        own.beats * 60 / tempo / settings.step_s if settings.step_s else own.beats * settings.columns_per_beat
    )
    values = codec.analyse(perform(picture, own), own.samplerate, settings, columns)
    return Picture(codec.to_pixels(values), settings, picture.beats, tempo, picture.quantum, picture.key)


def alike(one: PictureSettings, other: PictureSettings) -> bool:
    """Whether a column means the same in both, however many there are to a beat."""
    return replace(one, columns_per_beat=other.columns_per_beat, step_s=other.step_s) == other


def tiled(picture: Picture, beats: int) -> Tensor:
    """As many beats of the picture as asked for, in values: cut, or repeated from its start."""
    values = codec.to_values(picture.pixels)
    columns = round(picture.columns * beats / picture.beats)
    return values[:, torch.arange(columns) % picture.columns]
