"""``trygkort daily``, apart from ``import``: what computes maps needs much that a large import must not carry."""

from datetime import date, datetime
from typing import Annotated

import typer

from api.basemap import streets_of
from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.cli.retention import said
from api.cli.webhook import announce_due
from api.gate import Gate, operator
from api.parole import prepare_sheets
from api.planning import PLANNER
from api.retaining import retain
from api.running import run_daily
from api.sketches import sketch_of
from api.watching import Watched
from data.tile_source import TileSourceError
from maps.alert_text import alert_line
from maps.claims import claim_line
from models.daily import DailyError
from models.displacement import DisplacementTable
from models.partnership import Partnership


def add_to(app: typer.Typer) -> None:
    app.command()(daily)


def daily(
    on: Annotated[str | None, typer.Option("--date", help="Date to plan for, YYYY-MM-DD; default today.")] = None,
) -> None:
    """Compute and store every product of a date from what was known when its first shift started."""
    with opened() as at:
        day = parse_date(on) if on else datetime.now(at.partnership.calendar.timezone).date()
        say_streets(at)
        try:
            run = run_daily(at.store, at.partnership, sketch_of(at.partnership, at.settings.partnership), day)
        except DailyError:
            # A day without products is no reason to keep what is past its time.
            say_retained(at, day)
            raise
        typer.echo(f"run {run.run_id} for {day}: {run.result.status.incidents} incidents in the areas")
        say_claims(at.partnership, run.result.displacement)
        say_watched(at.partnership, run.watched)
        say_sheets(at, day)
        say_retained(at, day)
        # Last: a webhook that cannot be used must not keep the maps of the morning from being made.
        announce_due(at)


def say_streets(at: Opened) -> None:
    """Warn of streets that cannot be read; the maps of the morning are made with the sketch."""
    try:
        streets_of(at.partnership)
    except TileSourceError as error:
        typer.echo(f"warning: base map: {error}", err=True)


def say_sheets(at: Opened, day: date) -> None:
    """Lay out the day's parole sheets, so that each is there before its briefing."""
    gate = Gate(at.store, at.partnership, operator(PLANNER, purpose="patrol-planning"))
    typer.echo(f"parole sheets: {prepare_sheets(gate, day, sketch_of(at.partnership, at.settings.partnership))}")


def say_retained(at: Opened, day: date) -> None:
    """Delete what is past its time on ``day``; the maps of a day to come must not let today's data go."""
    now = datetime.now(at.partnership.calendar.timezone)
    said(retain(at.store, at.partnership, min(day, now.date()), now=now))


def say_watched(partnership: Partnership, watched: Watched) -> None:
    """The signals that stand, each with the number of its alert; or why nothing was watched."""
    for number, signal in zip(watched.alerts, watched.signals, strict=True):
        typer.echo(f"alert {number}: {alert_line(signal, partnership)}")
    if not watched.signals:
        typer.echo(f"not watched: {watched.why_not}" if watched.why_not else "alerts: none")


def say_claims(partnership: Partnership, table: DisplacementTable) -> None:
    """What the run claims, in the words of its page; or that it claims nothing."""
    claims = [estimate for estimate in table.estimates if estimate.verdict == "displacement"]
    for estimate in claims:
        line = claim_line(estimate, table, partnership)
        typer.echo(f"displacement: {line} ({estimate.comparison}, adjusted p {estimate.p_adjusted:.4f})")
    if not claims:
        typer.echo("displacement: none claimed")
