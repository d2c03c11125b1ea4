"""Clips for whoever asks outside of the voices, painted while no voice has work for the renderer. Event loop only.

Voices go first always: an errand that is under way when a voice wants something painted is given up at its next step,
and begun again when there is time.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from riffosc.clip import Clip, ClipRequest, Rig
from riffosc.playback.bank import Bank, BankFull, Reservation

AT_ONCE = 4  # errands that wait or are under way; who asks for more is told to come back


class ErrandError(RuntimeError):
    """A clip that cannot be had, in words."""


class Busy(ErrandError):
    """Not now."""


class Paints(Protocol):
    """What errands ask of a renderer."""

    def render(self, job: int, request: ClipRequest, memory: str) -> None: ...

    def cancel(self, job: int) -> None: ...


@dataclass(slots=True, eq=False)
class _Errand:
    request: ClipRequest
    answer: "asyncio.Future[Clip]"


@dataclass(slots=True, eq=False)
class _Attempt:
    """An errand in the renderer's hands."""

    errand: _Errand
    number: int  # below 0: jobs of voices count up from 1
    place: Reservation
    given_up: bool = False


class Errands:
    """`ask` for a clip; `tend` each tick; `take` what the renderer says."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._waiting: deque[_Errand] = deque()
        self._attempt: _Attempt | None = None
        self._attempts = 0

    async def ask(self, request: ClipRequest) -> Clip:
        """The clip, painted with what paints when its turn comes. Raises ErrandError; cancelled, it is given up."""
        if len(self._waiting) + (self._attempt is not None) >= AT_ONCE:
            raise Busy(f"{AT_ONCE} clips are on order already: ask again later")
        errand = _Errand(request, asyncio.get_running_loop().create_future())
        self._waiting.append(errand)
        return await errand.answer

    def tend(self, renderer: Paints, rig: Rig, idle: bool) -> None:
        """Begin the next errand if the voices leave the renderer idle, and give up what is under way if they do not."""
        if self._attempt:
            if not idle or self._attempt.errand.answer.cancelled():
                self._give_up(renderer, self._attempt)
            return
        while idle and self._waiting and not self._attempt:
            errand = self._waiting.popleft()
            if not errand.answer.cancelled():
                self._begin(renderer, _Errand(replace(errand.request, rig=rig), errand.answer))

    def _begin(self, renderer: Paints, errand: _Errand) -> None:
        request = errand.request
        try:
            place = self._bank.reserve(1, request.frames, request.beats)
        except BankFull:
            errand.answer.set_exception(Busy("there is no room for another clip: ask again later"))
            return
        self._attempts += 1
        self._attempt = _Attempt(errand, -self._attempts, place)
        renderer.render(-self._attempts, request, place.name)

    @staticmethod
    def _give_up(renderer: Paints, attempt: _Attempt) -> None:
        if not attempt.given_up:
            attempt.given_up = True
            renderer.cancel(attempt.number)

    def take(self, message: tuple[Any, ...]) -> bool:
        """Whether the renderer's message is of an errand, and for nobody else."""
        match message:
            case ("lost",):
                self._end("failed", "the renderer died over it")
            case (str(kind), int(number), *rest) if number < 0:
                if self._attempt and self._attempt.number == number and kind != "progress":
                    self._end(kind, *rest)
                return True
        return False

    def _end(self, kind: str, *rest: Any) -> None:
        if self._attempt is None:
            return
        attempt, self._attempt = self._attempt, None
        samples = np.array(attempt.place.array)
        self._bank.free(attempt.place.slot)
        errand = attempt.errand
        if errand.answer.done():
            return
        if kind == "done":
            errand.answer.set_result(Clip(errand.request, samples, *rest))
        elif kind == "cancelled":
            self._waiting.appendleft(errand)
        else:
            errand.answer.set_exception(ErrandError(*rest))
