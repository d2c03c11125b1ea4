"""MIDI clock from the mixer's own beat: a pulse's frame is computed from its number, so nothing drifts.

Start, stop and continue come just before the pulse from which on they hold. Start is sent where bar 1 begins;
into any other bar it is the song position and continue, on a sixteenth.
"""

from math import ceil
from typing import Any

import numpy as np

from riffosc.playback.compiled import audio
from riffosc.playback.fades import NEVER
from riffosc.playback.outgoing import make_room
from riffosc.playback.passes import beat_at, frame_at
from riffosc.playback.state import LONG_SINCE

PER_BEAT = 24
NEAR = 0.5 / PER_BEAT  # beats: which pulse something is on
PULSE, SONG, START, CONTINUE, STOP = 0xF8, 0xF2, 0xFA, 0xFB, 0xFC
SONG_LENGTH = 1 << 14  # sixteenths that a song position can count


@audio
def set_clock(state: Any, command: Any, frame: int) -> None:
    """Audio thread. Send clock, or do not, so many seconds later than the beat."""
    engine = state.engine
    if engine.pulses_run and not command.voice:
        say(state, frame, 1, STOP)
    if not (command.voice and engine.pulses_on):
        engine.pulses_run, engine.pulse = 0, -NEVER
    engine.pulses_on, engine.pulse_shift = command.voice, command.seconds


@audio
def set_bars(engine: Any, command: Any, frame: int) -> None:
    """Audio thread. Bar 1 begins on a beat, which may be still to come: until then the old bars count."""
    if beat_at(engine, frame) >= engine.next_origin:
        engine.origin, engine.quantum = engine.next_origin, engine.next_quantum
    engine.next_origin, engine.next_quantum = command.beat, command.voice


@audio
def send_pulses(state: Any, frame: int, until: int) -> None:
    """Audio thread. The clock from `frame` to `until`, by the timeline in force. What was skipped comes in a bunch."""
    engine = state.engine
    if not engine.pulses_on or (engine.deaf and until - frame > engine.samplerate / 2):
        return
    shift = int(np.rint(engine.pulse_shift * engine.samplerate))
    here = beat_at(engine, frame - shift) * PER_BEAT
    if engine.pulse < here - 1 or engine.pulse > here + 2:
        lose_place(state, frame, here)
    while True:
        beat = engine.pulse / PER_BEAT
        at = max(frame, frame_at(engine, beat) + shift)
        if at >= until:
            return
        at = max(at, engine.block_frame)
        turn_page(state, beat, at)
        say(state, at, 1, PULSE)
        engine.pulse += 1


@audio
def lose_place(state: Any, frame: int, here: float) -> None:
    """Audio thread. The beat has jumped: whoever follows is stopped, to be sent to the new place."""
    engine = state.engine
    engine.pulse = ceil(here - 1e-6)
    if engine.pulses_run:
        say(state, max(frame, engine.block_frame), 1, STOP)
    engine.pulses_run = 0
    if not engine.gate_waits:
        engine.gate_beat = LONG_SINCE


@audio
def turn_page(state: Any, beat: float, frame: int) -> None:
    """Audio thread. What has to be said before the pulse of `beat`."""
    engine = state.engine
    new_bars = engine.pulse_origin != engine.next_origin and beat > engine.next_origin - NEAR
    if new_bars:
        engine.pulse_origin = engine.next_origin
    first = abs(beat - engine.pulse_origin) < NEAR
    opens = engine.gate_opens if beat > engine.gate_beat - NEAR else engine.gate_was
    if engine.pulses_run and (not opens or (new_bars and not first)):
        say(state, frame, 1, STOP)
        engine.pulses_run = 0
    if opens and first and (new_bars or not engine.pulses_run):
        say(state, frame, 1, START)
        engine.pulses_run = 1
    elif opens and not engine.pulses_run:
        go_on(state, beat, frame)


@audio
def go_on(state: Any, beat: float, frame: int) -> None:
    """Audio thread. Continue from a song position, if `beat` is one: there is none before bar 1."""
    sixteenths = (beat - state.engine.pulse_origin) * 4
    position = int(np.rint(sixteenths))
    if position >= 0 and abs(sixteenths - position) < 4 * NEAR:
        position %= SONG_LENGTH
        say(state, frame, 3, SONG | (position & 0x7F) << 8 | position >> 7 << 16)
        say(state, frame, 1, CONTINUE)
        state.engine.pulses_run = 1


@audio
def say(state: Any, frame: int, size: int, data: int) -> None:
    """Audio thread. A message of up to eight bytes, the first the lowest."""
    if state.engine.outgoing == len(state.outgoing):
        state.engine.midi_lost += 1
        return
    event = state.outgoing[make_room(state, frame)]
    event.frame, event.size, event.data[0] = frame, size, data
