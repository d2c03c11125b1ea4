"""MIDI events between the event loop and the audio thread. Event loop only."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from riffosc.playback.state import DROPPED, HEAD, MIDI_BYTES, NOTHING, TAIL


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """One message, and when it came."""

    frame: int  # of the audio clock
    data: bytes


class MidiRings:
    """The two rings of MIDI events in the mixer's record."""

    def __init__(self, state: Any) -> None:
        from riffosc.playback import rings

        self._state, self._rings = state, rings
        self._refused = 0

    def take(self) -> list[MidiEvent]:
        """What has come in since the last call."""
        cursor, ring = self._state["midi_in_cursor"], self._state["midi_in"]
        count = self._rings.waiting(cursor)
        rows = ring[(int(cursor[TAIL]) + np.arange(count)) % len(ring)]
        self._rings.consume(cursor, count)
        return [
            MidiEvent(frame, data.tobytes()[:size])
            for frame, size, data in zip(rows["frame"].tolist(), rows["size"].tolist(), rows["data"], strict=True)
        ]

    def give(self, data: bytes, frame: int | None) -> None:
        """Send it on `frame`; late, or without one, as soon as possible. Counted as lost if there is no room."""
        if not 1 <= len(data) <= MIDI_BYTES:
            raise ValueError(f"a MIDI message has 1 to {MIDI_BYTES} bytes, not {len(data)}")
        cursor, ring = self._state["midi_out_cursor"], self._state["midi_out"]
        if self._rings.room(cursor, len(ring)) < 1:
            cursor[DROPPED] += 1
            return
        event = ring[int(cursor[HEAD]) % len(ring)]
        event["frame"], event["size"] = NOTHING if frame is None else frame, len(data)
        event["data"] = np.frombuffer(data.ljust(MIDI_BYTES, b"\0"), "<i8")
        self._rings.publish(cursor, 1)

    @property
    def lost(self) -> int:
        """Events that came in and were not read in time, or could not be sent."""
        cursors = self._state["midi_in_cursor"], self._state["midi_out_cursor"]
        return int(self._state["engine"]["midi_lost"]) + sum(int(cursor[DROPPED]) for cursor in cursors)
