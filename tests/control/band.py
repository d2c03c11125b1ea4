"""A desk whose beats go by: a clock and a conductor that the test turns, and an engine's ticks."""

import numpy as np
from osc_helpers import Table

from riffosc.actions import Entry
from riffosc.clip import ClipRequest
from riffosc.conductor import Conductor
from riffosc.picture import Picture

TICK_S = 0.005
NEAR = 0.006 * 2  # beats at 120 bpm: a tick and a bit


class Band(Table):
    """At 120 bpm, half a second a beat."""

    def __init__(self):
        super().__init__()
        voices = {voice: self.store.voice(voice) for voice in range(1, 9)}
        self.conductor = Conductor(voices, lambda name: None, 44100)
        self.ticking = []
        self.happened = {}  # address: the beat when it changed first, and to what
        self.store.listen(lambda address, value: self.happened.setdefault(address, (self.beat, value)))

    @property
    def beat(self):
        return self.conductor.timeline.beat_at(self.clock.now)

    def take_up(self, commands):
        for doc, ask in commands:
            self.desk.commands.add(doc, ask)

    def run(self, beats):
        end = self.beat + beats
        while self.beat < end - 1e-9:
            self.clock.advance(TICK_S)
            for tick in self.ticking:
                tick(self.clock.now)

    def sound(self, voice, bars):
        request = ClipRequest(bars=bars)
        self.conductor.voices[voice].sounding = Entry(request, Picture(np.zeros((1, 8, 8), np.uint8)))
