"""Where everything meets: parameters, conductor, renderer, player and folder. Event loop only.

It decides nothing about music (the conductor does) and moves no samples (the player does): it carries what one
of them says to the others.
"""

import time
from collections.abc import Callable
from itertools import product
from typing import Any, Protocol

from riffosc.actions import (
    Action,
    Cancel,
    Discard,
    Entry,
    Fail,
    Job,
    Land,
    Late,
    Moved,
    Render,
    Silence,
    Uncue,
)  # fmt: skip
from riffosc.blend import parse_blend
from riffosc.clip import Rig
from riffosc.clips import Clips, Slot
from riffosc.clocks.following import LEAD_S
from riffosc.clockwork import Clockwork
from riffosc.conductor import Conductor
from riffosc.errands import Errands
from riffosc.fading import Fading
from riffosc.folder import Folder
from riffosc.landings import MARGIN_S
from riffosc.masks import MaskError, find_mask
from riffosc.params import Access, ParamError, Store, Value
from riffosc.pictures import PictureShelf
from riffosc.playback.player import Landing, News, NewsKind, Player
from riffosc.playback.state import LONG_SINCE
from riffosc.rig import RigChange
from riffosc.status import Status
from riffosc.synthesis.process import Message
from riffosc.tells import Outside
from riffosc.timeline import Timeline

TICK_S = 0.005
BAR_LEAD_S = MARGIN_S + 4 * TICK_S  # what begins at a bar line is asked for this much before it
MIXED = ("gain", "pan", "width", "mute", "solo")  # what the mixer does at once, or on its beat
LEADS_S = {
    "tempo": LEAD_S + TICK_S,
    **dict.fromkeys((*MIXED, "recall"), 0.04),  # so that they are in time though a tick may be late
    **dict.fromkeys(("start", "stop", "continue", "quantum", "take", "fade_in", "fade_out"), BAR_LEAD_S),
}


class Renders(Protocol):
    """What the engine asks of a renderer; `RendererProcess` is one."""

    def render(self, job: int, request: Any, memory: str) -> None: ...

    def cancel(self, job: int) -> None: ...

    def load(self, rig: Rig) -> None: ...


