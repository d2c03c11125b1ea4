"""MIDI events on their way out: in order of their frames, until an output has taken what its block holds."""

from typing import Any

from riffosc.playback.compiled import audio
from riffosc.playback.rings import consume, waiting
from riffosc.playback.state import TAIL

SPARE = 64  # places that are left for the clock's pulses


@audio
def collect(state: Any, frame: int) -> None:
    """Audio thread. A block begins with `frame`: what was before it is gone, what was asked for since comes in."""
    drop_before(state, frame)
    cursor, size = state.midi_out_cursor, len(state.midi_out)
    count = min(waiting(cursor), max(0, len(state.outgoing) - SPARE - state.engine.outgoing))
    for i in range(count):
        event = state.midi_out[(cursor[TAIL] + i) % size]
        place = make_room(state, max(frame, event.frame))
        copy_event(event, state.outgoing[place])
        state.outgoing[place].frame = max(frame, event.frame)
    consume(cursor, count)


@audio
def drop_before(state: Any, frame: int) -> None:
    """Audio thread. Forget the events before `frame`."""
    engine, outgoing = state.engine, state.outgoing
    gone = 0
    while gone < engine.outgoing and outgoing[gone].frame < frame:
        gone += 1
    if gone > 0:
        engine.outgoing -= gone
        for i in range(engine.outgoing):
            copy_event(outgoing[i + gone], outgoing[i])


@audio
def make_room(state: Any, frame: int) -> int:
    """Audio thread. A place for an event after all those up to `frame`. There is one free."""
    engine, outgoing = state.engine, state.outgoing
    place = engine.outgoing
    while place > 0 and outgoing[place - 1].frame > frame:
        copy_event(outgoing[place - 1], outgoing[place])
        place -= 1
    engine.outgoing += 1
    return int(place)


@audio
def copy_event(source: Any, target: Any) -> None:
    """Audio thread. Make `target` what `source` is."""
    target.frame, target.size = source.frame, source.size
    for i in range(len(source.data)):
        target.data[i] = source.data[i]
