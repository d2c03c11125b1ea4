"""The README is true: its table is the table, its blocks run, what it names is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from alone import EAR, in_a_network_of_its_own, needs, run_alone
from PIL import Image

from riffosc import table
from riffosc.params import PARAMS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

UNTIL_A_CLIP = """
fork {
    OSCdef(\\testEnd, { |msg| ("heard" + msg.join(" ")).postln; 0.exit }, '/riff/clip');
    "readme.scd".resolveRelative.load;
    60.wait;
    1.exit;
}
"""


def blocks(language: str) -> list[str]:
    return [body for name, body in FENCE.findall(README) if name == language]


def play(folder: Path, *command: str) -> list[str]:
    """What a listening riffosc and the block itself say."""
    lines = run_alone(folder, sys.executable, EAR, *command).stdout.splitlines()
    assert lines[-1] == "bad 0 ended 0"
    return lines


def test_the_table_is_the_table():
    inside = README.split(table.BEGIN)[1].split(table.END)[0].strip()
    assert inside == table.markdown(), "paste what `riffosc params --markdown` prints"


def test_every_parameter_has_one_row():
    for printed in (table.markdown(), table.text()):
        addresses = re.findall(r"^\|? ?`?(/riff/\S+?)`? ", printed, re.MULTILINE)
        assert sorted(addresses) == sorted(param.path.replace("{voice}", "<voice>") for param in PARAMS)


def test_rows_have_as_many_cells_as_their_head():
    for part in table.markdown().split("\n\n"):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in part.splitlines()}) == 1


@pytest.mark.clients
@in_a_network_of_its_own
@needs("oscsend")
def test_the_terminal_block(tmp_path):
    block = blocks("sh")[0]
    heard = play(tmp_path, "sh", "-e", "-c", block)
    assert "took /riff/1/prompt dub techno chords" in heard
    assert "took /riff/tempo 126.0" in heard
    assert "took /riff/8/gain 0.8" in heard or "took /riff/8/gain 0.800000011920929" in heard
    assert len([line for line in heard if line.startswith("took")]) == 3 + 8


@pytest.mark.clients
@in_a_network_of_its_own
@needs("oscsend")
def test_the_block_on_slots_snapshots_and_changes_in_time(tmp_path):
    heard = play(tmp_path, "sh", "-e", "-c", blocks("sh")[1])
    took = [" ".join(line.split(" ")[1:3]) for line in heard if line.startswith("took")]
    assert took == ["/riff/1/slot dub", "/riff/1/prompt dub", "/riff/1/gain 0.5", "/riff/2/gain 0.800000011920929"]
    assert "moving /riff/1/pan" in heard
    assert (tmp_path / "state/slots.toml").exists() and (tmp_path / "state/snapshots/verse.toml").exists()


def test_the_block_on_pictures(tmp_path):
    Image.new("L", (40, 60), 200).save(tmp_path / "drawing.png")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["sh", "-e", "-c", blocks("sh")[2]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "drawing.png -> drawing.wav: 88200 frames, 2.00 s, 4 beats at 120 bpm" in done.stdout
    assert "painted.png: PNG, L, 256 by 512 pixels, mono" in done.stdout


@pytest.mark.clients
@in_a_network_of_its_own
def test_the_python_block(tmp_path):
    (block,) = blocks("python")
    heard = play(tmp_path, sys.executable, "-c", block)
    assert "took /riff/2/prompt four on the floor (drums:1.3)" in heard
    assert "took /riff/2/bars 4" in heard
    assert any(line.startswith("/riff/clip ['riff1', 42, '/loops/a.wav', 126.0") for line in heard)


@pytest.mark.clients
@in_a_network_of_its_own
@needs("sclang")
def test_the_supercollider_block(tmp_path):
    (block,) = blocks("supercollider")
    (tmp_path / "readme.scd").write_text(block)
    (tmp_path / "run.scd").write_text(UNTIL_A_CLIP)
    heard = play(tmp_path, "sclang", "run.scd")
    assert "took /riff/3/prompt warm pad chords" in heard
    assert any(line.startswith("took /riff/3/pan -0.3") for line in heard)
    assert any(line.startswith("[ /riff/clip, riff1, 42, /loops/a.wav, 126.0, 8.0, 7, dub ]") for line in heard)


def test_scripts_are_there_and_may_be_run():
    named = set(re.findall(r"\bscripts/\w+", README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    assert {"scripts/demo", "scripts/test", "scripts/check", "scripts/lock"} <= named
    for name in (*named, ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name


def test_commands_and_options_are_there():
    """Every `riffosc command --option` in the README."""
    from riffosc.cli import main

    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", README))
    lines = re.findall(r"^riffosc ([a-z]+)\b([^\n#]*)", "\n".join([*blocks(""), *inline]), re.MULTILINE)
    assert {"doctor", "run", "render", "devices"} <= {command for command, _ in lines}
    for name, rest in lines:
        command = main.commands[name]
        known = {option for one in command.params if isinstance(one, click.Option) for option in one.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known, f"riffosc {name}{rest}"


def test_links_inside_lead_somewhere():
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for link in re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text("utf-8")):
            assert "://" in link or (ROOT / link).exists(), f"{page}: {link}"
