"""The seed pictures that riffosc ships: exact bars, composed and rendered by the corpus code.

`riffosc train seeds` makes them again, with the README that lists them.
"""

from dataclasses import dataclass
from pathlib import Path

import click

from riffosc.composing.composer import compose_for
from riffosc.composing.loop import Loop
from riffosc.picture import EMBEDDED, Picture, save_picture
from riffosc.synthesis import codec
from riffosc.training.render import Player

SAMPLERATE = 44100
NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True)
class Seed:
    name: str
    genre: str
    tempo: float
    root: int
    mode: str
    bars: int = 2
    quantum: int = 4
    roles: tuple[str, ...] = ("drums", "bass", "chords")
    seed: int = 1

    @property
    def key(self) -> str:
        return NOTES[self.root] + ("m" if self.mode == "minor" else "")

    def loop(self) -> Loop:
        return compose_for(
            self.seed,
            genre=self.genre,
            tempo=self.tempo,
            bars=self.bars,
            quantum=self.quantum,
            root=self.root,
            mode=self.mode,
            roles=self.roles,
        )


SEEDS = (
    Seed("house", "house", 124.0, 9, "minor"),
    Seed("techno", "techno", 132.0, 4, "minor", roles=("drums", "bass")),
    Seed("drum_and_bass", "drum and bass", 174.0, 5, "minor", roles=("drums", "bass")),
    Seed("hip_hop", "hip hop", 88.0, 2, "minor"),
    Seed("funk", "funk", 104.0, 7, "major"),
    Seed("reggae", "reggae", 76.0, 0, "major"),
    Seed("disco", "disco", 118.0, 11, "minor", roles=("drums", "bass", "chords", "lead")),
    Seed("bossa_nova", "bossa nova", 132.0, 10, "major"),
    Seed("ambient", "ambient", 70.0, 3, "major", bars=4, roles=("chords", "lead")),
    Seed("waltz", "waltz", 96.0, 6, "minor", bars=4, quantum=3, roles=("drums", "bass", "chords", "lead")),
)


def paint(seed: Seed) -> Picture:
    """Rendered by a synthesiser of its own: the same bytes each time."""
    loop = seed.loop()
    player = Player(SAMPLERATE)
    try:
        samples = player.play(loop)
    finally:
        player.close()
    columns = seed.bars * seed.quantum * EMBEDDED.columns_per_beat
    values = codec.analyse(samples[None], SAMPLERATE, EMBEDDED, columns)
    beats = float(seed.bars * seed.quantum)
    return Picture(codec.to_pixels(values), EMBEDDED, beats, seed.tempo, seed.quantum, seed.key)


def readme() -> str:
    rows = [f"| `{s.name}` | {s.tempo:g} | {s.bars} of {s.quantum}/4 | {s.key} | {', '.join(s.roles)} |" for s in SEEDS]
    return HEAD + "\n".join(rows) + "\n"


HEAD = """# Seed pictures

Each is the score of a loop of exactly so many bars, at 64 columns a beat; its settings, tempo, bars and key are in
the file's EXIF tags. `/riff/1/seed_image house` starts from one,
`denoising` says how far to go from it (0 plays it as it is), at any tempo.

Origin: composed by `riffosc/composing/composer.py` and rendered with the FluidR3 GM sound font (Frank Wen, MIT
licence) by `riffosc train seeds`; no recording by anyone is in them. MIT licence, like riffosc.

| name | tempo | bars | key | parts |
|---|---|---|---|---|
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("seeds"))
def main(folder: Path) -> None:
    """Make the shipped seed pictures again."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        save_picture(paint(seed), folder / f"{seed.name}.png")
        click.echo(f"{seed.name}: {seed.bars} bars at {seed.tempo:g} in {seed.key}")
    (folder / "README.md").write_text(readme())
