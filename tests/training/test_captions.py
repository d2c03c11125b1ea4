"""Captions say only what is true, in many wordings, and never what is kept for evaluation."""

from collections import Counter

import numpy as np
import pytest

from riffosc.composing import manners
from riffosc.composing.composer import compose, compose_for
from riffosc.composing.effecting import EFFECTS as NAMES
from riffosc.composing.effecting import LIKELY
from riffosc.composing.genres import GENRES
from riffosc.composing.loop import Loop
from riffosc.composing.sounds import BY_ROLE, KITS
from riffosc.training import words
from riffosc.training.captions import key_words, part_words
from riffosc.training.corpus import loop_at
from riffosc.training.effects import EFFECTS
from riffosc.training.heldout import PHRASES, WORDINGS


@pytest.fixture(scope="module")
def loops() -> list[Loop]:
    return [loop_at(index, seed=8) for index in range(300)]


def test_they_are_several_lower_case_and_of_many_lengths(loops: list[Loop]) -> None:
    lengths = Counter(len(caption.split()) for loop in loops for caption in loop.captions)
    for loop in loops:
        assert len(set(loop.captions)) >= 5
        assert all(caption == caption.lower().strip() and caption for caption in loop.captions)
        assert not any(", ," in caption or "  " in caption for caption in loop.captions)
    total = sum(lengths.values())
    assert sum(count for length, count in lengths.items() if length <= 4) > 0.25 * total
    assert sum(count for length, count in lengths.items() if length >= 12) > 0.1 * total
    assert all(lengths[length] for length in range(2, 21))


def test_they_name_what_is_there_and_nothing_else(loops: list[Loop]) -> None:
    for loop in loops:
        for caption in loop.captions:
            said = caption.replace("steel drums", "").replace("drum and bass", "").replace("drum circle", "")
            said = said.replace("hand drums", "").split("no ")[0].split("without")[0]
            if "drums" not in loop.roles:
                assert "drum" not in said, (loop.roles, caption)
            if loop.roles == ("drums",):
                assert "melody" not in said


def test_effects_are_said_only_where_they_are() -> None:
    rng = np.random.default_rng(0)
    dry = [loop for loop in (compose(np.random.default_rng((9, i))) for i in range(60)) if not loop.parts[0].effects]
    for loop in dry:
        said = " ".join(part_words(rng, loop, loop.parts[0]) for _ in range(10))
        assert not any(word in said for word in ("reverb", "echo", "bitcrushed", "wobbling"))


def test_keys_are_spelled_in_several_ways() -> None:
    rng = np.random.default_rng(0)
    loop = compose_for(1, root=6, mode="minor", roles=("bass",))
    said = {key_words(rng, loop) for _ in range(60)}
    assert {"f# minor", "gb minor", "f sharp minor", "g flat minor"} <= said
    assert key_words(rng, compose_for(1, roles=("drums",))) == ""


def test_every_table_of_words_is_of_things_that_exist() -> None:
    assert set(manners.EFFECTS) == set(EFFECTS)
    assert tuple(EFFECTS) == NAMES
    assert set(manners.KIT_WORDS) == set(KITS)
    assert {*words.ERAS, *words.CLUB, *words.BAND, *words.FILM} <= set(GENRES)
    assert {key.split("/")[0] for key in LIKELY} <= set(GENRES)


def strings(table: object) -> list[str]:
    """Every string in a table of tables."""
    if isinstance(table, str):
        return [table]
    inside = [*table, *table.values()] if isinstance(table, dict) else table if isinstance(table, tuple) else []
    return [text for one in inside for text in strings(one)]


def test_what_is_held_out_is_never_said(loops: list[Loop]) -> None:
    tables = [table for name, table in vars(words).items() if name.isupper()]
    tables += [genre.words for genre in GENRES.values()]
    tables += [sound.words for sounds in BY_ROLE.values() for sound in sounds.values()]
    captions = [caption for loop in loops for caption in loop.captions]
    spoken = "\n".join(captions + strings(tuple(tables)))
    assert not [phrase for phrase in PHRASES if phrase in spoken]
    assert all(any(phrase in wording for phrase in PHRASES) for row in WORDINGS.values() for wording in row)
