"""``trygkort effort``: what was done where and when, and whether it changed anything."""

import getpass
import json
from typing import Annotated

import typer

from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.effort_results import evaluated
from api.efforts import enter
from api.gate import Gate, operator
from data.effort_book import EffortFilter
from maps.effort_json import effort_as_json, effort_event_as_json, result_as_json
from models.effort import KINDS, Effort, EffortEntry, effort_kind
from models.effort_evaluation import EffortChange, EffortEvaluation
from models.effort_result import EffortResult, EffortRow
from models.panel import ALL_CATEGORIES

Number = Annotated[int, typer.Argument(help="The effort's number.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result for machines.")]


def add_to(app: typer.Typer) -> None:
    efforts = typer.Typer(
        help="Efforts: what was done where and when, and whether it changed anything.", no_args_is_help=True
    )
    efforts.command()(add)
    efforts.command("list")(list_)
    efforts.command()(end)
    efforts.command()(withdraw)
    efforts.command()(evaluate)
    app.add_typer(efforts, name="effort")


def add(
    *,
    area: Annotated[str, typer.Option(help="Where: the id of an area.")],
    kind: Annotated[str, typer.Option(help=f"What: one of {', '.join(KINDS)}.")],
    start: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    stop: Annotated[str | None, typer.Option("--to", help="First day without it; absent while it goes on.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="A category it aims at; repeat. Absent: all.")] = None,
) -> None:
    """Enter an effort."""
    entry = EffortEntry(
        area, effort_kind(kind), parse_date(start), parse_date(stop) if stop else None, tuple(category or ())
    )
    with opened() as at:
        typer.echo(f"effort {enter(_gate(at), entry)}: {_what(entry)}")


def list_(
    *,
    area: Annotated[str | None, typer.Option(help="Only those in this area (its id).")] = None,
    kind: Annotated[str | None, typer.Option(help="Only those of this kind.")] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Those too that were taken back.")] = False,
    limit: Annotated[int, typer.Option(help="So many at most, the latest start first.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """The efforts, the latest start first, a line each."""
    chosen = EffortFilter(area, effort_kind(kind) if kind else None, withdrawn)
    with opened() as at:
        found = _gate(at).efforts(chosen, limit=limit)
        if as_json:
            typer.echo(json.dumps([effort_as_json(effort, at.partnership) for effort in found], ensure_ascii=False))
        else:
            typer.echo("\n".join(_line(effort) for effort in found) or "no efforts")


def end(
    number: Number, *, stop: Annotated[str, typer.Option("--on", help="First day without it, YYYY-MM-DD.")]
) -> None:
    """Let an effort end, or change when it did."""
    day = parse_date(stop)
    with opened() as at:
        _gate(at).end_effort(number, day)
    typer.echo(f"effort {number} ended: {day} is the first day without it")


def withdraw(number: Number) -> None:
    """Take back an effort that was entered by mistake; it stays in the history."""
    with opened() as at:
        _gate(at).withdraw_effort(number)
    typer.echo(f"effort {number} is withdrawn")


def evaluate(number: Number, *, as_json: AsJson = False) -> None:
    """Compare the effort's days with long before, net of the controls, with placebos and the run-up apart."""
    with opened() as at:
        gate = _gate(at)
        effort, history = gate.effort(number)
        result = evaluated(gate, effort)
        if as_json:
            whole = {
                **effort_as_json(effort, at.partnership),
                "result": None if result is None else result_as_json(effort, result, at.partnership),
                "history": [effort_event_as_json(event) for event in history],
            }
            typer.echo(json.dumps(whole, ensure_ascii=False))
            return
        typer.echo(_line(effort))
        typer.echo("\n".join(_told(effort, result, at)))


def _gate(at: Opened) -> Gate:
    return Gate(at.store, at.partnership, operator(getpass.getuser()))


def _what(entry: EffortEntry) -> str:
    until = f"to {entry.stop}" if entry.stop else "on"
    return f"{entry.kind} in {entry.area} from {entry.start} {until}, {', '.join(entry.categories) or 'all categories'}"


def _line(effort: Effort) -> str:
    return f"{effort.id:>5}  {_what(effort.entry)}" + (" (withdrawn)" if effort.withdrawn else "")


def _told(effort: Effort, result: EffortResult | None, at: Opened) -> list[str]:
    if effort.withdrawn:
        return ["       not evaluated: the effort is withdrawn"]
    if result is None:
        return ["       not evaluated: there is no run yet; make one with: trygkort daily"]
    if result.evaluation is None:
        return [f"       not evaluated: {result.why}"]
    return [*_claim(result.evaluation, result), *(_row(row, at) for row in result.rows)]


def _claim(found: EffortEvaluation, result: EffortResult) -> list[str]:
    change, days = found.change, found.windows.during[1] - found.windows.during[0]
    return [
        f"       {result.found}: {change.observed:g} incidents on {days} days, expected {change.expected:.1f}",
        f"       {_ratio(change)}, p {change.ratio.p:.3f}",
        _run_up(found),
        _placebos(found),
    ]


def _ratio(change: EffortChange) -> str:
    ratio = change.ratio
    return f"ratio {ratio.ratio:.2f} ({ratio.lower:.2f} to {ratio.upper:.2f})"


def _run_up(found: EffortEvaluation) -> str:
    regression = found.regression
    share = regression.share(found.change.observed)
    by_itself = "none of a fall" if share is None else "all of the fall" if share >= 1 else f"{share:.0%} of the fall"
    return (
        f"       run-up {regression.run_up:g}, expected {regression.run_up_expected:.1f}; had it lasted "
        f"{regression.level:.1f}, without an effort {regression.expected:.1f}: regression to the mean is {by_itself}"
    )


def _placebos(found: EffortEvaluation) -> str:
    placebos = [
        f"{name} p {placebo.p:.3f} of {len(placebo.placebos)}"
        for name, placebo in (("time", found.in_time), ("space", found.in_space))
        if placebo is not None
    ]
    return f"       placebo in {' and in '.join(placebos)}" if placebos else "       no placebo to compare with"


def _row(row: EffortRow, at: Opened) -> str:
    name = "all" if row.category == ALL_CATEGORIES else at.partnership.categories[row.category].id
    if row.change is None or row.q is None:
        return f"       {name:<12} too few incidents"
    change = row.change
    return (
        f"       {name:<12} {row.found}: {change.observed:g}, expected {change.expected:.1f}; {_ratio(change)}, "
        f"q {row.q:.3f}"
    )
