"""Gain, pan, width, mute, solo, the limiter and the meters."""

from math import cos, pi

import numpy as np
import pytest
from studio import RATE, Studio, bumps, noise, sine

from riffosc.synthesis.limiter import limit

QUICK = 441


@pytest.fixture
def pair(studio: Studio) -> Studio:
    """Two voices, both at the first frame of a long stereo clip."""
    studio.tempo(120)
    for voice in (1, 2):
        studio.land(studio.player.bank.load(noise(16, 120, voice), 16), 1, origin=1, voice=voice)
    studio.render(RATE // 2)
    studio.player.levels()
    return studio


def clips(frames: int) -> list[np.ndarray]:
    return [noise(16, 120, voice)[:, :frames] for voice in (1, 2)]


@pytest.mark.parametrize("pan", [-1.0, -0.3, 0.0, 0.5, 1.0])
def test_pan_is_a_balance(pair: Studio, pan: float) -> None:
    pair.player.set_voice(1, gain=1.5, pan=pan)
    sound, _ = pair.render(2000)
    factors = np.array([[cos(max(0, pan) * pi / 2)], [cos(max(0, -pan) * pi / 2)]]) * 1.5
    np.testing.assert_allclose(sound[0][:, QUICK:], (clips(2000)[0] * factors)[:, QUICK:], atol=1e-6)
    np.testing.assert_array_equal(sound[1], clips(2000)[1])


@pytest.mark.parametrize("width", [0.0, 0.5, 2.0])
def test_width(pair: Studio, width: float) -> None:
    pair.player.set_voice(1, width=width)
    sound, _ = pair.render(2000)
    left, right = clips(2000)[0]
    side = (width - 1) * (left - right) / 2
    np.testing.assert_allclose(sound[0][:, QUICK:], np.array([left + side, right - side])[:, QUICK:], atol=1e-6)


def test_mute_and_solo(pair: Studio) -> None:
    first, second = clips(6000)
    pair.player.set_voice(1, mute=True)
    sound, _ = pair.render(2000)
    assert not sound[0][:, QUICK:].any()
    np.testing.assert_array_equal(sound[1], second[:, :2000])
    pair.player.set_voice(1, mute=False, solo=True)
    sound, main = pair.render(2000)
    assert not sound[1][:, QUICK:].any()
    np.testing.assert_array_equal(sound[0][:, QUICK:], first[:, 2000 + QUICK : 4000])
    np.testing.assert_array_equal(main[:, QUICK:], sound[0][:, QUICK:])
    pair.player.set_voice(1, solo=False)
    sound, _ = pair.render(2000)
    np.testing.assert_array_equal(sound[1][:, QUICK:], second[:, 4000 + QUICK :])


def test_levels_move_without_clicks(studio: Studio) -> None:
    clip = sine(4, 120)
    studio.tempo(120)
    studio.land(studio.player.bank.load(clip, 4), 1, origin=1)
    studio.render(RATE // 2)
    sounds = []
    for gain, pan in ((0.2, 0.0), (2.0, -0.5), (1.0, 0.7), (0.0, 0.0), (1.0, 0.0)):
        studio.player.set_voice(1, gain=gain, pan=pan)
        studio.player.set_main(0.5 * gain)
        sounds.append(studio.render(700)[0][0])
    assert bumps(np.concatenate(sounds, axis=1)) < 0.003  # the ramps corners; a click would be 0.1
    np.testing.assert_array_equal(sounds[-1][0, QUICK:], clip[0, 4 * 700 + QUICK : 5 * 700])


BLOCK = 300  # frames; the studio's


def test_a_level_moves_with_the_block_in_which_its_beat_lies(pair: Studio) -> None:
    beat, frame = 1.3, 6615 // BLOCK * BLOCK  # the fixture has brought us to beat 1
    pair.player.set_voice(1, beat, mute=True)
    pair.player.set_main(0.5, beat)
    pair.player.set_voice(2, gain=0.5)  # at once
    sound, main = pair.render(9000)
    first, second = clips(9000)
    np.testing.assert_array_equal(sound[0][:, :frame], first[:, :frame])
    assert not sound[0][:, frame + QUICK :].any()
    np.testing.assert_allclose(sound[1][:, QUICK:], 0.5 * second[:, QUICK:], atol=1e-7)
    np.testing.assert_allclose(main[:, QUICK:frame], sound.sum(axis=0)[:, QUICK:frame], atol=1e-3)  # the limiter's knee
    np.testing.assert_allclose(main[:, frame + QUICK :], 0.5 * sound.sum(axis=0)[:, frame + QUICK :], atol=1e-6)


def test_what_comes_while_a_level_waits_for_its_beat_waits_with_it(pair: Studio) -> None:
    pair.player.set_voice(1, 1.3, gain=0.5)
    pair.player.set_voice(1, gain=0.25)
    sound, _ = pair.render(9000)
    np.testing.assert_array_equal(sound[0][:, :6600], clips(9000)[0][:, :6600])
    np.testing.assert_allclose(sound[0][:, 6600 + QUICK :], 0.25 * clips(9000)[0][:, 6600 + QUICK :], atol=1e-7)


def test_a_level_does_not_wait_for_a_beat_that_has_been_moved_away(pair: Studio) -> None:
    pair.player.set_voice(1, 1.3, mute=True)
    pair.tempo(120, RATE / 2 / RATE, beat=-40.0)
    sound, _ = pair.render(9000)
    assert not sound[0][:, 2 * BLOCK + QUICK :].any()


def test_the_main_mix_is_the_sum_of_the_voices(pair: Studio) -> None:
    sound, main = pair.render(5000)
    quiet = np.abs(sound.sum(axis=0)) <= 0.7
    np.testing.assert_allclose(main[quiet], sound.sum(axis=0)[quiet], atol=1e-7)
    pair.player.set_main(0.5)
    sound, main = pair.render(5000)
    np.testing.assert_allclose(main[:, QUICK:], 0.5 * sound.sum(axis=0)[:, QUICK:], atol=1e-7)


def test_the_limiter_bends_and_never_reaches_one(pair: Studio) -> None:
    pair.player.set_main(50.0)
    sound, main = pair.render(5000)
    raw = (50.0 * sound.astype(np.float64).sum(axis=0))[:, QUICK:]
    assert np.abs(main).max() < 1.0
    small = np.abs(raw) <= 0.7
    np.testing.assert_allclose(main[:, QUICK:][small], raw[small], atol=1e-6)
    order = np.argsort(raw.ravel())
    assert (np.diff(main[:, QUICK:].ravel()[order]) >= 0).all()


def test_a_clip_alone_sounds_as_its_file_does(studio: Studio) -> None:
    """To the bit at the voice's port; in the main mix the loudest peaks are a quarter of a decibel lower."""
    clip = limit(3 * noise(4, 120), RATE)
    studio.tempo(120)
    studio.land(studio.player.bank.load(clip, 4), 1, origin=1)
    studio.render(RATE // 2)
    sound, main = studio.render(5000)
    np.testing.assert_array_equal(sound[0], clip[:, :5000])
    assert np.abs(clip).max() > 0.88
    np.testing.assert_allclose(main, clip[:, :5000], rtol=0.03)


def test_meters_show_the_loudest_sample_since_they_were_read(pair: Studio) -> None:
    sound, main = pair.render(3000)
    expected = (np.abs(main).max(), *np.abs(sound).max(axis=(1, 2)))
    np.testing.assert_allclose(pair.player.levels(), expected, rtol=1e-6)
    assert pair.player.levels() == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("rubbish", [np.nan, np.inf, -np.inf, 3e38])
def test_rubbish_in_a_clip_goes_no_further(studio: Studio, rubbish: float) -> None:
    clip = noise(4, 120)
    clip[:, 1000:1010] = rubbish
    studio.tempo(120)
    studio.player.set_voice(1, gain=2.0, width=1.5)
    for voice, tempo_of_clip in ((1, 4), (2, 3)):  # copied, and resampled
        studio.land(studio.player.bank.load(clip, tempo_of_clip), 1, origin=1, voice=voice)
    sound, main = studio.render(3 * RATE)
    assert np.isfinite(sound).all()
    assert np.abs(main).max() < 1.0
    assert not sound[0][:, RATE // 2 + 1000 : RATE // 2 + 1010].any()
    assert all(np.isfinite(studio.player.levels()))
