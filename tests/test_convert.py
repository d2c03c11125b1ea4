"""`riffosc image`, from the command line, on pictures and sounds made elsewhere."""

import json
import shutil
import subprocess
from pathlib import Path

import elsewhere
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from PIL import Image

from riffosc.cli import main
from riffosc.images import find_picture
from riffosc.picture import EMBEDDED, PRESETS, reference_of
from riffosc.resources import seeds_dir
from riffosc.wav import read_loop

SR = 44100


def riffosc(*words: object, fails: bool = False) -> Result:
    done = CliRunner().invoke(main, ["image", *map(str, words)])
    assert isinstance(done.exception, SystemExit | None), done.output
    assert bool(done.exit_code) == fails, done.output
    return done


def heard(path: Path) -> np.ndarray:
    return soundfile.read(path, always_2d=True, dtype="float32")[0].T


def level(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt((samples**2).mean())))


def music(level: float = 0.1) -> np.ndarray:
    """A second of plucked tones and a hiss, all below Riffusion's 10 kHz."""
    at = np.arange(SR) / SR
    since = {220: at, 440: (at - 0.2) % 1, 990: (at - 0.4) % 1}
    plucks = sum(np.sin(2 * np.pi * hz * at) * np.exp(-6 * struck) for hz, struck in since.items())
    hiss = np.random.default_rng(1).normal(0, 1, SR)
    spectrum = np.fft.rfft(hiss)
    spectrum[np.fft.rfftfreq(SR, 1 / SR) > 8000] = 0
    return (level * plucks + 0.05 * level * np.fft.irfft(spectrum)).astype(np.float32)


