"""The fader that moves over bars: from its frame to its frame, whatever the tempo does meanwhile."""

import numpy as np
import pytest
from studio import RATE, Studio, noise

from riffosc.clip import Samples
from riffosc.playback.player import Landing, NewsKind

BEAT = RATE // 2  # frames, at 120
FLAT = np.full((1, 4 * BEAT), 0.5, np.float32)


@pytest.fixture
def flat(studio: Studio) -> Studio:
    """Voice 1 plays 0.5 and nothing else from beat 1 on; beat 4 is next."""
    studio.tempo(120)
    studio.land(studio.player.bank.load(FLAT, 4), 1)
    studio.render(4 * BEAT)
    return studio


def stands(sound: Samples) -> np.ndarray:
    """Where the fader stood for each frame of what voice 1 played."""
    return np.cbrt(sound[0][0] / 0.5)


def test_a_fade_out_begins_and_ends_on_its_frames_and_is_even_to_the_ear(flat: Studio) -> None:
    flat.player.fade(1, False, 5, 9)
    sound, _ = flat.render(8 * BEAT)
    line = np.clip(1 - (np.arange(8 * BEAT) - BEAT) / (4 * BEAT), 0, 1)
    np.testing.assert_allclose(stands(sound), line, atol=1e-4)
    assert sound[0][0, BEAT] == 0.5 and sound[0][0, BEAT + 1] < 0.5
    assert sound[0][0, 5 * BEAT - 1] > 0 and not sound[0][:, 5 * BEAT :].any()
    assert flat.player.faders() == (0.0, 1.0)


def test_a_fade_in_ends_whole_to_the_last_bit(studio: Studio) -> None:
    clip = noise(4, 120)
    studio.tempo(120)
    studio.land(studio.player.bank.load(clip, 4), 1, origin=0)
    studio.player.fade(1, False, 0, 0)
    studio.render(4 * BEAT)
    studio.player.fade(1, True, 5, 7)
    sound, main = studio.render(4 * BEAT)
    assert not sound[0][:, : BEAT + 1].any() and sound[0][:, BEAT + 1 : BEAT + 100].any()
    assert not np.array_equal(sound[0][:, 3 * BEAT - 1], clip[:, 3 * BEAT - 1])
    np.testing.assert_array_equal(sound[0][:, 3 * BEAT :], clip[:, 3 * BEAT :])
    np.testing.assert_array_equal(main, sound[0])


def test_a_fade_follows_the_tempo_and_still_ends_on_its_beat(flat: Studio) -> None:
    flat.player.fade(1, False, 4, 12)
    timeline = flat.tempo(90, seconds=3, beat=6)  # a quarter of the way
    frames = timeline.frame_at(14, RATE) - 4 * BEAT
    stood = stands(flat.render(frames)[0])
    end = timeline.frame_at(12, RATE) - 4 * BEAT
    assert stood[end - 1] > 0 and not stood[end:].any()
    assert stood[2 * BEAT] == pytest.approx(0.75, abs=1e-4)
    assert np.abs(np.diff(stood)).max() < 0.001, "no step where the tempo changes"


def test_a_newer_fade_takes_over_from_where_the_last_one_is(flat: Studio) -> None:
    flat.player.fade(1, False, 4, 12)
    before, _ = flat.render(2 * BEAT)
    flat.player.fade(1, True, 8, 10)
    after, _ = flat.render(6 * BEAT)
    stood = stands(np.concatenate([before, after], axis=2))
    assert stood[4 * BEAT] == pytest.approx(0.5, abs=1e-4), "the first goes on until then"
    assert stood[5 * BEAT] == pytest.approx(0.75, abs=1e-4)
    assert np.abs(np.diff(stood)).max() < 0.001 and (stood[6 * BEAT :] == 1).all()


@pytest.mark.parametrize("beat", [2.0, 7.0, 40.0])
def test_a_beat_that_jumps_is_no_click(flat: Studio, beat: float) -> None:
    flat.player.fade(1, False, 4, 12)
    first = stands(flat.render(2 * BEAT)[0])
    timeline = flat.tempo(120, seconds=3, beat=beat)
    stood = np.concatenate([first, stands(flat.render(12 * BEAT)[0])])
    quick = round(0.01 * RATE)
    assert np.abs(np.diff(stood)).max() < 1.1 / quick
    end = max(timeline.frame_at(12, RATE), 6 * BEAT + quick) - 4 * BEAT
    assert stood[end - 1] > 0 and not stood[end:].any()


def test_a_fade_that_comes_late_is_quick_and_not_a_click(flat: Studio) -> None:
    flat.player.fade(1, False, 1, 2)
    stood = stands(flat.render(BEAT)[0])
    assert 0 < stood[440] < 0.01 and not stood[441:].any()


def test_gain_and_mute_are_their_own(flat: Studio) -> None:
    flat.player.fade(1, False, 4, 8)
    flat.player.set_voice(1, gain=0.5)
    sound, _ = flat.render(2 * BEAT)
    assert sound[0][0, -1] == pytest.approx(0.5 * 0.5 * 0.5**3, rel=1e-3)
    flat.player.set_voice(1, mute=True)
    assert not flat.render(1000)[0][0][:, 441:].any()
    flat.player.set_voice(1, mute=False, gain=1.0)
    assert stands(flat.render(BEAT)[0])[-1] == pytest.approx(0.25 - 1000 / (4 * BEAT), abs=1e-3)


def test_panic_puts_it_up_again_without_a_sound(flat: Studio) -> None:
    flat.player.fade(1, False, 4, 5)
    flat.player.fade(1, True, 30, 40)
    flat.render(2 * BEAT)
    flat.player.panic()
    sound, _ = flat.render(BEAT)
    assert not sound.any()
    assert flat.player.faders() == (1.0, 1.0)
    flat.land(flat.player.bank.load(FLAT, 4), 8)
    assert (flat.render(2 * BEAT)[0][0][0, -100:] == 0.5).all()


def test_another_sample_rate_leaves_it_where_it_is(flat: Studio) -> None:
    flat.player.fade(1, False, 4, 12)
    flat.render(2 * BEAT)
    flat.output.samplerate = 48000
    flat.output.start(flat.player)
    stood = stands(flat.render(48000)[0])
    assert stood[0] == pytest.approx(0.75, abs=1e-3)
    assert stood[-1] == pytest.approx(0.5, abs=1e-3)


def test_the_cue_knows_no_fader(flat: Studio) -> None:
    flat.player.fade(1, False, 4, 5)
    flat.player.land(Landing(1, flat.player.bank.load(FLAT, 4), 6, cue=True))
    _, main = flat.render(4 * BEAT)
    assert (flat.output.cue[:, -100:] == 0.5).all() and not main[:, -100:].any()
    assert len(flat.told(NewsKind.LANDED)) == 2
