"""A JACK client in another process, told what to do line by line."""

import json
import subprocess
import sys
from typing import Any

PEER = """
import json, os, sys, jack
from collections import deque
jack.set_error_function(lambda words: None)
c = jack.Client(sys.argv[2], no_start_server=True, servername=sys.argv[1])
hears, says = c.midi_inports.register("in"), c.midi_outports.register("out")
heard, to_say, seen = [], deque(), []
watch = False

@c.set_process_callback
def process(count):
    says.clear_buffer()
    now = c.last_frame_time
    heard.extend((now + offset, bytes(data).hex()) for offset, data in hears.incoming_midi_events())
    while to_say and to_say[0][0] < now + count:
        frame, data = to_say.popleft()
        says.write_midi_event(max(0, frame - now), bytes.fromhex(data))
    if watch:
        state, position = c.transport_query()
        seen.append((now, int(state == jack.ROLLING), position["frame"]))

tempo, per_bar, ticks = 120.0, 4, 1920.0
start, start_frame = 0.0, 0  # a beat and its frame

def give_beats(state, count, position, is_new):
    beat = start + (position.frame - start_frame) / position.frame_rate * tempo / 60
    bar = int(beat // per_bar)
    position.valid = jack._lib.JackPositionBBT
    position.bar, position.beat, position.tick = bar + 1, int(beat % per_bar) + 1, int(beat % 1 * ticks)
    position.bar_start_tick = bar * per_bar * ticks
    position.beats_per_bar, position.beat_type = per_bar, 4
    position.ticks_per_beat, position.beats_per_minute = ticks, tempo

def send(events):
    to_say.extend(events)

def send_from_now(events):
    now = c.last_frame_time
    send([(now + frame, data) for frame, data in events])
    return now

def change(**values):
    globals().update(values)

c.activate()
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(eval(line)), flush=True)
os._exit(0)
"""


class Peer:
    """Sees the same cycles as the mixer under -S. Its MIDI ports are `in` and `out`."""

    def __init__(self, server: str, name: str = "peer") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PEER, server, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def do(self, expression: str) -> Any:
        """What an expression comes to over there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(expression, file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def hear(self) -> None:
        """A cable from the mixer. In a circle JACK delays one of the cables by a block: use one at a time."""
        self.do("c.connect('riffosc:midi_out', hears)")

    def speak(self) -> None:
        """A cable to the mixer."""
        self.do("c.connect(says, 'riffosc:midi_in')")

    def close(self) -> None:
        """Without taking leave of the server: libjack may freeze a Python client that is closed."""
        self._process.kill()
        self._process.communicate()
