"""Distilling from a teacher of the real architecture with small random weights; the lists that are kept apart."""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from transformers import BertConfig, BertModel

from riffosc.synthesis.model.sentence import Reader, load_encoder, padded
from riffosc.synthesis.model.text import split_words
from riffosc.training import distil_text, text_probe
from riffosc.training.lexicon import LEXICON
from riffosc.training.sentences import FIRST_WORDS, MANNERS, MUSIC, SCENES, Phrase, phrases
from riffosc.training.teacher import Teacher
from riffosc.training.unseen import UNSEEN, outside

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = ("drums", "bass", "piano", "church", "organ", "techno", "dark", "slow", "jazz", "guitar", "river", "paper")


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teacher")
    first = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{x}" for x in LETTERS), *"-,.!'&#"]
    pieces = [*first, *(f"[unused{i}]" for i in range(FIRST_WORDS - len(first))), *WORDS]
    (folder / "vocab.txt").write_text("\n".join(pieces))
    small = {"hidden_size": 384, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 64}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(BertConfig(vocab_size=len(pieces), **small)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def file(teacher: Path) -> Path:
    path = teacher / "text.safetensors"
    options = distil_text.DistilOptions(texts=1200, epochs=1)
    distil_text.distil(teacher, path, options)
    return path


def test_the_small_encoder_learns_from_the_teacher(teacher: Path, file: Path) -> None:
    encoder, pieces = load_encoder(file)
    assert pieces[0] == "[UNK]" and set(WORDS) < set(pieces) and not any("unused" in piece for piece in pieces)
    texts = [*WORDS, *(f"{a} {b}" for a, b in zip(WORDS, reversed(WORDS), strict=True))]
    theirs = Teacher(teacher, bfloat16=False).whole([text + distil_text.CONTEXT for text in texts])
    reader = Reader(pieces)
    ours = encoder(padded([reader([(text, 1.0)]) for text in texts]))[:, 0, :-1]
    alike = [torch.corrcoef((x - x.mean(0)) @ (x - x.mean(0)).T) for x in (theirs, ours)]
    assert np.corrcoef(alike[0].flatten(), alike[1].flatten())[0, 1] > 0.5


def test_the_teacher_answers_in_order(teacher: Path) -> None:
    asked = Teacher(teacher, bfloat16=False)
    together = asked.whole(["slow bass river", "drums", "dark techno"])
    alone = torch.cat([asked.whole([text]) for text in ("slow bass river", "drums", "dark techno")])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(together.norm(dim=1), torch.ones(3))


def test_musicians_words_are_explained() -> None:
    pieces = ["[PAD]"] * FIRST_WORDS + list(WORDS)
    made = phrases(np.random.default_rng(0), pieces, ["techno drums"], 1400)
    assert len(set(made)) == len(made)
    assert Phrase("techno drums", "techno drums") in made and Phrase("tb-303", "acid bass") in made
    told = [phrase for phrase in made if phrase.read != phrase.meant]
    assert len(told) > len(LEXICON)
    assert not any("{" in phrase.read + phrase.meant for phrase in made)


def test_words_that_are_kept_apart_are_in_no_list() -> None:
    texts = (*LEXICON, *LEXICON.values(), *MUSIC, *MANNERS, *SCENES)
    known = {word for text in texts for word in split_words(text)} - {"r"}
    assert set(UNSEEN) == set(outside(known))


def test_the_table_asks_for_labels_that_there_are() -> None:
    assert len({one.prompt for one in UNSEEN}) == len(UNSEEN)
    for one in UNSEEN:
        assert one.right <= set(text_probe.LABELS[one.kind]), one.prompt


def test_sixty_of_them_are_in_no_caption() -> None:
    vocabulary = text_probe.Captions.of(300).vocabulary()
    assert len(outside(vocabulary)) >= 60


def test_the_probe_prints_its_table(teacher: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_probe, "STEPS", 5)
    done = CliRunner().invoke(text_probe.main, ["--text", str(file), "--teacher", str(teacher), "--loops", "20"])
    assert done.exit_code == 0, done.output
    assert "similarities correlate" in done.output
    assert "| all but other languages |" in done.output
