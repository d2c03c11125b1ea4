"""The patches as a whole: each has a page that begins with something to run, and is in the list."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from riffosc.cli import main

PATCHES = Path(__file__).parent.parent.parent / "patches"
HOMES = sorted(path for path in PATCHES.iterdir() if path.is_dir())


@pytest.mark.parametrize("home", HOMES, ids=lambda path: path.name)
def test_each_has_a_page_of_at_most_sixty_lines_with_a_block(home: Path) -> None:
    page = (home / "README.md").read_text()
    assert f"]({home.name}/README.md)" in (PATCHES / "README.md").read_text()
    assert "\n```" in page
    if home.name != "midi":
        assert len(page.splitlines()) <= 60
        assert len(page.split("\n```")[0].splitlines()) <= 8, "what there is to run comes first"


@pytest.mark.parametrize("home", HOMES, ids=lambda path: path.name)
def test_what_they_name_is_there(home: Path) -> None:
    for page in home.rglob("README.md"):
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            assert "://" in link or (home / link).exists(), f"{page}: {link}"
        for path in re.findall(r"/path/to/riffosc/patches/([\w./-]+)", page.read_text()):
            assert (PATCHES / path).exists(), path


def test_what_the_routing_guide_links_is_there() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", (PATCHES / "ROUTING.md").read_text()):
        assert (PATCHES / link).exists(), link


def test_riffosc_says_where_they_lie() -> None:
    assert CliRunner().invoke(main, ["patches", "tidal"]).output.strip() == str(PATCHES / "tidal")
    refused = CliRunner().invoke(main, ["patches", "nowhere"])
    assert refused.exit_code == 1 and "supercollider" in refused.output
