"""Levels, more often where somebody looks at them, and a tick on each beat: on the memory output, in its own time."""

from collections.abc import Iterator

import numpy as np
import pytest
from hall import RATE, Hall

from riffosc.playback.player import Landing


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.close()


@pytest.mark.parametrize("looked_at", ["/riff/levels", "/riff/level", "/riff/2/level"])
def test_levels_are_published_more_often_while_somebody_looks(hall: Hall, looked_at: str) -> None:
    hall.run(2)
    assert 15 <= len(hall.of("levels")) <= 21
    hall.looked_at.add(looked_at)
    hall.run(0.2)
    hall.told.clear()
    hall.run(2)
    assert 80 <= len(hall.of("levels")) <= 101


def test_levels_are_the_peaks_of_the_main_mix_and_of_each_voice(hall: Hall) -> None:
    hall.looked_at.add("/riff/levels")
    loud = np.full((1, RATE), 0.25, np.float32)
    hall.player.land(Landing(2, hall.player.bank.load(loud, 2), 1))
    hall.run(2)
    assert hall.of("levels")[-1] == pytest.approx((0.25, 0.0, 0.25))
    assert hall.store.get("/riff/2/level") == pytest.approx(0.25)


def test_a_tick_on_each_beat_counts_beats_and_bars_from_one(hall: Hall) -> None:
    hall.store.set("/riff/tempo", 150.0)
    hall.run(4.2)
    ticks = hall.of("tick")
    assert [args[:2] for args in ticks] == [(k % 4 + 1, k // 4 + 1) for k in range(len(ticks))]
    assert len(ticks) in (10, 11)
    assert ticks[-1][2] == 150.0


def test_a_tick_comes_when_its_beat_is_heard(hall: Hall) -> None:
    hall.engine.status.latency = lambda: 0.2
    while hall.engine.conductor.timeline.beat_at(hall.player.now()) < 3.9:
        hall.run(0.005)
    hall.told.clear()
    hall.run(0.2)  # to beat 4.3; the fourth is heard at 4.4
    assert not hall.of("tick")
    hall.run(0.2)
    assert [args[:2] for args in hall.of("tick")] == [(1, 2)]
