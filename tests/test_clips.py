"""How clips in the bank compare."""

from collections.abc import Iterator

import numpy as np
import pytest

from riffosc.actions import Entry, Land, Why
from riffosc.clip import ClipRequest
from riffosc.clips import Clips
from riffosc.params import Store
from riffosc.picture import Picture
from riffosc.playback.player import Player
from riffosc.tells import Outside

PICTURE = Picture(np.full((1, 512, 64), 255, np.uint8), beats=4.0)


@pytest.fixture
def player() -> Iterator[Player]:
    player = Player(1, 44100)
    yield player
    player.close()


@pytest.mark.parametrize(
    ("why", "shared", "frames", "expected"),
    [
        (Why.EVOLVE, 1.0, 0, True),
        (Why.EVOLVE, 0.6, 0, True),
        (Why.EVOLVE, 0.2, 0, False),
        (Why.EVOLVE, 1.0, 1, False),
        (Why.RETIME, 1.0, 0, False),
        (Why.CHANGE, 1.0, 0, False),
    ],
)
def test_steps_of_a_walk_are_alike_where_they_sound_so(
    player: Player, why: Why, shared: float, frames: int, expected: bool
) -> None:
    rng = np.random.default_rng(1)
    old = rng.normal(0, 0.1, (1, 20000)).astype(np.float32)
    other = rng.normal(0, 0.1, (1, 20000 - frames)).astype(np.float32)
    new = shared * old[:, : other.shape[1]] + np.sqrt(1 - shared**2) * other
    entries = [Entry(ClipRequest(), PICTURE, player.bank.load(sound.astype(np.float32), 4)) for sound in (old, new)]
    clips = Clips(Store(1), player.bank, None, Outside())
    land = Land(1, entries[1], 8.0, 0.0, why)
    assert clips.alike(land, entries[0]) is expected
    assert not clips.alike(land, None)
    clips.close()
