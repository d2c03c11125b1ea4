"""What other parts of riffosc have for those who come by HTTP, besides the namespace."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Inference = Callable[[bytes], Awaitable[tuple[int, str]]]  # a body to a status, and JSON with 200 or else words


class Loops(Protocol):
    """Where clips are written; `Folder` is one. Any thread."""

    def newest(self, count: int) -> Mapping[str, Sequence[Path]]: ...

    def loop(self, bank: str, name: str) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class Offers:
    inference: Inference | None = None
    loops: Loops | None = None  # none without a folder


NOTHING = Offers()
