"""Files that are whole or not there: written aside in the same folder, flushed to the disk, then renamed."""

import ctypes
import errno
import os
import sys
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1


def write_aside(aside: Path, data: bytes) -> None:
    """Write and flush to the disk. What cannot be written whole is taken away again."""
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def replace_file(path: Path, data: bytes) -> None:
    """The new contents, or the old ones: never a mixture, whenever the power goes."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write_aside(aside, data)
        os.replace(aside, path)
    except BaseException:  # Ctrl-C too leaves no half file
        aside.unlink(missing_ok=True)
        raise


def rename_new(aside: Path, path: Path) -> None:
    """Rename to a name that is free. Raises FileExistsError where it is taken; never overwrites.

    A true rename where the system has one, since folder watchers wait for it; else a link.
    """
    if os.name == "nt":  # there a rename never overwrites
        aside.rename(path)
    elif not _rename_noreplace(aside, path):
        _link(aside, path)


def _link(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        raise
    except OSError:  # FAT and some network folders have no links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        aside.rename(path)
    else:
        aside.unlink()


def _rename_noreplace(aside: Path, path: Path) -> bool:
    """Linux's renameat2; False where the system or this file system does not know it."""
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(aside), _AT_FDCWD, os.fsencode(path), _RENAME_NOREPLACE) == 0:
        return True
    if ctypes.get_errno() == errno.EEXIST:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    return False


@cache
def _renameat2() -> Any:
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None


def sync_folder(folder: Path) -> None:
    """Make renames in it last through a power cut, where the system can."""
    with suppress(OSError):  # not every file system can; the files themselves are safe
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Draft(ExitStack):
    """Files that appear together or not at all: what was made is taken back unless `keep` is reached."""

    def reserve(self, path: Path) -> None:
        """An empty file that nobody else has. Raises FileExistsError."""
        path.touch(exist_ok=False)
        self.callback(path.unlink, missing_ok=True)

    def write(self, aside: Path, data: bytes) -> Path:
        self.callback(aside.unlink, missing_ok=True)
        write_aside(aside, data)
        return aside

    def publish(self, aside: Path, path: Path) -> None:
        """Raises FileExistsError where the name is taken."""
        rename_new(aside, path)
        self.callback(path.unlink, missing_ok=True)

    def keep(self) -> None:
        self.pop_all()


def append_line(path: Path, line: bytes) -> None:
    """Add a whole line to a list, or nothing."""
    with path.open("ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise


def drop_torn_line(path: Path) -> None:
    """Take away a last line that has no end: a power cut's."""
    if path.exists() and not (text := path.read_bytes()).endswith(b"\n"):
        os.truncate(path, text.rfind(b"\n") + 1)


class FolderLock:
    """Held by all who write to a folder. Whoever comes first, and only he, may tidy it up.

    Systems without such locks (Windows, some network folders) count as first.
    """

    def __init__(self, folder: Path) -> None:
        self.first = True
        self._handle = -1
        if fcntl is not None:
            self._handle = os.open(folder, os.O_RDONLY)
            self.first = self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def share(self) -> None:
        """Done tidying: let others come."""
        if fcntl is not None:
            self._lock(fcntl.LOCK_SH)

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    __del__ = close  # a folder that was forgotten is let go

    def _lock(self, how: int) -> bool:
        assert fcntl is not None
        try:
            fcntl.flock(self._handle, how)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
