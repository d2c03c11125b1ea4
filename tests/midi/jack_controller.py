"""A MIDI controller that is not there: another process, with a knob side and a light side."""

import subprocess
import sys
import threading
import time

CODE = """
import os, queue, sys, jack
server, name = sys.argv[1:]
jack.set_error_function(lambda words: None)
client = jack.Client(name, no_start_server=True, servername=server or None)
out, lights = client.midi_outports.register("out"), client.midi_inports.register("in")
waiting = queue.SimpleQueue()
heard = queue.SimpleQueue()
@client.set_process_callback
def process(frames):
    out.clear_buffer()
    at = 0
    while not waiting.empty() and at < frames:
        out.write_midi_event(at, waiting.get())
        at += 1
    for _, data in lights.incoming_midi_events():
        heard.put(bytes(data))
client.activate()
print("ready", flush=True)
import threading
def tell():
    while True:
        print(heard.get().hex(), flush=True)
threading.Thread(target=tell, daemon=True).start()
for line in sys.stdin:
    word, *rest = line.split()
    if word == "send":
        waiting.put(bytes.fromhex(rest[0]))
    elif word == "plug":
        client.connect(f"{name}:out", rest[0])
        client.connect(rest[1], f"{name}:in")
        print("plugged", flush=True)
    elif word == "leave":
        break
os._exit(0)  # libjack may freeze a Python client that is closed while its callback runs
"""

VIRTUAL = """
import os, sys, rtmidi
api, name = int(sys.argv[1]), sys.argv[2]
out, lights = rtmidi.MidiOut(api, name=name), rtmidi.MidiIn(api, name=name)
lights.set_callback(lambda event, _: print(bytes(event[0]).hex(), flush=True))
out.open_virtual_port("out"), lights.open_virtual_port("in")
print("ready", flush=True)
for line in sys.stdin:
    word, *rest = line.split()
    if word == "send":
        out.send_message(bytes.fromhex(rest[0]))
    elif word == "leave":
        break
lights.close_port(), out.close_port()
os._exit(0)
"""


class Controller:
    """Named like the device it stands for; `close` pulls its plug."""

    code = CODE

    def __init__(self, server: str, name: str, before: tuple[str, ...] = (), env: dict[str, str] | None = None) -> None:
        """`before` is put before the command that it is started by."""
        self.name = name
        self.heard: list[tuple[int, ...]] = []
        self._plugged = threading.Event()
        self._process = subprocess.Popen(
            [*before, sys.executable, "-c", self.code, server, name],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line == "plugged\n":
                self._plugged.set()
            else:
                self.heard.append(tuple(bytes.fromhex(line)))

    def _say(self, *words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")

    def plug(self, theirs_in: str, theirs_out: str) -> None:
        """Connect both directions by hand, as with JACK's own ports."""
        self._plugged.clear()
        self._say("plug", theirs_in, theirs_out)
        assert self._plugged.wait(30)

    def send(self, *messages: tuple[int, ...]) -> None:
        for message in messages:
            self._say("send", bytes(message).hex())

    def hears(self, message: tuple[int, ...], patience_s: float = 30.0) -> bool:
        end = time.monotonic() + patience_s
        while message not in self.heard and time.monotonic() < end:
            time.sleep(0.01)
        return message in self.heard

    def close(self) -> None:
        if self._process.poll() is None:
            self._say("leave")
        self._process.wait(30)
        self._reader.join(30)
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()


class VirtualController(Controller):
    """The same by the system's own MIDI; instead of a server's name it takes the number of one of rtmidi's systems."""

    code = VIRTUAL
