"""Holds a recording against what the player said it played, sample by sample."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from riffosc.bench.recorder import Recording
from riffosc.clip import Samples
from riffosc.playback.player import News, NewsKind

WRAP = 64  # frames of the fade at a wrap that does not come out even
SLACK = 2  # frames by which such a wrap may be off
NEAR = 3  # blocks by which an xrun may displace another
STEPS = (NewsKind.LANDED, NewsKind.PASS, NewsKind.MOVED)


@dataclass(slots=True)
class Report:
    """What was compared. Fades are left out, and passes that were read faster or slower."""

    boundaries: int = 0  # beginnings of passes and landings, each heard whole
    samples: int = 0
    wrong: int = 0
    lost: int = 0  # blocks of a voice of which nothing arrived: not our doing, the server counts them too
    delayed: int = 0  # blocks of a voice that came some blocks early or late, for the same reason
    missing: int = 0  # frames that the recorder did not get
    first_wrong: list[tuple[int, int]] = field(default_factory=list)  # (voice, engine frame)


def check_recording(
    recording: Recording, events: Sequence[News], clips: Mapping[int, Samples], fade_frames: int
) -> Report:
    """Every sample between the boundaries that `events` tell of. No landing faded longer than `fade_frames`."""
    report = Report(missing=_missing(recording))
    for number, heard in enumerate(recording.voices, start=1):
        steps = [news for news in events if news.voice == number and news.kind in STEPS]
        line = _line(recording, steps, clips, fade_frames)
        for block in _blocks(recording, heard, line):
            _judge(report, number, block)
        report.boundaries += len(line.known_starts)
    return report


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """What a voice should play from engine frame `first` on; NaN where that cannot be foretold."""

    first: int
    wanted: npt.NDArray[np.float32]
    known_starts: list[int]  # engine frames of boundaries within the recording


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    frame: int
    heard: npt.NDArray[np.float32]  # (frames,)
    wanted: npt.NDArray[np.float32]  # (1 + 2 * NEAR, frames): as it should be, then as its neighbours should


def _line(recording: Recording, steps: list[News], clips: Mapping[int, Samples], fade: int) -> Line:
    longest = int(np.diff(_starts_and_end(recording)).max()) * (NEAR + 1)
    first, last = int(recording.blocks[:, 1].min()) - longest, int(recording.blocks[:, 1].max()) + 2 * longest
    line = Line(first, np.full(last - first, np.nan, np.float32), [])
    for step, after in pairwise(steps):
        expected = _expected(step, after, clips, fade)
        if expected is not None:
            begin, end = max(first, step.frame), min(last, step.frame + len(expected))
            if begin < end:  # else it lies outside what was recorded
                line.wanted[begin - first : end - first] = expected[begin - step.frame : end - step.frame]
            if first + longest <= step.frame < last - 2 * longest:
                line.known_starts.append(step.frame)
    return line


def _blocks(recording: Recording, heard: npt.NDArray[np.float32], line: Line) -> Iterator[Block]:
    for (start, frame), size in zip(recording.blocks, np.diff(_starts_and_end(recording)), strict=True):
        shifts = [0] + [sign * k for k in range(1, NEAR + 1) for sign in (-1, 1)]
        places = [int(frame) - line.first + shift * int(size) for shift in shifts]
        wanted = np.stack([line.wanted[place : place + size] for place in places])
        yield Block(int(frame), heard[start : start + size], wanted)


def _judge(report: Report, voice: int, block: Block) -> None:
    """Silence did not arrive, and what belongs some blocks earlier or later came at the wrong time: both are the
    server's doing, after an xrun, and may begin within a block. All else was played wrong."""
    known = ~np.isnan(block.wanted[0])
    report.samples += int(known.sum())
    if (block.heard[known] == block.wanted[0, known]).all():
        return
    if not block.heard.any():
        report.lost += 1
        return
    somewhere = (block.heard == block.wanted) | np.isnan(block.wanted)
    wrong = known & ~somewhere.any(axis=0)
    report.delayed += int(not wrong.any())
    report.wrong += int(wrong.sum())
    if wrong.any() and len(report.first_wrong) < 10:
        report.first_wrong.append((voice, block.frame + int(np.flatnonzero(wrong)[0])))


def _starts_and_end(recording: Recording) -> npt.NDArray[np.int64]:
    return np.append(recording.blocks[:, 0], recording.voices.shape[1])


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