@pytest.fixture(scope="module")
def made_elsewhere(tmp_path_factory) -> Path:
    """Riffusion's pictures of one sound: mono, and in stereo with the right side 12 dB softer."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name, channels in (("mono", [music()]), ("stereo", [music(), music() / 4])):
        image = elsewhere.riffusion_image(channels)
        image.save(folder / f"{name}.png", exif=image.getexif())
    return folder


@pytest.mark.parametrize("name", ["mono", "stereo"])
def test_a_picture_of_riffusions_becomes_sound_and_a_picture_again(tmp_path, made_elsewhere, name):
    """Its settings are read, the level is that of the sound it was made from, and its own reader takes ours."""
    there = made_elsewhere / f"{name}.png"
    done = riffosc("to-audio", there, "--out", tmp_path)
    columns = 1 + SR // 441
    assert done.output == f"{there} -> {tmp_path / name}.wav: {columns * 441} frames, 1.01 s\n"
    samples = heard(tmp_path / f"{name}.wav")
    assert samples.shape == (1 + (name == "stereo"), columns * 441)
    assert level(samples[0]) == pytest.approx(level(music()), abs=1.0)
    if name == "stereo":
        assert level(samples[0]) - level(samples[1]) == pytest.approx(12, abs=0.7)
    riffosc("to-image", tmp_path / f"{name}.wav", "--stereo" if name == "stereo" else "--mono")
    first, again = Image.open(there), Image.open(tmp_path / f"{name}.png")
    assert elsewhere.params_from_exif(again.getexif()) == elsewhere.params_from_exif(first.getexif())
    assert again.getexif()[11080] == pytest.approx(first.getexif()[11080], rel=0.2)
    assert again.size == first.size
    before, after = (255.0 - np.array(one.convert("RGB"))[..., 1:] for one in (first, again))
    assert np.linalg.norm(after - before) < 0.15 * np.linalg.norm(before)


def test_a_sound_is_painted_as_riffusion_paints_it(tmp_path):
    """Away from the ends, which it mirrors and we join."""
    samples = music()[: 441 * 99]
    soundfile.write(tmp_path / "a.wav", samples, SR, subtype="FLOAT")
    riffosc("to-image", tmp_path / "a.wav")
    theirs = np.array(elsewhere.riffusion_image([samples]))[:, 6:-7, 0].astype(int)
    ours = find_picture(tmp_path / "a.png").picture
    assert np.abs(ours.pixels[0][:, 6:-6] - theirs).mean() < 1.0
    largest = elsewhere.mel_spectrogram(samples)[:, 6:-6].max()
    assert ours.settings.reference == pytest.approx(reference_of(largest, 0.4), rel=0.02)


def test_louder_is_louder_and_nothing_is_normalised(tmp_path, made_elsewhere):
    picture = made_elsewhere / "mono.png"
    riffosc("to-audio", picture, "--out", tmp_path / "a.wav", "--frames", 20000)
    riffosc("to-audio", picture, "--out", tmp_path / "b.wav", "--frames", 20000, "--level", -12)
    assert level(heard(tmp_path / "a.wav")) - level(heard(tmp_path / "b.wav")) == pytest.approx(12, abs=0.01)
    said = riffosc("to-audio", picture, "--out", tmp_path / "c.wav", "--frames", 20000, "--level", 30).output
    assert "limited: its peaks were" in said
    assert 0.85 < np.abs(heard(tmp_path / "c.wav")).max() < 0.9


def test_bars_are_exact_and_said_inside(tmp_path):
    riffosc("to-audio", seeds_dir() / "house.png", "--tempo", 131.7, "--bars", 1, "--out", tmp_path / "a.wav")
    loop = read_loop(tmp_path / "a.wav")
    assert (loop.beats, loop.quantum) == (4, 4) and loop.tempo == pytest.approx(131.7)
    assert heard(tmp_path / "a.wav").shape[1] == round(4 * 60 / 131.7 * SR)
    riffosc("to-image", tmp_path / "a.wav", "--settings", "riffosc")
    picture = find_picture(tmp_path / "a.png").picture
    assert (picture.beats, picture.columns, picture.settings) == (4, 256, EMBEDDED)
    assert picture.tempo == pytest.approx(131.7, rel=1e-4)


def test_a_tempo_makes_whole_bars_of_a_sound(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.stack([music(), music()], axis=1), SR)
    said = riffosc("to-image", tmp_path / "a.wav", "--tempo", 240, "--settings", "riffusion-20k").output
    assert "4 beats at 240 bpm" in said and "cut off" not in said
    picture = find_picture(tmp_path / "a.png").picture
    assert (picture.beats, picture.tempo, len(picture.pixels), picture.columns) == (4, 240, 2, 100)
    assert picture.settings.high_hz == PRESETS["riffusion-20k"].high_hz
    said = riffosc("to-image", tmp_path / "a.wav", "--tempo", 250, "--force").output
    assert "0.040 s of its end are cut off for whole bars" in said and "its 2 channels are mixed to mono" in said
    said = riffosc("to-image", tmp_path / "a.wav", "--settings", "riffosc", "--force").output
    assert "no tempo known, so its columns follow seconds" in said


@pytest.mark.parametrize("rate", [8000, 192_000])
def test_any_sample_rate_is_painted_alike(tmp_path, rate):
    at = np.arange(rate) / rate
    soundfile.write(tmp_path / "a.wav", 0.5 * np.sin(2 * np.pi * 441 * at), rate)
    riffosc("to-image", tmp_path / "a.wav")
    picture = find_picture(tmp_path / "a.png").picture
    assert (picture.columns, picture.seconds) == (100, 1.0)
    assert picture.pixels[0].mean(axis=1).argmin() in range(418, 423)  # 441 Hz is 551 mel of 3073
    theirs = elsewhere.mel_spectrogram(0.5 * np.sin(2 * np.pi * 441 * np.arange(SR) / SR))[:, 20:-20].max()
    assert picture.settings.reference == pytest.approx(reference_of(theirs, 0.4), rel=0.03)


def test_folders_go_on_after_a_bad_file_and_say_so(tmp_path):
    inside = tmp_path / "pictures" / "more"
    inside.mkdir(parents=True)
    for path in (inside.parent / "a.png", inside.parent / "a.bmp", inside / "b.png"):
        Image.new("L", (8, 40), 255).save(path)
    (inside.parent / "bad.png").write_bytes(b"no picture")
    (inside.parent / "words.txt").touch()
    (inside.parent / ".hidden.png").touch()
    out = tmp_path / "out"
    done = riffosc("to-audio", inside.parent, "--out", out, "-r", fails=True)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == ["a.png.wav", "a.wav", "more/b.wav"]
    assert "bad.png is not a picture that can be read\n" in done.stderr
    assert done.stderr.endswith(f"Error: 1 of 4 failed: {inside.parent / 'bad.png'}\n")
    assert not np.any(heard(out / "a.wav"))


def test_no_file_is_lost_unless_it_is_said(tmp_path):
    Image.new("L", (8, 40), 255).save(tmp_path / "a.png")
    (tmp_path / "a.wav").write_bytes(b"mine")
    done = riffosc("to-audio", tmp_path / "a.png", fails=True)
    assert done.stderr.endswith("a.wav is there already; --force replaces it\n")
    assert (tmp_path / "a.wav").read_bytes() == b"mine"
    riffosc("to-audio", tmp_path / "a.png", "--force")
    assert heard(tmp_path / "a.wav").shape == (1, 8 * 441)
    riffosc("to-audio", tmp_path / "a.png", "--force", "--out", tmp_path / "a.png", fails=True)
    Image.open(tmp_path / "a.png").verify()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["to-audio", "a.png", "--out", "b.txt"], ".txt is no format for sound; .wav, .flac"),
        (["to-audio", "a.png", "--tempo", "90", "--seconds", "2"], "say --seconds or --tempo, not both"),
        (["to-audio", "a.png", "--frames", "0", "--out", "c.wav"], "it would last 0 s, which is too short"),
        (["to-audio", "a.png", "b.png", "--out", "c.wav"], "--out must name a folder for more than one file"),
        (["to-audio", "empty"], "there is nothing to convert in this folder itself; --recursive looks"),
        (["to-audio", "nowhere.png"], "cannot read nowhere.png: No such file or directory"),
        (["to-image", "a.png", "--out", "c.png"], "a.png is not a sound that can be read"),
        (["to-image", "a.png", "--force"], "a.png: it would be replaced by what is made of it"),
        (["to-image", "a.wav", "--out", "b.jpg"], "pictures are written as PNG"),
        (["to-image", "low.wav", "--settings", "riffosc"], "low.png"),
        (["to-image", "a.wav", "--level", "99999"], "Invalid value for '--level'"),
        (["to-audio", "a.png", "--level", "nan"], "nan is no number"),
        (["info", "a.wav", "nowhere.png"], "a.wav is not a picture that can be read"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path, monkeypatch, words, sentence):
    monkeypatch.chdir(tmp_path)
    Image.new("L", (8, 40), 255).save("a.png")
    soundfile.write("a.wav", music()[:100], SR)
    Path("low.png").mkdir()
    soundfile.write("low.wav", music()[:100], SR)
    Path("empty").mkdir()
    done = riffosc(*words, fails=True)
    assert sentence in done.stderr and "Traceback" not in done.stderr


def test_other_formats(tmp_path):
    Image.new("L", (50, 40), 128).save(tmp_path / "a.png")
    riffosc("to-audio", tmp_path / "a.png", "--format", "flac")
    assert soundfile.info(tmp_path / "a.flac").format == "FLAC"
    said = riffosc("to-audio", tmp_path / "a.png", "--format", "mp3", "--beats", 4).output
    assert "MP3 begins and ends with some silence of its own" in said


def test_torchaudios_way_is_there_to_compare(tmp_path):
    Image.new("L", (50, 40), 128).save(tmp_path / "a.png")
    for inverter in ("riffosc", "torchaudio"):
        out = tmp_path / f"{inverter}.wav"
        riffosc("to-audio", tmp_path / "a.png", "--inverter", inverter, "--frames", 9000, "--out", out)
    ours, theirs = heard(tmp_path / "riffosc.wav"), heard(tmp_path / "torchaudio.wav")
    assert theirs.shape == ours.shape and (theirs != ours).any()
    assert level(theirs) == pytest.approx(level(ours), abs=3)


def test_info_in_words_and_for_programs(tmp_path, made_elsewhere):
    paths = [seeds_dir() / "house.png", made_elsewhere / "stereo.png"]
    said = riffosc("info", *paths).output
    assert "PNG, RGB, 101 by 512 pixels, stereo" in said
    assert "settings (riffusion): 512 bands from 0 to 10000 Hz, 10 ms a column, window 100 ms padded to 400 ms" in said
    assert "8 beats at" in said and "4 to a bar" in said and "settings (riffosc)" in said
    house, stereo = json.loads(riffosc("info", "--json", *paths).output)
    assert (house["beats"], house["missing"], house["foreign"], house["like"]) == (8, [], [], "riffosc")
    assert (stereo["beats"], stereo["seconds"], stereo["channels"], stereo["columns"]) == (None, 1.01, 2, 101)
    assert stereo["peak"] == 1 and stereo["peak_db"] == pytest.approx(20 * np.log10(stereo["settings"]["reference"]))
    assert stereo["mean_db"] < stereo["peak_db"] and 0 < stereo["mean"] < 1
    Image.new("L", (3, 3), 255).save(tmp_path / "white.png")
    assert "level: silent" in riffosc("info", tmp_path / "white.png").output
    assert json.loads(riffosc("info", "--json", tmp_path / "white.png").output)[0]["peak_db"] is None


@pytest.mark.clients
@pytest.mark.skipif(shutil.which("sox") is None, reason="apt install sox")
def test_sox_hears_what_was_drawn(tmp_path):
    """A line drawn by hand three quarters down: 3073 / 4 mel, which is 684 Hz."""
    image = Image.new("RGB", (100, 200), "white")
    image.paste("navy", (0, 149, 100, 151))
    image.save(tmp_path / "a.png")
    riffosc("to-audio", tmp_path / "a.png")
    said = subprocess.run(["sox", tmp_path / "a.wav", "-n", "stat"], capture_output=True, text=True, check=True).stderr
    facts = dict(line.split(":") for line in said.splitlines() if ":" in line)
    assert float(facts["Length (seconds)"]) == 1.0
    assert float(facts["Rough   frequency"]) == pytest.approx(684, rel=0.05)
