"""`riffosc bench osc`: how soon a message's effect is seen, at rest and while the renderer works; and a flood.

riffosc runs as it always does, in a process of its own; sender and subscriber share this one, and its clock.
"""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import Any

import numpy as np

from riffosc.bench.audio import SERVER, jack_server
from riffosc.control.packet import Message, read_packet
from riffosc.control.replies import encode
from riffosc.control.subscriptions import MAX_RATE_HZ
from riffosc.params import Value

PERIOD = 256
STEP = 2.0**-20  # from value to value; 32 bits hold all of them
FADERS = tuple(f"/riff/{voice}/pan" for voice in range(1, 4))
PROMPTS = (
    "techno drums", "funk slap bass", "jazz piano chords", "house drums", "reggae organ", "ambient pad",
    "disco strings", "acid bass",
)  # fmt: skip
STEPS = 100  # so many that the renderer never rests
EVOLVE = 0.25
PATIENCE_S = 120.0
UNSEEN_S = 10.0  # what is never seen counts as that, and is waited for no longer
PACE_S = 0.001  # a flood comes in so many bursts
WARM_UP_S = 5.0  # of a flood, before memory is looked at


@dataclass(slots=True)
class Wire:
    """A player's end: a socket to riffosc."""

    port: int
    socket: "socket.socket" = field(init=False)

    def __post_init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", self.port))
        self.socket.setblocking(False)

    def say(self, address: str, *args: Value) -> None:
        self.socket.send(encode(address, *args))

    def heard(self, until: float) -> Iterator[Message]:
        """What has come, or comes before `until` (perf_counter)."""
        if not select([self.socket], [], [], max(0.0, until - time.perf_counter()))[0]:
            return
        try:
            while True:
                yield from read_packet(self.socket.recv(65536))
        except BlockingIOError:
            return

    def ask(self, address: str) -> Any:
        """The value there. Asked again and again, for a flood may wash a question away."""
        end = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < end:
            self.say(address)
            for message in self.heard(time.perf_counter() + 0.5):
                if message.address == address and message.args:
                    return message.args[0]
        raise TimeoutError(f"riffosc does not answer {address}")

    def wait_for(self, address: str, wanted: Sequence[Value]) -> None:
        end = time.perf_counter() + PATIENCE_S
        while self.ask(address) not in wanted:
            if time.perf_counter() > end:
                raise TimeoutError(f"{address} does not become {wanted}")
            time.sleep(0.1)


