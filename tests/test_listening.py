"""The listening examples: the script that makes them runs, and the folder stays small."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
import soundfile

from riffosc.picture import load_picture
from riffosc.timeline import clip_frames
from riffosc.training.unseen import UNSEEN

FOLDER = Path(__file__).parent.parent / "examples" / "listening"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("listening", FOLDER / "make.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["listening"] = module  # its dataclass looks for itself there
    spec.loader.exec_module(module)
    return module


def test_a_loop_is_painted_listed_and_shown(script: ModuleType, tmp_path: Path) -> None:
    script.make(tmp_path, [8])
    loop = script.LOOPS[7]
    wav, picture = tmp_path / f"{script.stem(8, loop)}.wav", tmp_path / f"{script.stem(8, loop)}.png"
    told = soundfile.info(wav)
    assert (told.channels, told.subtype, told.samplerate) == (1, "PCM_16", script.RATE)
    assert told.frames == clip_frames(2 * loop.quantum, loop.tempo, script.RATE)
    assert abs(soundfile.read(wav)[0]).max() > 0.01
    assert load_picture(picture).quantum == loop.quantum == 3
    index = (tmp_path / "README.md").read_text()
    assert f"({wav.name})" in index and f"({picture.name})" in index and f"| {loop.prompt} |" in index
    with script.Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (script.CELL[0] + 2 * script.GAP, script.CELL[1] + script.LABEL + 2 * script.GAP)


def test_they_show_what_the_instrument_can_do(script: ModuleType) -> None:
    loops = script.LOOPS
    assert len(loops) == len({loop.prompt for loop in loops}) == 12
    stacked = loops[:4]
    assert len({loop.tempo for loop in stacked}) == 1 and {loop.key for loop in stacked} == {"", "Am"}
    assert {loop.quantum for loop in loops} == {3, 4}
    assert loops[-1].prompt in {one.prompt for one in UNSEEN}


def test_the_folder_is_small() -> None:
    """And what its index names is there."""
    files = [path for path in FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 5e6
    wavs = {path.name for path in files if path.suffix == ".wav"}
    index = (FOLDER / "README.md").read_text() if (FOLDER / "README.md").exists() else ""
    assert len(wavs) in (0, 12)
    assert all(f"({name})" in index for name in wavs)
