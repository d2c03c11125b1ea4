"""Weights and long prompts, against the code that Riffusion used.

weighting.json was made with prompt_weighting.py of github.com/riffusion/riffusion-hobby at 94c29ab (which is diffusers'
community pipeline lpw_stable_diffusion) on the encoder built here: of each prompt the number of embeddings, their mean,
and dimension 7 of the first eight and then of every 19th.
"""

import json
from pathlib import Path

import pytest
import torch
from stable_models import deterministic, text_encoder, write_tokenizer

from riffosc.synthesis.diffusion.text import TextEncoder

TABLE = json.loads((Path(__file__).parent / "weighting.json").read_text())


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    tokenizer = write_tokenizer(tmp_path_factory.mktemp("words"))
    return TextEncoder(tokenizer, deterministic(text_encoder(len(tokenizer))))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["prompt"][:30])
def test_prompts_are_weighted_as_published(words: TextEncoder, row: dict[str, object]) -> None:
    pair = words.pair(((row["prompt"], 1.0),), row.get("negative", ""))
    found = pair[1 if "negative" in row else 0]
    assert len(found) == row["tokens"]
    assert float(found.mean()) == pytest.approx(row["mean"], abs=1e-5)
    assert torch.cat([found[:8, 7], found[8::19, 7]]).tolist() == pytest.approx(row["at"], abs=1e-4)


def test_the_table_tells_weights_apart() -> None:
    values = [tuple(row["at"]) for row in TABLE]
    assert len(set(values)) == len(values)


def test_prompts_of_different_lengths_are_mixed(words: TextEncoder) -> None:
    """Riffusion failed here: the shorter one is read as empty in the chunks that it has not."""
    long = "techno (drums:1.2) " * 60
    mixed = words.pair(((long, 0.25), ("bass", 0.75)), "")
    assert mixed.shape == (2, 2 * 77, 64)
    alone = words.pair(((long, 1.0),), "bass")
    assert torch.allclose(mixed[0], 0.25 * alone[0] + 0.75 * alone[1], atol=1e-6)


def test_a_prompt_without_weights_is_what_the_encoder_says(words: TextEncoder) -> None:
    tokens = words._tokenizer("techno drums", padding="max_length", max_length=77, return_tensors="pt").input_ids
    with torch.inference_mode():
        expected = words._encoder(tokens)[0][0]
    assert torch.equal(words.pair((("techno drums", 1.0),), "")[0], expected)
