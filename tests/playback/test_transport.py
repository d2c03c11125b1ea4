"""JACK's transport, moved by a client of another process."""

from collections.abc import Iterator

import pytest
from studio import RATE
from test_midi import Stage

pytestmark = pytest.mark.jack


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def test_the_transport_is_seen(stage: Stage) -> None:
    stage.until(stage.player.transport)
    still = stage.player.transport()
    assert still and not still.rolling and still.beat is None
    assert stage.peer.do("c.set_timebase_callback(give_beats, True)")
    stage.peer.do("change(tempo=90.0, per_bar=3)")
    stage.peer.do("c.transport_locate(44100 * 10)")
    stage.peer.do("c.transport_start()")
    stage.until(lambda: (t := stage.player.transport()) and t.rolling and t.beat)
    rolls = stage.player.transport()
    assert rolls and rolls.serial > still.serial
    assert (rolls.tempo, rolls.beats_per_bar) == (90, 3)
    stage.peer.do("change(watch=True)")
    stage.until(lambda: stage.peer.do("len(seen)") > 20)
    now, rolling, place = stage.peer.do("seen")[10]
    seen = stage.player.transport()
    assert rolling and seen and seen.beat is not None
    beat = (place + seen.frame - stage.frame(now)) / RATE * 1.5
    assert seen.beat == pytest.approx(beat, abs=1e-9)
    assert seen.serial == rolls.serial
    stage.peer.do("c.transport_stop()")
    stage.until(lambda: (t := stage.player.transport()) and not t.rolling)
    last = stage.player.transport()
    assert last and last.serial == rolls.serial + 1
