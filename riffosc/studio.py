"""Commands that make files from files: `riffosc restyle`, `batch`, `sample` and `stems`."""

from math import isnan
from pathlib import Path
from typing import Any

import click


class Decimal(click.FloatRange):
    """A number within limits, which click's own lets NaN go through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        return self.fail(f"{number} is no number", param, ctx) if isnan(number) else number


def painting_options(command: Any) -> Any:
    """What decides how something is painted, beside its prompt and its length."""
    for option in reversed(
        (
            click.option("--negative", default="", help="What to keep away from."),
            click.option("--seed", default=0, show_default=True, help="Number of the noise."),
            click.option("--key", default="", help="Such as Am, F# or Ebm."),
            click.option("--guidance", default=2.0, show_default=True, help="How strictly the prompt is followed."),
            click.option("--steps", default=5, show_default=True, help="Denoising steps."),
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
@click.option("--denoising", default=0.6, show_default=True, type=Decimal(0, 1), help="Distance from it.")
@click.option("--tempo", type=Decimal(20, 300), help="Beats per minute; as the file says, or heard.")
@click.option("--quantum", type=click.IntRange(3, 4), help="Beats in a bar; 4, or as the file says.")
@click.option("--start", "start_s", type=Decimal(0, 1260), help="Where its first bar begins, in seconds.")
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


@click.command()
@click.argument("series", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("loops"), show_default=True)
@click.option(
    "--seeds", default=1, show_default=True, type=click.IntRange(1, 1000), help="Of each entry, from its own on."
)
@click.option("--samplerate", default=44100, show_default=True, type=click.IntRange(8000, 192000))
@click.option("--force", is_flag=True, help="Paint those again that are there.")
def batch(series: Path, out: Path, seeds: int, samplerate: int, force: bool) -> None:
    """Paint all loops that a JSON file asks for, Riffusion's or one with parameters of `riffosc render`.

    What is there already is left as it is: a batch that was broken off goes on where it was. `index.json` lists all.
    """
    from riffosc.series import is_there, read_series, write_index, write_piece

    try:
        pieces = read_series(series, out, seeds, samplerate)
        todo = [piece for piece in pieces if force or not is_there(piece)]
        write_index(out, pieces)
        if todo:
            from riffosc.synthesis.render import Renderer

            renderer = Renderer()
            clips = renderer.render_all([piece.request for piece in todo])
            for number, (piece, clip) in enumerate(zip(todo, clips, strict=True), 1):
                write_piece(piece, clip)
                click.echo(f"{number} of {len(todo)}: {piece.path}.wav")
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror or error}") from error
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}: {len(pieces)} loops, {len(pieces) - len(todo)} of them were there")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the clips.")
@click.option("-r", "--recursive", is_flag=True, help="Folders inside folders, too.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--each", default=1, show_default=True, type=click.IntRange(1, 100_000), help="Clips of each file.")
@click.option("--limit", type=click.IntRange(1), help="No more than so many files.")
@click.option("--seconds", default=5.12, show_default=True, type=Decimal(0.01, 1260), help="Of a clip.")
@click.option("--bars", type=click.IntRange(1, 64), help="Whole bars instead, from a bar line on.")
@click.option("--tempo", type=Decimal(20, 300), help="Of all files; else as they say, or heard.")
@click.option("--quantum", type=click.IntRange(3, 4), help="Beats in a bar; 4, or as the file says.")
@click.option("--stereo/--mono", default=None, help="If not said, as the file is.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of where they are taken.")
@click.option("--format", "ending", default="wav", show_default=True, help="Such as flac, ogg or mp3.")
def sample(files: tuple[Path, ...], out: Path, ending: str, **how: Any) -> None:
    """Take short clips from anywhere in FILES, or folders of them: for data sets, and to find seeds.

    The same seed takes the same clips. With --bars they are whole bars, and WAVs say so inside.
    """
    from riffosc.batch import jobs, run
    from riffosc.convert import check_format
    from riffosc.excerpts import Excerpts, excerpt, jobs_of
    from riffosc.sounds import SUFFIXES

    recursive, force, limit = (how.pop(name) for name in ("recursive", "force", "limit"))
    wanted = Excerpts(**how)
    try:
        check_format(out / f"x.{ending.lstrip('.')}")
        found = jobs(files, out, f".{ending.lstrip('.')}", SUFFIXES, recursive)[:limit]
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    todo = {each.target: (each, number) for job in found for number, each in enumerate(jobs_of(job, wanted))}
    clips = [job for job, _ in todo.values()]
    failed = run(clips, force, lambda job, progress: excerpt(job, wanted, todo[job.target][1], progress))
    if failed:
        words = f"{len(failed)} of {len(found)} failed: {', '.join(map(str, failed))}"
        raise click.ClickException(words if len(clips) > 1 else next(iter(failed.values())))


@click.command()
@click.argument("sound", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder; SOUND_stems beside if not said.")
@click.option("--together", multiple=True, metavar="A+B", help="These as one file, too: drums+bass.")
@click.option("--model", default="htdemucs", show_default=True, help="Of Demucs: htdemucs_6s, a folder, a file.")
@click.option("--fetch", is_flag=True, help="Fetch the model's weights from the hub if they are not here.")
@click.option("--format", default="wav", show_default=True, help="Such as flac, ogg or mp3.")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def stems(sound: Path, out: Path | None, format: str, fetch: bool, **how: Any) -> None:
    """Take SOUND apart into vocals, drums, bass and the rest.

    Each file has the length, the rate and the channels of the sound, and lies over it to the frame. Stems of a loop
    are loops. Needs Demucs, an extra: pip install 'riffosc[stems]'.
    """
    from riffosc import batch
    from riffosc.stems import Wishes
    from riffosc.stems import stems as make

    wanted = Wishes(format=format.lstrip(".").lower(), fetch=click.echo if fetch else None, **how)
    job = batch.Job(sound, out or sound.with_name(f"{sound.stem}_stems"))
    failed = batch.run([job], True, lambda job, progress: make(job, wanted, progress))
    if failed:
        raise click.ClickException(next(iter(failed.values())))
