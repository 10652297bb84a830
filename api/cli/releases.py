"""``trygkort release``: counts for the steering group, after the rule of disclosure."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli.opened import opened
from api.release_rows import release_row
from api.releasing import ReleaseRequest, make_release
from data.address_points import address_points
from data.release_book import Release
from models.release_body import csv_of
from models.release_period import release_period
from models.release_state import WITHDRAWAL_REASONS, ReleaseError, withdrawal_reason
from models.release_table import AUDIENCES, TABLES

Number = Annotated[int, typer.Argument(help="The release's number.")]


def add_to(app: typer.Typer) -> None:
    releases = typer.Typer(help="Releases: counts for the steering group and the public.", no_args_is_help=True)
    releases.command()(make)
    releases.command("list")(list_)
    releases.command()(show)
    releases.command()(withdraw)
    app.add_typer(releases, name="release")


def make(
    period: Annotated[str, typer.Argument(help="A month (2026-03), half-year (2026-H1) or year, over and reported.")],
    *,
    table: Annotated[str, typer.Option(help=f"What: one of {', '.join(TABLES)}.")] = "areas",
    audience: Annotated[str, typer.Option(help=f"For whom: one of {', '.join(AUDIENCES)}.")] = "partner",
    replaces: Annotated[int | None, typer.Option(help="The release that this one corrects.")] = None,
) -> None:
    """Make a release: what could give a small count away, beside all that was released before, stays hidden."""
    what = next((kind for kind in TABLES if kind == table), None)
    whom = next((kind for kind in AUDIENCES if kind == audience), None)
    if what is None or whom is None:
        raise ReleaseError(f"a release is of {' or '.join(TABLES)} and for {' or '.join(AUDIENCES)}")
    request = ReleaseRequest(release_period(period), what, whom, replaces)
    with opened() as at:
        points = address_points(at.settings.gazetteer)
        made = make_release(at.gate, request, now=datetime.now(UTC), addresses=points)
    typer.echo(f"release {made.id}: {made.shown} of {made.figures} figures are shown")


def list_(
    *,
    limit: Annotated[int, typer.Option(help="So many at most, the latest period first.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """The releases, the latest period first, a line each."""
    with opened() as at:
        found = at.gate.releases(limit=limit)
    if as_json:
        typer.echo(json.dumps([release_row(one) for one in found], ensure_ascii=False))
    else:
        typer.echo("\n".join(_line(one) for one in found) or "no releases")


def show(
    number: Number,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the body as it was released.")] = False,
) -> None:
    """The figures of one release as CSV; a hidden one is empty."""
    with opened() as at:
        body = at.gate.release(number).body.decode()
    typer.echo(body if as_json else csv_of(json.loads(body)), nl=as_json)


def withdraw(
    number: Number, *, reason: Annotated[str, typer.Option(help=f"Why: one of {', '.join(WITHDRAWAL_REASONS)}.")]
) -> None:
    """Take a release back. It was seen, so later releases are made as if it still stood."""
    why = withdrawal_reason(reason)
    with opened() as at:
        at.gate.withdraw_release(number, why)
    typer.echo(f"release {number} is withdrawn")


def _line(one: Release) -> str:
    state = f"withdrawn: {one.reason}" if one.state == "withdrawn" else ""
    state = state or (f"replaced by {one.replaced_by}" if one.replaced_by else "")
    return f"{one.id:>5}  {one.period!s:<8} {one.table:<6} {one.audience:<8} as of {one.as_of:%Y-%m-%d}" + (
        f" ({state})" if state else ""
    )
