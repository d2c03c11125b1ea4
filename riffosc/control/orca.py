"""ORCA's OSC: its operator `=` sends an address of one letter, and a number from 0 to 35 for each glyph behind it.

`=s17` is /s with 1 and 7. Where the letter means a parameter of voices, the first number is the voice, 0 all of them;
the others are the digits of one number to the base of 36. Ranges are those of the table of parameters.
"""

from functools import reduce

from riffosc.control.packet import Argument, Message
from riffosc.params import PARAMS, Access, Param, ParamError, Value

BASE = 36
MIDDLE, REACH = 18, 17  # of one digit around zero: `i` is the middle, `1` and `z` the ends

LETTERS = {
    "a": "/riff/{voice}/pan",
    "b": "/riff/{voice}/bars",
    "c": "/riff/snapshot/recall",
    "d": "/riff/{voice}/denoising",
    "e": "/riff/{voice}/evolve",
    "f": "/riff/{voice}/fade_out",
    "g": "/riff/{voice}/generate",
    "h": "/riff/{voice}/hold",
    "i": "/riff/{voice}/fade_in",
    "k": "/riff/{voice}/take",
    "m": "/riff/{voice}/mute",
    "o": "/riff/{voice}/solo",
    "p": "/riff/{voice}/slot",
    "r": "/riff/{voice}/redo",
    "s": "/riff/{voice}/seed",
    "t": "/riff/tempo",
    "u": "/riff/{voice}/undo",
    "v": "/riff/{voice}/gain",
    "w": "/riff/{voice}/width",
    "x": "/riff/{voice}/mix",
    "z": "/riff/panic",
}
BY_PATH = {param.path: param for param in PARAMS}
COUNTED = ("bpm", "bars")  # units of decimals that are given as they are, not as a part of their range


def spelled(message: Message) -> Message | None:
    """What a message of one letter means; None for any other. Raises ParamError where it means nothing."""
    if len(message.address) != 2 or not message.address[1].isalnum():
        return None
    letter = message.address[1].lower()
    path = LETTERS.get(letter)
    if path is None:
        raise ParamError(f"the letter {letter} means nothing here; {' '.join(LETTERS)} do")
    digits = [_digit(letter, arg) for arg in message.args]
    if "{voice}" in path:
        if not digits:
            raise ParamError(f"behind the letter {letter} comes a voice")
        voice, *digits = digits
        path = path.replace("{voice}", str(voice or "*"))
    return Message(path, _meant(letter, BY_PATH.get(LETTERS[letter]), digits), message.time)


def _digit(letter: str, arg: Argument) -> int:
    if isinstance(arg, bool) or not isinstance(arg, int | float) or arg != arg // 1 or not 0 <= arg < BASE:
        raise ParamError(f"behind the letter {letter} come numbers from 0 to {BASE - 1}, not {arg!r:.40}")
    return int(arg)


def _meant(letter: str, param: Param | None, digits: list[int]) -> tuple[Value, ...]:
    if param is None:
        return tuple(digits)  # a command's arguments, one by one
    if not digits and param.access is Access.TRIGGER:
        return ()
    if not digits:
        raise ParamError(f"behind the letter {letter} and the voice comes a value")
    return (_value(param, digits),)


def _value(param: Param, digits: list[int]) -> Value:
    number = reduce(lambda so_far, digit: so_far * BASE + digit, digits, 0)
    if not isinstance(param.default, float) or param.unit in COUNTED or param.low is None or param.high is None:
        return number
    if len(digits) == 1 and param.low == -param.high:
        return max(param.low, param.high * (number - MIDDLE) / REACH)
    return param.low + (param.high - param.low) * number / float(BASE ** len(digits) - 1)
