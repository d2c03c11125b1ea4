"""Gain, pan and width of each voice, the sums of voices and of cues, their limiter, and the meters."""

from math import tanh
from typing import Any

from riffosc.playback.compiled import audio, entry, raise_to, swap
from riffosc.playback.fades import quick
from riffosc.playback.passes import beat_at
from riffosc.playback.readers import clean
from riffosc.playback.state import CUE, MAIN

KNEE = 0.7  # below it the main mix is left as it is
CEILING = 0.999


@audio
def aim(state: Any, end: int) -> None:
    """Audio thread. Where levels have been asked to change, they begin to move with their beat's block, up to `end`.

    They are asked for less than a beat ahead: what is further off has been left behind by a beat that was moved.
    """
    frames, beat = quick(state.engine), beat_at(state.engine, end)
    for number in range(state.engine.voices):
        voice, aims = state.voices[number], state.aims[number]
        if 0 <= aims[3] - beat < 1:
            continue
        left, right, width = aims[0], aims[1], aims[2]
        if left != voice.left_aim or right != voice.right_aim or width != voice.width_aim:
            voice.left_aim, voice.right_aim, voice.width_aim = left, right, width
            voice.left_step = (left - voice.left) / frames
            voice.right_step = (right - voice.right) / frames
            voice.width_step = (width - voice.width) / frames
            voice.ramp_left = frames
    engine, main = state.engine, state.aims[MAIN, 0]
    if main != engine.main_aim and not 0 <= state.aims[MAIN, 3] - beat < 1:
        engine.main_aim, engine.main_left = main, frames
        engine.main_step = (main - engine.main) / frames


@audio
def shape(voice: Any, out: Any) -> float:
    """Audio thread. Width, pan and gain of one voice, moving; returns its peak."""
    peak, ramp = 0.0, voice.ramp_left
    for j in range(out.shape[1]):
        if j == ramp:
            settle(voice)
        k = j if j < ramp else 0  # the ramp's foot moves once a block
        side = (voice.width + k * voice.width_step - 1.0) * 0.5 * (float(out[0, j]) - float(out[1, j]))
        out[0, j] = (out[0, j] + side) * (voice.left + k * voice.left_step)
        out[1, j] = (out[1, j] - side) * (voice.right + k * voice.right_step)
        peak = max(peak, abs(out[0, j]), abs(out[1, j]))
    if ramp > out.shape[1]:
        voice.ramp_left -= out.shape[1]
        voice.width += out.shape[1] * voice.width_step
        voice.left += out.shape[1] * voice.left_step
        voice.right += out.shape[1] * voice.right_step
    else:
        settle(voice)
    return peak


@audio
def settle(voice: Any) -> None:
    """Audio thread. Levels are where they were to go."""
    voice.width, voice.left, voice.right = voice.width_aim, voice.left_aim, voice.right_aim
    voice.width_step = voice.left_step = voice.right_step = 0.0
    voice.ramp_left = 0


@audio
def limit(x: float) -> float:
    """Audio thread. As it is below the knee, then bent towards the ceiling; no memory, so no pumping.

    For the sum of the voices: each clip by itself comes limited, 1 dB below full scale
    (`riffosc/synthesis/limiter.py`). Of one that plays alone, as loud as it can be, it takes 0.2 dB.
    """
    size = abs(x)
    if size <= KNEE:
        return x
    bent = KNEE + (CEILING - KNEE) * tanh((size - KNEE) / (CEILING - KNEE))
    return bent if x > 0 else -bent


@audio
def sum_up(state: Any, count: int) -> None:
    """Audio thread. Shape each voice, sum them, limit the sum, note the peaks."""
    engine, voices = state.engine, state.engine.voices
    main, peak = state.out[MAIN], 0.0
    for number in range(voices):
        raise_to(state.peaks, number, int(1e9 * shape(state.voices[number], state.out[number, :, :count])))
    for j in range(count):
        if engine.main_left > 0:
            engine.main_left -= 1
            engine.main = engine.main + engine.main_step if engine.main_left else engine.main_aim
        for side in range(2):
            total = 0.0
            for number in range(voices):
                total += state.out[number, side, j]
            main[side, j] = limit(clean(total * engine.main))
            peak = max(peak, abs(main[side, j]))
    raise_to(state.peaks, MAIN, int(1e9 * peak))


@audio
def sum_up_cues(state: Any, count: int) -> None:
    """Audio thread. What is cued, as it was painted: no gain, mute or gate of the voice it waits for touches it."""
    engine, cue = state.engine, state.out[CUE]
    if not engine.cueing:
        return
    for number in range(engine.voices, engine.decks):
        for side in range(2):
            for j in range(count):
                cue[side, j] += state.out[number, side, j]
    for side in range(2):
        for j in range(count):
            cue[side, j] = limit(clean(cue[side, j]))


@entry
def take(peaks: Any, index: int) -> int:
    """Any thread. A peak, in billionths; it begins anew from 0."""
    return int(swap(peaks, index, 0))
