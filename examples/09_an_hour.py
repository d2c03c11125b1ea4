"""A piece that composes itself for an hour: keys drift, parts come and go, words wander. Ctrl-C fades it out."""

import argparse
import random
import time
from contextlib import suppress

from riffosc.client import Riff, RiffError

KEYS = ("Am", "Em", "Bm", "F#m", "C#m", "G#m", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm")
PARTS = {
    1: ("brushed drums, (sparse:1.2)", "slow hip hop drums", "soft shaker and rim", "dub drums"),
    2: ("deep sub bass", "upright bass", "dub bassline", "mellow synth bass"),
    3: ("warm pad chords", "mellow electric piano chords", "soft organ chords", "string chords"),
    4: ("bell melody, (sparse:1.3)", "soft flute melody", "vibraphone melody", "kalimba melody"),
}
BREATHING = ((3, "pan", "drift", 32, -0.4, 0.4), (4, "pan", "drift", 24, -0.6, 0.6), (4, "gain", "sine", 64, 0.3, 0.8))

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--minutes", type=float, default=60.0)
options.add_argument("--sections", type=int, default=24)
options.add_argument("--seed", type=int, default=1, help="another piece for each number")
wanted = options.parse_args()


def begin(riff: Riff) -> None:
    riff.send("lfo", "/riff/tempo", "drift", 256, 78.0, 90.0)
    for voice, name, shape, beats, low, high in BREATHING:
        riff.send("lfo", f"/riff/{voice}/{name}", shape, beats, float(low), float(high))
    for voice in PARTS:
        riff[voice].play(evolve=0.2, morph=3, bars=4 if voice > 2 else 2, xfade_ms=200)


def section(riff: Riff, dice: random.Random, number: int) -> None:
    """The next key, one part in other words, and one that rests until the next section."""
    key, turn = KEYS[number % len(KEYS)], dice.choice(list(PARTS))
    resting = dice.choice([None, *PARTS]) if number else None
    riff.send("key", key)
    for voice, words in PARTS.items():
        if number == 0 or voice == turn:
            riff[voice].send("prompt", dice.choice(words))
        riff[voice].send("fade_out" if voice == resting else "fade_in", 4)
    silent = f", voice {resting} rests" if resting else ""
    print(f"{number + 1}: {key}, {riff.get(f'{turn}/prompt')}{silent}", flush=True)


def end(riff: Riff) -> None:
    riff.send("*/fade_out", 1)
    with suppress(RiffError):
        until = time.monotonic() + 30
        while max(float(riff.get(f"{voice}/fade")) for voice in PARTS) > 0 and time.monotonic() < until:
            time.sleep(0.1)
    riff.send("still")
    riff.send("panic")
    riff.send("*/fade_in", 0.25)  # for whoever plays next
    print("the end", flush=True)


with Riff(port=wanted.port) as riff, suppress(KeyboardInterrupt):
    try:
        begin(riff)
        dice, start = random.Random(wanted.seed), time.monotonic()
        for number in range(wanted.sections):
            section(riff, dice, number)
            time.sleep(max(0.0, start + 60 * wanted.minutes * (number + 1) / wanted.sections - time.monotonic()))
    finally:
        end(riff)
