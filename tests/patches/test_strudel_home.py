"""Strudel itself, in Node and in Chromium, does what its README says. Its packages are fetched with npm."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alone import in_a_network_of_its_own, needs, run_alone

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
PACKAGES = ROOT / "build" / "strudel"

pytestmark = [pytest.mark.clients, in_a_network_of_its_own, needs("node", "npm", "chromium")]


@pytest.fixture(scope="module")
def packages() -> Path:
    """A folder with Strudel in it; the test is left out where it cannot be had."""
    lock = HERE / "strudel" / "package-lock.json"
    have = PACKAGES / "node_modules" / ".package-lock.json"
    if not have.exists() or (PACKAGES / lock.name).read_bytes() != lock.read_bytes():
        shutil.copytree(lock.parent, PACKAGES, dirs_exist_ok=True)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            subprocess.run(command, cwd=PACKAGES, check=True, capture_output=True, timeout=90)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"Strudel cannot be fetched: in {PACKAGES}, {' '.join(command)} must succeed ({error})")
    shutil.copy(HERE / "strudel" / "play.mjs", PACKAGES)
    return PACKAGES


def test_the_readme_in_strudel(packages: Path, tmp_path: Path) -> None:
    readme = (ROOT / "patches" / "strudel" / "README.md").read_text()
    blocks = re.findall(r"^```javascript\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    stage = (sys.executable, str(HERE / "strudel_stage.py"), str(packages), *blocks)
    done = run_alone(tmp_path, *stage)
    assert done.returncode == 0
    facts = json.loads(done.stdout.splitlines()[-1])
    assert facts["bad"] == 0
    assert_what_is_sent(facts["events"])
    assert_what_is_played(facts["heard"])
    assert facts["values"]["2/prompt"] == "four on the floor (drums:1.3)"
    assert facts["values"]["2/gain"] == pytest.approx(0.8)


def assert_what_is_sent(events: list[tuple[dict, float]]) -> None:
    first = [keys for keys, _ in events if keys["riff"] == 1]
    assert [keys["prompt"] for keys in first] == ["dub_techno_chords", "acid_bass", "dub_techno_chords"]
    assert [keys["seed"] for keys in first] == [1, 2, 3] and isinstance(first[0]["seed"], int)
    assert all(isinstance(keys["cycle"], float) for keys, _ in events), "what riffosc's clock goes by"
    tags = {keys["cycle"]: tag for keys, tag in events}
    assert sorted(tags.values()) == [tags[cycle] for cycle in sorted(tags)] and len(tags) == 3


def assert_what_is_played(heard: list[list[float]]) -> None:
    """The newest clip, in eighths, each fetched from riffosc by a page of another site."""
    durations, levels, offsets = zip(*heard, strict=True)
    assert durations == pytest.approx([1.0] * len(heard))
    assert levels == pytest.approx(sorted(levels)), "no older clip comes back"
    assert {round(level, 2) for level in levels} == {0.25, 0.5, 0.75}
    assert all(offset * 8 == pytest.approx(round(offset * 8)) for offset in offsets) and len(set(offsets)) > 1
