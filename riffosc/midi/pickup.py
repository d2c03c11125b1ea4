"""A knob that does not stand where its parameter does: no jump when it is touched."""

from dataclasses import dataclass

STRAY = 0.12  # of the travel: what a knob that follows us may have been turned between two messages


@dataclass(slots=True)
class Pickup:
    """One knob and one parameter. Positions are 0 to 1."""

    last: float | None = None  # where the knob was when it last said so
    given: float | None = None  # where the parameter was when the knob last moved it
    shown: float | None = None  # where the parameter was when the knob's ring was last set to it

    def pick_up(self, knob: float, now: float, grain: float) -> float | None:
        """Where the parameter goes; None while the knob has yet to come by. `grain` is as near as it can get."""
        free = self._has_it(now, grain) or self._comes_by(knob, now, grain)
        self.last = knob
        if free:
            self.given = knob
        return knob if free else None

    def scale(self, knob: float, now: float, grain: float) -> float | None:
        """The same way to go for both: what is left of the travel is spread over what is left of the range."""
        last, self.last = self.last, knob
        start = self.given if self.given is not None and self._has_it(now, grain) else now
        if last is None or knob == last:
            return None
        self.given = start + (1 - start) * (knob - last) / (1 - last) if knob > last else start * knob / last
        return self.given

    def show(self, position: float) -> None:
        """A ring has been set: an endless knob goes on from there."""
        self.shown = position

    def _has_it(self, now: float, grain: float) -> bool:
        """Nobody else has moved the parameter since the knob did."""
        return self.given is not None and abs(now - self.given) <= grain

    def _comes_by(self, knob: float, now: float, grain: float) -> bool:
        if abs(knob - now) <= grain:
            return True
        if self.shown is not None and abs(self.shown - now) <= grain and abs(knob - now) <= STRAY:
            return True
        return self.last is not None and (self.last - now) * (knob - now) <= 0
