"""Clips from anywhere in long sounds: as many, as long and where they were asked for."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from riffosc.cli import main
from riffosc.wav import read_loop

RATE = 8000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ramp that says where one is, in stereo, and one that is too short, a folder deeper."""
    place = np.arange(10 * RATE) / (10 * RATE)
    (tmp_path / "in" / "deep").mkdir(parents=True)
    soundfile.write(tmp_path / "in" / "ramp.wav", np.stack([place, -place], 1), RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "in" / "deep" / "short.flac", place[:RATE], RATE)
    return tmp_path


def sampled(folder: Path, *options: object, ok: bool = True) -> str:
    command = ["sample", str(folder / "in"), "--out", str(folder / "out"), *map(str, options)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == (0 if ok else 1), done.output
    return done.output


def clips(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: soundfile.read(path)[0] for path in sorted((folder / "out").rglob("*.*"))}


def test_so_many_clips_so_long_and_the_same_with_the_same_seed(folder: Path) -> None:
    sampled(folder, "--each", 3, "--seconds", 2)
    made = clips(folder)
    assert list(made) == ["ramp_1.wav", "ramp_2.wav", "ramp_3.wav"]
    assert {clip.shape for clip in made.values()} == {(2 * RATE, 2)}
    starts = [float(clip[0, 0]) for clip in made.values()]
    assert len(set(starts)) == 3 and max(starts) <= 0.8
    for clip in made.values():
        assert np.allclose(np.diff(clip[:, 0]), 1 / (10 * RATE), atol=1e-6), "a piece of it, and whole"
    sampled(folder, "--each", 3, "--seconds", 2, "--force")
    assert all(np.array_equal(clip, made[name]) for name, clip in clips(folder).items())
    sampled(folder, "--each", 3, "--seconds", 2, "--force", "--seed", 1)
    assert [float(clip[0, 0]) for clip in clips(folder).values()] != starts


def test_whole_bars_say_so_inside(folder: Path) -> None:
    sampled(folder, "--each", 5, "--bars", 1, "--tempo", 120, "--mono")
    loops = [read_loop(path) for path in sorted((folder / "out").iterdir())]
    assert [(loop.beats, loop.tempo) for loop in loops if loop] == [(4, 120.0)] * 5
    assert {len(clip) for clip in clips(folder).values()} == {2 * RATE}


def test_bars_begin_on_bar_lines_and_none_is_taken_twice(folder: Path) -> None:
    place = (np.arange(10 * RATE) / (10 * RATE)).astype(np.float32)
    soundfile.write(folder / "in" / "ramp.wav", place, RATE, subtype="FLOAT")
    sampled(folder, "--each", 4, "--bars", 2, "--tempo", 120, "--format", "flac")
    starts = sorted(float(clip[0]) for clip in clips(folder).values())
    assert starts == pytest.approx([0.0, 0.2, 0.4, 0.6], abs=1e-4)


def test_what_is_too_short_is_said_and_the_rest_is_made(folder: Path) -> None:
    words = sampled(folder, "-r", "--seconds", 2, ok=False)
    assert "short.flac: it lasts 1.00 s, less than 2.00 s" in words and "1 of 2 failed" in words
    assert list(clips(folder)) == ["ramp_1.wav"]
    words = sampled(folder, "--bars", 6, "--tempo", 120, "--force", ok=False)
    assert "it has 5 bars at 120 bpm, less than 6" in words


def test_no_more_files_than_asked_for_and_only_formats_that_there_are(folder: Path) -> None:
    sampled(folder, "-r", "--limit", 1, "--seconds", 1)
    assert len(clips(folder)) == 1
    assert "is no format for sound" in sampled(folder, "--format", "txt", ok=False)
