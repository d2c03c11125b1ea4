"""A program that opens every file of a folder at the moment it appears, as DAWs and samplers do.

`folder_watcher.py FOLDER` says `watching`, and ends with `last` on its standard input. Then it says in JSON what it
saw: clips with the frames and the level that were read, and whatever is wrong.
"""

import ctypes
import io
import json
import os
import select
import struct
import sys
from pathlib import Path

import soundfile
from PIL import Image

MODIFY, MOVED_FROM, MOVED_TO, CREATE, DELETE, OVERFLOW = 0x2, 0x40, 0x80, 0x100, 0x200, 0x4000
EVENT = struct.Struct("iIII")
LISTS = ("latest.json", "index.jsonl")  # the first is replaced whole, the other grows by whole lines


class Watcher:
    """Linux's inotify on a folder and the banks in it."""

    def __init__(self, folder: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.handle = self._libc.inotify_init1(os.O_NONBLOCK)
        self._places = {self._watch(path): path for path in (folder, *folder.iterdir()) if path.is_dir()}
        self.seen: dict[str, tuple[int, float]] = {}
        self.pictures: set[str] = set()
        self.wrong: list[str] = []

    def _watch(self, path: Path) -> int:
        wanted = MODIFY | MOVED_FROM | MOVED_TO | CREATE | DELETE
        return int(self._libc.inotify_add_watch(self.handle, os.fsencode(path), wanted))

    def read(self) -> None:
        data, at = os.read(self.handle, 1 << 16), 0
        while at < len(data):
            place, mask, _, size = EVENT.unpack_from(data, at)
            name = data[at + EVENT.size : at + EVENT.size + size].rstrip(b"\0").decode()
            at += EVENT.size + size
            if mask & OVERFLOW:
                self.wrong.append("the watcher was too slow")
            elif not name.startswith("."):
                self._happened(self._places[place] / name, mask)

    def _happened(self, path: Path, mask: int) -> None:
        if path.name == LISTS[0]:
            self._latest(path)
        elif path.name == LISTS[1]:
            if not path.read_bytes().endswith(b"\n"):
                self.wrong.append(f"half a line in {path.name}")
        elif mask & (MODIFY | MOVED_FROM | DELETE):
            self.wrong.append(f"{path.name} was touched after it had appeared ({mask:#x})")
        else:
            self._appeared(path)

    def _latest(self, path: Path) -> None:
        if path.exists() and not Path(json.loads(path.read_bytes())["path"]).exists():
            self.wrong.append(f"{path} names what is not there")

    def _appeared(self, path: Path) -> None:
        try:
            if path.suffix == ".png":
                self._repeated(path.name in self.pictures, path)
                Image.open(io.BytesIO(path.read_bytes())).load()
                self.pictures.add(path.name)
                return
            self._repeated(path.name in self.seen, path)
            samples, _ = soundfile.read(path)
            if not path.with_suffix(".png").exists():
                self.wrong.append(f"{path.name} is there before its picture")
            flat = samples.min() == samples.max()
            self.seen[path.name] = (len(samples), float(samples.max()) if flat else -1.0)
        except (OSError, RuntimeError, ValueError) as error:
            self.wrong.append(f"{path.name}: {error}")

    def _repeated(self, again: bool, path: Path) -> None:
        if again:
            self.wrong.append(f"{path.name} has appeared twice")


def main(folder: Path) -> None:
    watcher = Watcher(folder)
    print("watching", flush=True)
    last = False
    while True:
        ready, _, _ = select.select([watcher.handle, sys.stdin], [], [], 0 if last else None)
        if watcher.handle in ready:
            watcher.read()
        elif last:
            break
        last |= sys.stdin in ready
    print(json.dumps({"seen": watcher.seen, "pictures": len(watcher.pictures), "wrong": watcher.wrong}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
