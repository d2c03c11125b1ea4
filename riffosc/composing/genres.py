"""The genres, one table: how fast, which grooves, which styles, which sounds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Genre:
    """What is usual in one genre; every tuple is a set of equal choices."""

    words: tuple[str, ...]  # the first is its name
    tempo: tuple[int, int]  # beats per minute
    kits: tuple[str, ...]
    grooves: tuple[str, ...]
    basses: tuple[str, ...]
    bass_styles: tuple[str, ...]
    harmonies: tuple[str, ...]
    chord_styles: tuple[str, ...]
    leads: tuple[str, ...]
    densities: tuple[str, ...]
    textures: tuple[str, ...] = ()
    minor: float = 0.5  # chance of a minor key
    sevenths: bool = False
    swing: float = 0.0  # how far its eighths swing: 2/3 is a triplet's, 0 straight
    shuffle: float = 0.0  # how far its sixteenths mostly swing
    force: float = 0.5  # 0 is soft, 1 is hard
    three: float = 1.0  # weight among loops of three beats a bar
    four: float = 1.0  # weight among loops of four

    @property
    def name(self) -> str:
        return self.words[0]

    def sounds(self, role: str) -> tuple[str, ...]:
        """What usually plays a role; only textures may have none."""
        return {
            "drums": self.kits,
            "bass": self.basses,
            "chords": self.harmonies,
            "lead": self.leads,
            "texture": self.textures,
        }[role]

    def styles(self, role: str) -> tuple[str, ...]:
        """How a role is usually played; textures have no styles."""
        return {
            "drums": self.grooves,
            "bass": self.bass_styles,
            "chords": self.chord_styles,
            "lead": self.densities,
            "texture": (),
        }[role]


_TEXT = """
techno | 122-138 | minor .9 | force .7
 kits 909 drums, electronic drums, industrial drums, 808 drums
 grooves four, four hard, four minimal, four tech, four tribal, rolling toms
 bass synth bass, sub bass, saw bass, acid bass: rolling, offbeat, sixteenths, ostinato
 chords hoover, polysynth, sweep pad, dark pad, synth pluck, synth strings, synth brass: stabs, pad, arpeggio
 lead saw lead, square lead, saw lead, crystal bells: sparse, medium
 texture noise riser, noise sweep, gated noise
dub techno, deep techno | 114-126 | minor .95 | sevenths | force .4
 kits 909 drums, 808 drums, click drums, lo-fi drums
 grooves four minimal, four, four tech
 bass sub bass, synth bass: dub, offbeat, long
 chords warm pad, polysynth, organ, electric piano, sweep pad: dub, pad, dub
 lead crystal bells, saw lead, electric piano, vibraphone: sparse
acid house, acid techno, acid | 120-136 | minor .85 | force .7
 kits 909 drums, 808 drums
 grooves four, four hard, four tech
 bass acid bass: acid
 chords supersaw, polysynth, synth strings, bright piano: stabs, pad
 lead acid lead, square lead, saw lead: busy, medium
house, deep house | 116-128 | minor .7 | sevenths | force .6 | shuffle .55
 kits 909 drums, electronic drums, 808 drums
 grooves four, disco, garage, four tech, four tribal
 bass synth bass, sub bass, slap bass, electric bass: offbeat, octaves, syncopated
 chords bright piano, organ, electric piano, strings, warm pad, synth pluck, fm electric piano: stabs, comping, pad
 lead saxophone, flute, square lead, electric piano, vibraphone, trumpet: medium, sparse
trance | 130-142 | minor .8 | force .7
 kits 909 drums, electronic drums
 grooves four, four hard
 bass synth bass, saw bass: offbeat, rolling, sixteenths
 chords supersaw, synth pluck, choir, sweep pad: arpeggio, pad, eighths, gated
 lead supersaw lead, saw lead, synth pluck: busy, medium
 texture noise riser, noise sweep
