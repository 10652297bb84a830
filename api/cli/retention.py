"""``trygkort retention``: delete what is past its time, hold what must stay, and prove it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, cast

import typer

from api.cli.opened import opened
from api.cli.options import parse_date
from api.retaining import deletion_line, place_hold, previewed, retain
from data.retention_book import Deleted, PlacedHold
from models.retention import HOLD_REASONS, Hold, HoldReason

AsJson = Annotated[bool, typer.Option("--json", help="Print the result for machines.")]


def add_to(app: typer.Typer) -> None:
    retention = typer.Typer(
        help="Retention: delete what is past its time, hold what must stay, and prove it.",
        invoke_without_command=True,
    )
    retention.callback()(apply)
    retention.command()(proof)
    holds = typer.Typer(help="Legal holds: what must not be deleted, and why.", no_args_is_help=True)
    holds.command()(add)
    holds.command("list")(list_)
    holds.command()(lift)
    retention.add_typer(holds, name="hold")
    app.add_typer(retention, name="retention")


def apply(
    context: typer.Context,
    *,
    on: Annotated[str | None, typer.Option("--date", help="As of this date, YYYY-MM-DD; default today.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what is past its time."""
    if context.invoked_subcommand is not None:
        return
    now = datetime.now(UTC)
    with opened() as at:
        day = parse_date(on) if on else now.astimezone(at.partnership.calendar.timezone).date()
        if dry_run:
            found = previewed(at.store, at.partnership, day, now=now)
        else:
            found = retain(at.store, at.partnership, day, now=now, actor=at.gate.actor)
    if as_json:
        typer.echo(json.dumps([{**asdict(d), "digest": d.digest.hex()} for d in found], default=str))
        return
    typer.echo("\n".join(_row(each, "would be deleted" if dry_run else "deleted") for each in found))


def proof(
    *,
    limit: Annotated[int, typer.Option(help="So many at most, the newest first.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """The deletions that were done, newest first; backups made after each are free of what went."""
    with opened() as at:
        found = at.store.retention.proofs(at.partnership.id, limit=limit)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], default=str))
        return
    lines = [
        f"{each.at:%Y-%m-%d %H:%M:%S%z}  {each.tier:<11} {each.place:<15} before {each.cut_off}  {each.rows:>9} rows  "
        f"{each.digest[:16]}  {each.actor}; backups made from then on are free of them"
        for each in found
    ]
    typer.echo("\n".join(lines) or "nothing was deleted yet")


def add(
    *,
    start: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    stop: Annotated[str, typer.Option("--to", help="First day after it.")],
    reason: Annotated[str, typer.Option(help=f"Why: one of {', '.join(HOLD_REASONS)}.")],
    area: Annotated[str | None, typer.Option(help="The id of an area; absent: all.")] = None,
    category: Annotated[str | None, typer.Option(help="A category; absent: all.")] = None,
    expires: Annotated[str | None, typer.Option(help="The day it ends by itself; absent: until lifted.")] = None,
) -> None:
    """Place a hold."""
    hold = Hold(
        parse_date(start),
        parse_date(stop),
        cast("HoldReason", reason),
        area,
        category,
        parse_date(expires) if expires else None,
    )
    with opened() as at:
        typer.echo(f"hold {place_hold(at.store, at.partnership, hold, at.gate.actor)} is placed")


def list_(*, as_json: AsJson = False) -> None:
    """All holds, lifted ones too."""
    with opened() as at:
        found = at.store.retention.holds(at.partnership.id)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], default=str))
    else:
        typer.echo("\n".join(map(_hold, found)) or "no holds")


def lift(number: Annotated[int, typer.Argument(help="The hold's number.")]) -> None:
    """Lift a hold: what it protected goes when retention runs next."""
    with opened() as at:
        at.store.retention.lift(at.partnership.id, number, at.gate.actor)
    typer.echo(f"hold {number} is lifted")


def said(found: list[Deleted]) -> None:
    """What was deleted on the way of another command."""
    typer.echo(deletion_line(found))


def _row(each: Deleted, what: str) -> str:
    return f"{each.tier:<11} {each.place:<15} before {each.cut_off}  {each.rows:>9} rows {what}"


def _hold(each: PlacedHold) -> str:
    state = f"lifted {each.lifted_at:%Y-%m-%d}" if each.lifted_at else "in force"
    until = f", expires {each.expires_on}" if each.expires_on else ""
    where = f"{each.area or 'all areas'}, {each.category or 'all categories'}"
    return f"{each.id:>5}  {each.start_on} to {each.stop_on}, {where}: {each.reason} ({state}{until})"
