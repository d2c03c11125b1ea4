"""`riffosc bench codec`: from picture to sound, by riffosc and by torchaudio, on the same pictures.

The two take turns, clip by clip, so that what disturbs the machine disturbs both.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

import numpy as np
import torch
from torch import Tensor

from riffosc.bench.likeness import Likeness, energy_db, level_db, likeness
from riffosc.bench.music import KINDS, Piece, music
from riffosc.bench.seams import seam_ratio
from riffosc.clip import Samples
from riffosc.picture import EMBEDDED, PictureSettings
from riffosc.synthesis import codec, torchaudio_inverter
from riffosc.synthesis.codec import Performance
from riffosc.training.corpus import SAMPLERATE

RIFFUSION = PictureSettings(low_hz=0.0, high_hz=10000.0, window_s=0.100, padded_s=0.400)
COLUMN_S = 0.010  # Riffusion's

Inverter = Callable[[Tensor, Performance], Samples]


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is measured."""

    each: int = 8  # pieces of every kind
    at_most: int = 8  # clips at a time, and bars
    seams: int = 200  # loops whose seam is looked at


def measure_codec(device: str, pictures: Path | None, scope: Scope) -> dict[str, Any]:
    """Figures by name: with Riffusion's settings, with the embedded model's (`embedded_`), of seams.

    Raises ValueError, in words, where there is no such device or no picture.
    """
    machine = Machine(torch.device(device))
    heard = music(pictures, scope.each, scope.seams)
    figures: dict[str, Any] = {"device": machine.name(), "pictures": heard.source}
    for prefix, settings in (("", RIFFUSION), ("embedded_", EMBEDDED)):
        bench = Bench(machine, settings)
        found = bench.compare(heard.pieces) | bench.sizes(heard.pieces, scope.at_most)
        figures |= {f"{prefix}{name}": value for name, value in found.items()}
    return figures | seams(machine, heard.loops)


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    samples: Samples  # (clips, channels, frames)
    seconds: float
    cpu_seconds: float  # of all cores


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the work is done."""

    device: torch.device

    def __post_init__(self) -> None:
        if self.device.type == "cuda" and not torch.cuda.is_available():
            raise ValueError("there is no CUDA device that torch can use here; leave --device away")

    def name(self) -> str:
        if self.device.type == "cuda":
            return f"cuda, {torch.cuda.get_device_name(self.device)}"
        return f"cpu, {torch.get_num_threads()} threads"

    def timed(self, work: Callable[[], Samples]) -> Timed:
        """What came of it, and how long it took until it was there."""
        self._wait()
        wall, cpu = time.perf_counter(), time.process_time()
        samples = work()
        self._wait()
        return Timed(samples, time.perf_counter() - wall, time.process_time() - cpu)

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One piece, by one inverter."""

    kind: str
    timed: Timed
    likeness: Likeness
    seam: float
    level_db: float  # over the piece itself, within the band
    energy_db: float  # over what the picture shows


INVERTERS: dict[str, Inverter] = {"": codec.invert_many, "_torchaudio": torchaudio_inverter.invert_many}


class Bench:
    """Both inverters with one picture setting, on one machine."""

    def __init__(self, machine: Machine, settings: PictureSettings) -> None:
        self.machine, self.settings = machine, settings

    def values(self, sounds: Samples) -> Tensor:
        """Sounds (channels, frames) as pictures are stored, in 8 bits: (channels, columns, bins)."""
        columns = max(1, round(sounds.shape[-1] / SAMPLERATE / COLUMN_S))
        return codec.to_values(codec.to_pixels(codec.analyse(sounds, SAMPLERATE, self.settings, columns)))

    def both(self, values: Tensor, frames: int, swap: bool = False) -> dict[str, Timed]:
        """Each inverter's work on (clips, channels, columns, bins), one after the other."""
        there, how = values.to(self.machine.device), Performance(self.settings, frames, SAMPLERATE)
        order = sorted(INVERTERS, reverse=swap)
        return {name: self.machine.timed(partial(INVERTERS[name], there, how)) for name in order}

    def compare(self, pieces: Sequence[Piece]) -> dict[str, Any]:
        """Speed, error, level and seam, one mono clip at a time."""
        warm_up = self.both(self.values(pieces[0].sound[None])[None], len(pieces[0].sound))
        results: dict[str, list[Result]] = {name: [] for name in INVERTERS}
        for number, piece in enumerate(pieces):
            for name, result in self._results(piece, swap=bool(number % 2)):
                results[name].append(result)
        length_s = fmean(len(piece.sound) for piece in pieces) / SAMPLERATE
        figures = {"clip_seconds": length_s, "first_clip_seconds": warm_up[""].seconds, **_speed(results, length_s)}
        for name, found in results.items():
            figures |= {f"{figure}{name}": value for figure, value in _quality(found).items()}
        return figures

    def _results(self, piece: Piece, swap: bool) -> Iterator[tuple[str, Result]]:
        settings, values = self.settings, self.values(piece.sound[None])
        for name, timed in self.both(values[None], len(piece.sound), swap).items():
            sound = timed.samples[0]
            level = level_db(sound, SAMPLERATE, settings)
            yield (
                name,
                Result(
                    piece.kind,
                    timed,
                    likeness(values, sound, SAMPLERATE, settings),
                    seam_ratio(sound[0], SAMPLERATE, settings.high_hz),
                    level - level_db(piece.sound, SAMPLERATE, settings),
                    level - energy_db(values, settings),
                ),
            )

    def sizes(self, pieces: Sequence[Piece], at_most: int) -> dict[str, Any]:
        """Seconds, speed and error by number of clips at a time, by bars, and in stereo."""
        mixed = [piece.sound for piece in pieces if piece.kind == "mixed"] or [piece.sound for piece in pieces]
        figures = self._size("stereo", _panned(mixed)[None])
        for number in (n for n in (1, 2, 4, 8) if n <= at_most):
            clips = np.stack([_joined(mixed, which, bars=2)[None] for which in range(number)])
            figures |= self._size(f"clips_{number}", clips)
            figures |= self._size(f"bars_{number}", _joined(mixed, 0, bars=number)[None, None])
        return figures

    def _size(self, name: str, sounds: Samples) -> dict[str, Any]:
        """Of sounds (clips, channels, frames)."""
        values = torch.stack([self.values(sound) for sound in sounds])
        done = self.both(values, sounds.shape[-1])
        return {
            **{f"{name}_seconds{which}": timed.seconds for which, timed in done.items()},
            f"{name}_speedup": done["_torchaudio"].seconds / done[""].seconds,
            f"{name}_speedup_cpu": done["_torchaudio"].cpu_seconds / done[""].cpu_seconds,
            **{f"{name}_error{which}": self._mean_error(values, timed.samples) for which, timed in done.items()},
        }

    def _mean_error(self, values: Tensor, samples: Samples) -> float:
        heard = zip(values, samples, strict=True)
        return fmean(likeness(one, sound, SAMPLERATE, self.settings).error for one, sound in heard)


