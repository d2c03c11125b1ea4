"""What a compiled callback finds at the address it is given."""

import ctypes
import time
from typing import Any

import numpy as np

from riffosc.playback.player import Player
from riffosc.playback.state import VOICES, address

NAMES = (
    # which output this is; the mixer's record; has a block been mixed; the engine frame of the block
    "number state started frame resume_ns "
    # the sound server: our client, its frame counter (32 bits), this block's frames, its rate
    "client time count samplerate channels "
    # written by the callbacks: blocks, changes of the graph, whether the server has gone
    "calls changes dead "
    # addresses of functions, and what they write to
    "clock clock_id timespec_address cycle_time cycle_since get_buffer "
    "midi_count midi_get midi_clear midi_reserve event_address transport_query position_address "
    # MIDI ports
    "midi_in midi_out"
)
_FIELDS: list[Any] = [(name, np.int64) for name in NAMES.split()]
EVENT = np.dtype([("time", np.int64), ("size", np.int64), ("address", np.int64)])  # jack_midi_event_t; time has 32 bits
PLACES: list[tuple[str, str, int]] = [
    ("frame_rate", "u4", 16),
    ("frame", "u4", 20),
    ("valid", "u4", 24),
    ("bar", "i4", 28),
    ("beat", "i4", 32),
    ("tick", "i4", 36),
    ("bar_start_tick", "f8", 40),
    ("beats_per_bar", "f4", 48),
    ("beat_type", "f4", 52),
    ("ticks_per_beat", "f8", 56),
    ("beats_per_minute", "f8", 64),
    ("bbt_offset", "u4", 88),
    ("tick_double", "f8", 100),
]
POSITION = np.dtype(  # jack_position_t, packed
    {
        "names": [name for name, _, _ in PLACES],
        "formats": [kind for _, kind, _ in PLACES],
        "offsets": [offset for _, _, offset in PLACES],
        "itemsize": 256,  # and room for more
    }
)
WIRES = np.dtype(
    [
        *_FIELDS,
        ("timespec", np.int64, (2,)),
        ("ports", np.int64, (2 * VOICES + 4,)),
        ("event", EVENT),
        ("position", POSITION),
    ]
)


def wire(player: Player, samplerate: int) -> Any:
    """Wires from the player to a callback that is about to be called at `samplerate`."""
    wires = np.zeros(1, WIRES)[0]
    place = address(wires)
    wires["state"] = address(player.state)
    wires["samplerate"] = samplerate
    wires["clock"] = ctypes.cast(ctypes.CDLL(None).clock_gettime, ctypes.c_void_p).value
    wires["clock_id"] = time.CLOCK_MONOTONIC
    for name in ("timespec", "event", "position"):
        wires[f"{name}_address"] = place + WIRES.fields[name][1]  # type: ignore[index]
    return wires


def take_over(player: Player, wires: Any) -> None:
    """From now on this output mixes, and any other is silent."""
    wires["frame"] = player.resume(int(wires["samplerate"]))
    wires["resume_ns"] = time.monotonic_ns()
    wires["started"] = 0
    wires["number"] = player.own()
