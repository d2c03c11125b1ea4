"""A jackd of one's own on the dummy driver, and a recorder on it."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from riffosc.bench import recorder as bench

NAMES = tuple(f"riff-test-{letter}" for letter in "abcd")


@dataclass
class Server:
    """jackd on the dummy driver. `-S` waits for its clients: it loses a block only when overloaded."""

    name: str = ""
    rate: int = 44100
    period: int = 256
    playback: int = 2  # ports of the sound card that is not there
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """A name of a few: a killed server keeps its place in the registry until one of that name comes again."""
        if "PYTEST_XDIST_WORKER" in os.environ:
            raise RuntimeError("a JACK server beside other tests: mark this one `jack`, so that it runs alone")
        self._lock, self.name = take_name()

    def close(self) -> None:
        self.stop()
        self._lock.close()

    def start(self) -> None:
        command = ["jackd", "-n", self.name, "-S", "-R", "-p", "128", "-d", "dummy"]
        env = {**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"}
        self.process = subprocess.Popen(
            [*command, "-r", str(self.rate), "-p", str(self.period), "-P", str(self.playback)],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def stop(self) -> None:
        """Asked nicely: a server killed with -9 keeps its place in the registry."""
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self.process.wait(60)
        self.process = None

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def _wait(self) -> None:
        """A client of another process tries it: ours must not be open while the mixer's dead one may be."""
        end = time.monotonic() + 60
        while subprocess.run([sys.executable, "-c", PROBE, self.name], check=False).returncode:
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("jackd does not start")


def take_name() -> tuple[IO[str], str]:
    """A server's name that no other test run has, and the open file that says so."""
    while True:
        for name in NAMES:
            lock = (Path(tempfile.gettempdir()) / f"{name}.lock").open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
            else:
                if not left_over(name):
                    return lock, name
                lock.close()
        time.sleep(0.1)


def left_over(name: str) -> bool:
    """Whether a server of that name still runs, of tests that were killed."""
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            commands.append(path.read_bytes())
    return any(command.startswith(f"jackd\0-n\0{name}\0".encode()) for command in commands)


PROBE = """
import sys, jack
jack.set_error_function(lambda words: None)
try:
    jack.Client("probe", no_start_server=True, servername=sys.argv[1]).close()
except jack.JackError:
    sys.exit(1)
"""


def client(code: str, server: str) -> str:
    """Run `code` with a client `c` on a server, in another process. What it prints."""
    head = (
        f"import jack; jack.set_error_function(lambda w: None)\n"
        f"c = jack.Client('other', no_start_server=True, servername={server!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", head + code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


class Recorder(bench.Recorder):
    """Listens once it is made."""

    def __init__(self, server: Server, path: Path, frames: int, ports: list[str]) -> None:
        super().__init__(server.name, path, frames, ports)
        self.wait_ready()

    def sound(self) -> tuple[np.ndarray, np.ndarray]:
        """(ports, frames) and (blocks, 2): place in the recording, JACK's frame time."""
        heard = self.recording(within_s=60)
        return heard.voices, heard.blocks