drum and bass, dnb, jungle | 160-176 | minor .85 | sevenths | force .75
 kits power drums, electronic drums, room drums, lo-fi drums, industrial drums
 grooves two step, amen, jungle, break, think, funky drummer, breakcore
 bass reese bass, sub bass, saw bass, reese bass: reese, long, 808, syncopated
 chords warm pad, sweep pad, strings, choir, electric piano: pad, pad, stabs
 lead sine lead, saw lead, flute, electric piano, piano, vibraphone: long, sparse, medium
breakbeat, breaks, big beat | 120-140 | minor .7 | force .7
 kits power drums, room drums, drum kit, lo-fi drums
 grooves break, amen, two step, think, funky drummer
 bass synth bass, electric bass, saw bass: syncopated, funk, eighths
 chords organ, rock organ, synth strings, overdriven guitar, supersaw: stabs, pad, comping
 lead saw lead, square lead, electric guitar, saw lead: medium, sparse
hip hop, boom bap, rap | 80-98 | minor .75 | sevenths | force .55 | shuffle .58
 kits power drums, room drums, 808 drums
 grooves hip hop, boom bap
 bass double bass, electric bass, sub bass: syncopated, roots, 808
 chords electric piano, piano, strings, vibraphone, organ: comping, pad, charleston
 lead flute, muted trumpet, saxophone, piano, vibraphone, strings: sparse, medium
lo-fi hip hop, lofi, chillhop, lo-fi | 70-90 | minor .5 | sevenths | force .3 | shuffle .6
 kits lo-fi drums, brushes, rhythm box, room drums
 grooves boom bap, hip hop, trip hop
 bass double bass, fretless bass, sub bass: roots, syncopated, long
 chords electric piano, piano, jazz guitar, fm electric piano: pad, comping, broken
 lead vibraphone, nylon guitar, muted trumpet, piano, jazz guitar, kalimba: sparse, medium
 texture vinyl crackle, rain, tape hiss
trap | 128-150 | minor .95 | force .65
 kits 808 drums
 grooves trap, trap fast, trap rolls, latin hip hop
 bass 808 bass, sub bass: 808, long
 chords dreamy pad, strings, choir, piano, bowed pad: pad, arpeggio, broken
 lead fm bells, music box, flute, koto, synth pluck, church bells: medium, sparse
dub | 68-84 | minor .8 | sevenths | force .5
 kits room drums, drum kit
 grooves one drop, steppers, rockers
 bass electric bass, sub bass, fretless bass: dub, roots
 chords organ, clean guitar, electric piano, piano: skank, dub
 lead trombone, tenor saxophone, muted trumpet, harmonica: sparse, long
reggae, roots reggae | 70-92 | minor .5 | force .5
 kits drum kit, room drums
 grooves one drop, rockers, steppers
 bass electric bass, picked bass, fretless bass: dub, syncopated
 chords clean guitar, organ, piano, muted guitar: skank
 lead saxophone, trombone, brass, steel drums, harmonica, organ: medium, sparse
ska | 130-160 | minor .3 | force .7
 kits drum kit, room drums
 grooves rockers, disco, punk
 bass electric bass, picked bass: walking, eighths
 chords clean guitar, organ, piano: skank
 lead trombone, trumpet, brass, saxophone, tenor saxophone: medium, busy
funk | 92-116 | minor .6 | sevenths | force .75 | shuffle .55
 kits drum kit, room drums
 grooves funk, funk sixteen, funky drummer, linear funk, think
 bass slap bass, electric bass, synth bass: funk, syncopated
 chords clavinet, clean guitar, organ, electric piano, brass: scratch, stabs, comping
 lead saxophone, brass, trumpet, electric guitar, organ, clavinet: busy, medium
disco | 112-128 | minor .6 | sevenths | force .7
 kits drum kit, room drums, 909 drums
 grooves disco, four
 bass electric bass, slap bass, synth bass: octaves, syncopated
 chords strings, clean guitar, electric piano, synth strings, piano: pad, scratch, eighths
 lead strings, brass, flute, saw lead, trumpet: medium, busy
