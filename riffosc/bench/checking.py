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
    delayed: int = 0  # blocks of a voice that came a block late, for the same reason
    missing: int = 0  # frames that the recorder did not get
    first_wrong: list[tuple[int, int]] = field(default_factory=list)  # (voice, engine frame)


def check_recording(
    recording: Recording, events: Sequence[News], clips: Mapping[int, Samples], fade_frames: int
) -> Report:
    """Every sample between the boundaries that `events` tell of. No landing faded longer than `fade_frames`."""
    report = Report(missing=_missing(recording))
    frames = _frames(recording)
    for number, heard in enumerate(recording.voices, start=1):
        wanted = np.full(len(frames), np.nan, np.float32)  # NaN: cannot be foretold
        steps = [news for news in events if news.voice == number and news.kind in STEPS]
        for step, after in pairwise(steps):
            expected = _expected(step, after, clips, fade_frames)
            if expected is not None:
                first, last = np.searchsorted(frames, (step.frame, step.frame + len(expected)))
                wanted[first:last] = expected[frames[first:last] - step.frame]
                report.boundaries += int(first < last and frames[first] == step.frame)
        wrong = ~np.isnan(wanted) & (heard != wanted)
        report.samples += int((~np.isnan(wanted)).sum())
        _judge(report, Voice(heard, wanted, wrong), recording.blocks[:, 0])
        report.first_wrong += [(number, int(frame)) for frame in frames[wrong][:1]]
    return report


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """One voice of a recording, and what it should be; each (frames,)."""

    heard: npt.NDArray[np.float32]
    wanted: npt.NDArray[np.float32]
    wrong: Flags


def _judge(report: Report, voice: Voice, starts: npt.NDArray[np.int64]) -> None:
    """Blocks that are not as they should be. Silence did not arrive, and what should have been heard a block ago
    came late: both are the server's doing, after an xrun. All else was played wrong."""
    ends = np.append(starts[1:], len(voice.heard))
    for block in np.nonzero(np.add.reduceat(voice.wrong, starts, dtype=int))[0]:
        here = slice(starts[block], ends[block])
        before = slice(2 * starts[block] - ends[block], starts[block])
        bad = int(voice.wrong[here].sum())
        if not voice.heard[here].any():
            report.lost += 1
        elif block and _same(voice.heard[here], voice.wanted[before]):
            report.delayed += 1
        else:
            report.wrong += bad


def _same(heard: npt.NDArray[np.float32], wanted: npt.NDArray[np.float32]) -> bool:
    """Equal wherever it is known what was wanted, and that somewhere."""
    known = ~np.isnan(wanted)
    return bool(known.any() and (heard[known] == wanted[known]).all())


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
