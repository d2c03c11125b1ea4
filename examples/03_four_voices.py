"""A small arrangement: drums, then bass, chords and a lead join, all in one key and on one grid."""

import argparse
from contextlib import suppress

from pythonosc.udp_client import SimpleUDPClient

PARTS = {
    1: "hip hop drums",
    2: "funk bassline",
    3: "mellow electric piano chords",
    4: "soft flute melody",
}

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--tempo", type=float, default=92.0)
options.add_argument("--key", default="Dm")
options.add_argument("--voices", type=int, default=4, help="how many of the four")
wanted = options.parse_args()

riff = SimpleUDPClient("127.0.0.1", wanted.port)
with suppress(KeyboardInterrupt):
    riff.send_message("/riff/tempo", wanted.tempo)
    riff.send_message("/riff/key", wanted.key)
    riff.send_message("/riff/subscribe", "clip")
    for voice, prompt in list(PARTS.items())[: wanted.voices]:
        riff.send_message(f"/riff/{voice}/prompt", prompt)
        riff.send_message(f"/riff/{voice}/pan", (voice - 2.5) / 5)
        for message in riff.get_messages(timeout=60):  # the next part comes when this one is there
            if message.address == "/riff/clip" and message.params[0] == f"riff{voice}":
                print(f"voice {voice} brings {prompt}", flush=True)
                break
