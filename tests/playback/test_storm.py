"""Everything at once, at random: nothing clicks, nothing leaks, nothing sticks."""

import numpy as np
import pytest
from studio import RATE, Studio, bumps, sine

from riffosc.playback.player import NewsKind
from riffosc.timeline import Timeline


@pytest.mark.parametrize("seed", range(12))
def test_storm(seed: int) -> None:
    random = np.random.default_rng(seed)
    studio = Studio(blocksize=int(random.choice([64, 100, 256, 1000])))
    player = studio.player
    timeline = studio.tempo(120)
    clips = [sine(beats, 120, cycles=int(100 * beats)) for beats in (1, 2, 4)]
    sounds, sent = [], set()
    for _ in range(150):
        now, order = player.now(), random.integers(12)
        beat = timeline.beat_at(now)
        if order < 6:
            voice, which = int(random.integers(2)) + 1, int(random.integers(4))
            slot = player.bank.load(clips[which], 2.0**which) if which < 3 else None
            sent |= {slot} - {None}
            at = beat + float(random.choice([-0.1, 0.001, 0.05, 0.5, 1.0, 3.0]))
            studio.land(slot, at, voice, fade_s=float(random.choice([0, 0.02, 0.3, 2.0])), origin=round(at * 4) / 4)
        elif order < 8:
            timeline = timeline.with_tempo(float(random.uniform(100, 140)), now + float(random.choice([0, 0.03])))
            player.set_timeline(timeline)
        elif order == 8:
            timeline = Timeline(beat + float(random.uniform(-4, 4)), now + 0.02, timeline.tempo)
            player.set_timeline(timeline)
        elif order == 9:
            player.gate(bool(random.integers(2)), beat + float(random.uniform(-1, 1)))
        elif order == 10:
            player.set_voice(
                int(random.integers(2)) + 1, gain=float(random.uniform(0, 1)), pan=float(random.uniform(-1, 1))
            )
        elif random.integers(3) == 0:
            player.panic()
        sounds.append(studio.render(int(random.choice([100, 1000, 10000])))[0])
        for news in studio.told(NewsKind.RELEASED):
            player.bank.free(news.slot)
    sound = np.concatenate(sounds, axis=2)
    assert np.abs(sound).max() <= 1.3  # two clips of one level whose powers add up
    assert bumps(sound) < 0.02  # a fade of 64 frames bends as much; a frame too many would be 0.03
    player.panic()
    studio.render(RATE)
    assert not studio.render(RATE)[0].any()
    assert sent <= {news.slot for news in studio.told(NewsKind.RELEASED)}
    assert not player.state["slots"]["reads"].any()
    player.close()
