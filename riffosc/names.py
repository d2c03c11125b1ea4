"""Names that players give to slots and snapshots: what they may hold, and which one is meant."""

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from riffosc.params import ParamError

MAX_NAME = 48  # characters: a file's name may be 255 bytes long, and a letter takes up to four
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # no file of Windows can be called so


def clean_name(given: object) -> str:
    """The name in letters that a file can have on every system. Raises ParamError where none are left."""
    text = unicodedata.normalize("NFC", _spoken(given))
    name = re.sub(r"[^\w \-+&'().,#]", "", text)[:MAX_NAME].strip(" .")
    if not name:
        raise ParamError(f"a name has letters or digits, and {text!r:.40} has none")
    return name + "_" if DEVICES.fullmatch(name) else name


def meant(given: object, names: Sequence[str], kind: str) -> str:
    """Which of `names` is meant: by its name, or by its place from 1. ParamError, with the nearest, where none is."""
    text = _spoken(given)
    for name in (text, text.replace("_", " ")):  # mini-notation has no other way to say a space
        if name in names:
            return name
    if text.isdecimal() and 1 <= int(text[:9]) <= len(names):
        return names[int(text) - 1]
    raise ParamError(f"no {kind} {text!r:.60}{_hint(text, names)}")


def _spoken(given: object) -> str:
    """Faders and MIDI say 1.0 and mean 1."""
    return re.sub(r"\.0+$", "", text) if re.fullmatch(r"\d+\.0+", text := str(given).strip()) else text


def _hint(text: str, names: Sequence[str]) -> str:
    near = get_close_matches(text, names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are {', '.join(names[:8])}{' ...' * (len(names) > 8)}" if names else "; there is none yet"
