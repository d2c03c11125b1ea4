"""Which picture settings serve music: `python -m riffosc.training.settings_study` prints a table.

Loops of the composer, by their numbers, go from sound to an 8-bit picture and back, with one setting changed at a time.
What was found is in `riffosc/synthesis/README.md`.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median

import click
import torch
from torch import Tensor

from riffosc.composing.loop import ROLES, Loop
from riffosc.picture import EMBEDDED, PictureSettings
from riffosc.synthesis import codec
from riffosc.training import fidelity
from riffosc.training.corpus import SAMPLERATE, loop_at
from riffosc.training.oscillators import Audio
from riffosc.training.render import render
from riffosc.training.soundfont import MissingSynth

Row = dict[str, float]
Found = dict[str, list[float]]  # by loop or by hit

KINDS = {"drums": (("drums",),), "bass": (("bass",),), "tonal": (("chords",), ("lead",)), "mix": (ROLES,)}
LONGEST_S = 3.2
TONES_HZ = (55, 110, 220, 440)
TONES_S = 2
BY_HIT = ("rise", "pre-echo")
BANDS_HZ = ((20, 60), (4000, 8000), (8000, 12000), (12000, 16000))


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to make a picture."""

    settings: PictureSettings = EMBEDDED
    log_db: float = 0.0  # above 0, grey is linear in decibels, over so many, in place of the power


def _windows(*lengths_ms: int) -> dict[str, Variant]:
    settings = {ms: replace(EMBEDDED, window_s=ms / 1000, padded_s=max(0.128, ms / 500)) for ms in lengths_ms}
    return {f"window {ms} ms": Variant(settings[ms]) for ms in lengths_ms}


def _each(name: str, field: str, *values: float) -> dict[str, Variant]:
    return {name.format(value): Variant(replace(EMBEDDED, **{field: value})) for value in values}  # type: ignore[arg-type]


VARIANTS: dict[str, Variant] = {
    "today": Variant(),
    **_windows(32, 46, 80, 100),
    **_each("up to {:.0f} Hz", "high_hz", 10000.0, 18000.0, 20000.0),
    **_each("{} bins", "bins", 256, 320, 384),
    **_each("power {}", "power", 0.2, 0.33, 0.5),
    **{f"{db} dB, log": Variant(log_db=db) for db in (80, 100)},
    **_each("{} columns a beat", "columns_per_beat", 32, 48, 96),
    **_each("reference {}", "reference", 0.1, 0.6, 1.0),
    **_each("from {:.0f} Hz", "low_hz", 0.0, 40.0),
    **_each("padded to {} s", "padded_s", 0.064, 0.192),
}


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A loop to try settings on."""

    kind: str
    loop: Loop
    audio: Audio
    hits: list[int]  # frames on which a drum is clearly heard to begin


def examples(first: int, each: int) -> list[Example]:
    """The first `each` loops of each kind from number `first` on that are short enough."""
    return [example for kind in KINDS for example in _of_kind(kind, first, each)]


def _of_kind(kind: str, number: int, count: int) -> Iterator[Example]:
    while count:
        loop = loop_at(number)
        if loop.roles in KINDS[kind] and loop.frames(SAMPLERATE) <= LONGEST_S * SAMPLERATE:
            audio = render(loop)
            yield Example(kind, loop, audio, _hits(loop, audio) if kind == "drums" else [])
            count -= 1
        number += 1


def _hits(loop: Loop, audio: Audio) -> list[int]:
    per_beat = 60 / loop.tempo * SAMPLERATE
    starts = {round(note.start_beat * per_beat) for part in loop.parts for note in part.notes}
    return fidelity.clear_hits(audio, sorted(starts))


def through_picture(audio: Audio, beats: int, variant: Variant) -> tuple[Audio, Tensor]:
    """Sound (frames,) to a picture and back; the picture's values (columns, bins), too."""
    settings = variant.settings
    values = in_8_bits(codec.analyse(audio[None], SAMPLERATE, settings, beats * settings.columns_per_beat), variant)
    how = codec.Performance(settings, len(audio), SAMPLERATE)
    return codec.invert(values, how)[0], values[0]


