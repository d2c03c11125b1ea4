"""Curves, encodings, pickup: what a knob's movement means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.midi.curves import CURVES, base_of, shape, unshape
from riffosc.midi.encodings import STEPS, detect
from riffosc.midi.pickup import Pickup

PART = st.floats(0, 1)
GRAIN = 1.5 / 127


@given(st.sampled_from(CURVES), PART)
def test_a_curve_undone_is_where_it_began(curve, position):
    assert unshape(curve, shape(curve, position)) == pytest.approx(position, abs=1e-6)


def test_curves_lean_where_they_say():
    assert shape("exp", 0.5) < 0.25 and shape("log", 0.5) > 0.75
    assert [round(shape(curve, end), 9) for curve in CURVES for end in (0, 1)] == [0, 1] * 3
    assert 20 + 280 * shape("exp", 0.5, base_of(20, 300)) == pytest.approx((20 * 300) ** 0.5), "equal ratios"


@pytest.mark.parametrize(
    ("encoding", "up", "down"),
    [
        ("twos", (1, 2, 63), (127, 126, 65)),
        ("signed", (1, 2, 63), (65, 66, 127)),
        ("signed-left", (65, 66, 127), (1, 2, 63)),
        ("offset", (65, 66, 127), (63, 62, 1)),
        ("incdec", (65, 65, 127), (63, 63, 0)),
    ],
)
def test_every_encoding(encoding, up, down):
    step = STEPS[encoding]
    rises = (1, 1, 1) if encoding == "incdec" else (1, 2, 63)
    assert tuple(map(step, up)) == rises
    assert tuple(-step(value) for value in down) == rises


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        ([1, 1, 1, 2, 1], "twos"),
        ([1, 1, 2, 127, 127], "twos"),
        ([127, 127, 126, 1], "twos"),
        ([1, 1, 65, 65], "signed"),
        ([65, 65, 66, 65], "offset"),
        ([65, 65, 63, 63], "offset"),
        ([66, 67, 65, 61, 61], "offset"),
        ([65, 65, 1, 1], "signed-left"),
        ([1, 2, 3, 4, 5, 6], "absolute"),
        ([60, 61, 62, 63, 64, 65, 66], "absolute"),
        ([127, 126, 125], "absolute"),
        ([40, 41, 41, 42], "absolute"),
        ([127, 0], "absolute"),
        ([127, 127, 127], "absolute"),
        ([64], "absolute"),
    ],
)
def test_how_a_knob_speaks_is_told_from_what_it_says(values, encoding):
    assert detect(values) == encoding


@given(st.lists(st.integers(0, 127), min_size=1))
def test_some_encoding_is_found_for_anything(values):
    assert detect(values) in ("absolute", *STEPS)


def test_a_knob_waits_until_it_comes_by():
    pickup = Pickup()
    assert [pickup.pick_up(knob, 0.5, GRAIN) for knob in (0.0, 0.2, 0.4)] == [None] * 3
    assert pickup.pick_up(0.6, 0.5, GRAIN) == 0.6, "it crossed"
    assert pickup.pick_up(0.9, 0.6, GRAIN) == 0.9, "and has it from now on"
    assert pickup.pick_up(0.8, 0.2, GRAIN) is None, "until somebody else moves the parameter"
    assert pickup.pick_up(0.7, 0.2, GRAIN) is None
    assert pickup.pick_up(0.2, 0.2, GRAIN) == 0.2


def test_the_first_touch_takes_only_what_is_near():
    assert Pickup().pick_up(0.3, 0.5, GRAIN) is None
    assert Pickup().pick_up(0.505, 0.5, GRAIN) == 0.505


def test_a_ring_that_was_set_goes_on_from_there_and_a_plain_knob_does_not():
    ring, plain = Pickup(last=0.1), Pickup(last=0.1)
    for each in (ring, plain):
        each.show(0.7)
    assert ring.pick_up(0.72, 0.7, GRAIN) == 0.72
    assert plain.pick_up(0.15, 0.7, GRAIN) is None


def test_scale_closes_in_from_both_sides():
    pickup = Pickup(last=0.0)
    now = 0.5
    for knob in (0.25, 0.5, 0.75, 1.0):
        now = pickup.scale(knob, now, GRAIN)
        assert now > knob or knob == 1.0
    assert now == pytest.approx(1.0)
    assert pickup.scale(0.0, 1.0, GRAIN) == 0.0
    assert Pickup().scale(0.4, 0.9, GRAIN) is None, "the first word only says where it is"


@given(PART, st.lists(PART, min_size=1))
def test_scale_stays_in_the_range_and_never_goes_against_the_hand(start, knobs):
    pickup, now, last = Pickup(last=0.5), start, 0.5
    for knob in knobs:
        new = pickup.scale(knob, now, GRAIN)
        if new is not None:
            assert -1e-9 <= new <= 1 + 1e-9
            assert (new - now) * (knob - last) >= -1e-9
            now = new
        last = knob
