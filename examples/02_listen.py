"""Print every clip as it is painted, and where each voice stands."""

import argparse
from contextlib import suppress

from pythonosc.udp_client import SimpleUDPClient

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--clips", type=int, default=0, help="end after so many; 0 never ends")
wanted = options.parse_args()

riff = SimpleUDPClient("127.0.0.1", wanted.port)
seen = 0
with suppress(KeyboardInterrupt):
    while not wanted.clips or seen < wanted.clips:
        riff.send_message("/riff/subscribe", "clip")  # a lease of 60 s: renewed each time round
        for message in riff.get_messages(timeout=30):
            if message.address == "/riff/clip":
                bank, index, path, tempo, beats, seed, prompt = message.params
                print(f"{bank} {index}: {prompt!r}, {beats:g} beats at {tempo:g}, seed {seed}  {path}", flush=True)
                seen += 1
                if seen == wanted.clips:
                    break