def in_8_bits(values: Tensor, variant: Variant) -> Tensor:
    """Values as they come back from the pixels of a picture."""
    if not variant.log_db:
        return codec.to_values(codec.to_pixels(values))
    to_db = 20 / variant.settings.power
    greys = 1 + to_db / variant.log_db * values.clamp(min=1e-9).log10()
    greys = codec.to_values(codec.to_pixels(greys))
    return torch.where(greys > 0, 10 ** ((greys - 1) * variant.log_db / to_db), 0)


def measured(example: Example, variant: Variant) -> Found:
    """What one loop suffers."""
    audio, kind, hits = example.audio, example.kind, example.hits
    began = time.process_time()
    back, values = through_picture(audio, example.loop.beats, variant)
    seconds = time.process_time() - began
    distance = fidelity.spectral_distance(audio, back)
    changes = {f"{low}-{high} Hz": fidelity.band_change(audio, back, low, high) for low, high in BANDS_HZ}
    return {
        "distance": [distance],
        f"distance, {kind}": [distance],
        "chroma": [fidelity.chroma_error(audio, back)] if kind != "drums" else [],
        "rise": fidelity.rises_ms(back, hits),
        "pre-echo": fidelity.pre_echoes_db(back, audio, hits),
        **{name: [] if change is None else [change] for name, change in changes.items()},
        "black": [float((values == 1).float().mean())],
        "white": [float((values == 0).float().mean())],
        "cpu": [seconds * SAMPLERATE / len(audio)],
    }


def pooled(rows: Iterable[Found]) -> Row:
    """One number for each measure: the median of hits, the mean of loops."""
    found: dict[str, list[float]] = {}
    for row in rows:
        for name, values in row.items():
            found[name] = found.get(name, []) + values
    return {name: (median if name in BY_HIT else fmean)(values) for name, values in found.items() if values}


def tones(variant: Variant) -> Row:
    """Two tones a semitone apart, in four octaves."""
    rows = []
    for hz in TONES_HZ:
        lines = (hz * TONES_S, round(hz * TONES_S * 2 ** (1 / 12)))
        audio = fidelity.tones(lines, TONES_S * SAMPLERATE)
        rows.append(fidelity.heard(through_picture(audio, 2 * TONES_S, variant)[0], lines))
    return {
        "pairs": sum(row.apart_db > 0 for row in rows),
        "apart": fmean(row.apart_db for row in rows),
        "clean": fmean(row.clean_db for row in rows),
        "cents": max(row.cents for row in rows),
    }


def study(variant: Variant, loops: list[Example]) -> Row:
    """One row of the table."""
    means = pooled(measured(example, variant) for example in loops)
    return {**means, **tones(variant), "bytes a beat": variant.settings.bins * variant.settings.columns_per_beat}


def untouched(loops: list[Example]) -> Row:
    """What the loops themselves have of the measures that are not differences."""
    hits = [(one.audio, one.hits) for one in loops if one.hits]
    rises = [fidelity.rises_ms(audio, frames) for audio, frames in hits]
    echoes = [fidelity.pre_echoes_db(audio, audio, frames) for audio, frames in hits]
    return pooled({"rise": rise, "pre-echo": echo} for rise, echo in zip(rises, echoes, strict=True))


def as_text(table: dict[str, Row]) -> str:
    names = list(dict.fromkeys(name for row in table.values() for name in row))
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for variant, row in table.items():
        lines.append(f"| {variant} | " + " | ".join(f"{row[n]:.4g}" if n in row else "" for n in names) + " |")
    return "\n".join(lines)


@click.command()
@click.option("--first", default=0, show_default=True, help="Number of the loop to begin with.")
@click.option("--each", default=6, show_default=True, help="Loops of each kind: drums, bass, tonal, mix.")
@click.option("--only", multiple=True, type=click.Choice(list(VARIANTS)), help="These settings alone.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="The table as JSON, too.")
def main(first: int, each: int, only: tuple[str, ...], out: Path | None) -> None:
    """Measure what sound loses on its way through a picture, for several picture settings."""
    torch.set_num_threads(1)
    try:
        loops = examples(first, each)
    except MissingSynth as error:
        raise click.ClickException(str(error)) from None
    table = {"the loops themselves": untouched(loops)}
    for name in only or VARIANTS:
        table[name] = study(VARIANTS[name], loops)
        click.echo(as_text({name: table[name]}))
    click.echo("\n" + as_text(table))
    if out is not None:
        out.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
