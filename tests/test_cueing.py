"""Cue and take: what a player changes waits, heard on the cue output, until it is wanted."""

import pytest
from stage import Stage

from riffosc.actions import Fail, Late, Why


@pytest.fixture
def stage() -> Stage:
    """Voice 1 plays "one" from beat 4 on; on beat 8 it is cued from now on."""
    made = Stage(render_s=0.3)
    made.change(1, prompt="one")
    made.beats(8)
    made.conductor.cue(1, True, made.now)
    return made


def prompt(stage: Stage, voice: int = 1) -> str:
    return stage.cues[voice].entry.request.prompt


def test_a_cued_clip_waits_and_is_heard_from_the_next_beat_on_in_time_with_where_it_will_land(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(16)
    assert stage.prompts == ["one"] and prompt(stage) == "two"
    assert (stage.cues[1].beat, stage.cues[1].origin) == (9.0, 8.0)
    assert stage.conductor.state_word(1) == "cued"
    assert stage.conductor.eta_beats(1, stage.now) == 0
    assert not [each for each in stage.said if isinstance(each, Late)]


def test_take_lands_what_waits_on_the_next_bar_where_the_cue_falls_silent(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(5)
    slot = stage.cues[1].entry.slot
    stage.conductor.take(1, stage.now)
    stage.beats(4)
    land = stage.landed[-1][1]
    assert (land.entry.slot, land.beat, land.origin, land.cue) == (slot, 16.0, 16.0, False)
    assert stage.uncued == [(1, 16.0)]
    stage.change(1, prompt="three")
    stage.beats(8)
    assert stage.prompts == ["one", "two"] and prompt(stage) == "three"


@pytest.mark.parametrize(("swap", "beat"), [("beat", 14.0), ("bar", 16.0), ("loop", 16.0)])
def test_take_honours_swap(stage: Stage, swap: str, beat: float) -> None:
    stage.change(1, prompt="two", swap=swap)
    stage.beats(5)
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    assert stage.landed[-1][1].beat == beat


def test_a_newer_change_takes_the_place_of_what_waits(stage: Stage) -> None:
    for words in ("two", "three", "four"):
        stage.change(1, prompt=words)
        stage.beats(4)
    assert prompt(stage) == "four"
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    assert stage.prompts == ["one", "four"]


def test_cue_switched_off_lands_what_waits(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(5)
    stage.conductor.cue(1, False, stage.now)
    stage.beats(8)
    stage.change(1, prompt="three")
    stage.beats(8)
    assert stage.prompts == ["one", "two", "three"] and not stage.cues


def test_what_is_taken_while_it_is_painted_does_not_wait(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.run(0.1)
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    stage.change(1, prompt="three")
    stage.beats(8)
    assert stage.prompts == ["one", "two"] and prompt(stage) == "three"


def test_with_nothing_to_take_it_says_so(stage: Stage) -> None:
    stage.conductor.take(1, stage.now)
    stage.conductor.take(2, stage.now)
    stage.run(0.1)
    words = [each.words for each in stage.said if isinstance(each, Fail)]
    assert words == ["nothing is cued in voice 1", "nothing is cued in voice 2"]


def test_an_empty_voice_can_be_cued(stage: Stage) -> None:
    stage.conductor.cue(2, True, stage.now)
    stage.change(2, prompt="pad")
    stage.beats(8)
    assert prompt(stage, 2) == "pad" and stage.prompts == ["one"]
    stage.conductor.take(2, stage.now)
    stage.beats(8)
    assert stage.prompts == ["one", "pad"]


def test_undo_drops_what_waits_and_redo_brings_it_back(stage: Stage) -> None:
    stage.change(1, prompt="two", seed=7)
    stage.beats(5)
    stage.conductor.undo(1, stage.now)
    stage.beats(8)
    assert not stage.cues and stage.prompts == ["one"] and stage.conductor.state_word(1) == "playing"
    assert stage.conductor.voices[1].values["seed"] == 0
    stage.conductor.redo(1, stage.now)
    stage.beats(8)
    assert prompt(stage) == "two" and stage.prompts == ["one"]
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    stage.conductor.undo(1, stage.now)
    stage.beats(8)
    assert prompt(stage) == "one" and stage.prompts == ["one", "two"], "what is undone is cued as well"


def test_undo_stops_what_is_painted_for_the_cue(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.run(0.1)
    stage.conductor.undo(1, stage.now)
    stage.beats(8)
    assert not stage.cues and stage.prompts == ["one"] and stage.job is None


def test_redo_up_to_what_sounds_drops_what_waits(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(4)
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    stage.conductor.undo(1, stage.now)
    stage.beats(8)
    assert prompt(stage) == "one"
    stage.conductor.redo(1, stage.now)
    stage.beats(8)
    assert not stage.cues and stage.prompts == ["one", "two"]


def test_a_new_tempo_performs_what_sounds_and_what_waits_again(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(8)
    waited = stage.cues[1].entry
    stage.conductor.timeline = stage.conductor.timeline.with_tempo(130.0, stage.now)
    stage.beats(12)
    assert stage.landed[-1][1].why is Why.RETIME and stage.prompts == ["one", "one"]
    again = stage.cues[1].entry
    assert (again.request.tempo, again.request.painted, again.picture) == (130.0, False, waited.picture)
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    assert stage.prompts == ["one", "one", "two"] and stage.job is None
    assert [entry.request.prompt for entry in stage.conductor.voices[1].past] == ["one"]


def test_far_from_its_tempo_what_sounds_is_not_painted_with_what_waits(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(8)
    stage.conductor.timeline = stage.conductor.timeline.with_tempo(170.0, stage.now)
    stage.beats(16)
    assert stage.prompts == ["one", "one"] and prompt(stage) == "two"


def test_taken_before_it_is_performed_again_it_lands_and_is_performed_after(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(8)
    stage.render_s = 1.0
    stage.conductor.timeline = stage.conductor.timeline.with_tempo(130.0, stage.now)
    while not (stage.job and stage.job.cued):
        stage.run(0.1)
    stage.conductor.take(1, stage.now)
    stage.beats(16)
    assert stage.prompts[-2:] == ["two", "two"] and stage.landed[-1][1].entry.request.tempo == 130.0


def test_a_walk_rests_while_a_clip_waits_and_is_not_cued_itself() -> None:
    stage = Stage(render_s=0.3)
    stage.conductor.cue(1, True, stage.now)
    stage.change(1, prompt="one", evolve=0.25)
    stage.beats(3)
    stage.conductor.take(1, stage.now)
    stage.beats(17)
    assert len(stage.landed) == 3 and not stage.cues, "its steps land by themselves"
    stage.change(1, prompt="two")
    stage.beats(4)
    walked = len(stage.landed)
    stage.beats(16)
    assert len(stage.landed) == walked and "two" not in stage.prompts
    stage.conductor.undo(1, stage.now)
    stage.beats(16)
    assert len(stage.landed) == walked, "the player's words are not those of what sounds"
    stage.change(1, prompt="three")
    stage.beats(4)
    stage.conductor.take(1, stage.now)
    stage.beats(24)
    assert stage.prompts[walked:] == ["three"] * (len(stage.landed) - walked)
    assert len(stage.landed) > walked + 1, "and goes on from what was taken"


def test_a_morph_starts_from_what_is_heard(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(4)
    stage.change(1, morph=2)
    stage.change(1, prompt="three")
    stage.beats(4)
    assert dict(stage.cues[1].entry.request.prompts) == {"one": 0.5, "three": 0.5}


def test_hold_keeps_changes_back_from_the_cue_and_what_waits_can_be_taken(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(4)
    stage.change(1, hold=True, prompt="three")
    stage.beats(8)
    assert prompt(stage) == "two"
    stage.conductor.take(1, stage.now)
    stage.beats(8)
    assert stage.prompts == ["one", "two"]


def test_panic_clears_what_waits(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(4)
    stage.conductor.clear()
    stage.beats(8)
    assert stage.conductor.voices[1].cued is None and not stage.conductor.keeps(stage.cues[1].entry.slot)
    assert stage.conductor.state_word(1) == "empty"


def test_start_brings_the_cue_to_its_top_with_the_voice(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(5.5)
    beat = stage.conductor.restart(stage.now)
    stage.run(0.01)
    assert (beat, stage.cues[1].beat, stage.cues[1].origin) == (16.0, 16.0, 16.0)


def test_a_beat_that_the_mixer_missed_is_taken_at_the_next(stage: Stage) -> None:
    stage.change(1, prompt="two")
    stage.beats(4)
    cue = stage.cues.pop(1)
    stage.conductor.missed_cue(1, cue.entry.slot, stage.now)
    stage.run(0.01)
    assert stage.cues[1].entry == cue.entry and stage.cues[1].beat == 13.0
    assert stage.conductor.keeps(cue.entry.slot)


def test_a_change_that_concerns_all_waits_too(stage: Stage) -> None:
    stage.conductor.key = "Am"
    stage.conductor.change_all()
    stage.beats(8)
    assert len(stage.landed) == 1 and stage.cues[1].entry.request.key == "Am"
