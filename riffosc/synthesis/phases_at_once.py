"""What `phases` finds cell after cell, found for all cells at once, as a GPU works: the phases to begin with.

The order in which phases are integrated is a tree that grows along what is loudest: a maximum spanning tree. Boruvka's
algorithm ("O jistem problemu minimalnim", 1926) finds one in a few rounds: every tree takes the loudest edge that leads
out of it, all at the same time. A cell knows its phase relative to the root of its tree; when trees join, roots learn
theirs relative to the new root by pointer jumping (Wyllie 1979), in as many rounds as a path's length has bits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from riffosc.synthesis.phases import FLOOR, HANN, LOW, STEADY, STEEPEST, Steps, hann_slopes


def integrated_phases(magnitude: Tensor, steps: Steps, seeds: Sequence[int]) -> Tensor:
    """Phases in radians of (clips, columns, freqs) magnitudes; a clip's first column follows its last.

    Where integration begins, and in silence, the phase is drawn by the clip's seed.
    """
    drawn = torch.stack([_drawn(magnitude[number], seed) for number, seed in enumerate(seeds)])
    log = magnitude.clamp(min=1e-10).log()
    heard = log > log.amax((-2, -1), keepdim=True) + math.log(FLOOR)
    forest = Forest.of(log, heard, *_gradients(log, steps))
    while forest.grow():
        pass
    root, phase = forest.root, forest.phase
    return (drawn.flatten()[root] + phase).view_as(log)


def _drawn(like: Tensor, seed: int) -> Tensor:
    generator = torch.Generator(like.device).manual_seed(seed)
    return torch.rand(like.shape, generator=generator, device=like.device) * (2 * math.pi)


@dataclass(slots=True, eq=False)
class Forest:
    """Cells (all of them, flat) in trees, and the edges that still lead from one tree to another."""

    root: Tensor  # of each cell's tree
    phase: Tensor  # of each cell, relative to that of its root
    ends: Tensor  # (2, edges): cells
    loudness: Tensor  # (edges,): no two are equal
    rise: Tensor  # (edges,): of the phase, from one end to the other

    @classmethod
    def of(cls, log: Tensor, heard: Tensor, in_time: Tensor, in_freq: Tensor) -> "Forest":
        """Every cell a tree; edges lead to the next column and to the next bin, where both ends are heard."""
        cells = torch.arange(log.numel(), device=log.device).view_as(log)
        inside = torch.ones_like(heard)
        inside[..., -1] = False
        ends = torch.stack([torch.cat([cells, cells]), torch.cat([cells.roll(-1, -2), cells.roll(-1, -1)])]).flatten(1)
        rise = torch.cat([(in_time + in_time.roll(-1, -2)) / 2, (in_freq + in_freq.roll(-1, -1)) / 2]).flatten()
        audible = heard.flatten()
        there = torch.cat([torch.ones_like(inside), inside]).flatten() & audible[ends[0]] & audible[ends[1]]
        ends, rise = ends[:, there], rise[there]
        order = torch.empty_like(cells.flatten())
        order[log.flatten().argsort(stable=True)] = cells.flatten()
        of_ends = order[ends]
        loudness = of_ends.amin(0) * log.numel() + of_ends.amax(0)
        return cls(cells.flatten().clone(), rise.new_zeros(log.numel()), ends, loudness, rise)

    def grow(self) -> bool:
        """One round; False when no edge leads out of any tree any more."""
        trees = self.root[self.ends]
        out = trees[0] != trees[1]
        self.ends, self.loudness, self.rise = self.ends[:, out], self.loudness[out], self.rise[out]
        if not len(self.rise):
            return False
        self._join(trees[:, out])
        return True

    def _join(self, trees: Tensor) -> None:
        """Each tree to the one at the other end of its loudest edge."""
        best = torch.full_like(self.root, -1)
        best.scatter_reduce_(0, trees.flatten(), self.loudness.repeat(2), "amax")
        parent, shift = torch.arange(len(self.root), device=self.root.device), torch.zeros_like(self.phase)
        between = self.phase[self.ends[1]] - self.phase[self.ends[0]] - self.rise  # from the second root to the first
        for here, there, apart in ((trees[0], trees[1], between), (trees[1], trees[0], -between)):
            chosen = best[here] == self.loudness
            parent[here[chosen]] = there[chosen]
            shift[here[chosen]] = apart[chosen]
        self._hang(parent, shift)

    def _hang(self, parent: Tensor, shift: Tensor) -> None:
        """Trees on those that they join, down to the last root; of two that chose each other one is it."""
        number = torch.arange(len(parent), device=parent.device)
        last = (parent[parent] == number) & (number < parent)
        parent, shift = torch.where(last, number, parent), torch.where(last, 0.0, shift)
        while True:
            further = parent[parent]
            if torch.equal(further, parent):
                break
            shift = (shift + shift[parent]) % (2 * math.pi)
            parent = further
        self.phase = (self.phase + shift[self.root]) % (2 * math.pi)
        self.root = parent[self.root]


def _gradients(log: Tensor, steps: Steps) -> tuple[Tensor, Tensor]:
    """As `phases._gradients`."""
    hop, n_fft, width, origin = steps
    change = log.roll(-1, -2) - log.roll(1, -2)
    turns = torch.arange(log.shape[-1], device=log.device) * (hop / n_fft)
    in_time = 2 * math.pi * (turns - turns.floor() + _detuning(log, change, steps) * (hop / n_fft))
    in_freq = change * (-HANN * width**2 / (2 * hop * n_fft)) - 2 * math.pi * origin / n_fft
    return in_time, in_freq


def _detuning(log: Tensor, change: Tensor, steps: Steps) -> Tensor:
    """As `phases._detuning`."""
    slope = torch.zeros_like(log)
    slope[..., 1:-1] = log[..., 2:] - log[..., :-2]
    table = torch.from_numpy(hann_slopes(2 * steps.n_fft / steps.width)).to(log.device)
    places = (slope * (len(table) / 2 / STEEPEST) + len(table) / 2).clamp(0, len(table) - 1)
    detuned = table[places.long()]
    power = (2 * (log - log.amax((-2, -1), keepdim=True))).exp() + 1e-30
    mean = _mean_of_lobe(detuned, power, 1)
    low = slice(0, LOW)
    steady = change[..., low].abs() < STEADY
    mean[..., low] = torch.where(steady, _mean_of_lobe(detuned[..., low], power[..., low], 2), mean[..., low])
    return mean


def _mean_of_lobe(detuned: Tensor, power: Tensor, reach: int) -> Tensor:
    """As `phases._mean_of_lobe`."""
    freqs = power.shape[-1]
    weighted = power * detuned
    total, weight = weighted.clone(), power.clone()
    for j in range(1, min(reach + 1, freqs)):
        total[..., : freqs - j] += weighted[..., j:] + j * power[..., j:]
        total[..., j:] += weighted[..., : freqs - j] - j * power[..., : freqs - j]
        weight[..., : freqs - j] += power[..., j:]
        weight[..., j:] += power[..., : freqs - j]
    return total / weight
