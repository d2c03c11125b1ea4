"""Every example against a running riffosc, with its real model, in a network where port 7433 is free."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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

# riffosc itself, then the example; riffosc's own output goes to a file, and it is ended when the example has ended.
STAGE = """
ip link set lo up
"$PYTHON" -m riffosc.cli run --no-audio --folder loops > riffosc.log 2>&1 &
riffosc=$!
until "$PYTHON" -c "$PING" 2>/dev/null; do
    kill -0 $riffosc || { cat riffosc.log; exit 1; }
    sleep 0.2
done
"$@"
ended=$?
kill -TERM $riffosc
wait $riffosc || { cat riffosc.log; exit 1; }
exit $ended
"""
PING = """
from pythonosc.udp_client import SimpleUDPClient
riff = SimpleUDPClient("127.0.0.1", 7433)
riff.send_message("/riff/ping", [])
assert next(riff.get_messages(timeout=1)).address == "/riff/pong"
"""

pytestmark = [
    pytest.mark.clients,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        os.name != "posix" or os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="a network of its own, where port 7433 is free, needs root",
    ),
]


def play(folder: Path, *command: str) -> str:
    """What the example says; riffosc's folder is `folder / "loops"`."""
    environment = os.environ | {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "QT_QPA_PLATFORM": "offscreen",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "PYTHON": sys.executable,
        "PING": PING,
    }
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", STAGE, "sh", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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


@pytest.mark.skipif(shutil.which("sclang") is None, reason="needs sclang")
def test_supercollider_prompts_and_hears_of_the_clip(tmp_path: Path) -> None:
    (tmp_path / "run.scd").write_text(SCD_END % (EXAMPLES / "05_supercollider.scd"))
    heard = play(tmp_path, "sclang", "run.scd")
    assert "riff1 0: dub reggae organ chords" in heard
    path = re.search(r"heard /riff/clip riff1 0 (\S+\.wav)", heard)
    assert path and Path(path[1]).is_file()


def test_every_example_is_in_the_list_and_played_here() -> None:
    here = Path(__file__).read_text()
    listed = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.glob("0*"):
        assert path.name in listed and path.name in here
