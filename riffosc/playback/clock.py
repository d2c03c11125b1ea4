"""The audio clock: which frame is being mixed, and when that block began."""

from typing import Any

from riffosc.playback.compiled import audio, entry, fence
from riffosc.playback.state import FRAME, FRAMES, NS, RATE, STAMP


@audio
def tick(clock: Any, now: tuple[int, int, int, int]) -> None:
    """Audio thread. (first frame, frames, monotonic ns, frames a second) of the block that begins."""
    clock[STAMP] += 1
    fence()
    clock[FRAME], clock[FRAMES], clock[NS], clock[RATE] = now
    fence()
    clock[STAMP] += 1


@entry
def latest(clock: Any) -> tuple[int, int, int, int]:
    """Any thread. What `tick` last wrote, whole."""
    while True:
        stamp = clock[STAMP]
        fence()
        now = clock[FRAME], clock[FRAMES], clock[NS], clock[RATE]
        fence()
        if clock[STAMP] == stamp and stamp % 2 == 0:
            return now


def seconds(clock: Any, now_ns: int) -> float:
    """Seconds on the audio clock at `now_ns` on the monotonic clock: never past the block that is known."""
    frame, frames, ns, rate = latest(clock)
    return float(frame / rate + min(max(0, now_ns - ns) * 1e-9, frames / rate))


def frame_now(clock: Any, now_ns: int, rate: int) -> int:
    """The frame, at `rate`, with which an output that starts now goes on; 0 before the first block."""
    frame, frames, ns, old = latest(clock)
    if ns == 0:
        return round((frame + frames) * rate / old)
    return round((frame / old + max(frames / old, (now_ns - ns) * 1e-9)) * rate)
