"""``trygkort report``: the steering group's report, made from releases."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import opened
from data.folder import write_folder
from data.report_book import PublishedReport
from models.release_state import ReleaseError
from models.release_table import AUDIENCES, Audience

Period = Annotated[str | None, typer.Option("--period", help="A month (2026-05), half-year (2026H1) or year (2026).")]
For = Annotated[str, typer.Option("--audience", help=f"For whom: one of {', '.join(AUDIENCES)}.")]


def add_to(app: typer.Typer) -> None:
    reports = typer.Typer(help="Reports: the steering group's, made from releases.", no_args_is_help=True)
    reports.callback(invoke_without_command=True)(make)
    reports.command("list")(list_)
    reports.command()(show)
    app.add_typer(reports, name="report")


def make(
    context: typer.Context,
    *,
    period: Period = None,
    audience: For = "partner",
    out: Annotated[Path, typer.Option(help="Folder for the files of a draft.")] = Path(),
    publish: Annotated[bool, typer.Option("--publish", help="Keep it for ever and show it to its audience.")] = False,
    replaces: Annotated[int | None, typer.Option(help="The published report that this one corrects.")] = None,
) -> None:
    """Make the report of a period: a draft as HTML and PDF, or with --publish the one that stands for ever."""
    if context.invoked_subcommand is not None:
        return
    if period is None:
        raise ReleaseError("say of which period: trygkort report --period 2026H1")
    # Loaded here: `list` needs no layout of pages.
    from api.reporting import ReportRequest, make_report, publish_report, report_period  # noqa: PLC0415
    from maps.report import report_paper  # noqa: PLC0415

    request = ReportRequest(report_period(period), _audience(audience), replaces)
    with opened() as at:
        if publish:
            typer.echo(f"report {publish_report(at.gate, request)} of {request.period} is published")
            return
        snapshot, sources = make_report(at.gate, request)
        name = f"rapport-{request.period}"
        at.gate.drafting(request.period)
        page = report_paper(json.loads(snapshot.body), snapshot.page.decode()).encode()
        folder = write_folder(out, {f"{name}.html": page, f"{name}.pdf": snapshot.paper})
    typer.echo(f"draft of {request.period} in {folder}: {name}.html, {name}.pdf")
    if sources.before is None:
        typer.echo(
            f"it compares with nothing: {request.period.year_before()} is not released "
            f"(trygkort release make {request.period.year_before()})"
        )


def list_(
    *,
    limit: Annotated[int, typer.Option(help="So many at most, the latest period first.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """The published reports, the latest period first, a line each."""
    with opened() as at:
        found = at.gate.reports(limit=limit)
    if as_json:
        typer.echo(json.dumps([_row(one) for one in found], ensure_ascii=False))
    else:
        typer.echo("\n".join(_line(one) for one in found) or "no reports")


def show(number: Annotated[int, typer.Argument(help="The report's number.")]) -> None:
    """What a published report says, as JSON: the bytes that were published."""
    with opened() as at:
        _, snapshot = at.gate.report(number)
    typer.echo(snapshot.body.decode(), nl=False)


def _audience(text: str) -> Audience:
    found = next((one for one in AUDIENCES if one == text), None)
    if found is None:
        raise ReleaseError(f"a report is for {' or '.join(AUDIENCES)}")
    return found


def _row(one: PublishedReport) -> dict[str, object]:
    return {
        "id": one.id,
        "period": str(one.period),
        "audience": one.audience,
        "releases": list(one.releases),
        "sha256": one.sha256.hex(),
        "replaces": one.replaces,
        "replaced_by": one.replaced_by,
        "published_at": one.published_at.isoformat(),
    }


def _line(one: PublishedReport) -> str:
    state = f" (replaced by {one.replaced_by})" if one.replaced_by else ""
    cited = ", ".join(map(str, one.releases))
    return f"{one.id:>5}  {one.period!s:<8} {one.audience:<8} {one.published_at:%Y-%m-%d}  from {cited}{state}"
