"""MIDI clock without JACK: a thread that sends every pulse at the moment at which its beat is heard.

The event loop tells it where the audio clock is, and can be late with that: between two words the thread goes by
the monotonic clock at the rate that was found.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from riffosc.clocks.domains import Domain
from riffosc.playback.counter import Counter
from riffosc.playback.player import Player

STEP_S = 0.008  # messages are asked for so far ahead
LEAD_S = 0.004  # and again when so much is left
TURN_S = 0.0005  # for which Python may keep other threads waiting while ours runs; else it is 5 ms
PATIENCE_S = 1.0  # a driver that hangs is not waited for

Send = Callable[[bytes], object]


class Metronome:
    """Event loop only, but for what its thread does."""

    def __init__(self, player: Player, latency: Callable[[], float], send: Send) -> None:
        """`latency` is what passes from mixing to hearing, in seconds; `send` is called by the thread."""
        self._player, self._latency, self._send = player, latency, send
        self._domain = Domain(time.monotonic)
        self._place = (0.0, 0.0, 1.0)  # monotonic seconds, seconds on the audio clock, and the rate from there on
        self._counter: Counter | None = None
        self._thread: Thread | None = None
        self._turn_s = sys.getswitchinterval()
        self._ended = False

    def tend(self, wanted: bool) -> None:
        """Every tick: go on, begin, or end."""
        stamp = self._player.stamp()
        if not wanted or stamp is None:
            self.close()
            return
        self._domain.sample(stamp)
        if self._domain.known:
            here = time.monotonic()
            self._place = here, self._domain.audio_at(here), self._domain.rate
            if self._thread is None and self._player.settled:
                self._begin()

    def _begin(self) -> None:
        self._ended, self._counter = False, Counter(self._player, self._heard())
        sys.setswitchinterval(TURN_S)
        self._thread = Thread(target=self._run, args=(self._counter,), name="riffosc-metronome", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Whoever follows is told to stop."""
        if self._thread and self._counter:
            self._counter.stop()
            self._ended = True
            self._thread.join(PATIENCE_S)
            sys.setswitchinterval(self._turn_s)
            if not self._thread.is_alive():
                self._counter.close()
        self._thread = self._counter = None

    # the thread

    def _heard(self) -> float:
        """Any thread. Seconds on the audio clock of what is heard now."""
        here, audio, rate = self._place
        return audio + (time.monotonic() - here) * rate - self._latency()

    def _run(self, counter: Counter) -> None:
        hurry()
        while not self._ended:
            self._play(counter)
        self._play(counter)

    def _play(self, counter: Counter) -> None:
        now = self._heard()
        for at, data in counter.advance(now, now + STEP_S):
            self._wait(at)
            self._send(data)
        self._wait(now + STEP_S - LEAD_S)

    def _wait(self, until: float) -> None:
        time.sleep(max(0.0, until - self._heard()))


def hurry() -> None:
    """Let the calling thread go before all that can wait, where the system lets us, as it does JACK's users."""
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))
