"""The gate in the audio thread: all voices are heard, or not, from a beat on. It moves in a straight line."""

from typing import Any

from riffosc.playback.compiled import audio
from riffosc.playback.faders import through_fader
from riffosc.playback.fades import quick
from riffosc.playback.passes import frame_at
from riffosc.playback.state import LONG_SINCE


@audio
def wait_for_gate(engine: Any, command: Any, frame: int) -> None:
    """Audio thread. The gate moves so as to be open or closed on a beat, or at once if it is late."""
    if not engine.gate_waits:
        engine.gate_was = engine.gate_opens
    engine.gate_waits, engine.gate_opens, engine.gate_beat = 1, command.voice, command.beat
    plan_gate(engine, frame)


@audio
def plan_gate(engine: Any, frame: int) -> None:
    """Audio thread. When the gate that waits begins to move, by the timeline in force."""
    if engine.gate_waits:
        engine.gate_start = max(frame, frame_at(engine, engine.gate_beat) - quick(engine))


@audio
def swing(engine: Any, frames: int) -> None:
    """Audio thread. The gate begins to move, and is done after `frames`."""
    engine.gate_waits, engine.gate_left = 0, frames
    engine.gate_aim = float(engine.gate_opens)
    engine.gate_step = (engine.gate_aim - engine.gate) / engine.gate_left


@audio
def swing_now(engine: Any, opens: int, frames: int) -> None:
    """Audio thread. Whatever it waited for, the gate moves now."""
    engine.gate_opens, engine.gate_beat = opens, LONG_SINCE
    swing(engine, frames)


@audio
def through_gate(state: Any, number: int, frame: int, until: int) -> None:
    """Audio thread. What a voice plays, times its fader and the gate."""
    engine = state.engine
    out = state.out[number, :, frame - engine.block_frame : until - engine.block_frame]
    through_fader(state.faders[number], out, frame)
    if engine.gate == 1.0 and engine.gate_left == 0:
        return
    for j in range(out.shape[1]):
        level = engine.gate + j * engine.gate_step
        out[0, j] *= level
        out[1, j] *= level


@audio
def move_gate(engine: Any, count: int) -> None:
    """Audio thread. The gate after `count` frames."""
    if engine.gate_left == 0:
        return
    engine.gate_left -= count
    engine.gate += count * engine.gate_step
    if engine.gate_left <= 0:
        engine.gate, engine.gate_step, engine.gate_left = engine.gate_aim, 0.0, 0
