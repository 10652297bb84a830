"""``trygkort plan``: the patrol plans of a shift, what is decided about them, and their sheets as files."""

import getpass
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.gate import Gate, operator
from api.plan_changes import Override, lift_rule, override, place_rule, visit
from api.planning import ShiftPlan, shift_of
from api.sketches import sketch_of
from data.folder import write_folder
from data.plan_book import NoPlanError
from maps.plan_json import plan_as_json
from maps.plan_text import span_text, time_text, why_text
from models.partnership import Partnership
from models.patrol_rule import OUTCOMES, REASONS, PlanRule, PlanRuleError, RuleKind, Visit

Number = Annotated[int, typer.Argument(help="The plan's number.")]
On = Annotated[str | None, typer.Option("--date", help="Date of the shift, YYYY-MM-DD; absent: the latest run's.")]
Cell = Annotated[str, typer.Argument(help="An H3 cell, 15 hexadecimal digits.")]
Days = Annotated[int, typer.Option(help="So many days from the date on.", min=1)]
BeatId = Annotated[str, typer.Option(help="Id of the beat.")]
InShift = Annotated[str | None, typer.Option(help="In this shift alone.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result for machines.")]


def add_to(app: typer.Typer) -> None:
    plans = typer.Typer(help="Plans: where to be seen in a shift, and why there.", no_args_is_help=True)
    plans.command("list")(list_)
    for command in (show, approve, withdraw, pin, suppress, lift, visited, sheet):
        plans.command("visit" if command is visited else command.__name__)(command)
    plans.command("override")(override_)
    app.add_typer(plans, name="plan")


def list_(*, on: On = None, as_json: AsJson = False) -> None:
    """The plans of a day, a line each."""
    with opened() as at:
        found = _gate(at).shift_plans(_day(at, on))
        if as_json:
            typer.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        else:
            typer.echo("\n".join(_line(one) for one in found) or "no plans")


def show(number: Number, *, as_json: AsJson = False) -> None:
    """One plan: its places with reason, time and visits."""
    with opened() as at:
        found = _gate(at).shift_plan(number)
        if as_json:
            typer.echo(json.dumps(_as_json(found), ensure_ascii=False))
        else:
            typer.echo("\n".join([_line(found), *_stops(found, at.partnership)]))


def approve(number: Number) -> None:
    """Approve a plan; a later run makes drafts beside it and never changes it."""
    with opened() as at:
        _gate(at).step_plan(number, "approve")
    typer.echo(f"plan {number} is approved")


def withdraw(number: Number) -> None:
    """Take an approval back."""
    with opened() as at:
        _gate(at).step_plan(number, "withdraw")
    typer.echo(f"plan {number} is a draft again")


def pin(
    cell: Cell,
    *,
    beat: BeatId,
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(REASONS['pin'])}.")],
    on: On = None,
    days: Days = 1,
    shift: InShift = None,
) -> None:
    """Take a place into every plan of a beat."""
    _place("pin", cell, beat=beat, reason=reason, on=on, days=days, shift=shift)


def suppress(
    cell: Cell,
    *,
    beat: BeatId,
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(REASONS['suppress'])}.")],
    on: On = None,
    days: Days = 1,
    shift: InShift = None,
) -> None:
    """Leave a place out of every plan of a beat."""
    _place("suppress", cell, beat=beat, reason=reason, on=on, days=days, shift=shift)


def lift(number: Annotated[int, typer.Argument(help="The rule's number.")]) -> None:
    """End a rule."""
    with opened() as at:
        lift_rule(_gate(at), number)
    typer.echo(f"rule {number} is lifted")


def override_(
    number: Number,
    *,
    cell: Annotated[str, typer.Option(help="The stop that is not to be.")],
    instead: Annotated[str, typer.Option("--with", help="The cell to go to instead.")],
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(REASONS['suppress'])}.")],
) -> None:
    """Go somewhere else in one shift."""
    with opened() as at:
        gate = _gate(at)
        override(gate, gate.shift_plan(number), Override(cell, instead, reason))
    typer.echo(f"plan {number} was made again")