soul, r and b, rhythm and blues | 76-112 | minor .35 | sevenths | force .5
 kits drum kit, room drums
 grooves soul, funk, rock, motown, new jack
 bass electric bass, picked bass, fretless bass: syncopated, root fifth, funk, motown
 chords electric piano, organ, piano, clean guitar, brass: comping, pad, backbeat
 lead saxophone, tenor saxophone, trumpet, harmonica, strings, electric piano: medium, sparse
rock, indie rock | 104-140 | minor .4 | force .75
 kits power drums, drum kit, room drums
 grooves rock, rock ride, eighties, motorik, half time
 bass picked bass, electric bass: eighths, roots, root fifth
 chords overdriven guitar, distorted guitar, clean guitar, rock organ, piano: power, strumming, eighths
 lead distorted guitar, electric guitar, organ, saw lead: medium, sparse, long
punk, punk rock | 150-180 | minor .3 | force .95
 kits power drums, drum kit
 grooves punk, rock
 bass picked bass: eighths
 chords distorted guitar, overdriven guitar: power
 lead distorted guitar, electric guitar: medium, busy
metal, heavy metal | 110-170 | minor .97 | force 1
 kits power drums
 grooves metal, metal gallop, half time, rock, blast, breakdown
 bass picked bass, electric bass: eighths, sixteenths, roots, gallop
 chords distorted guitar, overdriven guitar: power
 lead distorted guitar, saw lead, strings: busy, long, medium
jazz, swing | 100-180 | minor .45 | sevenths | swing .66 | force .45 | three 1.5
 kits jazz drums, brushes
 grooves swing, brushes
 bass double bass: walking, root fifth
 chords piano, jazz guitar, vibraphone, electric piano, organ: charleston, comping, quarters
 lead saxophone, tenor saxophone, trumpet, muted trumpet, piano, clarinet, vibraphone, jazz guitar: medium, busy
bossa nova, bossa | 110-145 | minor .45 | sevenths | force .35
 kits jazz drums, brushes, drum kit
 grooves bossa
 bass double bass, fretless bass: bossa, root fifth
 chords nylon guitar, piano, electric piano, vibraphone: bossa, comping
 lead flute, soprano saxophone, nylon guitar, tenor saxophone, clarinet, vibraphone: medium, sparse
samba, batucada | 96-116 | minor .4 | sevenths | force .65
 kits drum kit, room drums
 grooves samba, samba reggae, baiao
 bass electric bass, double bass: bossa, syncopated
 chords nylon guitar, piano, clean guitar: bossa, strumming
 lead flute, trombone, whistle, trumpet, accordion: medium, busy
salsa, latin, mambo | 90-110 | minor .7 | sevenths | force .65
 kits drum kit, room drums
 grooves salsa, son, songo
 bass double bass, electric bass: tumbao
 chords piano, nylon guitar, brass, marimba: montuno
 lead trumpet, trombone, flute, brass, steel drums: medium, busy
cumbia, latin | 86-104 | minor .7 | force .6
 kits drum kit, room drums
 grooves cumbia, reggaeton
 bass electric bass, double bass: root fifth, tumbao
 chords accordion, clean guitar, nylon guitar, organ: skank, backbeat
 lead accordion, clarinet, flute, trumpet, pan flute: medium, busy
afrobeat, afro | 98-124 | minor .7 | sevenths | force .6
 kits drum kit, room drums
 grooves afrobeat, afro bell, highlife
 bass electric bass, picked bass: afro, ostinato, syncopated
 chords muted guitar, clean guitar, organ, electric piano, brass: scratch, comping, arpeggio
 lead saxophone, brass, tenor saxophone, trumpet, kalimba, marimba: medium, busy
blues, slow blues | 66-120 | minor .4 | sevenths | swing .66 | force .5
 kits drum kit, room drums, brushes
 grooves shuffle, swing, half shuffle
 bass electric bass, double bass, picked bass: boogie, walking
 chords piano, organ, overdriven guitar, clean guitar: quarters, comping, backbeat
 lead harmonica, electric guitar, distorted guitar, tenor saxophone, piano, steel guitar: medium, sparse
