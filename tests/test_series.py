"""Batches from JSON: Riffusion's own files, ours, and those that cannot be followed."""

import json
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner

from riffosc.cli import main
from riffosc.series import SeriesError, read_series

RIFFUSIONS = {  # as its playground asks for them
    "params": {
        "checkpoint": "riffusion/riffusion-model-v1",
        "scheduler": "DPMSolverMultistepScheduler",
        "num_inference_steps": 50,
        "guidance": 7.0,
        "width": 512,
    },
    "entries": [
        {"prompt": "Church bells", "negative_prompt": "drums", "seed": 42},
        {"prompt": "electronic beats", "negative_prompt": None, "seed": 100},
    ],
}


def written(folder: Path, series: object) -> Path:
    path = folder / "series.json"
    path.write_text(series if isinstance(series, str) else json.dumps(series))
    return path


def test_riffusions_own_files_mean_what_they_mean_there(tmp_path: Path) -> None:
    one, two = read_series(written(tmp_path, RIFFUSIONS), tmp_path, 1, 44100)
    request = one.request
    assert (request.prompt, request.negative, request.seed) == ("Church bells", "drums", 42)
    assert (request.model, request.rig.scheduler) == ("riffusion/riffusion-model-v1", "DPMSolverMultistepScheduler")
    assert (request.steps, request.guidance, request.frames, request.bars) == (50, 7.0, round(5.12 * 44100), 2)
    assert two.request.negative == "" and one.path.name == "0001_church-bells_s42"


def test_several_seeds_and_several_params(tmp_path: Path) -> None:
    series = {"params": [{"name": "A"}, {"name": "B", "bars": 8}], "entries": [{"prompt": "x", "seed": 5}]}
    pieces = read_series(written(tmp_path, series), tmp_path, 2, 44100)
    assert [(str(piece.path.relative_to(tmp_path)), piece.request.bars, piece.request.seed) for piece in pieces] == [
        ("a/0001_x_s5", 2, 5),
        ("a/0002_x_s6", 2, 6),
        ("b/0003_x_s5", 8, 5),
        ("b/0004_x_s6", 8, 6),
    ]


def test_an_entry_goes_before_params_and_may_say_all_that_render_takes(tmp_path: Path) -> None:
    entry = {"prompt": "x", "tempo": 93.5, "key": "Am", "seed_image": "house", "mask": "bar 2", "denoising": 0.5}
    series = {"params": {"tempo": 120, "bars": 3}, "entries": [entry, {"prompt": "y"}]}
    one, two = (piece.request for piece in read_series(written(tmp_path, series), tmp_path, 1, 48000))
    assert (one.tempo, one.key, one.denoising, one.bars, one.samplerate) == (93.5, "Am", 0.5, 3, 48000)
    assert one.mask is not None and one.init is not None and (two.tempo, two.mask) == (120, None)


@pytest.mark.parametrize(
    ("series", "words"),
    [
        ("[", "cannot be read"),
        ("[" * 100_000, "series.json cannot be read: it has too many lists within lists"),
        ([], "it is to be"),
        ({"entries": 3}, "it is to be"),
        ({"entries": [3]}, "entry 1 is to be an object of names and values, not 3"),
        ({"params": "x", "entries": [{}]}, "params is to be an object"),
        ({"entries": [{"promt": "x"}]}, "entry 1: there is no promt; there are prompt, negative"),
        ({"entries": [{"prompt": "x"}, {}]}, "entry 2: give a prompt or a seed image"),
        ({"entries": [{"prompt": "x", "tempo": "fast"}]}, "entry 1: tempo is a number, not 'fast'"),
        ({"entries": [{"prompt": "x", "seed": "7"}]}, "entry 1: seed is '7', and can be 0 to"),
        ({"entries": [{"prompt": "x", "bars": 0}]}, "entry 1: bars is 0, and can be 1 to 512"),
        ({"params": {"width": 10}, "entries": [{"prompt": "x"}]}, "its width is 10"),
        ({"params": {"width": 0}, "entries": [{"prompt": "x"}]}, "its width is 0"),
        ({"entries": [{"prompt": ["x", "y"]}]}, "entry 1: prompt is text, not ['x', 'y']"),
        ({"entries": [{"prompt": "x", "seed_image": "~nobody-is-called-this/x.png"}]}, "there is no seed picture"),
        ({"entries": [{"prompt": "x", "seed_image": "nowhere"}]}, "there is no seed picture 'nowhere'"),
        ({"entries": [{"prompt": "x", "seed_image": "house", "mask": "bar 3"}]}, "the clip has 2"),
    ],
)
def test_mistakes_are_said_before_anything_is_painted(tmp_path: Path, series: object, words: str) -> None:
    with pytest.raises(SeriesError) as said:
        read_series(written(tmp_path, series), tmp_path, 1, 44100)
    assert words in str(said.value)


