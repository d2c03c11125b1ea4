"""A JACK client that records some ports, in a process of its own: it shares no fate with what it listens to."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One side of every voice, as far as it was recorded."""

    voices: npt.NDArray[np.float32]  # (voices, frames), in the order of the blocks
    blocks: npt.NDArray[np.int64]  # (blocks, 2): where a block begins in `voices`, and its engine frame


class Recorder:
    """Up to `frames` of some ports, kept in a file. A server that runs with -S loses a block only when overloaded."""

    def __init__(self, server: str, path: Path, frames: int, ports: Sequence[str]) -> None:
        self._path = path
        command = [sys.executable, "-m", __name__, server, str(path), str(frames), *ports]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def wait_ready(self) -> None:
        """Until the ports are connected."""
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the recorder cannot record")

    def end(self) -> None:
        """What has been heard until now is enough. Once it is ready."""
        self._process.send_signal(signal.SIGTERM)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def recording(self, offset: int = 0, within_s: float | None = None) -> Recording:
        """What was heard, once it is through; `offset` leads from JACK's frames to the engine's."""
        if self._process.wait(within_s) != 0:
            raise RuntimeError("the recorder failed")
        assert self._process.stdout is not None
        self._process.stdout.close()
        with np.load(self._path) as saved:
            blocks: npt.NDArray[np.int64] = saved["blocks"]
            blocks[:, 1] += offset
            return Recording(saved["sound"], blocks)


def record(server: str, path: str, frames: int, ports: list[str]) -> None:
    """The process itself. A Python callback will do here: what it loses shows in the frame times."""
    import jack

    client = jack.Client("recorder", no_start_server=True, servername=server)
    inputs = [client.inports.register(f"in_{place}") for place in range(len(ports))]
    sound = np.full((len(ports), frames), 0.0, np.float32)  # touched now, not in the callback
    blocks: list[tuple[int, int]] = []
    done, at = threading.Event(), 0

    @client.set_process_callback  # type: ignore[untyped-decorator]
    def process(count: int) -> None:
        nonlocal at
        part = min(count, frames - at)
        if part <= 0:
            done.set()
            return
        blocks.append((at, client.last_frame_time))
        for place, port in enumerate(inputs):
            sound[place, at : at + part] = port.get_array()[:part]
        at += part

    def enough(*_: object) -> None:
        nonlocal frames
        frames = at

    signal.signal(signal.SIGTERM, enough)
    client.activate()
    for port, ours in zip(ports, inputs, strict=True):
        client.connect(port, ours)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    done.wait()
    np.savez(path, sound=sound[:, :at], blocks=np.array(blocks, np.int64))
    os._exit(0)  # libjack may freeze a Python client that is closed while its callback runs


if __name__ == "__main__":
    record(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:])
