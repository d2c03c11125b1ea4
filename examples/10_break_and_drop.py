"""A drop: three of four voices fall silent while other clips are painted behind the break; then all land at once."""

import argparse
from contextlib import suppress

from riffosc.client import Riff

GROOVE = {1: "house drums", 2: "synth bass", 3: "rave piano stabs", 4: "bell lead"}
DROP = {1: "four on the floor techno drums", 2: "acid bass", 3: "supersaw chords", 4: "acid lead"}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--voices", type=int, default=4, help="how many of the four")
options.add_argument("--bars", type=int, default=4, help="of the groove, at least, and of the break")
wanted = options.parse_args()
voices = list(GROOVE)[: wanted.voices]


def wait(riff: Riff, name: str, value: object) -> None:
    """Until all voices have it."""
    missing = {f"/riff/{voice}/{name}" for voice in voices}
    news = riff.messages(*missing, timeout=60)  # what is subscribed to is told at once, too
    while missing:
        message = next(news)
        if message.args == (value,):
            missing.discard(message.address)


def wait_bars(riff: Riff, count: int) -> None:
    first = int(riff.get("bar"))
    for message in riff.messages("/riff/bar", timeout=60):
        if message.address == "/riff/bar" and int(message.args[0]) >= first + count:
            return


with Riff(port=wanted.port) as riff, suppress(KeyboardInterrupt):
    riff.send("tempo", 128)
    riff.send("key", "Fm")
    for voice in voices:
        riff[voice].play(prompt=GROOVE[voice], bars=2)
    wait(riff, "state", "playing")
    print("the groove", flush=True)
    wait_bars(riff, wanted.bars)
    for voice in voices:
        riff[voice].send("cue", 1)
        riff[voice].send("prompt", DROP[voice])
        if voice != 3:
            riff.send("at", "bar", f"/riff/{voice}/mute", 1)
    riff.send("lfo", "/riff/3/gain", "ramp", 4 * wanted.bars, 0.2, 1.0)  # what is left of it swells
    print("the break", flush=True)
    wait(riff, "cued", 1)
    wait_bars(riff, wanted.bars)
    riff.send("still", "/riff/3/gain")
    for voice in voices:
        riff.send("at", "bar", f"/riff/{voice}/mute", 0)
        riff[voice].send("take")
    wait(riff, "cued", 0)
    for voice in voices:
        riff[voice].send("cue", 0)
    print("the drop", flush=True)
