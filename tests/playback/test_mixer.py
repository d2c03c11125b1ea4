"""Frames that were skipped, rings that are full, other sample rates: what outputs do to the mixer."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from studio import RATE, Studio, bumps, loop, noise, sine

from riffosc.playback.memory import MemoryOutput
from riffosc.playback.player import Landing, NewsKind
from riffosc.playback.state import Sizes
from riffosc.timeline import Timeline


def test_what_was_skipped_is_passed_over(studio: Studio) -> None:
    clip = noise(4, 120)
    timeline = studio.tempo(120, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    studio.render(RATE)
    studio.output._frame = timeline.frame_at(41, RATE)
    sound, _ = studio.render(1000)
    place = timeline.frame_at(41, RATE) - timeline.frame_at(40, RATE)
    np.testing.assert_array_equal(sound[0], clip[:, place : place + 1000])
    assert [n.beat for n in studio.told(NewsKind.PASS)] == [4.0 * k for k in range(1, 11)]


def test_the_clock_never_goes_back(studio: Studio) -> None:
    studio.render(1000)
    studio.output._frame = 10
    studio.render(100)
    assert int(studio.player.state["engine"]["frame"]) == 1100


def test_full_rings_lose_news_but_no_slot() -> None:
    studio = Studio(sizes=Sizes(voices=2, news=8))
    studio.tempo(120)
    clip = noise(0.25, 120)
    slots = [studio.player.bank.load(clip, 0.25) for _ in range(40)]
    for k, slot in enumerate(slots):
        studio.land(slot, 1 + k, voice=1)
        studio.output.render(RATE // 2)
    studio.land(None, 45)
    studio.output.render(4 * RATE)
    assert studio.player.dropped > 0
    assert {n.slot for n in studio.player.news() if n.kind is NewsKind.RELEASED} == set(slots)
    studio.player.close()


def test_more_commands_than_the_ring_holds_wait_their_turn() -> None:
    studio = Studio(sizes=Sizes(voices=1, commands=8))
    slots = [studio.player.bank.load(noise(1, 120, seed), 1) for seed in range(30)]
    studio.tempo(120)
    for slot in slots:
        studio.land(slot, 20)
    for _ in range(10):
        studio.render(300)
    assert [n.slot for n in studio.told(NewsKind.REPLACED)] == slots[:-1]
    studio.player.close()


def test_a_slot_is_not_freed_while_it_is_read(studio: Studio) -> None:
    bank = studio.player.bank
    timeline = studio.tempo(120)
    slot = bank.load(noise(4, 120), 4)
    studio.land(slot, 4)
    bank.free(slot)
    assert bank.needed(slot)
    with pytest.raises(KeyError, match=f"slot {slot} is empty"):
        studio.land(slot, 8)
    assert np.array_equal(studio.render(3 * RATE)[0][0][:, 2 * RATE :], noise(4, 120)[:, :RATE])
    studio.land(None, 8)
    studio.render(timeline.frame_at(9, RATE))
    assert len(bank) == 0


def test_another_sample_rate_keeps_seconds_and_pitch(studio: Studio) -> None:
    clip = sine(4, 120)
    timeline = studio.tempo(120, seconds=0.1)
    studio.land(studio.player.bank.load(clip, 4), 4)
    studio.render(3 * RATE)
    now = studio.player.now()
    faster = MemoryOutput(48000)
    faster.start(studio.player)
    sound, _ = faster.render(5 * 48000)
    assert studio.player.samplerate == 48000
    assert studio.player.now() == pytest.approx(now + 5, abs=1e-3)
    passes = [n for n in studio.player.news() if n.kind is NewsKind.PASS]
    assert [n.frame for n in passes] == [timeline.frame_at(n.beat, 48000) for n in passes]
    assert bumps(sound[0]) < 1.01 * bumps(clip)
    spectrum = np.abs(np.fft.rfft(sound[0][0] * np.hanning(sound.shape[2])))
    assert np.argmax(spectrum) / 5 == pytest.approx(200, abs=0.3)


def test_two_outputs_at_once_do_not_mix_twice(studio: Studio) -> None:
    clip = noise(4, 120)
    studio.tempo(120)
    studio.land(studio.player.bank.load(clip, 4), 1, origin=1)
    studio.render(RATE // 2)
    studio.player.state["lock"][0] = 1
    sound, _ = studio.render(300)
    assert not sound.any()
    assert studio.player.state["engine"]["collisions"] == 1
    studio.player.state["lock"][0] = 0
    studio.output._frame -= 300
    np.testing.assert_array_equal(studio.render(300)[0][0], loop(clip, 0, 300))


def test_senseless_orders_are_refused(studio: Studio) -> None:
    player = studio.player
    with pytest.raises(ValueError, match="there are voices 1 to 2, no 3"):
        player.land(Landing(3, None, 4))
    with pytest.raises(ValueError, match="a landing needs a beat"):
        player.land(Landing(1, None, float("nan")))
    with pytest.raises(ValueError, match="no timeline"):
        player.set_timeline(Timeline(tempo=0.0))
    with pytest.raises(ValueError, match="cannot be played"):
        player.bank.reserve(2, 0, 4)


PROBE = """
import json, sys
import riffosc.playback.player
heavy = [name for name in ("torch", "numba", "jack", "sounddevice") if name in sys.modules]
from riffosc.machine_code import cache_folder
from riffosc.playback.compiled import PACKAGE
from riffosc.playback.player import Player
print(json.dumps([heavy, cache_folder(PACKAGE)]))
"""


@pytest.mark.parametrize("home", ["writable", "read-only"])
def test_importing_is_light_and_a_read_only_home_is_no_hindrance(tmp_path: Path, home: str) -> None:
    folder = tmp_path if home == "writable" else Path("/proc/nowhere")
    env = {"XDG_CACHE_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, env=env, check=True)
    heavy, cache = json.loads(done.stdout)
    assert heavy == []
    assert bool(cache) == (home == "writable")
