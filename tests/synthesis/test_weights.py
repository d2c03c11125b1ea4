"""The weights that are shipped: small, loadable, and they play what the words say, on the beat and in key."""

from functools import lru_cache

import pytest
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.picture import EMBEDDED
from riffosc.synthesis.model.canvas import ScoreModel
from riffosc.synthesis.model.embedded import WEIGHTS, EmbeddedModel
from riffosc.training.asking import painted, values_of
from riffosc.training.measures import in_scale, low_share, on_the_grid, ripple


@lru_cache(maxsize=1)
def model() -> EmbeddedModel:
    return EmbeddedModel.load(WEIGHTS)


@lru_cache(maxsize=16)
def picture(prompt: str, key: str = "", tempo: float = 122.0, seed: int = 0) -> Tensor:
    return _painted(prompt, key, tempo, seed)


def _painted(prompt: str, key: str, tempo: float, seed: int) -> Tensor:
    request = ClipRequest(((prompt, 1.0),), seed=seed, guidance=2.5, steps=4, bars=1, tempo=tempo, key=key)
    return values_of(painted(ScoreModel(model()), request))


def test_they_are_small_and_of_the_frozen_settings() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 25e6
    assert model().settings == EMBEDDED


@pytest.mark.parametrize("seed", [0, 1])
def test_drums_and_bass_are_told_apart(seed: int) -> None:
    drums, bass = picture("techno drums only", seed=seed), picture("dub bass solo", "Am", seed=seed)
    assert low_share(bass) > 0.7
    assert drums[:, 300:].mean() > 1.5 * bass[:, 300:].mean()  # cymbals
    assert on_the_grid(drums) > 0.5


def test_a_solo_has_pitch_and_no_low_end() -> None:
    flute, drums = picture("classical flute solo", "C"), picture("techno drums only")
    assert low_share(flute) < 0.3
    assert ripple(flute) > ripple(drums)


def test_the_key_is_heard() -> None:
    """A tritone apart, two keys share only two notes."""
    own, other = 0.0, 0.0
    for key, root in (("C", 0), ("F#", 6), ("A", 9)):
        for prompt in ("piano chords", "classical flute solo"):
            heard = picture(prompt, key, 90.0)
            own, other = own + in_scale(heard, root, 0), other + in_scale(heard, root + 6, 0)
    assert own > 1.2 * other


def test_the_same_noise_and_words_give_the_same_picture() -> None:
    again = _painted("techno drums only", "", 122.0, 0)
    assert again.equal(picture("techno drums only"))
