"""Sound to picture, in 8 bits as it is stored, and back: onsets, level, length and the seam survive."""

import numpy as np
import pytest
import torch
from ears import Sound, level_db, onsets
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import SR, bursts

from riffosc.bench.likeness import likeness
from riffosc.bench.seams import seam_ratio
from riffosc.picture import EMBEDDED, PictureSettings, load_picture
from riffosc.pictures import seed_names
from riffosc.resources import seeds_dir
from riffosc.synthesis import codec
from riffosc.synthesis.codec import Performance

RIFFUSION = PictureSettings(low_hz=0.0, high_hz=10000.0, window_s=0.100, padded_s=0.400)
ONSET_S, LEVEL_DB = 0.005, 0.5
BOTH = pytest.mark.parametrize("kind", [EMBEDDED, RIFFUSION], ids=["embedded", "riffusion"])


def painted(loop: Sound, kind: PictureSettings, columns: int, samplerate: int = SR) -> torch.Tensor:
    """A loop (channels, frames) as the values that a file keeps."""
    return codec.to_values(codec.to_pixels(codec.analyse(loop.astype(np.float32), samplerate, kind, columns)))


def there_and_back(loop: Sound, kind: PictureSettings, seed: int = 0) -> Sound:
    """A mono loop (frames,), by columns of about 8 ms."""
    values = painted(loop[None], kind, round(len(loop) / SR * 128))
    return codec.invert(values, Performance(kind, len(loop), SR, seed))[0]


def louder_db(heard: Sound, loop: Sound, kind: PictureSettings) -> float:
    return level_db(heard, SR, 20, kind.high_hz) - level_db(loop, SR, 20, kind.high_hz)


@BOTH
@pytest.mark.parametrize("tempo", [120, 174])
@pytest.mark.parametrize("band_hz", [(200, 8000), (2000, 8000)])
def test_bursts_on_sixteenths_keep_their_onsets_and_level(
    kind: PictureSettings, tempo: float, band_hz: tuple[float, float]
) -> None:
    frames, step_s = round(16 * 15 / tempo * SR), 15 / tempo
    grid = np.arange(16) * step_s
    loop = bursts(frames, grid, step_s / 2, band_hz)
    heard = there_and_back(loop, kind)
    late = onsets(heard, SR, grid, step_s / 2) - onsets(loop, SR, grid, step_s / 2)
    assert np.abs(late).max() < ONSET_S, np.round(late * 1000, 1)
    assert louder_db(heard, loop, kind) == pytest.approx(0, abs=LEVEL_DB)


def test_every_picture_is_as_loud_as_it_says() -> None:
    """The sound of a picture, looked at again, is as dark: from picture to picture within half a decibel."""
    louder = []
    for name in seed_names():
        picture = load_picture(seeds_dir() / f"{name}.png")
        values = codec.to_values(picture.pixels)[:, : 64 * picture.quantum]
        frames = round(picture.quantum * 60 / picture.tempo * SR)
        sound = codec.invert(values, Performance(EMBEDDED, frames, SR))
        louder.append(likeness(values, sound, SR, EMBEDDED).louder_db)
    assert max(map(abs, louder)) < LEVEL_DB, dict(zip(seed_names(), louder, strict=True))


def test_channels_keep_their_balance() -> None:
    noise = bursts(SR, np.arange(8) * 0.125, 0.06, (200, 8000))
    loop = np.stack([noise, noise / 4])
    left, right = codec.invert(painted(loop, EMBEDDED, 128), Performance(EMBEDDED, SR, SR))
    assert level_db(left, SR, 200, 8000) - level_db(right, SR, 200, 8000) == pytest.approx(12.04, abs=LEVEL_DB)
    assert louder_db(left, noise, EMBEDDED) == pytest.approx(0, abs=LEVEL_DB)


PRIMES = (499, 1009, 7919, 22051, 30011)


PERFORMANCES = st.builds(
    Performance,
    settings=st.sampled_from((EMBEDDED, RIFFUSION)),
    frames=st.sampled_from(PRIMES) | st.integers(200, 30000),
    samplerate=st.sampled_from((44100, 48000)),
    seed=st.integers(0, 2**31 - 1),
    inverter=st.just("riffosc"),
)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(how=PERFORMANCES, columns=st.integers(1, 200), channels=st.integers(1, 2))
def test_every_picture_at_every_length(how: Performance, columns: int, channels: int) -> None:
    """Exact, finite, the same again, and as smooth where it wraps as inside."""
    values = torch.rand(channels, columns, 512, generator=torch.Generator().manual_seed(how.seed)) * 0.6
    samples = codec.invert(values, how)
    assert samples.shape == (channels, how.frames) and samples.dtype == np.float32
    assert np.isfinite(samples).all() and np.abs(samples).max() > 1e-4
    assert samples.tobytes() == codec.invert(values, how).tobytes()
    if how.frames > how.samplerate // 20:  # else there are no windows inside to compare with
        assert max(seam_ratio(channel, how.samplerate, how.settings.high_hz) for channel in samples) <= 1


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    columns=st.integers(1, 120),
    hop=st.integers(1, 300),
    turn=st.integers(0, 119),
    channels=st.integers(1, 2),
    kind=st.sampled_from((EMBEDDED, RIFFUSION)),
)
def test_a_loop_looks_alike_wherever_it_begins(
    columns: int, hop: int, turn: int, channels: int, kind: PictureSettings
) -> None:
    loop = np.random.default_rng(columns).normal(0, 0.05, (channels, columns * hop)).astype(np.float32)
    values = codec.analyse(loop, SR, kind, columns)
    turned = codec.analyse(np.roll(loop, turn * hop, axis=1), SR, kind, columns)
    assert values.shape == (channels, columns, 512)
    assert torch.allclose(turned, values.roll(turn, 1), atol=1e-4)
