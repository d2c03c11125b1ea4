"""When a message came, told better than by when it was looked for."""

from dataclasses import dataclass

DRIFT = 1e-3  # how much the two clocks may differ
LOST_S = 0.25  # further apart than this, they have nothing to do with each other any more


@dataclass(slots=True)
class Stamps:
    """The driver says how long after the one before a message came; we know when we heard of it, never too early.

    So the least that a message was ever late is what all are late by, and what remains is its own time.
    """

    driver: float = 0.0  # seconds, the sum of what it said
    ahead: float | None = None  # the audio clock less the driver's, as of the message that was late the least
    checked: float = 0.0

    def at(self, delta: float, now: float) -> float:
        """Seconds on the audio clock of a message that came `delta` seconds after the one before."""
        self.driver += delta
        ahead = now - self.driver
        if self.ahead is None or abs(ahead - self.ahead) > LOST_S:
            self.ahead = ahead
        else:
            self.ahead = min(ahead, self.ahead + DRIFT * (now - self.checked))
        self.checked = now
        return self.driver + self.ahead
