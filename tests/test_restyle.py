"""A sound of any length becomes another in its own bars."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from riffosc.cli import main
from riffosc.restyle import RestyleError, Wishes, bars_of, cut
from riffosc.sounds import Sound
from riffosc.wav import WavTags, read_loop

RATE = 22050
WISHES = Wishes("piano", 0.6)


def clicks(tempo: float, seconds: float, samplerate: int = RATE) -> np.ndarray:
    """A knock on each beat, higher on the first of four."""
    sound = np.zeros(round(seconds * samplerate), np.float32)
    time = np.arange(round(0.08 * samplerate)) / samplerate
    for beat in range(int(seconds * tempo / 60)):
        start = round(beat * 60 / tempo * samplerate)
        knock = 0.4 * np.sin(2 * np.pi * (880 if beat % 4 == 0 else 440) * time) * np.exp(-time * 50)
        part = sound[start : start + len(time)]
        part += knock[: len(part)]
    return sound


def restyled(*options: object) -> str:
    done = CliRunner().invoke(main, ["restyle", *map(str, options)])
    assert done.exit_code == 0, done.output
    return done.output


def test_whole_bars_of_it_come_back_as_something_else(tmp_path: Path) -> None:
    """Six bars and a half, in a format of libsndfile's, at a rate of its own."""
    source, target = tmp_path / "in.flac", tmp_path / "out.wav"
    soundfile.write(source, np.stack([clicks(240, 6.5), clicks(240, 6.5)], 1), RATE)
    words = restyled(source, "warm strings", "--tempo", 240, "--out", target, "--steps", 2, "--guidance", 1)
    assert f"{target}: 6 bars, {6 * RATE} frames" in words and "its 2 channels are mixed to mono" in words
    made, samplerate = soundfile.read(target)
    assert (len(made), samplerate, made.ndim) == (6 * RATE, RATE, 1)
    assert np.abs(made).mean() > 0.003 and np.isfinite(made).all()
    loop = read_loop(target)
    assert loop is not None and (loop.beats, loop.tempo) == (24, 240)
    (tmp_path / "in_restyled.wav").touch()
    again = CliRunner().invoke(main, ["restyle", str(source), "x"])
    assert again.exit_code == 1 and "is there already; --force replaces it" in again.output


def test_without_denoising_it_is_what_it_was(tmp_path: Path) -> None:
    """In its place, at its level, however soft."""
    source, target = tmp_path / "soft_150bpm.wav", tmp_path / "out.wav"
    sound = 0.05 * clicks(150, 5.2)
    soundfile.write(source, sound, RATE, subtype="FLOAT")
    assert "150 bpm, as its name says" in restyled(source, "x", "--denoising", 0, "--out", target)
    made, _ = soundfile.read(target)
    assert len(made) == 3 * 4 * 60 * RATE // 150
    loudness = [np.sqrt(np.convolve(part[: len(made)] ** 2, np.ones(512), "same")) for part in (sound, made)]
    assert np.corrcoef(*loudness)[0, 1] > 0.9
    assert np.abs(made).max() == pytest.approx(np.abs(sound).max(), rel=0.3)


def test_where_its_bars_are() -> None:
    def of(seconds: float, wishes: Wishes = WISHES, name: str = "x", loop: WavTags | None = None) -> tuple[object, ...]:
        sound = Sound(clicks(100, seconds)[None], RATE, loop)
        bars = bars_of(sound, name, wishes)
        return round(bars.tempo, 2), bars.quantum, round(bars.start_s, 2), bars.count

    assert of(24.2) == (100, 4, 0, 10), "by ear"
    assert of(24.0, Wishes("", 0.5, tempo=80)) == (80, 4, 0, 8)
    assert of(24.0, Wishes("", 0.5, tempo=100, quantum=3, start_s=1.0)) == (100, 3, 1, 12)
    assert of(24.0, Wishes("", 0.5, tempo=100, bars=3)) == (100, 4, 0, 3)
    assert of(24.0, name="loop_120bpm") == (120, 4, 0, 12)
    assert of(24.0, loop=WavTags(30, 0.0, 3)) == (75, 3, 0, 10)
    assert of(2.35, Wishes("", 0.5, tempo=100)) == (100, 4, 0, 1), "a bar that lacks a twentieth is whole"


@pytest.mark.parametrize(
    ("seconds", "wishes", "words"),
    [
        (2.0, Wishes("", 0.5, tempo=100), "are less than one bar at 100 bpm"),
        (24.0, Wishes("", 0.5, tempo=100, bars=11), "are less than 11 bars at 100 bpm"),
        (24.0, Wishes("", 0.5, tempo=100, start_s=60.0), "are less than one bar"),
        (0.1, WISHES, "has no beat that can be heard: say its --tempo"),
    ],
)
def test_what_has_no_bars_is_said(seconds: float, wishes: Wishes, words: str) -> None:
    with pytest.raises(RestyleError, match=words):
        bars_of(Sound(clicks(100, seconds)[None], RATE), "x", wishes)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--mask", "bars 9"), "the mask asks for bar 9, but the clip has 1"),
        (("--mask", "louder"), "is no mask"),
        (("--key", "H"), "is no key"),
        (("--model", "nowhere"), "There is no model in nowhere"),
        (("--out", "x.txt"), "is no format for sound"),
    ],
)
def test_mistakes_are_said_in_one_sentence(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    source = tmp_path / "in_120bpm.wav"
    soundfile.write(source, clicks(120, 2.0), RATE)
    done = CliRunner().invoke(main, ["restyle", str(source), "x", *options])
    assert done.exit_code == 1 and words in done.output and "Traceback" not in done.output


@pytest.mark.parametrize("option", ["--denoising", "--tempo", "--start"])
@pytest.mark.parametrize("number", ["nan", "inf"])
def test_what_is_no_number_is_refused(tmp_path: Path, option: str, number: str) -> None:
    source = tmp_path / "in_120bpm.wav"
    soundfile.write(source, clicks(120, 2.0), RATE)
    done = CliRunner().invoke(main, ["restyle", str(source), "x", option, number])
    assert done.exit_code == 2 and f"Invalid value for '{option}'" in done.output
    assert list(tmp_path.iterdir()) == [source]


def test_silence_is_not_restyled(tmp_path: Path) -> None:
    source = tmp_path / "in_120bpm.wav"
    soundfile.write(source, np.zeros(2 * RATE), RATE)
    done = CliRunner().invoke(main, ["restyle", str(source), "x"])
    assert done.exit_code == 1 and "is silent there" in done.output


def test_what_the_last_bar_lacks_is_silence() -> None:
    samples = np.ones((1, 10), np.float32)
    assert cut(samples, 4, 8).tolist() == [[1] * 6 + [0] * 2]
