"""The layers: who may import whom. Each line says what a module, or a folder, may know of riffosc beside itself."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import riffosc

PACKAGE = Path(riffosc.__file__).parent
SCORE = "timeline picture clip masks"
DECIDING = f"params {SCORE}"
RULES = {
    "files": "",
    "params": "",
    "client": "",
    "commands": "params",
    "timeline": "",
    "keep": "",
    "resources": "",
    "homes": "resources",
    "threads": "",
    "machine_code": "",
    "devices": "",
    "picture": "files",
    "wav": "files",
    "clip": "timeline picture masks",
    "masks": "picture",
    "images": "picture",
    "sounds": "wav",
    "lengths": "picture",
    "tempo": "",
    "batch": "",
    "convert": "picture images sounds lengths wav batch synthesis",
    "pictures": "picture images resources sounds",
    "table": "params commands",
    "reference": "commands midi modulation quantise slots snapshots",
    "names": "params",
    "state": "files",
    "session": "params state modulation",
    "slots": "params commands names state",
    "doctor": "devices resources midi",
    "naming": "clip wav",
    "folder": f"{SCORE} wav files keep naming",
    "actions": DECIDING,
    "estimate": DECIDING,
    "blend": "params",
    "report": "",
    "rig": f"{DECIDING}",
    "voice": f"{DECIDING} actions blend",
    "landings": f"{DECIDING} actions voice",
    "conductor": f"{DECIDING} actions estimate voice landings",
    "status": f"{DECIDING} conductor playback",
    "tells": "params",
    "clips": f"{DECIDING} actions folder playback tells",
    "errands": f"{SCORE} playback",
    "inference": f"{SCORE} errands pictures sounds",
    "fading": f"{DECIDING} actions conductor playback",
    "clocks": "timeline",
    "quantise": f"{DECIDING} commands conductor",
    "curves": "",
    "modulation": f"{DECIDING} commands conductor curves quantise",
    "metronome": "clocks playback",
    "clockwork": "params timeline clocks conductor playback",
    "snapshots": f"{DECIDING} commands conductor curves modulation names quantise state",
    "control": "params commands",
    "midi": "params commands files resources",
    "composing": "",
    "synthesis": f"{SCORE} composing resources threads machine_code",
    "playback": "clip timeline machine_code",
    "surfaces": "params files",
    "training": f"{SCORE} files resources sounds naming wav tempo composing synthesis",
}
EVERYTHING = {
    "engine",
    "app",
    "daemon",
    "narrator",
    "cli",
    "models",
    "__main__",
    "offline",
    "restyle",
    "series",
    "excerpts",
    "stems",
    "studio",
    "bench",
}  # where the others are put together
HEAVY = {"torch", "torchaudio", "diffusers", "transformers"}
LAZY = HEAVY | {"rtmidi", "zeroconf", "link", "playwright"}  # not everybody has them
HEAVY_ALLOWED = {"synthesis", "training", "bench"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The module at the top, or the folder, that a file belongs to; empty for `riffosc` itself."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported(path: Path) -> set[str]:
    """Full names of all modules that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} line {node.lineno}: imports are written in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def known_parts(path: Path) -> set[str]:
    """The parts of riffosc that a file imports; `from riffosc import __version__` is nobody's."""
    parts = {name.split(".")[1] for name in imported(path) if name.startswith("riffosc.")}
    return parts - {part_of(path), "__version__"}


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_everyone_keeps_to_the_layers(path):
    part = part_of(path)
    if part in EVERYTHING:
        return
    assert part == "" or part in RULES, f"give {part} a line in RULES"
    strangers = known_parts(path) - set(RULES.get(part, "").split())
    assert not strangers, f"{named(path)} may not import {', '.join(sorted(strangers))}"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_torch_stays_where_sound_is_made(path):
    if part_of(path) not in HEAVY_ALLOWED:
        assert not {name.split(".")[0] for name in imported(path)} & HEAVY


def test_the_layers_have_no_circle():
    tuple(TopologicalSorter({part: known.split() for part, known in RULES.items()}).static_order())


def test_every_folder_is_a_package():
    """Without `__init__.py` a folder is left out of type checks, and its imports of this test."""
    assert not {path.parent for path in MODULES if not (path.parent / "__init__.py").exists()}


@pytest.mark.parametrize("module", ["riffosc.app", "riffosc.cli", "riffosc.doctor", "riffosc.synthesis.process"])
def test_nothing_before_it_is_needed(module):
    if not (PACKAGE.parent / f"{module.replace('.', '/')}.py").exists():
        pytest.skip(f"{module} is not there yet")
    code = f"import sys, {module}; print(*({LAZY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_help_loads_no_torch():
    code = """
import sys
from riffosc.cli import main
try:
    main(["--help"])
except SystemExit as end:
    print("torch" in sys.modules, end.code)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "False 0", done.stderr
