"""How the bench finds a clip's beginning in a recording."""

import asyncio

import numpy as np
import pytest
from jack_server import Server

from riffosc.bench.boundaries import AROUND, SOUND, find, judge, play
from riffosc.bench.clock import TEMPO
from riffosc.bench.recorder import Recording
from riffosc.bench.session import Log
from riffosc.playback.player import News, NewsKind

RATE = 44100


def noise(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, frames)


def test_a_beginning_is_found_to_the_frame():
    clip = noise(SOUND, 1)
    for place in (0, 799, 1600):
        around = 0.1 * noise(2 * AROUND + SOUND, 2)
        around[place : place + SOUND] += clip
        assert find(around, clip) == place


def test_what_is_not_there_is_not_found():
    assert find(noise(2 * AROUND + SOUND, 1), noise(SOUND, 2)) is None
    assert find(noise(2 * AROUND + SOUND, 1), np.zeros(SOUND)) is None


@pytest.mark.parametrize("late", [0, 44])
def test_the_judge_says_how_late_it_was(late):
    """44 frames are a millisecond."""
    clip, count, block = noise(SOUND, 1), 4 * RATE, 256
    bar = round(4 * 60 / TEMPO * RATE)
    sound = np.zeros((1, count), np.float32)
    sound[0, bar + late : bar + late + SOUND] = clip
    places = np.arange(0, count, block)
    log = Log()
    log.clips[7] = np.array([clip], np.float32)
    log.events.append(News(NewsKind.PASS, 1, 7, 4.0, bar + 1000))
    recording = Recording(sound, np.stack([places, places + 1000], 1))
    figures = judge(recording, log, lambda frame: (frame - 1000) / RATE * TEMPO / 60)
    assert (figures["boundaries"], figures["unclear"]) == (1, 0)
    assert figures["worst_ms"] == pytest.approx(late / 44.1, abs=0.02)


@pytest.mark.jack
@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("clock", ["midi", "jack"])
def test_loops_begin_on_the_bar_of_another_program_while_new_ones_are_painted(clock, tmp_path, monkeypatch):
    server = Server()
    server.start()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    try:
        figures = asyncio.run(play(clock, 8.0, tmp_path, server.name, settle_s=4.0))
    finally:
        server.close()
    assert figures["boundaries"] + figures["boundaries_after_xruns"] >= 6 and figures["unclear"] == 0, figures
    assert figures["worst_ms"] < 1.5 if clock == "midi" else figures["worst_ms"] < 0.05
    assert figures["rms_ms"] < 1.0
