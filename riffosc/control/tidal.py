"""TidalCycles' ear: which clips there are, sent to where it takes controls from outside.

Tidal reads them with `n "^riff1_n"`, `cS "" "riff1_prompt"` and the like; its listener wants a key and one value,
as s, i or f (`Sound.Tidal.Stream.Listen`).
"""

import logging
import socket
from collections.abc import Iterable

from riffosc.control.replies import encode
from riffosc.params import Value

log = logging.getLogger(__name__)

CTRL = "/ctrl"
DEFAULT = "127.0.0.1:6010"  # where Tidal listens if it is not told otherwise
AGAIN_S = 5.0  # Tidal may have been started later, and datagrams get lost


class TidalEar:
    """The newest clip of each voice that is in the folder, once it is there and every few seconds again."""

    @classmethod
    def at(cls, where: str) -> "TidalEar":
        """At `host:port`. OSError or ValueError where that is no place."""
        host, _, port = where.rpartition(":")
        return cls(host, int(port))

    def __init__(self, host: str, port: int) -> None:
        """OSError where `host` is not known."""
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        self._where = where
        self._socket = socket.socket(family, kind)
        self._socket.setblocking(False)
        self._standing: dict[str, Value] = {}
        self._due = 0.0  # on the audio clock

    def notify(self, event: str, address: str, *args: Value) -> None:
        """One of those who listen outside: of all that is told, clips are passed on."""
        if event == "clip" and address == "/riff/clip" and args[2]:
            bank, index, _, _, beats, seed, prompt = args
            news: dict[str, Value] = {
                "riff_n": index,
                f"{bank}_n": index,
                f"{bank}_beats": beats,
                f"{bank}_seed": seed,
                f"{bank}_prompt": prompt,
                f"{bank}_ready": 1,
            }
            self._standing.update(news)
            self._send(news.items())

    def done(self, command: str, *args: Value) -> None:
        """Not for there."""

    def fail(self, command: str, code: int, text: str) -> None:
        """Nor this."""

    def tick(self, now: float) -> None:
        """All of it again, when it is time. `now` is the audio clock's, in seconds."""
        if now >= self._due or self._due > now + AGAIN_S:
            self._due = now + AGAIN_S
            self._send(self._standing.items())

    def close(self) -> None:
        self._socket.close()

    def _send(self, values: Iterable[tuple[str, Value]]) -> None:
        for key, value in values:
            try:
                self._socket.sendto(encode(CTRL, key, value), self._where)
            except OSError as error:  # the system has no room, or no way there: said again in a few seconds
                log.debug("TidalCycles is not told of %s: %s", key, error)
