"""A break: the next part is listened to before it lands, a blend of two prompts, while the first fades out and in."""

import argparse
from contextlib import suppress

from pythonosc.udp_client import SimpleUDPClient

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--prompt", default="house drums and synth bass")
options.add_argument("--blend", default="disco strings 2, acid bass 1")
wanted = options.parse_args()

riff = SimpleUDPClient("127.0.0.1", wanted.port)


def wait(address: str, value: object) -> None:
    """Until `address` is sent with `value`."""
    for message in riff.get_messages(timeout=60):
        if (message.address, message.params[0]) == (address, value):
            return
    raise SystemExit(f"no {address} {value} in a minute")


with suppress(KeyboardInterrupt):
    for topic in ("/riff/1/state", "/riff/1/cued", "/riff/1/fade"):
        riff.send_message("/riff/subscribe", topic)
    riff.send_message("/riff/1/prompt", wanted.prompt)
    wait("/riff/1/state", "playing")
    riff.send_message("/riff/1/cue", 1)
    riff.send_message("/riff/1/blend", wanted.blend)
    wait("/riff/1/cued", 1)
    print(f"{wanted.blend} waits on the cue output", flush=True)
    riff.send_message("/riff/1/fade_out", 1)
    wait("/riff/1/fade", 0.0)
    riff.send_message("/riff/1/take", 1)
    wait("/riff/1/cued", 0)
    riff.send_message("/riff/1/cue", 0)
    riff.send_message("/riff/1/fade_in", 1)
    wait("/riff/1/fade", 1.0)
    print("and has landed", flush=True)
