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
    "clock clock_id timespec_address cycle_time cycle_since get_buffer"
)
_FIELDS: list[Any] = [(name, np.int64) for name in NAMES.split()]
WIRES = np.dtype([*_FIELDS, ("timespec", np.int64, (2,)), ("ports", np.int64, (2 * VOICES + 4,))])


def wire(player: Player, samplerate: int) -> Any:
    """Wires from the player to a callback that is about to be called at `samplerate`."""
    wires = np.zeros(1, WIRES)[0]
    place = address(wires)
    wires["state"] = address(player.state)
    wires["samplerate"] = samplerate
    wires["clock"] = ctypes.cast(ctypes.CDLL(None).clock_gettime, ctypes.c_void_p).value
    wires["clock_id"] = time.CLOCK_MONOTONIC
    wires["timespec_address"] = place + WIRES.fields["timespec"][1]  # type: ignore[index]
    return wires


def take_over(player: Player, wires: Any) -> None:
    """From now on this output mixes, and any other is silent."""
    wires["frame"] = player.resume(int(wires["samplerate"]))
    wires["resume_ns"] = time.monotonic_ns()
    wires["started"] = 0
    wires["number"] = player.own()