folk, acoustic | 84-126 | minor .35 | force .4 | three 1.5
 kits drum kit, brushes
 grooves folk, country
 bass double bass, electric bass: root fifth, roots
 chords steel guitar, nylon guitar, accordion, harp: strumming, broken
 lead fiddle, recorder, flute, whistle, harmonica, accordion, banjo, steel guitar, ocarina: medium, busy
country, country and western | 90-140 | minor .15 | force .55
 kits drum kit, brushes
 grooves train, country, train swing
 bass electric bass, double bass, picked bass: root fifth
 chords steel guitar, clean guitar, piano: boom chick, strumming
 lead fiddle, banjo, harmonica, steel guitar, electric guitar: medium, busy
waltz | 84-170 | minor .4 | force .4 | three 7 | four 0
 kits drum kit, brushes, jazz drums
 grooves waltz, waltz ride, waltz snare
 bass double bass, tuba, electric bass, bowed bass: root fifth, roots
 chords piano, accordion, strings, nylon guitar, harp: oompah, broken
 lead violin, accordion, clarinet, flute, piano, music box, oboe, strings: medium, sparse
polka, oompah | 104-130 | minor .15 | force .6 | four .5
 kits drum kit
 grooves march, country
 bass tuba, double bass: root fifth
 chords accordion, brass, piano: boom chick
 lead accordion, clarinet, trumpet, fiddle: medium, busy
classical, orchestral | 60-130 | minor .5 | force .4 | three 1.5
 kits orchestral drums, orchestral drums, brushes
 grooves orchestral, march, soft, taiko
 bass bowed bass, double bass: roots, root fifth, long
 chords strings, harpsichord, piano, harp, choir, church organ, tremolo strings: hymn, broken, pad, quarters, tremolo
 lead violin, cello, oboe, flute, french horn, clarinet, piano, pizzicato strings, trumpet: medium, sparse, long
ambient, chillout | 60-96 | minor .5 | sevenths | force .2
 kits click drums, rhythm box, brushes
 grooves soft, pulse, idm
 bass sub bass, fretless bass, bowed bass: long
 chords warm pad, dreamy pad, bowed pad, sweep pad, strings, choir, electric piano: pad, pad, broken
 lead church bells, fm bells, crystal bells, flute, harp, choir, cello, shakuhachi, celesta, sine lead: sparse, long
 texture rain, wind, ocean waves, drone, tape hiss, noise sweep
synthwave, retrowave, eighties | 84-118 | minor .8 | force .65
 kits power drums, electronic drums, 909 drums
 grooves synthwave, eighties, rolling toms
 bass synth bass, saw bass: eighths, octaves, sixteenths
 chords polysynth, synth brass, synth strings, warm pad: pad, stabs, arpeggio
 lead saw lead, square lead, fm bells, saxophone: medium, long
electro, electropop, electro funk | 106-132 | minor .7 | force .65
 kits 808 drums, electronic drums
 grooves electro, four, eighties
 bass synth bass, saw bass, sub bass: octaves, ostinato, syncopated
 chords polysynth, supersaw, synth brass, synth strings: stabs, arpeggio, eighths
 lead square lead, saw lead, crystal bells, chip lead: busy, medium
pop | 96-126 | minor .35 | force .55
 kits drum kit, electronic drums, room drums
 grooves rock, eighties, four, soul
 bass electric bass, synth bass, picked bass: eighths, roots, octaves
 chords piano, electric piano, clean guitar, warm pad, strings, steel guitar: quarters, pad, strumming, arpeggio, push
 lead piano, saw lead, strings, electric guitar, flute, marimba: medium, sparse
reggaeton, dembow | 88-100 | minor .8 | force .65
 kits 808 drums, electronic drums
 grooves reggaeton
 bass sub bass, synth bass: roots, 808, tresillo
 chords polysynth, nylon guitar, piano, marimba: stabs, eighths, arpeggio, tresillo
 lead marimba, square lead, flute, steel drums, nylon guitar: medium, sparse
