"""Timebase master: JACK's transport is given the bars and beats of the mixer, where nobody else gives them."""

from math import floor
from typing import Any

from numba import types

from riffosc.playback.compiled import audio, callback, record_at
from riffosc.playback.state import STATE
from riffosc.playback.transport import BBT, TICK_DOUBLE
from riffosc.playback.wires import POSITION, WIRES

wires_at = record_at(WIRES)
state_at = record_at(STATE)
position_at = record_at(POSITION)

TICKS = 1920.0  # in a beat, as most programs have it
NEAR = 1e-6  # beats: this close to a line is on it


@callback(types.void(types.int32, types.uint32, types.voidptr, types.int32, types.voidptr))
def jack_timebase(_: Any, __: Any, position: Any, ___: Any, argument: Any) -> None:
    """Audio thread. After a block has been mixed: where the next one begins."""
    give_beats(state_at(wires_at(argument).state), position_at(position))


@audio
def give_beats(state: Any, position: Any) -> None:
    """Audio thread. Bars, beats and ticks of the frame that is mixed next; none before bar 1."""
    engine = state.engine
    at, tempo = coming(state, engine.frame)
    moved = at > engine.next_origin - NEAR
    beats = at - (engine.next_origin if moved else engine.origin)
    quantum = engine.next_quantum if moved else engine.quantum
    if beats < -NEAR:
        position.valid = 0
        return
    bar = floor((beats + NEAR) / quantum)
    beat = floor(beats + NEAR) - bar * quantum
    tick = max(0.0, (beats - bar * quantum - beat) * TICKS)
    position.valid = BBT | TICK_DOUBLE
    position.bar, position.beat, position.tick, position.tick_double = bar + 1, beat + 1, int(tick), tick
    position.bar_start_tick = bar * quantum * TICKS
    position.beats_per_bar, position.beat_type = quantum, 4.0
    position.ticks_per_beat, position.beats_per_minute = TICKS, tempo


@audio
def coming(state: Any, frame: int) -> tuple[float, float]:
    """Audio thread. Beat and tempo on `frame`, by the timeline that will be in force."""
    engine, lines = state.engine, state.lines
    beat, seconds, tempo = engine.beat, engine.seconds, engine.tempo
    for i in range(engine.lines):
        if lines[i].frame <= frame:
            beat, seconds, tempo = lines[i].beat, lines[i].seconds, lines[i].tempo
    return beat + (frame / engine.samplerate - seconds) * tempo / 60, tempo
