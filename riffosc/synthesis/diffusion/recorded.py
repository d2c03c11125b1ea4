"""Work of a GPU, recorded once for each size of its inputs and then replayed (CUDA graphs).

A denoiser is a thousand small pieces of work, and to order each of them takes the processor longer than the GPU takes
to do it. A recording is ordered at once. Nothing is recorded while a clip is painted: sizes are recorded in the
background, before they are wanted where that can be foreseen, and what has no recording yet is done piece by piece.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from riffosc.synthesis.place import ONE_AT_A_TIME

AT_MOST = 48  # sizes that are kept; those not used for longest go first
REHEARSALS = 2  # before a recording: libraries choose their ways, and reserve memory, when they are first used

Work = Callable[..., Tensor]
Size = tuple[tuple[int, ...], ...]


class Recording(Protocol):
    def replay(self, inputs: Sequence[Tensor]) -> Tensor:
        """The work on inputs of the size and kind that it was recorded with; the result is the caller's to keep."""


Record = Callable[[Work, Sequence[Tensor]], Recording]


class Recorded:
    """A function of tensors with its recordings by size. Without a `record`, on a processor, it is the function."""

    def __init__(self, work: Work, record: Record | None) -> None:
        self._work, self._record = work, record
        self._quick = work  # what is recorded
        self._recordings: OrderedDict[Size, tuple[Work, Recording]] = OrderedDict()  # of which way of doing it

    def __call__(self, *inputs: Tensor) -> Tensor:
        found = self._recordings.get(size_of(inputs))
        if found is None:
            return self._work(*inputs)
        self._recordings.move_to_end(size_of(inputs))
        return found[1].replay(inputs)

    def learn(self, inputs: Sequence[Tensor]) -> None:
        """Record the work on inputs like these, unless that is done; what is in them does not matter."""
        size, quick = size_of(inputs), self._quick
        found = self._recordings.get(size)
        if self._record is None or (found and found[0] is quick):
            return
        with torch.inference_mode():
            quick(*inputs)  # what has to be compiled is compiled here, while others paint on
        with ONE_AT_A_TIME:
            self._recordings[size] = quick, self._record(quick, inputs)
            self._recordings.move_to_end(size)
            while len(self._recordings) > AT_MOST:
                self._recordings.popitem(last=False)

    def become(self, quick: Work) -> None:
        """Record from now on a faster way of doing the same; what was recorded serves until it is recorded anew."""
        self._quick = quick


def size_of(inputs: Sequence[Tensor]) -> Size:
    return tuple(tuple(each.shape) for each in inputs)


class Graph:
    """One recording on a CUDA device."""

    def __init__(self, work: Work, inputs: Sequence[Tensor], pool: Any) -> None:
        self._inputs = [each.clone() for each in inputs]
        beside: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        beside.wait_stream(torch.cuda.current_stream())
        with torch.inference_mode(), torch.cuda.stream(beside):
            for _ in range(REHEARSALS):
                work(*self._inputs)
        torch.cuda.current_stream().wait_stream(beside)
        torch.cuda.synchronize()
        self._graph = torch.cuda.CUDAGraph()
        with (
            torch.inference_mode(),
            torch.cuda.graph(self._graph, pool=pool, stream=beside, capture_error_mode="thread_local"),
        ):
            self._result = work(*self._inputs)

    def replay(self, inputs: Sequence[Tensor]) -> Tensor:
        for place, given in zip(self._inputs, inputs, strict=True):
            place.copy_(given, non_blocking=True)
        self._graph.replay()
        return self._result.clone()  # the next recording that is replayed uses the same memory


def graph_recorder() -> Record:
    """For a CUDA device. All its recordings share their memory: one is replayed at a time."""
    pool = torch.cuda.graph_pool_handle()
    return lambda work, inputs: Graph(work, inputs, pool)
