"""Ableton Link with a peer in another process, in a network of its own: nobody outside hears of it."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from riffosc.bench.clock import WAYS
from riffosc.clocks.link import LinkClock

link = pytest.importorskip("link")
pytestmark = pytest.mark.realtime
SESSION = Path(__file__).with_name("link_session.py")
HERE = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


def own_network() -> list[str]:
    for way in WAYS:
        if subprocess.run([*way, *HERE, "true"], capture_output=True, check=False).returncode == 0:
            return [*way, *HERE]
    pytest.skip("no network namespace can be made here")


@pytest.fixture(scope="module")
def seen() -> dict:
    done = subprocess.run([*own_network(), sys.executable, str(SESSION)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_joined_unasked(seen):
    assert seen["joined before"] is False


def test_joining_leaves_the_tempo_alone(seen):
    assert seen["peers"] == 1
    assert seen["tempo after joining"] == pytest.approx(97.0, abs=0.001)


def test_the_bars_are_the_sessions(seen):
    """The median: on a busy machine the two processes' readings may lie apart."""
    for name in ("errors", "errors at another tempo"):
        assert statistics.median(map(abs, seen[name])) < 1.0, name


def test_tempo_goes_both_ways(seen):
    assert seen["tempo after ours"] == pytest.approx(104.5, abs=0.001)


def test_start_and_stop_are_followed_once_that_is_asked_for(seen):
    assert (seen["playing 0"], seen["playing 1"]) == (False, True)


def test_a_peer_that_dies_is_coasted_over(seen):
    assert seen["state with a peer"] == "steady"
    assert seen["source while coasting"] == "link"
    assert abs(seen["moved while coasting"]) < 2.0
    assert seen["peers after leaving"] == 0


def test_a_session_that_was_not_joined_says_nothing():
    clock = LinkClock()
    assert clock.read(0.0) is None and clock.peers == 0 and clock.playing is None and not clock.joined


def test_a_missing_extra_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "link", None)
    with pytest.raises(RuntimeError, match=r"riffosc\[link\]"):
        LinkClock().join(120.0)