indian, raga | 76-120 | minor .4 | force .45
 kits drum kit, room drums
 grooves folk, afro bell
 bass fretless bass, bowed bass: long, drone, root fifth
 chords bowed pad, harp, warm pad: pad, arpeggio
 lead sitar, flute, violin: busy, medium
japanese, oriental | 64-104 | minor .6 | force .35
 kits brushes, orchestral drums
 grooves soft, pulse, taiko
 bass bowed bass, double bass: long, roots
 chords harp, strings, dreamy pad: broken, pad
 lead koto, shamisen, shakuhachi, pan flute, ocarina, xylophone: sparse, medium
dubstep, bass music | 136-144 | minor .95 | force .75
 kits 909 drums, industrial drums, electronic drums
 grooves dubstep, half time
 bass reese bass, saw bass, sub bass, acid bass: reese, 808, syncopated, long
 chords dark pad, sweep pad, hoover, choir: pad, dub, stabs
 lead sine lead, fm bells, square lead: sparse, long
uk garage, two-step garage | 128-136 | minor .8 | sevenths | force .6 | shuffle .6
 kits 909 drums, electronic drums
 grooves garage two step, garage
 bass sub bass, reese bass, synth bass: syncopated, 808, octaves
 chords organ, electric piano, fm electric piano, synth pluck: stabs, comping, skank
 lead synth pluck, vibraphone, voice, saxophone: medium, sparse
footwork, juke | 156-164 | minor .8 | sevenths | force .7
 kits 808 drums
 grooves footwork
 bass sub bass, 808 bass: 808, syncopated
 chords electric piano, fm electric piano, warm pad, synth pluck: stabs, pad, arpeggio
 lead voice, vibraphone, fm bells, square lead: busy, medium
trip hop, downbeat | 78-98 | minor .9 | sevenths | force .45 | shuffle .57
 kits lo-fi drums, room drums
 grooves trip hop, break, hip hop
 bass sub bass, double bass, electric bass: dub, roots, long
 chords electric piano, strings, tremolo strings, warm pad, organ: pad, comping, dub
 lead muted trumpet, electric guitar, flute, sine lead, cello: sparse, long
 texture vinyl crackle, rain
industrial, dark techno, hard techno | 134-152 | minor 1 | force .95
 kits industrial drums, 909 drums
 grooves four hard, rolling toms, break
 bass saw bass, reese bass, acid bass: sixteenths, rolling, ostinato
 chords hoover, dark pad, distorted guitar: stabs, pad
 lead square lead, acid lead, fm bells: medium, sparse
 texture gated noise, drone
drum circle, tribal, hand drums | 90-124 | minor .6 | force .65
 kits drum kit, orchestral drums
 grooves four tribal, samba reggae, afro bell, son, taiko
 bass fretless bass, double bass: ostinato, root fifth
 chords marimba, muted guitar: broken, arpeggio
 lead flute, pan flute, kalimba, marimba: medium, sparse
chiptune, video game, 8 bit | 110-170 | minor .45 | force .6
 kits chip drums
 grooves rock, four, electro, punk
 bass square bass: octaves, eighths, ostinato
 chords chip chords: arpeggio, arpeggio, eighths
 lead chip lead, square lead: busy, medium
drill, uk drill | 138-146 | minor 1 | force .65
 kits 808 drums
 grooves drill
 bass 808 bass: 808, syncopated
 chords piano, strings, choir, dark pad: pad, arpeggio, broken
 lead fm bells, piano, voice, music box: sparse, medium
phonk, memphis rap | 120-144 | minor 1 | force .8
 kits 808 drums, lo-fi drums
 grooves phonk, trap
 bass 808 bass, saw bass: 808, eighths
 chords dark pad, strings, organ: pad, eighths
 lead chip lead, fm bells, square lead: medium, busy
new orleans, second line | 88-112 | minor .3 | sevenths | force .6 | shuffle .56
 kits drum kit, room drums
 grooves second line, new orleans
 bass tuba, electric bass, double bass: tumbao, root fifth, funk
 chords piano, organ, brass, saloon piano: comping, stabs
 lead trumpet, trombone, clarinet, tenor saxophone, brass: medium, busy
