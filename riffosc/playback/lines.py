"""Timelines in the audio thread: those that wait for their frame, and what happens when one takes effect."""

from typing import Any

import numpy as np

from riffosc.playback.compiled import audio
from riffosc.playback.faders import follow_fader
from riffosc.playback.gate import plan_gate
from riffosc.playback.passes import beat_at
from riffosc.playback.voices import follow

JUMP_S = 0.020  # a timeline that moves the beat by less keeps every pass's number


@audio
def set_line(state: Any, frame: int, line: tuple[float, float, float]) -> bool:
    """Audio thread. From `frame` on `line` (beat, seconds, tempo) is in force. Whether the beat jumps."""
    engine = state.engine
    before = beat_at(engine, frame)
    engine.beat, engine.seconds, engine.tempo = line
    plan_gate(engine, frame)
    return bool(abs(beat_at(engine, frame) - before) * 60 / engine.tempo > JUMP_S)


@audio
def bend(state: Any, frame: int, line: tuple[float, float, float]) -> None:
    """Audio thread. The same, and all voices keep to it."""
    jumped = set_line(state, frame, line)
    for number in range(state.engine.decks):
        follow(state, number, frame, jumped)
        follow_fader(state.engine, state.faders[number], frame, frame)


@audio
def turn(state: Any, frame: int) -> None:
    """Audio thread. The first waiting timeline takes effect."""
    engine, lines = state.engine, state.lines
    line = lines[0].beat, lines[0].seconds, lines[0].tempo
    engine.lines -= 1
    for i in range(engine.lines):
        lines[i].frame, lines[i].beat = lines[i + 1].frame, lines[i + 1].beat
        lines[i].seconds, lines[i].tempo = lines[i + 1].seconds, lines[i + 1].tempo
    bend(state, frame, line)


@audio
def turn_to(state: Any, frame: int) -> None:
    """Audio thread. Every timeline that is due by `frame` takes effect."""
    while state.engine.lines > 0 and state.lines[0].frame <= frame:
        turn(state, frame)


@audio
def queue(state: Any, command: Any) -> None:
    """Audio thread. A timeline waits for its frame; those that would come after it are forgotten."""
    engine, lines = state.engine, state.lines
    frame = int(np.rint(command.seconds * engine.samplerate))
    while engine.lines > 0 and (engine.lines == len(lines) or lines[engine.lines - 1].frame >= frame):
        engine.lines -= 1
    line = lines[engine.lines]
    line.frame, line.beat = frame, command.beat
    line.seconds, line.tempo = command.seconds, command.tempo
    engine.lines += 1
