import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from riffosc import files, naming
from riffosc.clip import Clip, ClipRequest
from riffosc.folder import Folder, FolderError, Keep, KeepError, bank_and_index
from riffosc.picture import EMBEDDED, Picture, load_picture

ASK = ClipRequest(prompts=(("dub chords", 1.0),), seed=1234, tempo=126.0, key="Am", samplerate=8000)


def clip(request: ClipRequest = ASK, channels: int = 2) -> Clip:
    rng = np.random.default_rng(request.seed)
    samples = rng.uniform(-1, 1, (channels, request.frames)).astype(np.float32)
    pixels = rng.integers(0, 256, (1, EMBEDDED.bins, 32), dtype=np.uint8)
    return Clip(request, samples, Picture(pixels, beats=request.beats, tempo=request.tempo, key=request.key))


def everything(path: Path) -> list[str]:
    return sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())


def clips_in(path: Path) -> list[str]:
    return [name for name in everything(path) if name.endswith(".wav")]


def index_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in (path / "index.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path):
    folder = Folder(tmp_path / "loops")
    yield folder
    folder.close()


def test_a_clip_becomes_a_wav_a_picture_and_three_lists(folder):
    made = clip()
    path = folder.write(made, 1)
    assert path == folder.path / "riff1" / "riff1_000000_126bpm_2bars_Am_dub-chords_s1234.wav"
    assert everything(folder.path) == [
        "index.jsonl",
        "latest.json",
        "riff1/latest.json",
        f"riff1/{path.stem}.png",
        f"riff1/{path.stem}.wav",
    ]
    heard, rate = soundfile.read(path, dtype="float32")
    assert rate == 8000
    np.testing.assert_allclose(heard.T, made.samples, atol=1.01 * 2**-23)
    assert (load_picture(path.with_suffix(".png")).pixels == made.picture.pixels).all()


def test_lists_say_what_was_written(folder):
    path = folder.write(clip(), 3)
    (entry,) = index_of(folder.path)
    assert json.loads((folder.path / "latest.json").read_text()) == entry
    assert json.loads((folder.path / "riff3" / "latest.json").read_text()) == entry
    assert (entry["bank"], entry["index"]) == bank_and_index(path) == ("riff3", 0)
    assert entry["path"] == str(path)
    assert folder.path / entry["file"] == path
    assert entry["frames"] == ASK.frames
    assert {name: entry[name] for name in ("tempo", "beats", "bars", "quantum", "key", "seed", "prompt")} == {
        "tempo": 126.0,
        "beats": 8,
        "bars": 2,
        "quantum": 4,
        "key": "Am",
        "seed": 1234,
        "prompt": "dub chords",
    }
    assert entry["samplerate"] == 8000
    assert entry["time"].startswith("20")


def test_latest_is_the_newest_of_its_bank_and_of_all(folder):
    first, second = folder.write(clip(), 1), folder.write(clip(), 2)
    assert json.loads((folder.path / "riff1" / "latest.json").read_text())["path"] == str(first)
    assert json.loads((folder.path / "latest.json").read_text())["path"] == str(second)


@pytest.mark.parametrize(
    ("tempo", "bars", "key", "name"),
    [
        (123.4, 2, "", "riff1_000007_123.4bpm_2bars_dub-chords_s1234"),
        (90.128, 1, "F#m", "riff1_000007_90.13bpm_1bar_F#m_dub-chords_s1234"),
        (120.0, 4, "nonsense/..", "riff1_000007_120bpm_4bars_dub-chords_s1234"),
        (100.0, 4, "eb minor", "riff1_000007_100bpm_4bars_Ebm_dub-chords_s1234"),
    ],
)
def test_names_tell_tempo_bars_and_key(tempo, bars, key, name):
    assert naming.stem(clip(replace(ASK, tempo=tempo, bars=bars, key=key)), 1, 7) == name


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("(deep:1.3) [house] keys!", "deep-house-keys"),
        ("../../etc/passwd", "etc-passwd"),
        ("Über Café", "uber-cafe"),
        ("太鼓 🥁", "untitled"),
        ("", "untitled"),
        ("CON\0\n|<>:*?", "con"),
        ("a" * 60, "a" * 40),
        ("one two three four five six seven eight nine ten", "one-two-three-four-five-six-seven-eight"),
    ],
)
def test_words_of_a_prompt(prompt, words):
    assert naming.words(prompt) == words


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_prompt_can_harm_a_name(prompt):
    words = naming.words(prompt)
    assert words and len(words) <= naming.WORDS
    assert set(words) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("prompt", ["../../x", "a\0b", "\udcff\ud800", "🎹" * 300, "-rf *", "a\nb\r\n"])
