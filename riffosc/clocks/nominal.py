"""The tempo that clips are made for: it stands still while the line of a clock from outside wavers."""

STEADY = 0.0005  # a tempo that stays within this much for a beat has settled
SAME = 0.0002  # and is taken up if it is off by more than this; well below what needs a new inversion


class Nominal:
    """Fed each tick with a clock's tempo; moves when that has settled somewhere else."""

    def __init__(self, tempo: float) -> None:
        self.tempo = tempo
        self._candidate = tempo
        self._since = 0.0

    def step(self, tempo: float, now: float) -> bool:
        """Whether it has moved."""
        if abs(tempo / self._candidate - 1) > STEADY or now < self._since:
            self._candidate, self._since = tempo, now
        settled = now - self._since >= 60 / tempo
        if not settled or abs(tempo / self.tempo - 1) <= SAME:
            return False
        self.tempo = round(tempo, 3)
        return True

    def near(self, tempo: float) -> float:
        """`tempo`, or ours where that is as good."""
        return self.tempo if abs(tempo / self.tempo - 1) < STEADY else tempo

    def set(self, tempo: float) -> None:
        """What a player has asked for needs no settling."""
        self.tempo = self._candidate = tempo
