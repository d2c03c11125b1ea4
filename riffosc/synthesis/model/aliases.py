"""What musicians call things besides the names in the composer's tables, and phrases that only look like a name.

Each line is what is meant and, behind the colon, the words for it. What is meant is a kind and names: several are
equal choices, but several roles all play. A sound is any of this name in whatever role; `role/name` is that one alone.
`maybe` is who plays if nobody else is named between the commas. Words that keep the evaluation honest
(`riffosc/training/unseen.py`) are in no line here.
"""

_TEXT = """
sound drum kit: drum set, drumset, trap kit, acoustic kit
sound electronic drums: electro drums, edm drums, digital drums, electronic kit
sound 808 drums: roland 808, 808 drum machine
sound 909 drums: roland 909, 909 drum machine
sound rhythm box: cr 78, tr 606, 606, tr 707, 707, analogue drums, beat box
sound chip drums: nes drums, game boy drums
sound brushes: brushwork
sound double bass: string bass, standup bass, stand up bass, jazz bass
sound electric bass, picked bass, fretless bass: e bass, precision bass, fender bass
sound slap bass: slap and pop, thumbed bass, slapping
sound synth bass, saw bass, square bass: bass synth, electronic bass, keyboard bass
sound acid bass: tb 303, squelch, squelching bass
sound reese bass: dnb bass, wobble bass, dubstep bass
sound tuba: helicon
sound piano: grand, concert grand, baby grand, fortepiano, pianist, felt piano
sound piano, electric piano: keys, keyboard
sound electric piano: fender rhodes, electric keys, suitcase piano, tine piano
sound fm electric piano: dx7, dx 7
sound organ: b3, hammond b3, leslie, farfisa, organist
sound church organ: cathedral organ
sound accordion: squeeze box, button box, bayan, accordionist
sound harmonica: mouth harp, mouthorgan
sound nylon guitar: flamenco guitar, spanish guitar, requinto
sound steel guitar: dobro, lap steel, pedal steel, slide guitar, twelve string, 12 string guitar, strummed guitar
sound nylon guitar, steel guitar, clean guitar, electric guitar, jazz guitar: guitar, six string, guitarist
sound distorted guitar, overdriven guitar: rock guitar, metal guitar, guitar riff
sound lead/distorted guitar: guitar solo, shredding, shred guitar, soloing guitar
sound distorted guitar: distortion guitar, high gain guitar
sound muted guitar, clean guitar: funk guitar, wah guitar, rhythm guitar
sound harp: harpist
sound strings: string quartet, violins, string orchestra, orchestral strings, string pad
sound pizzicato strings: plucked violins
sound choir, voice: vocals, singing, chanting, chant, choral, oohs, aahs, acapella
sound voice: humming, soprano voice
sound brass: brass ensemble, big band horns, fanfare, horn stabs, horn players
sound muted trumpet: harmon mute
sound saxophone, tenor saxophone, soprano saxophone: saxophonist, saxes
sound tenor saxophone: baritone sax, bari sax, baritone saxophone
sound flute, clarinet, oboe: woodwind, woodwinds, wind instrument
sound oboe: cor anglais, english horn, duduk, shawm
sound clarinet: bass clarinet
sound flute: flautist, flutist, bansuri
sound whistle: tin whistle, penny whistle
sound pan flute: pan pipes, siku, zampona
sound french horn: alphorn
sound violin: violinist
sound fiddle: fiddler
sound cello: violoncello, cellist
sound marimba: balafon
sound vibraphone: vibraharp
sound kalimba: sansula, likembe
sound vibraphone, marimba, xylophone: mallets, mallet percussion, tuned percussion
sound church bells, crystal bells, fm bells: bells, bell
sound church bells: handbells, bell tower
sound music box: toy piano, wind up toy
sound sitar: sarod, tanpura, veena, oud
sound koto: guzheng, guqin
sound banjo: clawhammer
sound steel drums: steelpans, steel band
sound warm pad, dreamy pad, sweep pad, bowed pad: pad, atmospheric pad, ambient pad, ethereal pad, synth wash
sound polysynth, saw lead, square lead: synth, synthesizer, synthesiser
sound saw lead, square lead: lead synth, synth solo, synth melody
sound synth pluck: pluck synth
sound chip lead, chip chords: game boy, gameboy, nes, c64, commodore 64
sound supersaw, supersaw lead: super saw, festival synth
sound vinyl crackle: crackle, needle noise, surface noise
sound rain: rainstorm, rain drops
sound ocean waves: ocean, surf, sea shore, seaside
sound tape hiss: white noise, tape noise
sound noise riser: uplifter
role drums: drums, drum, beat, drum loop, drum beat, drumbeat, drum groove, drum track, percussion, percussion loop
role drums: rhythm section drums, drummer, kick drum, kick, bass drum, hi hat, hihat, clap, tom, shaker, conga, rimshot
maybe drums: rhythm, rhythms
role bass: bass drums
role drums: bass drums
role bass: bass, bassline, bass line, bass groove, bass riff, bass part, bass player, low end, bass guitarist
role chords: chords, chord, chord progression, harmony, harmonies, chord changes, changes, chord loop
role lead: melody, melodies, lead, lead line, tune, hook, topline, top line, melody line, motif, lead melody
role texture: texture, background noise, atmosphere, ambience, noise, field recording, sound effect
genre techno: detroit techno, berlin techno, minimal techno, melodic techno
genre dub techno: dubtechno, ambient techno
genre acid house: acid trance, acid music
genre house: chicago house, tech house, progressive house, french house, filter house, house music
genre trance: psytrance, psy trance, goa, goa trance, uplifting trance, progressive trance, hard trance
genre trance, house, electro: edm, dance music, electronic dance music
genre drum and bass: drum n bass, d n b, d and b, liquid funk, neurofunk, liquid dnb, drumandbass
genre breakbeat: big beats, nu skool breaks, breakbeats
genre hip hop: hiphop, boombap, old school rap, east coast rap, west coast rap, rap beat, hip hop beat
genre lo-fi hip hop: lofi hip hop, lofi beats, lo fi beats, chill hop, chill beats, study beats, lofi house
genre trap: trap music, trap beat
genre dub: dub reggae, dub music
genre reggae: rocksteady, lovers rock, roots music
genre ska: two tone ska, skacore
genre funk: funky, p funk, g funk, jazz funk
genre disco: nu disco, italo disco, boogie, eurodisco
genre soul: rnb, r n b, neo soul, northern soul, soulful, rhythm n blues
genre rock: alternative rock, classic rock, garage rock, hard rock, progressive rock, prog rock, surf rock, britpop
genre rock: rock and roll, rock n roll, soft rock, rocky
genre punk: hardcore punk, pop punk, post punk, skate punk
genre metal: death metal, black metal, doom metal, djent, metalcore, power metal
genre jazz: big band, hard bop, cool jazz, smooth jazz, gypsy jazz, jazzy, jazz fusion, swing jazz, swing music
genre bossa nova: bossanova, brazilian jazz
genre bossa nova, jazz, salsa: latin jazz
genre salsa: son cubano, timba, cha cha
genre cumbia: vallenato, tejano, mariachi
genre afrobeat: afrobeats, afro beat, afro funk
genre blues: delta blues, chicago blues, boogie woogie, bluesy, twelve bar blues, 12 bar blues
genre folk: irish, irish folk, jig, singer songwriter, indie folk, folk music, folky
genre country, folk: bluegrass, americana
genre country: country music, western swing, hoedown
genre waltz: valse, viennese waltz, mazurka
genre polka: klezmer, volksmusik
genre classical: chamber music, sonata, concerto, fugue, orchestra, classical music, orchestral music
genre ambient: soundscape, new age, chill out, ambient music, chill
genre synthwave: outrun, darkwave, vaporwave, eighties synth, 80s synth
genre synthwave, electro: synthpop, synth pop, new wave
genre electro: electroclash, electro pop
genre pop: k pop, kpop, dance pop, pop music, poppy
genre reggaeton: moombahton, perreo, dancehall
genre indian: bhangra, carnatic, hindustani
genre japanese: enka, chinese, asian
genre dubstep: brostep
genre uk garage: garage, ukg, 2 step garage, 2 step, speed garage
genre trip hop: triphop
genre industrial: ebm, schranz, hardcore techno
genre chiptune: chip tune, chip music, chiptunes, 8 bit music, game music, bitpop
genre phonk: drift phonk
genre new orleans: mardi gras, marching band
genre krautrock: space rock, stoner rock, psych rock, kraut rock
genre glitch: idm, experimental, braindance, glitch hop, glitchy
genre gospel: church music, worship
genre highlife: african, afropop
genre merengue: bachata, soca
genre noir: film noir, film music, movie score, spy film, detective film, movie soundtrack
swing swung: swinging, swung, shuffled, with swing, swing feel, shuffle feel
swing straight: straight, on the grid, straight feel, no swing, straight eighths, straight sixteenths
mode minor: minor, minor key, in minor
mode major: major, major key, in major
scale dorian: dorian
scale phrygian: phrygian
scale lydian: lydian
scale mixolydian: mixolydian
scale harmonic minor: harmonic minor
scale major pentatonic: major pentatonic
scale minor pentatonic: minor pentatonic
scale blues: blues scale
alone solo: solo, soloed
alone: only, alone, just, unaccompanied, isolated, stem, stems, by itself, nothing else, nothing but
alone: on its own, on their own, by themselves, purely, exclusively
band: full band, whole band, band, trio, quartet, quintet, sextet, combo, ensemble, full arrangement, everything
dry: dry, no effects, close miked
nothing: key, key of, in the key of
nothing: beats per minute, backing track, haunted house, on the beat, off the beat, peak time, four beats, one bar
nothing: bass voice, solo part, dance floor, bar loop, open air, warm up, house party, box set, video clip
"""


def _parse(text: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in text.strip().splitlines():
        meant, words = line.split(":", 1)
        kind, _, names = meant.partition(" ")
        claim = (kind, tuple(filter(None, (name.strip() for name in names.split(",")))))
        for word in words.split(","):
            found.setdefault(" ".join(word.split()), []).append(claim)
    return found


ALIASES = _parse(_TEXT)  # a phrase, and the (kind, names) that it means
