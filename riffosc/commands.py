"""What can be asked of riffosc besides its parameters: the documentation of every command, once.

The OSC desk answers those of `COMMANDS` itself; other parts bring theirs, each with its `CommandDoc`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from riffosc.params import Value

Reply = tuple[str, tuple[Value, ...]]  # address, arguments
Ask = Callable[[tuple[Any, ...]], Iterable[Reply]]  # arguments to answers; a ParamError is a refusal


@dataclass(frozen=True, slots=True)
class CommandDoc:
    address: str
    arguments: str
    answer: str
    doc: str


AT = CommandDoc(
    "/riff/at",
    "s:when s:address ...",
    "what the address answers",
    "Set, trigger or ask on the next beat, bar or loop, now, or on a beat as /riff/beat counts; "
    "`at` in a key-value message does the same. Painting begins at once and lands no sooner.",
)
COMMANDS: tuple[CommandDoc, ...] = (
    CommandDoc("/riff/ping", "", "/riff/pong s:version i:voices i:port", "Are you there?"),
    CommandDoc("/riff/sync", "i", "/riff/synced i", "Answered when all before it has been taken in."),
    CommandDoc(
        "/riff/get",
        "s:address ...",
        "the same address with its value",
        "Read a value; the address itself, without arguments, does the same.",
    ),
    CommandDoc(
        "/riff/status",
        "[i:voice]",
        "/riff/status name value ...",
        "All that can only be read, in the table's order, of the whole or of one voice.",
    ),
    CommandDoc(
        "/riff/list",
        "[s:prefix]",
        "/riff/list/item s:address s:type default low high s:unit s:access, /riff/list/end i:count",
        "The table; `low` and `high` are empty text where there is no limit.",
    ),
    CommandDoc(
        "/riff/subscribe",
        "s:topic [f:rate_hz] [f:lease_s] [i:port]",
        "/riff/done, then the values as they are",
        "Hear of an address or a pattern, of events (clip, late, done, fail; tick, each beat: /riff/tick i:beat i:bar "
        "f:tempo, both from 1) or of levels (/riff/levels f:main f:voice1 ..., up to 50 Hz): 30 Hz and 60 s if not "
        "given, 0 s is for good. To another port of yours than the one you send from, if you name it.",
    ),
    CommandDoc(
        "/riff/unsubscribe", "[s:topic] [i:port]", "/riff/done", "From one topic, or from all for an empty one."
    ),
    CommandDoc(
        "/dirt/handshake",
        "",
        "/dirt/handshake/reply",
        "TidalCycles waits for it where riffosc stands in for SuperDirt.",
    ),
)
