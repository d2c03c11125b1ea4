"""The sounds the composer chooses from, by role, with the words a player would use. One table.

A number is a program of the General MIDI sound font (for drums, a kit); a word is a patch of our own synthesis, in
training's `kits`, `patches` or `textures`. The centre is the MIDI pitch around which a sound plays.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound: its words (the first is its name), what it is akin to, where it comes from, where it sits."""

    words: tuple[str, ...]
    family: str
    source: int | str  # a program of the sound font, or a patch of our own
    centre: int = 0

    @property
    def name(self) -> str:
        return self.words[0]

    @property
    def synthesised(self) -> bool:
        return isinstance(self.source, str)


_KITS = """
drum kit, acoustic drums, acoustic drum kit | acoustic drums | 0
room drums, live drums, roomy drum kit | acoustic drums | 8
power drums, big drums, rock drums, stadium drums | acoustic drums | 16
electronic drums, drum machine, electronic drum kit | electronic drums | 24
jazz drums, jazz kit, jazz drum kit | acoustic drums | 32
brushes, brushed drums, brush kit, brushed snare | acoustic drums | 40
orchestral drums, concert percussion, orchestral percussion | acoustic drums | 48
808 drums, 808, 808 kit, 808 beat, tr-808 | electronic drums | eight
909 drums, 909, 909 kit, tr-909, house drums | electronic drums | nine
rhythm box, vintage drum machine, old drum machine, analog drums | electronic drums | box
chip drums, 8 bit drums, game console drums | electronic drums | chip
lo-fi drums, dusty drums, crunchy drums, sampled drums | electronic drums | dusty
industrial drums, distorted drums, hard drums | electronic drums | hard
click drums, glitch drums, micro drums, clicks | electronic drums | click
"""

_BASSES = """
double bass, upright bass, acoustic bass | acoustic bass | 32 | 36
electric bass, bass guitar, finger bass | electric bass | 33 | 36
picked bass, bass guitar, plectrum bass | electric bass | 34 | 36
fretless bass, smooth bass | electric bass | 35 | 36
slap bass, slapped bass, funky slap bass | electric bass | 36 | 36
tuba, tuba bass, bass tuba | brass | 58 | 36
bowed bass, contrabass, bowed double bass | acoustic bass | 43 | 36
synth bass, analog bass, analogue bass | synth bass | analog bass | 36
sub bass, deep bass, sine bass, sub | synth bass | sub | 34
808 bass, 808 sub, booming bass | synth bass | boom | 33
acid bass, 303 bass, 303, squelchy bass, acid line | synth bass | acid | 38
reese bass, reese, growling bass, neuro bass | synth bass | reese | 34
saw bass, gritty synth bass, buzzing bass | synth bass | saw bass | 36
fm bass, digital bass, slap synth bass | synth bass | fm bass | 36
square bass, chip bass, 8 bit bass | synth bass | square bass | 38
"""

_CHORDS = """
piano, grand piano, acoustic piano | piano | 0 | 60
bright piano, house piano | piano | 1 | 62
saloon piano, upright piano, detuned piano | piano | 3 | 62
electric piano, rhodes, e-piano | electric piano | 4 | 60
fm electric piano, digital piano, dx piano, fm piano | electric piano | fm piano | 60
harpsichord, cembalo | plucked strings | 6 | 62
clavinet, clav, funky clavinet | electric piano | 7 | 60
organ, hammond organ, hammond, drawbar organ | organ | 16 | 60
rock organ, overdriven organ | organ | 18 | 60
church organ, pipe organ | organ | 19 | 60
accordion, squeezebox | reeds | 21 | 64
nylon guitar, classical guitar, acoustic guitar | acoustic guitar | 24 | 58
steel guitar, acoustic guitar, folk guitar, steel string guitar | acoustic guitar | 25 | 58
jazz guitar, hollow body guitar, mellow guitar | electric guitar | 26 | 58
clean guitar, electric guitar, clean electric guitar | electric guitar | 27 | 58
muted guitar, palm muted guitar, damped guitar | electric guitar | 28 | 55
overdriven guitar, crunchy guitar, overdrive guitar | distorted guitar | 29 | 52
distorted guitar, heavy guitar, fuzz guitar | distorted guitar | 30 | 48
harp, concert harp | plucked strings | 46 | 64
strings, string section, string ensemble, orchestra strings | strings | 48 | 60
tremolo strings, shivering strings | strings | 44 | 60
synth strings, string machine | synth pad | 50 | 62
choir, voices, vocal choir, singers | choir | 52 | 62
brass, brass section, horn section, horns | brass | 61 | 62
synth brass, analog brass | synth chords | 62 | 62
vibraphone, vibes | mallets | 11 | 64
marimba | mallets | 12 | 64
dreamy pad, new age pad, fantasia pad | synth pad | 88 | 62
bowed pad, glass pad, glassy pad | synth pad | 92 | 62
warm pad, analog pad, soft pad, synth pad | synth pad | warm pad | 60
sweep pad, filter pad, moving pad | synth pad | sweep pad | 60
dark pad, drone pad, deep pad | synth pad | dark pad | 55
supersaw, supersaw chords, trance chords, saw synth | synth chords | supersaw | 62
polysynth, analog synth, synth chords, synth | synth chords | polysynth | 60
synth pluck, plucky synth, pluck, plucks | synth chords | pluck | 64
hoover, rave stab, rave synth | synth chords | hoover | 58
chip chords, 8 bit chords, game console chords | chip | chip | 64
"""

