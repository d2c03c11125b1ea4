"""How loud each role is, and the sum of parts."""

import numpy as np

from riffosc.training.oscillators import Audio

LEVEL_DB = {"drums": -18.0, "bass": -22.0, "chords": -25.0, "lead": -23.0, "texture": -32.0}
FORCE_DB = 7.0  # between the softest and the hardest playing
LOUDEST = 0.1  # share of a loop's time that says how loud it is
FRAME = 2048
KNEE = 0.75  # full scale; what is louder bends softly below 1


def loudness(sound: Audio) -> float:
    """Root mean square of the loudest tenth of a loop, full scale being 1."""
    frames = -(-len(sound) // FRAME)
    cut = np.pad(sound, (0, frames * FRAME - len(sound)), mode="wrap").reshape(frames, FRAME)
    power = np.sort(np.einsum("ij,ij->i", cut, cut) / FRAME)
    return float(np.sqrt(power[-max(1, round(frames * LOUDEST)) :].mean()))


def at_level(sound: Audio, role: str, force: float) -> Audio:
    """The part as loud as its role is, harder playing louder: alone as in a mix."""
    heard = loudness(sound)
    if heard < 1e-7:
        return sound
    return sound * np.float32(10 ** ((LEVEL_DB[role] + FORCE_DB * (force - 0.5)) / 20) / heard)


def limited(sound: Audio) -> Audio:
    """Peaks above the knee bent so that nothing reaches full scale."""
    size = np.abs(sound)
    over = np.float32(KNEE) + np.float32(1 - KNEE) * np.tanh((size - np.float32(KNEE)) / np.float32(1 - KNEE))
    return np.where(size > KNEE, np.sign(sound) * np.float32(0.999) * over, sound)
