"""JACK's transport in the audio thread: where it is, as of each block."""

from typing import Any

from numba import types

from riffosc.playback.compiled import audio, entry, fence, foreign

ask_transport = foreign(types.int32, types.int64, types.int64)  # jack_transport_query(client, position) -> state

STOPPED, ROLLING = 0, 1
BBT, BBT_OFFSET, TICK_DOUBLE = 0x10, 0x40, 0x400  # bits of `valid`


@audio
def observe(wires: Any, state: Any, frame: int) -> None:
    """Audio thread. Write down the transport as of the block that begins with `frame`.

    While programs get ready for a start or for another place, a block or two, what was known stays.
    """
    rolling = int(ask_transport(wires.transport_query, wires.client, wires.position_address))
    if rolling not in (STOPPED, ROLLING):
        return
    position, seen = wires.position, state.transport
    expected = (seen.place + seen.count * seen.rolling) & 0xFFFFFFFF
    seen.stamp += 1
    fence()
    moved = rolling != seen.rolling or position.frame != expected
    seen.serial += moved
    seen.number, seen.frame, seen.count = wires.number, frame, wires.count
    seen.rolling, seen.place = rolling, position.frame
    read_bbt(seen, position, moved)
    fence()
    seen.stamp += 1


@audio
def read_bbt(seen: Any, position: Any, moved: bool) -> None:
    """Audio thread. Bars, beats and ticks as beats from bar 1.

    Whole ticks say where a block begins to some ten frames only. Where the whole song has one tempo its frame says
    it exactly, and is believed as long as the ticks agree from when it was moved, or its tempo, on.
    """
    moved = moved or not seen.bbt or seen.tempo != position.beats_per_minute
    seen.bbt = int(
        (position.valid & BBT) != 0
        and position.beats_per_minute > 0
        and position.beats_per_bar > 0
        and position.ticks_per_beat > 0
    )
    if not seen.bbt:
        return
    exact = (position.valid & TICK_DOUBLE) != 0
    tick = position.tick_double if exact else float(position.tick)
    frames_to_beats = position.beats_per_minute / 60 / position.frame_rate
    beat = (position.bar - 1) * position.beats_per_bar + position.beat - 1 + tick / position.ticks_per_beat
    if position.valid & BBT_OFFSET:
        beat += position.bbt_offset * frames_to_beats
    seen.grain = 0.0 if exact else 1 / position.ticks_per_beat
    agrees = abs(position.frame * frames_to_beats - beat) <= seen.grain
    seen.even = int(agrees and (moved or seen.even))
    if seen.even:
        beat, seen.grain = position.frame * frames_to_beats, 0.0
    seen.beat, seen.tempo, seen.beats_per_bar = beat, position.beats_per_minute, position.beats_per_bar


@entry
def latest(seen: Any) -> Any:
    """Any thread. What `observe` last wrote, whole."""
    while True:
        stamp = seen.stamp
        fence()
        now = seen.number, seen.rolling, seen.frame, seen.bbt, seen.beat, seen.tempo, seen.beats_per_bar, seen.serial
        fence()
        if seen.stamp == stamp and stamp % 2 == 0:
            return now
