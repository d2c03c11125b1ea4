"""Bass lines and chord work over a progression.

A style is a few bars of sixteenths. Bass: `r` root, `t` third, `f` fifth, `o` octave, `s` a step of the scale,
`a` the step that leads to the next root, `?` perhaps root or fifth, `-` held, `.` silent. Chords: `x` the chord,
`0` to `3` one tone of it, `b` its bass, `-` held, `.` silent. `meters` says what bars of other than four beats play.
"""

from dataclasses import dataclass

from numpy.random import Generator

from riffosc.composing.loop import STEP, Note
from riffosc.composing.meters import marks
from riffosc.composing.theory import Chord, Key, chord_at, led, nearest

BASS_STYLES: dict[str, tuple[str, ...]] = {
    "rolling": ("r.rrr.rrr.rrr.rr", "..rr..rr..rr..rr", ".rrr.rrr.rrr.rrr"),
    "acid": ("rr?orr?s?ro?rrfr", "r.orr.rsr?orr.of", "rro.rr.orsr.r?ro"),
    "offbeat": ("..r...r...r...r.", "..r-..r-..r-..o-"),
    "octaves": ("r-o-r-o-r-o-r-o-", "r.o.r.o.r.o.r.oo", "r-.or-.or-.or-fo"),
    "eighths": ("r-r-r-r-r-r-r-r-", "r-r-r-r-r-r-f-a-", "r-r-r-o-r-r-f-r-"),
    "sixteenths": ("rrrrrrrrrrrrrrrr", "r.rrr.rrr.rrr.rr"),
    "syncopated": ("r--r--r-..r-f-?.", "r..r..o.r..?..f.", "r-.r-.r---?.f-a-"),
    "funk": ("r..r..o.?.rf.ros", "r.o..rr...f.o.rs", "rr.o..r.?.fo..ra"),
    "roots": ("r---------------", "r-------r-------", "r-----r-r-----f-"),
    "long": ("r---------------", "r---------------"),
    "walking": ("r---t---f---a---", "r---s---t---a---", "r---f---o---a---", "o---f---t---a---"),
    "root fifth": ("r---....f---....", "r-------f-------", "r---f---r---f-a-"),
    "dub": ("r--r--..t-f-....", "r-....r-t-..f-..", "....r-r-o---f-t-", "r---..r-..f-r-.."),
    "bossa": ("r-----f-f-----r-", "r-----f-f-----a-"),
    "tumbao": ("......f-....o---", "r-....f-----o---"),
    "808": ("r-----------..?.", "r-----r-....f---", "r---..r-----..a-"),
    "reese": ("r---------------", "r-------..f---a-", "r---..r---..s---"),
    "boogie": ("r-r-t-t-f-f-t-t-", "r---t---f---s---"),
    "ostinato": ("r.r.f.r.o.r.f.r.", "r-f-o-f-r-f-o-f-"),
    "gallop": ("r.rrr.rrr.rrr.rr", "r.rrr.rrr.rrf.oo"),
    "motown": ("r--r..r.f-t-s-r-", "r..rr.s.t-.tf.a-", "r-r.o-f.s-t.f-a-"),
    "tresillo": ("r--r--r-r--r--r-", "r--o--f-r--o--f-", "r--r--f---------"),
    "drone": ("r-------r-------", "r---------------"),
    "afro": ("r-.r-.o-..f-..r-", "r.rr..f.r..o..f."),
}

