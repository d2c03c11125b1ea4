"""Measures on sounds of which the answer is known, and the table on a small model."""

import math

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from riffosc.picture import EMBEDDED
from riffosc.synthesis.codec import analyse
from riffosc.synthesis.model.embedded import EmbeddedModel, Plan
from riffosc.synthesis.model.network import Sizes
from riffosc.training.evaluate import as_text, caption_losses, evaluate
from riffosc.training.loop import Swing
from riffosc.training.measures import Classifier, chroma, in_scale, low_share, on_the_grid
from riffosc.training.pictures import Seen

SR = 44100


def notes(*midi: int) -> Tensor:
    """Two beats of sine tones at 120 beats a minute, as a picture."""
    seconds = np.arange(SR) / SR
    tones = [0.1 * np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * seconds) for note in midi]
    return analyse(np.sum(tones, 0, dtype=np.float32)[None], SR, EMBEDDED, 128)[0]


def clicks(every: int) -> Tensor:
    values = torch.zeros(128, 512)
    values[::every] = 1
    return values


def test_chroma_finds_the_notes() -> None:
    heard = chroma(notes(60, 64, 67))
    assert sorted(heard.topk(3).indices.tolist()) == [0, 4, 7]
    assert heard.sum() == pytest.approx(1)


def test_in_scale() -> None:
    assert in_scale(notes(60, 64, 67), 0, 0) > 0.8
    assert in_scale(notes(60, 64, 67), 6, 0) < 0.5


def test_on_the_grid() -> None:
    assert on_the_grid(clicks(16)) == pytest.approx(1)
    assert on_the_grid(clicks(16).roll(8, 0)) == pytest.approx(0)
    noise = torch.rand(1024, 64, generator=Generator().manual_seed(0))
    assert on_the_grid(noise) == pytest.approx(5 / 16, abs=0.02)


def test_on_a_swung_grid() -> None:
    """Clicks on the eighths of a shuffle: 0 and 43 of 64 columns."""
    values = clicks(64) + clicks(64).roll(43, 0)
    assert on_the_grid(values) == pytest.approx(0.5)
    assert on_the_grid(values, Swing(0.5, 2 / 3).grid) == pytest.approx(1)


def test_low_share() -> None:
    assert low_share(notes(36)) > 0.98
    assert low_share(notes(72)) < 0.02
    assert math.isfinite(low_share(torch.zeros(16, 512)))


def test_the_classifier_learns_what_can_be_told_apart() -> None:
    generator = Generator().manual_seed(0)
    labels = torch.arange(60) % 3
    rows = torch.randn(60, 5, generator=generator) * 0.3 + torch.nn.functional.one_hot(labels, 5)
    classifier = Classifier(rows[:30], labels[:30], 3)
    assert classifier.accuracy(rows[30:], labels[30:]) > 0.9


def test_the_table() -> None:
    sizes = Sizes(dims=8, width=64, blocks=1, heads=1, hidden=32, told=32, text_width=16, text_buckets=64)
    plan = Plan(sizes, EMBEDDED, ("drums",))
    model = EmbeddedModel(plan, plan.network(), plan.autoencoder())
    about = {
        "bars": 1,
        "quantum": 3,
        "tempo": 100.0,
        "root": 0,
        "mode": "major",
        "swing": "straight",
        "grid": [0, 0.25, 0.5, 0.75],
    }
    loops = [
        Seen(
            {**about, "index": i, "roles": [role], "captions": [role]},
            torch.rand(192, 512, generator=Generator().manual_seed(i)),
        )
        for i, role in enumerate(("drums", "bass", "chords", "lead"))
    ]
    table = evaluate(model, loops, loops)
    assert table["real"]["role told"] == 1
    assert {"real", "noise", "8 steps, guidance 3"} <= set(table)
    assert as_text(table).count("\n") == len(table) + 1
    assert caption_losses(model, loops, 0.9)["none"] > 0
