"""A session manager by the words of the NSM API, and riffosc started as one would start it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from osc_helpers import build, unpack

PATIENCE_S = 90.0


class Wire:
    """A UDP socket that sends OSC and waits for what it is told."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.peer = None
        self.heard = []  # what nobody has waited for yet

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, address, *args):
        self.socket.sendto(build(address, *args), self.peer)

    def hear(self, *start, within_s=PATIENCE_S):
        """The first message that begins like this and that nobody has waited for yet."""
        end = time.monotonic() + within_s
        while True:
            for place, message in enumerate(self.heard):
                if message[: len(start)] == start:
                    return self.heard.pop(place)
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            data, self.peer = self.socket.recvfrom(65536)
            self.heard += unpack(data)

    def ask(self, address, *args):
        """The values that it answers with."""
        self.send(address, *args)
        return self.hear(address)[1:]


class Manager(Wire):
    """Clients are known by where they send from."""

    @property
    def url(self):
        return f"osc.udp://127.0.0.1:{self.port}/"

    def meets(self):
        """A client announces itself: its name, capabilities, executable, API version and process."""
        announced = self.hear("/nsm/server/announce")[1:]
        self.send("/reply", "/nsm/server/announce", "welcome", "the tests", ":server-control:")
        return announced

    def opens(self, path, client):
        self.send("/nsm/client/open", str(path), "a song", client)
        return self.hear("/reply", "/nsm/client/open")

    def saves(self):
        self.send("/nsm/client/save")
        return self.hear("/reply", "/nsm/client/save")


class Riffosc:
    """`riffosc run` in a session, in a process of its own."""

    def __init__(self, url, folder, *args):
        """`folder` is where it is started, where it should leave nothing behind."""
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "riffosc.cli", "run", "--port", "0", "--no-midi", "--no-web", *args]
        package = Path(__file__).parent.parent
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "NSM_URL": url, "PYTHONPATH": str(package)},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.player = Wire()

    def listens(self):
        """It says on which port."""
        for line in self.process.stdout:
            if found := re.search(r"on port (\d+)", line):
                self.player.peer = ("127.0.0.1", int(found[1]))
                return
        raise AssertionError("riffosc ended before it listened")

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        if not self.process.stdout.closed:
            self.process.stdout.read()
            self.process.stdout.close()
        self.player.close()
        return self.process.wait(PATIENCE_S)
