"""The fader of each voice, which moves over bars, whatever its gain and mute: it starts and ends on its beats' frames.

It moves in a straight line between two frames, found anew from their beats with each timeline; what it lets through
is the cube of where it stands, which the ear takes for even.
"""

from typing import Any

from riffosc.playback.compiled import audio
from riffosc.playback.fades import quick
from riffosc.playback.passes import beat_at, frame_at


@audio
def fader_at(fader: Any, frame: int) -> float:
    """Audio thread. Where the fader stands: 0 is silence, 1 the whole voice."""
    if frame >= fader.end:
        return float(fader.aim)
    x = max(0.0, (frame - fader.start) / (fader.end - fader.start))
    return float(fader.level + (fader.aim - fader.level) * x)


@audio
def lift(engine: Any, fader: Any, frame: int) -> None:
    """Audio thread. After a panic: up again, once nothing sounds any more on `frame`."""
    fader.waits, fader.next_aim, fader.next_start = 1, 1.0, frame
    fader.next_beat = fader.next_until = beat_at(engine, frame)


@audio
def receive_fade(engine: Any, fader: Any, command: Any, frame: int) -> None:
    """Audio thread. A movement to wait for, in place of any that waits already; one that is due begins."""
    fader.waits, fader.next_aim = 1, float(command.power)
    fader.next_beat, fader.next_until = command.beat, command.origin
    fader.next_start = max(frame, frame_at(engine, command.beat))
    begin_fade_due(engine, fader, frame)


@audio
def begin_fade_due(engine: Any, fader: Any, frame: int) -> None:
    """Audio thread. The movement that waited takes over, from where the last one has come to."""
    if not fader.waits or fader.next_start > frame:
        return
    fader.level, fader.start = fader_at(fader, frame), frame
    fader.waits, fader.aim, fader.until = 0, fader.next_aim, fader.next_until
    fader.end = max(frame + quick(engine), frame_at(engine, fader.until))


@audio
def follow_fader(engine: Any, fader: Any, before: int, frame: int) -> None:
    """Audio thread. A new timeline or sample rate: go on from where it stood at `before`, which is now `frame`."""
    level, moves = fader_at(fader, before), fader.end > before
    fader.level, fader.start = level, frame
    fader.end = max(frame + quick(engine), frame_at(engine, fader.until)) if moves else frame
    if fader.waits:
        fader.next_start = max(frame, frame_at(engine, fader.next_beat))


@audio
def through_fader(fader: Any, out: Any, frame: int) -> None:
    """Audio thread. What a voice plays from `frame` on, as far as its fader lets it through. (2, frames)"""
    if fader.aim == 1.0 and frame >= fader.end:
        return
    for j in range(out.shape[1]):
        x = fader_at(fader, frame + j)
        out[0, j] *= x * x * x
        out[1, j] *= x * x * x
