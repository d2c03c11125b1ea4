"""`riffosc sample`: short clips from anywhere in long sounds, for data sets; whole bars where a tempo is known."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np

from riffosc.batch import Job
from riffosc.convert import Progress, length_words, write
from riffosc.lengths import Length
from riffosc.restyle import Bars, Wishes, bars_of
from riffosc.sounds import Sound, clock, read_sound
from riffosc.timeline import clip_frames


class ExcerptError(ValueError):
    """A sound that cannot be sampled as asked, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Excerpts:
    """How they are taken. Seconds count where no bars are asked for."""

    each: int = 1
    seconds: float = 5.12
    bars: int | None = None
    tempo: float | None = None
    quantum: int | None = None
    stereo: bool | None = None
    seed: int = 0


def jobs_of(job: Job, how: Excerpts) -> list[Job]:
    """One for each clip of a file."""
    width = len(str(how.each))
    return [
        Job(job.source, job.target.with_name(f"{job.target.stem}_{number + 1:0{width}d}{job.target.suffix}"))
        for number in range(how.each)
    ]


def excerpt(job: Job, how: Excerpts, number: int, progress: Progress = lambda _: None) -> list[str]:
    """Write the clip of that number, from 0. The same seed takes the same. Raises ValueError, in words."""
    sound = _read(job.source, job.source.stat().st_mtime_ns, how.stereo)
    length, start = _in_bars(sound, job.source, how, number) if how.bars else _anywhere(sound, job.source, how, number)
    write(job.target, sound.samples[:, start : start + length.frames], sound.samplerate, length, "")
    progress(1.0)
    from_s = clock(start / sound.samplerate)
    return [f"{job.source} -> {job.target}: {length_words(length, sound.samplerate)}, from {from_s} on"]


@lru_cache(maxsize=1)
def _read(path: Path, _modified: int, stereo: bool | None) -> Sound:
    return read_sound(path, stereo)


@lru_cache(maxsize=1)
def _lines(sound: Sound, name: str, tempo: float | None, quantum: int | None) -> Bars:
    return bars_of(sound, name, Wishes("", 0.0, tempo, quantum))


def _draws(path: Path, how: Excerpts) -> np.random.Generator:
    """The same for a file of that name and a seed, whatever else is sampled."""
    return np.random.default_rng([how.seed, crc32(path.name.encode("utf-8", "replace"))])


def _anywhere(sound: Sound, path: Path, how: Excerpts, number: int) -> tuple[Length, int]:
    frames = round(how.seconds * sound.samplerate)
    room = sound.samples.shape[1] - frames
    if room < 0:
        raise ExcerptError(f"it lasts {clock(sound.seconds)}, less than {clock(how.seconds)}")
    return Length(frames), int(_draws(path, how).integers(0, room + 1, how.each)[number])


def _in_bars(sound: Sound, path: Path, how: Excerpts, number: int) -> tuple[Length, int]:
    """On a bar line; none twice before all were taken."""
    assert how.bars is not None
    lines = _lines(sound, path.stem, how.tempo, how.quantum)
    places = lines.count - how.bars + 1
    if places < 1:
        raise ExcerptError(f"it has {lines.count} bars at {lines.tempo:.4g} bpm, less than {how.bars}")
    first = int(_draws(path, how).permutation(places)[number % places])
    beats = how.bars * lines.quantum
    bar_s = lines.quantum * 60 / lines.tempo
    frames = clip_frames(beats, lines.tempo, sound.samplerate)
    start = min(round((lines.start_s + first * bar_s) * sound.samplerate), sound.samples.shape[1] - frames)
    return Length(frames, beats, lines.tempo, lines.quantum), max(0, start)
