"""Pure Data itself, without its window, does what its README says: it steers riffosc, hears it, and plays its clips."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from alone import ALONE, EAR, in_a_network_of_its_own, needs, surroundings
from jack_server import Recorder, Server
from sclang import BAR, LENGTHS, PLATEAUS, RATE, STEPS, write_clips

PATCH = Path(__file__).parent.parent.parent / "patches" / "puredata"
PD = ("pd", "-nogui", "-nomidi", "-stderr", "-noprefs")
FADE = 882
NEARLY = 8  # frames: so near its end a fade cannot be told from none

# When `go` is there a new clip is asked for, and another when that has come; then a while, and the end. Of voice 1 it
# asks the level, and riffosc of what there is not.
DRIVER = r"""#N canvas 0 0 600 400 12;
#X obj 20 20 loadbang;
#X msg 20 50 1;
#X obj 20 80 metro 20;
#X msg 20 110 symbol go;
#X obj 20 140 file isfile;
#X obj 20 170 sel 1;
#X obj 20 200 t b b;
#X msg 60 230 0;
#X msg 20 260 gain 0.25 \, gain \, seed 1;
#X obj 20 300 riff 1;
#X obj 20 330 print voice;
#X obj 120 330 route clip;
#X obj 120 360 route 1 2;
#X msg 120 390 seed 2;
#X obj 220 390 delay 3500;
#X msg 220 420 \; pd quit;
#X obj 320 300 riff;
#X obj 320 330 print all;
#X msg 320 260 nonsense 1 \, ping;
#X msg 420 50 \; pd dsp 1;
#X obj 120 300 delay 1200;
#X obj 120 345 t b;
#X obj 220 345 t b;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 2 0 3 0;
#X connect 3 0 4 0;
#X connect 4 0 5 0;
#X connect 5 0 6 0;
#X connect 6 0 8 0;
#X connect 6 0 18 0;
#X connect 6 1 7 0;
#X connect 7 0 2 0;
#X connect 8 0 9 0;
#X connect 9 0 10 0;
#X connect 9 0 11 0;
#X connect 11 0 12 0;
#X connect 12 0 21 0;
#X connect 21 0 20 0;
#X connect 20 0 13 0;
#X connect 13 0 9 0;
#X connect 12 1 22 0;
#X connect 22 0 14 0;
#X connect 14 0 15 0;
#X connect 16 0 17 0;
#X connect 18 0 16 0;
#X connect 0 0 19 0;
"""

pytestmark = [pytest.mark.clients, in_a_network_of_its_own, needs("pd")]


def test_every_patch_opens_with_all_its_objects() -> None:
    patches = sorted(map(str, PATCH.glob("*.pd")))
    assert len(patches) == 5
    command = [*ALONE, *PD, "-noaudio", "-path", str(PATCH), "-send", "pd quit", *patches]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr
    assert "couldn't create" not in said and "error" not in said, said


@pytest.mark.jack
@needs("jackd", "jack_lsp")
def test_the_readme_in_pure_data(tmp_path: Path, jackd: Server) -> None:
    (block,) = re.findall(r"^```text\n(.*?)^```$", (PATCH / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "loop.pd").write_text(block)
    (tmp_path / "driver.pd").write_text(DRIVER)
    write_clips(tmp_path / "loops")
    sound, said = play(tmp_path, jackd)
    assert_what_is_said(said)
    assert_what_is_heard(sound)


def play(home: Path, jackd: Server) -> tuple[np.ndarray, list[str]]:
    """Both patches beside riffosc's ear: what is heard through JACK from `go` on, and what is said."""
    sound = ("-jack", "-nojackconnect", "-jackname", "pd", "-r", str(RATE))
    command = [*ALONE, sys.executable, EAR, *PD, *sound, "-path", str(PATCH), "loop.pd", "driver.pd"]
    environment = os.environ | surroundings(home) | {"EAR_CLIPS": str(home / "loops")}
    with (home / "said").open("w") as out:
        pd = subprocess.Popen(
            command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    try:
        while "pd:output_1" not in subprocess.run(["jack_lsp"], capture_output=True, text=True, check=False).stdout:
            assert pd.poll() is None, (home / "said").read_text()
            time.sleep(0.05)
        recorder = Recorder(jackd, home / "sound.npz", int(4.5 * RATE), ["pd:output_1"])
        (home / "go").touch()
        heard = recorder.sound()[0][0].astype(np.float64)
        pd.wait(60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pd.pid, signal.SIGKILL)
    print((home / "said").read_text())
    return heard, (home / "said").read_text().splitlines()


def assert_what_is_said(lines: list[str]) -> None:
    assert "took /riff/1/prompt dub techno chords" in lines
    assert "took /riff/1/gain 0.25" in lines and "voice: gain 0.25" in lines
    assert "took /riff/1/seed 1" in lines and "took /riff/1/seed 2" in lines
    assert any(line.startswith("voice: clip 2 ") and "ramp_s2.wav 240 8 2" in line for line in lines)
    assert any(line.startswith("all: fail /riff/nonsense 404") for line in lines)
    assert any(line.startswith("all: pong") for line in lines)
    assert any(line.startswith("all: clip riff1 2 ") for line in lines)
    assert "bad 0 ended 0" in lines and not [line for line in lines if "error" in line]


def assert_what_is_heard(sound: np.ndarray) -> None:
    """Each clip to its end, with nothing between two of them but the fade."""
    spans = [alone_in(sound, *clip) for clip in zip(PLATEAUS, STEPS, LENGTHS, strict=True)]
    for (_, end, last), (begin, _, first) in pairwise([(a, b, (c, d)) for a, b, c, d in spans]):
        assert abs(begin - end - FADE) < NEARLY, "nothing between them but the fade"
        assert abs(last[1] - (BAR - FADE)) < NEARLY and first[0] < NEARLY, "from the end of one to the top of the next"
        assert (sound[end:begin] > 0.9 * min(sound[end - 1], sound[begin])).all(), "no gap in it"


def alone_in(sound: np.ndarray, plateau: float, step: float, length: int) -> tuple[int, int, int, int]:
    """Where a clip is heard alone: first and last place in the recording, and the clip's frames there.

    A frame or two where it wraps do not count: the ramp's fall is no music, and cubic interpolation swings there.
    """
    frames = (sound - plateau) / step
    on = (np.abs(frames - np.round(frames)) < 0.02) & (frames > 0.5) & (frames < length)
    on[1:-1] &= (np.round(frames[2:]) - np.round(frames[:-2])) == 2
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    runs = [(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if end - begin > 1000]
    for (_, end), (begin, _) in pairwise(runs):
        assert begin - end < NEARLY and round(frames[end - 1]) > length - NEARLY, "it goes round without a gap"
    begin, end = runs[0][0], runs[-1][1]
    return int(begin), int(end), round(frames[begin]), round(frames[end - 1])
