"""Patches that have to lie where their program looks for them."""

import shutil
import sys
from pathlib import Path

from platformdirs import user_documents_path

from riffosc.resources import patches_dir

ABLETON = "ableton"
SCRIPT = "RiffOSC"  # its name in Live's settings, too


class HomeError(RuntimeError):
    """What cannot be installed, in words for the musician."""


def install(home: str, library: Path | None) -> Path:
    """Put a home's files where its program finds them; an older version is replaced. Where they are now."""
    if home != ABLETON:
        raise HomeError(f"nothing of {home or 'all'} has to be installed: its README says how it is loaded")
    library = library or user_library()
    if not library.is_dir():
        raise HomeError(f"Live's User Library is not {library}: name it with --library (Live: Settings, Library)")
    target = library / "Remote Scripts" / SCRIPT
    try:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(patches_dir() / ABLETON / SCRIPT, target, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise HomeError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def user_library() -> Path:
    """Where Live keeps it, unless the player has moved it."""
    documents = user_documents_path() if sys.platform == "win32" else Path.home() / "Music"
    return documents / "Ableton" / "User Library"