def test_strange_prompts_are_written_and_listed(folder, prompt):
    path = folder.write(clip(replace(ASK, prompts=((prompt, 1.0),))), 1)
    assert path.parent == folder.path / "riff1"
    assert len(index_of(folder.path)) == 1
    assert soundfile.info(path).frames == ASK.frames


def test_numbers_go_on_after_a_restart(tmp_path):
    for expected in range(3):
        folder = Folder(tmp_path)
        assert bank_and_index(folder.write(clip(), 1)) == ("riff1", expected)
        folder.close()


def test_numbers_go_on_after_what_was_saved(tmp_path):
    folder = Folder(tmp_path)
    folder.write(clip(), 1)
    path = folder.write(clip(), 1, saved=True)
    for old in (tmp_path / "riff1").iterdir():
        old.unlink()
    folder.close()
    assert Folder(tmp_path).write(clip(), 1) != path
    assert len(clips_in(tmp_path)) == 2


def test_numbers_beyond_six_digits(folder):
    (folder.path / "riff1").mkdir()
    (folder.path / "riff1" / "riff1_999999_x.wav").touch()
    assert bank_and_index(folder.write(clip(), 1)) == ("riff1", 1_000_000)


def test_a_taken_number_is_left_alone(folder):
    folder.write(clip(), 1)
    theirs = folder.path / "riff1" / "riff1_000001_of-somebody-else.wav"
    theirs.write_bytes(b"theirs")
    assert bank_and_index(folder.write(clip(), 1)) == ("riff1", 2)
    assert theirs.read_bytes() == b"theirs"


def test_two_writers_share_a_folder(tmp_path):
    one, other = Folder(tmp_path), Folder(tmp_path)
    paths = [writer.write(clip(), 1) for writer in (one, other, one, one, other, other)]
    assert sorted(bank_and_index(path)[1] for path in paths) == list(range(6))
    assert len(index_of(tmp_path)) == 6


def _write_many(path: str, count: int) -> None:
    folder = Folder(path)
    for _ in range(count):
        folder.write(clip(), 1)


