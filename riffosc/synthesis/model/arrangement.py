"""What a request is to be painted of: its prompts are read, loops are composed, and the ways between them are walked.

No key is told: then all is in C major or A minor, which have their notes in common, so that voices agree.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from riffosc.clip import ClipRequest
from riffosc.composing.arranging import arranged
from riffosc.composing.genres import GENRES
from riffosc.composing.handing_over import handed_over
from riffosc.composing.loop import Loop
from riffosc.composing.wish import Wish
from riffosc.synthesis.model.keys import key_name, key_said, parse_key
from riffosc.synthesis.model.players import Names, Player

HOME = {"major": 0, "minor": 9}  # C and A
HELD = 0.75  # denoising up to which a picture to start from says alone what is played


class Reads(Protocol):
    def wish(self, prompts: Sequence[tuple[str, float]], seed: int, negative: str = "") -> Wish: ...


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Who plays what; nobody where a picture says it."""

    key: str
    players: tuple[Player, ...] = ()
    pitched: bool = True  # whether anybody plays in the key


def arrangement(request: ClipRequest, reads: Reads | None, names: Names) -> Arrangement:
    """The same for the same words, seed, key and meter. Without a reader, only the key that is told."""
    key = request.key or key_said(request.prompt)
    share = 1.0 if request.init is None else (request.denoising - HELD) / (1 - HELD)
    if reads is None or share <= 0:
        return Arrangement(key)
    key = key or _home(_wish(request, reads, request.prompt, request.seed))
    loops = [(loop, part * share) for loop, part in _loops(request, reads, key)]
    parts = handed_over([*loops, (None, 1 - share)])
    pitched = any(part.role not in ("drums", "texture") for part in parts)
    return Arrangement(key, tuple(names.player(part) for part in parts), pitched)


def _home(wish: Wish) -> str:
    mode = wish.get("mode") or ("major" if "genre" in wish and GENRES[wish["genre"]].minor < 0.5 else "minor")
    return key_name((HOME[mode], int(mode == "minor")))


def _loops(request: ClipRequest, reads: Reads, key: str) -> Iterator[tuple[Loop, float]]:
    """A loop of each prompt, and on a walk two: of the seed that it comes from and of the one that it goes to."""
    end = request.seed + 1 if request.to_seed is None else request.to_seed
    for prompt, share in request.prompts:
        for seed, part in ((request.seed, 1 - request.walk), (end, request.walk)):
            if share * part:
                yield _composed(request, _wish(request, reads, prompt, seed), seed, key), share * part


def _wish(request: ClipRequest, reads: Reads, prompt: str, seed: int) -> Wish:
    return reads.wish([(prompt, 1.0)], seed, request.negative)


def _composed(request: ClipRequest, wish: Wish, seed: int, key: str) -> Loop:
    parsed = parse_key(key)
    assert parsed is not None
    root, minor = parsed
    told: Wish = {"bars": request.bars, "quantum": request.quantum, "tempo": request.tempo, "root": root}
    return arranged(seed, {**wish, **told, "mode": "minor" if minor else "major"})
