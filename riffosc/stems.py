"""`riffosc stems`: a sound taken apart into vocals, drums, bass and the like, each a file that lies over the sound."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

import numpy as np

from riffosc.batch import Job
from riffosc.clip import Samples
from riffosc.convert import Progress, check_format, write
from riffosc.lengths import Length
from riffosc.sounds import Sound, clock, read_sound

Tell = Callable[[str], None]

PEAK = 1.0  # of the loudest stem; beyond it files would cut it off


class StemsError(ValueError):
    """A sound that cannot be taken apart as asked, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Wishes:
    model: str = "htdemucs"
    fetch: Tell | None = None  # tells of what is fetched; without it nothing is
    together: tuple[str, ...] = ()  # stems that are written as one file, too: drums+bass
    format: str = "wav"
    force: bool = False


def stems(job: Job, wishes: Wishes, progress: Progress = lambda _: None) -> list[str]:
    """Take a sound apart into files in a folder. What there is to say; raises ValueError, in words."""
    from riffosc.synthesis.separation import open_separator

    check_format(Path(f"x.{wishes.format}"))
    sound = read_sound(job.source)
    separator = open_separator(wishes.model, wishes.fetch)
    groups = [(name,) for name in separator.names] + [_group(text, separator.names) for text in wishes.together]
    targets = {group: job.target / f"{job.source.stem}_{'_'.join(group)}.{wishes.format}" for group in groups}
    _check(targets.values(), job.source, wishes.force)
    found = separator.split(sound.samples, sound.samplerate, sound.loop is not None, progress)
    made = {group: np.sum([found[name] for name in group], axis=0) for group in groups}
    loudest = max(float(np.abs(samples).max(initial=0.0)) for samples in made.values())
    gain = min(1.0, PEAK / loudest) if loudest else 1.0
    job.target.mkdir(parents=True, exist_ok=True)
    for group, samples in made.items():
        write(targets[group], samples * np.float32(gain), sound.samplerate, *_tags(sound))
    return [_words(job, targets.values(), sound), *sound.notes, *_notes(sound.samples, found, gain)]


def _group(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Raises StemsError."""
    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split("+")))
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise StemsError(f"there is no stem {unknown[0]!r:.40}; there are {', '.join(names)}")
    if len(wanted) < 2:
        raise StemsError(f"{text!r:.40} are not several stems, such as {'+'.join(names[:2])}")
    return wanted


def _check(targets: Iterable[Path], source: Path, force: bool) -> None:
    """Nothing is lost. Raises StemsError."""
    for target in targets:
        if target.exists() and target.samefile(source):
            raise StemsError("it would be replaced by one of its stems; --out says where else")
        if target.exists() and not force:
            raise StemsError(f"{target} is there already; --force replaces it")


def _tags(sound: Sound) -> tuple[Length, str]:
    """Stems of a loop say of themselves what it says."""
    frames, loop = sound.samples.shape[1], sound.loop
    if loop is None:
        return Length(frames), ""
    return Length(frames, loop.beats, loop.beats * 60 / sound.seconds, loop.quantum), loop.key


def _words(job: Job, targets: Iterable[Path], sound: Sound) -> str:
    names = ", ".join(target.name for target in targets)
    return f"{job.source} -> {job.target}: {names}: {sound.samples.shape[1]} frames each, {clock(sound.seconds)}"


def _notes(samples: Samples, found: Mapping[str, Samples], gain: float) -> list[str]:
    """What of the sound is in no stem, or in several, and what was done against too loud ones."""
    notes = []
    left = float(np.square(samples - np.sum(list(found.values()), axis=0)).mean())
    whole = float(np.square(samples).mean())
    if left and whole:
        notes.append(f"what they lack of it, or have too much, is {10 * log10(left / whole):.1f} dB against it")
    if gain < 1:
        notes.append(f"all are {-20 * log10(gain):.1f} dB softer than they were, so that none is cut off")
    return notes
