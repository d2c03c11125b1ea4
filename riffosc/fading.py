"""Fades over bars: when a voice's fader moves."""

from riffosc.actions import Land
from riffosc.conductor import Conductor
from riffosc.playback.player import Player


class Fading:
    """From bar line to bar line; a voice in which nothing sounds yet rises with its first clip."""

    def __init__(self, player: Player, conductor: Conductor) -> None:
        self._player = player
        self._conductor = conductor
        self._rising: dict[int, float] = {}  # empty voices that are to rise over so many beats

    def fade(self, voice: int, whole: bool, bars: float) -> None:
        """Up, or down, over `bars` from the next bar line that can be met."""
        beats = bars * self._conductor.timeline.quantum
        state = self._conductor.voices[voice]
        self._rising.pop(voice, None)
        if not whole or state.sounding:
            beat = self._conductor.next_bar(self._player.now())
            self._player.fade(voice, whole, beat, beat + beats)
            return
        self._rising[voice] = beats
        if state.queued:
            self.landing(state.queued)

    def landing(self, land: Land) -> None:
        """A clip is about to land: it rises from silence, if that was asked for while the voice was empty."""
        beats = self._rising.get(land.voice)
        if beats:
            beat = self._conductor.timeline.beat_at(self._player.now())
            self._player.fade(land.voice, False, beat, beat)
            self._player.fade(land.voice, True, land.beat, land.beat + beats)

    def landed(self, voice: int) -> None:
        self._rising.pop(voice, None)

    def clear(self) -> None:
        self._rising.clear()
