"""Loops longer than a model was trained on: looked at through windows that overlap, all around the loop.

MultiDiffusion (Bar-Tal, Yariv, Lipman and Dekel 2023, arXiv 2302.08113): in each step every window is guessed alone,
and where windows overlap their guesses are averaged before the step is taken. So what one window decides, its
neighbours know with the next step. A window counts most in its middle: the model takes it for a loop, and its ends for
neighbours.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

AT_ONCE = 4  # windows in a batch
GOLDEN = (math.sqrt(5) - 1) / 2

# (windows * batch, ...), as wide as a window, and where each begins, to something as wide or on another scale
Work = Callable[[Tensor, Sequence[int]], Tensor]


class Windows:
    """`width` of a loop's `length` at a time, overlapping by half or more; each begins at a multiple of `grid`."""

    def __init__(self, length: int, width: int, grid: int = 1) -> None:
        self.length, self.width, self.grid = length, width, grid
        self.count = math.ceil(2 * length / width)

    def starts(self, turn: int = 0) -> list[int]:
        """Where windows begin. With each turn they have moved on, so that no place is always at an end of one."""
        apart = self.length / self.count
        moved = turn * GOLDEN % 1
        return [round((number + moved) * apart / self.grid) * self.grid for number in range(self.count)]

    def batches(self) -> list[int]:
        """Of how many windows each batch is."""
        return [min(AT_ONCE, self.count - first) for first in range(0, self.count, AT_ONCE)]

    def across(self, x: Tensor, axis: int, work: Work, turn: int = 0) -> Tensor:
        """What `work` makes of all windows of `x` (batch, ...), put together; `axis` is time, counted from the end."""
        starts, whole = self.starts(turn), _Whole(axis)
        for first in range(0, self.count, AT_ONCE):
            some = starts[first : first + AT_ONCE]
            parts = torch.cat([x.index_select(axis, _places(start, self.width, self.length, x)) for start in some])
            for start, part in zip(some, torch.split(work(parts, some), len(x)), strict=True):
                width = part.shape[axis]
                whole.add(part, start * width // self.width, self.length * width // self.width)
        return whole.mean()


class _Whole:
    """The weighted mean of parts of a loop."""

    def __init__(self, axis: int) -> None:
        self._axis = axis
        self._sum = self._weight = torch.zeros(0)

    def add(self, part: Tensor, start: int, length: int) -> None:
        if not len(self._weight):
            shape = list(part.shape)
            shape[self._axis] = length
            self._sum, self._weight = part.new_zeros(shape), part.new_zeros(length)
        width = part.shape[self._axis]
        weight = ((torch.arange(width) + 0.5) * math.pi / width).sin().square().to(part)
        places = _places(start, width, length, part)
        self._sum.index_add_(self._axis, places, part * self._along(weight))
        self._weight.index_add_(0, places, weight)

    def mean(self) -> Tensor:
        return self._sum / self._along(self._weight)

    def _along(self, weight: Tensor) -> Tensor:
        """To be multiplied with a part, or with the whole."""
        return weight.reshape(-1, *[1] * (-1 - self._axis))


def _places(start: int, width: int, length: int, on: Tensor) -> Tensor:
    return (start + torch.arange(width, device=on.device)) % length
