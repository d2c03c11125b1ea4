"""Keeping to another clock: its line against ours, renumbered, slewed, or crossed over to on a bar line.

Ours is the line that the mixer and the conductor go by. A clock whose beats are places in a song gives us its
numbers. Of any other only the bar means something: its beats are put beside ours by whole bars, so that a change of
clocks moves the music as little as it can.
"""

from dataclasses import dataclass, replace

from riffosc.clocks.source import Reading
from riffosc.timeline import Timeline

LEAD_S = 0.05  # a bend of the line is told this much ahead, so that no block has begun when it comes
CLOSE_S = 0.0002  # nearer than this is on the beat
ON_S = 0.00002  # and here a slew has arrived
SLEW_S = 0.4  # in which a small error is taken up
FASTEST_SLEW = 0.01  # of the tempo: 17 cents
FAR_S = 0.020  # more than this is not slewed but jumped: what the mixer takes for a jump
MOVED = 0.001  # a tempo that has changed by so much is followed at once
EVERY_S = 0.02  # between two bends


@dataclass(frozen=True, slots=True)
class Place:
    """Where bars begin in our numbers, and how much later than the clock says all is to be."""

    origin: float = 0.0  # the beat of bar 1, for clocks that do not say
    delay_s: float = 0.0


class Follower:
    """Holds our line; `step` bends it towards a clock's, `take` replaces it."""

    def __init__(self, line: Timeline) -> None:
        self.line = line
        self.jumps = 0  # how often the beat was moved
        self.near = True  # whether the beat is the leader's, all but a little
        self.tempo = line.tempo  # the leader's; ours differs while an error is taken up
        self.leader = ""  # none: the clock inside
        self._seen = -1  # jumps of the leader that have been followed
        self.shift = 0.0  # from the leader's beats to ours
        self._slewing = False
        self._bent = -1e9  # when the line was last changed

    def take(self, line: Timeline) -> None:
        """Somebody else has compared already: the clock inside, or the mixer."""
        self.line, self.tempo, self._slewing = line, line.tempo, False

    def coast(self, tempo: float, now: float) -> None:
        """The leader is gone: on at its last tempo, whatever was being taken up."""
        self.leader, self._slewing = "", False
        if tempo != self.line.tempo:
            self._bend(tempo, now)

    def step(self, leader: str, reading: Reading, place: Place, now: float) -> bool:
        """Whether our line has changed."""
        at_once = self._renumber(leader, reading, place, now)
        wanted = self._wanted(reading, place)
        self.tempo = wanted.tempo
        soon = now + LEAD_S
        error_s = (wanted.beat_at(soon) - self.line.beat_at(soon)) * 60 / wanted.tempo
        self.near = abs(error_s) <= FAR_S
        if not self.near:
            return self._jump(wanted, 0.0 if reading.song else place.origin, now, at_once)
        return self._slew(wanted, error_s, now)

    def _wanted(self, reading: Reading, place: Place) -> Timeline:
        line = reading.line
        return replace(
            line, beat=line.beat + self.shift, seconds=line.seconds + place.delay_s, quantum=self.line.quantum
        )

    def _renumber(self, leader: str, reading: Reading, place: Place, now: float) -> bool:
        """Put the clock's bars on ours, if that has not been done; True if its player moved to another place."""
        known, moved = leader == self.leader, reading.jumps != self._seen
        off = (self.shift - place.origin) / self._grid(reading)
        if known and not moved and (reading.song or abs(off - round(off)) < 1e-6):
            return False
        self.shift = 0.0 if reading.song else self._nearest(reading, place, now)
        self.leader, self._seen = leader, reading.jumps
        return known and moved

    def _nearest(self, reading: Reading, place: Place, now: float) -> float:
        """From the clock's beats to ours: whole bars, so that we are half a bar off at most."""
        theirs = replace(reading.line, seconds=reading.line.seconds + place.delay_s).beat_at(now)
        ours, grid = self.line.beat_at(now) - place.origin, self._grid(reading)
        return place.origin + grid * round((ours - theirs) / grid)

    def _grid(self, reading: Reading) -> float:
        return reading.grid or self.line.quantum

    def _jump(self, wanted: Timeline, origin: float, now: float, at_once: bool) -> bool:
        """To the clock's beat: now if its player moved, else on its next bar line, and until then at its tempo."""
        if at_once:
            return self._move(wanted.at(now), now)
        bar = origin + wanted.boundary(wanted.beat_at(now) - origin, wanted.quantum)
        if wanted.seconds_at(bar) - now <= LEAD_S:
            return self._move(wanted.at(wanted.seconds_at(bar)), now)
        return self._off_tempo(wanted.tempo) and self._bend(wanted.tempo, now)

    def _move(self, line: Timeline, now: float) -> bool:
        self.line, self._bent, self._slewing = line, now, False
        self.jumps += 1
        return True

    def _slew(self, wanted: Timeline, error_s: float, now: float) -> bool:
        """Take a small error up by going a little faster or slower for a while."""
        if now - self._bent < EVERY_S:
            return False
        far = abs(error_s) > (ON_S if self._slewing else CLOSE_S)
        pull = min(max(error_s / SLEW_S, -FASTEST_SLEW), FASTEST_SLEW) if far else 0.0
        arrived, self._slewing = self._slewing and not far, far
        tempo = wanted.tempo * (1 + pull)
        return (far or arrived or self._off_tempo(tempo)) and self._bend(tempo, now)

    def _off_tempo(self, tempo: float) -> bool:
        return abs(self.line.tempo / tempo - 1) > MOVED

    def _bend(self, tempo: float, now: float) -> bool:
        """From a little ahead on at another tempo; no beat is skipped or repeated."""
        self.line, self._bent = self.line.with_tempo(tempo, now + LEAD_S), now
        return True
