"""Pitch survives sound to picture, in 8 bits as it is stored, and back, whatever the seed."""

import pytest
from ears import detune_cents
from sounds import SR, glide, snapped, tone
from test_round_trips import BOTH, LEVEL_DB, louder_db, there_and_back

from riffosc.picture import EMBEDDED, PictureSettings

CENTS = 3.0


@BOTH
@pytest.mark.parametrize("frames", [88200, 38627])
@pytest.mark.parametrize("hz", [55.0, 61.4, 440.0, 446.0])
def test_a_tone_keeps_pitch_and_level(kind: PictureSettings, frames: int, hz: float) -> None:
    """One cycle more or less in the loop would be 2 cents at 440 Hz and 16 at 55, in two seconds."""
    hz = snapped(hz, frames)
    loop = tone(hz, frames)
    heard = there_and_back(loop, kind, seed=round(hz))
    assert detune_cents(heard, SR, hz, width_hz=max(4, 0.06 * hz)) == pytest.approx(0, abs=CENTS)
    assert louder_db(heard, loop, kind) == pytest.approx(0, abs=LEVEL_DB)


@pytest.mark.parametrize("seed", range(4))
def test_pitch_does_not_depend_on_the_seed(seed: int) -> None:
    heard = there_and_back(tone(55, 2 * SR), EMBEDDED, seed)
    assert detune_cents(heard, SR, 55, width_hz=4) == pytest.approx(0, abs=CENTS)


@BOTH
def test_a_chirp_keeps_pitch_and_level(kind: PictureSettings) -> None:
    loop, course = glide(110, 5, 4 * SR)
    heard = there_and_back(loop, kind)
    assert detune_cents(heard, SR, course, width_hz=40) == pytest.approx(0, abs=CENTS)
    assert louder_db(heard, loop, kind) == pytest.approx(0, abs=LEVEL_DB)
