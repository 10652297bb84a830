"""``trygkort profile suggest``."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.settings import read_settings
from data.intake.suggestion import suggest_profile
from data.partnerships import load_partnership

profile_app = typer.Typer(help="Describe files of incidents.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(profile_app, name="profile")


@profile_app.callback()
def profile() -> None:
    """Describe files of incidents."""


@profile_app.command()
def suggest(
    file: Annotated[Path, typer.Argument(help="CSV, Excel, Parquet, GeoPackage or GeoJSON of incidents.")],
) -> None:
    """Propose a profile from a file's first rows; on standard output, so that it can be kept as a file."""
    found = suggest_profile(file, load_partnership(read_settings(os.environ).partnership))
    typer.echo(found.toml, nl=False)
    for question in found.open_questions:
        typer.echo(f"to be done: {question}", err=True)
