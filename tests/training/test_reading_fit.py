"""Fitting what reads prompts, in small: it learns what captions say, the same each time; our lists have no word of the
test."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from small_wordnet import write_wordnet
from torch import Generator

from riffosc.synthesis.model.heads import load_heads
from riffosc.synthesis.model.reading import Reader
from riffosc.synthesis.model.said import listen, phrases
from riffosc.synthesis.model.sentence import EncoderSizes, SentenceEncoder, Sentences, save_encoder
from riffosc.training import reading_fit, words
from riffosc.training.corpus import describe, loop_at
from riffosc.training.reading_fit import FitOptions, caption_lessons, fitted, lessons
from riffosc.training.reading_probe import by_unseen, by_wording, held_out, unseen_report
from riffosc.training.reading_truth import manners, names, truth_of
from riffosc.training.unseen import UNSEEN

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
LOOPS = 60


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    told = [{**describe(i, loop_at(i, seed=2)), "notes": []} for i in range(LOOPS)]
    (folder / "00000.json").write_text(json.dumps(told))
    return folder


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder that knows common words apart, each by a vector at random."""
    known = sorted({word for phrase in phrases() for word in phrase} | set(LETTERS))
    pieces = ("[UNK]", *known, *(f"##{x}" for x in LETTERS))
    encoder = SentenceEncoder(EncoderSizes(len(pieces), table=48, width=48, layers=1, heads=2, hidden=32))
    generator = Generator().manual_seed(1)
    with torch.no_grad():
        for weights in encoder.parameters():
            weights.normal_(std=0.3, generator=generator)
        encoder.matter.weight.zero_()
    path = tmp_path_factory.mktemp("text") / "text.safetensors"
    save_encoder(path, encoder, pieces, {})
    return path


def test_the_command_makes_a_file_that_reads(
    corpus: Path, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_fit, "BESIDE", ("{w}",))
    out = tmp_path / "reading.safetensors"
    asked = ["--corpus", corpus, "--text", text, "--out", out, "--steps", 30, "--wordnet", write_wordnet(tmp_path)]
    told = CliRunner().invoke(reading_fit.main, list(map(str, asked)))
    assert told.exit_code == 0, told.output
    assert told.output.index("no word of unseen.py") < told.output.index("Told all of them")
    assert "| their captions | genre |" in told.output and "| all |" in told.output
    assert out.stat().st_size < 1_500_000
    assert Reader.load(out, Sentences(text, 24)).wish([("techno", 1.0)], 1)["genre"] == "techno"


def test_an_empty_corpus_is_told_in_words(text: Path, tmp_path: Path) -> None:
    asked = ["--corpus", str(tmp_path), "--text", str(text), "--out", str(tmp_path / "x")]
    told = CliRunner().invoke(reading_fit.main, asked)
    assert told.exit_code == 1 and "there are no loops" in told.output


def test_a_folder_without_wordnet_is_told_in_words(corpus: Path, text: Path, tmp_path: Path) -> None:
    asked = ["--corpus", corpus, "--text", text, "--out", tmp_path / "x", "--wordnet", tmp_path]
    told = CliRunner().invoke(reading_fit.main, list(map(str, asked)))
    assert told.exit_code == 1 and "WordNet cannot be read" in told.output


def test_it_learns_and_the_same_each_time(text: Path, tmp_path: Path) -> None:
    sentences = Sentences(text, 24)
    told = [("techno", {"genre": {"techno": 1.0}}), ("jazz", {"genre": {"jazz": 1.0}, "roles": {"drums": 1.0}})]
    small = lessons(sentences, told)
    options = FitOptions(steps=40, batch=64)
    heads = [fitted(small, small, options) for _ in range(2)]
    assert all(torch.equal(a, b) for a, b in zip(*(one.state_dict().values() for one in heads), strict=True))
    heads[0].save(tmp_path / "reading.safetensors")
    reader = Reader(load_heads(tmp_path / "reading.safetensors"), sentences)
    assert reader.belief("techno").likeliest("genre") == "techno"
    assert reader.belief("jazz").likeliest("genre") == "jazz"
    assert reader.belief("jazz").lift("genre", "jazz") > 1.2


def test_held_out_loops_are_left_out(corpus: Path, text: Path) -> None:
    entries = reading_fit.read_entries(corpus)
    kept = caption_lessons(Sentences(text, 24), entries)
    assert {entry["index"] for entry in held_out(entries)} == {0, 30}
    assert len(kept.x) == (len(entries) - 2) * reading_fit.CAPTIONS


def test_what_is_true_is_what_the_loop_has(corpus: Path) -> None:
    for entry in reading_fit.read_entries(corpus)[:20]:
        truth = truth_of(entry, "dark and slow , hard")
        assert truth["genre"] == {entry["genre"]: 1.0} and truth["roles"] == {"+".join(entry["roles"]): 1.0}
        assert truth["pace"] == {"slow": 1.0} and truth["force"] == {"loud": 1.0} and truth["density"] == {"": 1.0}


def test_words_of_the_test_are_nowhere_but_in_the_composers_own_names() -> None:
    own = {" ".join(phrase) for phrase, claims in phrases().items() if claims}
    learned = {text for text, _ in names()}
    for one in UNSEEN:
        said = " ".join(word for word, _ in listen([(one.prompt, 1.0)], set(one.prompt.split())).text)
        if said in own | learned:
            assert said in {"recorder", "shamisen", "merengue", "calypso", "gospel", "video game"}


def test_lessons_besides_are_learned_and_said_of_the_words_in_them(corpus: Path, text: Path) -> None:
    sentences = Sentences(text, 24)
    one = lessons(sentences, [("techno", {"genre": {"techno": 1.0}})])
    besides = reading_fit.wordnet_lessons(sentences, [("bugle", {"family": {"brass": 1.0}}), ("viola", {})])
    assert len(besides.x) == len(reading_fit.BESIDE_WORDNET)
    heads = [fitted(one, one, FitOptions(steps=40, batch=64), more) for more in (None, besides)]
    assert heads[1].belief(heads[1](besides.x[:1].float())[0]).lift("family", "brass") > 2
    assert heads[0].belief(heads[0](besides.x[:1].float())[0]).lift("family", "brass") < 2
    told = unseen_report(Reader(heads[1], sentences), reading_fit.read_entries(corpus), ["bugles"])
    marked = [line for line in told.splitlines() if line.endswith("| yes |")]
    assert [line.split("|")[1].strip() for line in marked] == ["bugle"]
    assert "| all that are in lessons | 1 |" in told and "| all that are in none |" in told


def test_manners_are_those_of_captions() -> None:
    assert {("mode", "minor"), ("pace", "slow")} <= set(manners("dark and laid back"))
    assert ("force", "loud") in manners(words.HARD.split(", ")[0])


def test_the_probe_asks_held_out_loops(corpus: Path, text: Path) -> None:
    sentences = Sentences(text, 24)
    small = lessons(sentences, [("techno", {"genre": {"techno": 1.0}})])
    reader = Reader(fitted(small, small, FitOptions(steps=1, batch=4)), sentences)
    found = by_wording(reader, reading_fit.read_entries(corpus))
    assert any(all(verdicts["instrument"]) for verdicts in found.values() if verdicts.get("instrument"))
    assert all(0 <= share <= 1 and label for _, label, share in by_unseen(reader, UNSEEN[:4]))