_LEADS = """
piano, grand piano, acoustic piano | piano | 0 | 74
electric piano, rhodes, e-piano | electric piano | 4 | 72
clavinet, clav | electric piano | 7 | 67
celesta, celeste | bells | 8 | 79
music box, toy box | bells | 10 | 79
vibraphone, vibes | mallets | 11 | 74
marimba, wooden mallets | mallets | 12 | 72
xylophone | mallets | 13 | 79
church bells, tubular bells | bells | 14 | 72
organ, hammond organ, hammond | organ | 16 | 72
accordion, squeezebox | reeds | 21 | 74
harmonica, blues harp, mouth organ | reeds | 22 | 74
nylon guitar, spanish guitar, classical guitar | acoustic guitar | 24 | 67
steel guitar, acoustic guitar, steel string guitar | acoustic guitar | 25 | 67
jazz guitar, hollow body guitar | electric guitar | 26 | 67
electric guitar, clean guitar, clean electric guitar | electric guitar | 27 | 67
distorted guitar, lead guitar, fuzz guitar | distorted guitar | 30 | 67
violin, solo violin | strings | 40 | 77
fiddle, folk violin | strings | 110 | 76
cello, solo cello | strings | 42 | 57
pizzicato strings, plucked strings, pizzicato | plucked strings | 45 | 70
harp, concert harp | plucked strings | 46 | 74
strings, string section, string ensemble | strings | 48 | 72
choir, voices, vocal choir | choir | 52 | 70
voice, wordless voice, vocal, human voice | choir | 53 | 70
trumpet, solo trumpet | brass | 56 | 71
trombone | brass | 57 | 58
muted trumpet, harmon mute trumpet | brass | 59 | 71
french horn, horn | brass | 60 | 62
brass, brass section, horn section, horns | brass | 61 | 67
soprano saxophone, soprano sax | reeds | 64 | 74
saxophone, alto saxophone, sax, alto sax | reeds | 65 | 69
tenor saxophone, tenor sax, sax | reeds | 66 | 64
oboe | reeds | 68 | 74
clarinet | reeds | 71 | 70
flute, concert flute | flute | 73 | 79
recorder, wooden flute | flute | 74 | 78
pan flute, panpipes | flute | 75 | 76
shakuhachi, bamboo flute, breathy flute | flute | 77 | 74
whistle, whistling, human whistle | flute | 78 | 81
ocarina | flute | 79 | 76
sitar | plucked strings | 104 | 67
banjo | plucked strings | 105 | 69
shamisen, sangen | plucked strings | 106 | 69
koto, japanese harp | plucked strings | 107 | 70
kalimba, thumb piano, mbira | mallets | 108 | 72
steel drums, steelpan, steel pan | mallets | 114 | 72
fm bells, glassy bells, digital bells | bells | fm bells | 76
crystal bells, crystal synth, glass bells | bells | 98 | 74
saw lead, synth lead, sawtooth lead | synth lead | saw lead | 72
supersaw lead, trance lead, big synth lead | synth lead | supersaw | 74
square lead, hollow synth lead, pulse lead | synth lead | square lead | 72
acid lead, 303, squelchy lead, acid line | synth lead | acid | 55
sine lead, whistling synth, pure tone | synth lead | sine lead | 74
synth pluck, plucky synth, pluck | synth lead | pluck | 72
chip lead, chiptune, 8 bit lead, game console | chip | chip | 74
"""

_TEXTURES = """
vinyl crackle, vinyl, record crackle, record noise | noise | vinyl
rain, rainfall, raindrops | noise | rain
noise riser, riser, white noise sweep, build up | noise | riser
noise sweep, filtered noise, whoosh | noise | sweep
wind, breeze | noise | wind
ocean waves, waves, the sea | noise | waves
tape hiss, hiss, static | noise | hiss
gated noise, rhythmic noise, pulsing noise | noise | gate
drone, deep drone, dark drone | drone | drone | 40
"""


def _table(text: str) -> dict[str, Sound]:
    found = {}
    for line in text.strip().splitlines():
        words, family, source, *centre = (field.strip() for field in line.split("|"))
        number = int(source) if source.isdigit() else source
        sound = Sound(tuple(words.split(", ")), family, number, int(centre[0]) if centre else 0)
        found[sound.name] = sound
    return found


KITS, BASSES, CHORDS, LEADS, TEXTURES = map(_table, (_KITS, _BASSES, _CHORDS, _LEADS, _TEXTURES))
BY_ROLE = {"drums": KITS, "bass": BASSES, "chords": CHORDS, "lead": LEADS, "texture": TEXTURES}
FAMILIES = tuple(sorted({sound.family for sounds in BY_ROLE.values() for sound in sounds.values()}))
FREE_REEDS = ("accordion", "harmonica")  # listed under reeds, like saxophones and oboes, but apart to the ear
