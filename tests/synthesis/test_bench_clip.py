"""What a clip costs, and six voices' clips."""

import pytest

from riffosc.bench.clip import measure_clip


def test_parts_make_the_whole_and_voices_are_asked_at_once() -> None:
    figures = measure_clip(1, 1)
    parts = ("text", "denoiser", "autoencoder", "codec")
    assert all(figures[f"{part}_seconds"] > 0 for part in parts)
    assert sum(figures[f"{part}_seconds"] for part in parts) <= figures["seconds"] + 1e-9
    assert figures["ratio"] == pytest.approx(figures["seconds"] / figures["clip_seconds"])
    assert figures["voices"] == 6 and figures["voices_seconds"] > 0
    assert figures["voices_ratio"] == pytest.approx(figures["voices_seconds"] / figures["clip_seconds"])
