"""Musicians' words that a general sentence encoder hardly knows, each beside plain words for it.

When the text encoder is distilled it reads the word on the right where the teacher reads the words on the left, in
the middle of all kinds of phrases. Words of `unseen.py` are left out, so that those stay a test.
"""

_TEXT = """
trumpet: euphonium, clarion, fanfare, harmon mute, cuivres
french horn: mellophone, alphorn, waldhorn, hunting horn, cor
trombone: sackbut, posaune, trombón
tuba: helicon, oompah bass
brass section: blechbläser, brass ensemble, marching band, metales, horn stabs
saxophone: bari sax, saxofon, saxofón, sax solo, saxophonist, woodwind section
oboe: cor anglais, shawm, duduk, hautbois, zurna
clarinet: chalumeau, klarinette, clarinetist, bass clarinet, reed instrument
flute: flötist, querflöte, traverso, shakuhachi, bansuri, ney, quena
pan flute: panpipes, syrinx, zampona, siku
violin: violinist, erhu, hardanger, rebec, bowed strings
cello: violoncello, cellist, chelo, violoncelle
strings: philharmonic, streicher, cuerdas, cordes, string ensemble, solina
guitar: six-string, guitarist, gibson, les paul, fender guitar, jangle, fingerpicking, flatpicking
nylon guitar: requinto, vihuela, spanish guitar, cavaquinho, cuatro
steel guitar: dobro, lap steel, resonator, twelve string
distorted guitar: fuzzbox, marshall stack, shredding, humbucker, feedback guitar, high gain
banjo: clawhammer, five string, banjoist
harp: harpist, harfe, arpa, kora, glissando harp
sitar: sarod, veena, tanpura, saz, oud, rebab, santoor
koto: biwa, guqin, kanun
plucked guitar: balalaika, cittern, charango, theorbo, domra, tres
piano: pianist, baby grand, fortepiano, flügel, bechstein, bösendorfer, upright piano, keys
electric piano: fender rhodes, suitcase piano, dx7, tine piano, e-piano
harpsichord: cembalo, virginal, clavicembalo, clavecin
clavinet: funky clav
organ: organist, hammond b3, leslie, drawbar, farfisa, vox continental
church organ: pipe organ, cathedral organ
accordion: squeezebox, akkordeon, musette, acordeón, button box, bayan, garmon
harmonica: mouth organ, blues harp, melodica, mundharmonika
vibraphone: vibraharp, vibes player, metallophone
marimba: mallet percussion
bells: cowbell melody, bell tower, handbells, campanas, cloches, gong, singing bowl
music box: toy piano, spieluhr, jewelry box, wind-up toy
kalimba: mbira, thumb piano, sansula, likembe
choir: vocal ensemble, chant, chorale, chor, coro, choeur, choral, hymn singing, voces, stimmen, ooh and aah
synth: oscillator, modular, prophet, jupiter, eurorack, sawtooth, pulse wave, sintetizador
synth lead: supersaw, portamento lead, hoover, screaming lead, square wave
synth pad: atmosphere, soundscape, wash of sound, evolving texture, ethereal, dreamscape, nappe
arpeggio: arpeggiator, arpegio, broken chord, alberti, sequence
drums: drummer, percusión, trommeln, drum set, trap set, beatbox, perkussion, toms
drum machine: tr-909, tr-808, tr-707, rhythm box, mpc, drumulator, sampler drums, electro kit
percussion: maracas, shaker, claves, guiro, agogo, cabasa, timbales, cowbell, taiko
kick drum: bass drum, boom, thump, stomp
drum groove: backbeat, rimshot, hi-hat, ride cymbal, drum fill, paradiddle, drum solo, blast beat, breaks
bass: bass player, low frequencies, low end, bajo, basse, kontrabass, upright, bottom, rumble, contrebasse
sub bass: wobble bass, 808s, deep rumble, sine bass
acid bass: tb-303, 303, squelch, squelchy, resonant bassline
melody: melodie, melodía, topline, theme, cantilena, whistled tune, vocal line, mélodie
lead solo: improvisation, virtuoso, cadenza, licks, shred solo
chords: akkorde, acordes, accords, harmonies, voicings, triads, backing, keys comping
fast hard techno: hardstyle, schranz, speedcore, frenchcore, peak time
techno: detroit techno, berlin techno, tresor, industrial techno, tekno, four to the floor
dub techno: basic channel, chain reaction, deepchord
trance: goa, progressive trance, hands in the air, ibiza trance
house: french house, tech house, chicago house, filter house, balearic, ibiza, amapiano, deephouse
acid house: second summer of love, smiley, haçienda, 303 house
drum and bass: neurofunk, liquid funk, junglist, rollers, dnb, ragga jungle, darkstep
breakbeat: big beat, florida breaks, prodigy, chemical, amen
hip hop: rapper, mc, turntablism, breakdance, golden era, bronx, emcee, cypher, boombap, sampling
lo-fi hip hop: study beats, study session, beats to relax, homework, chillhop, bedroom beats
trap: drill, atlanta rap, hi-hat rolls, phonk, triplet flow
dub: king tubby, echo chamber, tape delay, sound system
reggae: bob marley, jamaica, kingston, one love, lovers rock, nyabinghi
ska: two tone, skanking, rude boy, third wave
funk: james brown, parliament, slap and pop, on the one, p-funk, g-funk, minneapolis
disco: studio 54, mirror ball, saturday night, boogie nights, roller skating, glitter ball, nu-disco
soul: aretha franklin, motown, stax, northern soul, neo soul, rnb, r and b, philly
rock: classic rock, garage rock, arena, britpop, alternative, rockabilly, rolling stones, power trio
punk: sex pistols, mohawk, pogo, skate punk, three chords, riot, anarchy
metal: slayer, black sabbath, djent, death metal, doom, black metal, shredder, double kick, riffage
jazz: miles davis, louis armstrong, jazz club, hard bop, big band, cool jazz, swing era, manouche, combo, scat
bossa nova: ipanema, jobim, brazilian lounge, easy listening, cocktail
samba: brazil, batucada, surdo, escola, sambadrome, baile
salsa: cuba, son cubano, montuno, timba, guaracha, puerto rico, latin dance
cumbia: colombia, mexico, vallenato, chicha, norteño, mariachi, tejano, banda
reggaeton: dembow, perreo, moombahton, urbano, daddy yankee
afrobeat: fela kuti, highlife, afrobeats, juju, ghana, mali, ethio, senegal, soukous, congo
blues: bb king, mississippi delta, twelve bar, juke joint, slide blues, muddy, crossroads, boogie woogie
country: rodeo, hoedown, western swing, barn dance, grand ole opry, banjo picking, texas, outlaw
fast country: mountain music, old time, string band, kentucky, jug band
folk: irish pub, reel, jig, minstrel, troubadour, ballad, singer-songwriter, campfire, hurdy-gurdy, schottische
waltz: vienna, walzer, three four, valse, strauss, musette waltz, mazurka, minuet
polka: bavaria, beer hall, volksmusik, klezmer, umpa, lederhosen, schuhplattler
classical: bach, beethoven, concerto, sonata, chamber, philharmonic orchestra, fugue, vivaldi, romantic era
ambient: floating, drone, brian eno, spa, stillness, deep listening, nature, space music, underwater, aurora, yoga
synthwave: miami vice, outrun, darkwave, vhs, retro future, blade runner, knight rider, eighties film
electro: kraftwerk, breakdance electro, italo, electroclash, robot, 8-bit, chip, computer
pop: radio hit, chart, teen, boy band, catchy, bubblegum, chorus
indian: mumbai, raga, ganges, hindustani, carnatic, sanskrit, bhangra, ashram
japanese: kyoto, geisha, tokyo, ninja, cherry blossom, sakura, shinto, anime, enka
sad minor: depressed, tragic, grief, haunted, weeping, tearful, bleak, funeral, elegy, heartbroken, requiem, despair
dark minor: ominous, evil, menacing, creepy, horror, dread, night, vampire, gothic, threatening, düster, oscuro
sad moody: longing, nostalgic, blue, lonely, bittersweet
happy major: delighted, optimistic, merry, celebration, festive, cheerfulness, fröhlich, heureux, feliz, glücklich, fun
uplifting major: triumphant, hopeful, euphoric, victorious, glorious, bright morning, spring, summer, sunshine
loud hard: violent, enraged, explosive, fierce, savage, massive, crushing, laut, fuerte, fort, angry, intense, noisy
soft gentle: delicate, hushed, subtle, quietly, leise, suave, doux, caressing, pianissimo, intimate, whispering, calm
fast: speedy, racing, hurried, presto, allegro, vivace, frenzied, high speed, rasant, vite, veloz, uptempo, chase
slow: leisurely, drowsy, snail, largo, adagio, langsam, despacio, plodding, downtempo, unhurried, lethargic
bright: brilliant, glistening, crystalline, crisp, treble, shiny, airy, hell, brillante, twinkling, icy
dark dull: dull, muddy, low pass, bassy, cloudy, smothered, underwater filter, dumpf, sourd, opaque
sparse minimal: empty, stripped down, spacious, bare, reduced, few notes, skeletal
dense busy: crowded, packed, cluttered, wall of sound, layered, chaotic, complex
"""


def _parse(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        plain, words = line.split(":", 1)
        found |= {" ".join(word.split()): plain for word in words.split(",")}
    return found


LEXICON = _parse(_TEXT)  # a word, and plain words for it
