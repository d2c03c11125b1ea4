"""The words of captions: what is said of genres, moods, eras, uses, effects and ways of playing."""

DRUM_WORDS = ("drums", "beat", "drum loop", "groove", "drum groove", "drum beat", "rhythm", "percussion loop")
BREAK_GENRES = ("drum and bass", "breakbeat", "hip hop", "lo-fi hip hop", "trip hop")
BASS_WORDS = ("bass", "bassline", "bass line", "bass groove", "bass riff", "low end")
LEAD_WORDS = ("melody", "lead", "solo", "riff", "line", "tune", "theme", "hook", "phrase")
CHORD_WORDS = {
    "pad": ("pad", "pads", "harmony", "sustained chords", "long chords", "held chords"),
    "stabs": ("stabs", "chord stabs", "chords", "hits"),
    "dub": ("dub chords", "stabs", "chords", "echoing chords"),
    "arpeggio": ("arpeggio", "arp", "arpeggios", "arpeggiated chords", "sequence"),
    "broken": ("broken chords", "arpeggio", "chords", "picking"),
    "strumming": ("strumming", "strummed chords", "chords", "rhythm"),
    "scratch": ("rhythm", "scratching", "chords", "chops"),
    "skank": ("skank", "offbeat chords", "chords", "upstrokes"),
    "comping": ("comping", "chords", "harmony"),
    "charleston": ("comping", "chords", "harmony"),
    "power": ("power chords", "riff", "chords"),
    "montuno": ("montuno", "riff", "chords", "guajeo"),
    "gated": ("gated chords", "trance gate", "chopped chords"),
    "tremolo": ("tremolo", "repeated chords"),
    "oompah": ("oompah", "oom pah chords"),
    "hymn": ("hymn chords", "block chords", "chorale"),
    "eighths": ("driving chords", "pulsing chords", "repeated chords", "chords"),
}
CHORDS = ("chords", "chord progression", "harmony", "backing", "changes")
BASS_STYLES = {
    "walking": "walking bass",
    "acid": "acid bass",
    "rolling": "rolling bass",
    "offbeat": "offbeat bass",
    "octaves": "octave bass",
    "reese": "moving bass",
    "808": "booming bass",
    "tumbao": "tumbao bass",
    "dub": "dub bass",
    "funk": "funky bass",
    "boogie": "boogie bass",
    "long": "long bass notes",
    "drone": "drone bass",
    "gallop": "galloping bass",
    "ostinato": "repeating bass figure",
    "eighths": "driving bass",
    "sixteenths": "pulsing bass",
    "root fifth": "two feel bass",
    "syncopated": "syncopated bass",
}
GROOVES = {
    "four": "four on the floor",
    "four hard": "pounding four on the floor",
    "four tech": "four on the floor",
    "four tribal": "tribal",
    "four minimal": "minimal",
    "amen": "amen break",
    "think": "chopped break",
    "funky drummer": "funky break",
    "breakcore": "frenetic chopped break",
    "one drop": "one drop",
    "steppers": "steppers",
    "half time": "half time",
    "dubstep": "half time",
    "half shuffle": "half time shuffle",
    "shuffle": "shuffle",
    "two step": "two step",
    "garage two step": "two step",
    "brushes": "brushed",
    "march": "marching",
    "blast": "blast beat",
    "motorik": "motorik",
    "second line": "second line",
    "linear funk": "linear",
    "trap rolls": "rolling hi-hat",
    "rolling toms": "rolling tom",
    "taiko": "booming tom",
    "bossa": "bossa nova",
    "train": "train beat",
    "reggaeton": "dembow",
    "footwork": "stuttering",
    "motown": "stomping",
    "six eight": "six eight",
    "boom bap": "boom bap",
}
KIT_WORDS = {
    "drum kit": "acoustic",
    "room drums": "live",
    "power drums": "big",
    "electronic drums": "electronic",
    "808 drums": "808",
    "909 drums": "909",
    "jazz drums": "jazz",
    "brushes": "brushed",
    "orchestral drums": "orchestral",
    "rhythm box": "vintage drum machine",
    "chip drums": "8 bit",
    "lo-fi drums": "dusty",
    "industrial drums": "distorted",
    "click drums": "glitchy",
}
EFFECTS = {
    "reverb": ("with reverb", "drenched in reverb", "in a big hall", "spacious", "reverberant", "wet"),
    "delay": ("with delay", "with echo", "echoing", "with tape echo", "delayed"),
    "distortion": ("distorted", "overdriven", "gritty", "saturated", "fuzzy"),
    "bitcrush": ("bitcrushed", "lo-fi", "crunchy", "crushed", "low resolution"),
    "chorus": ("with chorus", "detuned", "shimmering", "wide"),
    "wobble": ("wobbling", "with wobble", "wub wub"),
    "filter sweep": ("with a filter sweep", "filter opening", "sweeping filter", "filtered"),
    "muffled": ("muffled", "lowpassed", "underwater", "behind a wall", "dull"),
    "telephone": ("through a radio", "telephone sound", "thin", "tinny"),
    "tremolo": ("with tremolo", "trembling", "pulsating"),
    "sidechain": ("pumping", "sidechained", "ducking", "with sidechain pumping"),
}
DRY = ("dry", "close", "no effects")
SCALES = {
    "major": ("major", "major key", "happy"),
    "minor": ("minor", "minor key", "sad"),
    "major pentatonic": ("major pentatonic", "pentatonic"),
    "minor pentatonic": ("minor pentatonic", "pentatonic"),
    "mixolydian": ("mixolydian", "dominant", "modal"),
    "lydian": ("lydian", "dreamy lydian", "modal"),
    "dorian": ("dorian", "modal"),
    "phrygian": ("phrygian", "spanish", "modal"),
    "harmonic minor": ("harmonic minor", "eastern", "dramatic"),
    "blues": ("bluesy", "blues scale"),
}
NOTES = (
    ("c",),
    ("c#", "db", "c sharp", "d flat"),
    ("d",),
    ("eb", "d#", "e flat"),
    ("e",),
    ("f",),
    ("f#", "gb", "f sharp", "g flat"),
    ("g",),
    ("ab", "g#", "a flat"),
    ("a",),
    ("bb", "a#", "b flat"),
    ("b",),
)
MINOR_MOODS = "dark, moody, sad, plaintive, brooding, mysterious, tense, minor, serious, haunting, bittersweet"
MAJOR_MOODS = "bright, happy, uplifting, cheerful, major, warm, hopeful, feel-good, optimistic, light-hearted"
SLOW = "slow, laid back, relaxed, downtempo, unhurried, calm"
FAST = "fast, energetic, driving, quick, uptempo, racing"
MIDDLE = "mid tempo, steady, moderate"
SPARSE = "sparse, minimal, simple, spacious, bare, few notes"
BUSY = "busy, dense, intricate, many notes, full"
SOFT = "soft, gentle, mellow, quiet, delicate, intimate"
HARD = "loud, hard, heavy, powerful, aggressive, intense, punchy"
THREES = "three four, waltz time, in three, 3/4"
SWUNG = "swinging, swung, shuffled, with swing"
STRAIGHT = "straight, tight, on the grid"

