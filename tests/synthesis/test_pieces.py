"""What is too long for one piece is one loop all the same."""

import numpy as np
import pytest

from riffosc.picture import PictureSettings
from riffosc.synthesis import codec, limiter, pieces
from riffosc.synthesis.codec import Performance

SR = 16000
SMALL = PictureSettings(bins=64, low_hz=50.0, high_hz=7000.0, window_s=0.032, padded_s=0.064)
RATE = 100  # columns a second


def music(seconds: int) -> np.ndarray:
    """Tones of a second each, with a gap after every one, that go a whole number of times into it."""
    at = np.arange(SR) / SR
    tones = [np.sin(2 * np.pi * hz * at) * np.clip(8 - 10 * at, 0, 1) for hz in (220, 330, 440, 554)]
    return 0.3 * np.concatenate([tones[second % 4] for second in range(seconds)])[None].astype(np.float32)


@pytest.fixture
def short_pieces(monkeypatch):
    """Pieces so short that a test need not make minutes."""
    monkeypatch.setattr(pieces, "WHOLE_S", 3.0)
    monkeypatch.setattr(pieces, "PIECE_S", 2.0)


def test_pieces_are_painted_as_the_whole_is(short_pieces):
    samples = music(9)
    values, level = pieces.paint(samples, SR, SMALL, 9 * RATE)
    whole = codec.analyse(samples, SR, SMALL, 9 * RATE).numpy()
    assert values.max() == 1
    ours = values * (level / SMALL.reference) ** SMALL.power
    assert np.allclose(ours.clip(max=1), whole, atol=1e-4)


def test_columns_that_do_not_divide_the_frames_are_as_good(short_pieces):
    samples = music(9)[:, :-1234]
    values, level = pieces.paint(samples, SR, SMALL, 877)
    whole = codec.analyse(samples, SR, SMALL, 877).numpy()
    ours = (values * (level / SMALL.reference) ** SMALL.power).clip(max=1)
    assert np.linalg.norm(ours - whole) < 0.01 * np.linalg.norm(whole)


def test_silence_has_no_level():
    values, level = pieces.paint(np.zeros((2, SR), np.float32), SR, SMALL, 50)
    assert values.shape == (2, 50, 64) and not values.any() and level == 0


def test_pieces_sound_as_the_whole_does(short_pieces):
    """As near to its picture as the codec itself comes, of the same level everywhere, a loop without a step."""
    samples = music(10)
    values = codec.analyse(samples, SR, SMALL, 10 * RATE)
    pixels = codec.to_pixels(values)
    how = Performance(SMALL, samples.shape[1] - 77, SR)
    heard: list[float] = []
    joined = pieces.perform(pixels, how, heard.append)
    whole = codec.invert(codec.to_values(pixels), how)
    assert joined.shape == whole.shape
    assert heard == sorted(heard) and heard[-1] == 1
    wanted = codec.to_values(pixels)
    error, floor = (float((codec.analyse(one, SR, SMALL, 1000) - wanted).norm()) for one in (joined, whole))
    assert error < 1.15 * floor
    levels = [np.sqrt((one.reshape(-1)[: 9 * SR].reshape(18, -1) ** 2).mean(axis=1)) for one in (joined, whole)]
    assert np.abs(20 * np.log10(levels[0] / levels[1])).max() < 1.5
    bends = np.abs(np.diff(np.tile(joined[0], 2), 2))
    assert bends[len(joined[0]) - 20 : len(joined[0]) + 20].max() <= np.percentile(bends, 99.9)


def test_a_picture_without_a_quiet_place_keeps_its_level_through_the_joins(short_pieces):
    samples = (0.3 * np.sin(2 * np.pi * 440 * np.arange(8 * SR) / SR)).astype(np.float32)[None]
    pixels = codec.to_pixels(codec.analyse(samples, SR, SMALL, 800))
    joined = pieces.perform(pixels, Performance(SMALL, 8 * SR, SR))
    levels = np.sqrt((joined.reshape(400, -1) ** 2).mean(axis=1))
    assert levels.min() > 0.5 * np.median(levels)


def test_few_columns_may_last_long(short_pieces):
    samples = pieces.perform(np.full((2, 64, 1), 100, np.uint8), Performance(SMALL, 5 * SR, SR))
    assert samples.shape == (2, 5 * SR)
    assert np.isfinite(samples).all() and samples.any()


def test_pieces_are_limited_as_the_whole_is(short_pieces):
    loud = np.random.default_rng(1).normal(0, 0.3, (2, 7 * SR)).astype(np.float32)
    loud[:, :3000] *= 4
    assert np.allclose(pieces.limited(loud, SR), limiter.limit(loud, SR), atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (PictureSettings(bins=5000, padded_s=1.0), "ask for too much: 5000 bands and a window of 1 s at 16000 Hz"),
        (PictureSettings(window_s=1e-6), "too short to hear anything in"),
        (PictureSettings(low_hz=9000.0, high_hz=20000.0), "lowest frequency, 9000 Hz, does not exist at 16000 Hz"),
    ],
)
def test_settings_that_ask_for_too_much(settings, words):
    with pytest.raises(pieces.SizeError, match=words):
        pieces.perform(np.zeros((1, settings.bins, 4), np.uint8), Performance(settings, SR, SR))


@pytest.mark.parametrize(("have", "want"), [(8000, 44100), (44100, 8000), (100_003, 44100), (11000, 22050)])
def test_resampling_keeps_pitch_level_and_the_loop(have, want):
    """A tone that goes a whole number of times into the loop is the same tone, to the ends."""
    seconds = 0.5
    old, new = (np.arange(round(rate * seconds)) for rate in (have, want))
    samples = np.stack([np.sin(2 * np.pi * 100 * old / len(old)), np.cos(2 * np.pi * 8 * old / len(old))])
    made = pieces.resample(samples.astype(np.float32), have, want)
    wanted = np.stack([np.sin(2 * np.pi * 100 * new / len(new)), np.cos(2 * np.pi * 8 * new / len(new))])
    assert made.shape == wanted.shape
    assert np.allclose(made, wanted, atol=1e-3)
