"""Bars of any number of beats."""

from itertools import pairwise

import pytest

from riffosc.composing.meters import groups, marks, phrase_lengths, second_half
from riffosc.composing.wish import MOST_BEATS

FOUR, EIGHT = "Kabcdefghijklmno", "Kabcdefghijklmnoäbcdefghijklmnop"


@pytest.mark.parametrize(
    ("quantum", "counted", "half"),
    [(2, (2,), 0), (3, (3,), 0), (4, (4,), 2), (5, (3, 2), 3), (6, (3, 3), 3), (7, (4, 3), 4), (9, (3, 3, 3), 6)],
)
def test_how_a_bar_is_counted(quantum: int, counted: tuple[int, ...], half: int) -> None:
    assert groups(quantum) == counted
    assert second_half(quantum) == half


def test_every_bar_is_whole() -> None:
    for quantum in range(2, MOST_BEATS + 1):
        assert sum(groups(quantum)) == quantum
        assert set(groups(quantum)) <= {2, 3, 4}
        assert all(len(marks(lane, bar, quantum)) == quantum * 4 for lane in (FOUR, EIGHT) for bar in range(5))


def test_each_group_begins_the_pattern_anew() -> None:
    assert marks(FOUR, 3, 4) == FOUR
    assert marks(EIGHT, 3, 4) == EIGHT[16:]
    assert marks(EIGHT, 1, 3) == EIGHT[16:28]
    assert marks(FOUR, 0, 5) == FOUR[:12] + FOUR[:8]
    assert marks(EIGHT, 1, 7) == EIGHT[16:] + EIGHT[16:28]
    assert [marks(EIGHT, bar, 2) for bar in range(5)] == [EIGHT[i * 8 : i * 8 + 8] for i in (0, 1, 2, 3, 0)]


def test_phrases_are_of_four_bars_and_none_is_a_bar_alone() -> None:
    assert [phrase_lengths(bars) for bars in (1, 2, 3, 4, 5, 6, 9)] == [[1], [2], [3], [4], [3, 2], [4, 2], [4, 3, 2]]
    for bars in range(2, 60):
        lengths = phrase_lengths(bars)
        assert sum(lengths) == bars
        assert min(lengths) > 1
        assert all(one == 4 for one, _ in pairwise(lengths[:-1]))
