"""From beats to frames in the audio thread: where passes begin, and how a lead reader keeps to them.

A pass goes once round the clip. Its first frame is computed from its beat each time, so it is a frame
longer or shorter than the one before. A clip made for the tempo is copied sample by sample and the
difference taken up at the wrap; any other is read faster or slower so that the pass comes out even.
"""

from math import floor
from typing import Any

import numpy as np

from riffosc.playback.compiled import audio
from riffosc.playback.readers import place, set_line

SLACK = 2  # frames by which a pass may differ from its clip and still be copied
ON = 1e-3  # frames: nearer than this is on the spot


@audio
def frame_at(engine: Any, beat: float) -> int:
    """Audio thread. The frame on which `beat` sounds: `Timeline.frame_at`, to the last bit."""
    seconds = engine.seconds + (beat - engine.beat) * 60 / engine.tempo
    return int(np.rint(seconds * engine.samplerate))


@audio
def beat_at(engine: Any, frame: int) -> float:
    """Audio thread. The beat that sounds on `frame`."""
    return float(engine.beat + (frame / engine.samplerate - engine.seconds) * engine.tempo / 60)


@audio
def set_pass(engine: Any, voice: Any, beats: float, beat: float) -> None:
    """Audio thread. The lead's pass is the one that `beat` falls into."""
    turn = floor((beat - voice.origin) / beats + 1e-9)
    voice.pass_beat = voice.origin + turn * beats
    time_pass(engine, voice, beats)


@audio
def time_pass(engine: Any, voice: Any, beats: float) -> None:
    """Audio thread. The frames of the lead's pass, by the timeline in force."""
    voice.pass_start = frame_at(engine, voice.pass_beat)
    voice.pass_end = frame_at(engine, voice.pass_beat + beats)


@audio
def next_pass(engine: Any, voice: Any, beats: float) -> None:
    """Audio thread. Counted from the origin, so that adding up costs nothing."""
    turn = np.rint((voice.pass_beat - voice.origin) / beats) + 1
    voice.pass_beat = voice.origin + turn * beats
    voice.pass_start = voice.pass_end
    voice.pass_end = max(voice.pass_start + 1, frame_at(engine, voice.origin + (turn + 1) * beats))


@audio
def even_rate(start: int, end: int, frames: int) -> float:
    """Audio thread. The rate at which a clip fills the pass [start, end): 1 where it all but does."""
    length = max(1, end - start)
    return 1.0 if abs(length - frames) <= SLACK else frames / length


@audio
def ideal(voice: Any, slot: Any, frame: int) -> float:
    """Audio thread. Where the lead should read at `frame`; negative before its pass."""
    return float((frame - voice.pass_start) * even_rate(voice.pass_start, voice.pass_end, slot.frames))


@audio
def error(voice: Any, slot: Any, reader: Any, frame: int) -> float:
    """Audio thread. How far ahead of its ideal place a reader is: frames, at most half a clip either way."""
    off = place(reader, frame) - ideal(voice, slot, frame)
    return float(off - slot.frames * np.rint(off / slot.frames))


@audio
def align(voice: Any, slot: Any, reader: Any, frame: int) -> None:
    """Audio thread. Read this pass from its ideal place at its even rate."""
    rate = even_rate(voice.pass_start, voice.pass_end, slot.frames)
    set_line(reader, frame, ideal(voice, slot, frame), rate)


@audio
def steer(voice: Any, slot: Any, reader: Any, frame: int) -> None:
    """Audio thread. Keep to the pass; if off it, read on from here and be even at its end."""
    off = error(voice, slot, reader, frame)
    if abs(off) < ON:
        align(voice, slot, reader, frame)
        return
    at = ideal(voice, slot, frame) + off
    set_line(reader, frame, at, (slot.frames - at) / max(1, voice.pass_end - frame))
