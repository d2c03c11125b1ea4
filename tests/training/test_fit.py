"""Training on a handful of rendered loops: the loss falls, and a run goes on exactly as it would have."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from riffosc.picture import load_picture
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.model.canvas import GUIDED_BELOW
from riffosc.synthesis.model.embedded import EmbeddedModel, Score
from riffosc.synthesis.model.keys import UNKNOWN_KEY
from riffosc.synthesis.model.network import Conditions, Sizes, score_features
from riffosc.synthesis.model.sentence import EncoderSizes, SentenceEncoder, save_encoder
from riffosc.synthesis.sampler import shifted
from riffosc.training.corpus import write_shard
from riffosc.training.dataset import Dataset, fit_autoencoder
from riffosc.training.fit import FitOptions, Trainer, begun, export, fit
from riffosc.training.pictures import seen
from riffosc.wav import read_loop

PIECES = ("[UNK]", "drums", "bass", *"abcdefghijklmnopqrstuvwxyz", *(f"##{x}" for x in "abcdefghijklmnopqrstuvwxyz"))
SIZES = Sizes(dims=16, width=64, blocks=2, heads=1, hidden=96, told=64, text_width=32, text_buckets=128)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of five loops; the first loop is held out."""
    folder = tmp_path_factory.mktemp("corpus")
    for shard in (0, 1):
        write_shard(folder, shard, size=5)
    return folder


@pytest.fixture
def options(corpus: Path, tmp_path: Path) -> FitOptions:
    (tmp_path / "cache").mkdir()
    return FitOptions(
        corpus, tmp_path, steps=100, tokens=512, matrix_rate=2e-2, rate=5e-3, sizes=SIZES, report=lambda _: None
    )


def started(options: FitOptions) -> Trainer:
    trainer = begun(options)
    trainer.take_in()
    return trainer


def test_the_loss_falls_and_the_model_can_be_used(options: FitOptions) -> None:
    fit(options)
    after = Trainer.resumed(options)
    after.take_in()
    assert after.step == options.steps
    lines = [json.loads(line) for line in (options.run / "log.jsonl").read_text().splitlines()]
    assert lines[-1]["loss"] < 0.85 * lines[0]["loss"]
    assert after.held_out_loss() > 0
    heard = sorted((options.run / "samples" / "000100").iterdir())
    assert [path.name for path in heard] == ["1.png", "1.wav"]  # one loop is held out
    tags = read_loop(heard[1])
    assert tags and tags.beats == load_picture(heard[0]).beats
    export(options.run, options.run / "model")
    model = EmbeddedModel.load(options.run / "model")
    x = torch.zeros(1, *model.shape(4))
    assert model.velocity(x, 0.5, model.text([("drums", 1.0)])[None], Score(1, 4, 120.0)).shape == x.shape


def test_a_run_is_repeatable_and_resumes_exactly(options: FitOptions) -> None:
    first, second = started(options), started(options)
    for _ in range(3):
        assert first.train_step() == second.train_step()
    first.save()
    resumed = Trainer.resumed(options)
    resumed.take_in()
    for _ in range(3):
        assert resumed.train_step() == second.train_step()
    for mine, other in zip(resumed.averaged.parameters(), second.averaged.parameters(), strict=True):
        assert torch.equal(mine, other)


def test_new_shards_are_taken_in_while_training(options: FitOptions) -> None:
    trainer = begun(options)
    trainer.take_in(1)
    held_out = sum(map(len, trainer.dataset.held_out.values()))
    assert (len(trainer.dataset), held_out) == (4, 1)
    trainer.take_in(1)
    trainer.take_in(1)
    assert len(trainer.dataset) == 9


def test_batches_are_of_one_meter_and_as_many_tokens(options: FitOptions) -> None:
    trainer = started(options)
    for _ in range(8):
        batch = trainer.dataset.draw(trainer.generator, 512)
        tokens = batch.meter.beats * SIZES.tokens_per_beat
        assert batch.latents.shape == (round(512 / tokens), tokens, SIZES.dims)
        assert batch.latents.isfinite().all()


def test_latents_have_variance_one(corpus: Path, tmp_path: Path) -> None:
    autoencoder, deviation = fit_autoencoder(sorted(corpus.glob("*.json")), tmp_path, SIZES)
    loops = [one.values for path in corpus.glob("*.json") for one in seen(path, tmp_path)]
    latents = torch.cat([autoencoder.encode(values[None]) for values in loops])
    assert latents.square().mean() == pytest.approx(1, abs=0.25)  # the held-out loop is among them
    assert deviation.square().mean() == pytest.approx(1, abs=1e-3)


