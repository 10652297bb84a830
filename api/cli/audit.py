"""``trygkort audit``: the log of who did what: prove it, read it, and note where it ends."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.audit import SHOWN_DAYS, AuditReader
from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from data.audit_log import AuditFilter
from geo.errors import PlainError
from maps.audit_json import row_as_json
from models.audit import ACTIONS, AuditRow
from models.audit_chain import anchor_of


class AuditOptionError(PlainError, ValueError):
    """An option that says nothing the log knows."""


def add_to(app: typer.Typer) -> None:
    audit = typer.Typer(help="Log: prove it, read it, and note where it ends.", no_args_is_help=True)
    audit.command()(verify)
    audit.command("list")(list_)
    audit.command()(anchor)
    audit.command()(unusual)
    audit.command()(rights)
    app.add_typer(audit, name="audit")


def verify(
    anchor: Annotated[str | None, typer.Option(help="NUMBER:HASH, as 'audit anchor' printed it before.")] = None,
) -> None:
    """Compute the chain of the log again, and name the first row that was removed, changed or moved (exit code 1)."""
    known = anchor_of(anchor) if anchor else None
    with opened() as at:
        found = _reader(at).verify(known)
    if found.fault:
        typer.echo(f"trygkort: {found.fault}", err=True)
        raise typer.Exit(1)
    beside = f"; row {known.id} is the one of the anchor" if known else ""
    typer.echo(f"log whole: {found.rows} rows, each follows from the one before{beside}")


def list_(
    *,
    action: Annotated[str | None, typer.Option(help=f"Only {', '.join(ACTIONS)}.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this actor did.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Day after the last, YYYY-MM-DD.")] = None,
    limit: Annotated[int, typer.Option(help="So many at most, the newest first.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """The lines of the log, newest first. Reading it is logged."""
    if action is not None and action not in ACTIONS:
        raise AuditOptionError(f"--action is '{action}'; it must be one of {', '.join(ACTIONS)}")
    with opened() as at:
        chosen = AuditFilter(action, actor, _start(since, at), _start(until, at))
        found = _reader(at).rows(chosen, limit=limit)
    if as_json:
        typer.echo(json.dumps([row_as_json(row) for row in found], ensure_ascii=False))
    else:
        typer.echo("\n".join(map(_line, found)))


def anchor() -> None:
    """Number and hash of the last row. Kept where nobody who can change the log can change them, they prove it."""
    with opened() as at:
        found = _reader(at).anchor()
    if found is None:
        typer.echo("trygkort: the end of the chain was removed: nobody can say which row was the last", err=True)
        raise typer.Exit(1)
    typer.echo(str(found))


def unusual(
    *,
    days: Annotated[int, typer.Option(help="Of so many dates, today the last.", min=1)] = SHOWN_DAYS,
) -> None:
    """Days on which somebody took out far more than they and everybody else usually do."""
    with opened() as at:
        found = _reader(at).unusual(now=datetime.now(UTC), days=days)
    for one in found:
        typer.echo(f"{one.day}  {one.actor}: {one.rule} {one.count}, usual {one.usual:g}, limit {one.limit:g}")
    if not found:
        typer.echo(f"nothing unusual in {days} days")


def rights() -> None:
    """Say whether the service's login could change the log (exit code 1)."""
    with opened() as at:
        too_wide = at.store.audit.rights_too_wide()
    if too_wide:
        typer.echo(f"trygkort: {too_wide}", err=True)
        raise typer.Exit(1)
    typer.echo("rights separated: the service's login can add to the log and read it, nothing else")


def _reader(at: Opened) -> AuditReader:
    return AuditReader(at.store, at.partnership, at.gate.actor)


def _start(text: str | None, at: Opened) -> datetime | None:
    if text is None:
        return None
    return datetime.combine(parse_date(text), datetime.min.time(), at.partnership.calendar.timezone)


def _line(row: AuditRow) -> str:
    to = f" to {row.recipient}" if row.recipient else ""
    what = f"{row.action} {row.subject} for {row.purpose}{to}"
    return f"{row.id:>7}  {row.at:%Y-%m-%d %H:%M:%S}  {row.actor}: {what}: {row.outcome}"
