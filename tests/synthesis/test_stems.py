"""A sound is taken apart into stems that lie over it to the frame."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from click.testing import CliRunner, Result
from huggingface_hub import constants
from safetensors.torch import save_file
from small_hub import Hub

from riffosc.cli import main
from riffosc.synthesis.failing import ModelError
from riffosc.synthesis.separation import Separator, open_separator
from riffosc.wav import WavTags, read_loop, write_wav

RATE = 22050
EDGE_HZ = 1000


def low_and_high(mix: torch.Tensor, progress: object) -> torch.Tensor:
    """A separator that can be foretold: what is below 1 kHz, and what is above."""
    assert mix.shape[0] == 2 and callable(progress)
    spectrum = torch.fft.rfft(mix)
    low = torch.fft.irfft(spectrum * (torch.fft.rfftfreq(mix.shape[1], 1 / 44100) < EDGE_HZ), n=mix.shape[1])
    return torch.stack([low, mix - low])


BANDS = Separator(("low", "high"), 44100, 2, low_and_high)


def tone(hz: float, frames: int, rate: int = RATE) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * hz * np.arange(frames) / rate).astype(np.float32)


@pytest.mark.parametrize(
    ("rate", "channels", "loop"),
    [(8000, 1, False), (22050, 2, True), (44100, 1, True), (48000, 2, False), (96000, 1, False), (44101, 2, False)],
)
def test_stems_lie_over_the_sound_whatever_its_rate(rate: int, channels: int, loop: bool) -> None:
    frames = rate + 7
    left, right = tone(300, frames, rate) + tone(2500, frames, rate), tone(440, frames, rate)
    sound = np.stack([left, right][:channels])
    found = BANDS.split(sound, rate, loop)
    assert [stem.shape for stem in found.values()] == [sound.shape] * 2
    inner = slice(rate // 20, -rate // 20)
    assert np.abs(sum(found.values()) - sound)[:, inner].max() < 2e-3, "together they are the sound"
    assert np.abs(found["low"][0] - tone(300, frames, rate))[inner].max() < 0.01, "to the frame"


def test_stems_of_a_loop_are_loops() -> None:
    """What goes round goes round in each: of a tone with whole periods the wrap is like any other place."""
    loop = (tone(300, RATE) + tone(2500, RATE))[None]
    low = BANDS.split(loop, RATE, True)["low"][0]
    assert np.abs(low - tone(300, RATE)).max() < 1e-3
    assert np.abs(BANDS.split(loop, RATE, False)["low"][0] - tone(300, RATE)).max() > 0.01, "else it begins and ends"


def separated(*options: object) -> Result:
    return CliRunner().invoke(main, ["stems", *map(str, options)])


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "demucs", None)
    monkeypatch.delitem(sys.modules, "demucs.apply", raising=False)
    source = tmp_path / "song.wav"
    soundfile.write(source, tone(300, RATE), RATE)
    done = separated(source)
    assert done.exit_code == 1
    assert done.output.strip().endswith("stems need Demucs, which is an extra: pip install 'riffosc[stems]'")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["song.wav"]


def test_stems_too_loud_for_a_file_keep_their_balance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loud = Separator(("up", "down"), RATE, 2, lambda mix, _: torch.stack([4 * mix, -3 * mix]))
    monkeypatch.setattr("riffosc.synthesis.separation.open_separator", lambda *_: loud)
    source = tmp_path / "song.wav"
    soundfile.write(source, tone(300, RATE) / 0.3 * 0.5, RATE, subtype="FLOAT")
    done = separated(source)
    assert done.exit_code == 0 and "all are 6.0 dB softer than they were, so that none is cut off" in done.output
    up, down = (soundfile.read(tmp_path / "song_stems" / f"song_{name}.wav")[0] for name in ("up", "down"))
    assert np.abs(up).max() == pytest.approx(1, abs=1e-3) and np.abs(up + down - up / 4).max() < 1e-5


SOURCES = ["drums", "bass", "other", "vocals"]
SIZES = {
    "sources": SOURCES,
    "channels": 4,
    "dconv_depth": 1,
    "dconv_comp": 2,
    "t_layers": 1,
    "t_heads": 2,
    "t_hidden_scale": 1.0,
    "segment": {"_type": "fraction", "numerator": 39, "denominator": 20},
}


def write_network(path: Path, seed: int = 0, **said: str) -> Path:
    """The real network of HTDemucs with small random weights, in a file as Demucs' hub has them."""
    from demucs.htdemucs import HTDemucs

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = HTDemucs(**{**SIZES, "segment": Fraction(39, 20)})
    klass = {"klass": "demucs.htdemucs.HTDemucs", "args": "[]", "kwargs": json.dumps(SIZES)}
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, path, {**klass, **said})
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("demucs", reason="needs the extra riffosc[stems]")
    return write_network(tmp_path_factory.mktemp("demucs") / "tiny.safetensors")


