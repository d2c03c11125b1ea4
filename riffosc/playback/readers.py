"""A reader goes round one clip in a straight line and may be fading in or out.

Its place is `at + (frame - its frame) * rate`, modulo the clip's frames: negative places are the tail of
the loop. At rate 1 from a whole place samples are copied as they are.
"""

from math import floor, sqrt
from typing import Any

from riffosc.playback.compiled import audio, sample
from riffosc.playback.state import NOTHING

WHOLE, RISING, FALLING = 0, 1, 2
LOUDEST = 1e4  # a sample beyond this (or NaN) is garbage and reads as 0


@audio
def place(reader: Any, frame: int) -> float:
    """Audio thread. Where `reader` reads at `frame`, in frames, not yet modulo the clip."""
    return float(reader.at + (frame - reader.frame) * reader.rate)


@audio
def set_line(reader: Any, frame: int, at: float, rate: float) -> None:
    """Audio thread. From now on `at` is read at `frame`."""
    reader.frame, reader.at, reader.rate = frame, at, rate


@audio
def gain(reader: Any, frame: int) -> float:
    """Audio thread. The fade's level: smoothstep where old and new are alike, its root where powers add up."""
    if reader.fade == WHOLE:
        return 1.0
    x = min(1.0, max(0.0, reader.phase + (frame - reader.fade_frame) * reader.phase_step))
    if reader.fade == FALLING:
        x = 1.0 - x
    y = x * x * (3.0 - 2.0 * x)
    return float(reader.level * (sqrt(y) if reader.power else y))


@audio
def begin_fade(reader: Any, start: int, until: int) -> None:
    """Audio thread. From `start` on `reader` fades, as told next, until `until`."""
    reader.power = reader.follows = 0
    reader.phase, reader.fade_frame, reader.until = 0.0, start, until
    reader.phase_step = 1.0 / max(1, until - start)


@audio
def rise(reader: Any, start: int, until: int) -> None:
    """Audio thread. From nothing to whole."""
    begin_fade(reader, start, until)
    reader.fade, reader.level = RISING, 1.0


@audio
def fall(reader: Any, start: int, until: int) -> None:
    """Audio thread. From the present level to nothing."""
    reader.level = gain(reader, start)
    begin_fade(reader, start, until)
    reader.fade = FALLING


@audio
def bend_fade(reader: Any, frame: int, until: int) -> None:
    """Audio thread. The fade goes on from where it is, and ends at another frame."""
    reader.phase += (frame - reader.fade_frame) * reader.phase_step
    reader.phase_step = (1.0 - reader.phase) / max(1, until - frame)
    reader.fade_frame, reader.until = frame, until


@audio
def copy(source: Any, target: Any) -> None:
    """Audio thread. `target` reads and fades as `source` does."""
    target.slot, target.frame, target.at, target.rate = source.slot, source.frame, source.at, source.rate
    target.fade, target.power, target.follows = source.fade, source.power, source.follows
    target.fade_frame, target.until, target.level = source.fade_frame, source.until, source.level
    target.phase, target.phase_step = source.phase, source.phase_step


@audio
def clean(x: float) -> float:
    """Audio thread. The sample, or 0 for what is not sound."""
    return float(x) if abs(x) <= LOUDEST else 0.0


@audio
def _copy_whole(reader: Any, slot: Any, out: Any, frame: int) -> None:
    """Audio thread. Rate 1 from a whole place: sample for sample, times the fade."""
    frames, left = slot.frames, slot.address
    right = left + 4 * frames if slot.channels > 1 else left
    i = int(place(reader, frame)) % frames
    for j in range(out.shape[1]):
        level = gain(reader, frame + j)
        out[0, j] += clean(sample(left, i)) * level
        out[1, j] += clean(sample(right, i)) * level
        i += 1
        if i == frames:
            i = 0


@audio
def _hermite(line: int, n: int, i: int, x: float) -> float:
    """Audio thread. Four-point, third-order Hermite between samples i and i + 1 of a circular clip."""
    a, b = clean(sample(line, (i - 1) % n)), clean(sample(line, i))
    c, d = clean(sample(line, (i + 1) % n)), clean(sample(line, (i + 2) % n))
    slope_b, slope_c = 0.5 * (c - a), 0.5 * (d - b)
    bend = slope_b + slope_c + 2.0 * (b - c)
    return b + x * (slope_b + x * ((c - b - slope_b - bend) + x * bend))


@audio
def _resample(reader: Any, slot: Any, out: Any, frame: int) -> None:
    """Audio thread. Any rate, any place: between the samples."""
    frames, left = slot.frames, slot.address
    for j in range(out.shape[1]):
        at = place(reader, frame + j)
        at -= frames * floor(at / frames)
        i = int(at)
        x = at - i
        i %= frames  # at may have been rounded up to `frames` itself
        level = gain(reader, frame + j)
        first = _hermite(left, frames, i, x)
        out[0, j] += first * level
        out[1, j] += (_hermite(left + 4 * frames, frames, i, x) if slot.channels > 1 else first) * level


@audio
def add(state: Any, reader: Any, out: Any, frame: int) -> None:
    """Audio thread. Add what `reader` hears from `frame` on to `out` (2, frames)."""
    if reader.slot == NOTHING:
        return
    slot = state.slots[reader.slot]
    if reader.rate == 1.0 and reader.at == floor(reader.at):
        _copy_whole(reader, slot, out, frame)
    else:
        _resample(reader, slot, out, frame)
