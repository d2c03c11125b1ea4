"""The same picture level is the same sound level, in every clip and voice; and no clip is beyond full scale."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from riffosc.clip import Clip, ClipRequest
from riffosc.picture import EMBEDDED, Picture, load_picture
from riffosc.resources import seeds_dir
from riffosc.synthesis import codec
from riffosc.synthesis.limiter import CEILING
from riffosc.synthesis.render import Renderer
from riffosc.wav import pcm24

SHORT = ClipRequest(bars=1, quantum=1, tempo=120.0, denoising=0.0)  # half a second


def seed_beat() -> Picture:
    whole = load_picture(seeds_dir() / "house.png")
    return replace(whole, pixels=whole.pixels[..., :64].copy(), beats=1.0)


def played(picture: Picture, request: ClipRequest = SHORT) -> Clip:
    return Renderer().render(replace(request, init=picture))


def level(samples: np.ndarray) -> float:
    return float(10 * np.log10((samples.astype(np.float64) ** 2).mean()))


def louder(picture: Picture, db: float) -> Picture:
    """Every mel amplitude of the picture changed by so many decibels."""
    values = codec.to_values(picture.pixels) * 10 ** (db / 20 * EMBEDDED.power)
    return replace(picture, pixels=codec.to_pixels(values))


def test_a_picture_is_as_loud_at_any_tempo_rate_and_seed() -> None:
    picture = seed_beat()
    expected = level(played(picture).samples)
    for other in ({"seed": 9}, {"tempo": 141.7}, {"samplerate": 48000}):
        assert level(played(picture, replace(SHORT, **other)).samples) == pytest.approx(expected, abs=0.3), other


@pytest.mark.parametrize("db", [-18.0, 3.0])
def test_so_many_decibels_in_the_picture_are_as_many_in_the_sound(db: float) -> None:
    picture = seed_beat()
    assert level(played(louder(picture, db)).samples) - level(played(picture).samples) == pytest.approx(db, abs=0.4)


def test_what_sounds_elsewhere_in_the_clip_changes_nothing() -> None:
    """A quiet half is as loud beside a loud half as beside silence: nothing is normalised."""
    quiet = codec.to_values(louder(seed_beat(), -20).pixels)
    quiet[:, 32:] = 0
    loud = quiet.clone()
    loud[:, 40:56] = codec.to_values(seed_beat().pixels)[:, :16]
    alone, beside = (played(replace(seed_beat(), pixels=codec.to_pixels(values))).samples for values in (quiet, loud))
    assert level(beside[:, 1000:9000]) == pytest.approx(level(alone[:, 1000:9000]), abs=0.3)
    assert level(beside) > level(alone) + 10


def test_a_black_picture_stays_below_full_scale_and_its_file_has_no_flat_tops() -> None:
    black = torch.zeros(1, 64, 512)
    black[:, ::16, 40:400] = 1
    picture = Picture(codec.to_pixels(black), beats=1.0)
    samples = played(picture).samples
    assert np.abs(codec.invert(black, codec.Performance(EMBEDDED, samples.shape[1], 44100))).max() > 1
    assert 0.8 * CEILING < np.abs(samples).max() <= np.float32(CEILING)
    written = np.frombuffer(pcm24(samples), np.uint8).reshape(-1, 3)
    top = (written == (0xFF, 0xFF, 0x7F)).all(1) | (written == (0, 0, 0x80)).all(1)
    assert not top.any()