class Engine:
    """Built and torn down by the app; `tick` runs every few milliseconds."""

    def __init__(self, store: Store, player: Player, folder: Folder | None = None) -> None:
        voices = {number: store.voice(number) for number in range(1, store.voices + 1)}
        self.store = store
        self.player = player
        self.conductor = Conductor(voices, PictureShelf().find, player.samplerate)
        self.tells = Outside()
        self.fail, self.done = self.tells.fail, self.tells.done
        self.clips = Clips(store, player.bank, folder, self.tells)
        self.clockwork = Clockwork(store, player, self.conductor, self._move, self.fail)
        self.renderer: Renders | None = None
        self.ticking: list[Callable[[float], None]] = []  # called each tick with the audio clock's seconds
        self.observe: list[Callable[[News, Slot | None], None]] = []  # every news, as it comes
        self.errands = Errands(player.bank)
        self._jobs: dict[int, int] = {}  # number of a job to its slot
        self.beat_of_change: Callable[[], float] = lambda: LONG_SINCE  # on which a level that changes now is heard
        self._remix: dict[int, float] = {}  # voice to that beat
        self._own_change = False
        self.fading = Fading(player, self.conductor)
        self.status = Status(store, player, self.conductor, self.tells.notify)
        self._rig = RigChange(store, self._load, self.fail)
        store.refine("/riff/{voice}/blend", _checked_blend)
        store.refine("/riff/{voice}/mask", _checked_mask)
        store.listen(self._changed)
        self.begin()

    def begin(self) -> None:
        """All levels as the store has them."""
        self._remix = dict.fromkeys(self.conductor.voices, LONG_SINCE)
        self._mix()

    # What players say

    def _changed(self, address: str, value: Value) -> None:
        if self._own_change or self.store.param(address).access is Access.READ:
            return
        parts = address.split("/")
        if len(parts) == 4:
            self._voice_changed(int(parts[2]), parts[3], value)
        else:
            self._global_changed(parts[2], value)

    def _voice_changed(self, voice: int, name: str, value: Value) -> None:
        if name in MIXED:
            self._remix[voice] = max(self._remix.get(voice, LONG_SINCE), self.beat_of_change())
            return
        now = self.player.now()
        match name:
            case "generate":
                # A button's 1, like nothing at all, means the next seed.
                self.conductor.generate(voice, int(value) if int(value) > 1 else 0)
            case "undo":
                self.conductor.undo(voice, now)
            case "redo":
                self.conductor.redo(voice, now)
            case "cue":
                self.conductor.cue(voice, bool(value), now)
            case "take":
                self.conductor.take(voice, now)
            case "fade_in" | "fade_out":
                self.fading.fade(voice, name == "fade_in", float(value))
            case "save":
                sounding = self.conductor.voices[voice].sounding
                self.clips.save(voice, sounding.slot if sounding else None)
            case _:
                self.conductor.change(voice, name, value)

    def _global_changed(self, name: str, value: Value) -> None:
        match name:
            case "key":
                self.conductor.key = str(value)
                self.conductor.change_all()
            case "model" | "vae" | "lora" | "scheduler":
                pass  # asked for with the next tick, once for all that are changed together
            case "gain":
                self.player.set_main(float(value), self.beat_of_change())
            case "panic":
                self.player.panic()
                self.conductor.clear()
                self.fading.clear()
                for voice, words in product(self.conductor.voices, ("prompt", "blend", "slot")):
                    self.store.undone(f"/riff/{voice}/{words}")
            case _:
                self.clockwork.changed(name, value, self.player.now())

    def due(self, address: str, _: Value, unix_time: float) -> None:
        """A change that needs painting came with a time tag: work begins now, and it lands no sooner than then."""
        voice = address.split("/")[2]
        if voice.isdigit():
            then = self.player.now() + unix_time - time.time()
            self.conductor.not_before(int(voice), self.conductor.timeline.beat_at(then))

    def _move(self, address: str, value: Value) -> None:
        """Publish a parameter that riffosc moved by itself, without hearing it as a player's change."""
        self._own_change = True
        try:
            self.store.publish(address, value)
        finally:
            self._own_change = False

    # The tick

    def tick(self) -> None:
        for news in self.player.news():
            self._heard(news)
        self._rate_may_change()
        now = self.player.now()
        if self.conductor.ready:
            self._rig.step()
        self.clockwork.step(now)
        for each in self.ticking:
            each(now)
        if self._remix:
            self._mix()
        for action in self.conductor.step(now):
            self._act(action)
        if self.renderer:
            self.errands.tend(self.renderer, self.conductor.rig, self.conductor.idle)
        self.status.tick(now)

    def _rate_may_change(self) -> None:
        """A server that came back at another sample rate: every clip is performed again for it."""
        if self.player.samplerate != self.conductor.samplerate:
            self.conductor.samplerate = self.player.samplerate
            self.conductor.change_all()

    def _mix(self) -> None:
        for voice, beat in self._remix.items():
            values = self.store.voice(voice)
            self.player.set_voice(voice, beat, **{name: values[name] for name in MIXED})
        self._remix.clear()

    def _heard(self, news: News) -> None:
        slot = self.clips.get(news.slot)
        for observer in self.observe:
            observer(news, slot)
        match news.kind:
            case NewsKind.LANDED if not news.cue:
                self.fading.landed(news.voice)
                self.conductor.landed(news.voice, news.slot)
                if slot:
                    self.clips.show(news.voice, slot)
            case NewsKind.MISSED:
                missed = self.conductor.missed_cue if news.cue else self.conductor.missed
                missed(news.voice, news.slot, self.player.now())
            case NewsKind.RELEASED if not self.conductor.keeps(news.slot):
                self.clips.free(news.slot)
            case NewsKind.FOLLOWED:
                line = Timeline(news.beat, news.frame / self.player.samplerate, news.tempo)
                self.clockwork.followed(line, self.player.now())

    def _act(self, action: Action) -> None:
        match action:
            case Render(job):
                self._render(job)
            case Cancel(job):
                self._cancel(job)
            case Discard(slot):
                self.clips.free(slot)
            case Land():
                self._land(action)
            case Uncue(voice, beat):
                self.player.land(Landing(voice, None, beat, fade_s=self._fade_s(voice), cue=True))
            case Silence(voice, beat):
                self.player.land(Landing(voice, None, beat, fade_s=self._fade_s(voice)))
                self.clips.hide(voice)
            case Late(voice, beats):
                self.tells.notify("late", "/riff/late", voice, float(beats))
            case Moved(voice, name, value):
                self._move(f"/riff/{voice}/{name}", value)
            case Fail(voice, name, words):
                self.fail(f"/riff/{voice}/{name}", words)

    # Clips

    def _load(self, rig: Rig) -> None:
        assert self.renderer is not None
        self.renderer.load(rig)

    def _render(self, job: Job) -> None:
        assert self.renderer is not None
        reservation = self.clips.reserve(job)
        self._jobs[job.number] = reservation.slot
        self.renderer.render(job.number, job.request, reservation.name)

    def _cancel(self, job: Job) -> None:
        """The memory stays until the renderer says that it has stopped writing into it."""
        assert self.renderer is not None
        self.renderer.cancel(job.number)

    def take(self, message: Message) -> None:
        """What the renderer says: see `riffosc.synthesis.worker`."""
        if self.errands.take(message):
            return
        match message:
            case ("ready",):
                self._rig.step()
                self.conductor.ready = not self._rig.waiting  # what was asked for before the first clip paints it
                self._move("/riff/renderer", "ready")
            case ("lost",):
                self._lost()
            case ("progress", number, part):
                self.conductor.progressed(number, part)
            case ("done", number, picture, seconds):
                self._done(number, picture, seconds)
            case ("failed", number, words):
                self._failed(number, words)
            case ("cancelled", number):
                self.clips.free(self._jobs.pop(number))
            case _:
                self._take_rig(message)

    def _take_rig(self, message: Message) -> None:
        """How far the renderer is with what is to paint."""
        match message:
            case ("loading", words):
                self._move("/riff/loading", words)
            case ("loaded", rig):
                if self._rig.loaded(rig):
                    self.conductor.rig = rig
                    self.conductor.change_all()
                self.conductor.ready = True
            case ("refused", rig, words):
                for address, value in self._rig.refused(rig, words).items():
                    self._move(address, value)
                self.conductor.ready = True

    def _lost(self) -> None:
        self._move("/riff/renderer", "restarting")
        self._move("/riff/loading", "")
        self.conductor.lost()
        self._rig.again()
        for number in list(self._jobs):
            self.clips.free(self._jobs.pop(number))

    def _done(self, number: int, picture: Any, seconds: dict[str, float]) -> None:
        slot = self._jobs.pop(number, None)
        if slot is None:
            return
        job = self.clips.job(slot)
        self.store.publish(f"/riff/{job.voice}/render_ms", 1000 * sum(seconds.values()))
        if job.request.painted:
            self.store.publish(f"/riff/{job.voice}/steps_taken", job.request.steps)
        entry = Entry(job.request, picture, slot)
        self.conductor.rendered(number, entry, self.player.now(), seconds.get("denoiser", 0.0))

    def _failed(self, number: int, words: str) -> None:
        slot = self._jobs.pop(number, None)
        if slot is None:
            return
        self.clips.free(slot)
        self.conductor.failed(number, words)

    def _land(self, land: Land) -> None:
        alike = self.clips.alike(land, self.conductor.voices[land.voice].sounding)
        fade_s = self._fade_s(land.voice)
        self.player.land(
            Landing(land.voice, land.entry.slot, land.beat, land.origin, fade_s, alike=alike, cue=land.cue)
        )
        if not land.cue:
            self.fading.landing(land)
            self.clips.announce(land)

    def _fade_s(self, voice: int) -> float:
        return float(self.store.get(f"/riff/{voice}/xfade_ms")) / 1000

    def close(self) -> None:
        self.clockwork.close()
        self.clips.close()


def _checked_blend(_: str, text: Value) -> Value:
    """What cannot be read is refused where it is set."""
    if text:
        parse_blend(str(text))
    return text


def _checked_mask(_: str, text: Value) -> Value:
    try:
        if text:
            find_mask(str(text))
    except MaskError as error:
        raise ParamError(str(error)) from None
    return text
