"""The command line ``trygkort``: exit code 0, or 2 and one plain sentence for what cannot be used."""

import logging
import sys

import typer

from api.cli import config, displacement, filemode, geocode, incidents, profiles, service
from data.code_version import code_version
from geo.errors import PlainError

app = typer.Typer(
    name="trygkort",
    help="Place-based hotspot monitoring for neighbourhood partnerships. It is about places, never about people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
config.add_to(app)
incidents.add_to(app)
profiles.add_to(app)
service.add_to(app)
filemode.add_to(app)
displacement.add_to(app)
geocode.add_to(app)


@app.callback(invoke_without_command=True)
def version(*, show: bool = typer.Option(False, "--version", is_eager=True, help="Show the version and end.")) -> None:
    if show:
        typer.echo(f"trygkort {code_version()}")
        raise typer.Exit


def main() -> None:
    """Entry point of the ``trygkort`` command."""
    # Our own sentence says what is wrong with the database; the pool would say it again every few seconds.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    try:
        app()
    except PlainError as error:
        typer.echo(f"trygkort: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        typer.echo(f"trygkort: {error.strerror or error}{place}", err=True)
        sys.exit(2)
