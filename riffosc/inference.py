"""Riffusion's server, as its clients know it: `POST /run_inference/`, JSON in, a picture and its sound out.

Fields, defaults, answers and complaints are those of riffusion-hobby's `server.py` and `datatypes.py`. Its five seed
images are not ours to give: seed pictures of our own answer to their names, at the tempo and length of Riffusion's.
"""

import asyncio
import io
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

from PIL import Image

from riffosc.clip import Clip, ClipRequest
from riffosc.errands import Busy, ErrandError
from riffosc.masks import Mask, MaskError, parse_mask
from riffosc.picture import RIFFUSION
from riffosc.pictures import PictureShelf, seed_names
from riffosc.sounds import encoded

SAMPLERATE = 44100
FRAMES = 511 * 441  # of a picture of 512 columns of 10 ms: the first and the last are half outside
BARS, QUANTUM = 2, 4
TEMPO = BARS * QUANTUM * 60 * SAMPLERATE / FRAMES  # 93.93: two bars in a picture
SEEDS = {"og_beat": "hip_hop", "agile": "funk", "marim": "bossa_nova", "motorway": "techno", "vibes": "reggae"}
SEED_COUNT = 2**63  # Riffusion takes any whole number: we take it round
PATIENCE_S = 300.0  # of a request that the voices leave no time for
LONGEST = 4000  # characters of a text: more than anybody types, few enough to be read at once

Ask = Callable[[ClipRequest], Awaitable[Clip]]
REQUIRED = object()


class InputError(ValueError):
    """A request that cannot be answered, in Riffusion's words where it has some."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the JSON: its type, what it is when left out, and the nearest that is taken of a number."""

    name: str
    kind: type
    default: Any = REQUIRED
    low: float = 0
    high: float = 1
    fields: "tuple[Field, ...]" = ()  # of an object

    def of(self, data: dict[str, Any], within: str = "") -> Any:
        """Raises InputError."""
        place = f"{within}{self.name}"
        value: Any = data.get(self.name, self.default)
        if value is REQUIRED:
            raise InputError(f'missing value for field "{place}"')
        if value is None and self.default is None:
            return None
        if not isinstance(value, (int, float) if self.kind is float else self.kind):
            raise InputError(
                f'wrong value type for field "{place}" - should be "{self._type}" '
                f'instead of value "{_whole(str(value))}" of type "{type(value).__name__}"'
            )
        return read(value, self.fields, f"{place}.") if isinstance(value, dict) else self._taken(value, place)

    @property
    def _type(self) -> str:
        """As Riffusion calls it."""
        if self.fields:
            return "PromptInput"
        return f"typing.Optional[{self.kind.__name__}]" if self.default is None else self.kind.__name__

    def _taken(self, value: Any, place: str) -> Any:
        if isinstance(value, str):
            if len(value) > LONGEST:
                raise InputError(f'value of field "{place}" is limited to {LONGEST} characters')
            return _whole(value)
        if isinstance(value, float) and isnan(value):
            raise InputError(f'value of field "{place}" is not a number')
        return min(max(value, self.low), self.high)


def _whole(text: str) -> str:
    """Without the halves of characters that JSON can spell."""
    return text.encode("utf-8", "replace").decode()


def read(data: dict[str, Any], fields: tuple[Field, ...], within: str = "") -> dict[str, Any]:
    """Their values. What nobody knows is passed over, and of several mistakes the first is told, as by Riffusion.
    Raises InputError."""
    return {field.name: field.of(data, within) for field in fields}


END = (
    Field("prompt", str),
    Field("seed", int, low=-inf, high=inf),
    Field("negative_prompt", str, None),
    Field("denoising", float, 0.75),
    Field("guidance", float, 7.0, high=20),
)
INPUT = (
    Field("start", dict, fields=END),
    Field("end", dict, fields=END),
    Field("alpha", float),
    Field("num_inference_steps", int, 50, low=1, high=100),
    Field("seed_image_id", str, "og_beat"),
    Field("mask_image_id", str, None),
)


class Inference:
    """Answers requests by clips that `ask` gives."""

    def __init__(self, ask: Ask, patience_s: float = PATIENCE_S) -> None:
        self._ask = ask
        self._patience_s = patience_s
        self._shelf = PictureShelf()

    async def answer(self, body: bytes) -> tuple[int, str]:
        """HTTP's status, and with 200 the JSON of Riffusion's InferenceOutput, else why not in words."""
        try:
            request = await asyncio.to_thread(request_of, body, self._shelf)
            async with asyncio.timeout(self._patience_s):
                clip = await self._ask(request)
            return 200, await asyncio.to_thread(output_of, clip)
        except InputError as error:
            return 400, str(error)
        except Busy as error:
            return 503, str(error)
        except TimeoutError:
            return 503, "the voices left no time for it: ask again later"
        except ErrandError as error:
            return 500, str(error)


def request_of(body: bytes, shelf: PictureShelf) -> ClipRequest:
    """The clip that Riffusion's JSON asks for. Raises InputError."""
    try:
        given = read(_object(body), INPUT)
    except RecursionError as error:  # in reading it, or in saying what is wrong with it
        raise InputError("the request is not JSON") from error
    start, end, alpha = given["start"], given["end"], float(given["alpha"])
    return ClipRequest(
        prompts=((start["prompt"], 1 - alpha), (end["prompt"], alpha)),
        negative=(end if alpha > 0.5 else start)["negative_prompt"] or "",
        seed=start["seed"] % SEED_COUNT,
        walk=alpha,
        to_seed=end["seed"] % SEED_COUNT,
        init=shelf.find(_seed_of(given)),
        seed_image=given["seed_image_id"],
        mask=_mask_of(given["mask_image_id"]),
        denoising=_between(start["denoising"], end["denoising"], alpha),
        guidance=_between(start["guidance"], end["guidance"], alpha),
        steps=given["num_inference_steps"],
        bars=BARS,
        quantum=QUANTUM,
        tempo=TEMPO,
        samplerate=SAMPLERATE,
        drawn=RIFFUSION,
    )


def _object(body: bytes) -> dict[str, Any]:
    """What is not an object has none of the fields, as Riffusion puts it. Raises InputError."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise InputError("the request is not JSON") from error
    return found if isinstance(found, dict) else {}


def _seed_of(given: dict[str, Any]) -> str:
    """Our own seed picture. Only shipped ones: who asks over HTTP opens no files here."""
    name: str = given["seed_image_id"]
    seed = SEEDS.get(name, name)
    if seed not in seed_names():
        raise InputError(f"Invalid seed image: {name}")
    return seed


def _mask_of(name: str | None) -> Mask | None:
    """Riffusion's masks by their names, or one in words. Never from a file, as above."""
    try:
        return parse_mask(name).check(BARS * QUANTUM, QUANTUM) if name else None
    except MaskError as error:
        raise InputError(f"Invalid mask image: {name}") from error


def _between(start: float, end: float, alpha: float) -> float:
    return start + alpha * (end - start)


def output_of(clip: Clip) -> str:
    """Riffusion's InferenceOutput in JSON. Any thread."""
    pixels = clip.picture.pixels[0]
    image = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(image, "JPEG")
    sound = encoded(clip.samples, clip.request.samplerate, ".mp3")
    return json.dumps(
        {
            "image": _data_uri("image/jpeg", image.getvalue()),
            "audio": _data_uri("audio/mpeg", sound),
            "duration_s": clip.samples.shape[1] / clip.request.samplerate,
        }
    )


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"
