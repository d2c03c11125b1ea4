"""Many loops by one file: JSON as Riffusion's playground reads it, with riffosc's own parameters beside.

`{"params": {...}, "entries": [{"prompt": ..., "negative_prompt": ..., "seed": ...}, ...]}`: what `params` says counts
for all entries, what an entry says for itself; a list of `params` makes all entries once with each. Riffusion's names
are understood (`checkpoint`, `num_inference_steps`, `width`, `negative_prompt`), and those of `riffosc render`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riffosc.clip import Clip, ClipRequest
from riffosc.files import replace_file
from riffosc.naming import wav_tags, words
from riffosc.offline import GLOBAL, request_for
from riffosc.params import ParamError
from riffosc.picture import RIFFUSION, save_picture
from riffosc.wav import write_wav

RIFFUSIONS = {"checkpoint": "model", "num_inference_steps": "steps", "negative_prompt": "negative"}
SAID = ("prompt", "negative", "seed", "seed_image", "denoising", "mask", "guidance", "steps", "bars")
NAMES = (*SAID, *GLOBAL)
BAR_S = 4 * 60 / 94  # of Riffusion's own pictures, whose tempo is nowhere said
INDEX = "index.json"
SEEDS = 2**31 - 1  # the last of them


class SeriesError(ValueError):
    """A file that cannot be followed, in words for the musician."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One loop of a series, and where it goes, without an ending."""

    path: Path
    request: ClipRequest


def read_series(path: Path, out: Path, seeds: int, samplerate: int) -> list[Piece]:
    """All that a file asks for, each with so many seeds from its own on. Raises SeriesError before any is painted."""
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SeriesError(f"{path} cannot be read: it is no text in UTF-8") from error
    except RecursionError as error:
        raise SeriesError(f"{path} cannot be read: it has too many lists within lists") from error
    except (OSError, ValueError) as error:
        raise SeriesError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    pieces: dict[Path, Piece] = {}
    for place, wishes in _entries(found):
        try:
            folder = out / words(str(wishes.pop("name"))) if "name" in wishes else out
            first = wishes.get("seed", 0)
            if first + seeds - 1 > SEEDS:
                raise SeriesError(f"{seeds} seeds from {first} on go beyond {SEEDS}, the last there is")
            for seed in range(first, first + seeds):
                request = request_for(samplerate, {**wishes, "seed": seed})
                stem = f"{len(pieces) + 1:04d}_{words(request.title)}_s{seed}"
                pieces[folder / stem] = Piece(folder / stem, request)
        except (ParamError, TypeError, ValueError) as error:
            raise SeriesError(f"{path}, {place}: {error}") from error
    return list(pieces.values())


def _entries(found: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each entry with what counts for all, by riffosc's names, and its place in words."""
    if not isinstance(found, dict) or not isinstance(found.get("entries"), list):
        raise SeriesError('it is to be {"params": {...}, "entries": [{"prompt": ...}, ...]}')
    params = found.get("params") or {}
    for common in params if isinstance(params, list) else [params]:
        for number, entry in enumerate(found["entries"], 1):
            place = f"entry {number}"
            yield place, {**_wishes(common, "params"), **_wishes(entry, place)}


def _wishes(given: Any, place: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise SeriesError(f"{place} is to be an object of names and values, not {given!r:.40}")
    told = {RIFFUSIONS.get(str(name), str(name)): value for name, value in given.items() if value is not None}
    if (width := told.pop("width", None)) is not None:
        seconds = width * RIFFUSION.step_s if isinstance(width, int | float) else 0.0
        if not 0.5 <= seconds <= 600:
            raise SeriesError(f"{place}: its width is {width!r:.40}, and pictures are 50 to 60000 wide")
        bars = max(1, round(seconds / BAR_S))
        told = {"bars": bars, "tempo": bars * 4 * 60 / seconds, **told}
    unknown = [name for name in told if name not in (*NAMES, "name")]
    if unknown:
        raise SeriesError(f"{place}: there is no {', '.join(unknown)}; there are {', '.join(NAMES)}")
    for name, default, most in (("bars", 1, 512), ("seed", 0, SEEDS)):
        count = told.get(name, default)
        if type(count) is not int or not default <= count <= most:
            raise SeriesError(f"{place}: {name} is {count!r:.40}, and can be {default} to {most}")
    return told


def write_piece(piece: Piece, clip: Clip) -> None:
    """The picture and its sound, last: what has that is whole."""
    piece.path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(clip.picture, _ended(piece, ".png"))
    write_wav(_ended(piece, ".wav"), clip.samples, clip.request.samplerate, wav_tags(clip))


def is_there(piece: Piece) -> bool:
    return _ended(piece, ".wav").exists()


def _ended(piece: Piece, suffix: str) -> Path:
    """Names may have dots in them."""
    return piece.path.with_name(piece.path.name + suffix)


def write_index(out: Path, pieces: list[Piece]) -> None:
    """What was asked for and where it lies, for programs."""
    rows = [
        {
            "audio": str(_ended(piece, ".wav").relative_to(out)),
            "image": str(_ended(piece, ".png").relative_to(out)),
            "prompt": piece.request.prompt,
            "negative_prompt": piece.request.negative,
            "seed": piece.request.seed,
            "bars": piece.request.bars,
            "tempo": piece.request.tempo,
            "duration_s": piece.request.frames / piece.request.samplerate,
            "checkpoint": piece.request.model,
        }
        for piece in pieces
    ]
    out.mkdir(parents=True, exist_ok=True)
    replace_file(out / INDEX, (json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode())
