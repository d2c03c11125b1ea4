"""Commands that make files from files: `riffosc restyle`."""

from pathlib import Path
from typing import Any

import click


def painting_options(command: Any) -> Any:
    """What decides how something is painted, beside its prompt and its length."""
    for option in reversed(
        (
            click.option("--negative", default="", help="What to keep away from."),
            click.option("--seed", default=0, show_default=True, help="Number of the noise."),
            click.option("--key", default="", help="Such as Am, F# or Ebm."),
            click.option("--guidance", default=2.0, show_default=True, help="How strictly the prompt is followed."),
            click.option("--steps", default=8, show_default=True, help="Denoising steps."),
            click.option("--model", default="embedded", show_default=True, help="What paints; see `riffosc models`."),
            click.option("--vae", default="", help="Another autoencoder for the model; see `riffosc models`."),
            click.option("--lora", default="", help="LoRA files, each with its strength: a.safetensors 0.8, b 1."),
            click.option("--scheduler", default="", help="As diffusers calls it; the model's own if none is named."),
        )
    ):
        command = option(command)
    return command


@click.command()
@click.argument("sound", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("prompt")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="If not said, SOUND_restyled.wav beside.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@click.option("--denoising", default=0.6, show_default=True, type=click.FloatRange(0, 1), help="Distance from it.")
@click.option("--tempo", type=click.FloatRange(20, 300), help="Beats per minute; as the file says, or heard.")
@click.option("--quantum", type=click.IntRange(3, 4), help="Beats in a bar; 4, or as the file says.")
@click.option("--start", "start_s", type=click.FloatRange(0), help="Where its first bar begins, in seconds.")
@click.option("--bars", type=click.IntRange(1, 4096), help="No more than so many; all of them.")
@click.option("--mask", default="", help="Where it is painted over: bars 5-8, above 2 kHz, a picture.")
@painting_options
def restyle(sound: Path, out: Path | None, force: bool, **wishes: Any) -> None:
    """Paint a sound over: SOUND, of any length and kind, becomes what PROMPT says and stays in its bars.

    The tempo is steady. What comes out is as long as the whole bars that are in it, in mono, and goes round as a loop.
    """
    from riffosc import batch
    from riffosc.restyle import Wishes
    from riffosc.restyle import restyle as make

    own = {name: wishes.pop(name) for name in ("prompt", "denoising", "tempo", "quantum", "start_s", "bars", "mask")}
    wanted = Wishes(**own, others=wishes)
    job = batch.Job(sound, out or sound.with_name(f"{sound.stem}_restyled.wav"))
    failed = batch.run([job], force, lambda job, progress: make(job, wanted, progress))
    if failed:
        raise click.ClickException(next(iter(failed.values())))
