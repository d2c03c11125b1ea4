"""What a prompt asks for: whatever heads believe, here at random, names count; the rest is drawn by the seed."""

from pathlib import Path
from typing import TypeVar

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator

from riffosc.composing.genres import GENRES
from riffosc.composing.loop import ROLES
from riffosc.composing.sounds import BY_ROLE
from riffosc.composing.wish import Wish, checked
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.heads import FILE, LABELS, Heads, load_heads
from riffosc.synthesis.model.reading import Reader
from riffosc.synthesis.model.said import listen
from riffosc.synthesis.model.sentence import EncoderSizes, SentenceEncoder, Sentences, save_encoder

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PIECES = ("[UNK]", *LETTERS, *(f"##{x}" for x in LETTERS), "dark", "hose")
M = TypeVar("M", bound=torch.nn.Module)
NOUNS = {"drums": "", "bass": "", "chords": "chords", "lead": "melody", "texture": ""}


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Sentences:
    encoder = SentenceEncoder(EncoderSizes(len(PIECES), table=16, width=32, layers=1, heads=2, hidden=32))
    path = tmp_path_factory.mktemp("text") / "text.safetensors"
    save_encoder(path, at_random(encoder), PIECES, {})
    return Sentences(path, 24)


@pytest.fixture(scope="module")
def heads() -> Heads:
    return at_random(Heads(32, 16))


@pytest.fixture(scope="module")
def reader(heads: Heads, sentences: Sentences) -> Reader:
    return Reader(heads, sentences)


def at_random(module: M) -> M:
    generator = Generator().manual_seed(4)
    with torch.no_grad():
        for weights in module.parameters():
            weights.normal_(std=0.5, generator=generator)
    return module


def wish(reader: Reader, prompt: str, seed: int = 3) -> Wish:
    return checked(reader.wish([(prompt, 1.0)], seed))


def test_every_sound_comes_as_it_is_called(reader: Reader) -> None:
    for role, sounds in BY_ROLE.items():
        for name in sounds:
            asked = wish(reader, f"{name} {NOUNS[role]}")
            assert asked["roles"] == (role,), name
            assert asked["instruments"] == {role: name}


def test_every_other_word_for_a_sound_is_one_that_has_it(reader: Reader) -> None:
    for role, sounds in BY_ROLE.items():
        for sound in sounds.values():
            for word in sound.words:
                if word not in GENRES and word not in {w for genre in GENRES.values() for w in genre.words}:
                    (name,) = wish(reader, f"{word} {NOUNS[role]}")["instruments"].values()
                    assert any(word in table[name].words for table in BY_ROLE.values() if name in table), (word, name)


def test_every_genre_comes_as_it_is_called(reader: Reader) -> None:
    for genre in GENRES.values():
        assert wish(reader, genre.name)["genre"] == genre.name
        for word in genre.words:
            assert word in GENRES[wish(reader, f"a {word} loop")["genre"]].words


@pytest.mark.parametrize(
    ("prompt", "roles"),
    [
        ("drums", "drums"),
        ("drum loops", "drums"),
        ("nothing but drums", "drums"),
        ("drums & bass", "drums bass"),
        ("techno bassline", "bass"),
        ("piano chords", "chords"),
        ("harpsichord melody", "lead"),
        ("organ pad", "chords"),
        ("rhodes stabs and slap bass", "bass chords"),
        ("piano bass drums", "drums bass chords|drums bass lead"),
        ("violin and cello", "chords lead"),
        ("funk bassline with a saxophone solo", "bass lead"),
        ("vinyl crackle", "texture"),
        ("bass clarinet", "lead"),
        ("saxaphone mellody", "lead"),
        ("jazz trio", "drums bass chords lead"),
        ("just the drums from a jazz band", "drums"),
        ("drums at 120 beats per minute", "drums"),
        ("flute solo, key of b dorian", "lead"),
        ("metal rhythm and bassline", "drums bass"),
        ("full band, no drums", "bass chords lead"),
        ("everything but the drums", "bass chords lead"),
        ("piano w/o drums", "chords|lead"),
        ("piano w/ drums", "drums chords|drums lead"),
        ("either flute or violin", "chords|lead"),
        ("flute or", "chords|lead"),
        ("guitar solo over drums", "drums lead"),
    ],
)
def test_who_plays(reader: Reader, prompt: str, roles: str) -> None:
    for seed in range(6):
        assert " ".join(wish(reader, prompt, seed)["roles"]) in roles.split("|")


