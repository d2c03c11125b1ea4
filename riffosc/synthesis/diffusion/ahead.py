"""What can be done before it is needed is done in the background, one thing after another."""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import torch
from platformdirs import user_cache_path

from riffosc.clip import ClipRequest
from riffosc.picture import RIFFUSION
from riffosc.synthesis.diffusion.circular import COLUMNS, WIDEST, WIDTH, circular_columns
from riffosc.synthesis.diffusion.recorded import Work
from riffosc.synthesis.windows import Windows

log = logging.getLogger(__name__)

BARS = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class Size:
    """Of what a denoiser is asked at a time."""

    columns: int  # of the picture
    batch: int  # guesses
    tokens: int

    def __str__(self) -> str:
        return f"a picture of {self.columns} columns"


@dataclass(frozen=True, slots=True)
class Compiling:
    """Putting together what a denoiser does; tried out on this size."""

    size: Size

    def __str__(self) -> str:
        return "the compiled denoiser"


def asked_now(request: ClipRequest, batch: int, tokens: int) -> Iterator[Size]:
    """What this clip asks, and nothing else."""
    return _sizes([circular_columns(request.beats * 60 / request.tempo, RIFFUSION.step_s)], batch, tokens)


def likely(request: ClipRequest, batch: int, tokens: int) -> Iterator[Size]:
    """What is asked now, what other numbers of bars would ask, and then what the next wider or narrower tempo would."""
    a_bar_s = request.quantum * 60 / request.tempo
    lengths = [circular_columns(bars * a_bar_s, RIFFUSION.step_s) for bars in (request.bars, *BARS)]
    neighbours = [length + step for length in lengths for step in (COLUMNS, -COLUMNS)]
    return _sizes([*lengths, *neighbours], batch, tokens)


def _sizes(widths: Iterable[int], batch: int, tokens: int) -> Iterator[Size]:
    for columns in dict.fromkeys(widths):
        if COLUMNS <= columns <= WIDEST:
            yield Size(columns, batch, tokens)
        elif columns > WIDEST and batch <= 2:  # windows of several clips at once are enough to keep a GPU busy
            for parts in Windows(columns, WIDTH).batches():
                yield Size(WIDTH, batch * parts, tokens)


class Ahead:
    """`want` things done; a thread does them while there are any. Any thread."""

    def __init__(self, do: Callable[[Size | Compiling], None]) -> None:
        self._do = do
        self._wanted: deque[Size | Compiling] = deque()
        self._seen: dict[Size | Compiling, None] = {}  # in order
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def want(self, things: Iterable[Size | Compiling]) -> None:
        """Each once, however often it is wanted."""
        with self._lock:
            new = [thing for thing in things if thing not in self._seen]
            self._seen.update(dict.fromkeys(new))
            self._wanted.extend(new)
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="riffosc-ahead", daemon=True)
                self._thread.start()

    def again(self) -> None:
        """All that was ever wanted is to be done once more, for the model has changed."""
        with self._lock:
            self._wanted = deque(self._seen)
        self.want(())

    def wait(self) -> None:
        """Until all that was wanted is done."""
        thread = self._thread
        if thread:
            thread.join()

    def _work(self) -> None:
        while (thing := self._next()) is not None:
            try:
                self._do(thing)
            except Exception:
                log.exception("%s could not be made ready; it is painted more slowly", thing)

    def _next(self) -> Size | Compiling | None:
        with self._lock:
            if self._wanted:
                return self._wanted.popleft()
            self._thread = None
            return None


def compiled(work: Work) -> Work:
    """The same work with neighbouring steps put together by torch's compiler, when it is first called.

    What has been compiled is kept on the disk, so that another start takes seconds instead of minutes.
    """
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(user_cache_path("riffosc") / "compiled"))
    os.environ.setdefault("TORCHINDUCTOR_FX_GRAPH_CACHE", "1")
    quick: Work = torch.compile(work)
    return quick
