"""Several prompts at once: how they are written, and what becomes of them."""

import pytest
from hall import Hall
from stage import Stage

from riffosc.blend import parse_blend
from riffosc.params import ParamError, Store


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("dub techno 0.7, church organ 0.3", {"dub techno": 0.7, "church organ": 0.3}),
        ("dub techno:7, church organ : 3", {"dub techno": 0.7, "church organ": 0.3}),
        ("drums, bass, organ 2", {"drums": 0.25, "bass": 0.25, "organ": 0.5}),
        ("drums .5,bass 1.", {"drums": 1 / 3, "bass": 2 / 3}),
        ("tr 808 1, tr 909 3,", {"tr 808": 0.25, "tr 909": 0.75}),
        ("(loud drums, dry:1.3) pop 1, [bass, soft] 1", {"(loud drums, dry:1.3) pop": 0.5, "[bass, soft]": 0.5}),
        ("(drums:1.3)", {"(drums:1.3)": 1.0}),
        ("2-step", {"2-step": 1.0}),
        ("drums 0, bass", {"drums": 0.0, "bass": 1.0}),
    ],
)
def test_entries_and_weights(text: str, shares: dict[str, float]) -> None:
    assert dict(parse_blend(text)) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",", "no words"),
        ("0.7", "words come first"),
        ("drums, 0.7", "0.7 has no words"),
        ("tr 808", "tr 808 1"),
        ("drums -1", "0 to 100"),
        ("drums 0, bass 0", "all its weights are 0"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ParamError, match=words):
        parse_blend(text)


def shares(stage: Stage) -> dict[str, float]:
    return dict(stage.landed[-1][1].entry.request.prompts)


def test_a_blend_is_painted_in_place_of_the_prompt_and_goes_back_to_it() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, blend="drums 3, bass")
    stage.beats(8)
    assert shares(stage) == {"drums": 0.75, "bass": 0.25}
    stage.change(1, prompt_b="organ", mix=0.5)
    stage.beats(8)
    assert shares(stage) == {"drums": 0.375, "bass": 0.125, "organ": 0.5}
    stage.change(1, mix=0.0, prompt="pad")
    stage.change(1, blend="")
    stage.beats(8)
    assert shares(stage) == {"pad": 1.0}


def test_an_entry_that_is_a_slot_means_its_words() -> None:
    stage = Stage(render_s=0.3)
    stage.conductor.words = {"verse": "jazz piano", "pad": "bass"}.get
    stage.change(1, blend="verse, pad 2, bass 1")
    stage.beats(8)
    assert shares(stage) == {"jazz piano": 0.25, "bass": 0.75}


def test_a_blend_is_walked_to_and_on() -> None:
    stage = Stage(render_s=0.3)
    stage.change(1, prompt="drums", evolve=0.25)
    stage.beats(8)
    stage.change(1, morph=2)
    stage.change(1, blend="drums, bass")
    stage.beats(24)
    seen = [dict(land.entry.request.prompts).get("bass", 0.0) for _, land in stage.landed]
    assert seen[0] == 0 and 0.25 in seen and seen[-1] == 0.5
    assert stage.landed[-1][1].entry.request.walk > 0


def test_a_prompt_clears_the_blend_even_when_it_is_the_same() -> None:
    store = Store(1)
    told: list[tuple[str, object]] = []
    store.set("/riff/1/prompt", "drums")
    store.set("/riff/1/blend", "organ, bass")
    store.listen(lambda address, value: told.append((address, value)))
    store.set("/riff/1/prompt", "drums")
    assert told == [("/riff/1/blend", "")]
    store.update([("/riff/1/prompt", "pad"), ("/riff/1/blend", "organ 2, pad")])
    assert store.get("/riff/1/blend") == "organ 2, pad", "what is said later in a message counts"


def test_what_cannot_be_read_is_refused_where_it_is_set() -> None:
    hall = Hall()
    try:
        hall.store.set("/riff/1/blend", "drums 2, bass")
        with pytest.raises(ParamError, match="words come first"):
            hall.store.set("/riff/1/blend", "drums, 0.7")
        assert hall.store.get("/riff/1/blend") == "drums 2, bass"
    finally:
        hall.close()
