"""How the lead of a voice gives way: to a new clip, to its own next pass, to a moved beat, to silence.

The lead is reader 0; those that fade out behind it are its tails. A fade once begun is finished.
"""

from typing import Any

import numpy as np

from riffosc.playback.compiled import audio, fence
from riffosc.playback.passes import (
    align,
    error,
    even_rate,
    frame_at,
    next_pass,
    set_pass,
    steer,
)
from riffosc.playback.readers import copy, fall, gain, place, rise, set_line
from riffosc.playback.rings import tell_lead, tell_want
from riffosc.playback.state import LANDED, MISSED, NOTHING, PASS

NEVER = 1 << 62
SHORTEST = 64  # frames of the shortest fade: what a wrap takes, and what a late landing must have left
QUICK_S = 0.010  # panic, a jump of the timeline, levels, the gate


@audio
def quick(engine: Any) -> int:
    """Audio thread. Frames of a quick fade."""
    return max(SHORTEST, int(QUICK_S * engine.samplerate))


@audio
def keep(state: Any, slot: int) -> None:
    """Audio thread. One more reader, or waiting landing, needs the slot."""
    if slot != NOTHING:
        state.slots[slot].reads += 1


@audio
def release(state: Any, slot: int) -> None:
    """Audio thread. One fewer; after the last, every landing of it taken so far is given back."""
    if slot == NOTHING:
        return
    row = state.slots[slot]
    row.reads -= 1
    if row.reads == 0:
        fence()
        row.returned = row.taken


@audio
def drop(state: Any, reader: Any) -> None:
    """Audio thread. The reader is silent from here."""
    release(state, reader.slot)
    reader.slot, reader.fade = NOTHING, 0


@audio
def free_tail(state: Any, readers: Any, frame: int) -> int:
    """Audio thread. A reader that no one hears, or the faintest, silenced."""
    faintest, lowest = 1, 2.0
    for i in range(1, len(readers)):
        if readers[i].slot == NOTHING:
            return i
        level = gain(readers[i], frame)
        if level < lowest:
            faintest, lowest = i, level
    drop(state, readers[faintest])
    return faintest


@audio
def hand_over(state: Any, readers: Any, start: int, until: int) -> Any:
    """Audio thread. The lead becomes a falling tail; what is to lead takes its place and rises."""
    lead = readers[0]
    tail = readers[free_tail(state, readers, start)]
    copy(lead, tail)
    fall(tail, start, until)
    keep(state, lead.slot)
    rise(lead, start, until)
    return tail


@audio
def wrap_start(voice: Any, slot: Any, lead: Any) -> int:
    """Audio thread. When the lead must begin to cross over to its next pass; NEVER if it comes out even."""
    off = place(lead, voice.pass_end) / slot.frames
    if abs(off - np.rint(off)) * slot.frames < 0.5:
        return NEVER
    start = voice.pass_end - min(SHORTEST, slot.frames // 2)
    if start < max(voice.busy_until, lead.frame) or (voice.waits and voice.want_start < voice.pass_end):
        return NEVER
    return int(start)


@audio
def wrap(state: Any, voice: Any, readers: Any, frame: int) -> None:
    """Audio thread. Cross over to the next pass, which begins whole on its frame."""
    slot = state.slots[readers[0].slot]
    hand_over(state, readers, frame, voice.pass_end)
    after = frame_at(state.engine, voice.pass_beat + 2 * slot.beats)
    set_line(readers[0], voice.pass_end, 0.0, even_rate(voice.pass_end, after, slot.frames))
    voice.busy_until = voice.pass_end


@audio
def begin_pass(state: Any, number: int) -> None:
    """Audio thread. The lead goes round again."""
    voice, lead = state.voices[number], state.readers[number, 0]
    slot = state.slots[lead.slot]
    next_pass(state.engine, voice, slot.beats)
    steer(voice, slot, lead, voice.pass_start)
    tell_lead(state, number, PASS, voice.pass_beat, voice.pass_start)


@audio
def plan(state: Any, number: int, frame: int) -> None:
    """Audio thread. When the waiting landing's fade begins; with too little left it is missed.

    Unless another timeline waits: by that one it may be in time.
    """
    voice = state.voices[number]
    voice.want_frame = frame_at(state.engine, voice.want_beat)
    voice.want_start = max(voice.want_frame - voice.want_fade, frame, voice.busy_until)
    if voice.want_frame - voice.want_start >= SHORTEST:
        return
    if state.engine.lines > 0:
        voice.want_start = NEVER
    else:
        tell_want(state, number, MISSED)
        forget(state, voice)


@audio
def forget(state: Any, voice: Any) -> None:
    """Audio thread. The waiting landing will not be."""
    voice.waits = 0
    release(state, voice.want_slot)


@audio
def begin_landing(state: Any, voice: Any, readers: Any, frame: int) -> None:
    """Audio thread. The new clip rises out of its own tail, to be whole on its beat."""
    lead, until = readers[0], voice.want_frame
    tail = hand_over(state, readers, frame, until)
    tail.follows = lead.follows = 1
    tail.power = lead.power = voice.want_power
    release(state, lead.slot)
    lead.slot = voice.want_slot
    voice.waits, voice.arriving = 0, 1
    voice.land_frame, voice.land_beat, voice.origin = until, voice.want_beat, voice.want_origin
    voice.busy_until = until
    if lead.slot != NOTHING:
        slot = state.slots[lead.slot]
        set_pass(state.engine, voice, slot.beats, voice.land_beat)
        align(voice, slot, lead, until)


@audio
def land(state: Any, number: int) -> None:
    """Audio thread. The boundary: the new clip is whole."""
    voice, lead = state.voices[number], state.readers[number, 0]
    voice.arriving, frame = 0, voice.land_frame
    if lead.slot != NOTHING:
        steer(voice, state.slots[lead.slot], lead, frame)
    tell_lead(state, number, LANDED, voice.land_beat, frame)
    if lead.slot != NOTHING and frame == voice.pass_start:
        tell_lead(state, number, PASS, voice.pass_beat, frame)


@audio
def cross_to_beat(state: Any, number: int, frame: int) -> None:
    """Audio thread. The beat has jumped: everything falls quickly, the lead rises in its new place."""
    voice, readers = state.voices[number], state.readers[number]
    until = frame + quick(state.engine)
    for i in range(1, len(readers)):
        if readers[i].slot != NOTHING:
            fall(readers[i], frame, until)
    hand_over(state, readers, frame, until)
    if readers[0].slot != NOTHING:
        align(voice, state.slots[readers[0].slot], readers[0], frame)
    voice.busy_until = max(voice.busy_until, until)


@audio
def can_steer(voice: Any, slot: Any, lead: Any, frame: int) -> bool:
    """Audio thread. Whether a difference is small enough to be made up by the end of the pass unheard."""
    off, left = abs(error(voice, slot, lead, frame)), voice.pass_end - frame
    return off < 1e-3 * left or off < 1e-3
