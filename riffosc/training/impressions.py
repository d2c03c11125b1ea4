"""A picture in numbers, whatever its length: what the probe is shown of a clip.

Columns count beats, so nothing here knows the tempo but by how fast sounds die away.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from riffosc.picture import EMBEDDED
from riffosc.training.measures import band_hz

BANDS, COARSE, GROUPS = 64, 16, 4  # into which the picture's bins are gathered
LAGS = (4, 16, 40)  # columns after which a sound is compared with itself: what stays and what dies away
SIXTEENTHS = 16  # in the longest bar
PER_BEAT = EMBEDDED.columns_per_beat
LOWEST, SEMITONES = 28, 84  # E1 and seven octaves, as MIDI has them
VIEWS = 5  # of the pitches: all, the loudest, where bars begin, the first beat, the last
SOUND = 6 * BANDS + len(LAGS) * COARSE + 2 * SIXTEENTHS * GROUPS


@dataclass(frozen=True, slots=True)
class Impression:
    """What is kept of a picture."""

    sound: Tensor  # (SOUND,): levels, unrest, overtones, decays and rhythm by band
    pitch: Tensor  # (VIEWS, SEMITONES): what stands out of its surroundings, 1 on average


def impression(values: Tensor, quantum: int) -> Impression:
    """Of values (columns, bins), with `quantum` beats a bar."""
    bands = gathered(values, BANDS)
    rising = (bands - bands.roll(1, 0)).clamp(min=0)
    return Impression(torch.cat([_levels(values, bands, rising), _rhythm(rising, quantum)]), _pitches(values, quantum))


def gathered(values: Tensor, bands: int) -> Tensor:
    """Neighbouring bins by their means: (columns, bands)."""
    return values.reshape(len(values), bands, -1).mean(2)


def _levels(values: Tensor, bands: Tensor, rising: Tensor) -> Tensor:
    ripple = gathered(F.pad((values[:, 1:] - values[:, :-1]).abs(), (0, 1)), BANDS)
    lagged = [gathered((bands - bands.roll(lag, 0)).abs(), COARSE).mean(0) for lag in LAGS]
    told = [bands.mean(0), bands.std(0), bands.amax(0), ripple.mean(0), rising.mean(0), rising.std(0)]
    return torch.cat([*told, *lagged])


def _rhythm(rising: Tensor, quantum: int) -> Tensor:
    """Where in a beat, and in a bar, sounds begin: low, lower middle, upper middle, high; 1 on average."""
    groups = gathered(rising, GROUPS)
    groups = groups / groups.mean().clamp(min=1e-4)
    in_beat = groups.reshape(-1, SIXTEENTHS, PER_BEAT // SIXTEENTHS, GROUPS).mean((0, 2))
    in_bar = groups.reshape(-1, 4 * quantum, PER_BEAT // 4, GROUPS).mean((0, 2))[:SIXTEENTHS]
    return torch.cat([in_beat.flatten(), F.pad(in_bar, (0, 0, 0, SIXTEENTHS - len(in_bar))).flatten()])


@lru_cache(maxsize=1)
def _semitones() -> tuple[Tensor, Tensor]:
    """The bin above each third of a semitone, and how near to it: two of (3 * SEMITONES,)."""
    hz = band_hz()
    midi = LOWEST + (torch.arange(3 * SEMITONES) - 1) / 3
    target = 440 * 2 ** ((midi - 69) / 12)
    above = torch.searchsorted(hz, target).clamp(1, len(hz) - 1)
    return above, ((target - hz[above - 1]) / (hz[above] - hz[above - 1])).clamp(0, 1)


def _pitches(values: Tensor, quantum: int) -> Tensor:
    above, near = _semitones()
    around = F.avg_pool1d(values[:, None], 17, 1, 8, count_include_pad=False)[:, 0]
    peaks = (values - around).clamp(min=0)
    peaks = torch.lerp(peaks[:, above - 1], peaks[:, above], near).reshape(-1, SEMITONES, 3).mean(2)
    beats = peaks.reshape(-1, PER_BEAT, SEMITONES).mean(1)
    begun = beats[::quantum].mean(0)
    views = torch.stack([beats.mean(0), peaks.square().mean(0).sqrt(), begun, beats[0], beats[-1]])
    return views / views.mean(1, keepdim=True).clamp(min=1e-4)