@pytest.mark.parametrize(
    ("prompt", "absent"),
    [
        ("techno without drums", "drums"),
        ("house, no bass", "bass"),
        ("drumless ambient", "drums"),
        ("dark glorps minus the drums", "drums"),
        ("techno, less drums", "drums"),
        ("less bass", "bass"),
        ("techno (drums:0) and bass", "drums"),
        ("(drums, bass:0) techno", "bass"),
    ],
)
def test_what_is_denied_does_not_play(reader: Reader, prompt: str, absent: str) -> None:
    assert all(absent not in wish(reader, prompt, seed)["roles"] for seed in range(20))


def test_no_goes_as_far_as_it_is_meant(reader: Reader) -> None:
    for seed in range(10):
        assert not {"drums", "bass"} & set(wish(reader, "reggae without drums or bass", seed)["roles"])
        assert wish(reader, "no drums and a flute", seed)["roles"] == ("lead",)
        assert wish(reader, "no techno, a house beat", seed)["genre"] == "house"
        assert "slap bass" not in wish(reader, "funk bassline, no slap bass", seed).get("instruments", {}).values()
    assert wish(reader, "piano with reverb")["effects"] == ("reverb",)
    assert wish(reader, "piano, no reverb")["effects"] == wish(reader, "dry piano")["effects"] == ()


def test_denying_ends_where_it_is_meant_to(reader: Reader) -> None:
    for seed in range(10):
        assert wish(reader, "(drums:0) and bass", seed)["roles"] == ("bass",)
        assert wish(reader, "more or less techno", seed)["genre"] == "techno"
    assert listen([("glorps,", 0.0), ("piano", 1.0)]).text == (("piano", 1.0),)
    assert not listen([("more or less glorps", 0.0), ("more or less piano", 1.0)]).unknown


def test_what_is_kept_away_from_stays_away(reader: Reader) -> None:
    for seed in range(20):
        asked = checked(reader.wish([("techno", 1.0)], seed, negative="drums, acid bass"))
        assert "drums" not in asked["roles"] and "acid bass" not in asked.get("instruments", {}).values()


def test_ways_of_playing(reader: Reader) -> None:
    assert wish(reader, "walking bass")["styles"] == {"bass": "walking"}
    assert wish(reader, "dub techno skank")["styles"] == {"chords": "skank"}
    assert wish(reader, "shuffled jazz with a beat")["swing"] == "eighths"
    assert wish(reader, "straight drums")["swing"] == "straight"
    assert wish(reader, "piano in f minor")["mode"] == "minor"
    assert wish(reader, "flute, d dorian")["scale"] == "dorian"


def test_nearly_right_is_right_but_common_words_are_meant() -> None:
    assert [claim.names for claim in listen([("accordian", 1.0)]).of("sound")] == [
        ("chords/accordion", "lead/accordion")
    ]
    assert listen([("hose", 1.0)], {"hose"}).unknown == ("hose",)


def test_blends_go_from_one_prompt_to_the_other(reader: Reader) -> None:
    a, b = "techno drums", "jazz piano chords"
    shares = [i / 20 for i in range(21)]
    for seed in range(5):
        walk = [checked(reader.wish([(a, 1 - share), (b, share)], seed)) for share in shares]
        assert walk[0] == checked(reader.wish([(a, 1.0)], seed)) and walk[-1]["genre"] == "jazz"
        genres = [each["genre"] for each in walk]
        assert genres == sorted(genres, key=["techno", "jazz"].index)
        assert set(walk[10]["roles"]) == {"drums", "chords"}
    assert 4 < sum(reader.wish([(a, 0.75), (b, 0.25)], seed)["genre"] == "jazz" for seed in range(40)) < 20


