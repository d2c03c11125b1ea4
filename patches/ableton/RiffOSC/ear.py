"""What riffosc tells of its clips by OSC, to a port of this computer that the system chooses."""

import socket
import struct
import time
from typing import NamedTuple

RIFFOSC = ("127.0.0.1", 7433)
SUBSCRIBE = b"/riff/subscribe\0,s\0\0clip\0\0\0\0"
RENEW_S = 5.0  # a subscription lasts a minute, and riffosc may have been started again
MAX_DATAGRAM = 65536
AT_ONCE = 64  # datagrams; the rest waits for the next time
CLIP = ("/riff/clip", ",sisffis")


class Clip(NamedTuple):
    bank: str  # riff1 to riff8
    index: int
    path: str  # empty without --folder
    tempo: float
    beats: float
    seed: int
    prompt: str


class Ear:
    """A socket that only hears riffosc, and never waits."""

    def __init__(self):
        self._renew_at = 0.0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.connect(RIFFOSC)

    def close(self):
        self._socket.close()

    def clips(self):
        """The newest of each voice that has come since the last time."""
        now = time.monotonic()
        if now >= self._renew_at:
            self._renew_at = now + RENEW_S
            self._subscribe()
        heard = (read_clip(datagram) for datagram in self._datagrams())
        return list({clip.bank: clip for clip in heard if clip and clip.path}.values())

    def _subscribe(self):
        try:
            self._socket.send(SUBSCRIBE)
        except OSError:
            self._renew_at = 0.0  # nobody was there the last time: this was not sent

    def _datagrams(self):
        for _ in range(AT_ONCE):
            try:
                yield self._socket.recv(MAX_DATAGRAM)
            except OSError:  # nothing came, or nobody is there yet
                return


def read_clip(datagram):
    """The clip that a datagram tells of; None where it is about something else."""
    try:
        address, at = _text(datagram, 0)
        tags, at = _text(datagram, at)
        if (address, tags) != CLIP:
            return None
        values = []
        for tag in tags[1:]:
            value, at = _text(datagram, at) if tag == "s" else _number(datagram, at, tag)
            values.append(value)
    except (ValueError, struct.error):
        return None
    return Clip(*values)


def _text(datagram, at):
    """A string of OSC and where the next thing begins: it ends in zeros, up to a multiple of four."""
    end = datagram.index(0, at)
    return datagram[at:end].decode(), end + 4 - end % 4


def _number(datagram, at, tag):
    return struct.unpack_from(">" + tag, datagram, at)[0], at + 4
