"""What the playback tests share: a studio of player and memory output, and loops to play."""

import numpy as np

from riffosc.clip import Samples
from riffosc.playback.memory import MemoryOutput
from riffosc.playback.player import Landing, News, NewsKind, Player
from riffosc.playback.state import Sizes
from riffosc.timeline import Timeline, clip_frames

RATE = 44100


class Studio:
    """A player on the memory output, with everything it said and played."""

    def __init__(self, blocksize: int = 300, voices: int = 2, sizes: Sizes | None = None) -> None:
        self.player = Player(voices, RATE, sizes)
        self.output = MemoryOutput(RATE, blocksize)
        self.output.start(self.player)
        self.news: list[News] = []

    def tempo(self, tempo: float, seconds: float = 0.0, beat: float = 0.0) -> Timeline:
        timeline = Timeline(beat, seconds, tempo)
        self.player.set_timeline(timeline)
        return timeline

    def land(self, slot: int | None, beat: float, voice: int = 1, **more: float) -> Landing:
        landing = Landing(voice, slot, beat, **more)  # type: ignore[arg-type]
        self.player.land(landing)
        return landing

    def render(self, frames: int) -> tuple[Samples, Samples]:
        voices, main = self.output.render(frames)
        self.news += self.player.news()
        return voices, main

    def told(self, kind: NewsKind) -> list[News]:
        return [n for n in self.news if n.kind is kind]


def noise(beats: float, tempo: float, seed: int = 0, channels: int = 2) -> Samples:
    """A loop in which every sample is recognisable, quiet enough for the limiter to let it be."""
    frames = clip_frames(beats, tempo, RATE)
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (channels, frames)).astype(np.float32)


def sine(beats: float, tempo: float, cycles: int = 400) -> Samples:
    """A loop of whole sine cycles: any click shows in its second difference."""
    frames = clip_frames(beats, tempo, RATE)
    return (0.5 * np.sin(2 * np.pi * cycles * np.arange(frames) / frames)).astype(np.float32)[None]


def bumps(sound: Samples) -> float:
    """The largest second difference. (..., frames)"""
    return float(np.abs(np.diff(sound.astype(np.float64), 2)).max())


def loop(clip: Samples, start: int, frames: int) -> Samples:
    """`frames` of a clip that goes round, from `start` on."""
    return clip[:, np.arange(start, start + frames) % clip.shape[1]]
