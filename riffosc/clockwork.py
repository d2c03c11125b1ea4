"""Whose beat is followed: all clocks, the one that leads, and what players ask of them. Event loop only."""

import time
from collections.abc import Callable
from dataclasses import replace

from riffosc.clocks.choice import Choice
from riffosc.clocks.domains import Domain
from riffosc.clocks.following import FAR_S, LEAD_S, Follower, Place
from riffosc.clocks.internal import InternalClock
from riffosc.clocks.jack import JackClock
from riffosc.clocks.link import LinkClock, LinkMissing
from riffosc.clocks.midi import TICKS, MidiClock
from riffosc.clocks.nominal import Nominal
from riffosc.clocks.source import FASTEST, SLOWEST, Clock, Reading
from riffosc.clocks.tidal import TidalClock
from riffosc.conductor import Conductor
from riffosc.params import Store, Value
from riffosc.playback.player import Player
from riffosc.timeline import Timeline

Show = Callable[[str, Value], None]
Fail = Callable[[str, str], None]


class Clockwork:
    """Asks the clocks every tick and keeps conductor and player to the one that leads."""

    def __init__(self, store: Store, player: Player, conductor: Conductor, show: Show, fail: Fail) -> None:
        """`show` publishes a parameter that riffosc moves by itself; `fail` says what cannot be done."""
        self._store, self._player, self._conductor, self._show, self._fail = store, player, conductor, show, fail
        self.internal = InternalClock(Timeline(0.0, player.now() + 0.1, self._number("tempo")))
        self.latency: Callable[[], float] = lambda: 0.0  # seconds from mixing to hearing
        self._wall = Domain(time.time)
        self.link, self.midi, self.tidal = LinkClock(), MidiClock(), TidalClock(self._wall)
        self.jack = JackClock(lambda: None if player.timebase else player.transport(), lambda: player.samplerate)
        self.clocks: dict[str, Clock] = {each.name: each for each in (self.link, self.jack, self.midi, self.tidal)}
        self.choice = Choice()
        self._follower = Follower(self.internal.timeline)
        self._nominal = Nominal(self.internal.timeline.tempo)
        self._wish: float | None = None  # a tempo that a player asks for
        self._leader = "internal"  # as of the last tick
        self._played: bool | None = None
        self._chases: float | None = None  # seconds after JACK's transport at which the mixer keeps to it
        self._there: dict[str, bool] = {}
        self._publish()

    def _number(self, name: str) -> float:
        value = self._store.get(f"/riff/{name}")
        assert not isinstance(value, str), name
        return float(value)

    # What players ask for

    def changed(self, name: str, value: Value, now: float) -> None:
        """A player set one of the parameters that concern time."""
        match name:
            case "tempo":
                self._wish = float(value)  # taken up by the next tick: of a hundred, the newest counts
            case "tap":
                tempo = self.internal.tap(now)
                if tempo:
                    self._store.set("/riff/tempo", tempo)
            case "quantum":
                self._conductor.set_quantum(int(value), now)
                self._count_in(int(value))
            case "start":
                self._play(True, self._conductor.restart(now))
            case "stop" | "continue":
                self._play(name == "continue", self._conductor.next_bar(now))
            case "link" | "clock":
                self._join(bool(self._store.get("/riff/link")) or self._store.get("/riff/clock") == "link")
            case "link_start_stop":
                self.link.sync_start_stop(bool(value))
            case _:
                self._lead(name)

    def _lead(self, name: str) -> None:
        """A player set one of the parameters of those who follow us."""
        if name in ("midi_clock", "midi_offset_ms", "audio_offset_ms"):
            later_ms = self._number("midi_offset_ms") - self._number("audio_offset_ms")
            self._player.set_midi_clock(bool(self._store.get("/riff/midi_clock")), later_ms / 1000)
        elif name == "timebase":
            words = self._player.set_timebase(bool(self._store.get("/riff/timebase")))
            if words:
                self._fail("/riff/timebase", words)
                self._show("/riff/timebase", False)

    def _count_in(self, quantum: int) -> None:
        """Bars have another length; the line is the same."""
        line = replace(self._follower.line, quantum=quantum)
        self._follower.line = line
        self.internal.timeline = replace(self.internal.timeline, quantum=quantum)
        self.link.quantum = self.midi.quantum = self.tidal.quantum = self.jack.quantum = quantum

    def _play(self, on: bool, beat: float) -> None:
        """A player's start or stop concerns us, and the Link session where that was asked for."""
        self._player.gate(on, beat)
        self._show("/riff/playing", on)
        if self.link.joined and self.link.start_stop:
            self.link.set_playing(on)
            self._played = on if self._leader == "link" else self._played

    def _join(self, on: bool) -> None:
        try:
            if on:
                self.link.join(self._nominal.tempo)
            else:
                self.link.leave()
        except LinkMissing as error:
            self._fail("/riff/link", str(error))
            self._show("/riff/link", False)

    # Every tick

    def step(self, now: float) -> None:
        """Follow whoever leads. `now` is in seconds on the audio clock."""
        self._sample()
        readings = {name: _playable(clock.read(now)) for name, clock in self.clocks.items()}
        leader = self._choose(readings, now)
        reading = readings.get(leader)
        if self._wish is not None:
            self._take_wish(leader, reading, now)
        if reading:
            self._take_quantum(reading, now)
            self._follow(leader, reading, now)
        else:
            self._go_on(now)
        self._chase(leader, reading)
        self._player.set_bars(self._conductor.origin, self._conductor.timeline.quantum)
        self._heed(self.choice.leader, now)
        self._report()

    def _sample(self) -> None:
        stamp = self._player.stamp()
        if stamp:
            self._wall.sample(stamp)
            self.link.sample(stamp)

    def _choose(self, readings: dict[str, Reading | None], now: float) -> str:
        wanted = str(self._store.get("/riff/clock"))
        there = {name: reading is not None for name, reading in readings.items()}
        there["link"] = there["link"] and (self.link.peers > 0 or wanted == "link")
        self._there = there
        return self.choice.choose(wanted, there, now)

    def _take_wish(self, leader: str, reading: Reading | None, now: float) -> None:
        """A player's tempo: ours, the Link session's, or nobody's while another program leads."""
        wish, self._wish = self._wish, None
        assert wish is not None
        if leader == "link" and self.link.joined:
            self.link.set_tempo(wish)
        elif reading is None:
            self._bend(wish, now)
        else:
            self._fail("/riff/tempo", f"the tempo comes from {leader}; /riff/clock internal makes it yours")
            self._show("/riff/tempo", self._nominal.tempo)

    def _bend(self, tempo: float, now: float) -> None:
        self.internal.set_tempo(tempo, now + LEAD_S)
        self._nominal.set(tempo)
        if self._store.get("/riff/clock") == "auto":
            self.choice.release()
        if self.link.joined and not self.link.peers:
            self.link.set_tempo(tempo)

    def _take_quantum(self, reading: Reading, now: float) -> None:
        """Bars as long as the leader's."""
        quantum = reading.line.quantum
        if quantum != self._store.get("/riff/quantum"):
            self._conductor.set_quantum(quantum, now)
            self._conductor.origin = 0.0 if reading.song else self._follower.shift
            self._count_in(quantum)
            self._show("/riff/quantum", quantum)

    def _follow(self, leader: str, reading: Reading, now: float) -> None:
        """Keep our line to the leader's."""
        follower, jumps = self._follower, self._follower.jumps
        place = Place(self._conductor.origin, self._delay(self.clocks[leader]))
        bent = self._chases is None and follower.step(leader, reading, place, now)
        settled = self._nominal.step(reading.tempo or reading.line.tempo, now)
        if bent:
            self.internal.timeline = self._undelayed(follower.line)
        if settled:
            self._show("/riff/tempo", self._nominal.tempo)
        if bent or settled:
            self._publish()
        if follower.jumps != jumps:
            self._conductor.jumped(now, 0.0 if reading.song else None)

    def _chase(self, leader: str, reading: Reading | None) -> None:
        """Once we are on JACK's beat, or wait for it to start, the mixer keeps to the transport by itself."""
        ready = reading is None or self._chases is not None or self._follower.near
        wanted = self._delay(self.jack) if leader == "jack" and ready else None
        if wanted != self._chases:
            self._chases = wanted
            self._player.follow_transport(wanted is not None, wanted or 0.0)

    def followed(self, line: Timeline, now: float) -> None:
        """The mixer has put itself on JACK's transport."""
        line = replace(line, quantum=self._follower.line.quantum)
        moved_s = abs(self._follower.line.beat_at(line.seconds) - line.beat) * 60 / line.tempo
        self._follower.take(line)
        self._conductor.timeline, self.internal.timeline = line, self._undelayed(line)
        if moved_s > FAR_S:
            self._conductor.jumped(now, 0.0)

    def _go_on(self, now: float) -> None:
        """By the clock inside, which takes up where the last leader has brought us."""
        follower, line = self._follower, self.internal.timeline
        line = replace(line, seconds=line.seconds + self._delay(None))
        if follower.leader:
            follower.coast(self._nominal.near(follower.tempo), now)
            self.internal.timeline = self._undelayed(follower.line)
        elif line != follower.line:
            follower.take(line)
        else:
            return
        self._publish()

    def _undelayed(self, line: Timeline) -> Timeline:
        return replace(line, seconds=line.seconds - self._delay(None))

    def _delay(self, clock: Clock | None) -> float:
        """How much later than the clock says what we mix is to be."""
        later = (self._number("offset_ms") + self._number("audio_offset_ms")) / 1000
        return later - self.latency() if clock and clock.delayed else later

    def _publish(self) -> None:
        line = self._follower.line
        self._conductor.timeline, self._conductor.nominal = line, self._nominal.tempo
        self._player.set_timeline(line)

    def _heed(self, leader: str, now: float) -> None:
        """Start and stop with the leader, when it does either; how it was before it led is its own affair."""
        playing = self.clocks[leader].playing if leader in self.clocks else None
        if leader == self._leader and self._played is not None and playing not in (None, self._played):
            if self._chases is None:
                self._player.gate(bool(playing), round(self._follower.line.beat_at(now) * TICKS) / TICKS)
            self._show("/riff/playing", bool(playing))
        self._leader, self._played = leader, playing

    def _report(self) -> None:
        leader = self.choice.leader
        steady = self._there.get(leader, True) or self._played is False
        state = "steady" if steady else "coasting" if self.choice.met else "waiting"
        self._store.publish("/riff/clock_source", leader)
        self._store.publish("/riff/clock_state", state)
        self._store.publish("/riff/peers", self.link.peers)

    def close(self) -> None:
        self.link.leave()


def _playable(reading: Reading | None) -> Reading | None:
    """Nothing, where loops cannot be made for the tempo."""
    return reading if reading and SLOWEST <= reading.line.tempo <= FASTEST else None
