"""What a controller says: MIDI bytes to events, and the words by which maps name a control."""

import re
from dataclasses import dataclass

import mido

NUMBERS = {"note": 127, "cc": 127, "cc14": 31, "nrpn": 16383, "program": 127}  # the highest of each kind
UNNUMBERED = ("pitch", "pressure")
FINE = ("cc14", "nrpn", "pitch")  # 14 bits
WORDS = re.compile(r"(?P<kind>[a-z]+\d*)(?:\s+(?P<number>\d+))?(?:\s+ch\s+(?P<channel>\d+))?")
EXPECTED = (
    "a control is written as `cc 70`, `cc14 3`, `nrpn 259`, `note 36`, `program`, `program 5`, `pitch` or `pressure`,"
    " with ` ch 10` behind it for one channel only"
)


class SourceError(ValueError):
    """Words that name no control, and how one is named."""


@dataclass(frozen=True, slots=True)
class Source:
    """A control, as maps and `riffosc midi monitor` write it: `cc 70`, `note 36 ch 10`."""

    kind: str
    number: int | None = None  # None: any, for program changes; there is none for pitch bend and pressure
    channel: int | None = None  # 1 to 16; None: any

    def __str__(self) -> str:
        number = "" if self.number is None else f" {self.number}"
        return f"{self.kind}{number}" + (f" ch {self.channel}" if self.channel else "")

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Raises SourceError."""
        found = WORDS.fullmatch(text.strip())
        if found is None or found["kind"] not in (*NUMBERS, *UNNUMBERED):
            raise SourceError(f"{text!r} is no control: {EXPECTED}")
        number, channel = (int(part) if part else None for part in (found["number"], found["channel"]))
        _check_number(text, found["kind"], number)
        if channel is not None and not 1 <= channel <= 16:
            raise SourceError(f"{text!r}: channels are 1 to 16")
        return cls(found["kind"], number, channel)


def _check_number(text: str, kind: str, number: int | None) -> None:
    if kind in UNNUMBERED and number is not None:
        raise SourceError(f"{text!r}: {kind} has no number")
    if kind in NUMBERS and number is None and kind != "program":
        raise SourceError(f"{text!r}: which {kind}? {EXPECTED}")
    if number is not None and number > NUMBERS[kind]:
        raise SourceError(f"{text!r}: the highest {kind} is {NUMBERS[kind]}")


@dataclass(frozen=True, slots=True)
class Event:
    """Something was turned, pressed or released."""

    kind: str
    channel: int  # 1 to 16
    number: int | None
    value: int  # 0 to `top`; a released note is 0

    @property
    def top(self) -> int:
        return 16383 if self.kind in FINE else 127

    @property
    def position(self) -> float:
        """0 to 1."""
        return self.value / self.top

    @property
    def pressed(self) -> bool:
        """As a button."""
        if self.kind in ("note", "program"):
            return self.kind == "program" or self.value > 0
        return self.position >= 0.5

    @property
    def source(self) -> Source:
        return Source(self.kind, self.number, self.channel)

    def __str__(self) -> str:
        return f"{self.source}: {self.value}"


class Reader:
    """Bytes of one port to events; remembers the halves of what comes in two. Never raises.

    A controller below 64 is an event of its own, and the second half of a `cc14` as well: which of the two is
    meant, a map decides. Between an NRPN's number and the end of it, data entry belongs to it.
    """

    def __init__(self) -> None:
        self._coarse: dict[tuple[int, int], int] = {}  # channel and controller to the upper seven bits
        self._chosen: dict[int, dict[int, int]] = {}  # channel to the halves of the number of an NRPN

    def read(self, data: bytes) -> list[Event]:
        return [event for message in mido.parse_all(data) for event in self._events(message)]

    def _events(self, message: mido.Message) -> list[Event]:
        if not hasattr(message, "channel"):
            return []
        channel = message.channel + 1
        match message.type:
            case "control_change":
                return self._controls(channel, message.control, message.value)
            case "note_on" | "note_off":
                velocity = message.velocity if message.type == "note_on" else 0
                event = Event("note", channel, message.note, velocity)
            case "pitchwheel":
                event = Event("pitch", channel, None, message.pitch + 8192)
            case "aftertouch":
                event = Event("pressure", channel, None, message.value)
            case "program_change":
                event = Event("program", channel, message.program, message.program)
            case _:
                return []
        return [event]

    def _controls(self, channel: int, control: int, value: int) -> list[Event]:
        if control in (98, 99):
            self._chosen.setdefault(channel, {})[control] = value
            return []
        if control in (100, 101):  # a registered parameter: no control of ours, and the end of an NRPN
            self._chosen.pop(channel, None)
            return []
        chosen = self._chosen.get(channel, {})
        if control in (6, 38) and len(chosen) == 2:
            return [Event("nrpn", channel, chosen[99] * 128 + chosen[98], self._join(channel, control, value))]
        plain = Event("cc", channel, control, value)
        if control < 32:
            self._coarse[channel, control] = value
        elif control < 64 and (channel, control - 32) in self._coarse:
            return [plain, Event("cc14", channel, control - 32, self._coarse[channel, control - 32] * 128 + value)]
        return [plain]

    def _join(self, channel: int, control: int, value: int) -> int:
        """An NRPN's value. Many devices send its upper half alone: full is full for them, too."""
        if control == 38:
            return self._coarse.get((channel, 6), 0) * 128 + value
        self._coarse[channel, 6] = value
        return value * 129
