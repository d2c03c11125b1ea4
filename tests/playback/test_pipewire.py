"""PipeWire's JACK, as patches/ROUTING.md says: the mix goes into a virtual cable, and a voice is what its clip is."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pipewire_server import PipeWire, missing

pytestmark = [pytest.mark.jack, pytest.mark.skipif(bool(missing()), reason=f"needs {', '.join(missing())}")]
GUIDE = Path(__file__).parent.parent.parent / "patches" / "ROUTING.md"
BLOCK, FRAMES, STEP = 256, 48000, 2.0**-18

# A voice that plays a ramp of a second, until its standard input ends; it says the rate and where the mix goes.
PLAYS = """
import os, sys, time, jack, numpy as np
from riffosc.playback.jack import JackOutput
from riffosc.playback.player import Landing, NewsKind, Player
from riffosc.timeline import Timeline

player = Player(1, 44100)
output = JackOutput((sys.argv[1],))
output.open(player)
output.start(player)
player.set_timeline(Timeline(0.0, player.now(), 240.0).at(player.now()))
ramp = (1 + np.arange(player.samplerate, dtype=np.float32)) * 2.0**-18
player.land(Landing(1, player.bank.load(ramp[None], 4), 1))
while not any(news.kind is NewsKind.LANDED for news in player.news()):
    time.sleep(0.01)
there = jack.Client("asks", no_start_server=True)
print(player.samplerate, *(port.name for port in there.get_all_connections("riffosc:main_L")), flush=True)
sys.stdin.read()
os._exit(0)
"""


@pytest.fixture
def pipewire() -> Iterator[PipeWire]:
    one = PipeWire()
    try:
        one.start()
        yield one
    finally:
        one.close()


def test_a_voice_through_pipewire(pipewire: PipeWire, tmp_path: Path) -> None:
    create, run = (line for line in GUIDE.read_text().splitlines() if line.startswith(("pw-cli ", "pw-jack ")))
    subprocess.run(shlex.split(create), env=pipewire.env, check=True, capture_output=True)
    pattern = shlex.split(run)[-1]
    command = [*pipewire.command, sys.executable, "-c", PLAYS, pattern]
    with subprocess.Popen(
        command, env=pipewire.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as riffosc:
        assert riffosc.stdout
        rate, *sinks = riffosc.stdout.readline().split()
        recording = tmp_path / "sound.npz"
        recorder = [sys.executable, "-m", "riffosc.bench.recorder", "default", str(recording), str(FRAMES)]
        said = pipewire.run(*recorder, "riffosc:voice1_L")
        riffosc.communicate()
    assert said.returncode == 0, said.stderr
    assert rate == "48000" and sinks == ["riff:playback_FL"]
    with np.load(recording) as saved:
        blocks = np.split(saved["sound"][0].astype(np.float64), saved["blocks"][1:, 0])
    heard = [np.round(block / STEP).astype(int) for block in blocks if block.any() and len(block) == BLOCK]
    assert len(heard) > 10, "most of a second, whatever else the machine does"
    for block in heard:  # a block that comes late is lost as a whole: what is in one is the clip, frame by frame
        assert set(np.diff(block)) <= {1, 1 - int(rate)}