@pytest.mark.parametrize(("rate", "channels", "ending"), [(44100, 2, "wav"), (48000, 1, "flac")])
def test_a_file_becomes_files_of_its_length_rate_and_channels(
    tmp_path: Path, network: Path, rate: int, channels: int, ending: str
) -> None:
    source, out, frames = tmp_path / f"song.{ending}", tmp_path / "apart", 3 * rate + 5
    sound = np.random.default_rng(1).normal(0, 0.1, (frames, channels))
    soundfile.write(source, sound, rate)
    done = separated(source, "--model", network, "--out", out, "--together", "drums+Bass")
    assert done.exit_code == 0, done.output
    assert f"{frames} frames each" in done.output and "dB against it" in done.output
    assert {path.name for path in out.iterdir()} == {f"song_{name}.wav" for name in (*SOURCES, "drums_bass")}
    made = {}
    for path in out.iterdir():
        samples, found_rate = soundfile.read(path, always_2d=True)
        assert samples.shape == sound.shape and found_rate == rate
        assert np.isfinite(samples).all() and samples.std() > 1e-4
        made[path.stem.removeprefix("song_")] = samples
    assert np.abs(made["drums"] + made["bass"] - made["drums_bass"]).max() < 1e-5
    assert np.abs(made["drums"] - made["vocals"]).max() > 1e-3
    again = separated(source, "--model", network, "--out", out)
    assert again.exit_code == 1 and "is there already; --force replaces it" in again.output
    before = (out / "song_bass.wav").read_bytes()
    assert separated(source, "--model", network, "--out", out, "--force").exit_code == 0
    assert (out / "song_bass.wav").read_bytes() == before, "the same again"


def test_stems_of_a_loop_say_that_they_are_one(tmp_path: Path, network: Path) -> None:
    source = tmp_path / "loop.wav"
    write_wav(source, np.stack([tone(300, 2 * RATE)] * 2), RATE, WavTags(4, 120.0, 4, "Am", comment="key=Am"))
    done = separated(source, "--model", network)
    assert done.exit_code == 0, done.output
    loop = read_loop(tmp_path / "loop_stems" / "loop_drums.wav")
    assert loop is not None and (loop.beats, loop.tempo, loop.key) == (4, 120.0, "Am")


def test_they_are_what_demucs_itself_makes(network: Path) -> None:
    """Demucs' own way on the same sound between the same margins."""
    from demucs.api import Separator as Theirs
    from demucs.hf import load_safetensors_model

    theirs = Theirs.__new__(Theirs)
    theirs._model = load_safetensors_model(network)
    theirs._samplerate, theirs._audio_channels = 44100, 2
    theirs.update_parameter("cpu", 0, 0.25, True, None, 0, False, None, None)
    sound = np.random.default_rng(2).normal(0, 0.1, (2, 88200)).astype(np.float32)
    _, expected = theirs.separate_tensor(torch.from_numpy(np.pad(sound, ((0, 0), (44100, 44100)))))
    told: list[float] = []
    found = open_separator(str(network)).split(sound, 44100, False, told.append)
    for name, stem in found.items():
        assert np.abs(stem - expected[name][:, 44100:-44100].numpy()).max() < 1e-3, "but for a mean that is shared out"
    assert told == sorted(told) and 0 < told[-1] <= 1


