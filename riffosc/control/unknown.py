"""Names that nobody here knows."""

import logging

from riffosc.control.replies import Clock
from riffosc.control.schedule import Throttle
from riffosc.params import Store

log = logging.getLogger(__name__)

REMEMBERED = 1000
HINTS_PER_S = 10.0  # looking for the nearest name takes milliseconds
LONGEST = 80  # characters of an address for which a nearest name is looked for


class Unknown:
    """Logs each distinct one once, with what was probably meant; when too many have come, it falls silent."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._hints = Throttle(clock, HINTS_PER_S)
        self._texts: dict[str, str] = {}

    def address(self, address: str) -> str:
        """What to tell the sender about it."""
        known = self._texts.get(address)
        if known is None:
            known = self._say(address)
            if self._remember(address, known):
                log.warning("%s", known)
        return known

    def key(self, key: str) -> None:
        """A key of the key-value form that is no parameter; Tidal and Strudel send many, so nobody is told."""
        key = key[:LONGEST]
        if key not in self._texts and self._remember(key, ""):
            log.warning("%r is no parameter of a voice and is passed over", key)

    def _say(self, address: str) -> str:
        text = f"no {address!r:.90} here"
        voice = address.split("/")[2:3]
        if voice and voice[0].isdecimal() and len(voice[0]) <= 6:
            number = int(voice[0])
            if not 1 <= number <= self._store.voices:
                return f"{text}; voices are 1 to {self._store.voices}"
        near = self._store.nearest(address) if len(address) <= LONGEST and self._hints.free() else None
        return f"{text}; did you mean {near}?" if near else text

    def _remember(self, name: str, text: str) -> bool:
        if len(self._texts) >= REMEMBERED:
            return False
        self._texts[name] = text
        return True
