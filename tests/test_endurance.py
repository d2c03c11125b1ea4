"""`riffosc bench endurance`, short: it plays, a row says how it went, and the trend is that of the rows."""

import asyncio

import pytest

from riffosc.bench.endurance import HEAD, Paints, Row, endure, trend
from riffosc.bench.memory import resident


@pytest.mark.realtime
def test_a_turn_is_told() -> None:
    async def told() -> list[Row]:
        return [row async for row in endure([Paints()], minutes=0.001, every_s=3)]

    (row,) = asyncio.run(told())
    assert (row.paints, row.missed) == ("embedded", 0) and row.minute > 0.04
    if resident() is not None:
        assert row.renderer_mb > 100 and row.daemon_mb > 50
    assert len(row.words()) == len(HEAD), "in columns"


def row(minute: float, **more: float) -> Row:
    told = {"daemon_mb": 100.0, "renderer_mb": 900.0, "clips": 3, "late": 1, "missed": 0, **more}
    return Row(minute, "embedded", 0.1, **told)  # type: ignore[arg-type]


def test_the_trend_is_that_of_the_second_half() -> None:
    rows = [row(minute, renderer_mb=900 + max(0, minute - 4), daemon_mb=100 + 50 * (minute < 3)) for minute in range(8)]
    told = trend(rows)
    assert (told["clips"], told["late"], told["missed"]) == (24, 8, 0)
    assert told["renderer_mb_an_hour"] == pytest.approx(60) and told["daemon_mb_an_hour"] == pytest.approx(0)
    assert trend([]) == {"clips": 0, "late": 0, "missed": 0}


def test_what_paints_in_words() -> None:
    assert str(Paints()) == "embedded"
    assert str(Paints("/x/random one", "a.safetensors 0.8", "LCM")) == "random one with a LoRA, LCM"
