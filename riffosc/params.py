"""The one table: every parameter once, and the Store that holds their values.

OSC, MIDI, the command line, the README and the tests all derive from `PARAMS`. Names that have `{voice}`
in them exist once for each voice, counted from 1.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

Value = float | int | str | bool
Listener = Callable[[str, Value], None]
Refine = Callable[[str, Value], Value]

VOICES = 8
MUSIC = ("tempo", "quantum", "key", "gain")
AUTO = "auto"
MAX_TEXT = 1000  # characters; more is a mistake, not a prompt


class When(Enum):
    """When a change is heard."""

    NOW = "now"
    CLIP = "clip"  # with the next clip of the voice
    LOAD = "load"  # when a model has been loaded


class Access(Enum):
    READ_WRITE = "rw"
    READ = "r"
    TRIGGER = "t"  # an action; its value is not kept


class ParamError(ValueError):
    """A value or an address that cannot be taken, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Param:
    path: str
    default: Value
    doc: str
    low: float | None = None
    high: float | None = None
    unit: str = ""
    when: When = When.CLIP
    access: Access = Access.READ_WRITE
    choices: tuple[str | int, ...] = ()  # numbers go to the nearest of them
    pattern: str = ""  # what a text must match, if it has any
    entries: bool = False  # a text of entries: in a message of several arguments a number, its weight, ends each
    clears: str = ""  # the parameter beside it that is emptied when this one is set
    auto: bool = False  # 0, or the word `auto`, leaves it to riffosc

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def per_voice(self) -> bool:
        return "{voice}" in self.path

    @property
    def musical(self) -> bool:
        """Whether it belongs to the music, and so to snapshots and modulation: what a voice plays and how it sounds, and
        of what is there for all, `MUSIC`. The rest is the rig's (clocks, offsets, the model), or a hand on the way
        changes are taken (`hold`, `cue`)."""
        kept = self.access is Access.READ_WRITE
        return kept and (self.name not in ("hold", "cue") if self.per_voice else self.name in MUSIC)

    @property
    def type_tag(self) -> str:
        """OSC's letter for it; switches travel as integers, which every environment understands."""
        if isinstance(self.default, str):
            return "s"
        return "f" if isinstance(self.default, float) else "i"

    def address(self, voice: int = 1) -> str:
        return self.path.replace("{voice}", str(voice))

    def coerce(self, value: object) -> Value:
        """The value as this parameter keeps it: forgiving about type, strict about nonsense.

        Raises ParamError for what cannot be meant (NaN, text for a number, an unknown word).
        """
        if isinstance(self.default, str):
            return self._text(value)
        number = self._number(value)
        if isinstance(self.default, bool):
            return number != 0
        if self.low is not None:
            number = max(number, self.low)
        if self.high is not None:
            number = min(number, self.high)
        if self.choices:
            number = min((float(choice) for choice in self.choices), key=lambda choice: abs(choice - number))
        return float(number) if isinstance(self.default, float) else round(number)

    def _text(self, value: object) -> str:
        if not isinstance(value, (str, int, float)):  # files can hold lists, tables and dates
            raise ParamError(f"{self.name} is text, not {value!r:.40}")
        text = str(value).strip()
        if len(text) > MAX_TEXT:
            raise ParamError(f"{self.name} is limited to {MAX_TEXT} characters")
        if self.choices and text not in self.choices:
            raise ParamError(f"{self.name} is one of {', '.join(map(str, self.choices))}; not {text!r:.40}")
        if text and self.pattern and not re.fullmatch(self.pattern, text):
            raise ParamError(f"{text!r:.40} is no {self.name}. {self.doc}")
        return text

    def _number(self, value: object) -> float:
        try:
            if isinstance(value, bytes):
                raise TypeError("float() would read digits in them")
            if self.auto and isinstance(value, str) and value.strip().lower() == AUTO:
                return 0.0
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError) as error:
            raise ParamError(f"{self.name} is a number, not {value!r:.40}") from error
        if not math.isfinite(number):
            raise ParamError(f"{self.name} cannot be {number}")
        return number


def _voice(name: str, default: Value, doc: str, **more: object) -> Param:
    return Param(f"/riff/{{voice}}/{name}", default, doc, **more)  # type: ignore[arg-type]


def _status(path: str, default: Value, doc: str, unit: str = "") -> Param:
    return Param(path, default, doc, unit=unit, when=When.NOW, access=Access.READ)


def _trigger(path: str, default: Value, doc: str) -> Param:
    return Param(path, default, doc, when=When.NOW, access=Access.TRIGGER)


