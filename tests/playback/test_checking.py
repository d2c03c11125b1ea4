"""The checker of recordings finds what is wrong, and nothing else."""

import numpy as np
import pytest
from studio import RATE, Studio, noise

from riffosc.bench.audio import bench_audio
from riffosc.bench.checking import check_recording
from riffosc.bench.recorder import Recording


@pytest.fixture
def take(studio: Studio) -> tuple[Recording, Studio, dict[int, np.ndarray]]:
    """Two landings at an awkward tempo, recorded in blocks, one of them lost."""
    clips = {studio.player.bank.load(noise(1, 174, seed), 1): noise(1, 174, seed) for seed in range(2)}
    timeline = studio.tempo(174, seconds=0.1)
    studio.land(0, 1)
    before = studio.render(timeline.frame_at(2.5, RATE))[0]
    studio.land(1, 4)
    after = studio.render(3 * RATE)[0]
    sound = np.concatenate([before, after], axis=2)[:, 0]
    starts = np.arange(0, sound.shape[1], 100)
    kept = np.delete(starts, 500)
    heard = np.concatenate([sound[:, start : start + 100] for start in kept], axis=1)
    blocks = np.stack([np.arange(len(kept)) * 100, kept], axis=1)
    return Recording(heard, blocks), studio, clips


def test_what_was_played_is_right(take: tuple[Recording, Studio, dict[int, np.ndarray]]) -> None:
    recording, studio, clips = take
    report = check_recording(recording, studio.news, clips, 2205)
    assert (report.wrong, report.missing, report.first_wrong) == (0, 100, [])
    assert report.boundaries >= 9
    assert report.samples > 2 * RATE


def test_one_wrong_sample_is_found(take: tuple[Recording, Studio, dict[int, np.ndarray]]) -> None:
    recording, studio, clips = take
    recording.voices[0, 30000] += 1e-7
    report = check_recording(recording, studio.news, clips, 2205)
    assert (report.wrong, report.first_wrong) == (1, [(1, 30000)])


@pytest.mark.jack
@pytest.mark.timeout(600)  # another bench may have to end first
def test_the_bench_runs() -> None:
    figures = bench_audio(3.0, 1024, True)
    assert figures["boundaries_checked"] > 8
    assert figures["blocks"] > 100


def test_what_lies_outside_the_recording_is_passed_over(take: tuple[Recording, Studio, dict[int, np.ndarray]]) -> None:
    recording, studio, clips = take
    part = Recording(recording.voices[:, 20000:60000], recording.blocks[200:600] - (20000, 0))
    report = check_recording(part, studio.news, clips, 2205)
    assert report.wrong == 0 and 0 < report.samples <= part.voices.size