def visited(
    number: Number,
    *,
    cell: Annotated[str, typer.Option(help="The stop.")],
    which: Annotated[int, typer.Option("--number", help="Which of its visits, from 1.", min=1)],
    outcome: Annotated[str, typer.Option(help=f"One of {', '.join(OUTCOMES)}.")] = "done",
) -> None:
    """Note what became of a visit; who was there is not asked."""
    known = next((one for one in OUTCOMES if one == outcome), None)
    if known is None:
        raise PlanRuleError(f"a visit must be one of {', '.join(OUTCOMES)}")
    with opened() as at:
        visit(_gate(at), number, Visit(cell, which, known))
    typer.echo(f"visit {which} of plan {number}: {outcome}")


def sheet(
    *,
    shift: Annotated[str, typer.Option(help="Id of the shift.")],
    beat: Annotated[str | None, typer.Option(help="Id of the beat; absent: all.")] = None,
    on: On = None,
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("parole"),
) -> None:
    """Write the parole sheets of a shift as PDF, GPX, iCal and text."""
    # Loaded here: laying out text takes half a second to load.
    from api.parole import FORMS, sheet_file, sheets_of  # noqa: PLC0415

    with opened() as at:
        gate, sketch = _gate(at), sketch_of(at.partnership)
        shift_of(at.partnership, shift)
        day = _day(at, on)
        found = [one for one in sheets_of(gate, day, shift) if beat in {None, one.beat.id}]
        if not found:
            raise NoPlanError(f"there is no plan of the shift '{shift}' on {day}")
        files = {
            f"parole-{day}-{shift}-{one.beat.id}.{form}": sheet_file(gate, one, form, sketch)
            for one in found
            for form in FORMS
        }
        gate.exporting(sorted(files), day)
        typer.echo(str(write_folder(out, files)))


def _place(kind: RuleKind, cell: str, *, beat: str, reason: str, on: str | None, days: int, shift: str | None) -> None:
    with opened() as at:
        start = _day(at, on)
        rule = PlanRule(beat, cell, kind, reason, start, start + timedelta(days=days), shift)
        typer.echo(f"rule {place_rule(_gate(at), rule)} is placed")


def _day(at: Opened, text: str | None) -> date:
    if text:
        return parse_date(text)
    dates = at.store.run_dates(at.partnership)
    if not dates:
        raise NoPlanError("there is no run yet; make one with: trygkort daily")
    return dates[-1]


def _as_json(one: ShiftPlan) -> dict[str, object]:
    kept = one.kept
    state = {"version": kept.version, "approved_as": kept.approved_as, "newest": kept.newest, "shift": kept.shift}
    return plan_as_json(one.plan, kept.id, state={**state, "date": kept.day.isoformat()}, visits={})


def _line(one: ShiftPlan) -> str:
    kept = one.kept
    state = f"approved ({kept.approved_as})" if kept.approved else "draft"
    return f"{kept.id}  {kept.day}  {kept.shift}  {kept.beat}  {len(one.plan.stops)} stops  {state}"


def _stops(one: ShiftPlan, partnership: Partnership) -> list[str]:
    lines = []
    for at, stop in enumerate(one.plan.stops, 1):
        visits = ", ".join(time_text(arrive) for arrive in stop.visits)
        lines += [
            f"  {at}. {stop.place} ({stop.cell})",
            f"     {span_text(stop.best)}, {stop.presence}, {stop.minutes} min; {visits}",
            f"     {why_text(stop, partnership)}",
        ]
    return lines


def _gate(at: Opened) -> Gate:
    """Who decides at this machine is a user of it."""
    return Gate(at.store, at.partnership, operator(getpass.getuser(), purpose="patrol-planning"))
