"""One voice in the audio thread: what happens to it on which frame, and its samples between."""

from typing import Any

import numpy as np

from riffosc.playback.compiled import audio
from riffosc.playback.faders import lift
from riffosc.playback.fades import (
    NEVER,
    SHORTEST,
    begin_landing,
    begin_pass,
    can_steer,
    cross_to_beat,
    drop,
    forget,
    keep,
    land,
    plan,
    quick,
    wrap,
    wrap_start,
)
from riffosc.playback.passes import (
    ON,
    align,
    beat_at,
    error,
    even_rate,
    frame_at,
    ideal,
    set_pass,
    steer,
    time_pass,
)
from riffosc.playback.readers import FALLING, WHOLE, add, bend_fade, place, set_line
from riffosc.playback.rings import tell_lead, tell_want
from riffosc.playback.state import LANDED, MOVED, NOTHING, REPLACED


@audio
def next_event(state: Any, voice: Any, readers: Any) -> int:
    """Audio thread. The first frame on which something happens to the voice."""
    event = voice.want_start if voice.waits else NEVER
    if voice.arriving:
        event = min(event, voice.land_frame)
    if voice.killing:
        event = min(event, voice.kill_end)
    lead = readers[0]
    if lead.slot != NOTHING:
        event = min(event, voice.pass_end, wrap_start(voice, state.slots[lead.slot], lead))
    for i in range(len(readers)):
        if readers[i].fade != WHOLE:
            event = min(event, readers[i].until)
    return event


@audio
def finish_fades(state: Any, readers: Any, frame: int) -> None:
    """Audio thread. What has fallen is dropped, what has risen is whole."""
    for i in range(len(readers)):
        reader = readers[i]
        if reader.fade != WHOLE and reader.until <= frame:
            if reader.fade == FALLING:
                drop(state, reader)
            reader.fade = WHOLE


@audio
def happen(state: Any, number: int, frame: int) -> None:
    """Audio thread. All that is due on `frame`."""
    voice, readers = state.voices[number], state.readers[number]
    lead = readers[0]
    finish_fades(state, readers, frame)
    if voice.killing and voice.kill_end <= frame:
        die(state, voice, readers)
    if voice.arriving and voice.land_frame <= frame:
        land(state, number)
    while lead.slot != NOTHING and voice.pass_end <= frame:
        begin_pass(state, number)
    if voice.waits and voice.want_start <= frame:
        begin_landing(state, voice, readers, frame)
    elif lead.slot != NOTHING and wrap_start(voice, state.slots[lead.slot], lead) <= frame:
        wrap(state, voice, readers, frame)


@audio
def play(state: Any, number: int, frame: int, until: int) -> None:
    """Audio thread. The voice from `frame` to `until`, into its place in the block."""
    voice, readers = state.voices[number], state.readers[number]
    while frame < until:
        if next_event(state, voice, readers) <= frame:
            happen(state, number, frame)
        stop = max(frame + 1, min(until, next_event(state, voice, readers)))
        if not state.engine.deaf:
            hear(state, number, frame, stop)
        frame = stop


@audio
def hear(state: Any, number: int, frame: int, until: int) -> None:
    """Audio thread. The samples of all readers, between two events."""
    voice, readers, start = state.voices[number], state.readers[number], state.engine.block_frame
    out = state.out[number, :, frame - start : until - start]
    for i in range(len(readers)):
        add(state, readers[i], out, frame)
        if number >= state.engine.voices and readers[i].slot != NOTHING:
            state.engine.cueing = 1
    if voice.killing:
        fall_silent(voice, out, frame)


@audio
def fall_silent(voice: Any, out: Any, frame: int) -> None:
    """Audio thread. Panic's fade."""
    step = 1.0 / (voice.kill_end - voice.kill_start)
    for j in range(out.shape[1]):
        x = max(0.0, 1.0 - (frame + j - voice.kill_start) * step)
        out[0, j] *= x * x * (3.0 - 2.0 * x)
        out[1, j] *= x * x * (3.0 - 2.0 * x)


@audio
def die(state: Any, voice: Any, readers: Any) -> None:
    """Audio thread. Nothing sounds, nothing is needed any more."""
    voice.killing = voice.arriving = 0
    for i in range(len(readers)):
        drop(state, readers[i])


@audio
def kill(state: Any, number: int, frame: int) -> None:
    """Audio thread. Panic: what waits is forgotten, what sounds is faded out and dropped."""
    voice = state.voices[number]
    if voice.waits:
        forget(state, voice)
    voice.arriving = 0
    if not voice.killing:
        voice.killing, voice.kill_start = 1, frame
        voice.kill_end = frame + quick(state.engine)
        voice.busy_until = max(voice.busy_until, voice.kill_end)
    lift(state.engine, state.faders[number], voice.kill_end)


