"""Shards: what is written can be read, and is not written twice."""

import json
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from riffosc.training import corpus


def test_a_shard_holds_what_its_loops_sound_like(tmp_path: Path) -> None:
    path = corpus.write_shard(tmp_path, shard=2, size=4)
    assert path == tmp_path / "00002.json"
    read = list(corpus.read_shard(path))
    assert [entry["index"] for entry, _ in read] == [8, 9, 10, 11]
    for entry, audio in read:
        loop = corpus.loop_at(entry["index"])
        assert json.loads(json.dumps(corpus.describe(entry["index"], loop))) == entry
        assert audio.shape == (entry["frames"],) == (loop.frames(44100),)
        assert 0.001 < np.abs(audio).max() <= 1
    assert not list(tmp_path.glob("*.part"))


def test_a_shard_is_the_same_every_time(tmp_path: Path) -> None:
    first, second = (corpus.write_shard(tmp_path / name, shard=1, size=3) for name in (_made(tmp_path)))
    assert first.read_bytes() == second.read_bytes()
    assert first.with_suffix(".npz").read_bytes() == second.with_suffix(".npz").read_bytes()


def _made(folder: Path) -> tuple[str, str]:
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    return "a", "b"


def test_samples_are_clipped_not_wrapped() -> None:
    assert corpus.to_int16(np.array([0, 1, -1, 1.2, -3], np.float32)).tolist() == [0, 32767, -32767, 32767, -32767]


def test_only_missing_shards_are_written(tmp_path: Path) -> None:
    assert corpus.missing(tmp_path, start=150, count=200) == [1, 2, 3]
    (tmp_path / "00002.json").write_text("[]")
    (tmp_path / "00003.npz").touch()  # a shard without its JSON was not finished
    assert corpus.missing(tmp_path, start=150, count=200) == [1, 3]


def test_a_complete_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "00000.json").write_text("[]")
    result = CliRunner().invoke(corpus.main, ["--out", str(tmp_path), "--count", "100"])
    assert result.exit_code == 0, result.output
    assert "complete" in result.output
    assert (tmp_path / "00000.json").read_text() == "[]"
