"""The memory output: blocks on demand, into arrays. For tests, and for rendering without a sound card."""

from typing import Any

import numpy as np

from riffosc.clip import Samples
from riffosc.playback.player import Player
from riffosc.playback.state import CUE, MAIN


class MemoryOutput:
    """Mixes when asked to."""

    name = "memory"
    latency = 0.0

    def __init__(self, samplerate: int = 44100, blocksize: int = 512) -> None:
        self.samplerate = samplerate
        self.blocksize = blocksize
        self._state: Any = None
        self._frame = 0
        self.cue: Samples = np.zeros((2, 0), np.float32)  # the cue mix of the last call

    def start(self, player: Player) -> None:
        from riffosc.playback.mixer import mix

        self._mix = mix
        self._state = player.state
        self._frame = player.resume(self.samplerate)

    def stop(self) -> None:
        self._state = None

    def render(self, frames: int) -> tuple[Samples, Samples]:
        """The next `frames` of every voice (voices, 2, frames) and of the main mix (2, frames)."""
        out, voices = self._state["out"], int(self._state["engine"]["voices"])
        rows = [*range(voices), MAIN, CUE]
        blocks = [np.zeros((voices + 2, 2, 0), np.float32)]
        for start in range(0, frames, self.blocksize):
            count = min(self.blocksize, frames - start)
            self._mix(self._state, self._frame, count, 0)
            self._frame += count
            blocks.append(out[rows, :, :count])
        sound = np.concatenate(blocks, axis=2)
        self.cue = sound[-1]
        return sound[:-2], sound[-2]