krautrock, psychedelic, psychedelic rock | 112-144 | minor .6 | force .6
 kits drum kit, room drums
 grooves motorik, rock ride
 bass picked bass, electric bass: eighths, ostinato
 chords rock organ, clean guitar, synth strings, polysynth: pad, eighths, arpeggio
 lead electric guitar, sitar, saw lead, organ: medium, long
glitch, experimental electronic, leftfield | 84-150 | minor .7 | sevenths | force .5
 kits click drums, electronic drums, lo-fi drums
 grooves idm, breakcore, trip hop
 bass fm bass, sub bass, square bass: syncopated, ostinato, 808
 chords fm electric piano, bowed pad, sweep pad, synth pluck: stabs, arpeggio, pad
 lead fm bells, synth pluck, sine lead, kalimba: busy, medium, sparse
 texture vinyl crackle, gated noise, tape hiss
gospel, spiritual | 64-104 | minor .2 | sevenths | force .5 | swing .64
 kits drum kit, room drums
 grooves shuffle, soul, six eight
 bass electric bass, fretless bass: walking, root fifth, boogie
 chords organ, piano, choir: hymn, comping, quarters
 lead organ, voice, piano, tenor saxophone: medium, sparse
amapiano, afro house, south african house | 108-118 | minor .7 | sevenths | force .5 | shuffle .54
 kits 909 drums, electronic drums
 grooves amapiano, four tribal
 bass 808 bass, sub bass, square bass: syncopated, tumbao, 808
 chords electric piano, warm pad, organ, synth pluck: stabs, pad, comping
 lead flute, saxophone, marimba, voice: sparse, medium
highlife, soukous, african guitar | 108-136 | minor .15 | force .55
 kits drum kit, room drums
 grooves highlife, soukous
 bass electric bass, picked bass: afro, root fifth, octaves
 chords clean guitar, muted guitar, organ: arpeggio, broken, scratch
 lead electric guitar, brass, saxophone, steel drums: busy, medium
merengue, caribbean, calypso | 112-140 | minor .4 | force .65
 kits drum kit, room drums
 grooves merengue, songo
 bass electric bass: tumbao, root fifth
 chords piano, accordion, brass: montuno, stabs
 lead accordion, saxophone, steel drums, brass: busy, medium
noir, spy, film score, cinematic | 66-126 | minor .97 | sevenths | force .45
 kits brushes, orchestral drums, room drums
 grooves brushes, taiko, soft, half time
 bass double bass, bowed bass: walking, ostinato, roots
 chords tremolo strings, strings, vibraphone, choir, clean guitar, harp: pad, hymn, arpeggio, comping
 lead muted trumpet, electric guitar, cello, violin, french horn, voice: sparse, medium, long
 texture rain, wind, drone
"""


def _list(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _genre(block: str) -> Genre:
    head, kits, grooves, bass, chords, lead, *textures = block.splitlines()
    words, tempo, *rest = (field.strip() for field in head.split("|"))
    numbers = {name: float(value) for name, value in (f.split() for f in rest if " " in f)}
    low, high = (int(value) for value in tempo.split("-"))
    pairs = [line.split(None, 1)[1].split(":") for line in (bass, chords, lead)]
    (basses, bass_styles), (harmonies, chord_styles), (leads, densities) = pairs
    return Genre(
        words=_list(words),
        tempo=(low, high),
        kits=_list(kits.split(None, 1)[1]),
        grooves=_list(grooves.split(None, 1)[1]),
        basses=_list(basses),
        bass_styles=_list(bass_styles),
        harmonies=_list(harmonies),
        chord_styles=_list(chord_styles),
        leads=_list(leads),
        densities=_list(densities),
        textures=_list(textures[0].split(None, 1)[1]) if textures else (),
        sevenths="sevenths" in rest,
        **numbers,
    )


def _parse(text: str) -> dict[str, Genre]:
    blocks: list[str] = []
    for line in text.strip().splitlines():
        if line[0] == " ":
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
    return {genre.name: genre for genre in map(_genre, blocks)}


GENRES = _parse(_TEXT)
