"""Which pictures keep stereo: `python -m riffosc.training.stereo_study` prints a table.

Full mixes of the composer, chords to the left and lead to the right, each with the room of its own that the synth
gives it, go through two pictures and back. What was found is in `riffosc/synthesis/README.md`.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from statistics import fmean

import click
import numpy as np
import torch

from riffosc.composing.loop import ROLES, Loop
from riffosc.picture import EMBEDDED
from riffosc.synthesis import codec
from riffosc.training import fidelity
from riffosc.training.corpus import SAMPLERATE, loop_at
from riffosc.training.oscillators import Audio
from riffosc.training.render import Player
from riffosc.training.settings_study import LONGEST_S, Row, as_text
from riffosc.training.soundfont import MissingSynth

PAN = {"drums": 0.0, "bass": 0.0, "chords": -0.7, "lead": 0.7, "texture": 0.0}  # -1 left to 1 right


def panned(player: Player, loop: Loop) -> Audio:
    """The loop as (2, frames), its players standing side by side."""
    sides = np.zeros((2, loop.frames(SAMPLERATE)), np.float32)
    for part in loop.parts:
        angle = (1 + PAN[part.role]) * np.pi / 4
        gains = np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * 2**0.5
        sides += gains * player.play_stereo(replace(loop, parts=(part,)))
    return sides


def through_pictures(channels: Audio, beats: int, seeds: tuple[int, int]) -> Audio:
    """Two channels (2, frames) to 8-bit pictures and back; each begins from the phases of its own seed."""
    values = codec.analyse(channels, SAMPLERATE, EMBEDDED, beats * EMBEDDED.columns_per_beat)
    values = codec.to_values(codec.to_pixels(values))
    how = codec.Performance(EMBEDDED, channels.shape[1], SAMPLERATE)
    if seeds[0] == seeds[1]:
        return codec.invert(values, replace(how, seed=seeds[0]))
    sides = [codec.invert(values[i : i + 1], replace(how, seed=seeds[i])) for i in range(2)]
    return np.concatenate(sides)


def left_and_right(stereo: Audio, beats: int) -> Audio:
    return through_pictures(stereo, beats, (0, 0))


def from_two_starts(stereo: Audio, beats: int) -> Audio:
    return through_pictures(stereo, beats, (0, 1))


def middle_and_side(stereo: Audio, beats: int) -> Audio:
    pair = np.stack([stereo.mean(0), (stereo[0] - stereo[1]) / 2])
    middle, side = through_pictures(pair, beats, (0, 0))
    return np.stack([middle + side, middle - side])


WAYS: dict[str, Callable[[Audio, int], Audio]] = {
    "left and right, phases begin alike": left_and_right,
    "left and right, phases begin apart": from_two_starts,
    "middle and side": middle_and_side,
}


def measured(stereo: Audio, back: Audio) -> Row:
    return {
        "mono sum, dB": fidelity.level_db(back.mean(0)) - fidelity.level_db(stereo.mean(0)),
        "side before, dB": fidelity.side_db(stereo),
        "side after, dB": fidelity.side_db(back),
        "direction off, dB": fidelity.direction_error_db(stereo, back),
        "distance of the mono sum": fidelity.spectral_distance(stereo.mean(0), back.mean(0)),
        "distance of the sides": fmean(fidelity.spectral_distance(*pair) for pair in zip(stereo, back, strict=True)),
    }


def mixes(first: int, count: int) -> list[Loop]:
    """The first full mixes from number `first` on that are short enough."""
    found: list[Loop] = []
    while len(found) < count:
        loop = loop_at(first)
        if loop.roles == ROLES and loop.frames(SAMPLERATE) <= LONGEST_S * SAMPLERATE:
            found.append(loop)
        first += 1
    return found


@click.command()
@click.option("--first", default=0, show_default=True, help="Number of the loop to begin with.")
@click.option("--count", default=6, show_default=True, help="How many loops.")
def main(first: int, count: int) -> None:
    """Measure what stereo loses on its way through two pictures."""
    torch.set_num_threads(1)
    try:
        with closing(Player(SAMPLERATE)) as player:
            loops = [(panned(player, loop), loop.beats) for loop in mixes(first, count)]
    except MissingSynth as error:
        raise click.ClickException(str(error)) from None
    table: dict[str, Row] = {}
    for name, way in WAYS.items():
        rows = [measured(stereo, way(stereo, beats)) for stereo, beats in loops]
        table[name] = {measure: fmean(row[measure] for row in rows) for measure in rows[0]}
    click.echo(as_text(table))


if __name__ == "__main__":
    main()
