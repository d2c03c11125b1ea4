"""The words of captions for parts, moods, eras and uses; ways of playing are in `composing/manners.py`."""

DRUM_WORDS = ("drums", "beat", "drum loop", "groove", "drum groove", "drum beat", "rhythm", "percussion loop")
BREAK_GENRES = ("drum and bass", "breakbeat", "hip hop", "lo-fi hip hop", "trip hop")
BASS_WORDS = ("bass", "bassline", "bass line", "bass groove", "bass riff", "low end")
LEAD_WORDS = ("melody", "lead", "solo", "riff", "line", "tune", "theme", "hook", "phrase")
CHORDS = ("chords", "chord progression", "harmony", "backing", "changes")
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
