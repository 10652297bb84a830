"""``trygkort zone``: areas in which the law gives other powers for a time; shown with the plans."""

import getpass
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.gate import Gate, operator
from maps.plan_json import zones_as_json
from models.partnership import Partnership
from models.patrol_rule import ZONE_KINDS, LegalZone, PlanRuleError, ZoneKind

LONG_AGO, FAR_AHEAD = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def add_to(app: typer.Typer) -> None:
    zones = typer.Typer(help="Zones: where and until when the law gives other powers.", no_args_is_help=True)
    zones.command()(add)
    zones.command("list")(list_)
    zones.command()(withdraw)
    app.add_typer(zones, name="zone")


def add(
    *,
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(ZONE_KINDS)}.")],
    area: Annotated[list[str], typer.Option(help="Id of an area; repeat.")],
    starts: Annotated[str, typer.Option("--from", help="When it starts, YYYY-MM-DDTHH:MM, local time.")],
    ends: Annotated[str, typer.Option("--to", help="When it ends, YYYY-MM-DDTHH:MM, local time.")],
    decided: Annotated[str, typer.Option(help="When it was decided, YYYY-MM-DD.")],
) -> None:
    """Enter a zone that was decided."""
    with opened() as at:
        unknown = [one for one in area if one not in at.partnership.areas.index]
        if unknown:
            raise PlanRuleError(f"area must be one of {', '.join(at.partnership.areas.index)}, found '{unknown[0]}'")
        zone = LegalZone(
            _kind(kind),
            tuple(area),
            _moment(starts, at.partnership),
            _moment(ends, at.partnership),
            parse_date(decided),
        )
        typer.echo(f"zone {_gate(at).add_zone(zone)} is entered")


def list_(*, as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False) -> None:
    """Every zone that was entered and not withdrawn."""
    with opened() as at:
        rows = zones_as_json(_gate(at).zones(LONG_AGO, FAR_AHEAD))
        if as_json:
            typer.echo(json.dumps(rows))
        else:
            typer.echo("\n".join(_line(row) for row in rows) or "no zones")


def _line(row: Mapping[str, Any]) -> str:
    areas = ",".join(row["areas"])
    return f"{row['id']}  {row['kind']}  {areas}  {row['starts']} – {row['ends']}"


def withdraw(number: Annotated[int, typer.Argument(help="The zone's number.")]) -> None:
    """Take back a zone that was entered by mistake."""
    with opened() as at:
        _gate(at).withdraw_zone(number)
    typer.echo(f"zone {number} is withdrawn")


def _kind(text: str) -> ZoneKind:
    known = next((one for one in ZONE_KINDS if one == text), None)
    if known is None:
        raise PlanRuleError(f"a zone must be one of {', '.join(ZONE_KINDS)}, found '{text}'")
    return known


def _moment(text: str, partnership: Partnership) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise PlanRuleError(f"a time must be YYYY-MM-DDTHH:MM, found '{text}'") from None
    return found if found.tzinfo else found.replace(tzinfo=partnership.calendar.timezone)


def _gate(at: Opened) -> Gate:
    return Gate(at.store, at.partnership, operator(getpass.getuser(), purpose="patrol-planning"))
