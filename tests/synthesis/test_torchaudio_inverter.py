"""Riffusion's way by torchaudio: as exact in length as ours, near the picture, the same each time."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner

from riffosc.cli import main
from riffosc.picture import EMBEDDED, PictureSettings, load_picture
from riffosc.resources import seeds_dir
from riffosc.synthesis import codec
from riffosc.synthesis.codec import Performance
from riffosc.synthesis.torchaudio_inverter import invert_many, transform_length

SR = 44100
RIFFUSION = PictureSettings(low_hz=0.0, high_hz=10000.0, window_s=0.1, padded_s=0.4)


def played(values: torch.Tensor, frames: int, settings: PictureSettings = EMBEDDED, seed: int = 0) -> np.ndarray:
    return codec.invert(values, Performance(settings, frames, SR, seed, "torchaudio"))


@pytest.mark.parametrize(
    ("columns", "frames"),
    [(1, 997), (4, 22050), (100, 44101), (31, 13691), (1500, 11025), (3, 30011)],
)
def test_any_picture_has_as_many_frames_as_asked_for(columns: int, frames: int) -> None:
    values = torch.rand(2, columns, 512, generator=torch.Generator().manual_seed(1)) * 0.5
    samples = played(values, frames)
    assert samples.shape == (2, frames) and np.isfinite(samples).all() and samples.std() > 0.001


@pytest.mark.parametrize("settings", [RIFFUSION, EMBEDDED], ids=["riffusion", "embedded"])
def test_the_sound_looks_like_its_picture_and_is_as_loud(settings: PictureSettings) -> None:
    frames, columns = 44100, 100
    seed = codec.to_values(load_picture(seeds_dir() / "house.png").pixels)[:, :128]
    loop = codec.invert(seed, Performance(EMBEDDED, frames, SR))
    values = codec.analyse(loop, SR, settings, columns)
    again = codec.analyse(played(values, frames, settings), SR, settings, columns)
    inside = slice(6, -6)  # its ends do not meet
    assert float((again - values)[:, inside].norm() / values[:, inside].norm()) < 0.06
    assert float(again.norm() / values.norm()) == pytest.approx(1, abs=0.02)


def test_riffusions_transform_is_as_long_as_riffusions() -> None:
    assert transform_length(RIFFUSION, 44100) == 17640
    assert transform_length(EMBEDDED, 44100) == 5760  # 5645 has the factor 1129


def test_many_at_once_have_their_own_sounds_and_others_numbers_are_left_alone() -> None:
    values = torch.zeros(2, 1, 20, 512)
    values[1, :, :, 100] = 0.8
    before = torch.random.get_rng_state()
    how = Performance(EMBEDDED, 11025, SR, seed=4)
    first, again = (invert_many(values, how) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert first.shape == (2, 1, 11025) and first.tobytes() == again.tobytes()
    silent, heard = np.abs(first).max(axis=(1, 2))
    assert silent < 1e-6 and heard > 0.01
    assert first.tobytes() != invert_many(values, Performance(EMBEDDED, 11025, SR, seed=5)).tobytes()


def test_render_by_torchaudio(tmp_path: Path) -> None:
    options = ["--seed-image", "house", "--denoising", "0", "--bars", "1", "--tempo", "180"]
    done = [
        CliRunner().invoke(main, ["render", *options, "--inverter", name, "--out", str(tmp_path / f"{name}.wav")])
        for name in ("riffosc", "torchaudio", "other")
    ]
    assert [result.exit_code for result in done] == [0, 0, 2]
    assert "'other' is not one of 'riffosc', 'torchaudio'" in done[2].output
    ours, theirs = (soundfile.read(str(tmp_path / f"{name}.wav"))[0] for name in ("riffosc", "torchaudio"))
    assert len(ours) == len(theirs) == 58800 and not np.array_equal(ours, theirs)
