"""A folder of one's own loops becomes a corpus that training goes on with."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner

from riffosc.cli import main
from riffosc.picture import EMBEDDED
from riffosc.sounds import Sound
from riffosc.synthesis.model.embedded import EmbeddedModel, Plan
from riffosc.synthesis.model.keys import UNKNOWN_KEY
from riffosc.synthesis.model.network import Sizes
from riffosc.tempo import tempo_in
from riffosc.training import own
from riffosc.training.corpus import read_shard
from riffosc.training.dataset import vocabulary
from riffosc.training.fit import FitOptions, begun, fresh
from riffosc.wav import WavTags, write_wav

SIZES = Sizes(dims=16, width=64, blocks=2, heads=1, hidden=96, told=64, text_width=32, text_buckets=128)


def tone(seconds: float, samplerate: int, hertz: float = 220) -> np.ndarray:
    """(frames,): as loud at the end as at the beginning."""
    frames = round(seconds * samplerate)
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(frames) / samplerate)).astype(np.float32)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a loop with tags inside, one with its tempo in the name and captions beside, and two that do not fit."""
    folder = tmp_path_factory.mktemp("mine")
    write_wav(folder / "DeepBass.wav", tone(2.5, 44100)[None], 44100, WavTags(4, 96.0, key="", comment="key=Am"))
    stereo = np.stack([tone(3.2, 48000), np.zeros(153600, np.float32)], 1)
    soundfile.write(folder / "pad_150bpm.flac", stereo, 48000)
    (folder / "pad_150bpm.txt").write_text("Glass pad\n\nslow  choir\n")
    soundfile.write(folder / "odd_120bpm.wav", tone(2.6, 22050), 22050)
    soundfile.write(folder / "unknown.wav", tone(2.0, 22050), 22050)
    out = folder / "corpus"
    told = CliRunner().invoke(main, ["train", "from", str(folder), "--out", str(out)])
    assert told.exit_code == 0, told.output
    assert "odd_120bpm.wav is left out: 2.60 s at 120 bpm are 1.30 bars, and it takes 1, 2 or 4" in told.output
    assert "unknown.wav is left out: no tempo is known" in told.output
    assert "2 loops in" in told.output and "2 files left out" in told.output
    return out


def test_the_shard_says_what_the_files_say(corpus: Path) -> None:
    (bass, heard), (pad, mixed) = read_shard(corpus / "00000.json")
    assert (bass["bars"], bass["quantum"], bass["tempo"], bass["captions"]) == (1, 4, 96.0, ["deep bass"])
    assert (bass["root"], bass["mode"], bass["index"]) == (9, "minor", 1)
    assert np.abs(heard - tone(2.5, 44100)).max() < 1e-4
    assert (pad["bars"], pad["tempo"], pad["captions"]) == (2, 150.0, ["glass pad", "slow choir"])
    assert (pad["root"], pad["mode"], pad["frames"]) == (None, None, 141120)
    assert mixed.shape == (141120,)
    assert np.abs(mixed - tone(3.2, 44100) / 2).max() < 1e-3  # of two channels, at another rate


def test_training_goes_on_from_a_model(corpus: Path, tmp_path: Path) -> None:
    start = tmp_path / "start"
    begun_from = _saved(start)
    (tmp_path / "run" / "cache").mkdir(parents=True)
    options = FitOptions(corpus, tmp_path / "run", steps=2, tokens=128, start=start, report=lambda _: None)
    trainer = begun(options)
    trainer.take_in()
    assert trainer.plan == begun_from.plan and len(trainer.dataset) == 2
    keys = {one.key for items in trainer.dataset.buckets.values() for one in items}
    assert keys == {UNKNOWN_KEY, (9, 1)}
    for mine, given in zip(trainer.network.parameters(), begun_from.network.parameters(), strict=True):
        assert torch.allclose(mine, given, atol=1e-3)  # kept in float16
    assert np.isfinite(trainer.train_step())


def _saved(folder: Path) -> EmbeddedModel:
    plan = Plan(SIZES, EMBEDDED, ("bass", "pad"))
    model = EmbeddedModel(plan, fresh(plan, torch.Generator().manual_seed(1)), plan.autoencoder())
    model.save(folder)
    return EmbeddedModel.load(folder)


def test_fit_runs_from_the_command_line_and_writes_a_model(corpus: Path, tmp_path: Path) -> None:
    _saved(tmp_path / "start")
    run, out = str(tmp_path / "run"), str(tmp_path / "model")
    given = ["--corpus", str(corpus), "--run", run, "--from", str(tmp_path / "start"), "--steps", "2", "--threads", "1"]
    given += ["--rate", "0.3"]
    told = CliRunner().invoke(main, ["train", "fit", *given])
    assert told.exit_code == 0 and "2 steps, no loops held out" in told.output
    assert CliRunner().invoke(main, ["train", "fit", "--run", run, "--export", out]).exit_code == 0
    assert EmbeddedModel.load(Path(out)).plan.words == ("bass", "pad")


def test_what_cannot_be_is_said_in_words(corpus: Path, tmp_path: Path) -> None:
    def told(*given: str) -> str:
        result = CliRunner().invoke(main, ["train", *given])
        assert result.exit_code and not isinstance(result.exception, (OSError, ValueError)), result.output
        return result.output

    assert "holds loops already" in told("from", str(tmp_path), "--out", str(corpus))
    assert "is a loop to learn from" in told("from", str(tmp_path), "--out", str(tmp_path / "new"))
    assert "--corpus says what to learn from" in told("fit", "--run", str(tmp_path))
    assert "There is no model in" in told("fit", "--run", str(tmp_path), "--corpus", str(corpus), "--from", "nowhere")


@pytest.mark.parametrize(
    ("name", "tempo", "words"),
    [
        ("loop_120bpm", 120, "loop"),
        ("120 - Acid Line", 120, "acid line"),
        ("97.5 BPM dusty-drums 02", 97.5, "dusty drums"),
        ("bpm 140 808Kick", 140, "808 kick"),
        ("808_bass", None, "808 bass"),
        ("01 - choir", None, "choir"),
        ("3120bpm", None, "3120 bpm"),
        ("Flöte_leise", None, "flöte leise"),
    ],
)
def test_names_are_read(name: str, tempo: float | None, words: str) -> None:
    assert tempo_in(name) == tempo
    assert own.words_in(name) == words


def sound(seconds: float, loop: WavTags | None = None) -> Sound:
    return Sound(np.ones((1, round(seconds * 1000)), np.float32), 1000, loop)


def test_the_file_counts_more_than_the_name_and_the_length_most() -> None:
    assert own.length_of(sound(4.0, WavTags(8, 0.0)), "x_100bpm", 90) == own.Length(2, 4, 120)
    assert own.length_of(sound(2.0), "x_120bpm", 90) == own.Length(1, 4, 120)
    assert own.length_of(sound(8.0), "x", 121) == own.Length(4, 4, 120)  # exact, though told roughly
    assert own.length_of(sound(3.0, WavTags(6, 120.0, quantum=3)), "x", None) == own.Length(2, 3, 120)
    for wrong, words in ((sound(16.0), "8.00 bars"), (sound(2.5, WavTags(5, 120.0, quantum=5)), "5 beats in a bar")):
        with pytest.raises(own.UnfitError, match=words):
            own.length_of(wrong, "x_120bpm", None)


def test_captions_give_the_vocabulary(corpus: Path) -> None:
    assert vocabulary(sorted(corpus.glob("*.json")), 1) == ("bass", "choir", "deep", "glass", "pad", "slow")
    assert all("captions" in entry for entry in json.loads((corpus / "00000.json").read_text()))
