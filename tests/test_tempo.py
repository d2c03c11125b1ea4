"""Tempo by ear: on music whose tempo is known, and on what has none."""

import numpy as np
import pytest

from riffosc.tempo import hear_tempo

RATE = 22050


def played(tempo: float, seconds: float, first_s: float = 0.0, seed: int = 0) -> np.ndarray:
    """Kick on every beat, snare on two and four, hats on eighths, some of them missing, over a held chord and noise."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * RATE)
    sound = 0.01 * rng.standard_normal(frames)
    time = np.arange(frames) / RATE
    sound += 0.05 * sum(np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330))
    hit = np.arange(round(0.1 * RATE)) / RATE
    kick = np.sin(2 * np.pi * 55 * hit) * np.exp(-hit * 30)
    snare = rng.standard_normal(len(hit)) * np.exp(-hit * 40) * 0.4
    hat = np.diff(rng.standard_normal(len(hit) + 1)) * np.exp(-hit * 120) * 0.2
    for eighth in range(int((seconds - first_s) * tempo / 30)):
        start = round((first_s + eighth * 30 / tempo) * RATE)
        for what in (hat, kick if eighth % 2 == 0 else None, snare if eighth % 4 == 2 else None):
            if what is not None and rng.random() < 0.9:
                part = sound[start : start + len(hit)]
                part += what[: len(part)]
    return sound.astype(np.float32)


@pytest.mark.parametrize(("tempo", "first_s"), [(93.7, 0.0), (120.0, 0.31), (128.0, 0.0), (141.3, 0.17), (76.0, 0.5)])
def test_a_long_piece_is_heard_to_the_thousandth(tempo: float, first_s: float) -> None:
    heard = hear_tempo(played(tempo, 60, first_s, seed=int(tempo)), RATE)
    assert heard is not None and heard.tempo == pytest.approx(tempo, rel=1e-3)
    assert heard.first_s == pytest.approx(first_s, abs=0.03)


@pytest.mark.parametrize(("bars", "tempo"), [(2, 104.6), (4, 133.3), (1, 90.1)])
def test_a_loop_is_exactly_its_bars(bars: int, tempo: float) -> None:
    heard = hear_tempo(played(tempo, bars * 4 * 60 / tempo), RATE)
    assert heard is not None and heard.tempo == pytest.approx(tempo, rel=1e-4) and heard.first_s == 0


@pytest.mark.parametrize("sound", [np.zeros(RATE * 5), np.zeros(10), np.zeros(0)])
def test_nothing_has_no_tempo(sound: np.ndarray) -> None:
    assert hear_tempo(sound.astype(np.float32), RATE) is None
