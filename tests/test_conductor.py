"""The conductor under a clock that the test turns: who paints what, by when, and what happens when it is late."""

from dataclasses import replace

import pytest
from stage import Stage

from riffosc.actions import Fail, Late, Moved, Why
from riffosc.landings import MARGIN_S
from riffosc.timeline import Timeline


def test_nothing_is_painted_until_a_prompt_comes() -> None:
    stage = Stage()
    stage.change(1, guidance=5.0, seed=3)
    stage.run(5)
    assert stage.landed == [] and stage.job is None
    assert stage.conductor.state_word(1) == "empty"


def test_a_prompt_lands_on_the_first_bar_it_can_meet() -> None:
    stage = Stage(render_s=0.5)
    stage.change(1, prompt="dub techno")
    stage.run(6)
    (beat, land) = stage.landed[0]
    assert land.beat == 4.0 and land.origin == 0.0, "a loop of 8 beats joins on its fifth"
    assert beat == pytest.approx(4.0, abs=0.02)
    assert stage.conductor.state_word(1) == "playing"


def test_a_change_lands_on_the_next_bar_and_keeps_the_phase_of_its_loop() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(9)
    stage.change(1, prompt="two")
    stage.beats(8)
    assert stage.prompts == ["one", "two"]
    assert stage.landed[1][1].beat == 12.0 and stage.landed[1][1].origin == 8.0


def test_swap_loop_waits_for_the_end_of_the_loop() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one", swap="loop")
    stage.beats(9)
    stage.change(1, prompt="two")
    stage.beats(8)
    assert stage.landed[1][1].beat == 16.0


def test_a_change_too_late_for_a_bar_takes_the_next_and_is_not_called_late() -> None:
    stage = Stage(render_s=0.5)
    stage.change(1, prompt="one")
    stage.beats(7.5)  # half a beat is 0.25 s: too short for a clip of 0.5 s
    stage.change(1, prompt="two")
    stage.beats(8)
    assert stage.landed[1][1].beat == 12.0
    assert not [a for a in stage.said if isinstance(a, Late)]


def test_a_late_clip_says_so_once_for_each_bar_and_the_old_loop_stays() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    stage.render_s = 3.0  # 6 beats, where 0.3 s had been measured
    stage.change(1, prompt="two")
    stage.beats(12)
    late = [a for a in stage.said if isinstance(a, Late)]
    assert [a.beats for a in late] == [4.0]
    assert stage.landed[1][1].beat == 16.0
    assert stage.conductor.voices[1].late == 1
    assert stage.conductor.lookahead_s(1) >= 3.0, "the next look-ahead knows better"


def test_the_newest_state_wins_and_something_lands_on_every_bar() -> None:
    stage = Stage(render_s=0.6)
    stage.change(1, prompt="start")
    stage.beats(8)
    for step in range(320):  # a fader that never rests: 16 beats of a change every 25 ms
        stage.change(1, guidance=1 + step / 100)
        stage.run(0.025)
    beats = [land.beat for _, land in stage.landed]
    assert beats == [4.0, 12.0, 16.0, 20.0, 24.0]
    guidances = [land.entry.request.guidance for _, land in stage.landed[1:]]
    assert guidances == sorted(guidances)
    frozen = stage.landed[-1][1].entry.request.guidance
    at = 1 + ((stage.landed[-1][0] - 8) / 2 - 0.6 - MARGIN_S - 0.2) / 0.025 / 100
    assert frozen >= at, "a change is final no earlier than the look-ahead demands"


def test_a_players_change_goes_before_an_evolving_step() -> None:
    stage = Stage(render_s=1.0)
    stage.change(1, prompt="drums", evolve=0.25)
    stage.beats(8.5)
    assert stage.job and stage.job.why is Why.EVOLVE
    stage.change(2, prompt="bass")
    stage.run(0.2)
    assert stage.job and (stage.job.voice, stage.job.why) == (2, Why.CHANGE)


def test_evolve_walks_to_the_next_seed_loop_by_loop() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="drums", seed=7, evolve=0.25, swap="bar")
    stage.beats(8 * 6)
    walks = [(land.entry.request.seed, land.entry.request.walk) for _, land in stage.landed]
    assert walks[:6] == [(7, 0.0), (7, 0.25), (7, 0.5), (7, 0.75), (8, 0.0), (8, 0.25)]
    assert all(land.beat % 8 == 0 for _, land in stage.landed[1:])
    assert [a for a in stage.said if isinstance(a, Moved)] == [Moved(1, "seed", 8)]


