"""Loops: exact, seamless, on the beat."""

import numpy as np
import pytest
from studio import RATE, Studio, bumps, loop, noise, sine

from riffosc.playback.player import NewsKind

FADE = 64


@pytest.mark.parametrize("tempo", [123.4, 20.0, 300.0, 174.0, 120.0, 97.3])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_pass_begins_on_its_beat_and_is_copied_bit_by_bit(tempo: float, channels: int) -> None:
    studio, clip = Studio(blocksize=1000), noise(4, tempo, channels=channels)
    timeline = studio.tempo(tempo, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    sound, main = studio.render(timeline.frame_at(4 + 4 * 7, RATE) + 10)
    for number in range(6):
        start, end = (timeline.frame_at(4 + 4 * (number + k), RATE) for k in (0, 1))
        whole = end - (FADE if end - start != clip.shape[1] else 0)
        expected = loop(clip, 0, whole - start)
        np.testing.assert_array_equal(sound[0][:, start:whole], np.broadcast_to(expected, (2, whole - start)))
        np.testing.assert_array_equal(main[:, start:whole], sound[0][:, start:whole])
        assert not sound[1].any()
    passes = studio.told(NewsKind.PASS)
    assert [(n.beat, n.frame) for n in passes] == [
        (4.0 + 4 * k, timeline.frame_at(4 + 4 * k, RATE)) for k in range(len(passes))
    ]
    studio.player.close()


def test_where_a_pass_is_as_long_as_the_clip_nothing_is_faded(studio: Studio) -> None:
    clip = noise(4, 120)
    timeline = studio.tempo(120, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    start = timeline.frame_at(4, RATE)
    sound, _ = studio.render(start + 5 * clip.shape[1])
    np.testing.assert_array_equal(sound[0][:, start:], loop(clip, 0, 5 * clip.shape[1]))


def test_a_frame_more_or_less_is_taken_up_without_a_click() -> None:
    studio, clip = Studio(), sine(4, 174)
    timeline = studio.tempo(174, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    start = timeline.frame_at(4, RATE)
    sound, _ = studio.render(start + 12 * clip.shape[1])
    lengths = np.diff([n.frame for n in studio.told(NewsKind.PASS)])
    assert len(set(lengths)) == 2
    assert bumps(sound[0][:, start:]) < 1.05 * bumps(clip)
    studio.player.close()


@pytest.mark.parametrize("blocksize", [1, 37, 64, 256, 1024, 8192])
def test_the_size_of_a_block_changes_nothing(blocksize: int) -> None:
    sounds = []
    for size in (blocksize, 333):
        studio = Studio(blocksize=size)
        timeline = studio.tempo(174, seconds=0.05)
        studio.land(studio.player.bank.load(noise(1, 174), 1), 1)
        studio.land(studio.player.bank.load(noise(1, 174, seed=1), 1), 0.5, voice=2)
        sounds.append(studio.render(timeline.frame_at(3, RATE))[1])
        studio.player.close()
    np.testing.assert_array_equal(sounds[0], sounds[1])


def test_the_crossfade_ends_on_the_boundary_and_is_fed_by_the_tail(studio: Studio) -> None:
    old, new = noise(4, 123.4), noise(4, 123.4, seed=1)
    timeline = studio.tempo(123.4, seconds=0.1)
    studio.land(studio.player.bank.load(old, 4), 4)
    start, end = timeline.frame_at(4, RATE), timeline.frame_at(8, RATE)
    sound, _ = studio.render(start + 100)
    studio.land(studio.player.bank.load(new, 4), 8, fade_s=0.02)
    more, _ = studio.render(end + 1000 - (start + 100))
    voice = np.concatenate([sound[0], more[0]], axis=1)
    fade = round(0.02 * RATE)
    x = np.arange(fade) / fade
    smooth = x * x * (3 - 2 * x)
    expected = loop(old, end - fade - start, fade) * np.sqrt(1 - smooth) + new[:, -fade:] * np.sqrt(smooth)
    np.testing.assert_array_equal(voice[:, start : end - fade], loop(old, 0, end - fade - start))
    np.testing.assert_allclose(voice[:, end - fade : end], expected, atol=1e-6)
    np.testing.assert_array_equal(voice[:, end : end + 1000], new[:, :1000])
    assert [(n.slot, n.beat, n.frame) for n in studio.told(NewsKind.LANDED)] == [(0, 4.0, start), (1, 8.0, end)]


def test_alike_clips_keep_their_level(studio: Studio) -> None:
    clip = sine(4, 120)
    timeline = studio.tempo(120, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    studio.render(timeline.frame_at(5, RATE))
    studio.land(studio.player.bank.load(clip, 4), 8, fade_s=0.5, alike=True)
    sound, _ = studio.render(timeline.frame_at(8, RATE))
    begin = timeline.frame_at(5, RATE) - timeline.frame_at(4, RATE)
    np.testing.assert_allclose(sound[0][:1], loop(clip, begin, sound.shape[2]), atol=1e-6)


def test_different_clips_keep_their_power(studio: Studio) -> None:
    timeline = studio.tempo(120, seconds=0.1)
    studio.land(studio.player.bank.load(noise(4, 120), 4), 4)
    studio.render(timeline.frame_at(7, RATE))
    studio.land(studio.player.bank.load(noise(4, 120, seed=1), 4), 8, fade_s=0.4)
    sound, _ = studio.render(timeline.frame_at(8, RATE) - timeline.frame_at(7, RATE))
    powers = [np.mean(part**2) for part in np.array_split(sound[0], 10, axis=1)]
    assert max(powers) / min(powers) < 1.1


def test_landing_in_the_middle_of_a_loop(studio: Studio) -> None:
    clip = noise(4, 123.4)
    timeline = studio.tempo(123.4, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 6, origin=0.0)
    sound, _ = studio.render(timeline.frame_at(12, RATE) - FADE)
    start, place = timeline.frame_at(6, RATE), timeline.frame_at(6, RATE) - timeline.frame_at(4, RATE)
    end = timeline.frame_at(8, RATE)
    whole = end - FADE - start
    np.testing.assert_array_equal(sound[0][:, start : end - FADE], loop(clip, place, whole))
    np.testing.assert_array_equal(sound[0][:, end : end + 20000], clip[:, :20000])
    assert studio.told(NewsKind.LANDED)[0].position == place


def test_landing_on_silence_fades_out_to_the_boundary(studio: Studio) -> None:
    clip = noise(4, 120)
    timeline = studio.tempo(120, seconds=0.1)
    slot = studio.player.bank.load(clip, 4)
    studio.land(slot, 4)
    studio.render(timeline.frame_at(5, RATE))
    studio.land(None, 6, fade_s=0.01)
    sound, _ = studio.render(RATE)
    end = timeline.frame_at(6, RATE) - timeline.frame_at(5, RATE)
    assert sound[0][:, end - 400 : end].any()
    assert not sound[0][:, end:].any()
    assert [n.slot for n in studio.told(NewsKind.LANDED)] == [slot, -1]
    assert [n.slot for n in studio.told(NewsKind.RELEASED)] == [slot]


def test_a_clip_for_another_tempo_stays_locked_to_the_beat(studio: Studio) -> None:
    clip = sine(4, 100)
    timeline = studio.tempo(120, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    start = timeline.frame_at(4, RATE)
    sound, _ = studio.render(timeline.frame_at(24, RATE))
    assert [n.frame for n in studio.told(NewsKind.PASS)] == [timeline.frame_at(4 * k, RATE) for k in range(1, 6)]
    length = timeline.frame_at(8, RATE) - start
    expected = 0.5 * np.sin(2 * np.pi * 400 * np.arange(length) / length)
    np.testing.assert_allclose(sound[0][0, start : start + length], expected, atol=2e-3)
    assert bumps(sound[0][:, start:]) < 1.1 * bumps(expected)


def test_a_clip_shorter_than_a_fade(studio: Studio) -> None:
    clip = np.linspace(-0.5, 0.5, 90, dtype=np.float32)[None]
    studio.tempo(120)
    studio.land(studio.player.bank.load(clip, 90 / RATE * 2), 1, fade_s=0.05)
    sound, _ = studio.render(2 * RATE)
    assert np.isfinite(sound).all()
    assert len(studio.told(NewsKind.PASS)) > 600
