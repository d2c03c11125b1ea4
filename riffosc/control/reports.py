"""How a command went: /riff/done and /riff/fail, to whoever asked and to those who subscribed to it."""

import logging
from collections.abc import Callable
from enum import IntEnum

from riffosc.control.replies import Clock, Outbox, Peer
from riffosc.control.schedule import Throttle
from riffosc.control.subscriptions import Subscriptions
from riffosc.params import ParamError, Value

log = logging.getLogger(__name__)

FAILS_PER_S = 100.0  # told; a fader of nonsense is not answered stroke by stroke
DEFECTS_PER_S = 1.0  # logged with their traceback


class Code(IntEnum):
    """The second argument of /riff/fail."""

    NONSENSE = 400  # a value that cannot be taken, or bytes that are not OSC
    READ_ONLY = 403
    UNKNOWN = 404  # no such address, topic or voice
    TOO_EARLY = 425  # a time tag too far ahead
    BUSY = 429  # too many subscribers, too much in waiting
    DEFECT = 500  # a mistake of riffosc's own; the log has more


class Refusal(Exception):
    """What a player asked for cannot be done; the text goes to the player."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


class Reports:
    """Remembers who last used each address, so that what ends later is reported to them."""

    def __init__(self, clock: Clock, outbox: Outbox, subscriptions: Subscriptions) -> None:
        self._outbox = outbox
        self._subscriptions = subscriptions
        self._fails = Throttle(clock, FAILS_PER_S)
        self._defects = Throttle(clock, DEFECTS_PER_S)
        self.askers: dict[str, Peer] = {}  # only known addresses: as long as the table

    def done(self, command: str, *args: Value, peer: Peer = None) -> None:
        """/riff/done command ..., to `peer` or whoever last used the address `command`, and the topic `done`."""
        asker = peer or self.askers.get(command)
        if asker is not None:
            self._outbox.send(asker, "/riff/done", command, *args)
        self._subscriptions.event("done", "/riff/done", command, *args, besides=asker)

    def fail(self, command: str, code: int, text: str, peer: Peer = None) -> None:
        """/riff/fail command code text, likewise. Of answers to a `peer`, no more than 100 a second."""
        if peer is not None and not self._fails.free():
            return
        asker = peer or self.askers.get(command)
        if asker is not None:
            self._outbox.send(asker, "/riff/fail", command, code, text)
        self._subscriptions.event("fail", "/riff/fail", command, code, text, besides=asker)

    def attempt(self, peer: Peer, command: str, action: Callable[[], None]) -> None:
        """Do it. What cannot be done is told in words, and a defect of ours does not stop the others."""
        try:
            action()
        except Refusal as refusal:
            self.fail(command, refusal.code, str(refusal), peer)
        except ParamError as error:
            self.fail(command, Code.NONSENSE, str(error), peer)
        except Exception:
            if self._defects.free():
                log.exception("%r came to grief", command)
            self.fail(command, Code.DEFECT, "a defect in riffosc; its log says more", peer)
