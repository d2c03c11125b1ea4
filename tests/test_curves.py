"""How numbers move with the beat."""

from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.curves import SHAPES, Lfo, Line, Steps, noise


@pytest.mark.parametrize(
    ("shape", "at_quarters"),
    [
        ("sine", (0.5, 1.0, 0.5, 0.0)),
        ("triangle", (0.5, 1.0, 0.5, 0.0)),
        ("ramp", (0.0, 0.25, 0.5, 0.75)),
        ("saw", (1.0, 0.75, 0.5, 0.25)),
        ("square", (1.0, 1.0, 0.0, 0.0)),
    ],
)
def test_shapes_at_quarters_of_their_way(shape, at_quarters):
    curve = Lfo(shape, 8.0, 0.0, 1.0)
    assert [curve.at(beat) for beat in (0, 2, 4, 6)] == pytest.approx(at_quarters)
    assert curve.at(13) == pytest.approx(curve.at(5))
    assert Lfo(shape, 8.0, 0.0, 1.0, phase=0.25).at(1) == pytest.approx(curve.at(3))


@given(st.sampled_from(sorted(SHAPES)), st.floats(-1e6, 1e6), st.floats(0.1, 64), st.integers(0, 2**32))
def test_no_shape_leaves_its_range_either_way_round(shape, beat, beats, seed):
    assert -2 <= Lfo(shape, beats, -2.0, 5.0, 0.3, seed).at(beat) <= 5
    assert -2 <= Lfo(shape, beats, 5.0, -2.0, 0.3, seed).at(beat) <= 5


def test_random_holds_and_drift_has_no_jump():
    held, drifts = Lfo("random", 2.0, 0.0, 1.0, seed=3), Lfo("drift", 2.0, 0.0, 1.0, seed=3)
    beats = [n / 100 for n in range(-400, 2000)]
    assert all(held.at(beat) == noise(3, floor(beat / 2)) for beat in beats)
    assert len({held.at(beat) for beat in beats}) == 12
    assert max(abs(drifts.at(beat + 0.01) - drifts.at(beat)) for beat in beats) < 0.01
    assert drifts.at(6) == held.at(6)


def test_the_same_seed_is_the_same_way_and_another_is_another():
    ways = [[Lfo("drift", 4.0, 0.0, 1.0, seed=seed).at(beat) for beat in range(640)] for seed in (1, 1, 2)]
    assert ways[0] == ways[1] != ways[2]
    assert max(ways[0]) > 0.8 and min(ways[0]) < 0.2


def test_steps_come_round():
    curve = Steps(0.5, (1.0, 0.0, 3.0))
    assert [curve.at(beat / 4) for beat in range(7)] == [1, 1, 0, 0, 3, 3, 1]
    assert curve.at(-0.5) == 3.0
    assert Steps(0.1, (0.0, 1.0)).at(0.3) == 1.0, "three tenths are not quite 0.3"


def test_a_line_waits_goes_and_stays():
    line = Line(1.0, 0.0, 4.0, 12.0)
    assert [line.at(beat) for beat in (0, 4, 6, 12, 20)] == [1, 1, 0.75, 0, 0]
    assert Line(1.0, 0.5, 4.0, 4.0).at(4) == 0.5