def test_a_new_prompt_is_walked_to_over_morph_clips() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="old")
    stage.beats(8)
    stage.change(1, morph=4)
    stage.change(1, prompt="new")
    stage.beats(40)
    shares = [dict(land.entry.request.prompts).get("new", 0.0) for _, land in stage.landed]
    assert shares == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_hold_keeps_changes_back_until_it_is_released() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    stage.change(1, hold=True)
    stage.change(1, prompt="two")
    stage.beats(16)
    assert stage.prompts == ["one"] and stage.conductor.state_word(1) == "held"
    stage.change(1, hold=False)
    stage.beats(8)
    assert stage.prompts == ["one", "two"]


def test_undo_and_redo_perform_the_clip_before_again() -> None:
    stage = Stage(render_s=0.3)
    for prompt in ("one", "two", "three"):
        stage.change(1, prompt=prompt)
        stage.beats(8)
    stage.conductor.undo(1, stage.now)
    stage.conductor.undo(1, stage.now)
    stage.beats(8)
    assert stage.prompts[-1] == "one"
    assert not stage.landed[-1][1].entry.request.painted, "performed from its picture, not painted again"
    stage.conductor.redo(1, stage.now)
    stage.beats(8)
    assert stage.prompts[-1] == "two"
    stage.conductor.redo(1, stage.now)
    stage.beats(8)
    stage.conductor.redo(1, stage.now)
    stage.beats(8)
    assert stage.prompts[-1] == "three"
    assert [a.words for a in stage.said if isinstance(a, Fail)] == ["nothing to redo in voice 1"]


def test_generate_takes_the_next_seed_or_the_given_one() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one", seed=4)
    stage.beats(8)
    stage.conductor.generate(1)
    stage.beats(8)
    stage.conductor.generate(1, 99)
    stage.beats(8)
    assert [land.entry.request.seed for _, land in stage.landed] == [4, 5, 99]


def test_a_new_tempo_is_performed_at_the_next_bar_without_painting() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    stage.conductor.timeline = stage.conductor.timeline.with_tempo(130.0, stage.now)
    stage.beats(8)
    land = stage.landed[-1][1]
    assert (land.why, land.entry.request.tempo, land.entry.request.painted) == (Why.RETIME, 130.0, False)


def test_far_from_the_tempo_of_the_picture_it_is_painted_anew() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    for tempo in (138.0, 158.0):  # each step is small, both together are 32 %
        stage.conductor.timeline = stage.conductor.timeline.with_tempo(tempo, stage.now)
        stage.beats(8)
    assert [land.entry.request.painted for _, land in stage.landed] == [True, False, True]


def test_a_new_quantum_begins_at_a_bar_line() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(9)
    stage.conductor.set_quantum(3, stage.now)
    stage.beats(12)
    land = stage.landed[-1][1]
    assert land.entry.request.beats == 6
    assert (land.beat - 12) % 3 == 0


def test_denoising_without_a_picture_has_no_effect_and_says_so_once() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    for value in (0.3, 0.4, 0.5):
        stage.change(1, denoising=value)
    stage.beats(8)
    assert len(stage.landed) == 1
    assert [a.name for a in stage.said if isinstance(a, Fail)] == ["denoising"]


def test_a_seed_picture_is_where_the_clip_starts_from() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, seed_image="house", denoising=0.0)
    stage.beats(8)
    request = stage.landed[0][1].entry.request
    assert request.init is not None and not request.painted
    stage.change(1, seed_image="nowhere")
    stage.beats(8)
    assert [a.words for a in stage.said if isinstance(a, Fail)] == ["there is no picture nowhere"]
    assert len(stage.landed) == 1, "the loop stays"


def test_a_time_tag_holds_a_landing_back_but_not_the_work() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    stage.conductor.not_before(1, stage.conductor.timeline.beat_at(stage.now + 3.0))  # six beats
    stage.change(1, prompt="two")
    stage.run(0.4)
    assert stage.landings[1].beat == 16.0, "painted, and waiting for the first bar after the tag"
    stage.beats(9)
    stage.change(1, prompt="three")
    stage.beats(5)
    assert [land.beat for _, land in stage.landed] == [4.0, 16.0, 20.0]


def test_a_dead_renderers_work_is_ordered_again() -> None:
    stage = Stage(render_s=0.5)
    stage.change(1, prompt="one")
    stage.run(0.1)
    assert stage.job
    stage.job = None
    stage.conductor.lost()
    stage.run(1)
    assert stage.job is None and stage.landed == []
    stage.conductor.ready = True
    stage.run(4)
    assert stage.prompts == ["one"]