def test_several_networks_are_weighed_as_their_file_says(tmp_path: Path, network: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(network.read_bytes())
    write_network(tmp_path / "b.safetensors", seed=1)
    (tmp_path / "both.yaml").write_text("models: ['a', 'b']\nweights: [[1, 0, 0, 0], [0, 1, 1, 1]]\n")
    sound = np.random.default_rng(3).normal(0, 0.1, (2, 44100)).astype(np.float32)
    both, one, other = (
        open_separator(str(path)).split(sound, 44100, False)
        for path in (tmp_path, tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    )
    assert np.allclose(both["drums"], one["drums"], atol=1e-6)
    assert np.allclose(both["bass"], other["bass"], atol=1e-6) and not np.allclose(both["bass"], one["bass"], atol=1e-4)


def test_weights_are_fetched_once_when_asked_for(
    tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"htdemucs.yaml": b"models: ['a1']", "a1.safetensors": network.read_bytes()}
    hub = Hub("adefossez/HTDemucs", files, "mit")
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "song.wav"
    soundfile.write(source, tone(300, RATE), RATE)
    try:
        assert "the weights of htdemucs are not here: --fetch gets them" in separated(source).output
        assert not hub.fetched
        done = separated(source, "--fetch")
        assert done.exit_code == 0, done.output
        assert done.output.startswith("fetching htdemucs.yaml of adefossez/HTDemucs, licence mit\n")
        assert sorted(hub.fetched) == ["a1.safetensors", "htdemucs.yaml"]
        assert separated(source, "--force").exit_code == 0 and len(hub.fetched) == 2
        missing = separated(source, "--fetch", "--model", "htdemucs_6s")
        assert "htdemucs_6s cannot be fetched from adefossez/HTDemucs-6s on the hub: " in missing.output
    finally:
        hub.close()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--together", "drums+kazoo"), "there is no stem 'kazoo'; there are drums, bass, other, vocals"),
        (("--together", "drums"), "'drums' are not several stems, such as drums+bass"),
        (("--format", "xm"), ".xm is no format for sound"),
        (("--model", "/nowhere/at/all"), "there is no /nowhere/at/all"),
        (("--model", "what is this"), "'what is this' is no model of Demucs'"),
        (("--model", "htdemucs"), "the weights of htdemucs are not here: --fetch gets them from adefossez/HTDemucs"),
    ],
)
def test_what_cannot_be_had_is_said(
    tmp_path: Path, network: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "song.wav"
    soundfile.write(source, tone(300, RATE), RATE)
    done = separated(source, "--model", network, *options)
    assert done.exit_code == 1 and words in done.output
    assert not (tmp_path / "song_stems").exists()


def test_files_that_are_no_networks_are_refused_and_run_nothing(tmp_path: Path, network: Path) -> None:
    harm = tmp_path / "harm"
    evil = write_network(
        tmp_path / "evil.safetensors", klass="builtins.open", args=json.dumps([str(harm), "w"]), kwargs="{}"
    )
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes(network.read_bytes()[:5000])
    other = tmp_path / "other.safetensors"
    save_file({"x": torch.zeros(1)}, other)
    strange = write_network(tmp_path / "strange.safetensors", kwargs='{"sources": ["a"]}')
    senseless = write_network(tmp_path / "senseless.safetensors", kwargs='{"sources": ["a"], "t_heads": 7}')
    for path, words in (
        (evil, "evil.safetensors is no network of Demucs' that riffosc can use"),
        (other, "other.safetensors is no network"),
        (cut, "cut.safetensors is damaged, or is not for this version of Demucs"),
        (strange, "strange.safetensors is damaged"),
        (senseless, "senseless.safetensors is damaged"),
        (tmp_path, "must hold one .yaml file, which names its networks; there are 0"),
    ):
        with pytest.raises(ModelError, match=words.replace(".", r"\.")):
            open_separator(str(path))
    assert not harm.exists()
    (tmp_path / "bad.yaml").write_text("- 3")
    with pytest.raises(ModelError, match=r"bad\.yaml does not describe networks of Demucs'"):
        open_separator(str(tmp_path))


def test_silence_falls_apart_into_silence(network: Path) -> None:
    found = open_separator(str(network)).split(np.zeros((1, 5000), np.float32), RATE, False)
    assert all(stem.shape == (1, 5000) and np.abs(stem).max() < 1e-6 for stem in found.values())


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    code = "import sys, riffosc.cli, riffosc.stems; print(*({'torch', 'demucs', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
