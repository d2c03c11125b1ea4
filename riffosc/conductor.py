"""Which clip next, by when, repeat or replace. Pure: time is an argument, doing is left to the app.

Work on a change starts at once; a request is final at its boundary minus what is in the renderer's queue and
the 95th percentile of that size's own render times. A result whose inputs have changed is thrown away while there
is time for another, and lands otherwise. A late clip never leaves a gap: the old loop goes round again.
"""

from dataclasses import replace
from math import inf

from riffosc.actions import Action, Discard, Entry, Fail, Job, Land, Moved, Render, Why
from riffosc.clip import ClipRequest, Rig
from riffosc.estimate import Estimates
from riffosc.landings import MARGIN_S, Landings
from riffosc.masks import MaskError
from riffosc.params import Value
from riffosc.timeline import SNAP_BEATS
from riffosc.voice import FindPicture, Voice, Words

RESTART_S = 0.1  # a job that has just begun is not begun again for each step of a fader
SETTLED = 0.001  # a tempo nearer than this to the clip's own needs no new inversion
HEADROOM = 0.8  # of the time there is: what is measured wavers
WORTH_IT = 1.25  # times as many steps are no reason yet to change their number from clip to clip
REPAINT = 0.2  # and one further away than this from the picture's needs a new picture

Wish = tuple[Why, float, int]  # what for, the boundary in beats, the voice


