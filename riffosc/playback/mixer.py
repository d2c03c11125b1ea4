"""The mixer: a pure function over the arrays of a `State`, called by every output for every block.

It splits a block wherever something happens: a timeline takes effect, the gate moves, a voice's pass
ends or a fade begins. Compiled, without the GIL; nothing is allocated.
"""

from typing import Any

import numpy as np

from riffosc.playback.chase import chase, set_chase
from riffosc.playback.clock import tick
from riffosc.playback.compiled import audio, entry, swap
from riffosc.playback.faders import begin_fade_due, fader_at, follow_fader, receive_fade
from riffosc.playback.fades import NEVER, quick
from riffosc.playback.gate import move_gate, plan_gate, swing, through_gate, wait_for_gate
from riffosc.playback.levels import aim, settle, sum_up, sum_up_cues
from riffosc.playback.lines import queue, turn_to
from riffosc.playback.outgoing import collect
from riffosc.playback.pulses import send_pulses, set_bars, set_clock
from riffosc.playback.rings import consume, waiting
from riffosc.playback.state import BARS, CHASE, CLOCK, FADE, GATE, LAND, MAIN, PANIC, TAIL, TIMELINE
from riffosc.playback.voices import kill, play, receive, restart


@entry
def mix(state: Any, frame: int, count: int, now_ns: int) -> None:
    """Audio thread. Mix `count` frames (at most BLOCK) from `frame` on into `state.out`.

    `frame` never goes back; where it skips, what should have sounded is passed over. `now_ns` is the
    monotonic clock at the block's beginning.
    """
    engine = state.engine
    state.out[: engine.decks, :, :count] = 0.0
    state.out[MAIN:, :, :count] = 0.0
    if swap(state.lock, 0, 1):
        engine.collisions += 1
        return
    if engine.rate_aim != engine.samplerate:
        retune(state)
    frame = engine.block_frame = max(frame, engine.frame)
    collect(state, frame)
    if frame > engine.frame:
        engine.lost += frame - engine.frame
        engine.deaf = 1
        run(state, engine.frame, frame)
        engine.deaf = 0
    engine.blocks += 1
    engine.cueing = 0
    tick(state.clock, (frame, count, now_ns, int(engine.samplerate)))
    obey(state, frame)
    chase(state, frame)
    aim(state, frame + count)
    run(state, frame, frame + count)
    sum_up(state, count)
    for number in range(engine.voices):
        state.faders[number].now = fader_at(state.faders[number], frame + count)
    sum_up_cues(state, count)
    engine.frame = frame + count
    swap(state.lock, 0, 0)


@audio
def obey(state: Any, frame: int) -> None:
    """Audio thread. Take every command there is, as of `frame`."""
    count = waiting(state.command_cursor)
    for i in range(count):
        command = state.commands[(state.command_cursor[TAIL] + i) % state.engine.commands]
        if command.kind == LAND:
            receive(state, command, frame)
        elif command.kind == FADE:
            receive_fade(state.engine, state.faders[command.voice], command, frame)
        elif command.kind == PANIC:
            for number in range(state.engine.decks):
                kill(state, number, frame)
        else:
            keep_time(state, command, frame)
    consume(state.command_cursor, count)


@audio
def keep_time(state: Any, command: Any, frame: int) -> None:
    """Audio thread. Commands that concern all voices' time."""
    if command.kind == TIMELINE:
        queue(state, command)
        turn_to(state, frame)
    elif command.kind == GATE:
        wait_for_gate(state.engine, command, frame)
    elif command.kind == CLOCK:
        set_clock(state, command, frame)
    elif command.kind == BARS:
        set_bars(state.engine, command, frame)
    elif command.kind == CHASE:
        set_chase(state.engine, command)


@audio
def retune(state: Any) -> None:
    """Audio thread. Another sample rate: seconds stay what they are, frames are counted anew."""
    engine = state.engine
    ratio = engine.rate_aim / engine.samplerate
    engine.samplerate = engine.rate_aim
    before = engine.frame
    engine.frame = int(np.rint(engine.frame * ratio))
    for i in range(engine.lines):
        state.lines[i].frame = int(np.rint(state.lines[i].frame * ratio))
    move_gate(engine, engine.gate_left)
    plan_gate(engine, engine.frame)
    for number in range(engine.decks):
        restart(state, number, engine.frame)
        follow_fader(engine, state.faders[number], before, engine.frame)
        settle(state.voices[number])


@audio
def run(state: Any, frame: int, until: int) -> None:
    """Audio thread. All voices and cues from `frame` to `until`, event by event; the gate leaves cues alone."""
    engine = state.engine
    while frame < until:
        turn_to(state, frame)
        if engine.gate_waits and engine.gate_start <= frame:
            swing(engine, quick(engine))
        for number in range(engine.voices):
            begin_fade_due(engine, state.faders[number], frame)
        stop = min(until, next_turn(state, frame))
        send_pulses(state, frame, stop)
        for number in range(engine.decks):
            play(state, number, frame, stop)
            if number < engine.voices and not engine.deaf:
                through_gate(state, number, frame, stop)
        move_gate(engine, stop - frame)
        frame = stop


@audio
def next_turn(state: Any, frame: int) -> int:
    """Audio thread. The first frame after `frame` that concerns all voices."""
    engine = state.engine
    event = NEVER
    if engine.lines > 0:
        event = state.lines[0].frame
    if engine.gate_waits:
        event = min(event, engine.gate_start)
    if engine.gate_left > 0:
        event = min(event, frame + engine.gate_left)
    for number in range(engine.voices):
        if state.faders[number].waits:
            event = min(event, state.faders[number].next_start)
    return event
