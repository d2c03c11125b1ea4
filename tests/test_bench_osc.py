"""The bench of OSC, with little of everything: figures are for the bench itself, on a machine that is at rest."""

import pytest

from riffosc.bench.osc import measure_osc


@pytest.mark.realtime
@pytest.mark.slow
def test_every_message_is_seen_and_a_flood_leaves_nothing_behind():
    figures = measure_osc(rate=100, seconds=1, flood=1, flood_rate=2000, audio="none")
    for phase in ("idle", "busy"):
        assert figures[f"{phase}_messages"] == 100
        assert figures[f"{phase}_unseen"] == 0
        assert 0 < figures[f"{phase}_p50_ms"] <= figures[f"{phase}_p99_ms"] <= figures[f"{phase}_max_ms"]
    assert figures["busy_renderer_cores"] > 0, "busy is measured once the renderer is at work"
    assert figures["flood_messages"] > 1000
    assert 0 <= figures["flood_dropped"] <= figures["flood_messages"]
    assert figures["flood_grown_mb"] < 32, "a clip more or less may be there"
    assert {f"{phase}_overruns" for phase in ("idle", "busy", "flood")} <= figures.keys(), "0 on a machine at rest"