BRIGHT = ("bells", "chip", "synth lead", "flute")
MELLOW = ("acoustic bass", "electric piano", "synth pad")
BRIGHT_WORDS = ("bright", "crisp", "sharp", "shiny", "clear")
MELLOW_WORDS = ("warm", "round", "dark toned", "smooth", "mellow")

ERAS = {
    "techno": "nineties, modern",
    "dub techno": "nineties, two thousands",
    "acid house": "late eighties, 1988, old school",
    "house": "nineties, classic, chicago, modern",
    "trance": "nineties, late nineties",
    "drum and bass": "nineties, old school, 1995",
    "breakbeat": "nineties, old school",
    "hip hop": "nineties, golden age, old school, new york",
    "trap": "modern, atlanta, 2010s",
    "dub": "seventies, jamaican, vintage",
    "reggae": "seventies, jamaican, vintage",
    "ska": "sixties, jamaican, vintage",
    "funk": "seventies, 70s, vintage, retro",
    "disco": "seventies, 70s, 1978, retro",
    "soul": "sixties, 60s, vintage",
    "rock": "seventies, classic, modern",
    "punk": "seventies, 1977, raw",
    "metal": "eighties, modern",
    "jazz": "fifties, vintage, classic, 1950s",
    "bossa nova": "sixties, brazilian, vintage",
    "samba": "brazilian, carnival",
    "salsa": "seventies, cuban",
    "cumbia": "colombian",
    "afrobeat": "seventies, nigerian, west african",
    "blues": "chicago, delta, old, vintage",
    "country": "southern, old time",
    "folk": "traditional, old time, rustic",
    "classical": "romantic, old, eighteenth century",
    "synthwave": "80s, eighties, retro, 1984, neon",
    "electro": "80s, eighties, old school",
    "pop": "modern, eighties, radio",
    "chiptune": "80s, retro, 1987",
    "uk garage": "nineties, london",
    "footwork": "chicago, modern",
    "trip hop": "nineties, bristol",
    "krautrock": "seventies, german",
    "new orleans": "old, traditional, louisiana",
    "amapiano": "modern, johannesburg",
    "drill": "modern, london",
    "noir": "forties, black and white, vintage",
}
USES = {
    "fast": "for a chase scene, for running, for a workout, for a car race, action scene",
    "slow": "for studying, for sleeping, for a rainy day, for relaxing, background music, for yoga",
    "minor": "for a thriller, for a sad scene, for a horror film, for a night drive, for a detective story",
    "major": "for a commercial, for a picnic, for a children's show, for a wedding, summer vibes, for a holiday video",
    "club": "for the club, for a dance floor, for a rave, for a dj set, peak time, open air party",
    "band": "for a jam, for a live band, to practise over, backing track",
    "film": "for a film, soundtrack, for a documentary, for a trailer, cinematic",
    "game": "for a video game, for a boss fight, game soundtrack, level music",
}
CLUB = ("techno", "house", "trance", "acid house", "drum and bass", "breakbeat", "disco", "electro", "dubstep",
        "uk garage", "footwork", "industrial", "amapiano", "reggaeton", "dub techno")  # fmt: skip
BAND = ("rock", "funk", "soul", "jazz", "blues", "reggae", "ska", "punk", "metal", "country", "gospel", "krautrock")
FILM = ("classical", "ambient", "noir", "japanese", "indian", "trip hop")
