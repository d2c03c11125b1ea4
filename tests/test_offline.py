"""`riffosc render`: exact, repeatable, different where it should be, and without a seam."""

import random
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner, Result

from riffosc.bench.seams import seam_ratio
from riffosc.cli import main
from riffosc.clip import ClipRequest
from riffosc.picture import EMBEDDED, load_picture
from riffosc.synthesis.render import Renderer

RATE = 44100


def render(out: Path, prompt: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["render", prompt, "--out", str(out), *options])


@pytest.mark.parametrize("rate", ["0", "-5", "1", "10000000000"])
def test_sample_rates_are_those_of_sound(tmp_path: Path, rate: str) -> None:
    result = render(tmp_path / "a.wav", "x", "--samplerate", rate)
    assert result.exit_code == 2 and "8000<=x<=192000" in result.output and not any(tmp_path.iterdir())


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
def test_a_dozen_loops_have_no_seam() -> None:
    """`riffosc bench codec` listens to 200."""
    chance, renderer = random.Random(1), Renderer()
    prompts = ("techno drums", "funk bass", "jazz piano", "flute solo", "rock drums and guitar", "ambient pad")
    for number in range(12):
        request = ClipRequest(
            prompts=((chance.choice(prompts), 1.0),),
            seed=number,
            tempo=round(chance.uniform(20, 300) if number % 5 == 0 else chance.uniform(70, 180), 2),
            bars=chance.choice((1, 1, 2, 2, 4)),
            quantum=chance.choice((3, 4, 4)),
            steps=2,
        )
        assert seam_ratio(renderer.render(request).samples[0], RATE, EMBEDDED.high_hz) <= 1, request
