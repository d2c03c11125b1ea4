"""Bars of any number of beats, out of patterns that are written in four."""

from riffosc.composing.patterns import BAR_STEPS

BEAT_STEPS = 4


def groups(quantum: int) -> tuple[int, ...]:
    """How a bar's beats are counted: 5 is 3 + 2, 6 is 3 + 3, 7 is 4 + 3, 10 is 4 + 4 + 2."""
    if quantum in (6, 9):
        return (3,) * (quantum // 3)
    fours, rest = divmod(quantum, 4)
    if rest == 1:
        return (4,) * (fours - 1) + (3, 2)
    return (4,) * fours + ((rest,) if rest else ())


def marks(lane: str, bar: int, quantum: int) -> str:
    """A bar's sixteenths out of a lane of one or more bars of 16, which goes round.

    Each group of beats begins the lane's bar anew: 5 plays its first three beats, then its first two. Bars of two
    beats take turns at its halves.
    """
    if quantum == 2:
        bar, half = divmod(bar, 2)
        first = bar * BAR_STEPS % len(lane) + half * 2 * BEAT_STEPS
        return lane[first : first + 2 * BEAT_STEPS]
    first = bar * BAR_STEPS % len(lane)
    return "".join(lane[first : first + beats * BEAT_STEPS] for beats in groups(quantum))


def second_half(quantum: int) -> int:
    """The beat on which a bar's second chord comes; 0 where a bar has one chord only."""
    counted = groups(quantum)
    if quantum == 4:
        return 2
    return sum(counted[: -(-len(counted) // 2)]) if len(counted) > 1 else 0


def phrase_lengths(bars: int) -> list[int]:
    """A loop's bars as phrases of four, the last of 1 to 4; a bar left over makes 3 + 2."""
    lengths = [4] * (bars // 4) + ([bars % 4] if bars % 4 else [])
    if len(lengths) > 1 and lengths[-1] == 1:
        lengths[-2:] = [3, 2]
    return lengths
