"""TidalCycles itself, in ghci, as its README says: what it sends, when that is heard, and what comes back to it."""

import json
import re
import sys
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alone import in_a_network_of_its_own, needs, run_alone
from jack_server import Server

PATCHES = Path(__file__).parent.parent.parent / "patches"
EXAMPLE = PATCHES.parent / "examples" / "07_tidal_set.tidal"
STAGE = Path(__file__).parent / "tidal_stage.py"
MARGIN_S = 0.1
CPS = 0.5625  # Tidal's own default

pytestmark = [pytest.mark.clients, pytest.mark.jack, pytest.mark.timeout(240), in_a_network_of_its_own, needs("ghci")]


def test_tidal_plays_riffosc_and_hears_of_its_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (PATCHES / "tidal" / "README.md").read_text()
    boot, first, then = re.findall(r"^```haskell\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    boot = boot.replace("/path/to/riffosc/patches", str(PATCHES))
    server = Server()
    monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
    try:
        server.start()
        done = run_alone(
            tmp_path, sys.executable, str(STAGE), server.name, boot, first, then, EXAMPLE.read_text(), timeout=230
        )
    finally:
        server.close()
    said = (tmp_path / "ghci.log").read_text()
    print(said)
    assert done.returncode == 0 and "error" not in said and "Unhandled OSC" not in said
    facts = json.loads(done.stdout.splitlines()[-1])
    events = [keys for keys, _ in facts["events"]]
    assert_what_is_sent(events)
    assert_what_is_heard(facts)
    assert_what_comes_back(facts["dirt"])


def assert_what_is_sent(events: list[dict[str, Any]]) -> None:
    first = [keys for keys in events if keys["riff"] == 1]
    assert {keys["prompt"] for keys in first} == {"dub_techno_chords", "acid_bass"}
    assert {keys["seed"] for keys in first} == {1, 2, 3} and all(isinstance(keys["seed"], int) for keys in first)
    second = next(keys for keys in events if keys["riff"] == 2)
    assert second["prompt"] == "four on the floor (drums:1.3)" and second["bars"] == 1


def assert_what_is_heard(facts: dict[str, Any]) -> None:
    """Each clip begins on the first cycle after it was asked for and is there."""
    tags = {round(keys["cycle"]): tag for keys, tag in facts["events"]}
    seconds, start = np.polyfit(list(tags), list(tags.values()), 1)
    assert seconds == pytest.approx(1 / CPS, rel=1e-5)
    asked = {seed: [cycle for cycle in tags if cycle % 3 == seed - 1] for seed in (1, 2, 3)}
    off_ms = []
    for seed, painted, wall in facts["landings"]:
        cycle = round((wall - start) / seconds)
        off_ms.append((wall - start - cycle * seconds) * 1000)
        assert min(asked[seed]) <= cycle, "no sooner than it was asked for"
        assert cycle <= ceil((painted + MARGIN_S - start) / seconds), "on the first cycle once it is there"
    assert len(off_ms) >= 3
    assert np.median(np.abs(off_ms)) < 5, off_ms


def assert_what_comes_back(dirt: list[dict[str, Any]]) -> None:
    """The newest clip's index, which Tidal plays."""
    played = [keys["n"] for keys in dirt if keys["s"] == "riff1"]
    assert played == sorted(played) and len(set(played)) >= 2
    before = [keys["n"] for keys in dirt if keys["s"] == "riff2"]
    assert before[0] >= -1 and before == sorted(before)
