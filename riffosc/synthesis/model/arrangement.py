"""What a request is to be painted of: its prompts are read, loops are composed, and the ways between them are walked.

No key is told: then it is the one that the prompt names, or that of the picture to start from; without any, all is in
C major, A minor or a mode of the same notes, so that voices agree.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from riffosc.clip import ClipRequest
from riffosc.composing.arranging import arranged
from riffosc.composing.genres import GENRES
from riffosc.composing.handing_over import handed_over
from riffosc.composing.loop import Loop
from riffosc.composing.theory import Key
from riffosc.composing.wish import Wish
from riffosc.picture import Picture
from riffosc.synthesis.model.keys import key_said, parse_key
from riffosc.synthesis.model.players import Names, Player

HOMES = {"major": "C", "minor": "Am", "dorian": "Dm", "phrygian": "Em", "lydian": "F", "mixolydian": "G"}
HELD = 0.75  # denoising up to which a picture to start from says alone what is played


class Reads(Protocol):
    def wish(self, prompts: Sequence[tuple[str, float]], seed: int, negative: str = "") -> Wish: ...


Asked = Callable[[str, int], Wish]  # by a prompt and a seed


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Who plays what; nobody where a picture says it."""

    key: str
    players: tuple[Player, ...] = ()
    pitched: bool = True  # whether anybody plays in the key


def arrangement(request: ClipRequest, reads: Reads | None, names: Names) -> Arrangement:
    """The same for the same words, seed, key and meter. Without a reader, only the key that is told."""
    key = request.key or key_said(request.prompt) or _noted(request.init)
    share = 1.0 if request.init is None else (request.denoising - HELD) / (1 - HELD)
    if reads is None or share <= 0:
        return Arrangement(key)

    @cache
    def asked(prompt: str, seed: int) -> Wish:
        return reads.wish([(prompt, 1.0)], seed, request.negative)

    key = key or _home(asked(request.prompt, request.seed))
    loops = [(loop, part * share) for loop, part in _loops(request, asked, key)]
    parts = handed_over([*loops, (None, 1 - share)])
    pitched = any(part.role not in ("drums", "texture") for part in parts)
    return Arrangement(key, tuple(names.player(part) for part in parts), pitched)


def _noted(picture: Picture | None) -> str:
    """The key in a picture's file, where anybody may have written anything."""
    try:
        return picture.key if picture is not None and parse_key(picture.key) else ""
    except ValueError:
        return ""


def _home(wish: Wish) -> str:
    if "scale" in wish:
        return HOMES.get(wish["scale"]) or HOMES[_mode(wish["scale"])]
    return HOMES[wish.get("mode") or ("major" if "genre" in wish and GENRES[wish["genre"]].minor < 0.5 else "minor")]


def _mode(scale: str) -> str:
    return Key(0, scale).mode


def _loops(request: ClipRequest, asked: Asked, key: str) -> Iterator[tuple[Loop, float]]:
    """A loop of each prompt, and on a walk two: of the seed that it comes from and of the one that it goes to."""
    end = request.seed + 1 if request.to_seed is None else request.to_seed
    for prompt, share in request.prompts:
        for seed, part in ((request.seed, 1 - request.walk), (end, request.walk)):
            if share * part:
                yield _composed(request, asked(prompt, seed), seed, key), share * part


def _composed(request: ClipRequest, wish: Wish, seed: int, key: str) -> Loop:
    """A scale of the other side than the key's is left out: the key is what voices have in common."""
    parsed = parse_key(key)
    assert parsed is not None
    root, minor = parsed
    mode = "minor" if minor else "major"
    told: Wish = {"bars": request.bars, "quantum": request.quantum, "tempo": request.tempo, "root": root, "mode": mode}
    wish = {**wish, **told}
    if "scale" in wish and _mode(wish["scale"]) != mode:
        del wish["scale"]
    return arranged(seed, wish)