def test_two_processes_share_a_folder(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(str(tmp_path), 8)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert sorted(bank_and_index(name)[1] for name in clips_in(tmp_path)) == list(range(16))
    assert sorted(entry["index"] for entry in index_of(tmp_path)) == list(range(16))
    assert not [name for name in everything(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize("rename_known", [True, False])
def test_a_name_is_never_overwritten(tmp_path, monkeypatch, rename_known):
    if not rename_known:
        monkeypatch.setattr(files, "_renameat2", lambda: None)
    aside, taken = tmp_path / "aside", tmp_path / "taken"
    aside.write_text("new")
    taken.write_text("old")
    with pytest.raises(FileExistsError):
        files.rename_new(aside, taken)
    assert taken.read_text() == "old"
    files.rename_new(aside, tmp_path / "free")
    assert (tmp_path / "free").read_text() == "new"
    assert not aside.exists()


def test_a_file_system_without_links(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(files, "_renameat2", lambda: None)
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    folder = Folder(tmp_path)
    path = folder.write(clip(), 1, saved=True)
    assert (tmp_path / "saved" / path.name).read_bytes() == path.read_bytes()
    with pytest.raises(FileExistsError):
        files.rename_new(path, path.with_suffix(".png"))


# --- saved


def test_save_keeps_sound_and_picture(folder):
    path = folder.write(clip(), 2)
    saved = folder.save(path)
    assert saved == folder.path / "saved" / path.name
    assert saved.read_bytes() == path.read_bytes()
    assert saved.with_suffix(".png").exists()
    assert folder.save(path) == saved  # twice is once


def test_save_of_what_is_gone(folder):
    with pytest.raises(FolderError, match="no longer in the folder"):
        folder.save(folder.path / "riff1" / "riff1_000000_x.wav")


# --- keep


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("100", Keep(100)),
        ("2GB", Keep(None, 2_000_000_000)),
        ("100,2GB", Keep(100, 2_000_000_000)),
        ("1.5 gb, 7", Keep(7, 1_500_000_000)),
        ("500m", Keep(None, 500_000_000)),
        ("1MiB", Keep(None, 1 << 20)),
    ],
)
def test_keep_is_read(text, keep):
    assert Keep.parse(text) == keep


@pytest.mark.parametrize("text", ["", "0", "-1", "lots", "1,2", "2GB,3GB", "1,2GB,3", "0MB", "nan", "²"])
def test_keep_that_cannot_be_read(text):
    with pytest.raises(KeepError):
        Keep.parse(text)


def test_the_oldest_go_first(tmp_path):
    folder = Folder(tmp_path, Keep(files=2))
    paths = [folder.write(clip(), voice) for voice in (1, 2, 1, 2)]
    assert [p.exists() for p in paths] == [False, False, True, True]
    assert not paths[0].with_suffix(".png").exists()
    assert len(index_of(tmp_path)) == 4


def test_what_live_notes_of_a_clip_goes_with_it(tmp_path):
    folder = Folder(tmp_path, Keep(files=1))
    first = folder.write(clip(), 1)
    noted = first.with_name(first.name + ".asd")
    noted.touch()
    folder.sounding([first])
    folder.write(clip(), 1)
    assert first.exists() and noted.exists()
    folder.sounding([])
    folder.write(clip(), 1)
    assert not first.exists() and not noted.exists()


def test_what_sounds_stays(tmp_path):
    folder = Folder(tmp_path, Keep(files=1))
    sounding = folder.write(clip(), 1)
    folder.sounding([sounding])
    later = [folder.write(clip(), 1) for _ in range(3)]
    assert sounding.exists() and sounding.with_suffix(".png").exists()
    assert [p.exists() for p in later] == [False, False, True]
    folder.sounding([])
    newest = folder.write(clip(), 1)
    assert clips_in(tmp_path) == [newest.relative_to(tmp_path).as_posix()]


def test_what_was_saved_stays(tmp_path):
    folder = Folder(tmp_path, Keep(files=1))
    saved = folder.save(folder.write(clip(), 1))
    folder.write(clip(), 1)
    assert saved.exists() and saved.with_suffix(".png").exists()


def test_bytes_are_capped(tmp_path):
    folder = Folder(tmp_path)
    size = sum(p.stat().st_size for p in folder.write(clip(), 1).parent.glob("riff1_*"))
    folder.keep = Keep(bytes=int(size * 2.5))
    for _ in range(4):
        folder.write(clip(), 1)
    assert len(clips_in(tmp_path)) == 2


def test_files_of_others_are_never_removed(tmp_path):
    folder = Folder(tmp_path, Keep(files=1))
    (tmp_path / "riff1").mkdir()
    theirs = [tmp_path / "riff1" / "mine.wav", tmp_path / "song.wav", tmp_path / "riff1" / "riff1_notes.txt"]
    for path in theirs:
        path.touch()
    for _ in range(3):
        folder.write(clip(), 1)
    assert all(path.exists() for path in theirs)


# --- trouble


@contextmanager
def small_disk(path: Path, size: str):
    """A real disk that fills up: a mount of its own where that is allowed, else none."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(path)], check=True)


def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path):
    with small_disk(tmp_path / "disk", "1m"):
        folder = Folder(tmp_path / "disk")
        written = []
        with pytest.raises(FolderError, match="the disk is full"):
            for _ in range(50):
                written.append(folder.write(clip(), 1))
        assert len(written) >= 2
        assert clips_in(folder.path) == sorted(p.relative_to(folder.path).as_posix() for p in written)
        assert [entry["path"] for entry in index_of(folder.path)] == [str(path) for path in written]
        assert json.loads((folder.path / "latest.json").read_text())["path"] == str(written[-1])
        assert not [name for name in everything(folder.path) if name.endswith(".part")]
        written.pop(0).unlink()
        written.pop(0).unlink()
        assert bank_and_index(folder.write(clip(), 1))[1] == len(written) + 2  # room again: it goes on
        folder.close()


@pytest.mark.parametrize("limit", [0, 100, 5_000, 60_000, 61_500])
def test_a_write_that_is_cut_short_leaves_nothing(tmp_path, limit):
    """The file size limit stands for a disk that is full after so many bytes."""
    folder = Folder(tmp_path)
    kept = folder.write(clip(), 1)
    before = everything(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(FolderError, match="larger than is allowed"):
            folder.write(clip(replace(ASK, bars=4)), 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert everything(tmp_path) == before
    assert [entry["path"] for entry in index_of(tmp_path)] == [str(kept)]
    assert bank_and_index(folder.write(clip(), 1))[1] == 1


def test_a_list_that_cannot_grow_takes_the_clip_back(folder, monkeypatch):
    folder.write(clip(), 1)
    before = everything(folder.path)
    size = (folder.path / "index.jsonl").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    lines = b"x" * 200_000 + b"\n"
    (folder.path / "index.jsonl").write_bytes(lines)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(lines) + size // 2, hard))
    try:
        with pytest.raises(FolderError):
            folder.write(clip(), 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert everything(folder.path) == before
    assert (folder.path / "index.jsonl").read_bytes() == lines


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from test_folder import ASK, clip, replace
from riffosc.folder import Folder
folder = Folder({path!r})
big = clip(replace(ASK, tempo=20.0, bars=4, samplerate=44100))
print("ready", flush=True)
while True:
    folder.write(big, 1)
"""


def test_killed_while_writing_leaves_whole_files_only(tmp_path):
    code = KILLED.format(tests=str(Path(__file__).parent), path=str(tmp_path))
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    deadline = time.monotonic() + 60
    while not list((tmp_path / "riff1").glob(".*.wav.part")) and time.monotonic() < deadline:
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    folder = Folder(tmp_path)
    assert not [name for name in everything(tmp_path) if name.endswith(".part")]
    whole = replace(ASK, tempo=20.0, bars=4, samplerate=44100).frames
    assert all(soundfile.info(tmp_path / name).frames == whole for name in clips_in(tmp_path))
    folder.write(clip(), 1)
    folder.close()


def test_leftovers_and_torn_lines_go_at_the_start(tmp_path):
    Folder(tmp_path).write(clip(), 1)
    leftovers = [tmp_path / "riff1" / ".riff1_000001.wav.part", tmp_path / ".riff1_000001.latest.part"]
    for path in leftovers:
        path.write_bytes(b"half")
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write('{"bank": "ri')
    theirs = tmp_path / ".download.part"
    theirs.touch()
    folder = Folder(tmp_path)
    assert not any(path.exists() for path in leftovers)
    assert theirs.exists()
    folder.write(clip(), 1)
    assert len(index_of(tmp_path)) == 2


def test_a_living_writer_is_not_tidied_away(tmp_path):
    living = Folder(tmp_path)
    living.write(clip(), 1)
    half = tmp_path / "riff1" / ".riff1_000001.wav.part"
    half.touch()
    second = Folder(tmp_path)
    assert half.exists()
    living.close()
    second.close()
    Folder(tmp_path).close()
    assert not half.exists()


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="cannot use"):
        Folder(tmp_path / "file")
    with pytest.raises(FolderError, match="cannot use"):
        Folder(tmp_path / "file" / "loops")


def test_a_file_in_the_way_of_a_bank(folder):
    (folder.path / "riff1").touch()
    with pytest.raises(FolderError, match="in the way"):
        folder.write(clip(), 1)
    folder.write(clip(), 2)


def test_a_folder_that_was_removed_comes_back(folder):
    first = folder.write(clip(), 1)
    for path in sorted(folder.path.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.path.rmdir()
    assert folder.write(clip(), 1) != first
