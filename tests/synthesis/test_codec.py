"""The codec on shipped seed pictures and on tones: exact, circular, absolute in level, the same each time."""

import numpy as np
import pytest
import torch

from riffosc.picture import EMBEDDED, Picture, load_picture
from riffosc.pictures import seed_names
from riffosc.resources import seeds_dir
from riffosc.synthesis import codec
from riffosc.synthesis.codec import Performance
from riffosc.timeline import clip_frames

SR = 44100


def seed(name: str) -> Picture:
    return load_picture(seeds_dir() / f"{name}.png")


def tone(hz: float, frames: int, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(frames) / SR)).astype(np.float32)[None]


@pytest.mark.parametrize("frames", [22050, 176399, 176400, 65537, 30011])
def test_as_many_frames_as_asked_for(frames: int) -> None:
    values = torch.rand(1, 128, 512, generator=torch.Generator().manual_seed(1)) * 0.3
    assert codec.invert(values, Performance(EMBEDDED, frames, SR)).shape == (1, frames)


@pytest.mark.parametrize("samplerate", [44100, 48000])
def test_a_seed_picture_sounds_as_it_looks(samplerate: int) -> None:
    """Analysed again, the sound gives its picture back: relative error in picture values."""
    for name in ("house", "ambient"):
        picture = seed(name)
        values = codec.to_values(picture.pixels)
        frames = clip_frames(picture.beats, picture.tempo, samplerate)
        samples = codec.invert(values, Performance(EMBEDDED, frames, samplerate))
        again = codec.analyse(samples, samplerate, EMBEDDED, picture.columns)
        assert float((again - values).norm() / values.norm()) < 0.08, name


def test_the_same_picture_and_seed_give_the_same_bytes_and_another_seed_others() -> None:
    values = codec.to_values(seed("techno").pixels)[:, :128]
    first, again, other = (codec.invert(values, Performance(EMBEDDED, 44100, SR, s)) for s in (5, 5, 6))
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_pictures_performed_together_sound_as_they_do_alone() -> None:
    values = torch.stack([codec.to_values(seed(name).pixels)[:, :128] for name in ("techno", "house")])
    how = Performance(EMBEDDED, 44100, SR)
    together = codec.invert_many(values, how, (5, 6))
    for one, value, number in zip(together, values, (5, 6), strict=True):
        alone = codec.invert(value, Performance(EMBEDDED, 44100, SR, number))
        assert np.abs(one - alone).max() < 1e-4
    assert codec.invert_many(values, how).shape == (2, 1, 44100)


def test_analysis_is_circular_in_time() -> None:
    rng = np.random.default_rng(1)
    loop = rng.normal(0, 0.1, (1, 64 * 700)).astype(np.float32)
    values = codec.analyse(loop, SR, EMBEDDED, 64)
    rolled = codec.analyse(np.roll(loop, 700 * 10, axis=1), SR, EMBEDDED, 64)
    assert torch.allclose(rolled, values.roll(10, 1), atol=1e-5)


def test_the_seam_is_as_smooth_as_the_inside() -> None:
    """A tone that goes a whole number of times into the loop comes back without a step at the wrap."""
    frames = 2 * SR
    values = codec.analyse(tone(440, frames), SR, EMBEDDED, 256)
    samples = codec.invert(values, Performance(EMBEDDED, frames, SR))[0]
    steps = np.abs(np.diff(np.tile(samples, 2), 2))
    seam = steps[frames - 20 : frames + 20].max()
    assert seam <= 1.01 * np.percentile(steps, 99.9)  # a tone: all its crests are nearly the same


def test_level_is_absolute() -> None:
    """The same picture level is the same sound level; twice the amplitude is twice the mel value."""
    frames = SR
    quiet, loud = (codec.analyse(tone(1000, frames, level), SR, EMBEDDED, 128) for level in (0.1, 0.2))
    assert float(loud.max() ** 4 / quiet.max() ** 4) == pytest.approx(2, rel=0.01)
    performed = codec.invert(quiet, Performance(EMBEDDED, frames, SR))
    assert float(np.sqrt((performed**2).mean())) == pytest.approx(0.1 / 2**0.5, rel=0.15)


@pytest.mark.parametrize("hz", [55.0, 110.0, 440.0, 3520.0])
def test_pitch_is_kept(hz: float) -> None:
    frames = 2 * SR
    values = codec.analyse(tone(hz, frames), SR, EMBEDDED, 256)
    spectrum = np.abs(np.fft.rfft(codec.invert(values, Performance(EMBEDDED, frames, SR))[0]))
    assert np.argmax(spectrum) / 2 == pytest.approx(hz, rel=0.01)


def test_pixels_are_dark_where_loud_and_low_at_the_bottom() -> None:
    pixels = codec.to_pixels(codec.analyse(tone(100, SR), SR, EMBEDDED, 64))
    row, _ = np.unravel_index(np.argmin(pixels[0]), pixels[0].shape)
    assert row > 400
    assert pixels[0, :100].mean() > 250


def test_pixels_and_values_are_each_others_inverse() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (1, 512, 64), dtype=np.uint8)
    assert np.array_equal(codec.to_pixels(codec.to_values(pixels)), pixels)


def test_resampling_columns_wraps_around() -> None:
    values = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
    assert codec.resample_columns(values, 8)[:, 0].tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 1.5]


def test_silence_stays_silent() -> None:
    samples = codec.invert(torch.zeros(1, 64, 512), Performance(EMBEDDED, 22050, SR))
    assert np.abs(samples).max() < 1e-6


def test_a_loop_shorter_than_the_window() -> None:
    samples = codec.invert(torch.full((1, 4, 512), 0.2), Performance(EMBEDDED, 1000, SR))
    assert samples.shape == (1, 1000) and np.isfinite(samples).all()


def test_progress_rises_to_one_and_can_end_the_work() -> None:
    heard: list[float] = []
    codec.invert(torch.zeros(2, 16, 512), Performance(EMBEDDED, 8000, SR), heard.append)
    assert heard == sorted(heard) and heard[-1] == 1.0 and len(heard) == codec.PASSES

    def enough(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        codec.invert(torch.zeros(1, 16, 512), Performance(EMBEDDED, 8000, SR), enough)


def test_shipped_seeds_are_whole_bars_with_their_settings() -> None:
    assert len(seed_names()) >= 8
    for name in seed_names():
        picture = seed(name)
        assert picture.columns == picture.beats * picture.settings.columns_per_beat
        assert picture.beats % picture.quantum == 0 and picture.settings == EMBEDDED and picture.key
