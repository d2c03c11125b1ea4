"""The sentence encoder with small random weights, and a model that it tells: weights, blends, padding, files."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import BertWordPieceTokenizer
from torch import Generator, Tensor

from riffosc.picture import EMBEDDED
from riffosc.synthesis.model.embedded import EmbeddedModel, ModelError, Plan, Score, read_sentences
from riffosc.synthesis.model.network import Conditions, Meter, Sizes, score_features
from riffosc.synthesis.model.sentence import (
    FILE,
    FORMAT,
    EncoderSizes,
    Reader,
    SentenceEncoder,
    Sentences,
    in_round_numbers,
    load_encoder,
    padded,
    save_encoder,
)
from riffosc.synthesis.model.wordpiece import WordPiece, split
from riffosc.synthesis.prompt import parse_prompt

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PIECES = ("[UNK]", *LETTERS, *(f"##{x}" for x in LETTERS), *"-,.!'&#", "techno", "drum", "##s", "bass", "slap", "synth")
PIECES = tuple(dict.fromkeys((*PIECES, "##wave", "church", "organ", "and")))
ENCODER = EncoderSizes(len(PIECES), table=16, width=32, layers=2, heads=2, hidden=48)
SIZES = Sizes(dims=24, width=64, blocks=2, heads=1, hidden=96, told=64, text_width=32, text_tokens=6, sentences=True)
SCORE = Score(bars=1, quantum=4, tempo=124.0)


def random_encoder(seed: int = 3) -> SentenceEncoder:
    encoder, generator = SentenceEncoder(ENCODER), Generator().manual_seed(seed)
    with torch.no_grad():
        for weights in encoder.parameters():
            weights.normal_(std=0.3, generator=generator)
    return encoder


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / FILE
    save_encoder(path, random_encoder(), PIECES, {"teacher": "nobody"})
    return path


@pytest.fixture(scope="module")
def sentences(file: Path) -> Sentences:
    return Sentences(file, SIZES.text_tokens)


@pytest.fixture(scope="module")
def model(file: Path) -> EmbeddedModel:
    """Random everywhere, also where training begins at zero."""
    plan, generator = Plan(SIZES, EMBEDDED), Generator().manual_seed(7)
    network, autoencoder = plan.network(), plan.autoencoder()
    with torch.no_grad():
        for weights in [*network.parameters(), autoencoder.components]:
            weights.normal_(std=0.1, generator=generator)
    return EmbeddedModel(plan, network, autoencoder, read_sentences(plan, file))


def noise(model: EmbeddedModel, beats: int = 4) -> Tensor:
    return torch.randn((1, *model.shape(beats)), generator=Generator().manual_seed(0))


def text(model: EmbeddedModel, prompt: str) -> Tensor:
    return model.text(parse_prompt(prompt))


def test_words_are_cut_as_bert_cuts_them(tmp_path: Path) -> None:
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PIECES[1:])))
    reference = BertWordPieceTokenizer(str(vocabulary))
    rows = {piece: row for row, piece in enumerate(PIECES)}
    ours = WordPiece(PIECES)
    for words in (
        "Techno drums",
        "synthwave, lo-fi's R&B #1!",
        "Señor Überbass",
        "x" * 101,
        "a\tb\u00a0c",
        "ø drums",
        "€",
    ):
        theirs = [rows[piece] for piece in reference.encode(words, add_special_tokens=False).tokens]
        assert [number for word in split(words) for number in ours.numbers(word)] == theirs


def test_a_reading_knows_words_and_weights() -> None:
    reading = Reader(PIECES)([("techno drums and a", 1.0), ("slap", 1.5), ("bass", 0.0)])
    cut = [PIECES[i] for i in reading.pieces]
    assert cut == ["techno", "drum", "##s", "and", "a", "slap"]
    assert reading.owners.tolist() == [1, 2, 2, 0, 0, 3]
    assert reading.counts.tolist() == [1, 1, 1, 1, 1, 1.5]


def test_long_prompts_lose_their_end() -> None:
    reading = Reader(PIECES, most_words=2)([("slap bass drums techno", 1.0)])
    assert reading.owners.max() == 2
    assert len(Reader(PIECES)([("bass " * 200, 1.0)]).pieces) == 64


def test_what_says_nothing_is_the_empty_prompt(sentences: Sentences) -> None:
    empty = sentences.text([[]])
    assert empty.shape == (1, 7, 33)
    assert empty.abs().sum() == 1 and empty[0, 0, -1] == 1
    for words in ([("", 1.0)], [("and the", 2.0)], [("!?", 1.0)], [("bass", 0.0)]):
        assert torch.equal(sentences.text([words]), empty)


def test_company_in_a_batch_changes_nothing(sentences: Sentences) -> None:
    alone, beside = [("bass", 1.0)], [("synthwave church organ drums", 1.0)]
    both = sentences.text([alone, beside, []])
    torch.testing.assert_close(both[:1], sentences.text([alone]), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(both[1:2], sentences.text([beside]), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(both[2:], sentences.text([[]]))


def test_weights_are_counted_and_move_the_whole(sentences: Sentences) -> None:
    plain, more, less = (sentences.text([[("church", 1.0), ("bass", weight)]])[0] for weight in (1.0, 1.5, 1e-6))
    assert more[1:3, -1].tolist() == [1.0, 1.5]
    torch.testing.assert_close(more[1:3, :-1].square().mean(-1).sqrt(), more[1:3, -1])
    assert not torch.allclose(more[0], plain[0])
    without = sentences.text([[("church", 1.0)]])[0]
    torch.testing.assert_close(less[:2], without[:2], rtol=1e-3, atol=1e-3)


def test_the_file_keeps_what_it_was_given(file: Path) -> None:
    encoder, pieces = load_encoder(file)
    assert pieces == PIECES and encoder.sizes == ENCODER
    assert not any(weights.requires_grad for weights in encoder.parameters())
    batch = padded([Reader(PIECES)([("slap bass", 1.0)])])
    torch.testing.assert_close(encoder(batch), random_encoder()(batch).detach(), rtol=0.1, atol=0.1)


def test_blends_go_from_one_prompt_to_the_other(model: EmbeddedModel) -> None:
    a, b, x = text(model, "techno drums"), text(model, "church organ slap bass"), noise(model)
    assert a.shape == b.shape == model.empty.shape
    ways = torch.stack([torch.lerp(a, b, share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)])
    heard = torch.cat([model.velocity(x, 0.9, way[None], SCORE) for way in ways])
    torch.testing.assert_close(heard[0], heard[1], rtol=0.05, atol=0.05)
    torch.testing.assert_close(heard[3], heard[4], rtol=0.05, atol=0.05)
    ends = (heard[0] - heard[4]).norm()
    assert (heard[0] - heard[2]).norm() < ends and (heard[2] - heard[4]).norm() < ends


def test_weights_and_words_are_heard(model: EmbeddedModel) -> None:
    x = noise(model)
    prompts = ("", "bass", "slap bass", "slap (bass:1.5)", "slap [bass]")
    heard = [model.velocity(x, 0.9, text(model, prompt)[None], SCORE) for prompt in prompts]
    for i, one in enumerate(heard):
        assert all((one - other).abs().max() > 1e-3 for other in heard[i + 1 :])


def test_padding_is_not_heard(model: EmbeddedModel) -> None:
    """A prompt beside a longer negative one, as guidance asks, is what it is alone."""
    x, short, long = noise(model), text(model, "bass"), text(model, "church organ slap bass")
    assert [in_round_numbers(short[None], beside).shape[1] + beside for beside in (0, 3, 15)] == [16, 16, 32]
    both = model.velocity(x.expand(2, -1, -1), 0.7, torch.stack([short, long]), SCORE)
    torch.testing.assert_close(both[:1], model.velocity(x, 0.7, short[None], SCORE), rtol=0.02, atol=0.02)
    torch.testing.assert_close(both[1:], model.velocity(x, 0.7, long[None], SCORE), rtol=0.02, atol=0.02)


def test_moving_the_input_by_bars_moves_the_output_by_as_much(model: EmbeddedModel) -> None:
    meter, x = Meter(2, 4), noise(model, 8)
    words = torch.lerp(text(model, "techno drums"), text(model, "slap bass"), 0.3)[None]
    told = Conditions(words, score_features(torch.tensor([90.0]), meter), torch.tensor([[9, 1]]))
    bar, time = 4 * SIZES.tokens_per_beat, torch.tensor([0.6])
    with torch.no_grad():
        straight = model.network.denoiser(x, time, told, meter)
        moved = model.network.denoiser(x.roll(bar, 1), time, told, meter)
    torch.testing.assert_close(moved, straight.roll(bar, 1), rtol=1e-4, atol=1e-4)


def test_saved_and_loaded(model: EmbeddedModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "model.safetensors", FILE]
    again, x = EmbeddedModel.load(tmp_path), noise(model)
    words = text(again, "techno drums")
    torch.testing.assert_close(words, text(model, "techno drums"))
    torch.testing.assert_close(
        again.velocity(x, 0.5, words[None], SCORE), model.velocity(x, 0.5, words[None], SCORE), rtol=0.05, atol=0.05
    )
    again.save(tmp_path)  # over its own files
    assert model.sentences is not None
    assert (tmp_path / FILE).read_bytes() == model.sentences.path.read_bytes()


def test_faults_are_told_in_words(model: EmbeddedModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    plan = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**plan, "sizes": {**plan["sizes"], "text_width": 16}}))
    with pytest.raises(ModelError, match=r"do not fit its model\.json"):
        EmbeddedModel.load(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(plan))
    for spoilt, words in ((b"not tensors", "cannot be read"), (None, "is missing")):
        (tmp_path / FILE).unlink()
        if spoilt is not None:
            (tmp_path / FILE).write_bytes(spoilt)
        with pytest.raises(ModelError, match=words):
            EmbeddedModel.load(tmp_path)
    save_file({"pieces": torch.zeros(1)}, tmp_path / FILE)
    with pytest.raises(ModelError, match="not a text encoder"):
        load_encoder(tmp_path / FILE)
    for about in ({}, {"heads": "two"}):
        save_file({"pieces": torch.zeros(1)}, tmp_path / FILE, {"format": FORMAT, **about})
        with pytest.raises(ModelError, match="is damaged"):
            load_encoder(tmp_path / FILE)
