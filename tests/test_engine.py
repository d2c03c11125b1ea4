"""What the engine carries between conductor and mixer, on the memory output, with clips that come at once."""

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hall import RATE, Hall

from riffosc.params import Value


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Voice 1 plays a clip of level 0.1."""
    made = Hall()
    made.store.set("/riff/1/seed", 10)
    made.store.set("/riff/1/prompt", "one")
    made.run(4)
    yield made
    made.close()


def level(hall: Hall, cue: bool = False) -> float:
    """What is heard now, in hundredths."""
    _, main = hall.output.render(RATE // 200)
    hall.engine.tick()
    return round(100 * float((hall.output.cue if cue else main)[0, -1]))


def test_a_landing_that_the_mixer_missed_takes_the_next_bar(hall: Hall) -> None:
    assert level(hall) == 10
    hall.store.set("/riff/1/seed", 20)
    hall.engine.tick()
    hall.skip(2.5)  # past the bar that it was planned for
    hall.run(0.1)
    assert level(hall) == 10
    hall.run(4)
    assert level(hall) == 20
    assert len(hall.player.bank) == 1


def test_cue_and_take(hall: Hall) -> None:
    hall.store.set("/riff/1/cue", True)
    hall.store.set("/riff/1/seed", 20)
    hall.run(10)
    assert (level(hall), level(hall, cue=True)) == (10, 20)
    assert hall.store.get("/riff/1/cued") is True and hall.store.get("/riff/1/state") == "cued"
    assert len(hall.of("clip")) == 1, "announced when it lands"
    hall.store.set("/riff/1/seed", 30)
    hall.run(3)
    assert (level(hall), level(hall, cue=True)) == (10, 30)
    hall.store.set("/riff/1/take", 1)
    hall.run(4)
    assert (level(hall), level(hall, cue=True)) == (30, 0)
    assert len(hall.of("clip")) == 2 and not hall.store.get("/riff/1/cued")
    assert len(hall.player.bank) == 1, "what was cued and never taken is let go"


def test_a_cue_that_the_mixer_missed_is_heard_a_beat_later_and_not_lost(hall: Hall) -> None:
    hall.store.set("/riff/1/cue", True)
    hall.store.set("/riff/1/seed", 20)
    hall.engine.tick()
    hall.skip(1.5)
    hall.run(2)
    assert (level(hall), level(hall, cue=True)) == (10, 20)
    hall.store.set("/riff/1/take", 1)
    hall.engine.tick()
    hall.skip(2.5)
    hall.run(4)
    assert (level(hall), level(hall, cue=True)) == (20, 0)
    assert len(hall.player.bank) == 1


def test_two_cues_are_mixed_and_panic_clears_them(hall: Hall) -> None:
    for voice, seed in ((1, 20), (2, 30)):
        hall.store.set(f"/riff/{voice}/cue", True)
        hall.store.set(f"/riff/{voice}/seed", seed)
        hall.store.set(f"/riff/{voice}/prompt", "two")
    hall.run(3)
    assert (level(hall), level(hall, cue=True)) == (10, 50)
    hall.store.set("/riff/panic", 1)
    hall.run(0.5)
    assert (level(hall), level(hall, cue=True)) == (0, 0)
    assert len(hall.player.bank) == 0


def test_after_a_panic_the_same_words_play_again_when_they_are_asked_for(hall: Hall) -> None:
    words = hall.store.get("/riff/1/prompt")
    hall.store.set("/riff/panic", 1)
    hall.run(4)
    assert level(hall) == 0, "not by themselves"
    hall.store.set("/riff/1/prompt", words)
    hall.run(4)
    assert level(hall) == 10
    told = len(hall.published)
    hall.store.set("/riff/1/prompt", words)
    assert len(hall.published) == told, "once"


def test_a_fade_goes_from_bar_to_bar(hall: Hall) -> None:
    hall.store.set("/riff/tempo", 120.0)
    while hall.store.get("/riff/beat") % 4 < 1:
        hall.run(0.1)
    hall.store.set("/riff/1/fade_out", 2)
    bar = hall.store.get("/riff/bar")
    while hall.store.get("/riff/bar") == bar:
        assert hall.store.get("/riff/1/fade") == 1.0
        hall.run(0.1)
    hall.run(1.9)
    assert hall.store.get("/riff/1/fade") == pytest.approx(0.5, abs=0.06)
    hall.run(2.2)
    assert hall.store.get("/riff/1/fade") == 0.0 and level(hall) == 0
    hall.store.set("/riff/1/fade_in", 0.25)
    hall.run(2.7)
    assert hall.store.get("/riff/1/fade") == 1.0 and level(hall) == 10


def test_an_empty_voice_rises_with_its_first_clip(hall: Hall) -> None:
    hall.store.set("/riff/1/mute", True)
    hall.store.set("/riff/2/fade_in", 1)
    hall.run(5)
    hall.store.set("/riff/2/seed", 20)
    hall.store.set("/riff/2/prompt", "two")
    heard = []
    while hall.store.get("/riff/2/state") != "playing":
        heard.append(level(hall))
    assert max(heard) <= 1
    hall.run(1)
    assert 1 < level(hall) < 10
    hall.run(1.2)
    assert level(hall) == 20


def test_a_taken_clip_is_the_same_to_the_frame_in_the_cue_and_in_the_voice(hall: Hall) -> None:
    hall.store.set("/riff/1/cue", True)
    hall.store.set("/riff/1/seed", 20)
    hall.run(3)
    hall.store.set("/riff/1/take", 1)
    total = []
    for _ in range(800):
        hall.engine.tick()
        _, main = hall.output.render(RATE // 200)
        total.append(np.stack([main[0], hall.output.cue[0]]))
    main, cue = np.concatenate(total, axis=1)
    whole = int(np.flatnonzero(np.abs(main - 0.2) > 1e-6)[-1]) + 1
    assert int(np.flatnonzero(cue)[-1]) + 1 == whole


@pytest.mark.parametrize("seed", range(6))
def test_in_a_storm_of_cues_nothing_falls_silent_and_nothing_is_left_over(hall: Hall, seed: int) -> None:
    chance = random.Random(seed)
    hall.store.set("/riff/2/prompt", "two")
    moves = ("cue", "cue", "take", "take", "undo", "redo", "seed", "seed", "seed", "hold", "swap", "evolve", "tempo")
    for _ in range(60):
        name, voice = chance.choice(moves), chance.choice((1, 2))
        value: Value = chance.randint(10, 20)
        match name:
            case "tempo":
                hall.store.set("/riff/tempo", chance.choice((119.0, 120.0, 121.0)))
                continue
            case "cue" | "hold":
                value = chance.random() < 0.7 if name == "cue" else chance.random() < 0.2
            case "swap":
                value = chance.choice(("beat", "bar", "loop"))
            case "evolve":
                value = chance.choice((0.0, 0.5))
        hall.store.set(f"/riff/{voice}/{name}", value)
        hall.run(chance.choice((0.005, 0.1, 0.5, 1.0)))
        if chance.random() < 0.05:
            hall.skip(chance.choice((0.01, 1.0)))
        assert level(hall) >= 10
    assert len(hall.player.bank) <= 8
    for voice in (1, 2):
        hall.store.set(f"/riff/{voice}/evolve", 0.0)
        hall.store.set(f"/riff/{voice}/hold", False)
        hall.store.set(f"/riff/{voice}/cue", False)
    hall.run(10)
    assert level(hall, cue=True) == 0
    assert hall.store.get("/riff/1/state") == "playing"
    assert len(hall.player.bank) <= 2, "one for each voice that plays"
