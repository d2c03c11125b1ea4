"""Where what numba compiled is kept for the next start, and for how long."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryFile
from typing import Any

import numba

KEPT_S = 30 * 86400.0  # compiled code that nobody has used for so long is taken away
OURS = re.compile(r"[0-9a-f]{16}")  # the name of a folder of compiled code
config: Any = numba.config


@cache
def cache_folder(package: Path) -> str:
    """Where compiled code of the Python files in this folder is kept, or nothing if nowhere may be written.

    One folder for each state of the package: numba itself only looks at the file of the function that is
    called from outside, not at the files of those it calls.
    """
    sources = sorted(package.glob("*.py"))
    version = sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()[:16]
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home, "riffosc", "compiled", version)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()  # in use today
        with TemporaryFile(dir=folder):
            pass
    except OSError:
        return ""
    forget_unused(folder)
    return str(folder)


def forget_unused(folder: Path) -> None:
    """Take away the folders beside `folder` that nobody has started with for a month: of versions that are gone.

    Only what looks like ours. Another riffosc may do the same at this moment; one that still runs has all it needs.
    """
    oldest = time.time() - KEPT_S
    for other in folder.parent.iterdir():
        with suppress(OSError):
            if other != folder and OURS.fullmatch(other.name) and other.lstat().st_mtime < oldest:
                rmtree(other)


@contextmanager
def kept(package: Path) -> Iterator[bool]:
    """Functions declared herein are kept once compiled, if it says so. (numba asks when they are declared.)"""
    folder, before = cache_folder(package), config.CACHE_DIR
    config.CACHE_DIR = folder or before
    try:
        yield bool(folder)
    finally:
        config.CACHE_DIR = before