class Conductor(Landings):
    """Decides for all voices. Feed it changes and news; `step` returns what is to be done."""

    def __init__(self, voices: dict[int, dict[str, Value]], find_picture: FindPicture, samplerate: int) -> None:
        super().__init__({number: Voice(number, dict(values)) for number, values in voices.items()})
        self.samplerate = samplerate
        self.key = ""
        self.rig = Rig()
        self.words: Words = lambda _: None  # of prompt slots, whose names a blend may hold
        self.ready = True  # whether the renderer can take work
        self.estimates = Estimates()
        self._find_picture = find_picture
        self._jobs = 0

    # What players ask for

    def change(self, voice: int, name: str, value: Value) -> None:
        """A player set a parameter of the voice that its clips depend on."""
        state = self.voices[voice]
        state.values[name] = value
        if name in ("hold", "swap", "morph", "slot", "xfade_ms") or self._in_vain(state, name):
            return
        state.revision += 1
        state.stuck = False
        state.recalled = None
        if name in ("seed", "evolve"):
            state.walk = 0.0
        if name in ("prompt", "blend"):
            state.start_morph()

    def not_before(self, voice: int, beat: float) -> None:
        """The next change of the voice lands no sooner than on this beat."""
        self.voices[voice].earliest = beat

    def _in_vain(self, state: Voice, name: str) -> bool:
        """Denoising and mask need a picture to start from; without one they have no effect, and that is said, once."""
        if name == "seed_image":
            state.warned.clear()
        if name not in ("denoising", "mask") or state.text("seed_image"):
            return False
        if name not in state.warned:
            words = f"voice {state.number} starts from noise: {name} has no effect until seed_image names a picture"
            self._actions.append(Fail(state.number, name, words))
        state.warned.add(name)
        return True

    def change_all(self) -> None:
        """Something that all clips depend on is new: key, model, beats in a bar, sample rate."""
        for state in self.voices.values():
            state.stuck = False
            if state.sounding or state.queued or state.cued or state.job:
                state.revision += 1

    def set_quantum(self, quantum: int, now: float) -> None:
        """Bars have `quantum` beats from the next bar line on."""
        self.origin = self.boundary(self.timeline.beat_at(now), self.timeline.quantum)
        self.timeline = replace(self.timeline, quantum=quantum)
        self.change_all()

    def generate(self, voice: int, seed: int = 0) -> None:
        """Another clip: with `seed`, or with the next one when it is 0."""
        wanted = seed or int(self.voices[voice].number_of("seed")) + 1
        self.change(voice, "seed", wanted)
        self._actions.append(Moved(voice, "seed", wanted))

    def undo(self, voice: int, now: float) -> None:
        self._recall(voice, "undo", now)

    def redo(self, voice: int, now: float) -> None:
        self._recall(voice, "redo", now)

    def _recall(self, voice: int, command: str, now: float) -> None:
        state = self.voices[voice]
        if not state.recall(back=command == "undo"):
            self._actions.append(Fail(voice, command, f"nothing to {command} in voice {voice}"))
            return
        self._actions.append(Moved(voice, "seed", state.values["seed"]))
        if state.recalled is None:  # back to what sounds: nothing is to be painted, and nothing waits
            self._cancel(state)
            state.built, state.taking = state.revision, False
            self._uncue(state, self._next_beat(now))

    # What the renderer reports

    def progressed(self, job: int, part: float) -> None:
        state = self._owner(job)
        if state:
            state.progress = part

    def rendered(self, number: int, entry: Entry, now: float, denoising_s: float = 0.0) -> None:
        """The clip of a job has come; its steps took so long."""
        state = self._owner(number)
        if state is None or state.job is None:
            self._actions.append(Discard(entry.slot))
            return
        job, state.job = state.job, None
        self.estimates.add(job.request, now - job.started, denoising_s)
        overtaken = job.revision != state.revision and self._time_for_another(state, job, now)
        if job.cued and state.cued:
            self._cue(state, replace(state.cued, entry=entry), self._next_beat(now))
        elif job.cued or overtaken:
            self._actions.append(Discard(entry.slot))
        else:
            self._queue(state, job, entry, now)

    def failed(self, number: int, words: str) -> None:
        """A job came to nothing. The same order would fail again: it waits for the player's next change."""
        state = self._owner(number)
        if state:
            state.job, state.stuck, state.taking = None, True, False
            self._actions.append(Fail(state.number, "prompt", words))

    def lost(self) -> None:
        """The renderer died with whatever it had in hand: that is ordered again."""
        self.ready = False
        for state in self.voices.values():
            if state.job and state.job.why is Why.CHANGE:
                state.built = -1
            state.job = None

    def _owner(self, number: int) -> Voice | None:
        return next((v for v in self.voices.values() if v.job and v.job.number == number), None)

    # Deciding

    @property
    def idle(self) -> bool:
        """Whether the renderer could take work and has none of ours."""
        return self.ready and not any(state.job for state in self.voices.values())

    def step(self, now: float) -> list[Action]:
        """What is to be done now (seconds on the audio clock). Call it after news and every few milliseconds."""
        for state in self.voices.values():
            self._check_lateness(state, now)
            self._drop_stale(state, now)
        if self.idle:
            self._order_next(now)
        actions, self._actions = self._actions, []
        return actions

    def lookahead_s(self, voice: int) -> float:
        """How long before a boundary a change of this voice is final: its own time and the queue's."""
        others = (v for v in self.voices.values() if v.number != voice and v.wants_change)
        queue = sum(self.estimates.p95(self._shape(other)) for other in others)
        return MARGIN_S + queue + self.estimates.p95(self._shape(self.voices[voice]))

    def eta_beats(self, voice: int, now: float) -> float:
        """Beats until the next clip lands, 0 when none is coming."""
        state = self.voices[voice]
        job = state.job if state.job and not state.cues(state.job) else None
        target = state.queued.beat if state.queued else job.target if job else None
        return 0.0 if target is None else max(0.0, target - self.timeline.beat_at(now))

    def state_word(self, voice: int) -> str:
        state = self.voices[voice]
        if state.queued or state.job:
            return "queued" if state.queued else "painting"
        if state.cued:
            return "cued"
        if state.dirty and (state.wants_sound or state.recalled):
            return "held" if state.held else "waiting"
        return "playing" if state.sounding else "empty"

    def _check_lateness(self, state: Voice, now: float) -> None:
        """A boundary that the clip on order cannot make any more is given up, and that is said, before it passes."""
        if state.job and self.timeline.beat_at(now + MARGIN_S) > state.job.target + SNAP_BEATS:
            target = self._reachable(state, now, state.job.why)
            if not state.cues(state.job):
                self._slip(state, state.job.target, target)
            state.job = replace(state.job, target=target)

    def _drop_stale(self, state: Voice, now: float) -> None:
        """A player's newest change is painted instead of what is under way, if there is time."""
        job = state.job
        if job is None or now - job.started < RESTART_S:
            return
        overtaken = job.why is Why.EVOLVE and any(v.wants_change for v in self.voices.values())
        stale = job.revision != state.revision and state.wants_change and self._time_for_another(state, job, now)
        if overtaken or stale:
            self._cancel(state)

    def _time_for_another(self, state: Voice, job: Job, now: float) -> bool:
        """Whether a clip with the newest inputs can still make the boundary that this one was meant for."""
        return state.wants_change and now + self.lookahead_s(state.number) <= self.timeline.seconds_at(job.target)

    def _order_next(self, now: float) -> None:
        wishes = [wish for state in self.voices.values() if (wish := self._wish(state, now))]
        if not wishes:
            return
        why, target, number = min(wishes)
        state = self.voices[number]
        recalled = why is Why.CHANGE and state.recalled is not None
        if why is Why.CHANGE:
            state.built = state.revision
        try:
            request = self._request(state, why)
        except ValueError as error:  # PictureError is one
            state.stuck = True
            about = "mask" if isinstance(error, MaskError) else "seed_image"
            self._actions.append(Fail(number, about, str(error)))
            return
        self._jobs += 1
        state.progress = 0.0
        cued = why is Why.RETIME and state.cued is not None and self._off_tempo(state) is state.cued.entry
        state.job = Job(self._jobs, number, why, request, state.revision, target, now, recalled, cued)
        self._actions.append(Render(state.job))

    def _wish(self, state: Voice, now: float) -> Wish | None:
        """What the voice wants painted next, and the boundary that it would be for."""
        why = self._reason(state)
        if why is None:
            return None
        ready = now + self.estimates.p95(self._shape(state))
        return why, self._reachable(state, ready, why), state.number

    def _reason(self, state: Voice) -> Why | None:
        if state.wants_change:
            return Why.CHANGE
        if state.queued or state.stuck:
            return None
        if self._off_tempo(state):
            return Why.RETIME
        return Why.EVOLVE if state.sounding and state.walks else None

    def _off_tempo(self, state: Voice) -> Entry | None:
        """What is to be performed again for the tempo: what sounds, or else what waits."""
        entries = (state.sounding, state.cued.entry if state.cued else None)
        off = (each for each in entries if each and abs(self.tempo / each.request.tempo - 1) > SETTLED)
        return next(off, None)

    def _queue(self, state: Voice, job: Job, entry: Entry, now: float) -> None:
        if state.commit(job):
            self._actions.append(Moved(state.number, "seed", job.request.seed))
        beat = self._reachable(state, now, job.why)
        land = Land(state.number, entry, beat, self._origin_of(job.request, beat), job.why, job.recalled)
        if state.cues(job):
            state.aside = True
            self._cue(state, land, self._next_beat(now))
            return
        self._slip(state, job.target, beat)
        if job.revision == state.revision:
            state.earliest = -inf
        if job.why is Why.CHANGE:
            state.taking = state.aside = False
        self._land_in_turn(state, land)

    def _shape(self, state: Voice) -> ClipRequest:
        """The size, tempo and key of what the voice would order now."""
        shape = ClipRequest(
            bars=int(state.number_of("bars")),
            quantum=self.timeline.quantum,
            tempo=self.tempo,
            guidance=state.number_of("guidance"),
            samplerate=self.samplerate,
            key=self.key,
            rig=self.rig,
        )
        return replace(shape, steps=int(state.number_of("steps")) or self._steps(state, shape))

    def _steps(self, state: Voice, shape: ClipRequest) -> int:
        """As many as can be painted within a bar, beside the other voices that want something painted.

        A number once chosen is kept while it can be met and is nearly all that can be.
        """
        busy = sum(other is not state and (other.changes or other.walks) for other in self.voices.values())
        bar_s = max(self.timeline.quantum, self._grid(state, Why.CHANGE)) * 60 / self.tempo
        can = self.estimates.steps_within(shape, HEADROOM * (bar_s - MARGIN_S) / (1 + busy))
        if can is None:
            return shape.steps
        if not state.steps <= can <= WORTH_IT * state.steps:
            state.steps = can
        return state.steps

    def _request(self, state: Voice, why: Why) -> ClipRequest:
        shape = self._shape(state)
        if state.recalled and why is Why.CHANGE:
            return state.again(state.recalled, shape)
        entry = self._off_tempo(state) if why is Why.RETIME else None
        if entry:
            far = abs(self.tempo / entry.picture.tempo - 1) > REPAINT
            if not far or state.held or state.aside or not state.wants_sound:
                return state.again(entry, shape)
        return state.painted(shape, why, self._find_picture, self.words)
