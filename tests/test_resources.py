import tomllib
from pathlib import Path

from riffosc import resources

ROOT = Path(__file__).parent.parent


def test_shipped_folders_are_there():
    assert (resources.seeds_dir() / "README.md").is_file()
    assert (resources.patches_dir() / "README.md").is_file()
    assert resources.weights_dir().is_relative_to(resources.PACKAGE)


def test_a_wheel_has_them_inside(monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "site" / "riffosc")
    (tmp_path / "site" / "riffosc" / "seeds").mkdir(parents=True)
    (tmp_path / "site" / "patches").mkdir()  # somebody else's
    assert resources.seeds_dir() == tmp_path / "site" / "riffosc" / "seeds"


def test_what_the_wheel_takes_along_is_what_is_looked_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    taken = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert taken == {"seeds": "riffosc/seeds", "patches": "riffosc/patches"}
    assert {resources.seeds_dir(), resources.patches_dir()} == {ROOT / name for name in taken}
