"""Where and when loops take over from one another, or wait for it. Pure: time is an argument.

The mixer holds one landing a voice. What it missed is planned anew, and nothing that has been painted is lost.
"""

from dataclasses import replace
from math import inf

from riffosc.actions import Action, Cancel, Discard, Fail, Land, Late, Silence, Uncue, Why
from riffosc.clip import ClipRequest
from riffosc.timeline import SNAP_BEATS, Timeline
from riffosc.voice import HISTORY, Voice

MARGIN_S = 0.08  # from a clip's arrival to the earliest boundary it may take: a command, a block or two, the fade


class Landings:
    """Of all voices, on one timeline. The conductor paints for them."""

    def __init__(self, voices: dict[int, Voice]) -> None:
        self.voices = voices
        self.timeline = Timeline()
        self.origin = 0.0  # the beat of bar 1
        self.nominal: float | None = None  # the tempo that clips are made for, where the timeline's wavers
        self._actions: list[Action] = []

    # What players ask for

    def cue(self, voice: int, on: bool, now: float) -> None:
        """From now on what the player changes waits to be taken; when no longer, what waits is taken."""
        state = self.voices[voice]
        state.values["cue"] = on
        if not on:
            state.taking = state.aside = False
            if state.cued:
                self._take(state, now)

    def take(self, voice: int, now: float) -> None:
        """What waits takes over at the next boundary; what is still being painted will not wait."""
        state = self.voices[voice]
        if state.cued:
            self._take(state, now)
        elif state.cueing and state.changes:
            state.taking = True
        else:
            self._actions.append(Fail(voice, "take", f"nothing is cued in voice {voice}"))

    def next_bar(self, now: float) -> float:
        """The beat of the next bar line that can still be met."""
        return self.boundary(self.timeline.beat_at(now + MARGIN_S), self.timeline.quantum)

    def restart(self, now: float) -> float:
        """All loops from their top at the next bar, which becomes bar 1; returns its beat."""
        self.origin = self.next_bar(now)
        for state in self.voices.values():
            entry = state.queued.entry if state.queued else state.sounding
            if entry:
                why = state.queued.why if state.queued else Why.RETIME
                self._land(state, Land(state.number, entry, self.origin, self.origin, why))
            if state.cued:
                self._cue(state, state.cued, self.origin)
        return self.origin

    def jumped(self, now: float, origin: float | None = None) -> None:
        """The beat has been moved, and bar 1 perhaps, too: what waits is planned anew, and loops keep to the bars."""
        off = 0.0 if origin is None else origin - self.origin
        self.origin += off
        for state in self.voices.values():
            self._plan_anew(state, now, off)

    def _plan_anew(self, state: Voice, now: float, off: float) -> None:
        waiting, state.after, state.earliest = state.after or state.queued, None, -inf
        if state.job:
            state.job = replace(state.job, target=self._reachable(state, now, state.job.why))
        entry = waiting.entry if waiting else state.sounding
        if entry and (waiting or off % entry.request.beats):
            why = waiting.why if waiting else Why.RETIME
            beat = self._reachable(state, now, why)
            recalled = waiting.recalled if waiting else False
            self._land(state, Land(state.number, entry, beat, self._origin_of(entry.request, beat), why, recalled))
        if state.cued:
            self._cue(state, state.cued, self._next_beat(now))

    def clear(self) -> None:
        """After a panic: every voice is empty and wants nothing until it is asked again."""
        for state in self.voices.values():
            self._forget(state)

    def _forget(self, state: Voice) -> None:
        self._cancel(state)
        if state.after:
            self._actions.append(Discard(state.after.entry.slot))
        state.queued = state.after = state.cued = state.sounding = state.morph = state.recalled = None
        state.taking = state.aside = False
        state.earliest = -inf
        state.built = state.revision

    def empty(self, voice: int, now: float) -> None:
        """The voice falls silent on the next bar line and wants nothing until it is asked; undo brings it back."""
        state, beat = self.voices[voice], self.next_bar(now)
        if state.sounding:
            state.past = [*state.past, state.sounding][-HISTORY:]
        if state.cued:
            self._uncue(state, beat)
        self._forget(state)
        self._actions.append(Silence(voice, beat))

    # What the player reports

    def landed(self, voice: int, slot: int) -> None:
        state = self.voices[voice]
        if state.queued is None or state.queued.entry.slot != slot:
            return
        landed, state.queued = state.queued, None
        state.take(landed)
        if state.after:
            following, state.after = state.after, None
            self._land(state, following)

    def missed(self, voice: int, slot: int, now: float) -> None:
        """The mixer could not take the boundary any more: the next one, then. A `slot` below 0 is silence."""
        state = self.voices[voice]
        if slot < 0 and not state.queued and not state.sounding:
            self._actions.append(Silence(voice, self.next_bar(now)))
        if state.queued is None or state.queued.entry.slot != slot:
            return
        old = state.queued
        beat = self._reachable(state, now)
        self._slip(state, old.beat, beat)
        self._land(state, replace(old, beat=beat, origin=self._origin_of(old.entry.request, beat)))

    def missed_cue(self, voice: int, slot: int, now: float) -> None:
        """The same for a cue; a `slot` below 0 is its silence."""
        state = self.voices[voice]
        if state.cued and state.cued.entry.slot == slot:
            self._cue(state, state.cued, self._next_beat(now))
        elif not state.cued and slot < 0:
            self._uncue(state, self._next_beat(now))

    def keeps(self, slot: int) -> bool:
        """Whether the clip in a slot has still to sound, whatever the mixer has done with it."""
        return any(state.keeps(slot) for state in self.voices.values())

    # Where and when

    @property
    def tempo(self) -> float:
        """What clips are made for."""
        return self.nominal or self.timeline.tempo

    def boundary(self, beat: float, grid: float) -> float:
        """The first multiple of `grid` beats, counted from bar 1, at or after `beat`."""
        return self.origin + self.timeline.boundary(beat - self.origin, grid)

    def _reachable(self, state: Voice, now: float, why: Why = Why.CHANGE) -> float:
        """The first boundary that a clip which is ready `now` can take."""
        beat = self.timeline.beat_at(now + MARGIN_S)
        if why is Why.CHANGE:
            beat = max(beat, state.earliest)
        return self.boundary(beat, self._grid(state, why))

    def _grid(self, state: Voice, why: Why) -> float:
        """Changes may land inside a loop, on its bars; a walk goes from loop to loop."""
        swap = state.text("swap")
        if state.sounding and (swap == "loop" or why is Why.EVOLVE):
            return float(state.sounding.request.beats)
        return 1.0 if swap == "beat" and state.sounding else float(self.timeline.quantum)

    def _next_beat(self, now: float) -> float:
        return self.boundary(self.timeline.beat_at(now + MARGIN_S), 1.0)

    def _origin_of(self, request: ClipRequest, beat: float) -> float:
        """The beat on which a loop that takes over at `beat` has its top: loops stay on the grid of their length."""
        return beat - (beat - self.origin) % request.beats

    # Doing it

    def _land_in_turn(self, state: Voice, land: Land) -> None:
        """The mixer holds one landing a voice: where one is about to happen, this one goes after it."""
        if state.after:
            self._actions.append(Discard(state.after.entry.slot))
            state.after = None
        if state.queued and state.queued.beat < land.beat:
            state.after = land
        else:
            self._land(state, land)

    def _take(self, state: Voice, now: float) -> None:
        """What waits lands, and the cue falls silent with it."""
        cued, state.cued = state.cued, None
        if cued is None:
            return
        beat = self._reachable(state, now)
        state.aside, state.earliest, state.prompts = False, -inf, cued.entry.request.prompts
        origin = self._origin_of(cued.entry.request, beat)
        self._land_in_turn(state, replace(cued, beat=beat, origin=origin, cue=False))
        self._actions.append(Uncue(state.number, beat))

    def _cue(self, state: Voice, land: Land, beat: float) -> None:
        """Heard from `beat` on on the cue output, in time with where it will land."""
        state.cued = replace(land, beat=beat, origin=self._origin_of(land.entry.request, beat), cue=True)
        self._actions.append(state.cued)

    def _uncue(self, state: Voice, beat: float) -> None:
        state.cued = None
        self._actions.append(Uncue(state.number, beat))

    def _land(self, state: Voice, land: Land) -> None:
        state.queued = land
        self._actions.append(land)

    def _slip(self, state: Voice, meant: float, beat: float) -> None:
        if beat > meant + SNAP_BEATS and state.sounding:
            state.late += 1
            self._actions.append(Late(state.number, beat - meant))

    def _cancel(self, state: Voice) -> None:
        if state.job:
            self._actions.append(Cancel(state.job))
            state.job = None
