"""The player: what the rest of the program says to the mixer, and hears from it. Event loop only."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from math import cos, isfinite, pi
from time import monotonic_ns
from typing import Any

import numpy as np

from riffosc.playback.bank import Bank
from riffosc.playback.messages import Landing, Levels, News, NewsKind, Transport, news_of
from riffosc.playback.midi import MidiEvent, MidiRings
from riffosc.playback.state import (
    BARS,
    CHASE,
    CLOCK,
    DROPPED,
    FADE,
    GATE,
    HEAD,
    LAND,
    LONG_SINCE,
    MAIN,
    NOTHING,
    PANIC,
    TAIL,
    TIMELINE,
    Sizes,
    allocate,
)
from riffosc.timeline import Timeline

__all__ = ["Landing", "Levels", "MidiEvent", "News", "NewsKind", "Player", "Transport"]


class Player:
    """Voices of looping clips on one timeline, mixed by a compiled function in the audio thread."""

    def __init__(self, voices: int = 8, samplerate: int = 44100, sizes: Sizes | None = None) -> None:
        from riffosc.playback import clock, levels, rings, transport

        self.state: Any = allocate(sizes or Sizes(voices, samplerate))
        self.samplerate = samplerate
        self.bank = Bank(self.state["slots"])
        self.timeline = Timeline()
        self.voices = [Levels() for _ in range(self.state["engine"]["voices"])]
        self._rings, self._clock, self._take, self._transport = rings, clock, levels.take, transport.latest
        self._midi = MidiRings(self.state)
        self._backlog: deque[dict[str, float]] = deque()
        self._given = self.bank.returned()
        self._latest = 0.0
        self.midi_clock, self.clock_offset_s = False, 0.0  # whether it is sent, and how much later than the beat
        self.timebase = False  # whether JACK has its bars and beats from us
        self.guided: Player | None = None  # is told of time what we are told
        self.give_beats: Callable[[bool], str] = lambda on: "there is no JACK" if on else ""  # of the output's
        self._bars = (0.0, 4)
        self.output_name = ""
        self._warm()

    # what sounds

    def land(self, landing: Landing) -> None:
        """Plan a landing. The answer comes as news: LANDED, MISSED or REPLACED."""
        self._check(landing.voice)
        slot = NOTHING if landing.slot is None else landing.slot
        if not isfinite(landing.beat + landing.origin + landing.fade_s):
            raise ValueError(f"a landing needs a beat: {landing}")
        if slot != NOTHING:
            self.bank.send(slot)
        self._send(
            kind=LAND,
            voice=landing.voice - 1 + landing.cue * len(self.voices),
            slot=slot,
            beat=landing.beat,
            origin=landing.origin,
            fade_s=landing.fade_s,
            power=not landing.alike,
        )

    def set_timeline(self, timeline: Timeline) -> None:
        """Follow `timeline` from its anchor on, which lies a little ahead of now; else at once."""
        if not (timeline.tempo > 0 and isfinite(timeline.tempo + timeline.beat + timeline.seconds)):
            raise ValueError(f"no timeline: {timeline}")
        self.timeline = timeline
        self._send(kind=TIMELINE, beat=timeline.beat, seconds=timeline.seconds, tempo=timeline.tempo)

    def gate(self, open: bool, beat: float) -> None:
        """All voices are heard, or not, from `beat` on."""
        self._send(kind=GATE, voice=int(open), beat=beat)

    def set_bars(self, origin: float, quantum: int) -> None:
        """Bar 1 begins on the beat `origin`, maybe one to come, and bars have `quantum` beats. No voice moves."""
        if (origin, quantum) != self._bars:
            self._bars = origin, quantum
            self._send(kind=BARS, voice=quantum, beat=origin)

    def panic(self) -> None:
        """Silence within ten milliseconds; what was playing is forgotten."""
        self._send(kind=PANIC)

    # how loud

    def set_voice(self, voice: int, beat: float = LONG_SINCE, **levels: Any) -> None:
        """Change some of a voice's `Levels`: gain, pan, width, mute, solo; from `beat` on, less than a beat ahead."""
        self._check(voice)
        self.voices[voice - 1] = replace(self.voices[voice - 1], **levels)
        soloed = any(v.solo for v in self.voices)
        for number, v in enumerate(self.voices):
            heard = not v.mute and (v.solo or not soloed)
            self._aim(number, (*balance(v.gain * heard, v.pan), v.width), beat)

    def fade(self, voice: int, whole: bool, beat: float, until: float) -> None:
        """The voice's fader moves from where it is on `beat`, to be up (`whole`) or down on the beat `until`."""
        self._check(voice)
        if not isfinite(beat + until):
            raise ValueError(f"a fade needs beats, not {beat} to {until}")
        self._send(kind=FADE, voice=voice - 1, power=int(whole), beat=beat, origin=until)

    def faders(self) -> tuple[float, ...]:
        """Where the voices' faders stand: 0 down, 1 up."""
        return tuple(float(level) for level in self.state["faders"]["now"][: len(self.voices)])

    def set_main(self, gain: float, beat: float = LONG_SINCE) -> None:
        self._aim(MAIN, (gain, gain, gain), beat)

    def _aim(self, row: int, wanted: tuple[float, float, float], beat: float) -> None:
        """The beat first: until it comes the audio thread looks at nothing else. What waits already is waited for."""
        aims = self.state["aims"][row]
        if tuple(aims[:3]) != wanted:
            aims[3] = max(float(aims[3]), beat)
            aims[:3] = wanted

    def levels(self) -> tuple[float, ...]:
        """Peaks since the last call, after gain, pan and gate: of the main mix, then of voice 1, 2, ..."""
        rows = (MAIN, *range(len(self.voices)))
        return tuple(self._take(self.state["peaks"], row) * 1e-9 for row in rows)

    # MIDI and JACK

    def midi_in(self) -> list[MidiEvent]:
        """What has come in through JACK since the last call, without system exclusive. Other outputs hear nothing."""
        return self._midi.take()

    def midi_out(self, data: bytes, frame: int | None = None) -> None:
        """Send a message through JACK on `frame`, or as soon as possible. With other outputs nobody gets it."""
        self._midi.give(data, frame)

    @property
    def midi_lost(self) -> int:
        """Events for which there was no room, in either direction."""
        return self._midi.lost

    def set_midi_clock(self, on: bool, offset_s: float = 0.0) -> None:
        """Send MIDI clock through JACK: 24 pulses a beat, on their frames and `offset_s` later.

        Start, stop, continue and song position follow the gate and the bars. Pulses go on while it is closed.
        """
        self.midi_clock, self.clock_offset_s = on, offset_s
        self._send(kind=CLOCK, voice=int(on), seconds=offset_s)

    @property
    def settled(self) -> bool:
        """Whether the mixer has heard all that was said."""
        return not self._backlog and self._rings.waiting(self.state["command_cursor"]) == 0

    def follow_transport(self, on: bool, offset_s: float = 0.0) -> None:
        """Keep the timeline on JACK's transport, `offset_s` later, whenever it rolls and has bars and beats.

        It is taken over in the block in which the transport starts, is located or changes tempo, and is told as
        FOLLOWED: any `set_timeline` is overruled meanwhile. The gate opens when it starts and closes when it stops.
        """
        self._send(kind=CHASE, voice=int(on), seconds=offset_s)

    def set_timebase(self, on: bool) -> str:
        """Give JACK's transport our bars and beats, if nobody else gives any: empty, or why not."""
        words = self.give_beats(on)
        self.timebase = on and not words
        return words

    def transport(self) -> Transport | None:
        """JACK's transport as of the last block; None if another output plays."""
        number, rolling, frame, bbt, beat, tempo, beats_per_bar, serial = self._transport(self.state["transport"])
        if number == 0 or number != self.state["engine"]["owner"]:
            return None
        known = beat if bbt else None
        return Transport(bool(rolling), int(frame), known, float(tempo), float(beats_per_bar), int(serial))

    # what time it is, what has happened

    def now(self) -> float:
        """Seconds on the audio clock. Never goes back."""
        self._latest = max(self._latest, self._clock.seconds(self.state["clock"], monotonic_ns()))
        return self._latest

    def stamp(self) -> tuple[float, int] | None:
        """When the newest block began: seconds on the audio clock, and ns on the monotonic clock. None before it."""
        frame, _, ns, rate = self._clock.latest(self.state["clock"])
        return (frame / rate, int(ns)) if ns else None

    def news(self) -> list[News]:
        """What has happened since the last call."""
        self._flush()
        cursor, ring = self.state["news_cursor"], self.state["news"][: self.state["engine"]["news"]]
        count = self._rings.waiting(cursor)
        places = [(int(cursor[TAIL]) + i) % len(ring) for i in range(count)]
        items = [news_of(ring[place], len(self.voices)) for place in places]
        self._rings.consume(cursor, count)
        return items + self._released()

    @property
    def overruns(self) -> int:
        """Blocks that took longer to mix than to play."""
        return int(self.state["engine"]["overruns"])

    @property
    def xruns(self) -> int:
        """Blocks that the sound server lost, whoever was to blame."""
        return int(self.state["engine"]["xruns"])

    @property
    def blocks(self) -> int:
        """Blocks mixed: a watchdog's food."""
        return int(self.state["engine"]["blocks"])

    @property
    def dropped(self) -> int:
        """News that nobody read in time."""
        return int(self.state["news_cursor"][DROPPED])

    # for outputs

    def resume(self, samplerate: int) -> int:
        """An output is about to mix at `samplerate`: the frame it begins with. The clock has gone on meanwhile."""
        self.samplerate = samplerate
        self.state["engine"]["rate_aim"] = samplerate
        return int(self._clock.frame_now(self.state["clock"], monotonic_ns(), samplerate))

    def own(self) -> int:
        """From now on the output that asks mixes, and any other is silent; its number."""
        number = int(self.state["engine"]["owner"]) + 1
        self.state["engine"]["owner"] = number
        return number

    def close(self) -> None:
        """Leave no shared memory behind. Outputs have been stopped."""
        self.bank.close()

    def _warm(self) -> None:
        """Compile now what the event loop will call: later it would be a stall."""
        cursor = np.zeros_like(self.state["news_cursor"])
        self._rings.waiting(cursor), self._rings.room(cursor, 1)
        self._rings.publish(cursor, 0), self._rings.consume(cursor, 0)
        self.now(), self.levels(), self.transport()

    def _check(self, voice: int) -> None:
        if not 1 <= voice <= len(self.voices):
            raise ValueError(f"there are voices 1 to {len(self.voices)}, no {voice}")

    def _released(self) -> list[News]:
        given = self.bank.returned()
        slots = [int(s) for s in ((given != self._given) & (given > 0)).nonzero()[0]]
        self._given = given
        self.bank.collect()
        frame = int(self.state["engine"]["frame"])
        return [News(NewsKind.RELEASED, 0, slot, 0.0, frame) for slot in slots]

    def _send(self, **fields: float) -> None:
        self._backlog.append(fields)
        self._flush()
        if self.guided and fields["kind"] in (TIMELINE, GATE, BARS, CLOCK):
            self.guided._send(**fields)

    def _flush(self) -> None:
        """Hand over what waits. With no output running the ring may be full: the rest waits here."""
        cursor, ring = self.state["command_cursor"], self.state["commands"]
        size = int(self.state["engine"]["commands"])
        for _ in range(min(len(self._backlog), self._rings.room(cursor, size))):
            place = int(cursor[HEAD]) % size
            for name, value in self._backlog.popleft().items():
                ring[name][place] = value
            self._rings.publish(cursor, 1)


def balance(gain: float, pan: float) -> tuple[float, float]:
    """Left and right factors: whole in the middle, and the far side fades as the voice moves away."""
    return gain * cos(max(0.0, pan) * pi / 2), gain * cos(max(0.0, -pan) * pi / 2)
