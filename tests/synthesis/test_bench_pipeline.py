"""`riffosc bench pipeline`, small: the recipe is Riffusion's, ours is beside it, a stopped run tells what it has."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from riffosc.bench import pipeline
from riffosc.bench.memory import Memory, resident
from riffosc.bench.pipeline import CONFIG, PARTS, Recipe, Row, Scope
from riffosc.bench.random_models import SIZES, random_pipeline, write_tokenizer
from riffosc.cli import main
from riffosc.synthesis.place import EXACT, fastest


def test_rows_of_the_recipe_and_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "STEPS", 4)
    monkeypatch.setattr(pipeline, "WAYS", (("equal", 4, ""), ("4 steps", 6, "LCM")))
    file = tmp_path / "figures.json"
    options = ["bench", "pipeline", "--size", "tiny", "--columns", "64", "--repeat", "1", "--at-most", "2", "--json"]
    result = CliRunner().invoke(main, [*options, str(file)])
    assert result.exit_code == 0, result.output
    told = json.loads(file.read_text())
    rows = told["rows"]
    assert told["size"] == "tiny" and told["device"] == str(fastest())
    assert [(row["what"], row["voices"]) for row in rows] == [
        ("recipe", 1), ("equal", 1), ("equal", 2), ("4 steps", 1), ("4 steps", 2),
    ]  # fmt: skip
    assert [row["passes"] for row in rows] == [4, 4, 4, 4, 4], "PNDM goes one of its steps twice"
    for row in rows:
        parts = sum(row[part] for part in PARTS)
        other_run = row["what"] == "recipe"  # than the one whose seconds are told
        assert parts > 0 and (other_run or parts < 3 * row["seconds"] + 0.1)
        assert row["apart"] == 0 or fastest().is_gpu, "a processor paints at first as ever"
        assert row["times_the_recipe"] == pytest.approx(rows[0]["seconds"] / row["seconds"])
    assert len(result.output.splitlines()) >= 2 + len(rows)


def test_the_recipe_is_what_riffusion_ran(tmp_path: Path) -> None:
    recipe = Recipe(random_pipeline(SIZES["tiny"], write_tokenizer(tmp_path)), EXACT)
    asked: list[tuple[int, ...]] = []
    unet = recipe._pipe.unet
    forward = unet.forward
    unet.forward = lambda x, *more, **named: (asked.append(tuple(x.shape)), forward(x, *more, **named))[1]
    samples = recipe.clip(np.zeros((512, 64), np.uint8), 0)
    assert asked == [(2, 4, 64, 8)] * recipe.passes and recipe.passes == 38, "50 steps at 0.75 of PNDM, with guidance"
    assert samples.shape == (1, 28224) and CONFIG["_class_name"] == "PNDMScheduler"


def test_a_run_that_is_stopped_has_told_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: Scope) -> Iterator[Row]:
        yield Row("recipe", 1, 38, 2.5, 0.1, 2.0, 0.3, 0.1, None, 3.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "measure_pipeline", stopped)
    result = CliRunner().invoke(main, ["bench", "pipeline", "--json", str(tmp_path / "a.json")])
    assert result.exit_code == 0 and "2.500" in result.output
    assert [row["seconds"] for row in json.loads((tmp_path / "a.json").read_text())["rows"]] == [2.5]


def test_what_a_processor_cannot_do_is_one_sentence() -> None:
    if fastest().is_gpu:
        pytest.skip("a GPU can")
    result = CliRunner().invoke(main, ["bench", "pipeline", "--size", "tiny", "--columns", "64", "--way", "recorded"])
    assert result.exit_code == 1 and "recorded is a way to keep a GPU busy" in result.output


def test_memory_is_what_was_taken_at_its_highest() -> None:
    if fastest().is_gpu or resident() is None:
        pytest.skip("of processors on Linux")
    memory = Memory()
    memory.begin()
    before = memory.peak_mb()
    block = np.ones(10_000_000)
    del block
    after = memory.peak_mb()
    assert before is not None and after is not None and 70 < after - before < 130
