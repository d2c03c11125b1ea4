"""Beats, seconds and frames from one anchor. Pure arithmetic: `now` is always an argument."""

from dataclasses import dataclass, replace
from math import ceil

SNAP_BEATS = 1e-6  # a beat this close to a boundary is on it: float noise must not cost a bar


@dataclass(frozen=True, slots=True)
class Timeline:
    """A beat known at one moment, and the tempo since: enough to place any bar."""

    beat: float = 0.0
    seconds: float = 0.0  # on the audio clock, when `beat` sounded
    tempo: float = 120.0  # beats per minute
    quantum: int = 4  # beats per bar, Link's word for it

    def beat_at(self, seconds: float) -> float:
        return self.beat + (seconds - self.seconds) * self.tempo / 60

    def seconds_at(self, beat: float) -> float:
        return self.seconds + (beat - self.beat) * 60 / self.tempo

    def frame_at(self, beat: float, samplerate: int) -> int:
        """The frame on which `beat` sounds: computed from the beat each time, so nothing drifts."""
        return round(self.seconds_at(beat) * samplerate)

    def boundary(self, beat: float, grid: float) -> float:
        """The first multiple of `grid` beats at or after `beat`."""
        return grid * ceil((beat - SNAP_BEATS) / grid)

    def next_bar(self, now: float, bars: int = 1) -> float:
        """The first beat at or after `now` (seconds) that starts a group of `bars` bars."""
        return self.boundary(self.beat_at(now), self.quantum * bars)

    def at(self, seconds: float) -> "Timeline":
        """The same line, anchored at `seconds`."""
        return replace(self, beat=self.beat_at(seconds), seconds=seconds)

    def with_tempo(self, tempo: float, seconds: float) -> "Timeline":
        """The line bends at `seconds` and goes on at `tempo`; no beat is skipped or repeated."""
        return replace(self.at(seconds), tempo=tempo)


def clip_frames(beats: float, tempo: float, samplerate: int) -> int:
    """Length in frames of `beats` beats: the nearest whole frame."""
    return round(beats * 60 / tempo * samplerate)