NOW = When.NOW
CLOCKS = ("auto", "link", "jack", "midi", "tidal", "internal")
KEY = r"[A-Ga-g][#b♯♭]?\s*(m|M|min|minor|maj|major)?"
WORDS = "words"  # the unit of prose; a name or a file's path has none, for it is taken to the letter
PARAMS: tuple[Param, ...] = (
    Param("/riff/tempo", 120.0, "Tempo. Loops follow at once; pitch is restored at the next bar.", 20, 300, "bpm", NOW),
    Param("/riff/quantum", 4, "Beats in a bar, 3 or 4; a new one begins at a bar line.", 3, 4, "beats", NOW),
    Param("/riff/key", "", "Key of all voices, such as Am, F# or Ebm; empty: C major or A minor, as suits the prompt.", pattern=KEY),
    Param("/riff/gain", 1.0, "Level of the main mix.", 0, 2, "linear", NOW),
    Param("/riff/model", "embedded", "The model that paints: embedded, the folder or file of another, or its name on the hub.", when=When.LOAD),
    Param("/riff/vae", "", "Another autoencoder for it, such as a tiny one: a folder, or a name on the hub.", when=When.LOAD),
    Param("/riff/lora", "", "LoRA files on top of it, each with its strength: drums.safetensors 0.8, lcm.safetensors 1.", when=When.LOAD),
    Param("/riff/scheduler", "", "Scheduler as diffusers calls it, such as DDIM, EulerDiscrete or LCM; empty is the model's own.", when=When.LOAD),
    _trigger("/riff/tap", 1, "Tap the tempo, once a beat."),
    _trigger("/riff/start", 1, "Play all loops from their top at the next bar."),
    _trigger("/riff/stop", 1, "Fall silent at the next bar; loops go on unheard."),
    _trigger("/riff/continue", 1, "Be heard again at the next bar."),
    _trigger("/riff/panic", 1, "Silence within 10 ms; every voice is emptied."),
    Param("/riff/clock", "auto", "Whose beat is followed; auto takes the first that is there of link, jack, midi, tidal and internal.", when=NOW, choices=CLOCKS),
    Param("/riff/offset_ms", 0.0, "Everything comes this much later than the clock says; below 0, earlier.", -500, 500, "ms", NOW),
    Param("/riff/audio_offset_ms", 0.0, "The same for sound alone, on top.", -500, 500, "ms", NOW),
    Param("/riff/midi_offset_ms", 0.0, "The same for the MIDI clock that is sent, on top.", -500, 500, "ms", NOW),
    Param("/riff/link", False, "Join the Ableton Link session of the network; the session's tempo stays what it is.", when=NOW),
    Param("/riff/link_start_stop", False, "Start and stop together with the Link session.", when=NOW),
    Param("/riff/timebase", False, "Give JACK's transport its bars, beats and tempo.", when=NOW),
    Param("/riff/midi_clock", False, "Send MIDI clock, start, stop and song position.", when=NOW),
    _voice("prompt", "", "What to play; (words:1.3) weigh more, [words] less.", unit=WORDS, clears="blend"),
    _voice("negative", "", "What to keep away from.", unit=WORDS),
    _voice("prompt_b", "", "The other end of `mix`.", unit=WORDS),
    _voice("mix", 0.0, "From `prompt` (0) to `prompt_b` (1).", low=0, high=1),
    _voice("blend", "", "In place of `prompt`, several at once or names of slots, each with its weight: dub techno 0.7, church organ 0.3.", unit=WORDS, entries=True),
    _voice("slot", "", "Prompt slot whose words are played, by its name or number; other words leave it."),
    _voice("seed", 0, "Which take of the prompt: its noise and its notes. Seeds of one hundred play over the same chords.", low=0, high=2**31 - 1),
    _voice("seed_image", "", "Picture to start from: a shipped seed's name, any picture's file, or `last`, the sounding clip."),
    _voice("denoising", 0.75, "Distance from the seed picture; without one it has no effect.", low=0, high=1),
    _voice("mask", "", "Where the seed picture is painted over, the rest stays: beats 5-8, bars 2, above 2 kHz, 200 Hz-2 kHz, beats 5-8 above 2 kHz, keep beats 1, or a picture's file."),
    _voice("guidance", 2.5, "How strictly the prompt is followed.", low=0, high=20),
    _voice("steps", 5, "Denoising steps; more is slower. 5 suit the embedded model, 20 those of Stable Diffusion's layout. 0, or auto: as many as can be painted within a bar.", low=0, high=100, unit="steps", auto=True),
    _voice("bars", 2, "Length of a clip; the embedded model knows 1, 2 and 4 best.", low=1, high=16, unit="bars", choices=(1, 2, 3, 4, 6, 8, 12, 16)),
    _voice("evolve", 0.0, "Walk towards the next seed with each clip, by this much; 0 stays.", low=0, high=1),
    _voice("morph", 1, "Clips over which a new prompt is walked to.", low=1, high=32, unit="clips"),
    _voice("hold", False, "Keep changes back until released.", when=NOW),
    _voice("swap", "bar", "Where a new clip may take over.", choices=("beat", "bar", "loop"), when=NOW),
    _voice("xfade_ms", 20.0, "Length of the crossfade that ends where a new clip begins.", low=1, high=2000, unit="ms", when=NOW),
    _voice("gain", 1.0, "Level of the voice.", low=0, high=2, unit="linear", when=NOW),
    _voice("pan", 0.0, "From left (-1) to right (1).", low=-1, high=1, when=NOW),
    _voice("width", 1.0, "Stereo width: 0 is mono, 1 as painted.", low=0, high=2, when=NOW),
    _voice("mute", False, "Silence the voice; its loop goes on unheard.", when=NOW),
    _voice("solo", False, "Hear only voices that are soloed.", when=NOW),
    _voice("cue", False, "New clips wait, heard on the cue output only, until `take`; switched off, what waits takes over.", when=NOW),
    _trigger("/riff/{voice}/take", 1, "Let the cued clip take over at the next boundary."),
    _voice("fade_in", 1.0, "Rise to the whole voice over so many bars, from the next bar line on; an empty voice rises with its first clip.", low=0.25, high=64, unit="bars", when=NOW, access=Access.TRIGGER),
    _voice("fade_out", 1.0, "Fall to silence over so many bars, from the next bar line on; the loop goes on unheard.", low=0.25, high=64, unit="bars", when=NOW, access=Access.TRIGGER),
    _voice("generate", 0, "Paint another clip: with the seed given, or the next for 1 (a button) or nothing; 0 (its release) does nothing.", low=0, high=2**31 - 1, access=Access.TRIGGER),
    _trigger("/riff/{voice}/undo", 1, "Back to the clip before."),
    _trigger("/riff/{voice}/redo", 1, "Forward again after undo."),
    _trigger("/riff/{voice}/save", 1, "Keep the sounding clip for good in the folder's `saved`."),
    _status("/riff/beat", 0.0, "Where the music is.", "beats"),
    _status("/riff/bar", 0, "Bars that have begun since the start, from 1.", "bars"),
    _status("/riff/xruns", 0, "Blocks the audio server lost.", "blocks"),
    _status("/riff/overruns", 0, "Blocks that riffosc itself was late with.", "blocks"),
    _status("/riff/clock_source", "internal", "The clock in charge."),
    _status("/riff/clock_state", "steady", "Steady; coasting: the clock in charge is lost and its last tempo goes on; waiting: the one that was named has not come."),
    _status("/riff/peers", 0, "Others in the Link session.", "peers"),
    _status("/riff/playing", True, "Whether the voices are heard: `stop` and `start` change it, and clocks that stop and start."),
    _status("/riff/midi_inputs", "", "MIDI inputs that are listened to."),
    _status("/riff/level", 0.0, "Peak of the main mix.", "linear"),
    _status("/riff/bad_messages", 0, "Messages that could not be read.", "messages"),
    _status("/riff/renderer", "starting", "The renderer: starting, ready or restarting."),
    _status("/riff/loading", "", "What is being loaded or fetched, and how far it is; empty when nothing is."),
    _status("/riff/audio", "none", "The audio output in use."),
    _status("/riff/{voice}/state", "empty", "empty, waiting, painting, cued, queued, playing or held."),
    _status("/riff/{voice}/cued", False, "Whether a clip waits to be taken."),
    _status("/riff/{voice}/fade", 1.0, "Where fades have brought the voice: 0 down, 1 up; gain and mute are apart."),
    _status("/riff/{voice}/progress", 0.0, "Of the clip being painted, 0 to 1."),
    _status("/riff/{voice}/eta_beats", 0.0, "Beats until the next clip lands; 0 when none is coming.", "beats"),
    _status("/riff/{voice}/late", 0, "Clips that missed the boundary they were meant for.", "clips"),
    _status("/riff/{voice}/render_ms", 0.0, "What the last clip took to make.", "ms"),
    _status("/riff/{voice}/steps_taken", 0, "Steps that the last clip was painted in, chosen by you or by riffosc.", "steps"),
    _status("/riff/{voice}/lookahead_ms", 0.0, "How long before a boundary a change is final.", "ms"),
    _status("/riff/{voice}/level", 0.0, "Peak of the voice.", "linear"),
    _status("/riff/{voice}/clip", "", "File of the sounding clip, or its name where none is written."),
)  # fmt: skip

