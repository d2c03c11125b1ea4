"""Who watches the folder and opens each file as it appears finds whole clips under their last names."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from riffosc.clip import Clip, ClipRequest
from riffosc.folder import Folder
from riffosc.picture import Picture

WATCHER = Path(__file__).parent / "folder_watcher.py"
CLIPS = 1000
VOICES = 4
MEMORY = Path("/dev/shm")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory where there is one: 1,000 clips are flushed to the disk 6,000 times."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as path:
        yield Path(path)


def test_a_thousand_clips_each_opened_as_it_appears(quick: Path) -> None:
    folder = Folder(quick)
    for voice in range(1, VOICES + 1):
        (quick / f"riff{voice}").mkdir()
    command = [sys.executable, str(WATCHER), str(quick)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watcher:
        assert watcher.stdout and watcher.stdout.readline() == "watching\n"
        written = [folder.write(clip(seed), 1 + seed % VOICES) for seed in range(CLIPS)]
        said = json.loads(watcher.communicate("last\n", timeout=120)[0])
    folder.close()
    assert said["wrong"] == []
    assert said["pictures"] == CLIPS
    assert set(said["seen"]) == {path.name for path in written} and len(said["seen"]) == CLIPS
    for name, (frames, level) in said["seen"].items():
        seed = int(re.findall(r"_s(\d+)\.wav$", name)[0])
        assert frames == clip(seed).request.frames
        assert level == pytest.approx(seed / CLIPS, abs=1e-6), name


def clip(seed: int) -> Clip:
    """It is level, and the level says which clip it is."""
    request = ClipRequest((("dub", 1.0),), seed=seed, bars=1, tempo=240.0, samplerate=8000)
    samples = np.full((1, request.frames), seed / CLIPS, np.float32)
    return Clip(request, samples, Picture(np.zeros((1, 8, 8), np.uint8), beats=4, tempo=240.0))
