"""A stage for the conductor: a renderer and a mixer in simulated time, under a clock that the test turns."""

from dataclasses import dataclass, field

import numpy as np

from riffosc.actions import Action, Cancel, Discard, Entry, Job, Land, Render, Uncue
from riffosc.conductor import Conductor
from riffosc.params import Store
from riffosc.picture import Picture, PictureError

STEP_S = 0.005


def find_picture(name: str) -> Picture:
    if name != "house":
        raise PictureError(f"there is no picture {name}")
    return Picture(np.zeros((1, 512, 512), np.uint8), tempo=124.0)


@dataclass
class Stage:
    """A renderer that takes `render_s` a clip and a mixer that lands what it is given, in simulated time."""

    render_s: float = 0.5
    step_s: float = 0.0  # in addition, a denoising step
    voices: int = 3
    now: float = 0.0
    job: Job | None = None
    landings: dict[int, Land] = field(default_factory=dict)
    landed: list[tuple[float, Land]] = field(default_factory=list)
    cues: dict[int, Land] = field(default_factory=dict)  # what is heard on the cue output, or about to be
    uncued: list[tuple[int, float]] = field(default_factory=list)  # voices and beats
    said: list[Action] = field(default_factory=list)
    discarded: list[int] = field(default_factory=list)
    slots: int = 0

    def __post_init__(self) -> None:
        store = Store(self.voices)
        self.conductor = Conductor({v: store.voice(v) for v in range(1, self.voices + 1)}, find_picture, 44100)

    def change(self, voice: int, **values: float | str | bool) -> None:
        for name, value in values.items():
            self.conductor.change(voice, name, value)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += STEP_S
            self._render()
            self._land()
            self._do(self.conductor.step(self.now))

    def beats(self, beats: float) -> None:
        self.run(beats * 60 / self.conductor.timeline.tempo)

    def _render(self) -> None:
        job = self.job
        denoising_s = self.step_s * job.request.steps if job else 0.0
        if job and self.now - job.started >= self.render_s + denoising_s:
            self.job = None
            self.slots += 1
            picture = job.request.init if not job.request.painted else None
            picture = picture or Picture(np.zeros((1, 8, 8), np.uint8), tempo=job.request.tempo)
            self.conductor.rendered(job.number, Entry(job.request, picture, self.slots), self.now, denoising_s)

    def _land(self) -> None:
        beat = self.conductor.timeline.beat_at(self.now)
        for voice, land in list(self.landings.items()):
            if land.beat <= beat:
                del self.landings[voice]
                self.landed.append((beat, land))
                self.conductor.landed(voice, land.entry.slot)

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Render(job):
                    assert self.job is None, "one job at a time"
                    self.job = job
                case Cancel(job):
                    assert self.job and self.job.number == job.number
                    self.job = None
                case Discard(slot):
                    self.discarded.append(slot)
                case Uncue(voice, beat):
                    self.cues.pop(voice, None)
                    self.uncued.append((voice, beat))
                case Land() if action.cue:
                    assert action.beat >= self.conductor.timeline.beat_at(self.now)
                    self.cues[action.voice] = action
                case Land():
                    assert action.beat >= self.conductor.timeline.beat_at(self.now)
                    self.landings[action.voice] = action
                case _:
                    self.said.append(action)

    @property
    def prompts(self) -> list[str]:
        return [land.entry.request.prompt for _, land in self.landed]
