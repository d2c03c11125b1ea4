"""`riffosc render`: exact, repeatable, different where it should be, and without a seam."""

import random
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from riffosc.cli import main
from riffosc.clip import ClipRequest, Samples
from riffosc.picture import load_picture
from riffosc.synthesis.render import Renderer

RATE = 44100
BAND_TOP_HZ = 16000
WIDTH = round(0.010 * RATE)  # of a window
INAUDIBLE = 1e-10  # energy of a window: below -120 dB of full scale


def render(out: Path, prompt: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["render", prompt, "--out", str(out), *options])


def test_exact_repeatable_and_different_for_another_seed_or_prompt(tmp_path: Path) -> None:
    funk = "funk bassline with a saxophone solo"
    files = {
        "a": (funk, "7"),
        "again": (funk, "7"),
        "seed": (funk, "8"),
        "prompt": ("ambient pad", "7"),
    }
    for name, (prompt, seed) in files.items():
        result = render(tmp_path / f"{name}.wav", prompt, "--bars", "2", "--tempo", "123.4", "--seed", seed)
        assert result.exit_code == 0, result.output
    with soundfile.SoundFile(str(tmp_path / "a.wav")) as file:
        assert file.frames == round(8 * 60 / 123.4 * RATE)
    data = {name: (tmp_path / f"{name}.wav").read_bytes() for name in files}
    assert data["a"] == data["again"]
    assert len({data["a"], data["seed"], data["prompt"]}) == 3
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "again.png").read_bytes()
    assert load_picture(tmp_path / "a.png").columns == 512


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seed-image", "nowhere"), "there is no seed picture 'nowhere'"),
        (("--model", "/no/model"), "/no/model"),
        (("--tempo", "nan"), "tempo cannot be nan"),
    ],
)
def test_what_cannot_be_is_one_sentence(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    result = render(tmp_path / "a.wav", "drums", *options)
    assert result.exit_code == 1
    assert words in result.output and "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_without_words_or_picture_there_is_nothing_to_paint(tmp_path: Path) -> None:
    result = render(tmp_path / "a.wav", "")
    assert result.exit_code == 1 and "give a prompt" in result.output


@pytest.mark.parametrize(("bars", "quantum"), [(1, 3), (1, 4), (2, 3), (4, 3), (4, 4)])
def test_every_length_and_quantum(bars: int, quantum: int) -> None:
    request = ClipRequest(prompts=(("waltz piano", 1.0),), bars=bars, quantum=quantum, tempo=97.3, steps=2)
    clip = Renderer().render(request)
    assert clip.samples.shape == (1, round(bars * quantum * 60 / 97.3 * RATE))
    assert clip.picture.pixels.shape == (1, 512, 64 * bars * quantum)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_loops_have_no_seam() -> None:
    """Energy above the band in a window at the wrap, against all such windows inside: within their 99th percentile."""
    chance, renderer = random.Random(1), Renderer()
    prompts = ("techno drums", "funk bass", "jazz piano", "flute solo", "rock drums and guitar", "ambient pad")
    for number in range(50):
        request = ClipRequest(
            prompts=((chance.choice(prompts), 1.0),),
            seed=number,
            tempo=round(chance.uniform(20, 300) if number % 5 == 0 else chance.uniform(70, 180), 2),
            bars=chance.choice((1, 1, 2, 2, 4)),
            quantum=chance.choice((3, 4, 4)),
            steps=2,
        )
        above = above_band(renderer.render(request).samples[0])
        assert at_wrap(above) <= max(INAUDIBLE, float(np.percentile(inside(above), 99))), request


def above_band(loop: Samples) -> np.ndarray:
    """Power above the band, twice around; running sums (2 * frames + 1,)."""
    spectrum = np.fft.rfft(np.tile(loop, 2))
    spectrum[np.fft.rfftfreq(2 * len(loop), 1 / RATE) < BAND_TOP_HZ] = 0
    return np.concatenate([[0.0], np.cumsum(np.fft.irfft(spectrum, 2 * len(loop)) ** 2)])


def at_wrap(summed: np.ndarray) -> float:
    """Of the window that has the wrap in its middle."""
    wrap = len(summed) // 2
    return float(summed[wrap + WIDTH // 2] - summed[wrap - WIDTH // 2])


def inside(summed: np.ndarray) -> np.ndarray:
    """Of all windows, a millisecond apart, that lie inside the first pass."""
    starts = np.arange(0, len(summed) // 2 - WIDTH, RATE // 1000)
    energies: np.ndarray = summed[starts + WIDTH] - summed[starts]
    return energies


def test_a_seam_would_be_found() -> None:
    """The measure can tell: a step of a thousandth of full scale at the wrap of a quiet tone."""
    frames = 2 * RATE
    tone = (0.1 * np.sin(2 * np.pi * 440 * np.arange(frames) / RATE)).astype(np.float32)
    stepped = tone + np.linspace(0, 0.001, frames, dtype=np.float32)
    for loop, found in ((tone, False), (stepped, True)):
        above = above_band(loop)
        assert (at_wrap(above) > max(INAUDIBLE, float(inside(above).max()))) == found
