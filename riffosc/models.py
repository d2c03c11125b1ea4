"""`riffosc models`: other models than the embedded one."""

from pathlib import Path
from typing import Any

import click

from riffosc.report import report


@click.group()
def models() -> None:
    """Other models than the embedded one: what is here, fetch more, see whether they work."""


def rig_options(command: Any) -> Any:
    """What can be put on a model."""
    for option in reversed(
        (
            click.argument("model", default="embedded"),
            click.option("--vae", default="", help="Another autoencoder: its folder, or its name on the hub."),
            click.option("--lora", default="", help="LoRA files, each with its strength: a.safetensors 0.8, b 1."),
            click.option("--scheduler", default="", help="As diffusers calls it; the model's own if none is named."),
        )
    ):
        command = option(command)
    return command


@models.command("list")
def models_list() -> None:
    """Say which models are on this computer."""
    from riffosc.synthesis.catalogue import listing

    for line in listing():
        click.echo(line)


@models.command("fetch")
@click.argument("name")
def models_fetch(name: str) -> None:
    """Fetch NAME (owner/name) from the hub, unless it is here; its licence and size are said first."""
    from riffosc.synthesis.diffusion.hub import fetch
    from riffosc.synthesis.failing import ModelError

    try:
        click.echo(f"{name} is in {fetch(name, click.echo)}")
    except ModelError as error:
        raise click.ClickException(str(error)) from error


@models.command("check")
@rig_options
def models_check(model: str, vae: str, lora: str, scheduler: str) -> None:
    """Load MODEL (a folder, a file, a name on the hub) and paint a small loop with it."""
    from riffosc.clip import Rig
    from riffosc.rig import parse_loras
    from riffosc.synthesis.catalogue import check

    try:
        check(Rig(model, vae, parse_loras(lora), scheduler), click.echo)
    except ValueError as error:  # ModelError and ParamError are
        raise click.ClickException(str(error)) from error


@models.command("bench")
@rig_options
@click.option("--repeat", default=5, show_default=True, help="Clips to take the median of.")
@click.option("--steps", default=8, show_default=True)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures here.")
def models_bench(repeat: int, steps: int, json_file: Path | None, **named: str) -> None:
    """Seconds to make a clip with MODEL, part by part, and their ratio to its length."""
    from riffosc.bench.clip import measure_clip
    from riffosc.clip import Rig
    from riffosc.rig import parse_loras

    try:
        rig = Rig(named["model"], named["vae"], parse_loras(named["lora"]), named["scheduler"])
        report(measure_clip(repeat, steps, rig), json_file)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