CHORD_STYLES: dict[str, tuple[str, ...]] = {
    "pad": ("P",),
    "stabs": ("..x...x...x...x.", "x..x..x...x..x..", "...x......x.....", "x.....x...x....."),
    "dub": ("..x.............", "......x.......x.", "..x..x..........", "....x--.....x--."),
    "eighths": ("x-x-x-x-x-x-x-x-", "x.x.x.x.x.x.x.x."),
    "quarters": ("x---x---x---x---", "x-..x-..x-..x-.."),
    "comping": ("x--.....x-......", "......x-....x-..", "x-....x-....x---", "..x-....x---...."),
    "charleston": ("x---..x-........", "x---..x---..x---"),
    "skank": ("..x...x...x...x.", "..x.x.x.x.x.x.x."),
    "backbeat": ("....x.......x...", "....x-......x-.."),
    "strumming": ("x---x-x-..x-x-x-", "x---x---x-x-x-x-", "x-x-x-xxx-x-x-xx"),
    "scratch": ("x.xx..x.x.xx..x.", "..xx..x..xx..xx."),
    "power": ("x-x-x-x-x-x-x-x-", "x-----x-x-----x-", "x---------------", "x.xxx.xxx.xxx.xx"),
    "arpeggio": ("0123012301230123", "0.1.2.3.2.1.2.1.", "0-1-2-1-0-1-2-1-", "02132132021321x-"),
    "broken": ("0-2-1-2-0-2-1-2-", "0---1---2---1---", "0-1-2-3-2-1-0-1-"),
    "oompah": ("b---x---x---x---", "b---x-..x-..x-.."),
    "bossa": ("x-.x-.x-..x-.x-.", "x---..x-.x--..x-"),
    "montuno": ("x.01.2x.01.2x.1.", "0.x.1.xx.1.x.1x."),
    "boom chick": ("b---x---b---x---", "b---x-x-b---x-x-"),
    "tremolo": ("xxxxxxxxxxxxxxxx",),
    "gated": ("x.xx.xx.x.xx.xx.", "xx.xx.x.xx.xx.x.", "x.x.xx.xx.x.xx.x"),
    "push": ("x-----x---------", "x-----x-----x---", "..........x-----"),
    "tresillo": ("x--x--x-x--x--x-", "x--x--x---------"),
    "hymn": ("x-------x-------", "x-------x---x---"),
}


@dataclass(frozen=True, slots=True)
class Song:
    """What the players have in common."""

    key: Key
    chords: tuple[Chord, ...]
    bars: int
    quantum: int
    form: str = ""  # the melody's bars, as in `melody.FORMS`; drawn if empty

    @property
    def beats(self) -> int:
        return self.bars * self.quantum


@dataclass(frozen=True, slots=True)
class Step:
    """One mark of a pattern that sounds."""

    mark: str
    start_beat: float
    length_beats: float


def steps(song: Song, patterns: list[str]) -> list[Step]:
    """The marks that sound, one pattern per bar going round; holds end with the chord's change."""
    lane = "".join(patterns)
    line = "".join(marks(lane, bar, song.quantum) for bar in range(song.bars))
    found = []
    for i, mark in enumerate(line):
        if mark in "-.":
            continue
        end = i + 1
        change = round(chord_at(song.chords, i * STEP).end_beat / STEP)
        while end < min(len(line), change) and line[end] == "-":
            end += 1
        found.append(Step(mark, i * STEP, (end - i) * STEP))
    return found


def _choose(rng: Generator, patterns: tuple[str, ...], bars: int) -> list[str]:
    """One pattern all through, two in turn, or the second only where a phrase ends."""
    first = patterns[int(rng.integers(len(patterns)))]
    second = patterns[int(rng.integers(len(patterns)))]
    chance = rng.random()
    if chance < 0.3:
        return [first, second]
    if chance < 0.55 and bars > 1:
        return [first] * (bars - 1) + [second]
    return [first]


def accent(rng: Generator, start_beat: float, force: float) -> int:
    """A velocity: stronger on the beat, strongest on the first."""
    on_beat = 10 if start_beat % 1 == 0 else 0
    return int(min(127, max(25, 84 + 26 * (force - 0.5) + on_beat + rng.integers(-6, 7))))


