"""The weights that are shipped: small, loadable, and they play what the words say, on the beat and in key."""

from dataclasses import replace
from functools import lru_cache

import pytest
import torch
from torch import Tensor

from riffosc.clip import ClipRequest
from riffosc.composing.effecting import EFFECTS
from riffosc.composing.loop import ROLES
from riffosc.composing.sounds import BY_ROLE
from riffosc.picture import EMBEDDED
from riffosc.synthesis.model.canvas import ScoreModel
from riffosc.synthesis.model.embedded import WEIGHTS, EmbeddedModel
from riffosc.training.asking import painted, values_of
from riffosc.training.measures import in_scale, low_share, on_the_grid, onsets, ripple


@lru_cache(maxsize=1)
def model() -> EmbeddedModel:
    return EmbeddedModel.load(WEIGHTS)


@lru_cache(maxsize=16)
def picture(prompt: str, key: str = "", tempo: float = 122.0, seed: int = 0) -> Tensor:
    return _painted(prompt, key, tempo, seed)


def _painted(prompt: str, key: str, tempo: float, seed: int) -> Tensor:
    return values_of(painted(ScoreModel(model()), asked(prompt, key, tempo, seed)))


def asked(prompt: str, key: str = "", tempo: float = 122.0, seed: int = 0) -> ClipRequest:
    return ClipRequest(((prompt, 1.0),), seed=seed, guidance=2.0, steps=4, bars=1, tempo=tempo, key=key)


def test_they_are_small_and_of_the_frozen_settings() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 25e6
    assert model().settings == EMBEDDED


@pytest.mark.parametrize("seed", [0, 1])
def test_drums_and_bass_are_told_apart(seed: int) -> None:
    drums, bass = picture("techno drums only", seed=seed), picture("dub bass solo", "Am", seed=seed)
    assert low_share(bass) > 0.6
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


@pytest.mark.parametrize("prompt", ["techno drums only", "funk drums only", "piano solo", "acid bass"])
def test_what_is_composed_is_heard_where_it_is_written(prompt: str) -> None:
    written, heard = torch.zeros(16, dtype=torch.bool), torch.zeros(16)
    for seed in range(3):
        played = model().arrange(asked(prompt, seed=seed)).players
        rising = onsets(picture(prompt, seed=seed)).roll(2).reshape(16, -1)[:, :5].sum(1)
        heard += rising / rising.sum()
        written[[int(note[0] * 4 + 0.5) % 16 for player in played for note in player.notes]] = True
    assert written.all() or heard[written].mean() > 1.3 * heard[~written].mean()


def test_eight_bars_are_painted_as_they_were_composed() -> None:
    """The model sees four at a time."""
    request = replace(asked("house drums only"), bars=8)
    played = model().arrange(request).players
    heard = onsets(values_of(painted(ScoreModel(model()), request))).roll(2).reshape(128, -1)[:, :5].sum(1)
    written = torch.zeros(128, dtype=torch.bool)
    written[[int(note[0] * 4 + 0.5) % 128 for player in played for note in player.notes]] = True
    for bar in range(8):
        beats, marks = heard[16 * bar : 16 * bar + 16], written[16 * bar : 16 * bar + 16]
        assert marks.all() or beats[marks].mean() > 1.5 * beats[~marks].mean()


def test_it_knows_all_sounds_and_effects_of_the_composer() -> None:
    assert set(model().plan.sounds) == {name for sounds in BY_ROLE.values() for name in sounds}
    assert model().plan.effects == EFFECTS


def test_a_negative_prompt_keeps_players_away() -> None:
    request = asked("house")
    roles = {player.manner[: len(ROLES)].argmax().item() for player in model().arrange(request).players}
    assert ROLES.index("drums") in roles
    without = model().arrange(replace(request, negative="drums")).players
    assert without and all(player.manner[ROLES.index("drums")] == 0 for player in without)
