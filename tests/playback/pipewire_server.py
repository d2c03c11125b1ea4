"""A PipeWire of one's own, without a sound card, for JACK clients by way of `pw-jack`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("pipewire", "wireplumber", "dbus-daemon", "pw-cli", "pw-jack")
SINK = (
    "{ factory.name=support.null-audio-sink node.name=nullsink media.class=Audio/Sink object.linger=true"
    " audio.position=[FL FR] audio.rate=48000 }"
)
PROBE = "import jack; jack.Client('probe', no_start_server=True).close()"


def missing() -> list[str]:
    return [program for program in PROGRAMS if shutil.which(program) is None]


class PipeWire:
    """`env` is for its clients; `command` is put before what they are started with."""

    command = ("pw-jack",)

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rpw")  # short: sockets lie in it
        runtime = self._folder.name
        self.env = {
            **os.environ,
            "XDG_RUNTIME_DIR": runtime,
            "XDG_CONFIG_HOME": runtime,
            "XDG_STATE_HOME": runtime,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
            "PIPEWIRE_QUANTUM": "256/48000",
        }
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        bus = self.env["DBUS_SESSION_BUS_ADDRESS"]
        self._run("dbus-daemon", "--session", "--nofork", f"--address={bus}")
        self._wait_for(Path(self.env["XDG_RUNTIME_DIR"]) / "bus")
        self._run("pipewire")
        self._wait_for(Path(self.env["XDG_RUNTIME_DIR"]) / "pipewire-0")
        self._run("wireplumber")
        subprocess.run(["pw-cli", "create-node", "adapter", SINK], env=self.env, check=True, capture_output=True)
        self._wait_until(lambda: self.run(sys.executable, "-c", PROBE).returncode == 0)

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """A JACK client, to its end."""
        return subprocess.run([*self.command, *command], env=self.env, capture_output=True, text=True, check=False)

    def close(self) -> None:
        for process in reversed(self._running):
            process.terminate()
            process.wait(30)
        self._folder.cleanup()

    def _run(self, *command: str) -> None:
        quiet = subprocess.DEVNULL
        self._running.append(subprocess.Popen(command, env=self.env, stdout=quiet, stderr=quiet))

    def _wait_for(self, path: Path) -> None:
        self._wait_until(path.exists)

    @staticmethod
    def _wait_until(done: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not done():
            if time.monotonic() > end:
                raise RuntimeError("PipeWire does not start")
            time.sleep(0.05)