@audio
def receive(state: Any, command: Any, frame: int) -> None:
    """Audio thread. A landing to wait for, in place of any that waits already."""
    voice = state.voices[command.voice]
    if voice.waits:
        tell_want(state, command.voice, REPLACED)
        forget(state, voice)
    if command.slot != NOTHING:
        state.slots[command.slot].taken += 1
    keep(state, command.slot)
    voice.waits, voice.want_slot = 1, command.slot
    voice.want_fade = max(SHORTEST, int(np.rint(command.fade_s * state.engine.samplerate)))
    voice.want_beat, voice.want_origin, voice.want_power = command.beat, command.origin, command.power
    plan(state, command.voice, frame)


@audio
def follow(state: Any, number: int, frame: int, jumped: bool) -> None:
    """Audio thread. A new timeline is in force: keep to it, unheard if possible."""
    voice, readers = state.voices[number], state.readers[number]
    keep_tails(state, readers, frame)
    if voice.arriving:
        keep_landing(state, number, frame, jumped)
    elif readers[0].slot != NOTHING:
        keep_pass(state, number, frame, jumped)
    if voice.waits:
        plan(state, number, frame)


@audio
def keep_tails(state: Any, readers: Any, frame: int) -> None:
    """Audio thread. What falls with a landing goes on at the new tempo."""
    engine = state.engine
    for i in range(1, len(readers)):
        tail = readers[i]
        if tail.slot != NOTHING and tail.follows:
            slot = state.slots[tail.slot]
            rate = slot.frames / (slot.beats * 60 / engine.tempo * engine.samplerate)
            set_line(tail, frame, place(tail, frame), rate)


@audio
def keep_pass(state: Any, number: int, frame: int, jumped: bool) -> None:
    """Audio thread. The lead goes on by the new line, bent or crossed over."""
    voice, lead, engine = state.voices[number], state.readers[number, 0], state.engine
    slot = state.slots[lead.slot]
    if jumped:
        set_pass(engine, voice, slot.beats, beat_at(engine, frame))
    else:
        time_pass(engine, voice, slot.beats)
    if abs(error(voice, slot, lead, frame)) < ON and lead.rate == even_rate(
        voice.pass_start, voice.pass_end, slot.frames
    ):
        return
    if can_steer(voice, slot, lead, frame):
        steer(voice, slot, lead, frame)
    else:
        cross_to_beat(state, number, frame)
    tell_lead(state, number, MOVED, beat_at(engine, frame), frame)


@audio
def keep_landing(state: Any, number: int, frame: int, jumped: bool) -> None:
    """Audio thread. The landing that is being faded in goes on to its beat, or is done with at once."""
    voice, readers, engine = state.voices[number], state.readers[number], state.engine
    lead = readers[0]
    voice.land_frame = max(frame, frame_at(engine, voice.land_beat))
    left = voice.land_frame - frame
    if lead.slot != NOTHING:
        slot = state.slots[lead.slot]
        set_pass(engine, voice, slot.beats, voice.land_beat)
        off = error(voice, slot, lead, frame)
        jumped = jumped or abs(off) > max(2.5, 0.01 * left)
        if not jumped and left >= 8:
            at = ideal(voice, slot, frame) + off
            set_line(lead, frame, at, (ideal(voice, slot, voice.land_frame) - at) / left)
    if jumped:
        land_now(state, number, frame)
        return
    for i in range(len(readers)):
        if readers[i].fade != WHOLE and readers[i].follows:
            bend_fade(readers[i], frame, voice.land_frame)
    voice.busy_until = max(voice.land_frame, voice.kill_end if voice.killing else 0)


@audio
def land_now(state: Any, number: int, frame: int) -> None:
    """Audio thread. The beat has jumped in the middle of a landing: it counts as landed here."""
    voice, lead, engine = state.voices[number], state.readers[number, 0], state.engine
    voice.arriving = 0
    voice.busy_until = voice.kill_end if voice.killing else 0
    if lead.slot != NOTHING:
        set_pass(engine, voice, state.slots[lead.slot].beats, beat_at(engine, frame))
    cross_to_beat(state, number, frame)
    tell_lead(state, number, LANDED, voice.land_beat, frame)


@audio
def restart(state: Any, number: int, frame: int) -> None:
    """Audio thread. After a change of sample rate: every fade is over, the lead in its place."""
    voice, readers, engine = state.voices[number], state.readers[number], state.engine
    finish_fades(state, readers, NEVER)
    if voice.killing:
        die(state, voice, readers)
    voice.busy_until = frame
    if readers[0].slot != NOTHING:
        slot = state.slots[readers[0].slot]
        set_pass(engine, voice, slot.beats, beat_at(engine, frame))
        align(voice, slot, readers[0], frame)
    if voice.arriving:
        voice.arriving = 0
        tell_lead(state, number, LANDED, voice.land_beat, frame)
    tell_lead(state, number, MOVED, beat_at(engine, frame), frame)
    if voice.waits:
        plan(state, number, frame)