def _joined(sounds: Sequence[Samples], number: int, bars: int) -> Samples:
    """Loops of two bars one after the other, from the `number`th on; half of one for one bar."""
    if bars == 1:
        return sounds[number][: len(sounds[number]) // 2]
    turn = [sounds[(number + which) % len(sounds)] for which in range(bars // 2)]
    return np.concatenate([np.resize(sound, len(sounds[0])) for sound in turn])


def _panned(sounds: Sequence[Samples]) -> Samples:
    """Two loops at once, one more to the left and one more to the right: (2, frames)."""
    left, right = sounds[0], np.resize(sounds[-1], len(sounds[0]))
    return np.stack([0.8 * left + 0.2 * right, 0.2 * left + 0.8 * right]).astype(np.float32)


def _speed(results: dict[str, list[Result]], length_s: float) -> dict[str, Any]:
    wall = {name: [result.timed.seconds for result in found] for name, found in results.items()}
    cpu = {name: [result.timed.cpu_seconds for result in found] for name, found in results.items()}
    return {
        "speedup": sum(wall["_torchaudio"]) / sum(wall[""]),
        "speedup_cpu": sum(cpu["_torchaudio"]) / sum(cpu[""]),
        "speedup_least": min(theirs / ours for ours, theirs in zip(wall[""], wall["_torchaudio"], strict=True)),
        **{f"seconds{name}": fmean(seconds) for name, seconds in wall.items()},
        **{f"cpu_seconds{name}": fmean(seconds) for name, seconds in cpu.items()},
        **{f"ratio{name}": fmean(seconds) / length_s for name, seconds in wall.items()},
    }


def _quality(found: Sequence[Result]) -> dict[str, float]:
    levels = [result.level_db for result in found]
    figures = {
        "error": fmean(result.likeness.error for result in found),
        "error_inside": fmean(result.likeness.inside for result in found),
        "convergence": fmean(result.likeness.convergence for result in found),
        "louder_db": fmean(result.likeness.louder_db for result in found),
        "level_db": fmean(levels),
        "level_spread_db": max(levels) - min(levels),
        "energy_spread_db": pstdev(result.energy_db for result in found),
        "wrap_worst_ratio": max(result.seam for result in found),
    }
    for kind in (*KINDS, "any"):
        of_kind = [result.likeness for result in found if result.kind == kind]
        if of_kind:
            figures[f"{kind}_error"] = fmean(one.error for one in of_kind)
            figures[f"{kind}_convergence"] = fmean(one.convergence for one in of_kind)
    return figures


def seams(machine: Machine, loops: Sequence[Piece]) -> dict[str, Any]:
    """The worst seam of all loops, by riffosc, with the embedded model's settings, each at its own tempo."""
    bench = Bench(machine, EMBEDDED)
    ratios = []
    for number, loop in enumerate(loops):
        how = Performance(EMBEDDED, len(loop.sound), SAMPLERATE, seed=number)
        values = bench.values(loop.sound[None]).to(machine.device)
        ratios.append(seam_ratio(codec.invert_many(values[None], how)[0, 0], SAMPLERATE, EMBEDDED.high_hz))
    worst = max(ratios, default=0.0)
    return {"seam_loops": len(ratios), "seam_worst_ratio": worst, "seam_over": sum(ratio > 1 for ratio in ratios)}
