"""A waltz with other metres in it: bars of three, and patterns of four, five and seven beats that go across them."""

import argparse
import time
from contextlib import suppress

from riffosc.client import Riff

PARTS = {1: "jazz waltz drums", 2: "upright bass", 3: "accordion chords", 4: "vibraphone melody"}
PATTERNS = {  # a value a beat, over and over
    "/riff/2/mute": (0, 0, 1, 0),
    "/riff/3/mute": (0, 1, 0, 1, 1),
    "/riff/4/gain": (0.9, 0.2, 0.6, 0.2, 0.9, 0.0, 0.4),
}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--seconds", type=float, default=120.0)
options.add_argument("--voices", type=int, default=4, help="how many of the four")
wanted = options.parse_args()

with Riff(port=wanted.port) as riff, suppress(KeyboardInterrupt):
    riff.send("quantum", 3)
    riff.send("tempo", 150)
    riff.send("key", "Gm")
    for voice, words in list(PARTS.items())[: wanted.voices]:
        riff[voice].play(prompt=words, bars=4 if voice == 4 else 2)
    for address, values in PATTERNS.items():
        riff.send("steps", address, 1, *values)
    end = time.monotonic() + wanted.seconds
    try:
        for message in riff.messages("tick", timeout=10):
            if message.address == "/riff/tick":
                print(*message.args, flush=True)
            if time.monotonic() > end:
                break
    finally:
        riff.send("still")
        riff.send("*/fade_out", 2)
