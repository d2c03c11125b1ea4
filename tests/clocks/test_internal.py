"""The clock inside: a tempo that is tapped."""

import pytest

from riffosc.clocks.internal import TAP_PAUSE_S, TAPS, InternalClock


def test_the_tempo_is_that_of_the_last_taps() -> None:
    clock = InternalClock()
    assert clock.tap(10.0) is None and clock.tap(10.5) == 120
    for beat in range(1, TAPS):
        tempo = clock.tap(10.5 + beat * 0.25)
    assert tempo == pytest.approx(240), "the first taps are forgotten"


def test_a_pause_starts_a_new_count_and_two_taps_at_once_are_no_tempo() -> None:
    clock = InternalClock()
    assert clock.tap(1.0) is None and clock.tap(1.0) is None
    assert clock.tap(1.1 + TAP_PAUSE_S) is None and clock.tap(1.6 + TAP_PAUSE_S) == pytest.approx(120)
