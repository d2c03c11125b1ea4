"""`riffosc models`, with the hub's own client against a small hub on this machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from huggingface_hub import constants
from small_hub import Hub
from stable_models import write_model

from riffosc.cli import main
from riffosc.synthesis.diffusion.hub import choose_files

NAME = "somebody/loops"
UNWANTED = {
    "loops.ckpt": b"x" * 5000,
    "unet/diffusion_pytorch_model.bin": b"y",
    "safety_checker/model.safetensors": b"z",
}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    write_model(tmp_path / "model")
    folder = tmp_path / "model"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.*")}
    made = Hub(NAME, files | UNWANTED, "creativeml-openrail-m")
    yield made
    made.close()


def riffosc(home: Path, url: str, *words: str) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "HF_HOME": str(home), "HF_ENDPOINT": url, "HF_HUB_DISABLE_XET": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "riffosc.cli", "models", *words], env=told, capture_output=True, text=True, check=False
    )


def test_a_model_is_fetched_once_and_its_licence_is_said(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = riffosc(tmp_path / "home", hub.url, "fetch", NAME)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"{NAME}: ") and "licence creativeml-openrail-m" in lines[0]
    assert any("100 % fetched" in line for line in lines) and f"{NAME} is in " in lines[-1]
    assert set(hub.fetched).isdisjoint(UNWANTED) and "unet/diffusion_pytorch_model.safetensors" in hub.fetched
    hub.fetched.clear()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert f"{NAME} is in " in said("fetch", NAME) and hub.fetched == []
    assert f"{NAME}: model of Stable Diffusion's layout\n" in said("list")
    assert f"{NAME} works, on cpu" in said("check", NAME)
    assert "no/body is not here, and cannot be fetched from the hub" in said("fetch", "no/body")


def said(*words: str) -> str:
    return CliRunner().invoke(main, ["models", *words]).output


def test_what_the_hub_has_not_is_said(hub: Hub, tmp_path: Path) -> None:
    done = riffosc(tmp_path / "home", hub.url, "fetch", "no/body")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "Error: There is no no/body, neither here nor on the hub."


def test_what_is_fetched_of_a_model() -> None:
    present = {
        "model_index.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.bin",
        "vae/diffusion_pytorch_model.bin",
        "vae/diffusion_pytorch_model.safetensors",
        "text_encoder/pytorch_model.bin",
        "text_encoder/model.fp16.safetensors",
        "tokenizer/merges.txt",
        "unet_traced/unet_traced.pt",
        "riffusion-model-v1.ckpt",
        "seed_images/agile.png",
        "README.md",
    }
    left = {
        "vae/diffusion_pytorch_model.bin",
        "text_encoder/model.fp16.safetensors",
        "unet_traced/unet_traced.pt",
        "riffusion-model-v1.ckpt",
        "seed_images/agile.png",
        "README.md",
    }
    assert set(choose_files(present)) == present - left


def test_a_model_that_is_not_there_is_one_sentence() -> None:
    done = CliRunner().invoke(main, ["models", "check", "/nowhere/at/all"])
    assert done.exit_code == 1 and "/nowhere/at/all" in done.output
    done = CliRunner().invoke(main, ["models", "bench", "embedded", "--scheduler", "DDIM"])
    assert done.exit_code == 1 and "takes no scheduler" in done.output
