"""``trygkort import`` and ``check``."""

import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import as_it_is, opened
from api.cli.progress import told
from api.importing import DryRun, ImportReport, dry_run, import_file
from api.settings import read_settings
from data.intake.personal_columns import DroppedColumn, counted
from data.intake.profile import Profile, load_profile
from data.intake.time_rules import KEPT, TimeRule
from data.partnerships import load_partnership
from data.store import ImportCounts
from geo.errors import PlainError


class PanelDiffersError(PlainError, RuntimeError):
    """The panel is not the recount of the incidents."""


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command()(check)


def import_(
    file: Annotated[Path, typer.Argument(help="Incidents: CSV, Excel, Parquet, GeoPackage or GeoJSON; packed or not.")],
    profile: Annotated[str, typer.Option(help="Profile: a TOML file, or the name of a packaged one.")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where rejected rows are listed; default FILE.rejects.csv.")
    ] = None,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a file with any column that looks like person data.")
    ] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")] = False,
) -> None:
    """Take in a file of incidents. Importing the same file again changes nothing."""
    mapped = load_profile(profile)
    if dry:
        _say_dry_run(file, mapped, strict=strict)
        return
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
            strict=strict,
        )
    say_import(report)


def check() -> None:
    """Prove that the panel is the recount of the incidents, to the last digit."""
    with opened() as at:
        outcome = at.store.check_panel(at.partnership)
    if outcome.different:
        raise PanelDiffersError(f"{outcome.different} of {outcome.rows} panel rows differ from the recount")
    typer.echo(f"panel = recount: {outcome.rows} rows, none differ")


def say_import(report: ImportReport) -> None:
    """The outcome of an import in a few lines."""
    typer.echo(_counted(report.counts))
    for reason, number in report.rejected_by_reason.most_common():
        typer.echo(f"  {number} × {reason}")
    _say_dropped(report.dropped)
    _say_time_rules(report.time_rules)
    for line in report.geocoding.lines():
        typer.echo(line)
    if report.rejects_file:
        typer.echo(f"rejected rows with line numbers: {report.rejects_file}")


def _say_dry_run(file: Path, profile: Profile, *, strict: bool) -> None:
    settings = read_settings(os.environ)
    with as_it_is(settings) as (store, why), told("reading", "rows") as progress:
        found = dry_run(
            store,
            settings,
            load_partnership(settings.partnership),
            path=file,
            profile=profile,
            now=datetime.now(UTC),
            progress=progress,
            strict=strict,
        )
    typer.echo("dry run: this is what an import would do; nothing was written")
    if found.counts is None:
        _say_uncounted(found, why)
    else:
        typer.echo(_counted(found.counts))
    for reason, number in found.rejects.counts.most_common():
        typer.echo(f"  {number} × {reason}")
        for example in found.rejects.examples[reason]:
            typer.echo(f"      line {example.line}: {example.detail}")
    _say_dropped(found.dropped)
    _say_time_rules(found.time_rules)
    for line in found.geocoding.lines():
        typer.echo(line)


def _say_uncounted(found: DryRun, why: str) -> None:
    rejected = found.rejects.counts.total()
    typer.echo(f"read {found.read}: accepted {found.read - rejected}, rejected {rejected}")
    typer.echo(f"which rows are new was not counted: {why}")


def _counted(counts: ImportCounts) -> str:
    withdrawn = f"withdrawn {counts.withdrawn}, " if counts.withdrawn else ""
    return (
        f"read {counts.read}: accepted {counts.accepted} (new {counts.created}, changed {counts.changed}, "
        f"{withdrawn}known {counts.unchanged}), rejected {counts.rejected}"
    )


def _say_dropped(dropped: Sequence[DroppedColumn]) -> None:
    if dropped:
        typer.echo(f"dropped {counted(dropped)}")


def _say_time_rules(counts: Counter[TimeRule]) -> None:
    if counts:
        typer.echo("accepted by a rule of time (docs/intake.md):")
    for rule, number in counts.most_common():
        typer.echo(f"  {number} × {rule}: {KEPT[rule]}")
