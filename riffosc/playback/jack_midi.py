"""MIDI through JACK's ports: stamped with the frame of the audio clock on the way in, on its frame on the way out."""

from typing import Any

from numba import types

from riffosc.playback.compiled import audio, foreign, peek, poke
from riffosc.playback.rings import publish, room
from riffosc.playback.state import DROPPED, HEAD

ask_buffer = foreign(types.int64, types.int64, types.uint32)  # jack_port_get_buffer(port, frames)
ask_count = foreign(types.uint32, types.int64)  # jack_midi_get_event_count(buffer)
ask_event = foreign(types.int32, types.int64, types.int64, types.uint32)  # jack_midi_event_get(event, buffer, index)
ask_clear = foreign(types.void, types.int64)  # jack_midi_clear_buffer(buffer)
ask_room = foreign(types.int64, types.int64, types.uint32, types.int64)  # jack_midi_event_reserve(buffer, time, size)

LONGEST = 3  # bytes of a message that is not system exclusive
SYSEX, SYSEX_END = 0xF0, 0xF7


@audio
def listen(wires: Any, state: Any, frame: int) -> None:
    """Audio thread. What has come in during the block that begins with `frame`."""
    buffer = ask_buffer(wires.get_buffer, wires.midi_in, wires.count)
    for i in range(ask_count(wires.midi_count, buffer)):
        if ask_event(wires.midi_get, wires.event_address, buffer, i) == 0:
            hear_event(state, wires.event, frame)


@audio
def hear_event(state: Any, event: Any, frame: int) -> None:
    """Audio thread. Pass one event on, or count it as dropped if nobody reads them."""
    first = peek(event.address, 0)
    if event.size < 1 or event.size > LONGEST or first in (SYSEX, SYSEX_END):
        return
    cursor, size = state.midi_in_cursor, len(state.midi_in)
    if room(cursor, size) < 1:
        cursor[DROPPED] += 1
        return
    item = state.midi_in[cursor[HEAD] % size]
    item.frame, item.size, item.data[0] = frame + (event.time & 0xFFFFFFFF), event.size, 0
    for j in range(event.size):
        item.data[0] |= int(peek(event.address, j)) << (8 * j)
    publish(cursor, 1)


@audio
def midi_buffer(wires: Any) -> int:
    """Audio thread. Where this block's events go: emptied, as JACK asks for in every block."""
    buffer = ask_buffer(wires.get_buffer, wires.midi_out, wires.count)
    ask_clear(wires.midi_clear, buffer)
    return int(buffer)


@audio
def speak(wires: Any, state: Any, buffer: int, start: int) -> None:
    """Audio thread. The events of what has just been mixed, which begins `start` frames into the block."""
    engine = state.engine
    if engine.owner != wires.number:
        return
    for i in range(engine.outgoing):
        event = state.outgoing[i]
        if event.frame >= engine.frame:
            return
        place = ask_room(wires.midi_reserve, buffer, start + event.frame - engine.block_frame, event.size)
        if place == 0:
            engine.midi_lost += 1
        else:
            write_event(event, place)


@audio
def write_event(event: Any, place: int) -> None:
    """Audio thread. The bytes of an event to where JACK wants them."""
    for j in range(event.size):
        poke(place, j, (event.data[j // 8] >> (8 * (j % 8))) & 0xFF)