def test_an_empty_corpus_is_told_in_words(options: FitOptions, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(FileNotFoundError, match="holds no shards"):
        fit(FitOptions(tmp_path / "none", tmp_path))


def test_a_sentence_encoder_comes_along(options: FitOptions, tmp_path: Path) -> None:
    """Its file goes into the run and the model's folder; it tells the captions and is not trained."""
    sizes = EncoderSizes(len(PIECES), table=8, width=24, layers=1, heads=2, hidden=16)
    save_encoder(tmp_path / "small.safetensors", SentenceEncoder(sizes), PIECES, {})
    told = replace(options, text=tmp_path / "small.safetensors", run=tmp_path / "run", steps=4)
    fit(told)
    again = Trainer.resumed(replace(told, text=None))
    again.take_in()
    text = torch.cat([again.dataset.draw(again.generator, 4096).told[0] for _ in range(20)])
    assert text.shape[1:] == (1 + SIZES.text_tokens, 24 + 1)
    assert 0.05 < (text[:, 1:, -1] == 0).all(1).float().mean() < 0.16
    assert again.plan.sizes.sentences and not hasattr(again.network, "encoder")
    export(told.run, tmp_path / "model")
    model = EmbeddedModel.load(tmp_path / "model")
    x = torch.zeros(1, *model.shape(4))
    assert model.velocity(x, 0.5, model.text([("drums", 1.0)])[None], Score(1, 4, 120.0)).shape == x.shape


def test_captions_are_dropped_now_and_then(options: FitOptions) -> None:
    trainer = started(options)
    dataset: Dataset = trainer.dataset
    rows = torch.cat([dataset.draw(trainer.generator, 4096).told[0] for _ in range(20)])
    keys = torch.cat([dataset.draw(trainer.generator, 4096).key for _ in range(20)])
    assert 0.05 < (rows == 0).all(1).float().mean() < 0.16
    assert 0.17 < (keys[:, 0] == 12).float().mean() < 0.33


def test_guidance_is_learned_from_a_plain_model(options: FitOptions, tmp_path: Path) -> None:
    """One guess then comes nearer to what comparing two guesses of the plain model gives than its own guess was."""
    fit(replace(options, steps=60))
    export(options.run, tmp_path / "plain")
    taught = replace(options, run=tmp_path / "taught", start=tmp_path / "plain", guidance=3.0, steps=60)
    fit(taught)
    trainer = Trainer.resumed(taught)
    trainer.take_in()
    batch = trainer.dataset.draw(trainer.generator, 2048)
    plain = EmbeddedModel.load(tmp_path / "plain").network
    told = Conditions(plain.text(batch.told), score_features(batch.tempo, batch.meter), batch.key)
    free = replace(told, text=plain.text(batch.empty), key=torch.tensor(UNKNOWN_KEY).expand_as(batch.key))
    noise = torch.randn(batch.latents.shape, generator=trainer.generator)
    time = shifted(torch.linspace(0.01, 0.86, len(noise)))  # below which guidance is taught
    assert time.max() < GUIDED_BELOW
    x = torch.lerp(batch.latents, noise, time[:, None, None])
    with torch.no_grad():
        own, away = (plain.denoiser(x, time, each, batch.meter) for each in (told, free))
        once = trainer.averaged.denoiser(x, time, told, batch.meter)
    compared = torch.lerp(away, own, 3.0)
    assert (once - compared).square().mean() < 0.75 * (own - compared).square().mean()
    export(taught.run, tmp_path / "model")
    assert EmbeddedModel.load(tmp_path / "model").plan.guidance == 3
    with pytest.raises(ModelError, match="guidance of 3 already"):
        begun(replace(taught, start=tmp_path / "model"))


def test_own_loops_keep_the_guidance_that_was_taught(options: FitOptions, tmp_path: Path) -> None:
    fit(replace(options, steps=2))
    plain = Trainer.resumed(options).model()
    EmbeddedModel(replace(plain.plan, guidance=3.0), plain.network, plain.autoencoder).save(tmp_path / "led")
    trainer = begun(replace(options, run=tmp_path, start=tmp_path / "led"))
    trainer.take_in()
    assert trainer.teacher is not None and (trainer.teacher.taught, trainer.teacher.guidance) == (3, 3)
    trainer.train_step()
    trainer.save()
    again = Trainer.resumed(trainer.options)
    assert again.plan.guidance == 3 and again.teacher and again.teacher.taught == 3
