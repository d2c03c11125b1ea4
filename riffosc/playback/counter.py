"""The mixer's MIDI clock for outputs that take no blocks: a mixer of its own, which hears of time and plays nothing.

So what JACK's port and other ports are sent is decided in one place: `riffosc.playback.pulses`.
"""

from riffosc.playback.fades import NEVER
from riffosc.playback.player import Player

RATE = 48000  # frames a second: messages are placed to 0.02 ms
BARS_AND_GATE = ["gate_waits", "gate_opens", "gate_was", "gate_beat", "origin", "next_origin", "next_quantum"]


class Counter:
    """Made by the event loop once `player.settled`; then called by the thread that sends."""

    def __init__(self, player: Player, now: float) -> None:
        """Count along with `player` from `now` on, in seconds on the audio clock."""
        from riffosc.playback.mixer import mix

        self._mix, self._player, self._own = mix, player, Player(1, RATE)
        self._frame = round(now * RATE)
        self._take_over(now)

    def _take_over(self, now: float) -> None:
        """What its mixer knows, and from now on what it is told."""
        player, own = self._player, self._own
        ours, theirs = own.state["engine"], player.state["engine"]
        blocks = -1
        while blocks != theirs["blocks"] or player.state["lock"][0]:
            blocks = int(theirs["blocks"]) if not player.state["lock"][0] else -1  # not while it writes
            for name in BARS_AND_GATE:
                ours[name] = theirs[name]
        ours["frame"], ours["gate_start"] = self._frame, NEVER
        own.set_timeline(player.timeline.at(now))
        own.set_midi_clock(player.midi_clock, player.clock_offset_s)
        player.guided = own

    def advance(self, now: float, until: float) -> list[tuple[float, bytes]]:
        """What is to be sent until then, with its time; `now` says how much has been slept over.

        Little of that is made up for at once, much is left out: then whoever follows is sent to the right place.
        """
        begin = max(self._frame, round(now * RATE))
        count = round(until * RATE) - begin
        if count <= 0:
            return []
        self._mix(self._own.state, begin, count, 0)
        self._frame = begin + count
        return self._heard()

    def _heard(self) -> list[tuple[float, bytes]]:
        """The messages of the block that was mixed last."""
        state = self._own.state
        events = state["outgoing"][: state["engine"]["outgoing"]]
        events = events[events["frame"] < self._frame]
        return [(int(one["frame"]) / RATE, one["data"].tobytes()[: int(one["size"])]) for one in events]

    def stop(self) -> None:
        """Event loop. The next messages, if it runs, are a stop; the player is not listened to any more."""
        self._player.guided = None
        self._own.set_midi_clock(False)

    def close(self) -> None:
        self._own.close()
