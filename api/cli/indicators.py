"""``trygkort indicator``: series from outside the incidents."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import opened
from data.indicator_file import read_indicators
from models.indicator import IndicatorValue


def add_to(app: typer.Typer) -> None:
    indicators = typer.Typer(help="Indicators: surveys, assessments and counts of others.", no_args_is_help=True)
    indicators.command("import")(import_)
    indicators.command("list")(list_)
    app.add_typer(indicators, name="indicator")


def import_(
    file: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet: serie, område, fra, til, værdi, nedre, øvre.")],
) -> None:
    """Take in values, all of them or none. What is there already changes nothing; another value counts from now on."""
    with opened() as at:
        values = read_indicators(file, at.partnership.indicators, at.partnership.areas)
        new = at.gate.add_indicators(values)
    typer.echo(f"{new} of {len(values)} values are new")


def list_(*, as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False) -> None:
    """The values that count, a line each."""
    with opened() as at:
        found = at.gate.indicator_values()
    if as_json:
        typer.echo(json.dumps([_row(one) for one in found], ensure_ascii=False))
    else:
        typer.echo("\n".join(_line(one) for one in found) or "no values")


def _row(one: IndicatorValue) -> dict[str, object]:
    return {**vars(one), "start": one.start.isoformat(), "stop": one.stop.isoformat()}


def _line(one: IndicatorValue) -> str:
    interval = "" if one.lower is None else f" [{one.lower:g}; {one.upper:g}]"
    return f"{one.series:<20} {one.area or 'all':<28} {one.start} to {one.stop}  {one.value:g}{interval}"
