"""Holds a recording against what the player said it played, sample by sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from riffosc.clip import Samples
from riffosc.playback.player import News, NewsKind

WRAP = 64  # frames of the fade at a wrap that does not come out even
SLACK = 2  # frames by which such a wrap may be off
Flags = npt.NDArray[np.bool_]
STEPS = (NewsKind.LANDED, NewsKind.PASS, NewsKind.MOVED)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One side of every voice, as far as it was recorded."""

    voices: Samples  # (voices, frames), in the order of the blocks
    blocks: npt.NDArray[np.int64]  # (blocks, 2): where a block begins in `voices`, and its engine frame


@dataclass(slots=True)
class Report:
    """What was compared. Fades are left out, and passes that were read faster or slower."""

    boundaries: int = 0  # beginnings of passes and landings, each heard whole
    samples: int = 0
    wrong: int = 0
    lost: int = 0  # blocks of a voice of which nothing arrived: not our doing, the server counts them too
    missing: int = 0  # frames that the recorder did not get
    first_wrong: list[tuple[int, int]] = field(default_factory=list)  # (voice, engine frame)


def check_recording(
    recording: Recording, events: Sequence[News], clips: Mapping[int, Samples], fade_frames: int
) -> Report:
    """Every sample between the boundaries that `events` tell of. No landing faded longer than `fade_frames`."""
    report = Report(missing=_missing(recording))
    frames = _frames(recording)
    for number, heard in enumerate(recording.voices, start=1):
        steps = [news for news in events if news.voice == number and news.kind in STEPS]
        compared, wrong = np.zeros((2, len(frames)), np.bool_)
        for step, after in pairwise(steps):
            expected = _expected(step, after, clips, fade_frames)
            if expected is not None:
                first, last = np.searchsorted(frames, (step.frame, step.frame + len(expected)))
                compared[first:last] = True
                wrong[first:last] = heard[first:last] != expected[frames[first:last] - step.frame]
                report.boundaries += int(first < last and frames[first] == step.frame)
        _count(report, compared, wrong, heard == 0, recording.blocks[:, 0])
        report.first_wrong += [(number, int(frame)) for frame in frames[wrong][:1]]
    return report


def _count(report: Report, compared: Flags, wrong: Flags, silent: Flags, starts: npt.NDArray[np.int64]) -> None:
    """One voice, block by block. A block that is wrong and all silence did not arrive; any other was played wrong."""
    size = np.diff(np.append(starts, len(silent)))
    bad = np.add.reduceat(wrong, starts, dtype=int)
    lost = (np.add.reduceat(silent, starts, dtype=int) == size) & (bad > 1)
    report.samples += int(compared.sum())
    report.lost += int(lost.sum())
    report.wrong += int(bad[~lost].sum())


def _frames(recording: Recording) -> npt.NDArray[np.int64]:
    """The engine frame of every recorded sample."""
    starts, count = recording.blocks[:, 0], recording.voices.shape[1]
    lengths = np.diff(np.append(starts, count))
    return np.repeat(recording.blocks[:, 1] - starts, lengths) + np.arange(count)


def _missing(recording: Recording) -> int:
    lengths = np.diff(recording.blocks[:, 0])
    return int((np.diff(recording.blocks[:, 1]) - lengths).sum())


def _expected(step: News, after: News, clips: Mapping[int, Samples], fade: int) -> Samples | None:
    """What sounds from `step` on until the first fade before `after`; None if it cannot be foretold."""
    length = after.frame - step.frame
    copied = step.slot < 0 or (step.rate == 1 and step.position % 1 == 0)
    if step.kind is NewsKind.MOVED or length <= 0 or not copied:
        return None
    if after.kind is not NewsKind.PASS:
        length -= fade
    if step.slot < 0:
        return np.zeros(max(0, length), np.float32)
    clip = clips[step.slot][0]
    off = length + round(step.position) - len(clip)
    if after.kind is NewsKind.PASS and off:
        if abs(off) > SLACK:
            return None
        length -= WRAP
    sound: Samples = clip[(round(step.position) + np.arange(max(0, length))) % len(clip)]
    return sound
