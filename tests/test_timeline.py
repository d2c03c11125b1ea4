"""Beats, seconds and frames: inverse to each other, and nothing drifts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riffosc.timeline import SNAP_BEATS, Timeline, clip_frames

TEMPO = st.floats(20, 300)
SECONDS = st.floats(-1e5, 1e5)
BEATS = st.floats(-1e5, 1e5)
QUANTUM = st.sampled_from([3, 4])
LINES = st.builds(Timeline, beat=BEATS, seconds=SECONDS, tempo=TEMPO, quantum=QUANTUM)
RATES = st.sampled_from([22050, 44100, 48000, 96000])


@given(LINES, SECONDS)
def test_beats_and_seconds_are_inverse(line, seconds):
    assert line.seconds_at(line.beat_at(seconds)) == pytest.approx(seconds, abs=1e-6)


@given(LINES, SECONDS, SECONDS)
def test_time_goes_on_at_the_tempo(line, one, other):
    beats = line.beat_at(other) - line.beat_at(one)
    assert beats == pytest.approx((other - one) * line.tempo / 60, abs=1e-6)


@given(LINES, SECONDS, TEMPO)
def test_a_new_tempo_skips_no_beat(line, seconds, tempo):
    bent = line.with_tempo(tempo, seconds)
    assert bent.tempo == tempo and bent.quantum == line.quantum
    assert bent.beat_at(seconds) == pytest.approx(line.beat_at(seconds), abs=1e-6)
    assert bent.beat_at(seconds + 60) == pytest.approx(line.beat_at(seconds) + tempo, abs=1e-6)


@given(LINES, SECONDS, SECONDS)
def test_another_anchor_is_the_same_line(line, anchor, seconds):
    assert line.at(anchor).beat_at(seconds) == pytest.approx(line.beat_at(seconds), abs=1e-5)


@given(LINES, BEATS, st.sampled_from([1, 3, 4, 8, 16]))
def test_a_boundary_is_on_the_grid_and_the_next(line, beat, grid):
    boundary = line.boundary(beat, grid)
    assert boundary % grid == 0
    assert -SNAP_BEATS * 1.01 <= boundary - beat < grid
    assert line.boundary(boundary, grid) == boundary


@given(LINES, SECONDS, st.sampled_from([1, 2, 4]))
def test_the_next_bar(line, now, bars):
    beat = line.next_bar(now, bars)
    assert beat % (line.quantum * bars) == 0
    assert beat >= line.beat_at(now) - SNAP_BEATS * 1.01


def test_float_noise_costs_no_bar():
    line = Timeline(tempo=133.3)
    assert all(line.next_bar(line.seconds_at(4 * bar)) == 4 * bar for bar in range(10_000))


@given(st.floats(-1e4, 1e4), TEMPO, RATES, st.integers(0, 100_000), st.sampled_from([8, 12, 16]))
def test_frames_do_not_drift(seconds, tempo, samplerate, loops, beats):
    line = Timeline(seconds=seconds, tempo=tempo)
    exact = (seconds + loops * beats * 60 / tempo) * samplerate
    assert line.frame_at(loops * beats, samplerate) == pytest.approx(exact, abs=0.51)


@given(TEMPO, RATES, st.sampled_from([3, 4, 8, 16]), st.integers(0, 10_000))
def test_loops_start_within_a_frame_of_each_other(tempo, samplerate, beats, loop):
    line = Timeline(tempo=tempo)
    spacing = line.frame_at((loop + 1) * beats, samplerate) - line.frame_at(loop * beats, samplerate)
    assert abs(spacing - clip_frames(beats, tempo, samplerate)) <= 1


@pytest.mark.parametrize(
    ("beats", "tempo", "samplerate", "frames"),
    [(8, 120, 44100, 176_400), (8, 120, 48000, 192_000), (16, 133, 44100, 318_316), (3, 90, 48000, 96_000)],
)
def test_length_of_a_clip(beats, tempo, samplerate, frames):
    assert clip_frames(beats, tempo, samplerate) == frames