def test_a_missed_boundary_is_taken_at_the_next() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.run(0.5)
    land = stage.landings.pop(1)
    stage.run(1.52)  # past the boundary
    stage.conductor.missed(1, land.entry.slot, stage.now)
    stage.beats(6)
    assert stage.landed[0][1].beat == 8.0


def test_a_failed_order_waits_for_the_next_change() -> None:
    stage = Stage(render_s=9.0)
    stage.change(1, prompt="one")
    stage.run(0.1)
    assert stage.job
    number, stage.job = stage.job.number, None
    stage.conductor.failed(number, "no model")
    stage.run(3)
    assert stage.job is None
    stage.change(1, prompt="two")
    stage.run(0.1)
    assert stage.job and stage.job.request.prompt == "two"


def test_a_walk_that_fails_is_not_tried_again_and_again() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one", evolve=0.5)
    stage.beats(4.2)
    job, stage.job = stage.job, None
    assert job and job.why is Why.EVOLVE
    stage.conductor.failed(job.number, "the model is gone")
    stage.beats(16)
    assert stage.job is None and len(stage.landed) == 1
    stage.change(1, prompt="two")
    stage.beats(20)
    assert len(stage.landed) > 2, "and goes on after the player's next change"


def test_panic_empties_all_voices_and_a_change_fills_them_again() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(8)
    stage.change(1, prompt="two")
    stage.run(0.1)
    stage.conductor.clear()
    stage.landings.clear()
    stage.beats(8)
    assert stage.prompts == ["one"]
    stage.change(1, prompt="three")
    stage.beats(8)
    assert stage.prompts == ["one", "three"]


def test_restart_lands_every_loop_on_its_top() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.change(2, prompt="two")
    stage.beats(13)
    beat = stage.conductor.restart(stage.now)
    stage.beats(8)
    assert beat == 16.0
    assert [(land.beat, land.origin) for _, land in stage.landed[-2:]] == [(16.0, 16.0)] * 2


def test_a_clip_that_is_ready_just_before_another_lands_goes_next() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="one")
    stage.beats(5)
    stage.change(1, prompt="two")
    stage.run(1.15)  # queued for beat 8
    assert stage.landings[1].beat == 8.0
    stage.change(1, prompt="three")
    stage.run(0.31)  # ready at 3.96 s, 40 ms before beat 8: the boundary is taken already
    stage.beats(8)
    assert stage.prompts == ["one", "two", "three"]
    assert [land.beat for _, land in stage.landed] == [4.0, 8.0, 12.0]


def test_the_seed_and_the_timeline_decide_the_same_way_each_time() -> None:
    def play() -> list[tuple[float, str]]:
        stage = Stage(render_s=0.4)
        stage.conductor.timeline = Timeline(tempo=97.3)
        for number in range(12):
            stage.change(1 + number % 3, prompt=f"{number}", seed=number)
            stage.run(0.77)
        return [(land.beat, land.entry.request.prompt) for _, land in stage.landed]

    assert play() == play()


def test_steps_that_nobody_chose_are_as_many_as_the_bar_allows() -> None:
    stage = Stage(render_s=0.2, step_s=0.05)  # a bar lasts 2 s
    stage.change(1, steps=0, prompt="techno")
    stage.beats(8)
    first = stage.landed[-1][1].entry.request.steps
    assert first == 5, "nothing has been measured yet"
    stage.change(1, prompt="house")
    stage.beats(8)
    chosen = stage.landed[-1][1].entry.request.steps
    assert 0.2 + 0.05 * chosen < 0.8 * 2 and chosen > 20
    stage.change(1, prompt="dub")
    stage.beats(8)
    assert stage.landed[-1][1].entry.request.steps == chosen, "the number does not waver"
    stage.step_s = 0.2
    stage.change(1, prompt="jazz")
    stage.beats(16)
    stage.change(1, prompt="funk")
    late = stage.conductor.voices[1].late
    stage.beats(8)
    fewer = stage.landed[-1][1].entry.request.steps
    assert 1 <= fewer < chosen / 2 and stage.conductor.voices[1].late == late
    stage.conductor.timeline = replace(stage.conductor.timeline, tempo=300.0)
    stage.change(1, prompt="gabber")
    stage.beats(16)
    assert stage.landed[-1][1].entry.request.steps < fewer


def test_voices_that_wander_share_the_bar() -> None:
    stage = Stage(render_s=0.1, step_s=0.02)
    for voice in (1, 2, 3):
        stage.change(voice, steps=0, evolve=0.5, prompt="techno")
    stage.beats(64)
    steps = {voice: stage.conductor.voices[voice].steps for voice in (1, 2, 3)}
    assert all(each > 1 and 3 * (0.1 + 0.02 * each) < 2 for each in steps.values())