BY_NAME: dict[tuple[bool, str], Param] = {(param.per_voice, param.name): param for param in PARAMS}


class Store:
    """The values of all parameters; the newest state wins. Event loop only."""

    def __init__(self, voices: int = VOICES) -> None:
        self.voices = voices
        self._table = {param.address(voice): param for param, voice in self._instances(voices)}
        self._values = {address: param.default for address, param in self._table.items()}
        self._listeners: list[Listener] = []
        self._refined: dict[str, Refine] = {}
        self._undone: set[str] = set()

    @staticmethod
    def _instances(voices: int) -> Iterator[tuple[Param, int]]:
        for param in PARAMS:
            for voice in range(1, voices + 1) if param.per_voice else (0,):
                yield param, voice

    def listen(self, listener: Listener) -> None:
        """`listener(address, value)` is called after every change, every trigger and every new status."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    def refine(self, path: str, refine: Refine) -> None:
        """What is asked of the row `path` is kept as `refine(address, value)` has it, which may raise ParamError."""
        self._refined[path] = refine

    def addresses(self) -> Iterator[tuple[str, Param]]:
        yield from self._table.items()

    def find(self, address: str) -> Param | None:
        return self._table.get(address)

    def param(self, address: str) -> Param:
        """Raises ParamError with the nearest name for an unknown address."""
        found = self._table.get(address)
        if found is None:
            raise ParamError(f"no {address} here{self._hint(address)}")
        return found

    def nearest(self, address: str) -> str | None:
        """The address that was probably meant. Takes milliseconds: not for every message."""
        return next(iter(get_close_matches(address, self._table, n=1, cutoff=0.75)), None)

    def _hint(self, address: str) -> str:
        near = self.nearest(address)
        return f"; did you mean {near}?" if near else ""

    def get(self, address: str) -> Value:
        self.param(address)
        return self._values[address]

    def check(self, address: str, value: object) -> Value:
        """What `set` would store; out of range is clamped, nonsense raises ParamError."""
        param = self.param(address)
        if param.access is Access.READ:
            raise ParamError(f"{address} can only be read")
        refine = self._refined.get(param.path)
        return refine(address, param.coerce(value)) if refine else param.coerce(value)

    def set(self, address: str, value: object) -> Value:
        """Store what a player asks for; out of range is clamped, nonsense raises ParamError."""
        wanted = self.check(address, value)
        self._take([(address, wanted)])
        return wanted

    def update(self, changes: Iterable[tuple[str, object]]) -> None:
        """Store several values, and only then tell of them: a listener never sees half of a message.

        Nonsense in one of them raises ParamError and leaves all as it was.
        """
        self._take([(address, self.check(address, value)) for address, value in changes])

    def _take(self, changes: Iterable[tuple[str, Value]]) -> None:
        wanted = (each for change in changes for each in self._with_cleared(*change))
        for address, value in [change for change in wanted if self._keep(*change)]:
            trigger = self._table[address].access is Access.TRIGGER
            self._tell(address, value if trigger else self._values[address])  # a listener may have moved it since

    def _with_cleared(self, address: str, value: Value) -> Iterator[tuple[str, Value]]:
        yield address, value
        if clears := self._table[address].clears:
            beside = f"{address.rpartition('/')[0]}/{clears}"
            yield beside, self._table[beside].default

    def _keep(self, address: str, value: Value) -> bool:
        """Whether there is something to tell: a new value, or a trigger, of which none is kept."""
        if self._table[address].access is Access.TRIGGER:
            return True
        changed = value != self._values[address] or address in self._undone
        self._undone.discard(address)
        self._values[address] = value
        return changed

    def undone(self, address: str) -> None:
        """What it had asked for is gone: whoever sets it next is heard, even if the value is the same."""
        self._undone.add(address)

    def publish(self, address: str, value: Value) -> None:
        """Our own news about a read-only parameter, or a parameter that riffosc itself moved.

        The value is kept as the parameter's own type, whatever numpy made of it.
        """
        value = type(self._table[address].default)(value)
        if self._values[address] != value:
            self._values[address] = value
            self._tell(address, value)

    def voice(self, number: int) -> dict[str, Value]:
        """A snapshot of one voice: name to value."""
        prefix = f"/riff/{number}/"
        return {a[len(prefix) :]: v for a, v in self._values.items() if a.startswith(prefix)}

    def _tell(self, address: str, value: Value) -> None:
        for listener in tuple(self._listeners):  # one of them may leave while it listens
            listener(address, value)
