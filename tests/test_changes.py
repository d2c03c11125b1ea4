"""Changes in time through engine and mixer, on the memory output: what is heard, on which frame."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hall import RATE, Hall

from riffosc.engine import LEADS_S
from riffosc.modulation import Modulation
from riffosc.quantise import Quantise
from riffosc.slots import Slots
from riffosc.snapshots import Snapshots
from riffosc.state import StateFolder

TICK = RATE // 200  # frames, and the block that is rendered for it
QUICK = 441  # frames of a ramp of levels
BAR = 2 * RATE  # frames, at 120 bpm


class Stage(Hall):
    """Voice 1 plays a clip of level 0.1; what is heard is kept from bar to bar."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.folder = StateFolder(path, print)
        conductor = self.engine.conductor
        self.slots = Slots(self.store, self.folder)
        self.quantise = Quantise(self.store, conductor, self.player.now, LEADS_S)
        self.engine.beat_of_change = self.quantise.beat_of_change
        self.modulation = Modulation(self.store, conductor, self.engine.done)
        self.snapshots = Snapshots(self.folder, self.quantise, self.modulation, conductor, self.engine.done)
        self.engine.ticking += [self.quantise.tick, self.modulation.tick]
        self.store.set("/riff/1/seed", 10)
        self.store.set("/riff/1/prompt", "one")
        self.run(4)

    def at(self, when: object, address: str, value: object) -> int:
        """Set it then; the frame of that beat, counted from now."""
        mark = self.quantise.mark(when, address)
        assert mark is not None
        self.quantise.at(mark, address, partial(self.store.set, address, value))
        return self.frame_of(mark.beat)

    def frame_of(self, beat: float) -> int:
        return self.engine.conductor.timeline.frame_at(beat, RATE) - int(self.player.state["engine"]["frame"])

    def hear(self, seconds: float, ticks_late: int = 0) -> np.ndarray:
        """The main mix, left, while ticks come every 5 ms, or `ticks_late` of them do not."""
        heard = []
        for count in range(round(seconds * 200)):
            heard.append(self.output.render(TICK)[1][0])
            if count % (ticks_late + 1) == 0:
                self.engine.tick()
        return np.concatenate(heard)

    def close(self) -> None:
        self.folder.close()
        super().close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def starts(sound: np.ndarray, level: float = 0.1) -> int:
    """The first frame that is no longer at the level."""
    return int(np.flatnonzero(np.abs(sound - level) > 1e-4)[0])


@pytest.mark.parametrize("ticks_late", [0, 1, 5])
@pytest.mark.parametrize(("address", "value"), [("/riff/1/mute", 1), ("/riff/1/gain", 0.0), ("/riff/gain", 0.0)])
def test_a_level_moves_with_the_block_of_its_beat_however_late_ticks_are(
    stage: Stage, address: str, value: float, ticks_late: int
) -> None:
    """Up to 30 ms late here; what is told 40 ms ahead is there."""
    for when in ("bar", "beat"):
        stage.store.update([("/riff/1/mute", 0), ("/riff/1/gain", 1.0), ("/riff/gain", 1.0)])
        stage.run(0.333)
        frame = stage.at(when, address, value)
        sound = stage.hear(3, ticks_late)
        assert frame - TICK - 1 <= starts(sound) <= frame + 1
        assert not sound[frame + QUICK + 2 :].any()


def test_a_tempo_bends_on_its_beat(stage: Stage) -> None:
    stage.run(0.333)
    stage.at("bar", "/riff/tempo", 60)
    beat = stage.quantise.mark("bar", "")
    assert beat
    stage.run(3)
    line = stage.engine.conductor.timeline
    assert line.tempo == 60
    assert line.beat == pytest.approx(beat.beat, abs=0.02), "5 ms are a hundredth of a beat"


def test_stop_at_a_bar_stops_on_that_bar(stage: Stage) -> None:
    stage.run(0.333)
    frame = stage.at("bar", "/riff/stop", 1)
    sound = stage.hear(3)
    assert starts(sound) == pytest.approx(frame - QUICK, abs=2), "silent on the bar"


def test_what_is_painted_lands_on_the_beat_that_it_was_meant_for(stage: Stage) -> None:
    stage.run(0.333)
    mark = stage.quantise.mark(16, "/riff/1/seed")
    assert mark
    stage.quantise.not_before("/riff/1/seed", mark)
    stage.store.set("/riff/1/seed", 20)
    frame = stage.frame_of(16)
    sound = stage.hear(frame / RATE + 1)
    fade = RATE // 50  # which ends on the beat
    assert frame - fade - 1 <= starts(sound) <= frame and sound[frame + 1] == pytest.approx(0.2, abs=1e-3)


def test_a_tempo_that_moves_goes_on_moving(stage: Stage) -> None:
    """The clock shows the tempo that it follows: that is no hand on it."""
    stage.modulation.steps(("/riff/tempo", 4, 100, 140))
    tempos = set()
    for _ in range(8):
        stage.run(2)
        tempos.add(stage.engine.conductor.timeline.tempo)
    assert tempos == {100, 140} and stage.modulation.standing()


def test_a_snapshot_lands_as_one_on_its_bar(stage: Stage) -> None:
    """Clip, level and a voice that falls silent."""
    stage.store.set("/riff/1/gain", 0.5)
    stage.snapshots.save(("quiet",))
    stage.store.update([("/riff/1/gain", 1.0), ("/riff/1/seed", 20), ("/riff/2/seed", 5), ("/riff/2/prompt", "two")])
    stage.run(6)
    before = stage.hear(0.333)
    np.testing.assert_allclose(before, 0.25, atol=1e-3)
    mark = stage.quantise.mark("bar", "")
    assert mark
    frame = stage.frame_of(mark.beat)
    stage.snapshots.recall(("quiet",))
    sound = stage.hear(4)
    assert frame - RATE // 50 - TICK <= starts(sound, sound[0]) <= frame
    np.testing.assert_allclose(sound[frame + QUICK + 2 :], 0.05, atol=1e-3)
    assert stage.engine.conductor.state_word(2) == "empty"
    stage.run(1)
    assert len(stage.player.bank) == 1, "nothing is kept of what was silenced"


def test_a_snapshot_over_bars_moves_the_level_in_a_straight_line(stage: Stage) -> None:
    stage.store.set("/riff/1/gain", 0.0)
    stage.snapshots.save(("silent",))
    stage.store.set("/riff/1/gain", 1.0)
    stage.run(0.5)
    mark = stage.quantise.mark("bar", "")
    assert mark
    frame = stage.frame_of(mark.beat)
    stage.snapshots.recall(("silent", 2))
    sound = stage.hear(8)
    line = 0.1 * np.clip(1 - (np.arange(len(sound)) - frame) / (2 * BAR), 0, 1)
    assert np.abs(sound - line).max() < 0.003, "50 times a second, and with a ramp each time"
    assert np.abs(np.diff(sound)).max() < 1e-4, "no steps"
    assert not sound[frame + 2 * BAR + 4 * QUICK :].any()
