"""A script in a real sclang, beside riffosc's ear; and what its scsynth plays through JACK."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile
from alone import ALONE, EAR, surroundings
from jack_server import Recorder, Server

RATE = 44100
BAR = RATE  # frames at 240 bpm
PLATEAUS = (0.0, 0.25, 0.5)  # where the ramps below begin
STEPS = (2.0**-18, 2.0**-18, 2.0**-19)  # how they rise from frame to frame
LENGTHS = (BAR, BAR, 2 * BAR)


def write_clips(folder: Path) -> None:
    """Ramps: what is heard says which clip it is, and which frame. Two of one bar, one of two."""
    (folder / "riff1").mkdir(parents=True)
    for index, (length, plateau, step) in enumerate(zip(LENGTHS, PLATEAUS, STEPS, strict=True)):
        path = folder / "riff1" / f"riff1_{index:06d}_240bpm_{length // BAR}bars_ramp_s{index}.wav"
        soundfile.write(path, plateau + np.arange(length) * step, RATE, subtype="FLOAT")


class Sclang:
    """It waits for a file called `go` when it has said `booted`."""

    def __init__(self, home: Path, script: str) -> None:
        (home / "go").unlink(missing_ok=True)
        (home / "script.scd").write_text(script)
        self._home = home
        with (home / "said").open("w") as out:
            self._process = subprocess.Popen(
                [*ALONE, sys.executable, EAR, "sclang", "script.scd"],
                cwd=home,
                env=os.environ | surroundings(home) | {"EAR_CLIPS": str(home / "loops")},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def said(self) -> str:
        return (self._home / "said").read_text()

    def record(self, jackd: Server, seconds: float) -> np.ndarray:
        """What scsynth plays from `go` on."""
        while "booted" not in self.said():
            assert self._process.poll() is None, self.said()
            time.sleep(0.02)
        recorder = Recorder(jackd, self._home / "sound.npz", int(seconds * RATE), ["SuperCollider:out_1"])
        (self._home / "go").touch()
        return recorder.sound()[0][0].astype(np.float64)

    def end(self) -> list[str]:
        try:
            ended = self._process.wait(80)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            ended = self._process.wait()
        print(self.said())
        assert ended == 0 and "ERROR" not in self.said()
        assert "bad 0 ended 0" in self.said()
        return self.said().splitlines()
