"""`riffosc surface`: a control surface as a file."""

from pathlib import Path

import click

from riffosc.files import replace_file
from riffosc.surfaces import open_stage, touchosc

ENDINGS = {".tosc": "TouchOSC", ".json": "Open Stage Control"}


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--voices", default=4, show_default=True, type=click.IntRange(1, 8), help="Strips besides the main one.")
@click.option("--target", default="127.0.0.1:7433", show_default=True, help="riffosc, for Open Stage Control.")
@click.option(
    "--listen", default=9000, show_default=True, type=click.IntRange(1, 65535), help="TouchOSC's receive port."
)
def surface(file: Path, voices: int, target: str, listen: int) -> None:
    """Make a control surface: FILE.tosc for TouchOSC, FILE.json for Open Stage Control."""
    if file.suffix not in ENDINGS:
        raise click.ClickException(
            f"a file that ends in {' or '.join(f'{end} ({name})' for end, name in ENDINGS.items())}"
        )
    data = touchosc.layout(voices, listen) if file.suffix == ".tosc" else open_stage.session(voices, target)
    try:
        replace_file(file, data)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror or error}") from error
    click.echo(f"{file}: {ENDINGS[file.suffix]}, {voices} voices")
