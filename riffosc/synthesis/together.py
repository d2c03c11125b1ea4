"""Several clips painted side by side: what they ask of the denoiser at a time, it is asked in one batch.

Each clip goes its own way (steps, schedulers, masks and strengths may differ) on a thread of its own, of which one runs
at a time. When a clip has a guess to ask for it is the next one's turn, and when all that are still on the way have
one, all are answered. Only what has the same size goes into one batch. A clip painted so equals the same clip painted
alone but for rounding.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition
from typing import Any, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from riffosc.synthesis.family import Canvas

Painted = TypeVar("Painted")


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """What one clip asks: latents (batch, ...), a time, and text (batch, tokens, width)."""

    canvas: Any  # a Sociable
    x: Tensor
    time: float
    text: Tensor


@runtime_checkable
class Sociable(Protocol):
    """A canvas that can be asked together with others of its model."""

    def guess_together(self, asks: Sequence[Ask]) -> list[Tensor]:
        """For each ask what its canvas' `guess` says. All are of one size."""


def paint_together(paint: Callable[[int, Canvas], Painted], canvases: Sequence[Canvas]) -> list[Painted]:
    """What `paint` makes of each canvas, by its number. What is raised over one ends them all.

    Canvases that are not sociable are painted one after another.
    """
    if len(canvases) == 1 or not all(isinstance(canvas, Sociable) for canvas in canvases):
        return [paint(number, canvas) for number, canvas in enumerate(canvases)]
    meeting = Meeting(len(canvases))

    def one(number: int) -> Painted:
        with torch.inference_mode(), meeting:
            seat: Any = Seat(canvases[number], meeting)
            return paint(number, seat)

    with ThreadPoolExecutor(len(canvases)) as pool:
        return list(pool.map(one, range(len(canvases))))


class Meeting:
    """Where threads wait until all of them have asked. Inside, one runs at a time."""

    def __init__(self, members: int) -> None:
        self._members = members
        self._turn = Condition()
        self._asks: list[Ask] = []
        self._answers: dict[int, Tensor] = {}
        self._failed: BaseException | None = None

    def __enter__(self) -> None:
        self._turn.acquire()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._failed = self._failed or error
        self._members -= 1
        try:
            self._answer_if_all_are_here()
        finally:
            self._turn.release()

    def guess(self, ask: Ask) -> Tensor:
        self._asks.append(ask)
        self._answer_if_all_are_here()
        self._turn.wait_for(lambda: id(ask) in self._answers or self._failed is not None)
        if self._failed is not None:
            raise self._failed
        return self._answers.pop(id(ask))

    def _answer_if_all_are_here(self) -> None:
        if self._asks and len(self._asks) == self._members and self._failed is None:
            asks, self._asks = self._asks, []
            try:
                for alike in _by_size(asks):
                    found = alike[0].canvas.guess_together(alike)
                    self._answers.update(zip(map(id, alike), found, strict=True))
            except Exception as error:
                self._failed = error
        self._turn.notify_all()


def _by_size(asks: Sequence[Ask]) -> list[list[Ask]]:
    sizes: dict[tuple[torch.Size, torch.Size], list[Ask]] = {}
    for ask in asks:
        sizes.setdefault((ask.x.shape, ask.text.shape), []).append(ask)
    return list(sizes.values())


class Seat:
    """A canvas whose guesses are asked for at the meeting; for all else it is that canvas."""

    def __init__(self, canvas: Canvas, meeting: Meeting) -> None:
        self._canvas, self._meeting = canvas, meeting

    def __getattr__(self, name: str) -> Any:
        return getattr(self._canvas, name)

    def guess(self, x: Tensor, time: float, text: Tensor, _: Sequence[int] = (0,)) -> Tensor:
        return self._meeting.guess(Ask(self._canvas, x, time, text))
