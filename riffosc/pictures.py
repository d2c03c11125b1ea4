"""Where seed pictures are found: shipped ones by name, a player's own by file."""

import math
import os
from dataclasses import replace
from pathlib import Path

from riffosc.images import find_picture
from riffosc.picture import Picture, PictureError, load_picture
from riffosc.resources import seeds_dir
from riffosc.sounds import SUFFIXES

BAR_S = 2.0  # of a picture that does not say its beats: so long at 120, the middle of what music is played at


def seed_names() -> list[str]:
    return sorted(path.stem for path in seeds_dir().glob("*.png"))


def own_picture(path: Path) -> Picture:
    """Any picture as a seed: Riffusion's, riffosc's or a drawing, in one channel. Raises PictureError, in words.

    One that does not say its beats is 1, 2, 4, ... bars, whichever comes nearest to 120: Riffusion's 5.12 s are two.
    """
    if path.suffix.lower() in SUFFIXES:
        words = f"riffosc image to-image --settings riffosc --tempo BPM {path.name}"
        raise PictureError(f"{path.name} is a sound; this makes a picture of it: {words}")
    picture = find_picture(path, stereo=False).picture
    if picture.beats:
        return picture
    seconds = picture.seconds
    beats = 4.0 * 2 ** max(0, round(math.log2(seconds / BAR_S)))
    return replace(picture, beats=beats, tempo=beats * 60 / seconds)


class PictureShelf:
    """Finds pictures and keeps those it has read, until their file changes."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, int], Picture] = {}

    def find(self, name: str) -> Picture:
        """Raises PictureError, in words, for what is neither a shipped seed nor a picture file."""
        path = self._path(name)
        key = (path, path.stat().st_mtime_ns)
        if key not in self._read:
            self._read[key] = load_picture(path) if path.parent == seeds_dir() else own_picture(path)
        return self._read[key]

    @staticmethod
    def _path(name: str) -> Path:
        if name in seed_names():
            return seeds_dir() / f"{name}.png"
        own = Path(os.path.expanduser(name))  # which leaves a home that nobody has as it is
        try:
            if own.is_file():
                return own
        except OSError as error:  # a name that no file can have
            raise PictureError(f"{name[:40]!r} cannot be the name of a picture: {error.strerror}") from error
        raise PictureError(f"there is no seed picture {name!r}; shipped are {', '.join(seed_names())}")
