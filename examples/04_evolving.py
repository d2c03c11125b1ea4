"""A loop that changes a little each time round, and a tempo that is ridden while it plays."""

import argparse
import math
import time
from contextlib import suppress

from pythonosc.udp_client import SimpleUDPClient

options = argparse.ArgumentParser(description=__doc__)
options.add_argument("--port", type=int, default=7433)
options.add_argument("--prompt", default="techno drums and synth bass")
options.add_argument("--minutes", type=float, default=5.0)
wanted = options.parse_args()

riff = SimpleUDPClient("127.0.0.1", wanted.port)
with suppress(KeyboardInterrupt):
    riff.send_message("/riff/1/evolve", 0.25)  # four clips from one seed to the next
    riff.send_message("/riff/1/morph", 4)  # and a new prompt takes four clips to arrive
    riff.send_message("/riff/1/prompt", wanted.prompt)
    start = time.monotonic()
    while (passed := time.monotonic() - start) < 60 * wanted.minutes:
        riff.send_message("/riff/tempo", 126 + 6 * math.sin(passed / 10))  # loops follow at once
        time.sleep(0.1)
