"""The mixer: a pure function over the arrays of a `State`, called by every output for every block.

It splits a block wherever something happens: a timeline takes effect, the gate moves, a voice's pass
ends or a fade begins. Compiled, without the GIL; nothing is allocated.
"""

from typing import Any

import numpy as np

from riffosc.playback.clock import tick
from riffosc.playback.compiled import audio, entry, swap
from riffosc.playback.faders import begin_fade_due, fader_at, follow_fader, receive_fade, through_fader
from riffosc.playback.fades import NEVER, quick
from riffosc.playback.levels import aim, settle, sum_up, sum_up_cues
from riffosc.playback.outgoing import collect
from riffosc.playback.passes import beat_at, frame_at
from riffosc.playback.rings import consume, waiting
from riffosc.playback.state import FADE, GATE, LAND, MAIN, PANIC, TAIL, TIMELINE
from riffosc.playback.voices import follow, kill, play, receive, restart

JUMP_S = 0.020  # a timeline that moves the beat by less keeps every pass's number


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
    frame = max(frame, engine.frame)
    if frame > engine.frame:
        engine.lost += frame - engine.frame
        engine.deaf = 1
        run(state, engine.frame, frame)
        engine.deaf = 0
    engine.blocks += 1
    engine.block_frame = frame
    tick(state.clock, (frame, count, now_ns, int(engine.samplerate)))
    collect(state, frame)
    obey(state, frame)
    aim(state)
    run(state, frame, frame + count)
    sum_up(state, count)
    for number in range(engine.voices):
        state.faders[number].now = fader_at(state.faders[number], frame + count)
    sum_up_cues(state, count)
    engine.frame = frame + count
    swap(state.lock, 0, 0)


@audio
def turn(state: Any, frame: int) -> None:
    """Audio thread. The first waiting timeline takes effect."""
    engine, lines = state.engine, state.lines
    before = beat_at(engine, frame)
    engine.beat, engine.seconds, engine.tempo = lines[0].beat, lines[0].seconds, lines[0].tempo
    engine.lines -= 1
    for i in range(engine.lines):
        lines[i].frame, lines[i].beat = lines[i + 1].frame, lines[i + 1].beat
        lines[i].seconds, lines[i].tempo = lines[i + 1].seconds, lines[i + 1].tempo
    jumped = abs(beat_at(engine, frame) - before) * 60 / engine.tempo > JUMP_S
    if engine.gate_waits:
        engine.gate_start = max(frame, frame_at(engine, engine.gate_beat) - quick(engine))
    for number in range(engine.decks):
        follow(state, number, frame, jumped)
        follow_fader(engine, state.faders[number], frame, frame)


@audio
def turn_to(state: Any, frame: int) -> None:
    """Audio thread. Every timeline that is due by `frame` takes effect."""
    while state.engine.lines > 0 and state.lines[0].frame <= frame:
        turn(state, frame)


@audio
def obey(state: Any, frame: int) -> None:
    """Audio thread. Take every command there is, as of `frame`."""
    count = waiting(state.command_cursor)
    for i in range(count):
        command = state.commands[(state.command_cursor[TAIL] + i) % state.engine.commands]
        if command.kind == LAND:
            receive(state, command, frame)
        elif command.kind == TIMELINE:
            queue(state, command)
            turn_to(state, frame)
        elif command.kind == GATE:
            wait_for_gate(state.engine, command, frame)
        elif command.kind == FADE:
            receive_fade(state.engine, state.faders[command.voice], command, frame)
        elif command.kind == PANIC:
            for number in range(state.engine.decks):
                kill(state, number, frame)
    consume(state.command_cursor, count)


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
    engine.gate_start = frame_at(engine, engine.gate_beat) - quick(engine)
    for number in range(engine.decks):
        restart(state, number, engine.frame)
        follow_fader(engine, state.faders[number], before, engine.frame)
        settle(state.voices[number])


@audio
def wait_for_gate(engine: Any, command: Any, frame: int) -> None:
    """Audio thread. The gate moves so as to be open or closed on a beat, or at once if it is late."""
    engine.gate_waits, engine.gate_opens, engine.gate_beat = 1, command.voice, command.beat
    engine.gate_start = max(frame, frame_at(engine, command.beat) - quick(engine))


@audio
def swing(engine: Any) -> None:
    """Audio thread. The gate begins to move."""
    engine.gate_waits, engine.gate_left = 0, quick(engine)
    engine.gate_aim = float(engine.gate_opens)
    engine.gate_step = (engine.gate_aim - engine.gate) / engine.gate_left


@audio
def run(state: Any, frame: int, until: int) -> None:
    """Audio thread. All voices and cues from `frame` to `until`, event by event; the gate leaves cues alone."""
    engine = state.engine
    while frame < until:
        turn_to(state, frame)
        if engine.gate_waits and engine.gate_start <= frame:
            swing(engine)
        for number in range(engine.voices):
            begin_fade_due(engine, state.faders[number], frame)
        stop = min(until, next_turn(state, frame))
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


@audio
def through_gate(state: Any, number: int, frame: int, until: int) -> None:
    """Audio thread. What a voice plays, times its fader and the gate, which moves in a straight line."""
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
