"""Where the shipped files are: inside an installed package, or beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def weights_dir() -> Path:
    """The embedded model's folder."""
    return PACKAGE / "synthesis" / "model" / "weights"


def seeds_dir() -> Path:
    return _shipped("seeds")


def patches_dir() -> Path:
    return _shipped("patches")


def _shipped(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name
