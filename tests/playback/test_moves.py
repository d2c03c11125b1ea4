"""The timeline moves, landings come late or twice, the gate closes, someone panics."""

import numpy as np
import pytest
from studio import RATE, Studio, bumps, loop, noise, sine

from riffosc.playback.player import NewsKind
from riffosc.timeline import Timeline

QUICK = 441


def playing(studio: Studio, clip: np.ndarray, tempo: float = 120.0, beats: float = 4) -> Timeline:
    """The clip goes round in voice 1 from frame 0.1 s on, and half a second of it has passed."""
    timeline = studio.tempo(tempo, seconds=0.1)
    studio.land(studio.player.bank.load(clip, beats), beats)
    studio.render(timeline.frame_at(beats, RATE) + RATE // 2)
    return timeline


def test_a_tempo_ramp_has_no_clicks_and_the_loops_keep_to_the_beat(studio: Studio) -> None:
    clip = sine(4, 120)
    timeline = playing(studio, clip)
    sounds, lines = [], [timeline]
    for tempo in np.linspace(120, 130, 150):
        now = studio.player.state["engine"]["frame"] / RATE
        timeline = timeline.with_tempo(float(tempo), now + 0.03)
        lines.append(timeline)
        studio.player.set_timeline(timeline)
        sounds.append(studio.render(RATE // 50)[0][0])
    sounds.append(studio.render(5 * RATE)[0][0])
    assert bumps(np.concatenate(sounds, axis=1)) < 1.5 * bumps(clip)
    for news in studio.told(NewsKind.PASS):
        line = [one for one in lines if one.seconds * RATE <= news.frame][-1]
        assert abs(news.frame - line.frame_at(news.beat, RATE)) <= 1


def test_exact_again_when_the_tempo_fits_again(studio: Studio) -> None:
    clip = noise(4, 120)
    timeline = playing(studio, clip)
    now = studio.player.state["engine"]["frame"] / RATE
    for step, tempo in enumerate((120.5, 120.0)):
        timeline = timeline.with_tempo(tempo, now + 0.05 + step * 0.2)
        studio.player.set_timeline(timeline)
    sound, _ = studio.render(6 * RATE)
    start = round(now * RATE)
    first, last = studio.told(NewsKind.PASS)[-2:]
    assert first.frame == timeline.frame_at(first.beat, RATE)
    np.testing.assert_array_equal(
        sound[0][:, first.frame - start : last.frame - start], np.broadcast_to(clip, clip.shape)
    )


def test_saying_the_same_timeline_again_changes_nothing(studio: Studio) -> None:
    clip = noise(4, 120)
    timeline = playing(studio, clip)
    start = int(studio.player.state["engine"]["frame"])
    for k in range(20):
        studio.player.set_timeline(timeline.at((start + k * 1000) / RATE))
    sound, _ = studio.render(4 * RATE)
    begin = start - timeline.frame_at(4, RATE)
    np.testing.assert_array_equal(sound[0], loop(clip, begin, 4 * RATE))
    assert not studio.told(NewsKind.MOVED)


@pytest.mark.parametrize("beats", [1.37, -1.37, 0.1, -2.5, 40.0])
def test_a_jump_is_crossed_over_quickly(studio: Studio, beats: float) -> None:
    clip = sine(4, 120)
    timeline = playing(studio, clip)
    now = studio.player.state["engine"]["frame"] / RATE
    at = now + 0.1
    moved = Timeline(timeline.beat_at(at) + beats, at)
    studio.player.set_timeline(moved)
    sound, _ = studio.render(4 * RATE)
    assert bumps(sound[0]) < 1.6 * bumps(clip)
    place = round(at * RATE) - moved.frame_at(4 * (moved.beat_at(at) // 4), RATE)
    after = round((at - now) * RATE) + QUICK
    np.testing.assert_array_equal(sound[0][:1, after : after + 1000], loop(clip, place + QUICK, 1000))
    frames = [n.frame for n in studio.told(NewsKind.PASS) if n.frame > at * RATE]
    assert frames == [moved.frame_at(n.beat, RATE) for n in studio.told(NewsKind.PASS) if n.frame > at * RATE]


def test_jumps_faster_than_their_fades(studio: Studio) -> None:
    clip = sine(4, 120)
    timeline = playing(studio, clip)
    for k in range(40):
        now = studio.player.state["engine"]["frame"] / RATE
        timeline = Timeline(timeline.beat_at(now) + (0.7 if k % 3 else -0.9), now + 0.001)
        studio.player.set_timeline(timeline)
        assert np.isfinite(studio.render(150)[0]).all()
    studio.land(None, timeline.beat_at(studio.player.now()) + 1)
    studio.render(RATE)
    assert [n.slot for n in studio.told(NewsKind.RELEASED)] == [0]


def test_a_landing_moves_with_its_beat(studio: Studio) -> None:
    old, new = sine(4, 120), sine(4, 120, cycles=300)
    timeline = playing(studio, old)
    studio.land(studio.player.bank.load(new, 4), 8, fade_s=1.0)
    studio.render(RATE)  # the fade has begun
    now = studio.player.state["engine"]["frame"] / RATE
    bent = timeline.with_tempo(90, now + 0.01)
    studio.player.set_timeline(bent)
    sound, _ = studio.render(3 * RATE)
    assert studio.told(NewsKind.LANDED)[-1].frame == bent.frame_at(8, RATE)
    assert bumps(sound[0]) < 1.5 * (bumps(old) + bumps(new))
    assert [n.slot for n in studio.told(NewsKind.RELEASED)] == [0]


def test_a_jump_in_the_middle_of_a_landing_lands_it(studio: Studio) -> None:
    old, new = sine(4, 120), sine(4, 120, cycles=300)
    timeline = playing(studio, old)
    slot = studio.player.bank.load(new, 4)
    studio.land(slot, 8, fade_s=1.0)
    studio.render(RATE)
    now = studio.player.state["engine"]["frame"] / RATE
    moved = Timeline(timeline.beat_at(now) + 33.3, now)
    studio.player.set_timeline(moved)
    sound, _ = studio.render(RATE)
    assert studio.told(NewsKind.LANDED)[-1].slot == slot
    assert bumps(sound[0]) < 1.6 * (bumps(old) + bumps(new))
    place = round(now * RATE) - moved.frame_at(4 * (moved.beat_at(now) // 4), RATE)
    np.testing.assert_array_equal(sound[0][:1, QUICK:2000], loop(new, place + QUICK, 2000 - QUICK))


def test_a_late_landing_has_a_shorter_fade_and_a_very_late_one_is_missed(studio: Studio) -> None:
    timeline = studio.tempo(120, seconds=0.1)
    first, second = (studio.player.bank.load(noise(4, 120, seed), 4) for seed in (0, 1))
    studio.render(timeline.frame_at(4, RATE) - 100)
    studio.land(first, 4, fade_s=0.5)
    sound, _ = studio.render(RATE)
    np.testing.assert_array_equal(sound[0][:, 100:], noise(4, 120)[:, : RATE - 100])
    studio.land(second, 4)
    studio.land(second, 4.0, voice=2)
    studio.render(100)
    assert [(n.voice, n.slot, n.beat) for n in studio.told(NewsKind.MISSED)] == [(1, second, 4.0), (2, second, 4.0)]
    assert [n.slot for n in studio.told(NewsKind.RELEASED)] == [second]
    left = timeline.frame_at(8, RATE) - int(studio.player.state["engine"]["frame"])
    studio.render(left - 63)
    studio.land(second, 8)
    studio.render(100)
    assert studio.told(NewsKind.MISSED)[-1].beat == 8.0


def test_a_second_landing_replaces_the_first(studio: Studio) -> None:
    timeline = playing(studio, noise(4, 120))
    first, second = (studio.player.bank.load(noise(4, 120, seed), 4) for seed in (1, 2))
    studio.land(first, 8)
    studio.render(100)
    studio.land(second, 8)
    studio.render(timeline.frame_at(9, RATE))
    assert [(n.slot, n.beat) for n in studio.told(NewsKind.REPLACED)] == [(first, 8.0)]
    assert [n.slot for n in studio.told(NewsKind.LANDED)] == [0, second]
    assert sorted(n.slot for n in studio.told(NewsKind.RELEASED)) == [0, first]


def test_a_fade_once_begun_is_finished_and_the_next_landing_waits_for_it(studio: Studio) -> None:
    timeline = playing(studio, noise(4, 120))
    first, second = (studio.player.bank.load(noise(4, 120, seed), 4) for seed in (1, 2))
    studio.land(first, 8, fade_s=0.5)
    studio.render(timeline.frame_at(7.5, RATE) - int(studio.player.state["engine"]["frame"]))
    studio.land(second, 8.5, fade_s=1.0)  # would begin before the first has landed
    sound, _ = studio.render(2 * RATE)
    begin = timeline.frame_at(8, RATE) - timeline.frame_at(7.5, RATE)
    np.testing.assert_array_equal(sound[0][:, begin : begin + 1], noise(4, 120, 1)[:, :1])
    assert [(n.slot, n.frame) for n in studio.told(NewsKind.LANDED)][1:] == [
        (first, timeline.frame_at(8, RATE)),
        (second, timeline.frame_at(8.5, RATE)),
    ]


def test_the_same_clip_again(studio: Studio) -> None:
    timeline = playing(studio, noise(4, 120))
    studio.land(0, 8)
    studio.render(timeline.frame_at(9, RATE))
    assert not studio.told(NewsKind.RELEASED)
    studio.land(None, 40)
    studio.render(timeline.frame_at(41, RATE))
    assert [n.slot for n in studio.told(NewsKind.RELEASED)] == [0]


@pytest.mark.parametrize("begun", [False, True])
def test_panic(studio: Studio, begun: bool) -> None:
    playing(studio, sine(4, 120))
    other = studio.player.bank.load(sine(4, 120, 300), 4)
    studio.land(other, 8, fade_s=1.4 if begun else 0.01)
    before = studio.render(RATE // 2)[0]
    studio.player.panic()
    after = studio.render(RATE)[0]
    sound = np.concatenate([before[0], after[0]], axis=1)
    assert not sound[:, RATE // 2 + QUICK :].any()
    assert bumps(sound) < 2.5 * bumps(sine(4, 120))
    assert sorted(n.slot for n in studio.told(NewsKind.RELEASED)) == [0, other]
    studio.land(other, 12)
    studio.render(4 * RATE)
    assert studio.told(NewsKind.LANDED)[-1].slot == other


def test_panic_and_a_landing_in_one_breath(studio: Studio) -> None:
    playing(studio, noise(4, 120))
    studio.player.panic()
    other = studio.player.bank.load(noise(4, 120, 1), 4)
    studio.land(other, 8)
    studio.render(4 * RATE)
    assert [n.slot for n in studio.told(NewsKind.LANDED)] == [0, other]


def test_the_gate_is_shut_and_open_on_its_beats(studio: Studio) -> None:
    clip = noise(4, 120)
    timeline = playing(studio, clip)
    now = int(studio.player.state["engine"]["frame"])
    studio.player.gate(False, 6)
    shut = timeline.frame_at(6, RATE) - now
    sound, main = studio.render(RATE)
    place = now - timeline.frame_at(4, RATE)
    np.testing.assert_array_equal(sound[0][:, : shut - QUICK], loop(clip, place, shut - QUICK))
    assert not sound[:, :, shut:].any()
    assert not main[:, shut:].any()
    studio.player.gate(True, 9)
    reopened = timeline.frame_at(9, RATE) - now - RATE
    sound, _ = studio.render(reopened + RATE)
    assert not sound[0][:, : reopened - QUICK].any()
    np.testing.assert_array_equal(sound[0][:, reopened:], loop(clip, place + RATE + reopened, RATE))


def test_a_gate_that_is_late_moves_at_once(studio: Studio) -> None:
    clip = sine(4, 120)
    playing(studio, clip)
    studio.player.gate(False, 1)
    sound, _ = studio.render(RATE)
    assert not sound[0][:, QUICK:].any()
    assert bumps(sound) < 3 * bumps(clip)


@pytest.mark.parametrize("ahead", [0.0, 0.3])
def test_a_landing_said_in_one_breath_with_its_timeline(studio: Studio, ahead: float) -> None:
    """By the timeline still in force its beat has passed."""
    studio.render(3 * RATE)
    timeline = studio.tempo(120, seconds=3 + ahead, beat=0.0)
    studio.land(studio.player.bank.load(noise(4, 120), 4), 1)
    studio.render(2 * RATE)
    assert not studio.told(NewsKind.MISSED)
    assert [n.frame for n in studio.told(NewsKind.LANDED)] == [timeline.frame_at(1, RATE)]


def test_a_landing_that_no_waiting_timeline_saves_is_missed(studio: Studio) -> None:
    studio.render(3 * RATE)
    studio.tempo(120, seconds=3.3, beat=2.0)
    studio.land(studio.player.bank.load(noise(4, 120), 4), 1)
    studio.render(RATE // 10)
    assert not studio.told(NewsKind.MISSED)
    studio.render(RATE)
    assert [n.beat for n in studio.told(NewsKind.MISSED)] == [1.0]
    assert [n.slot for n in studio.told(NewsKind.RELEASED)] == [0]
