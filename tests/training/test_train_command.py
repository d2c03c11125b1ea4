"""`riffosc train`: what it can do is listed without loading what training needs."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from riffosc.cli import TRAINING, main

LISTED = """
import sys
from click.testing import CliRunner
from riffosc.cli import main
print(CliRunner().invoke(main, ["train", "--help"]).output)
assert "torch" not in sys.modules and "numpy" not in sys.modules
"""


def test_training_is_listed_without_torch() -> None:
    told = subprocess.run([sys.executable, "-c", LISTED], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    for name, (_, words) in TRAINING.items():
        assert f"  {name} " in told.stdout and words.split()[0] in told.stdout


@pytest.mark.parametrize("name", TRAINING)
def test_each_step_has_its_own_help(name: str) -> None:
    told = CliRunner().invoke(main, ["train", name, "--help"])
    assert told.exit_code == 0, told.output
    assert "Usage: main train" in told.output


def test_no_other_step_is_known() -> None:
    told = CliRunner().invoke(main, ["train", "everything"])
    assert told.exit_code == 2 and "No such command 'everything'" in told.output
