"""The General MIDI sounds the composer chooses from, by role, with the words a player would use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound: its number, its words (the first is its name), where it sits."""

    program: int
    words: tuple[str, ...]
    centre: int  # MIDI pitch around which it plays; a kit has none
    trim_db: int  # measured: brings the sounds of one role nearer to one loudness

    @property
    def name(self) -> str:
        return self.words[0]


def _sound(program: int, words: str, centre: int, trim_db: int) -> Sound:
    return Sound(program, tuple(words.split(", ")), centre, trim_db)


def _by_name(*sounds: Sound) -> dict[str, Sound]:
    return {sound.name: sound for sound in sounds}


KITS = _by_name(
    _sound(0, "drum kit, acoustic drums, drums", 0, 2),
    _sound(8, "room drums, live drums, drums", 0, 1),
    _sound(16, "power drums, big drums, drums", 0, -1),
    _sound(24, "electronic drums, drum machine, electronic beat", 0, -1),
    _sound(25, "808 drums, 808, drum machine", 0, -3),
    _sound(32, "jazz drums, jazz kit, drums", 0, 4),
    _sound(40, "brushes, brushed drums, brush kit", 0, 4),
)

BASSES = _by_name(
    _sound(32, "double bass, upright bass, acoustic bass", 36, -1),
    _sound(33, "electric bass, bass guitar, finger bass", 36, 0),
    _sound(34, "picked bass, bass guitar, electric bass", 36, 1),
    _sound(35, "fretless bass, smooth bass", 36, -1),
    _sound(36, "slap bass, funky bass", 36, 2),
    _sound(38, "synth bass, analog bass", 36, 0),
    _sound(39, "sub bass, deep synth bass, 808 bass", 34, -5),
    _sound(87, "saw bass, reese bass, gritty synth bass", 36, 2),
    _sound(58, "tuba, tuba bass", 36, 0),
    _sound(43, "bowed bass, contrabass", 36, 2),
)

CHORDS = _by_name(
    _sound(0, "piano, grand piano, acoustic piano", 60, 5),
    _sound(1, "bright piano, house piano", 62, 5),
    _sound(4, "electric piano, rhodes, e-piano", 60, -2),
    _sound(5, "digital piano, fm piano, electric piano", 62, 2),
    _sound(6, "harpsichord", 62, 1),
    _sound(7, "clavinet, clav", 60, 1),
    _sound(16, "organ, hammond organ", 60, 0),
    _sound(18, "rock organ, organ", 60, -2),
    _sound(19, "church organ, pipe organ", 60, -1),
    _sound(21, "accordion", 64, 2),
    _sound(24, "nylon guitar, classical guitar, acoustic guitar", 58, -2),
    _sound(25, "steel guitar, acoustic guitar, folk guitar", 58, 2),
    _sound(26, "jazz guitar, guitar", 58, 0),
    _sound(27, "clean guitar, electric guitar, guitar", 58, 2),
    _sound(28, "muted guitar, palm muted guitar", 55, 7),
    _sound(29, "overdriven guitar, crunchy guitar, electric guitar", 52, -1),
    _sound(30, "distorted guitar, heavy guitar, electric guitar", 48, -4),
    _sound(46, "harp", 64, 1),
    _sound(48, "strings, string section, orchestra", 60, 1),
    _sound(50, "synth strings, string pad", 62, -2),
    _sound(52, "choir, voices", 62, 2),
    _sound(61, "brass, horns, brass section", 62, -1),
    _sound(62, "synth brass, synth", 62, 0),
    _sound(11, "vibraphone, vibes", 64, 4),
    _sound(12, "marimba", 64, 4),
    _sound(88, "dreamy pad, new age pad, synth pad", 62, 1),
    _sound(89, "warm pad, synth pad", 60, -2),
    _sound(90, "polysynth, synth, synth chords", 60, 0),
    _sound(92, "bowed pad, glass pad, synth pad", 62, -2),
    _sound(95, "sweep pad, synth pad", 62, -4),
    _sound(81, "saw synth, supersaw, synth", 62, -1),
)

LEADS = _by_name(
    _sound(0, "piano, grand piano", 74, 9),
    _sound(4, "electric piano, rhodes", 72, -2),
    _sound(7, "clavinet, clav", 67, 0),
    _sound(8, "celesta", 79, 0),
    _sound(10, "music box", 79, 1),
    _sound(11, "vibraphone, vibes", 74, 6),
    _sound(12, "marimba", 72, 0),
    _sound(13, "xylophone", 79, 10),
    _sound(14, "church bells, tubular bells, bells", 72, 0),
    _sound(16, "organ, hammond organ", 72, 1),
    _sound(21, "accordion", 74, 1),
    _sound(22, "harmonica", 74, 1),
    _sound(24, "nylon guitar, spanish guitar, acoustic guitar", 67, 2),
    _sound(25, "steel guitar, acoustic guitar", 67, 1),
    _sound(26, "jazz guitar, guitar", 67, -1),
    _sound(27, "electric guitar, clean guitar, guitar", 67, 2),
    _sound(30, "distorted guitar, lead guitar, electric guitar", 67, -4),
    _sound(40, "violin", 77, 2),
    _sound(42, "cello", 57, 2),
    _sound(45, "pizzicato strings, plucked strings", 70, -1),
    _sound(46, "harp", 74, 5),
    _sound(48, "strings, string section", 72, 3),
    _sound(52, "choir, voices", 70, 1),
    _sound(56, "trumpet", 71, 1),
    _sound(57, "trombone", 58, -3),
    _sound(59, "muted trumpet, harmon trumpet", 71, -1),
    _sound(60, "french horn, horn", 62, -3),
    _sound(61, "brass, horns, horn section", 67, 0),
    _sound(64, "soprano saxophone, soprano sax", 74, -2),
    _sound(65, "saxophone, alto saxophone, sax", 69, -2),
    _sound(66, "tenor saxophone, saxophone, sax", 64, -1),
    _sound(68, "oboe", 74, -1),
    _sound(71, "clarinet", 70, -3),
    _sound(73, "flute", 79, -3),
    _sound(75, "pan flute", 76, -2),
    _sound(78, "whistle", 81, -5),
    _sound(79, "ocarina", 76, -3),
    _sound(80, "square lead, chiptune lead, synth lead", 72, -1),
    _sound(81, "saw lead, synth lead, synth", 72, 1),
    _sound(87, "synth lead, fat synth lead, synth", 67, 1),
    _sound(98, "crystal bells, glassy synth, bells", 74, 4),
    _sound(104, "sitar", 67, 5),
    _sound(105, "banjo", 69, 4),
    _sound(107, "koto", 70, 4),
    _sound(108, "kalimba, thumb piano", 72, 5),
    _sound(110, "fiddle", 76, 2),
    _sound(114, "steel drums, steelpan", 72, 4),
)

BY_ROLE = {"drums": KITS, "bass": BASSES, "chords": CHORDS, "lead": LEADS}
