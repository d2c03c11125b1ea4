"""Reading WordNet's files, and what is learned from it: on a few meanings that are written here in its format."""

from pathlib import Path

import pytest
from small_wordnet import write_wordnet

from riffosc.training.reading_truth import MANNERS, wordnet_told
from riffosc.training.unseen import UNSEEN, has_unseen
from riffosc.training.wordnet import WordNet
from riffosc.training.wordnet_field import Field
from riffosc.training.wordnet_lessons import SOUNDING, told


@pytest.fixture(scope="module")
def wordnet(tmp_path_factory: pytest.TempPathFactory) -> WordNet:
    return WordNet(write_wordnet(tmp_path_factory.mktemp("dict")))


def test_meanings_come_by_word_and_link(wordnet: WordNet) -> None:
    uke = wordnet.sense("uke")
    assert uke.lemmas == ("uke", "eukelele") and uke.gloss == "a small one"
    assert [wordnet.synsets[key].lemmas[0] for key in uke.linked("@ @i")] == ["guitar"]
    assert [one.lemmas[0] for one in wordnet.below(wordnet.sense("stringed instrument"))][-1] == "uke"
    assert wordnet.sense("dance music", number=2).gloss == "for the ballroom"
    assert wordnet.sense("uke player").gloss == "a musician who plays the uke"


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("uke", "guitar"),  # a kind of it
        ("uke player", "guitar"),  # its definition names it; that a musician plays tells nothing
        ("trigon", "harp"),  # defined alike
        ("cornemuse", "oboe"),  # said to be like it
        ("musician", ""),
    ],
)
def test_instruments_and_players_are_called_by_our_names(wordnet: WordNet, word: str, names: str) -> None:
    field = Field(wordnet, SOUNDING, ("sound", "role"))
    assert field.names(wordnet.sense(word).key) == names


def test_styles_places_and_manners_are_told(wordnet: WordNet) -> None:
    found = dict(told(wordnet, MANNERS))
    assert found["stomp"] == "jazz"
    assert found["port antonio"] == found["a town"] == found["jamaica"] == "dub, reggae, ska"
    assert found["dolorous"] == MANNERS["mode", "minor"].split(", ")[0]
    assert not {"plain", "musician", "play"} & set(found)


def test_what_has_a_name_already_is_not_told_again(wordnet: WordNet) -> None:
    found = dict(wordnet_told(wordnet))
    assert not {"guitar", "harp", "oboe", "jazz", "sad"} & set(found)
    assert set(found["uke"]["family"]) == {"acoustic guitar", "electric guitar"}
    assert found["dolorous"]["mode"] == {"minor": 1.0}


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"data\.noun"):
        WordNet(tmp_path)


def test_words_of_the_test_are_found_in_the_plural_and_derived() -> None:
    assert all(has_unseen(one.prompt) for one in UNSEEN)
    first = UNSEEN[0].prompt
    assert has_unseen(f"a {first}s") and has_unseen(f"{first}ist") and not has_unseen("a guitar")
