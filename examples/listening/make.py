"""Paints the loops of this folder: `.venv/bin/python examples/listening/make.py [--out DIR] [--only 1] [--model DIR]`.

Each as a mono WAV of 16 bits and as its picture, an index of them all (README.md), and all pictures on one sheet.
The same model gives the same files on the same machine.
"""

import argparse
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile
from PIL import Image, ImageDraw, ImageFont, ImageOps

from riffosc.clip import Clip, ClipRequest, Rig
from riffosc.picture import save_picture
from riffosc.synthesis.render import Renderer

HERE = Path(__file__).parent
RATE = 32000  # all that a picture shows lies under 16 kHz


@dataclass(frozen=True)
class Loop:
    """What is asked for, and why it is here."""

    prompt: str
    tempo: float
    key: str = ""
    quantum: int = 4
    seed: int = 0
    why: str = ""

    def request(self, model: str = "embedded") -> ClipRequest:
        return ClipRequest(
            ((self.prompt, 1.0),),
            rig=Rig(model),
            seed=self.seed,
            tempo=self.tempo,
            key=self.key,
            quantum=self.quantum,
            samplerate=RATE,
        )


LOOPS = (
    Loop("house drums only", 122, why="1 to 4 stack: play them together"),
    Loop("deep house synth bass only", 122, "Am", why="under 1"),
    Loop("rhodes chords only", 122, "Am", why="over 1 and 2"),
    Loop("trumpet melody only", 122, "Am", why="over 1 to 3"),
    Loop("funk slap bass and drums", 108, "Em", seed=4, why="two players in one loop"),
    Loop("dub techno chords with delay", 120, "Cm", seed=5, why="an effect"),
    Loop("amen break drums", 172, seed=6, why="fast"),
    Loop("waltz with accordion and strings", 150, "G", 3, 7, "three beats a bar"),
    Loop("swinging jazz double bass and piano", 140, "F", seed=8, why="swung"),
    Loop("metal distorted guitar, bass and drums", 150, "Em", seed=9, why="loud"),
    Loop("rain and vinyl crackle", 110, seed=10, why="a texture"),
    Loop("spaceship", 110, seed=11, why="a word that the model never saw in training"),
)
CELL, LABEL, GAP, COLUMNS = (288, 190), 38, 12, 4  # of the sheet, in pixels
SHADES = 32  # of grey on the sheet: enough to read, and a smaller file


def stem(number: int, loop: Loop) -> str:
    return f"{number:02}_" + re.sub(r"[^a-z0-9]+", "-", loop.prompt.lower()).strip("-")


def write(folder: Path, name: str, clip: Clip) -> None:
    soundfile.write(folder / f"{name}.wav", clip.samples.mean(0), RATE, subtype="PCM_16")
    save_picture(clip.picture, folder / f"{name}.png")


def meter(loop: Loop) -> str:
    return f"{loop.tempo:g} bpm, {loop.quantum}/4" + (f", {loop.key}" if loop.key else "")


def index(loops: Iterable[tuple[int, Loop]]) -> str:
    """The folder's README."""
    request = LOOPS[0].request()
    lines = [
        "# Listen\n",
        f"Two bars each, painted by the model in the package in {request.steps} steps: `make.py` made this folder.",
        "A loop goes round without a seam: set your player to repeat.\n",
        "![all pictures](sheet.png)\n",
        "| loop | prompt | tempo | meter | key | seed | |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, loop in loops:
        name = stem(number, loop)
        asked = f"{loop.tempo:g} | {loop.quantum}/4 | {loop.key} | {loop.seed}"
        lines.append(f"| [{number}]({name}.wav) ([picture]({name}.png)) | {loop.prompt} | {asked} | {loop.why} |")
    return "\n".join(lines) + "\n"


def sheet(painted: Sequence[tuple[int, Loop, Path]]) -> Image.Image:
    """All pictures, each with its number, prompt, tempo and key under it."""
    columns = min(COLUMNS, len(painted))
    rows = -(-len(painted) // columns)
    width, height = CELL[0] + GAP, CELL[1] + LABEL + GAP
    page = Image.new("L", (GAP + columns * width, GAP + rows * height), 255)
    draw = ImageDraw.Draw(page)
    bold, plain = ImageFont.load_default(14), ImageFont.load_default(12)
    for place, (number, loop, path) in enumerate(painted):
        left, top = GAP + place % columns * width, GAP + place // columns * height
        with Image.open(path) as picture:
            page.paste(ImageOps.autocontrast(picture.convert("L").resize(CELL, Image.Resampling.BOX)), (left, top))
        draw.rectangle((left, top, left + CELL[0] - 1, top + CELL[1] - 1), outline=160)
        draw.text((left, top + CELL[1] + 3), f"{number}  {loop.prompt}", font=bold, fill=0)
        draw.text((left, top + CELL[1] + 20), meter(loop), font=plain, fill=96)
    return page.point([round(round(grey / 255 * (SHADES - 1)) / (SHADES - 1) * 255) for grey in range(256)])


def make(folder: Path, numbers: Sequence[int], model: str = "embedded") -> None:
    """Paints the loops of these numbers, counted from 1, and writes the index and the sheet of them."""
    folder.mkdir(parents=True, exist_ok=True)
    renderer, painted = Renderer(), []
    for number in numbers:
        loop = LOOPS[number - 1]
        write(folder, stem(number, loop), renderer.render(loop.request(model)))
        painted.append((number, loop, folder / f"{stem(number, loop)}.png"))
        print(f"{number:2} {loop.prompt}: {meter(loop)}, seed {loop.seed}", flush=True)
    (folder / "README.md").write_text(index((number, loop) for number, loop, _ in painted))
    sheet(painted).save(folder / "sheet.png", optimize=True)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=HERE, help="where to (this folder)")
    numbers = range(1, len(LOOPS) + 1)
    parser.add_argument("--only", type=int, nargs="*", choices=numbers, metavar="N", help="which loops (all)")
    parser.add_argument("--model", default="embedded", help="a model's folder, instead of the one in the package")
    told = parser.parse_args()
    make(told.out, told.only or numbers, told.model)
