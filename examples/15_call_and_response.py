"""Two voices that answer each other: what one brings, the other is asked about in its own words, from the same seed."""

import argparse
import asyncio
from contextlib import suppress

from riffosc.client import AsyncRiff

WORDS = {
    1: ("muted trumpet melody", "flute melody", "saxophone melody"),
    2: ("electric guitar answer, (sparse:1.2)", "vibraphone melody", "clavinet riff"),
}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--turns", type=int, default=0, help="end after so many; 0 never ends")
wanted = options.parse_args()


async def play() -> None:
    async with AsyncRiff(port=wanted.port) as riff:
        riff.send("tempo", 100)
        riff.send("key", "Dm")
        riff.send("3/prompt", "funk drums and bass")
        riff[1].play(prompt=WORDS[1][0], seed=1)
        turns = 0
        async for clip in riff.clips():
            if clip.voice not in WORDS:
                continue
            turns += 1
            print(f"{turns}: voice {clip.voice} has {clip.prompt}, seed {clip.seed}", flush=True)
            if turns == wanted.turns:
                return
            other = 3 - clip.voice
            words = WORDS[other][turns // 2 % len(WORDS[other])]
            riff[other].play(prompt=words, seed=clip.seed + clip.voice - 1, at="bar")


with suppress(KeyboardInterrupt):
    asyncio.run(play())
