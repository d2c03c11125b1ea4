"""Figures for people, and in a file for programs."""

import json
from pathlib import Path
from typing import Any

import click


def report(figures: dict[str, Any], json_file: Path | None) -> None:
    width = max(map(len, figures))
    for name, value in figures.items():
        click.echo(f"{name:{width}}  {value:.3f}" if isinstance(value, float) else f"{name:{width}}  {value}")
    if json_file:
        json_file.write_text(json.dumps(figures, indent=2) + "\n")
