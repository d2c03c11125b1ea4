"""Where seed pictures are found: shipped ones by name, a player's own by file."""

from pathlib import Path

from riffosc.picture import Picture, PictureError, load_picture
from riffosc.resources import seeds_dir


def seed_names() -> list[str]:
    return sorted(path.stem for path in seeds_dir().glob("*.png"))


class PictureShelf:
    """Finds pictures and keeps those it has read, until their file changes."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, int], Picture] = {}

    def find(self, name: str) -> Picture:
        """Raises PictureError, in words, for what is neither a shipped seed nor a picture file."""
        path = self._path(name)
        key = (path, path.stat().st_mtime_ns)
        if key not in self._read:
            self._read[key] = load_picture(path)
        return self._read[key]

    @staticmethod
    def _path(name: str) -> Path:
        if name in seed_names():
            return seeds_dir() / f"{name}.png"
        own = Path(name).expanduser()
        try:
            if own.is_file():
                return own
        except OSError as error:  # a name that no file can have
            raise PictureError(f"{name[:40]!r} cannot be the name of a picture: {error.strerror}") from error
        raise PictureError(f"there is no seed picture {name!r}; shipped are {', '.join(seed_names())}")