def test_names_may_be_numbers_and_the_file_an_editors_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "series.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"entries": [{"prompt": "x", "name": 3}]}).encode())
    (piece,) = read_series(path, tmp_path, 1, 44100)
    assert piece.path == tmp_path / "3" / "0001_x_s0"
    path.write_text("{}", "utf-16")
    with pytest.raises(SeriesError, match="it is no text in UTF-8"):
        read_series(path, tmp_path, 1, 44100)


def test_no_seed_is_painted_under_the_name_of_another(tmp_path: Path) -> None:
    path = written(tmp_path, {"entries": [{"prompt": "x", "seed": 2**31 - 2}]})
    assert [piece.request.seed for piece in read_series(path, tmp_path, 2, 44100)] == [2**31 - 2, 2**31 - 1]
    with pytest.raises(SeriesError, match="entry 1: 3 seeds from 2147483646 on go beyond 2147483647"):
        read_series(path, tmp_path, 3, 44100)


def test_what_has_its_sound_has_its_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between the two: the next batch makes both."""

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    entry = {"prompt": "x", "seed_image": "house", "denoising": 0, "bars": 1, "tempo": 240}
    command = ["batch", str(written(tmp_path, {"entries": [entry]})), "--out", str(tmp_path), "--samplerate", "22050"]
    for writer in ("write_wav", "save_picture"):
        with monkeypatch.context() as broken:
            broken.setattr(f"riffosc.series.{writer}", stopped)
            assert CliRunner().invoke(main, command).exit_code == 1
    done = CliRunner().invoke(main, command)
    assert "1 loops, 0 of them were there" in done.output
    assert {path.suffix for path in tmp_path.glob("0001*")} == {".wav", ".png"}


def test_a_batch_is_painted_listed_and_goes_on_where_it_was(tmp_path: Path) -> None:
    common = {"steps": 1, "guidance": 1, "bars": 1, "tempo": 240}
    path = written(tmp_path, {"params": common, "entries": [{"prompt": "house drums"}, {"prompt": "organ", "seed": 7}]})
    out = tmp_path / "loops"
    command = ["batch", str(path), "--out", str(out), "--samplerate", "22050"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0 and "2 loops, 0 of them were there" in done.output
    rows = json.loads((out / "index.json").read_text())
    assert [(row["prompt"], row["seed"], row["duration_s"]) for row in rows] == [
        ("house drums", 0, 1.0),
        ("organ", 7, 1.0),
    ]
    for row in rows:
        assert soundfile.info(out / row["audio"]).frames == 22050 and (out / row["image"]).is_file()
    (out / rows[0]["audio"]).unlink()
    before = (out / rows[1]["audio"]).stat().st_mtime_ns
    assert "2 loops, 1 of them were there" in CliRunner().invoke(main, command).output
    assert (out / rows[0]["audio"]).is_file() and (out / rows[1]["audio"]).stat().st_mtime_ns == before
    refused = CliRunner().invoke(main, ["batch", str(tmp_path / "none.json")])
    assert refused.exit_code == 1 and "none.json cannot be read: No such file" in refused.output
