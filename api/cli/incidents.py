"""``trygkort import``, ``daily`` and ``check``."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from api.cli.config import opened
from api.importing import ImportReport, import_file
from api.running import run_daily
from data.intake.profile import load_profile
from data.partnerships import load_sketch
from geo.errors import PlainError
from models.displacement import DisplacementEstimate
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership


class DateError(PlainError, ValueError):
    """A text that is not a date."""


class PanelDiffersError(PlainError, RuntimeError):
    """The panel is not the recount of the incidents."""


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command()(daily)
    app.command()(check)


def import_(
    file: Annotated[Path, typer.Argument(help="CSV file of incidents.")],
    profile: Annotated[str, typer.Option(help="Profile: a TOML file, or the name of a packaged one.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows are listed; default FILE.rejects.csv.")
    ] = None,
) -> None:
    """Take in a file of incidents. Importing the same file again changes nothing."""
    mapped = load_profile(profile)
    with opened() as at, told("reading", "rows") as progress:
        report = import_file(
            at.store,
            at.settings,
            at.partnership,
            path=file,
            profile=mapped,
            rejects_path=rejects or file.with_name(f"{file.name}.rejects.csv"),
            now=datetime.now(UTC),
            progress=progress,
        )
    say_import(report)


def daily(
    on: Annotated[str | None, typer.Option("--date", help="Date to plan for, YYYY-MM-DD; default today.")] = None,
) -> None:
    """Compute and store every product of a date from what was known when its first shift started."""
    with opened() as at:
        day = parse_date(on) if on else datetime.now(at.partnership.calendar.timezone).date()
        run = run_daily(at.store, at.partnership, load_sketch(at.settings.partnership), day)
        typer.echo(f"run {run.run_id} for {day}: {run.result.status.incidents} incidents in the areas")
        for estimate in run.result.displacement.estimates:
            if estimate.verdict == "displacement":
                typer.echo(f"  {claim_line(at.partnership, estimate)}")


def check() -> None:
    """Prove that the panel is the recount of the incidents, to the last digit."""
    with opened() as at:
        outcome = at.store.check_panel(at.partnership)
    if outcome.different:
        raise PanelDiffersError(f"{outcome.different} of {outcome.rows} panel rows differ from the recount")
    typer.echo(f"panel = recount: {outcome.rows} rows, none differ")


def say_import(report: ImportReport) -> None:
    """The outcome of an import in a few lines."""
    counts = report.counts
    typer.echo(
        f"read {counts.read}: accepted {counts.accepted} (new {counts.created}, changed {counts.changed}, "
        f"known {counts.unchanged}), rejected {counts.rejected}"
    )
    for reason, number in report.rejected_by_reason.most_common():
        typer.echo(f"  {number} × {reason}")
    if report.rejects_file:
        typer.echo(f"rejected rows with line numbers: {report.rejects_file}")


def claim_line(partnership: Partnership, estimate: DisplacementEstimate) -> str:
    """A claim in one line: what fell where, what rose where."""
    category = (
        "all categories" if estimate.category == ALL_CATEGORIES else partnership.categories[estimate.category].label
    )
    treated, neighbour = estimate.treated, estimate.neighbour_change
    return (
        f"{partnership.areas.treated.name} {treated.after - treated.before:+.0f}, "
        f"{partnership.areas.areas[estimate.neighbour].name} {neighbour.after - neighbour.before:+.0f}, "
        f"{category}, against {estimate.comparison} (adjusted p {estimate.p_adjusted:.4f})"
    )


def parse_date(text: str) -> date:
    """A date from YYYY-MM-DD; raises `DateError`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateError(f"'{text}' is not a date such as 2026-11-23") from error


class told:  # noqa: N801 - reads as a word where it is used
    """A progress line on standard error while something is counted; silent where nobody watches."""

    def __init__(self, doing: str, unit: str) -> None:
        self._unit = unit
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn(f"{doing} {{task.fields[count]:,}} {unit}"),
            console=Console(stderr=True),
            transient=True,
            disable=not Console(stderr=True).is_terminal,
        )

    def __enter__(self):  # type: ignore[no-untyped-def]  # a callable
        self._progress.start()
        task = self._progress.add_task("", total=None, count=0)
        return lambda count: self._progress.update(task, count=count)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
