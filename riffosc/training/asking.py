"""What a model is asked in evaluation, and how: held-out loops in held-out wordings, by way of the sampler that plays.

Every question is made from a loop that was never trained on, so that its answer can be measured beside a real one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.composing.genres import GENRES
from riffosc.composing.sounds import BY_ROLE
from riffosc.picture import EMBEDDED, Picture
from riffosc.synthesis import codec
from riffosc.synthesis.family import Canvas, Model
from riffosc.synthesis.latents import Draws
from riffosc.synthesis.model.keys import key_name
from riffosc.synthesis.sampler import Given, sample
from riffosc.training import words
from riffosc.training.captions import ROLE_NAMES
from riffosc.training.heldout import WORDINGS
from riffosc.training.pictures import Entry, Seen
from riffosc.training.probe import key_of

KINDS = tuple(WORDINGS)


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt and what it is meant to give: something like the loop of this entry."""

    kind: str  # one of KINDS
    prompt: str
    entry: Entry
    key: str  # as a parameter; empty where nothing is pitched, and where the words say it


def key_told(entry: Entry) -> str:
    """The loop's key as `/riff/key` takes it; empty for a loop without pitch."""
    return "" if key_of(entry) is None else key_name((entry["root"], int(entry["mode"] == "minor")))


def fits(kind: str, entry: Entry) -> bool:
    alone, pitched = len(entry["roles"]) == 1, key_of(entry) is not None
    fits: dict[str, bool] = {
        "role": alone and entry["roles"] != ["texture"],
        "instrument": alone,
        "genre": not alone,
        "key": alone and pitched,
        "swing": entry["swing"] != "straight" and entry["roles"] != ["texture"],
    }
    return fits[kind]


def _what(kind: str, entry: Entry) -> str:
    """A role's name where a role is asked for, else the names of the instruments."""
    if kind == "role":
        names = ROLE_NAMES[entry["roles"][0]]
        return str(names[entry["index"] // 30 % len(names)])
    return " and ".join(
        BY_ROLE[role][instrument].name for role, instrument in zip(entry["roles"], entry["instruments"], strict=True)
    )


def question(kind: str, entry: Entry) -> Question:
    """The loop's wording is drawn by its number."""
    number = entry["index"] // 30  # held-out loops' numbers have factors in common
    prompt = WORDINGS[kind][number % len(WORDINGS[kind])].format(
        what=_what(kind, entry),
        genre=GENRES[entry["genre"]].name,
        key=f"{words.NOTES[entry['root']][0]} {entry['mode']}",
        swung=words.SWUNG.split(", ")[number % 3],
    )
    return Question(kind, prompt, entry, "" if kind == "key" else key_told(entry))


def questions(loops: Iterable[Seen], most: int) -> list[tuple[Question, Seen]]:
    """Up to `most` of each kind, each with its real answer."""
    loops = list(loops)
    fitting = {kind: [one for one in loops if fits(kind, one.entry)][:most] for kind in KINDS}
    return [(question(kind, one.entry), one) for kind, found in fitting.items() for one in found]


@dataclass(frozen=True, slots=True)
class Manner:
    """How clips are sampled."""

    steps: int
    guidance: float

    def request(self, asked: Question) -> ClipRequest:
        """As a player would put it: words, and tempo, meter and key as parameters."""
        entry = asked.entry
        return ClipRequest(
            ((asked.prompt, 1.0),),
            seed=entry["index"],
            guidance=self.guidance,
            steps=self.steps,
            bars=entry["bars"],
            quantum=entry["quantum"],
            tempo=entry["tempo"],
            key=asked.key,
        )


@torch.inference_mode()
def painted(model: Model, request: ClipRequest) -> Picture:
    """What the model paints, as it would be played."""
    canvas = model.canvas(request)
    return canvas.picture(sample(canvas, request.guidance, Given(canvas.text()), Draws(request)))


def values_of(picture: Picture) -> Tensor:
    """Values (columns, bins); of several channels the mean."""
    return codec.to_values(picture.pixels).mean(0)


def answer(model: Model, asked: Question, manner: Manner) -> Seen:
    """A clip; its entry is that of the loop asked for."""
    return Seen(asked.entry, values_of(painted(model, manner.request(asked))))


@torch.inference_mode()
def through_latents(model: Model, one: Seen) -> Seen:
    """A real loop through the autoencoder alone: the best that the model could do."""
    canvas, draws = _in_hand(model, one)
    return Seen(one.entry, values_of(canvas.picture(canvas.encode(picture_of(one), draws))))


def _in_hand(model: Model, one: Seen) -> tuple[Canvas, Draws]:
    entry = one.entry
    request = ClipRequest(bars=entry["bars"], quantum=entry["quantum"], tempo=entry["tempo"])
    return model.canvas(request), Draws(request)


def picture_of(one: Seen) -> Picture:
    entry = one.entry
    pixels = codec.to_pixels(one.values[None])
    return Picture(pixels, EMBEDDED, entry["bars"] * entry["quantum"], entry["tempo"], entry["quantum"])