@contextmanager
def riffosc(folder: Path, audio: str) -> Iterator[tuple["subprocess.Popen[str]", Wire]]:
    """The whole, ready to paint, and a wire to it."""
    command = [sys.executable, "-m", "riffosc.cli", "run", "--port", "0", "--no-midi", "--no-web", "--audio", audio]
    where = ["--folder", str(folder / "loops"), "--state", str(folder / "state"), "--keep", "100"]
    environment = {name: value for name, value in os.environ.items() if name != "NSM_URL"}
    process = subprocess.Popen(
        [*command, *where], stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    assert process.stdout
    try:
        wire = Wire(next(int(found[1]) for line in process.stdout if (found := re.search(r"on port (\d+)", line))))
        wire.wait_for("/riff/renderer", ["ready"])
        wire.wait_for("/riff/audio", [audio])
        yield process, wire
        wire.socket.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


def measure_osc(
    rate: float, seconds: float, flood: float = 0.0, flood_rate: float = 20000.0, audio: str = "jack"
) -> dict[str, Any]:
    """Figures by name: idle_, busy_ and, where it is asked for, flood_."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if audio == "jack":
            stack.enter_context(jack_server(PERIOD, realtime=True))
            os.environ["JACK_DEFAULT_SERVER"] = SERVER
        process, wire = stack.enter_context(riffosc(folder, audio))
        figures: dict[str, Any] = {"rate": rate, "seconds": seconds}
        figures |= _named("idle", _phase(wire, _Work(process.pid), rate, seconds))
        figures |= _named("busy", _phase(wire, set_to_work(process.pid, wire), rate, seconds))
        if flood:
            figures |= _named("flood", _flood(process.pid, wire, flood_rate, flood))
        return figures


def _named(phase: str, figures: dict[str, Any]) -> dict[str, Any]:
    return {f"{phase}_{name}": value for name, value in figures.items()}


def set_to_work(pid: int, wire: Wire) -> "_Work":
    """Every voice evolves, in more steps than there is time for. What is taken for it, once the renderer is at it."""
    work = _Work(pid)
    for voice, prompt in enumerate(PROMPTS, 1):
        wire.say(f"/riff/{voice}/play", "prompt", prompt, "evolve", EVOLVE, "seed", voice, "steps", STEPS)
    end = time.perf_counter() + PATIENCE_S
    while not work.cores()["renderer_cores"]:
        if time.perf_counter() > end:
            raise TimeoutError("the renderer does not begin")
        time.sleep(0.1)
    return work


def _phase(wire: Wire, work: "_Work", rate: float, seconds: float) -> dict[str, Any]:
    before = _counts(wire)
    seen = measure_latency(wire, rate, seconds)
    return {
        **_milliseconds([each.latency for each in seen]),
        "unseen": sum(each.latency == UNSEEN_S for each in seen),
        **work.cores(),
        **{name: after - before[name] for name, after in _counts(wire).items()},
    }


def _milliseconds(latencies: Sequence[float]) -> dict[str, float]:
    if not latencies:
        return {"messages": 0}
    ms = 1000 * np.asarray(latencies)
    p50, p99 = np.percentile(ms, (50, 99))
    return {"messages": len(ms), "p50_ms": float(p50), "p99_ms": float(p99), "max_ms": float(ms.max())}


def _counts(wire: Wire) -> dict[str, int]:
    late = sum(int(wire.ask(f"/riff/{voice}/late")) for voice in range(1, len(PROMPTS) + 1))
    return {"xruns": int(wire.ask("/riff/xruns")), "overruns": int(wire.ask("/riff/overruns")), "late": late}


@dataclass(slots=True)
class Seen:
    """One message, and what became of it."""

    sent: float  # seconds, perf_counter
    value: float
    latency: float = UNSEEN_S  # seconds until the subscriber had this value or a newer one


Waiting = dict[str, deque[Seen]]


def measure_latency(wire: Wire, rate: float, seconds: float) -> list[Seen]:
    """Each message moves a fader, in turn, a little further."""
    for address in FADERS:
        wire.say("/riff/subscribe", address, MAX_RATE_HZ, 0.0)
        wire.say(address, -1.0)
    heads = [encode(address, 0.0)[:-4] for address in FADERS]
    waiting: Waiting = {address: deque() for address in FADERS}
    everything: list[Seen] = []
    begin = time.perf_counter() + 0.2
    _hear(wire, waiting, begin)
    for count in range(round(rate * seconds)):
        fader, value = count % len(FADERS), -1.0 + STEP * (1 + count // len(FADERS))
        _hear(wire, waiting, begin + count / rate)
        everything.append(Seen(time.perf_counter(), value))
        waiting[FADERS[fader]].append(everything[-1])
        wire.socket.send(heads[fader] + struct.pack(">f", value))
    end = time.perf_counter() + UNSEEN_S
    while any(waiting.values()) and time.perf_counter() < end:
        _hear(wire, waiting, time.perf_counter() + 0.01)
    wire.say("/riff/unsubscribe")
    return everything


def _hear(wire: Wire, waiting: Waiting, until: float) -> None:
    """Take in what comes until then."""
    while True:
        for message in wire.heard(until):
            now, row = time.perf_counter(), waiting.get(message.address, ())
            while row and row[0].value <= float(message.args[0] or 0.0):
                seen = row.popleft()
                seen.latency = now - seen.sent
        if time.perf_counter() >= until:
            return


def _flood(pid: int, wire: Wire, rate: float, seconds: float) -> dict[str, Any]:
    """More than anybody can play."""
    before = _counts(wire)
    dropped, sent = drops(wire.port), _pour(wire, rate, min(seconds, WARM_UP_S))
    memory, work = resident(pid), _Work(pid)
    sent += _pour(wire, rate, seconds)
    cores = work.cores()
    grown = resident(pid) - memory
    return {
        "seconds": seconds,
        "messages": sent,
        "dropped": drops(wire.port) - dropped,
        "grown_mb": grown / 2**20,
        **cores,
        **{name: after - before[name] for name, after in _counts(wire).items()},
    }


def _pour(wire: Wire, rate: float, seconds: float) -> int:
    """Set faders `rate` times a second, in a burst each millisecond; how many messages that was."""
    burst = [encode(address, place / 64) for place in range(64) for address in FADERS]
    sent, begin = 0, time.perf_counter()
    while (passed := time.perf_counter() - begin) < seconds:
        for _ in range(int(passed * rate) - sent):
            try:
                wire.socket.send(burst[sent % len(burst)])
            except BlockingIOError:  # our own buffer is full
                break
            sent += 1
        time.sleep(PACE_S)
    return sent


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def drops(port: int) -> int:
    """Datagrams that came to a port of this machine and found no room."""
    rows = (line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:])
    return sum(int(row[-1]) for row in rows if int(row[1].rpartition(":")[2], 16) == port)


class _Work:
    """How many processors riffosc and its renderer take from now on, and for what part of the time riffosc's own
    loop waits for one: then other programs have them, and figures are theirs as much as riffosc's."""

    def __init__(self, pid: int) -> None:
        renderer = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self._pids = {"daemon": [pid], "renderer": [int(each) for each in renderer]}
        self._then, self._began = self._seconds(), time.perf_counter()

    def cores(self) -> dict[str, float]:
        passed = time.perf_counter() - self._began
        return {name: (now - self._then[name]) / passed for name, now in self._seconds().items()}

    def _seconds(self) -> dict[str, float]:
        taken = {f"{who}_cores": sum(_processor_s(pid) for pid in pids) for who, pids in self._pids.items()}
        return {**taken, "daemon_waiting": _waiting_s(self._pids["daemon"][0])}


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _waiting_s(pid: int) -> float:
    """Seconds in which the main thread could have run and was not let."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
