"""The command line ``trygkort``: exit code 0, or 2 and one plain sentence for what cannot be used.

Only the module of the command that is asked for is imported: geometry, maps and the service take seconds to load, and
the version, the settings or a misspelt command need none of them.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import typer

from data.code_version import code_version
from geo.errors import PlainError

# Command to its module in this package and its line in the list of commands. A module's ``add_to`` registers it.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "config": ("config", "Show and check the settings."),
    "import": ("incidents", "Take in a file of incidents. Importing the same file again changes nothing."),
    "daily": (
        "daily",
        "Compute and store every product of a date from what was known when its first shift started.",
    ),
    "check": ("incidents", "Prove that the panel is the recount of the incidents, to the last digit."),
    "profile": ("profiles", "Describe files of incidents."),
    "serve": ("service", "Serve the maps and data on this machine."),
    "demo": (
        "demo",
        "Load synthetic incidents, run the daily job, and serve the maps (or write them with --once).",
    ),
    "hotspots": ("filemode", "Count points per H3 cell, test with Gi*, and write GeoJSON and a page with a map."),
    "emerging": (
        "emerging",
        "Say of every H3 cell since when it is a hot spot: new, consecutive, persistent, historical, …",
    ),
    "near-repeat": (
        "near_repeat",
        "Test whether events near one another also come soon after one another (Knox), and write a table and a page.",
    ),
    "density": (
        "density",
        "Incidents per square kilometre by the quartic kernel, as GeoJSON and as a page with a map.",
    ),
    "trend": (
        "trend",
        "Compare the last periods of counts with earlier ones, test for a trend, and look for alarms.",
    ),
    "scan": (
        "scan",
        "Scan for clusters that are alive on the last day, and write GeoJSON and a page with a map.",
    ),
    "displacement": ("displacement", "Displacement: has crime moved from the treated area to its surroundings?"),
    "alerts": ("alerts", "Alerts: list them, look at one, and take them on."),
    "webhook": ("webhook", "Webhook: see what other systems were told of alerts, and send it."),
    "effort": ("efforts", "Efforts: what was done where and when, and whether it changed anything."),
    "plan": ("plans", "Plans: where to be seen in a shift, and why there."),
    "zone": ("zones", "Zones: where and until when the law gives other powers."),
    "audit": ("audit", "Log: prove it, read it, and note where it ends."),
    "user": ("users", "Accounts: who may log in, and in which role."),
    "token": ("tokens", "Tokens: by which programs read and bring data."),
    "release": ("releases", "Releases: counts for the steering group and the public."),
    "report": ("reports", "Reports: the steering group's, made from releases."),
    "indicator": ("indicators", "Indicators: surveys, assessments and counts of others."),
    "retention": ("retention", "Retention: delete what is past its time, hold what must stay, and prove it."),
    "backtest": ("backtest", "Forecast each day from the days before it, and score against naive forecasts."),
    "export": ("export", "Export: a question of two periods, answered as CSV, GeoPackage or GeoParquet."),
    "dpia": ("dpia", "The data protection impact assessment: a draft in Danish."),
    "geocode": ("geocode", "Addresses: try one, and decide those that fit several places."),
}


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The program with the command that ``arguments`` ask for; the others are names and lines of help."""
    app = typer.Typer(
        name="trygkort",
        help="Place-based hotspot monitoring for neighbourhood partnerships. It is about places, never about people.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(version)
    # Options before the command take no value, so the first word that is none names the command.
    asked = next((word for word in arguments if not word.startswith("-")), "")
    wanted = COMMANDS[asked][0] if asked in COMMANDS else ""
    if wanted:
        import_module(f"{__name__}.{wanted}").add_to(app)
    for name, (module, line) in COMMANDS.items():
        if module != wanted:
            app.command(name, help=line)(_not_asked_for)
    return app


def version(*, show: bool = typer.Option(False, "--version", is_eager=True, help="Show the version and end.")) -> None:
    if show:
        typer.echo(f"trygkort {code_version()}")
        raise typer.Exit


def _not_asked_for() -> None:
    raise RuntimeError("a command ran whose module was not imported")


def main() -> None:
    """Entry point of the ``trygkort`` command."""
    # Our own sentence says what is wrong with the database; the pool would say it again every few seconds.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    try:
        app_for(sys.argv[1:])()
    except PlainError as error:
        typer.echo(f"trygkort: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        typer.echo(f"trygkort: {error.strerror or error}{place}", err=True)
        sys.exit(2)
