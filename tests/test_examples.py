"""Every example against a running riffosc, with its real model, in a network where port 7433 is free."""

import re
import sys
from pathlib import Path

import pytest
from alone import in_a_network_of_its_own, needs, run_beside_riffosc

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SCD_END = """
fork {
    OSCdef(\\testEnd, { |msg| ("heard" + msg.join(" ")).postln; 0.exit }, '/riff/clip');
    "%s".load;
    100.wait;
    1.exit;
}
"""

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300), in_a_network_of_its_own]


def play(folder: Path, *command: str) -> str:
    """What the example says; riffosc's folder is `folder / "loops"`."""
    return run_beside_riffosc(folder, *command)


def loops(folder: Path, voice: int) -> list[Path]:
    return sorted((folder / "loops" / f"riff{voice}").glob("*.wav"))


def test_the_first_loop_and_who_listens_to_it(tmp_path: Path) -> None:
    both = f'"{EXAMPLES}/01_first_loop.sh" "jazz piano" && exec "$PYTHON" "{EXAMPLES}/02_listen.py" --clips 1'
    heard = play(tmp_path, "sh", "-c", both)
    assert "riff1 0: 'jazz piano', 8 beats at 120, seed 0" in heard
    assert [path.name for path in loops(tmp_path, 1)] == ["riff1_000000_120bpm_2bars_jazz-piano_s0.wav"]


def test_four_voices_join_one_after_the_other(tmp_path: Path) -> None:
    heard = play(tmp_path, sys.executable, str(EXAMPLES / "03_four_voices.py"), "--voices", "2")
    assert re.findall(r"voice (\d) brings", heard) == ["1", "2"]
    assert all("_92bpm_2bars_Dm_" in path.name for voice in (1, 2) for path in loops(tmp_path, voice))
    assert loops(tmp_path, 1) and loops(tmp_path, 2)


def test_a_loop_that_evolves_under_a_tempo_that_moves(tmp_path: Path) -> None:
    play(tmp_path, sys.executable, str(EXAMPLES / "04_evolving.py"), "--minutes", "0.5")
    assert len(loops(tmp_path, 1)) >= 2


def test_what_is_cued_is_taken(tmp_path: Path) -> None:
    heard = play(tmp_path, sys.executable, str(EXAMPLES / "06_cue_and_take.py"))
    assert "disco strings 2, acid bass 1 waits on the cue output" in heard and "and has landed" in heard
    assert len(loops(tmp_path, 1)) == 2


@needs("sclang")
def test_supercollider_prompts_and_hears_of_the_clip(tmp_path: Path) -> None:
    (tmp_path / "run.scd").write_text(SCD_END % (EXAMPLES / "05_supercollider.scd"))
    heard = play(tmp_path, "sclang", "run.scd")
    assert "riff1 0: dub reggae organ chords" in heard
    path = re.search(r"heard /riff/clip riff1 0 (\S+\.wav)", heard)
    assert path and Path(path[1]).is_file()


def test_every_example_is_in_the_list_and_played() -> None:
    here = Path(__file__).read_text() + (Path(__file__).parent / "patches" / "test_tidal_home.py").read_text()
    listed = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.glob("0*"):
        assert path.name in listed and path.name in here
