"""One voice as the conductor sees it: what its player wants, what sounds, what is on its way."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf

from riffosc.actions import Entry, Job, Land, Why
from riffosc.blend import parse_blend
from riffosc.clip import ClipRequest
from riffosc.masks import Mask, find_mask
from riffosc.params import Value
from riffosc.picture import Picture

HISTORY = 32  # clips a voice can go back
Prompts = tuple[tuple[str, float], ...]
Words = Callable[[str], str | None]  # by the name of a prompt slot; None where there is none of that name
FindPicture = Callable[[str], Picture]  # by seed's name or file; raises PictureError


@dataclass(slots=True)
class Morph:
    """On the way from a blend of prompts to the newest, in `clips` steps."""

    source: Prompts
    clips: int
    step: int = 0


@dataclass(slots=True)
class Voice:
    number: int
    values: dict[str, Value]  # its parameters, by name
    revision: int = 0  # counts a player's changes
    built: int = 0  # the revision that was last ordered
    sounding: Entry | None = None
    queued: Land | None = None
    after: Land | None = None  # came too late to replace `queued`, goes next
    cued: Land | None = None  # waits, heard on the cue output, until it is taken
    taking: bool = False  # what is being painted was taken before it was there
    aside: bool = False  # the player's wishes have gone on, by way of the cue, from what sounds
    job: Job | None = None
    earliest: float = -inf  # beats; a time tag asked that the next change lands no sooner
    progress: float = 0.0
    late: int = 0
    walk: float = 0.0  # from seed to seed + 1
    morph: Morph | None = None
    prompts: Prompts = ()  # the blend of the newest clip
    past: list[Entry] = field(default_factory=list)
    future: list[Entry] = field(default_factory=list)
    recalled: Entry | None = None  # by undo or redo, to be performed again
    stuck: bool = False  # the last order failed and would fail again
    steps: int = 0  # chosen last, where it is riffosc that chooses them
    warned: set[str] = field(default_factory=set)  # of what has no effect without a picture to start from

    @property
    def held(self) -> bool:
        return bool(self.values["hold"])

    @property
    def dirty(self) -> bool:
        """A player's change waits to be painted."""
        return self.revision != self.built

    @property
    def wants_sound(self) -> bool:
        """An untouched voice is silent: it paints once it has words or a picture."""
        return bool(self.text("prompt") or self.text("blend") or self.text("seed_image"))

    @property
    def wants_change(self) -> bool:
        return self.dirty and not self.held and (self.wants_sound or self.recalled is not None)

    @property
    def changes(self) -> bool:
        """A player's change is to be painted, or is being painted."""
        return self.wants_change or (self.job is not None and self.job.why is Why.CHANGE)

    @property
    def walks(self) -> bool:
        """Whether each clip differs from the last without anybody asking."""
        wandering = bool(self.morph or self.number_of("evolve"))
        return wandering and self.wants_sound and not self.held and not self.aside

    @property
    def cueing(self) -> bool:
        return bool(self.values["cue"])

    def cues(self, job: Job) -> bool:
        """Whether the job's clip is to be cued: what the player changes is, steps of a walk are not."""
        return job.cued or (self.cueing and job.why is Why.CHANGE and not self.taking)

    def keeps(self, slot: int) -> bool:
        """Whether the clip in a slot has still to sound."""
        return any(land.entry.slot == slot for land in (self.queued, self.after, self.cued) if land)

    def number_of(self, name: str) -> float:
        value = self.values[name]
        assert not isinstance(value, str), name
        return float(value)

    def text(self, name: str) -> str:
        return str(self.values[name])

    def start_morph(self) -> None:
        """Walk from what is heard to the prompt that was just set, where `morph` asks for it."""
        clips = int(self.number_of("morph"))
        heard = self.sounding.request.prompts if self.sounding and self.cued else self.prompts
        walking = clips > 1 and self.sounding is not None and bool(heard)
        self.morph = Morph(heard, clips) if walking else None

    def recall(self, *, back: bool) -> bool:
        """Take the clip before (or, after undo, the one after) to be performed again; False when there is none.

        Before one that is cued, or painted for the cue, comes the sounding one: then nothing is recalled.
        """
        source, target = (self.past, self.future) if back else (self.future, self.past)
        if back and self.cueing and not self.recalled and (self.cued or self.changes):
            if self.cued:
                target.append(self.cued.entry)
            self._return_to(None)
        elif source:
            present = self.recalled or self.sounding
            if present:
                target.append(present)
            found = source.pop()
            self._return_to(None if self.cueing and found is self.sounding else found)
        else:
            return False
        return True

    def _return_to(self, recalled: Entry | None) -> None:
        self.recalled, self.morph = recalled, None
        self.revision += 1
        entry = recalled or self.sounding
        if entry:
            self.walk = entry.request.walk
            self.values["seed"] = entry.request.seed

    def take(self, land: Land) -> None:
        """The queued clip has landed. Undo goes back over clips, not over performances of the same picture."""
        old, self.sounding = self.sounding, land.entry
        if land.recalled:
            self.recalled = None
        elif old and (land.why is not Why.RETIME or land.entry.request.painted):
            self.past = [*self.past, old][-HISTORY:]
            self.future.clear()

    def commit(self, job: Job) -> bool:
        """The walk goes on from this clip; True when it went on to another seed."""
        self.prompts = job.request.prompts
        if self.morph and job.why is not Why.RETIME:
            self.morph.step += 1
            if self.morph.step >= self.morph.clips:
                self.morph = None
        if job.why is not Why.EVOLVE:
            return False
        self.walk = job.request.walk
        moved = job.request.seed != self.values["seed"]
        self.values["seed"] = job.request.seed
        return moved

    def again(self, entry: Entry, shape: ClipRequest) -> ClipRequest:
        """The same picture, performed at the tempo and sample rate of `shape`."""
        return replace(entry.request, init=entry.picture, denoising=0.0, tempo=shape.tempo, samplerate=shape.samplerate)

    def painted(self, shape: ClipRequest, why: Why, find_picture: FindPicture, words: Words) -> ClipRequest:
        """A request from what the player wants now, and the next step of the walk where one is asked for."""
        seed, walk = self._seed(why)
        init = self._init(find_picture)
        return replace(
            shape,
            prompts=self._prompts(words),
            negative=self.text("negative"),
            seed=seed,
            walk=walk,
            init=init,
            seed_image=self.text("seed_image"),
            denoising=self.number_of("denoising") if init else 1.0,
            mask=self._mask(shape) if init else None,
            guidance=self.number_of("guidance"),
        )

    def _seed(self, why: Why) -> tuple[int, float]:
        seed, walk = int(self.number_of("seed")), self.walk
        if why is Why.EVOLVE and not self.morph:
            walk += self.number_of("evolve")
            if walk >= 1 - 1e-9:
                seed, walk = seed + 1, max(0.0, walk - 1)
        return seed, walk

    def _prompts(self, words: Words) -> Prompts:
        """What is wanted now, and on a morph's way the blend it comes from."""
        wanted = self._wanted(words)
        if self.morph is None:
            return merge_shares(wanted)
        alpha = min(1.0, (self.morph.step + 1) / self.morph.clips)
        old = tuple((text, share * (1 - alpha)) for text, share in self.morph.source)
        return merge_shares((*old, *((text, share * alpha) for text, share in wanted)))

    def _wanted(self, words: Words) -> Prompts:
        """`blend`, or else `prompt`; on top of either `prompt_b` by `mix`."""
        mix, blend = self.number_of("mix"), self.text("blend")
        entries = parse_blend(blend) if blend else ()
        ours = tuple((words(name) or name, share) for name, share in entries) or ((self.text("prompt"), 1.0),)
        return (*((text, share * (1 - mix)) for text, share in ours), (self.text("prompt_b"), mix))

    def _init(self, find_picture: FindPicture) -> Picture | None:
        name = self.text("seed_image")
        if name == "last":
            return self.sounding.picture if self.sounding else None
        return find_picture(name) if name else None

    def _mask(self, shape: ClipRequest) -> Mask | None:
        """Raises MaskError, in words."""
        text = self.text("mask")
        return find_mask(text).check(shape.beats, shape.quantum) if text else None


def merge_shares(prompts: Prompts) -> Prompts:
    """Equal texts put together, and those without a share left out."""
    shares: dict[str, float] = {}
    for text, share in prompts:
        shares[text] = shares.get(text, 0.0) + share
    return tuple((text, share) for text, share in shares.items() if share > 1e-9)
