"""An open port of the system's MIDI."""

from threading import Lock
from typing import Any

from riffosc.midi.driver import Driver
from riffosc.midi.stamps import Stamps


class Line:
    """Listened to by the event loop alone. What is sent may come from any thread, so it and the end take turns."""

    def __init__(self, driver: Driver, port: Any, key: str) -> None:
        """`key` is what the system calls the device; it is another one when it has been away."""
        self.key = key
        self.port = port
        self.stamps = Stamps()
        self.failed = ""  # why nothing can be sent any more, in the driver's words
        self._driver = driver
        self._turn = Lock()

    def send(self, data: bytes) -> bool:
        """Any thread. Whether it was sent; if not, `failed` says why, for good."""
        with self._turn:
            if self.failed:
                return False
            try:
                self.port.send_message(data)
            except self._driver.errors as error:
                self.failed = str(error)
        return not self.failed

    def close(self) -> None:
        with self._turn:
            self.failed = self.failed or "it is closed"
            self._driver.close(self.port)
