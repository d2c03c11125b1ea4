"""Which clock leads: the one that is named, or the first in order that is there."""

from collections.abc import Mapping

ORDER = ("link", "jack", "midi", "tidal")
SETTLE_S = 0.5  # a clock must have been there for so long before it takes over


class Choice:
    """Remembers since when each clock has been there, and whether the leader has been. `now` is in seconds."""

    def __init__(self) -> None:
        self.leader = "internal"
        self.met = True  # whether the leader has been there since it was chosen
        self._since: dict[str, float] = {}

    def choose(self, wanted: str, there: Mapping[str, bool], now: float) -> str:
        """The leader; one that is lost keeps its place until another is there."""
        self._since = {name: self._since.get(name, now) for name in ORDER if there.get(name)}
        if wanted != "auto":
            self._lead(wanted)
        else:
            settled = [name for name, since in self._since.items() if now - since >= SETTLE_S]
            if settled:
                self._lead(settled[0])
            elif not self.met:
                self._lead("internal")
        self.met = self.met or bool(there.get(self.leader))
        return self.leader

    def release(self) -> None:
        """Whoever led and is lost leads no more."""
        self._lead("internal")

    def _lead(self, name: str) -> None:
        if name != self.leader:
            self.leader, self.met = name, name == "internal"
