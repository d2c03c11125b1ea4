"""A few meanings in the format of WordNet's files, wndb(5)."""

from pathlib import Path

from riffosc.training.wordnet import PARTS

MEANINGS = """
n 06 musical_instrument | any of various devices to produce musical tones
n 06 stringed_instrument | an instrument with strings | @ musical_instrument
n 06 guitar | a stringed instrument with six strings | @ stringed_instrument
n 06 harp | a large triangular stringed instrument | @ stringed_instrument
n 06 trigon | a triangular thing with four strings | @ stringed_instrument
n 06 cornemuse | a pipe of the Middle Ages resembling an oboe | @ musical_instrument
n 06 oboe | a slender reed | @ musical_instrument
n 06 uke eukelele | a small one | @ guitar
n 18 musician | someone who plays a musical instrument
n 18 instrumentalist | a player
n 18 uke_player | a musician who plays the uke; "he is one" | @ musician
n 18 singer | someone who sings
n 14 musical_organization | people who play together
n 10 music_genre | a style
n 10 jazz | a style of the south | @ music_genre
n 10 dance_music | any music to dance to
n 10 dance_music | for the ballroom
n 10 stomp | jazz with a heavy beat | @ music_genre
n 10 musical_composition | a work
n 04 dancing | taking steps to music
n 15 Jamaica | an island | + jamaican
n 15 Port_Antonio | a town | #p Jamaica
a 00 jamaican | of Jamaica | \\ Jamaica
a 00 sad | unhappy | & dolorous & doleful
a 00 dolorous | full of grief | & sad
a 00 doleful | full of sorrow | & sad
a 00 plain | not pretty
v 29 play | make music
r 02 well | in a good way
"""
INVERSE = {"@": "~", "#p": "%p"}


def write_wordnet(folder: Path) -> Path:
    """The files that hold the meanings above; links that have an opposite go both ways."""
    rows = [[part.strip() for part in f"{line} | ".split("|")][:3] for line in MEANINGS.strip().splitlines()]
    places = {row[0].split()[2]: (f"{at:08d}", row[0][0]) for at, row in reversed([*enumerate(rows)])}
    links: dict[int, list[str]] = {at: [] for at in range(len(rows))}
    for at, (head, _, linked) in enumerate(rows):
        for sign, name in zip(linked.split()[::2], linked.split()[1::2], strict=True):
            links[at].append(f"{sign} {places[name][0]} {places[name][1]} 0000")
            if sign in INVERSE:
                links[int(places[name][0])].append(f"{INVERSE[sign]} {at:08d} {head[0]} 0000")
    for part, letter in PARTS.items():
        data, index = ["  a licence"], {}
        for at, (head, gloss, _) in enumerate(rows):
            kind, file, *lemmas = head.split()
            if kind == letter:
                words = " ".join(f"{lemma} 0" for lemma in lemmas)
                ends = f"{len(links[at]):03d} {' '.join(links[at])}"
                data.append(f"{at:08d} {file} {kind} {len(lemmas):02x} {words} {ends} | {gloss}")
                for lemma in lemmas:
                    index.setdefault(lemma.lower(), []).append(f"{at:08d}")
        entries = [
            f"{lemma} {letter} {len(found)} 0 {len(found)} 0 {' '.join(found)}" for lemma, found in index.items()
        ]
        (folder / f"data.{part}").write_text("\n".join(data) + "\n")
        (folder / f"index.{part}").write_text("\n".join(["  a licence", *sorted(entries)]) + "\n")
    return folder