def test_weights_of_words_count(reader: Reader) -> None:
    both = [wish(reader, "(techno:3) jazz", seed)["genre"] for seed in range(40)]
    assert 20 < both.count("techno") < 40
    assert wish(reader, "(drums:1.4) and bass")["roles"] == ("drums", "bass")
    assert all(wish(reader, "(drums:0) bass", seed)["roles"] == ("bass",) for seed in range(10))
    half = [len(wish(reader, "(drums:0.25) bass", seed)["roles"]) for seed in range(40)]
    assert 8 < half.count(2) < 32


def test_the_seed_decides_and_nothing_else(reader: Reader) -> None:
    prompts = ("", "techno", "dark glorps", "guitar", "(techno:2) jazz")
    assert [wish(reader, p, s) for p in prompts for s in range(5)] == [
        wish(reader, p, s) for p in prompts for s in range(5)
    ]
    assert len({str(wish(reader, "guitar", seed)) for seed in range(20)}) > 3


def test_no_words_are_a_small_band(reader: Reader) -> None:
    for nothing in ("", "  ", "()", "(techno:0)"):
        for seed in range(10):
            assert len(wish(reader, nothing, seed)["roles"]) >= 3
    assert checked(reader.wish([], 1)) == wish(reader, "", 1) == checked(reader.wish([("techno", 0.0)], 1))


@pytest.mark.parametrize(
    "odd",
    [
        "🎹🔥",
        "ドラムとベース",
        "барабаны",
        "no",
        "no no no",
        "...",
        "a" * 2000,
        "dark drums " * 180,
        "\x00\n",
        "(((",
        "-1",
    ],
)
def test_odd_prompts_are_something(reader: Reader, odd: str) -> None:
    asked = wish(reader, odd)
    assert asked["roles"] and asked["genre"] in GENRES


@settings(max_examples=25)
@given(st.text(max_size=60), st.integers(0, 2**31 - 1))
def test_any_prompt_is_a_wish_that_can_be_fulfilled(reader: Reader, prompt: str, seed: int) -> None:
    assert set(wish(reader, prompt, seed)["roles"]) <= set(ROLES)


def test_of_two_sounds_one_plays_where_either_will_do(reader: Reader) -> None:
    heard = {name for seed in range(20) for name in wish(reader, "piano or church organ", seed)["instruments"].values()}
    assert heard == {"piano", "church organ"}


@pytest.mark.parametrize("prompt", ["", "\U0001f3b9", "...", "(?!)", "(drums:0)"])
def test_marks_alone_say_nothing(reader: Reader, prompt: str) -> None:
    assert wish(reader, prompt) == wish(reader, " ")


def test_anything_but_a_genre_is_not_that_genre(reader: Reader) -> None:
    assert all(wish(reader, "anything but techno", seed)["genre"] != "techno" for seed in range(12))


def test_everything_denied_still_plays(reader: Reader) -> None:
    assert wish(reader, "no drums no bass no chords no melody no texture")["roles"]


def test_belief_is_of_all_labels(reader: Reader) -> None:
    belief = reader.belief("dark techno")
    for kind, labels in LABELS.items():
        assert tuple(belief.shares[kind]) == labels
        assert kind == "sound" or sum(belief.shares[kind].values()) == pytest.approx(1)


def test_the_file_keeps_what_it_was_given(heads: Heads, tmp_path: Path) -> None:
    heads.save(tmp_path / FILE)
    again = load_heads(tmp_path / FILE)
    assert again.labels == heads.labels
    assert torch.equal(again.out.weight, heads.out.weight.half().float())


def test_faults_of_the_file_are_told_in_words(heads: Heads, sentences: Sentences, tmp_path: Path) -> None:
    path = tmp_path / FILE
    with pytest.raises(ModelError, match="missing"):
        Reader.load(path, sentences)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelError, match="cannot be read"):
        Reader.load(path, sentences)
    sentences.copy_to(tmp_path)
    with pytest.raises(ModelError, match="does not tell how prompts are read"):
        Reader.load(tmp_path / "text.safetensors", sentences)
    Heads(32, 16, {"genre": ("techno",)}).save(path)
    with pytest.raises(ModelError, match="does not know of"):
        Reader.load(path, sentences)
    Heads(48, 16).save(path)
    with pytest.raises(ModelError, match="another text encoder"):
        Reader.load(path, sentences)
