"""The mixer on JACK's transport: its beat is ours in the very block in which it starts, is located or bends."""

from typing import Any

from riffosc.playback.compiled import audio
from riffosc.playback.faders import follow_fader
from riffosc.playback.fades import SHORTEST, quick
from riffosc.playback.gate import swing_now
from riffosc.playback.lines import bend, set_line
from riffosc.playback.passes import beat_at
from riffosc.playback.rings import tell_line
from riffosc.playback.state import FOLLOWED, HALTED
from riffosc.playback.voices import follow, restart

UNKNOWN, STANDS, ROLLS = 0, 1, 2  # the transport as we last saw it


@audio
def set_chase(engine: Any, command: Any) -> None:
    """Audio thread. Follow the transport, or do not, so many seconds later than it says."""
    if not engine.chases:
        engine.rolls = UNKNOWN
    engine.chases, engine.chase_shift = command.voice, command.seconds


@audio
def chase(state: Any, frame: int) -> None:
    """Audio thread. Keep to what `observe` has just seen: it is as of the block that begins with `frame`."""
    engine, seen = state.engine, state.transport
    if not engine.chases or seen.frame != frame or seen.number != engine.owner:
        return
    if seen.rolling and seen.bbt:
        keep_to(state, frame)
    elif not seen.rolling:
        if engine.rolls == ROLLS:
            swing_now(engine, 0, quick(engine))
            tell_line(state, HALTED, frame)
        engine.rolls = STANDS


@audio
def keep_to(state: Any, frame: int) -> None:
    """Audio thread. Half a frame off, beyond what whole ticks hide, is off."""
    engine, seen = state.engine, state.transport
    beat = seen.beat - engine.chase_shift * seen.tempo / 60
    here, spot = beat_at(engine, frame), 0.5 * seen.tempo / 60 / engine.samplerate
    rolls, close = engine.rolls == ROLLS, in_grain(here, beat, seen.grain, spot)
    if rolls and engine.lines == 0 and engine.tempo == seen.tempo and close:
        return
    if rolls and in_grain(here, beat, seen.grain, spot + seen.grain):
        beat = min(max(here, beat), beat + seen.grain)
    engine.lines = 0
    line = (beat, frame / engine.samplerate, seen.tempo)
    if rolls:
        bend(state, frame, line)
    else:
        begin(state, frame, line)
    tell_line(state, FOLLOWED, frame)


@audio
def in_grain(here: float, beat: float, grain: float, spot: float) -> bool:
    """Audio thread. Whether `here` may be what was cut down to `beat` and whole ticks."""
    return bool(beat - spot <= here <= beat + grain + spot)


@audio
def begin(state: Any, frame: int, line: tuple[float, float, float]) -> None:
    """Audio thread. The transport rolls. What nobody hears is put in its place without a fade."""
    engine = state.engine
    started, engine.rolls = engine.rolls == STANDS, ROLLS
    silent = engine.gate == 0.0 and engine.gate_left == 0
    jumped = set_line(state, frame, line)
    for number in range(engine.decks):
        if silent and number < engine.voices:
            restart(state, number, frame)
        else:
            follow(state, number, frame, jumped)
        follow_fader(engine, state.faders[number], frame, frame)
    if started:
        swing_now(engine, 1, SHORTEST if silent else quick(engine))
