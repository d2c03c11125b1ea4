"""The key-value form, `/riff/play k v k v ...`: what TidalCycles, Strudel and Sardine send."""

from collections.abc import Mapping

from riffosc.control.packet import Argument
from riffosc.control.patterns import Patterns, is_pattern
from riffosc.control.reports import Code, Refusal

Keys = Mapping[str, Argument]

ADDRESSES = ("/riff/play", "/dirt/play")  # the voice is in the message
ROUTING = ("oschost", "oscport")  # by which Strudel's bridge knows where to
BOOKKEEPING = frozenset(("voice", "riff", "orbit", "at", "cps", "cycle", "delta", "_id_", "s", "n", *ROUTING))
MAX_VOICE_DIGITS = 3


def voices_played(address: str, patterns: Patterns) -> tuple[int | None, ...]:
    """The voices that an address of this form names, None for one that names none; empty if it is no such address."""
    if address in ADDRESSES:
        return (None,)
    if not (address.startswith("/riff/") and address.endswith("/play")):
        return ()
    voice = address[len("/riff/") : -len("/play")]
    if voice.isdecimal() and len(voice) <= MAX_VOICE_DIGITS:
        return (int(voice),)
    if not is_pattern(address):
        return ()
    found = patterns.match(address.removesuffix("play") + "gain")  # which every voice has
    return tuple(int(one.split("/")[2]) for one in found)


def pairs(args: tuple[Argument, ...]) -> dict[str, Argument]:
    """Keys and values; the last of equal keys counts."""
    names = args[::2]
    if len(args) % 2 or not all(isinstance(name, str) for name in names):
        raise Refusal(Code.NONSENSE, "keys and values come in pairs, and a key is a word")
    return dict(zip(map(str, names), args[1::2], strict=True))


def voice_of(keys: Keys, addressed: int | None, voices: int) -> int:
    """`voice`, else `riff`, else `orbit` + 1, else that of the address, else 1. Refusal when there are not so many.

    `riff` is what patches/tidal marks its patterns with: Tidal has a `voice` of its own, which SuperDirt's synths read.
    """
    voice = 1 if addressed is None else addressed
    if named := [key for key in ("voice", "riff") if key in keys]:
        voice = _whole(named[0], keys[named[0]])
    elif "orbit" in keys:  # Tidal counts from 0 and always sends it
        voice = _whole("orbit", keys["orbit"]) + 1
    if not 1 <= voice <= voices:
        raise Refusal(Code.UNKNOWN, f"no voice {voice:g}; they are 1 to {voices}")
    return voice


def _whole(key: str, value: Argument) -> int:
    try:
        return round(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise Refusal(Code.NONSENSE, f"{key} is a number, not {value!r:.40}") from error
