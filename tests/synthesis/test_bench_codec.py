"""`riffosc bench codec`, small: every figure is there, and the measures can tell good from bad."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from sounds import SR, bursts, tone

from riffosc.bench import music as playing
from riffosc.bench.likeness import level_db, likeness
from riffosc.bench.music import KINDS, SEED, kind_of, music
from riffosc.bench.seams import seam_ratio
from riffosc.cli import main
from riffosc.picture import EMBEDDED, Picture, load_picture, save_picture
from riffosc.resources import seeds_dir
from riffosc.synthesis import codec
from riffosc.training.corpus import loop_at
from riffosc.training.soundfont import MissingSynth

QUARTER = "bench codec --at-most 1 --seams 2"


def bench(*options: str) -> Result:
    return CliRunner().invoke(main, [*QUARTER.split(), *options])


@pytest.fixture
def short_pictures(tmp_path: Path) -> Path:
    """One, of drums, a quarter of a second long."""
    pixels = load_picture(seeds_dir() / "house.png").pixels[..., :64]
    (tmp_path / "drums").mkdir()
    save_picture(Picture(pixels, EMBEDDED, beats=1, tempo=240), tmp_path / "drums/house.png")
    return tmp_path


def test_every_figure_of_both_inverters_and_both_settings(short_pictures: Path) -> None:
    file = short_pictures / "figures.json"
    result = bench("--pictures", str(short_pictures), "--json", str(file))
    assert result.exit_code == 0, result.output
    figures = json.loads(file.read_text())
    assert f"pictures of {short_pictures}: 1," in figures["pictures"] and figures["device"].startswith("cpu, ")
    for prefix in ("", "embedded_"):
        for inverter in ("", "_torchaudio"):
            for name in ("error", "error_inside", "convergence", "drums_error", "stereo_error"):
                assert 0 < figures[f"{prefix}{name}{inverter}"] < 0.4, (prefix, name, inverter)
            assert abs(figures[f"{prefix}level_db{inverter}"]) < 1
            assert figures[f"{prefix}clips_1_seconds{inverter}"] > 0
        theirs, ours = figures[f"{prefix}cpu_seconds_torchaudio"], figures[f"{prefix}cpu_seconds"]
        assert figures[f"{prefix}speedup_cpu"] == pytest.approx(theirs / ours)
        assert figures[f"{prefix}wrap_worst_ratio"] <= 1 < figures[f"{prefix}wrap_worst_ratio_torchaudio"]
    assert figures["seam_loops"] == 2 and figures["seam_worst_ratio"] <= 1 and figures["seam_over"] == 0


def test_what_is_not_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for options, words in (
        (("--device", "cuda"), "there is no CUDA device that torch can use here"),
        (("--pictures", str(tmp_path)), f"there are no pictures (PNG) in {tmp_path}"),
    ):
        result = bench(*options)
        assert result.exit_code == 1 and words in result.output and len(result.output.splitlines()) == 1


def test_music_is_as_much_of_every_kind_as_asked_for() -> None:
    played = music(None, each=1, loops=2)
    assert sorted(piece.kind for piece in played.pieces) == sorted(KINDS) and f"seed {SEED}" in played.source
    assert {len(piece.sound) for piece in played.pieces} == {225792}
    assert [len(loop.sound) for loop in played.loops] == [loop_at(n, SEED).frames() for n in range(2)]
    assert [loop.kind for loop in played.loops] == [kind_of(loop_at(n, SEED)) for n in range(2)]


def test_without_fluidsynth_the_seeds_are_taken(short_pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: int) -> None:
        raise MissingSynth

    monkeypatch.setattr(playing, "Player", missing)
    monkeypatch.setattr(playing, "seeds_dir", lambda: short_pictures)
    played = music(None, each=8, loops=3)
    assert "shipped seed pictures" in played.source
    assert sorted(piece.kind for piece in played.pieces) == ["drums"] and len(played.loops) == 3


def test_likeness_tells_the_same_from_the_louder_and_from_another() -> None:
    noise = bursts(SR, np.arange(8) * 0.125, 0.06, (200, 8000))[None].astype(np.float32)
    values = codec.to_values(codec.to_pixels(codec.analyse(noise, SR, EMBEDDED, 128)))
    same, half, other = (likeness(values, sound, SR, EMBEDDED) for sound in (noise, noise / 2, np.roll(noise, 2000)))
    assert same.error < 0.01 and same.inside < 0.01 and abs(same.louder_db) < 0.05
    assert half.error == pytest.approx(same.error, rel=0.1) and half.louder_db == pytest.approx(-6.02, abs=0.05)
    assert other.error > 0.1 and other.convergence > 0.1


def test_level_is_that_within_the_band() -> None:
    loop = tone(1000, SR, 0.5) + tone(18000, SR, 0.5)
    assert level_db(loop, SR, EMBEDDED) == pytest.approx(20 * np.log10(0.5) - 3.0103, abs=0.01)


def test_a_seam_would_be_found() -> None:
    """A step of a thousandth of full scale at the wrap of a quiet tone."""
    loop = tone(440, 2 * SR, 0.1)
    assert seam_ratio(loop, SR, 16000) <= 1 < seam_ratio(loop + np.linspace(0, 0.001, len(loop)), SR, 16000)
