"""Other programs that keep time, each in a process of its own: `python -m riffosc.bench.peers NAME ARGUMENT ...`.

Each says on its standard output, line by line in JSON, what a referee needs to know where its beat was. They use
none of riffosc's clocks: what they say is the truth that those are held against.
"""

import json
import os
import random
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

UNIX_EPOCH = 2_208_988_800  # seconds from NTP's
AHEAD_S = 0.3  # what Tidal does ahead
TICKS = 24


class Peer:
    """A running one, and what it has said."""

    def __init__(self, name: str, *args: object) -> None:
        command = [sys.executable, "-m", __name__, name, *map(str, args)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said: list[dict[str, Any]] = []
        self._first = threading.Event()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()
        if not self._first.wait(30) or not self.said:
            self.kill()
            raise RuntimeError(f"the {name} peer does not start")

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.said.append(json.loads(line))
            self._first.set()
        self._first.set()

    def tell(self, *words: object) -> None:
        assert self._process.stdin
        print(*words, file=self._process.stdin, flush=True)

    def kill(self) -> None:
        self._process.kill()
        self._ear.join()
        self._process.communicate()


@contextmanager
def peer(name: str, *args: object) -> Iterator[Peer]:
    running = Peer(name, *args)
    try:
        yield running
    finally:
        running.kill()


def say(**facts: float) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def client(server: str, name: str) -> Any:
    import jack

    jack.set_error_function(lambda words: None)
    return jack.Client(name, no_start_server=True, servername=server)


def midi(server: str, tempo: str, jitter_ms: str) -> None:
    """MIDI clock from a start on, its ticks off by a normal distribution; says the frame of the first."""
    jack, period, jitter = client(server, "master"), 0.0, float(jitter_ms) / 1000
    port, chance = jack.midi_outports.register("out"), random.Random(1)
    period = 60 / float(tempo) / TICKS * jack.samplerate
    start = jack.frame_time + jack.samplerate
    meant, waiting = iter(range(10**9)), [(start - 10, 0xFA)]

    def process(count: int) -> None:
        port.clear_buffer()
        now = jack.last_frame_time
        while waiting[-1][0] < now + count + 8 * jitter * jack.samplerate:
            off = max(-4.0, min(4.0, chance.gauss(0, 1))) * jitter * jack.samplerate
            waiting.append((start + round(next(meant) * period + off), 0xF8))
            waiting.sort()
        while waiting[0][0] < now + count:
            frame, status = waiting.pop(0)
            port.write_midi_event(max(0, frame - now), (status,))

    jack.set_process_callback(process)
    jack.activate()
    jack.connect(port, "riffosc:midi_in")
    say(start=start, period=period)
    sys.stdin.read()


def link(tempo: str) -> None:
    """A Link session; says where its beat is. `tempo X` changes it."""
    import link as library

    session = library.Link(float(tempo))
    session.startStopSyncEnabled = True
    session.enabled = True
    threading.Thread(target=_obey_link, args=(session,), daemon=True).start()
    while True:
        state, micros = session.captureAppSessionState(), session.clock().micros()
        say(raw=micros * 1e-6, beat=state.beatAtTime(micros, 4.0), tempo=state.tempo(), peers=session.numPeers())
        time.sleep(0.05)


def _obey_link(session: Any) -> None:
    for line in sys.stdin:
        word, value = line.split()
        state, micros = session.captureAppSessionState(), session.clock().micros()
        if word == "tempo":
            state.setTempo(float(value), micros)
        else:
            state.setIsPlaying(value == "1", micros)
        session.commitAppSessionState(state)
    os._exit(0)


def transport(server: str, tempo: str) -> None:
    """JACK's timebase master at a steady tempo, rolling; says which frame of the song was at which of the server."""
    import jack as library

    jack, bpm = client(server, "timebase"), float(tempo)

    def give_beats(state: int, count: int, position: Any, is_new: bool) -> None:
        beat = position.frame / position.frame_rate * bpm / 60
        position.valid = library._lib.JackPositionBBT
        position.bar, position.beat, position.tick = int(beat // 4) + 1, int(beat % 4) + 1, int(beat % 1 * 1920)
        position.bar_start_tick = int(beat // 4) * 4 * 1920
        position.beats_per_bar, position.beat_type = 4, 4
        position.ticks_per_beat, position.beats_per_minute = 1920, bpm

    seen: list[tuple[int, int]] = []  # of the server's frames, and which of them was the song's first

    def process(count: int) -> None:
        state, position = jack.transport_query()
        start = jack.last_frame_time - position["frame"]
        if state == library.ROLLING and (not seen or seen[-1][1] != start):
            seen.append((jack.last_frame_time, start))

    jack.set_process_callback(process)
    jack.activate()
    jack.set_timebase_callback(give_beats, conditional=True)
    jack.transport_locate(0)
    jack.transport_start()
    said = 0
    while True:
        for frame, start in seen[said:]:
            say(frame=frame, start=start, period=60 / bpm * jack.samplerate)
            said += 1
        time.sleep(0.05)


def tidal(port: str, tempo: str) -> None:
    """Eight events a cycle, as bundles with time tags; says when the first cycle began in wall time."""
    import socket

    wire, cps = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), float(tempo) / 240
    start, number = time.time() + 0.5, 0
    say(start=start, cps=cps)
    while True:
        cycle = number / 8
        tag = start + cycle / cps
        time.sleep(max(0.0, tag - AHEAD_S - time.time()))
        wire.sendto(event(tag, cps, cycle), ("127.0.0.1", int(port)))
        number += 1


def event(tag: float, cps: float, cycle: float) -> bytes:
    """A bundle as Tidal sends it: `/dirt/play _id_ 1 cps .. cycle .. delta .. orbit 0 s riff`."""
    words = [b"_id_", b"1", b"cps", cps, b"cycle", cycle, b"delta", 1 / 8 / cps, b"orbit", 0, b"s", b"riff"]
    tags, body = b",", b""
    for word in words:
        tags += b"s" if isinstance(word, bytes) else b"i" if isinstance(word, int) else b"f"
        body += _text(word) if isinstance(word, bytes) else struct.pack(">i" if isinstance(word, int) else ">f", word)
    message = _text(b"/dirt/play") + _text(tags) + body
    when = struct.pack(">II", int(tag) + UNIX_EPOCH, int(tag % 1 * 2**32))
    return _text(b"#bundle") + when + struct.pack(">i", len(message)) + message


def _text(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def survey(server: str) -> None:
    """What the server's frames, Link's clock and wall time say at the same moment, again and again."""
    jack = client(server, "survey")
    jack.activate()
    while True:
        before = time.monotonic_ns()
        frame, raw, wall = jack.frame_time, time.clock_gettime(time.CLOCK_MONOTONIC_RAW), time.time()
        if time.monotonic_ns() - before < 50_000:
            say(frame=frame, raw=raw, wall=wall)
        time.sleep(0.02)


PEERS: dict[str, Callable[..., None]] = {
    "midi": midi,
    "link": link,
    "jack": transport,
    "tidal": tidal,
    "survey": survey,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](*sys.argv[2:])
