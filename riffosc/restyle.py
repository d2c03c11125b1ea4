"""`riffosc restyle`: a sound of any length, painted over as a prompt says, in its own bars."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from riffosc.batch import Job
from riffosc.clip import ClipRequest, Samples
from riffosc.convert import (
    HIGHEST_RATE,
    LOWEST_RATE,
    USUAL_RATE,
    Progress,
    check_format,
    length_words,
    write,
)  # fmt: skip
from riffosc.lengths import Length
from riffosc.masks import find_mask
from riffosc.offline import request_for
from riffosc.params import BY_NAME
from riffosc.sounds import Sound, clock, read_sound
from riffosc.tempo import hear_tempo, tempo_in
from riffosc.timeline import clip_frames

QUANTUM = 4
NEARLY = 0.05  # of a bar: a bar that lacks no more than this is whole


class RestyleError(ValueError):
    """A sound that cannot be restyled as asked, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the musician says; None leaves it to the sound."""

    prompt: str
    denoising: float
    tempo: float | None = None
    quantum: int | None = None
    start_s: float | None = None
    bars: int | None = None
    mask: str = ""
    others: dict[str, Any] = field(default_factory=dict)  # parameters of `riffosc render`, by name


@dataclass(frozen=True, slots=True)
class Bars:
    """Where the bars of a sound lie."""

    tempo: float
    quantum: int
    start_s: float
    count: int
    how: str  # the tempo is known, in words


def restyle(job: Job, wishes: Wishes, progress: Progress = lambda _: None) -> list[str]:
    """Paint a sound over, into a file. What there is to say; raises ValueError, in words."""
    from riffosc.synthesis import pieces
    from riffosc.synthesis.render import Renderer

    check_format(job.target)
    sound = read_sound(job.source, stereo=False)
    bars = bars_of(sound, job.source.stem, wishes)
    samples, samplerate = sound.samples, sound.samplerate
    if not LOWEST_RATE <= samplerate <= HIGHEST_RATE:
        samples, samplerate = pieces.resample(samples, samplerate, USUAL_RATE), USUAL_RATE
    request = request_of(bars, samplerate, wishes)
    samples = cut(samples, round(bars.start_s * samplerate), request.frames)
    renderer = Renderer()
    picture, level = renderer.seen(samples, request)
    if not level:
        raise RestyleError(f"{job.source.name} is silent there")
    mask = find_mask(wishes.mask).check(request.beats, request.quantum) if wishes.mask else None
    clip = renderer.render(
        replace(request, init=picture, seed_image=job.source.name, denoising=wishes.denoising, mask=mask), progress
    )
    length = Length(request.frames, request.beats, request.tempo, request.quantum)
    write(job.target, pieces.limited(clip.samples * np.float32(level), samplerate), samplerate, length, request.key)
    words = f"{job.source} -> {job.target}: {bars.count} bars, {length_words(length, samplerate)}"
    return [words, bars.how, *sound.notes]


def bars_of(sound: Sound, name: str, wishes: Wishes) -> Bars:
    """As the musician says, else as the file or its name says, else as it is heard. Raises RestyleError."""
    loop = sound.loop
    quantum = wishes.quantum or (loop.quantum if loop else QUANTUM)
    start_s = wishes.start_s or 0.0
    tempo, how = wishes.tempo, "its tempo is as you say"
    if tempo is None and loop:
        tempo, how = loop.beats * 60 / sound.seconds, f"{loop.beats} beats, as the file says"
    if tempo is None and (said := tempo_in(name)):
        tempo, how = said, f"{said:g} bpm, as its name says"
    if tempo is None:
        heard = hear_tempo(sound.samples[0, round(start_s * sound.samplerate) :], sound.samplerate, quantum)
        if heard is None:
            raise RestyleError(f"{name} has no beat that can be heard: say its --tempo")
        if wishes.start_s is None:
            start_s = heard.first_s
        tempo = heard.tempo
        how = f"{tempo:.2f} bpm by ear, the first beat at {start_s:.2f} s; --tempo and --start if that is wrong"
    return Bars(_checked(tempo), quantum, start_s, _count(sound.seconds - start_s, tempo, quantum, wishes.bars), how)


def whole_bars(path: Path) -> tuple[Sound, Length]:
    """A sound from its first bar on, in mono, and how long its whole bars are. Raises ValueError, in words."""
    sound = read_sound(path, stereo=False)
    bars = bars_of(sound, path.stem, Wishes("", 0.0))
    beats = bars.count * bars.quantum
    frames = clip_frames(beats, bars.tempo, sound.samplerate)
    samples = cut(sound.samples, round(bars.start_s * sound.samplerate), frames)
    return replace(sound, samples=samples), Length(frames, beats, bars.tempo, bars.quantum)


def _checked(tempo: float) -> float:
    param = BY_NAME[False, "tempo"]
    assert param.low is not None and param.high is not None
    if not param.low <= tempo <= param.high:
        raise RestyleError(f"{tempo:g} bpm is none of {param.low:g} to {param.high:g}")
    return tempo


def _count(seconds: float, tempo: float, quantum: int, wanted: int | None) -> int:
    """Whole bars: as many as asked for, if there are so many, else all."""
    there = int(seconds * tempo / 60 / quantum + NEARLY)
    if there < (wanted or 1):
        asked = f"{wanted} bars" if wanted else "one bar"
        raise RestyleError(f"{clock(max(0.0, seconds))} are less than {asked} at {tempo:.4g} bpm")
    return wanted or there


def request_of(bars: Bars, samplerate: int, wishes: Wishes) -> ClipRequest:
    """Without the picture to start from. Raises ParamError, in words."""
    meter = {"bars": bars.count, "quantum": bars.quantum, "tempo": bars.tempo}
    return request_for(samplerate, {**wishes.others, **meter, "prompt": wishes.prompt})


def cut(samples: Samples, start: int, frames: int) -> Samples:
    """So many frames from there; what the last bar lacks is silence."""
    there = samples[:, start : start + frames]
    return np.pad(there, ((0, 0), (0, frames - there.shape[1])))
