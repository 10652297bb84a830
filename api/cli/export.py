"""``trygkort export``: an analyst's question answered as a file, with the filters of the page's address."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import opened
from api.explore_address import gathered
from api.explore_pages import FORMS, Form, exported
from api.exploring import asked, reach_of
from geo.errors import PlainError
from maps.language import speaking


class ExportFormError(PlainError, ValueError):
    """A file whose name does not end as one of the forms."""


def add_to(app: typer.Typer) -> None:
    app.command()(export)


def export(
    file: Annotated[Path, typer.Argument(help=f"The file to write; its ending is the form: {', '.join(FORMS)}.")],
    *,
    first: Annotated[str, typer.Option("--from", help="First day of the period, YYYY-MM-DD.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day of the period.")] = "",
    compare_from: Annotated[str, typer.Option(help="First day of the period it is compared with.")] = "",
    compare_to: Annotated[str, typer.Option(help="Last day of that period.")] = "",
    resolution: Annotated[str, typer.Option(help="H3 resolution of the cells: 9, 10 or 11.")] = "",
    cell: Annotated[str, typer.Option(help="A cell that all but the cells is narrowed to.")] = "",
    area: Annotated[list[str] | None, typer.Option(help="Id of an area; again for more.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="Id of a category; again for more.")] = None,
    basis: Annotated[list[str] | None, typer.Option(help="reported or observed.")] = None,
    shift: Annotated[list[str] | None, typer.Option(help="Id of a shift; again for more.")] = None,
    weekday: Annotated[list[str] | None, typer.Option(help="1 (Monday) to 7; again for more.")] = None,
) -> None:
    """Export: a question of two periods, answered as CSV, GeoPackage or GeoParquet."""
    form = _form(file)
    one = {
        "from": first,
        "to": last,
        "compare_from": compare_from,
        "compare_to": compare_to,
        "resolution": resolution,
        "cell": cell,
    }
    many = {"area": area, "category": category, "basis": basis, "shift": shift, "weekday": weekday}
    filters = gathered(
        [*one.items(), *((name, value) for name, values in many.items() for value in values or [])],
    )
    with opened() as at:
        # Commands say in English what cannot be; the file itself is for Danish readers.
        with speaking("en"):
            asked(at.gate, filters, reach_of(at.gate))
        written = exported(at.gate, filters, form)
        file.write_bytes(written.body)
    typer.echo(f"{file}: {len(written.body):,} bytes")


def _form(file: Path) -> Form:
    for form in FORMS:
        if file.suffix == f".{form}":
            return form
    raise ExportFormError(f"'{file.name}' must end in one of {', '.join(f'.{form}' for form in FORMS)}")
