"""Whoever listens outside, told all together."""

import logging
from typing import Protocol

from riffosc.params import Value

log = logging.getLogger(__name__)


class Tells(Protocol):
    """One of them; `OscServer` is one."""

    def notify(self, event: str, address: str, *args: Value) -> None: ...

    def done(self, command: str, *args: Value) -> None: ...

    def fail(self, command: str, code: int, text: str) -> None: ...


class Outside(list[Tells]):
    """All of them."""

    def notify(self, event: str, address: str, *args: Value) -> None:
        for listener in self:
            listener.notify(event, address, *args)

    def done(self, command: str, *args: Value) -> None:
        """Say that something has come to its end, to whoever used the address `command` last."""
        for listener in self:
            listener.done(command, *args)

    def fail(self, command: str, words: str) -> None:
        """Say what has gone wrong, to the log and to whoever used the address `command` last."""
        log.warning("%s: %s", command, words)
        for listener in self:
            listener.fail(command, 1, words)
