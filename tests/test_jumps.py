"""What the conductor does when a clock moves the beat."""

from dataclasses import replace

import pytest
from stage import Stage

from riffosc.actions import Late
from riffosc.timeline import Timeline


def jump(stage: Stage, beat: float, origin: float | None = None) -> None:
    """The line is at `beat` now; the mixer gives up what lies behind."""
    stage.conductor.timeline = Timeline(beat, stage.now, 120.0)
    stage.landings = {voice: land for voice, land in stage.landings.items() if land.beat > beat}
    stage.conductor.jumped(stage.now, origin)


def test_a_landing_that_waits_is_planned_anew_after_a_jump_back() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(20)
    stage.change(1, prompt="two")
    stage.run(0.5)
    assert stage.landings[1].beat == 24.0
    jump(stage, 0.0, 0.0)
    stage.beats(8)
    assert stage.prompts == ["one", "two"]
    assert stage.landed[1][1].beat == 4.0


def test_a_jump_ahead_leaves_nothing_behind() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.run(0.5)
    jump(stage, 401.0, 0.0)
    stage.beats(8)
    assert stage.landed[0][1].beat == 404.0
    assert not [a for a in stage.said if isinstance(a, Late)]


def test_what_is_being_painted_is_meant_for_a_boundary_of_the_new_line() -> None:
    stage = Stage(render_s=0.6)
    stage.change(1, prompt="one")
    stage.run(0.3)
    jump(stage, 1002.0)
    assert stage.job is not None
    assert stage.conductor.voices[1].job.target == 1004.0
    stage.beats(8)
    assert stage.landed[0][1].beat == 1004.0
    assert not [a for a in stage.said if isinstance(a, Late)]


@pytest.mark.parametrize("origin", [2.0, 4.0, 8.0])
def test_loops_keep_to_the_songs_bars(origin: float) -> None:
    """A loop of two bars that lay on other bars than the song's lands again on them; any other is left alone."""
    stage = Stage(render_s=0.3)
    stage.conductor.origin = origin
    stage.change(1, prompt="one")
    stage.beats(20)
    count = len(stage.landed)
    jump(stage, 100.5, 0.0)
    stage.beats(12)
    again = stage.landed[count:]
    assert [land.beat for _, land in again] == ([] if origin % 8 == 0 else [104.0])
    assert all(land.origin % 8 == 0 for _, land in again)
    assert stage.conductor.origin == 0.0


def test_clips_are_made_for_the_nominal_tempo() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    stage.conductor.nominal = 120.0
    stage.conductor.timeline = replace(stage.conductor.timeline.at(stage.now), tempo=121.0)
    stage.beats(8)
    assert len(stage.landed) == 1, "a line that wavers asks for no inversion"
    stage.conductor.nominal = 121.0
    stage.beats(8)
    assert stage.landed[-1][1].entry.request.tempo == 121.0
