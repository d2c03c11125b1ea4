"""C functions for JACK and PortAudio. They mix a block and copy it out; Python is not involved.

Everything they need is in the record that comes as their argument: numba would freeze a global.
"""

from typing import Any

import numpy as np
from numba import types

from riffosc.playback.chase import UNKNOWN
from riffosc.playback.compiled import audio, callback, foreign, put, record_at
from riffosc.playback.jack_midi import listen, midi_buffer, speak
from riffosc.playback.mixer import mix
from riffosc.playback.state import BLOCK, CUE, MAIN, STATE
from riffosc.playback.transport import observe
from riffosc.playback.wires import WIRES

wires_at = record_at(WIRES)
state_at = record_at(STATE)
ask_clock = foreign(types.int32, types.int32, types.int64)  # clock_gettime(clock, timespec)
ask_client = foreign(types.uint32, types.int64)  # jack_...(client) -> frames
ask_buffer = foreign(types.int64, types.int64, types.uint32)  # jack_port_get_buffer(port, frames)

LATE = 4  # paOutputUnderflow


@audio
def now_ns(wires: Any) -> int:
    """Audio thread. The monotonic clock."""
    ask_clock(wires.clock, wires.clock_id, wires.timespec_address)
    return int(wires.timespec[0] * 1_000_000_000 + wires.timespec[1])


@audio
def unwrap(last: int, now: int) -> int:
    """Audio thread. Frames from one reading of a 32-bit counter to the next; never back."""
    passed = (now - last) & 0xFFFFFFFF
    return passed if passed < 1 << 31 else 0


@audio
def resume(wires: Any, state: Any, began: int) -> None:
    """Audio thread. The first block: the clock has gone on since the output was asked to start."""
    wires.started = 1
    state.engine.rolls = UNKNOWN
    if wires.resume_ns > 0:
        wires.frame += int((began - wires.resume_ns) * 1e-9 * state.engine.rate_aim)


@audio
def measure(wires: Any, state: Any, count: int, began: int) -> None:
    """Audio thread. How long the block took, and whether that was too long."""
    engine, took = state.engine, now_ns(wires) - began
    engine.worst_ns = max(engine.worst_ns, took)
    if took > count * 1e9 / engine.samplerate:
        engine.overruns += 1
    wires.calls += 1


@audio
def copy_to_ports(wires: Any, state: Any, row: int, start: int, count: int) -> None:
    """Audio thread. Both sides of one row to two JACK ports, from `start` frames into the block."""
    place = row if row < MAIN else state.engine.voices + row - MAIN  # both mixes come after the last voice
    for side in range(2):
        buffer = ask_buffer(wires.get_buffer, wires.ports[2 * place + side], wires.count)
        for j in range(count):
            put(buffer, start + j, state.out[row, side, j])


@audio
def mix_owned(wires: Any, state: Any, frame: int, count: int, ns: int) -> None:
    """Audio thread. Mix, unless another output has taken over: then silence."""
    if state.engine.owner == wires.number:
        mix(state, frame, count, ns)
    else:
        state.out[:, :, :count] = 0.0


@callback(types.int32(types.uint32, types.voidptr))
def jack_process(count: Any, argument: Any) -> Any:
    """Audio thread. One JACK cycle."""
    wires = wires_at(argument)
    state = state_at(wires.state)
    began, time = now_ns(wires), int(ask_client(wires.cycle_time, wires.client))
    since = ask_client(wires.cycle_since, wires.client) * 1e9 / wires.samplerate
    if wires.started:
        wires.frame += unwrap(wires.time, time)
    else:
        resume(wires, state, began)
    wires.time, wires.count = time, count
    first, cable = max(int(wires.frame), int(state.engine.frame)), midi_buffer(wires)
    listen(wires, state, first)
    observe(wires, state, first)
    start = 0
    while start < count:
        part = int(min(BLOCK, int(count) - start))
        mix_owned(wires, state, wires.frame + start, part, began - int(since))
        for row in range(state.engine.voices):
            copy_to_ports(wires, state, row, start, part)
        copy_to_ports(wires, state, MAIN, start, part)
        copy_to_ports(wires, state, CUE, start, part)
        speak(wires, state, cable, start)
        start += part
    measure(wires, state, count, began)
    return 0


@callback(types.int32(types.voidptr))
def jack_xrun(argument: Any) -> Any:
    """Notification thread. The server has lost a block."""
    wires = wires_at(argument)
    state_at(wires.state).engine.xruns += 1
    return 0


@callback(types.void(types.voidptr))
def jack_chatter(_: Any) -> None:
    """Some thread of JACK's. What libjack would print is of no use to a musician.

    Compiled like the rest: libjack cancels threads of a dead server wherever they are. One that was waiting for
    Python's lock, to call a Python function, took the lock with it, and the whole process stood still.
    """


@callback(types.void(types.int32, types.voidptr, types.voidptr))
def jack_shutdown(_: Any, __: Any, argument: Any) -> None:
    """Some thread of JACK's. The server is gone."""
    wires_at(argument).dead = 1


@callback(types.void(types.uint32, types.uint32, types.int32, types.voidptr))
def jack_connected(_: Any, __: Any, ___: Any, argument: Any) -> None:
    """Notification thread. A connection was made or broken."""
    wires_at(argument).changes += 1


@callback(types.void(types.uint32, types.int32, types.voidptr))
def jack_registered(_: Any, __: Any, argument: Any) -> None:
    """Notification thread. A port has come or gone."""
    wires_at(argument).changes += 1


@callback(
    types.int32(types.voidptr, types.int64, types.uint64, types.voidptr, types.uint64, types.voidptr),
)
def portaudio_process(_: Any, output: Any, count: Any, __: Any, flags: Any, argument: Any) -> Any:
    """Audio thread. One PortAudio block: interleaved, the main mix first, then voice by voice, then the cues."""
    wires = wires_at(argument)
    state = state_at(wires.state)
    began, frames, start = now_ns(wires), int(count), 0
    if not wires.started:
        resume(wires, state, began)
    if flags & LATE:
        state.engine.xruns += 1
    while start < frames:
        part = int(min(BLOCK, frames - start))
        mix_owned(wires, state, wires.frame, part, began)
        interleave(wires, state, output + 4 * start * wires.channels, part)
        wires.frame += part
        start += part
    measure(wires, state, frames, began)
    return 0


@audio
def interleave(wires: Any, state: Any, output: int, count: int) -> None:
    """Audio thread. Channels 1 and 2 are the main mix, 3 and 4 voice 1, and so on; after the last voice, the cues."""
    voices = state.engine.voices
    for channel in range(wires.channels):
        row = MAIN if channel < 2 else channel // 2 - 1
        row = CUE if row == voices else row
        played = row < voices or row >= MAIN
        for j in range(count):
            put(output, j * wires.channels + channel, state.out[row, channel % 2, j] if played else np.float32(0.0))
