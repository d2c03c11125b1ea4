"""Pictures as sound, and pictures in the columns that a model wants."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from riffosc.clip import ClipRequest, Samples
from riffosc.picture import Picture, PictureSettings
from riffosc.synthesis import codec, pieces
from riffosc.synthesis.place import fastest


def perform(picture: Picture, request: ClipRequest, progress: codec.Progress = lambda _: None) -> Samples:
    """The picture as sound of exactly `request.frames` frames: (channels, frames), not yet limited.

    Always from the pixels, so that a saved picture sounds as its clip did.
    """
    how = _how(picture, request)
    if pieces.is_long(how):
        return pieces.perform(picture.pixels, how, progress)
    return codec.invert(_there(picture), how, progress)


def perform_together(pictures: Sequence[Picture], requests: Sequence[ClipRequest]) -> list[Samples]:
    """As `perform`, those of one length and setting at once."""
    groups: dict[Any, list[int]] = {}
    for number, (picture, request) in enumerate(zip(pictures, requests, strict=True)):
        groups.setdefault((replace(_how(picture, request), seed=0), picture.pixels.shape), []).append(number)
    performed: dict[int, Samples] = {}
    for (how, _), numbers in groups.items():
        if pieces.is_long(how):
            performed.update((number, perform(pictures[number], requests[number])) for number in numbers)
            continue
        values = torch.stack([_there(pictures[number]) for number in numbers])
        samples = codec.invert_many(values, how, [requests[number].seed for number in numbers])
        performed.update(zip(numbers, samples, strict=True))
    return [performed[number] for number in range(len(pictures))]


def _how(picture: Picture, request: ClipRequest) -> codec.Performance:
    """Raises SizeError, in words: a player's own picture may have any settings."""
    pieces.check_settings(picture.settings, request.samplerate)
    return codec.Performance(picture.settings, request.frames, request.samplerate, request.seed, request.inverter)


def _there(picture: Picture) -> Tensor:
    """Its values, where pictures are performed."""
    return codec.to_values(picture.pixels, fastest().device)


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


def drawn(samples: Samples, picture: Picture, request: ClipRequest) -> Picture:
    """What `picture` sounds like, `samples`, in the settings that the request names, as Riffusion draws it.

    Its columns count seconds, one more than there are steps; the loudest of all is black.
    """
    settings = request.drawn
    if settings is None:
        return picture
    columns = 1 + round(request.frames / request.samplerate / settings.step_s)
    if alike(picture.settings, settings):
        pixels = codec.to_pixels(codec.resample_columns(codec.to_values(picture.pixels), columns))
        return replace(picture, pixels=pixels, settings=settings)
    values, level = pieces.paint(samples, request.samplerate, settings, columns)
    settings = replace(settings, reference=level or settings.reference)
    return replace(picture, pixels=codec.to_pixels(torch.from_numpy(values)), settings=settings, tempo=request.tempo)


def alike(one: PictureSettings, other: PictureSettings) -> bool:
    """Whether a column means the same in both, however many there are to a beat."""
    return replace(one, columns_per_beat=other.columns_per_beat, step_s=other.step_s) == other


def tiled(picture: Picture, beats: int) -> Tensor:
    """As many beats of the picture as asked for, in values: cut, or repeated from its start."""
    values = codec.to_values(picture.pixels)
    columns = round(picture.columns * beats / picture.beats)
    return values[:, torch.arange(columns) % picture.columns]