def bass_line(rng: Generator, song: Song, style: str, centre: int, force: float) -> tuple[Note, ...]:
    """A bass that follows the chords' roots; `force` 0..1 is how hard it is played."""
    notes = []
    for step in steps(song, _choose(rng, BASS_STYLES[style], song.bars)):
        if step.mark == "?" and rng.random() < 0.4:
            continue
        pitch = _bass_pitch(rng, song, step, centre)
        length = step.length_beats * (0.9 if style not in ("long", "drone") else 1.0)
        notes.append(Note(step.start_beat, length, pitch, accent(rng, step.start_beat, force)))
    if style == "acid":
        notes = _squelched(rng, notes)
    return tuple(_on_changes(rng, song, notes, centre, force) if style in ("long", "roots") else notes)


def _squelched(rng: Generator, notes: list[Note]) -> list[Note]:
    """Accents, octave jumps and slides; a note that lasts into the next slides to it."""
    found = []
    for note in notes:
        chance = rng.random()
        loud = 124 if rng.random() < 0.3 else 88
        pitch = note.pitch + (12 if chance < 0.15 else 0)
        length = note.length_beats * (1.2 if chance > 0.72 else 0.6)
        found.append(note._replace(velocity=loud, pitch=pitch, length_beats=length))
    return found


def _on_changes(rng: Generator, song: Song, notes: list[Note], centre: int, force: float) -> list[Note]:
    """A long bass plays at every change of chord, also inside a bar."""
    starts = {note.start_beat for note in notes}
    late = [chord for chord in song.chords if chord.start_beat not in starts]
    for chord in late:
        length = min(chord.length_beats, song.quantum)
        pitch = nearest(chord.tones[0], centre)
        notes.append(Note(chord.start_beat, length, pitch, accent(rng, 0, force)))
    return sorted(notes)


def _bass_pitch(rng: Generator, song: Song, step: Step, centre: int) -> int:
    chord = chord_at(song.chords, step.start_beat)
    root = nearest(chord.tones[0], centre)
    above = {"r": root, "o": root + 12, "t": _up(root, chord.third), "f": _up(root, chord.fifth)}
    if step.mark in above:
        return above[step.mark]
    if step.mark == "?":
        return int(rng.choice([root, above["f"], above["o"]]))
    toward = root
    if step.mark == "a":
        following = chord_at(song.chords, (step.start_beat + step.length_beats) % song.beats)
        toward = nearest(following.tones[0], centre)
    beside = [pitch for pitch in song.key.ladder(toward - 4, toward + 4) if pitch != toward]
    return min(beside, key=lambda pitch: abs(pitch - toward) + float(rng.random()))


def _up(root: int, tone: int) -> int:
    return root + (tone - root) % 12


def chord_part(rng: Generator, song: Song, style: str, centre: int, force: float) -> tuple[Note, ...]:
    """Chords in one of the styles, voiced around `centre`, voices moving little."""
    if style in ("pad", "hold"):
        played = [Step("x", chord.start_beat, chord.length_beats) for chord in song.chords]
    else:
        played = steps(song, _choose(rng, CHORD_STYLES[style], song.bars))
    voiced = led(song.chords, centre, wide=bool(rng.random() < 0.35) and style != "strumming")
    notes: list[Note] = []
    for step in played:
        chord = chord_at(song.chords, step.start_beat)
        velocity = accent(rng, step.start_beat, force) - 8
        pitches = _chord_pitches(chord, step.mark, style, (centre, voiced[song.chords.index(chord)]))
        notes += [Note(step.start_beat, step.length_beats, pitch, velocity) for pitch in pitches]
    return tuple(notes)


def _chord_pitches(chord: Chord, mark: str, style: str, where: tuple[int, tuple[int, ...]]) -> tuple[int, ...]:
    centre, voiced = where
    if mark == "b":
        return (nearest(chord.tones[0], centre - 16),)
    if style == "power":
        root = nearest(chord.tones[0], centre)
        return (root, _up(root, chord.fifth), root + 12)
    if mark == "x":
        return voiced
    wide = (*voiced, voiced[0] + 12)
    return (wide[int(mark) % len(wide)],)
