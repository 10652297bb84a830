"""``trygkort alerts``: the alerts of the displacement watch, and what people make of them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated

import typer

from api.alert_beside import beside_alert, required_power
from api.cli.opened import Opened, opened
from api.cli.options import parse_date
from api.watching import EvidenceError
from api.watching import verify as recompute_alert
from data.alert_book import AlertFilter
from data.code_version import code_version
from geo.errors import PlainError
from maps.alert_beside import beside_as_json
from maps.alert_json import alert_as_json, event_as_json
from maps.alert_text import KIND_TEXT, alert_line
from maps.diffusion_text import spreads
from maps.watch_power import power_as_json
from models.alert import KINDS, MOVED_TO, Alert, AlertEvent, Kind, MovedTo
from models.alert_life import ACTIONS, STATUSES, AlertStep, Status, next_actions
from models.beside_record import StatedPower
from models.watch_beside import AlertBeside
from models.watch_record import Recomputed


class AlertOptionError(PlainError, ValueError):
    """An option that says nothing an alert knows."""


def add_to(app: typer.Typer) -> None:
    alerts = typer.Typer(help="Alerts: list them, look at one, and take them on.", no_args_is_help=True)
    alerts.command("list")(list_)
    alerts.command()(show)
    alerts.command("set")(set_)
    alerts.command()(verify)
    alerts.command()(power)
    app.add_typer(alerts, name="alerts")


def list_(
    *,
    status: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(STATUSES)}.")] = None,
    neighbour: Annotated[str | None, typer.Option(help="Only those of this area (its id).")] = None,
    category: Annotated[str | None, typer.Option(help="Only those of this category (its id).")] = None,
    to: Annotated[str | None, typer.Option(help=f"Only those about a move to another {', '.join(MOVED_TO)}.")] = None,
    kind: Annotated[str | None, typer.Option("--class", help=f"Only those of class {', '.join(KINDS)}.")] = None,
    limit: Annotated[int, typer.Option(help="So many at most, the newest first.", min=1)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """The alerts, newest first, a line each."""
    statuses = (_status(status),) if status else None
    moved_to, of_class = _moved_to(to) if to else None, _kind(kind) if kind else None
    with opened() as at:
        chosen = AlertFilter(statuses, neighbour, category, of_class, moved_to=moved_to)
        found = at.gate.alerts(chosen, limit=limit)
        if as_json:
            typer.echo(json.dumps([alert_as_json(alert, at.partnership) for alert in found], ensure_ascii=False))
        else:
            typer.echo("\n".join(_line(alert, at) for alert in found) or "no alerts")


def show(
    number: Annotated[int, typer.Argument(help="The alert's number.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """One alert: its claim, its figures, what stands beside them, its history, and what can be done next."""
    with opened() as at:
        alert, history = at.gate.alert(number)
        beside, found = beside_alert(at.gate, number)
        if as_json:
            whole = {
                **alert_as_json(alert, at.partnership),
                **beside_as_json(beside, found, spread=spreads(alert.signal)),
                "history": [event_as_json(event) for event in history],
            }
            typer.echo(json.dumps(whole, ensure_ascii=False))
            return
        typer.echo(_line(alert, at))
        typer.echo(_figures(alert))
        if beside is not None:
            typer.echo(_beside(beside))
        for event in history:
            typer.echo(_event(event))
        typer.echo(f"next: {', '.join(next_actions(alert.state))}")


def set_(
    number: Annotated[int, typer.Argument(help="The alert's number.")],
    action: Annotated[str, typer.Argument(help=f"One of {', '.join(ACTIONS)}.")],
    *,
    reason: Annotated[str | None, typer.Option(help="Why: a word from the list of the action.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day of a snooze, YYYY-MM-DD.")] = None,
    other: Annotated[int | None, typer.Option(help="The alert to link to.")] = None,
) -> None:
    """Take an alert on: acknowledge, investigate, confirm, dismiss, close, reopen, snooze, wake, link."""
    if action not in ACTIONS:
        raise AlertOptionError(f"'{action}' is none of {', '.join(ACTIONS)}")
    step = AlertStep(action, reason, parse_date(until) if until else None, other)
    with opened() as at:
        state = at.gate.step(number, step, today=_today(at))
    typer.echo(
        f"alert {number} is {state.status}" + (f", snoozed until {state.snoozed_until}" if state.snoozed_until else "")
    )


def verify(number: Annotated[int, typer.Argument(help="The alert's number.")]) -> None:
    """Compute an alert again from its evidence, and prove that every bit of its claim comes out as it was."""
    with opened() as at:
        found = recompute_alert(at.gate, number)
    if not found.same:
        raise EvidenceError(_differs(number, found))
    typer.echo(f"alert {number}: threshold, claim and what stands beside it computed again, the same to the last bit")


def _differs(number: int, found: Recomputed) -> str:
    """Another version may rightly find another claim; the same one may not."""
    by = "" if found.code == code_version() else f"; version {found.code} computed it, this is {code_version()}"
    return f"alert {number} does not compute again: {', '.join(found.differing)} came out differently{by}"


def power(*, as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False) -> None:
    """What the watch can find at present: the smallest displacements, and how soon.

    A line per neighbour and category: incidents of the treated area in 28 days, how many of them must move to give an
    alert within 56 days in 8 of 10 simulated pasts, and by which day half of the alerts have come where all move.
    """
    with opened() as at:
        stated = required_power(at.gate)
        found = power_as_json(stated, at.partnership)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(_power_lines(stated)))


def _power_lines(stated: StatedPower) -> Iterator[str]:
    yield f"month {stated.month:%Y-%m}, {stated.power.day.shape[-1]} simulated pasts; no alert is no proof"
    for j, neighbour in enumerate(stated.neighbours):
        for c, category in enumerate(stated.columns):
            minimum = stated.power.minimum(j, c)
            days = stated.power.days(j, c, fall=1.0, share=1.0)
            smallest = "not even if all move" if minimum is None else f"{minimum.moved:.1f}"
            half = f"day {days.median}" if days and days.median else "never"
            yield (
                f"{neighbour:<28}  {category or 'all':<12}  {stated.power.treated[c]:6.1f} in 28 days  "
                f"smallest {smallest:<20}  all moved: {half}"
            )


def _beside(beside: AlertBeside) -> str:
    wdd, time = beside.wdd, beside.in_time
    parts = [] if wdd is None else [("treated", wdd.treated), ("neighbour", wdd.neighbour), ("total", wdd.total)]
    measured = ", ".join(f"{name} {p.estimate:+.1f} ({p.lower:.1f} to {p.upper:.1f})" for name, p in parts)
    data = beside.data
    return (
        f"       WDD {measured or 'cannot be computed'}; WDQ {beside.wdq.meaning or beside.wdq.reason}\n"
        f"       as much evidence in {time.as_high} of {time.placebos} earlier windows; in the neighbour's place in "
        f"{beside.as_neighbour.as_high} of {beside.as_neighbour.placebos} areas, in the treated area's in "
        f"{beside.as_treated.as_high} of {beside.as_treated.placebos}\n"
        f"       {data.days_without} of {data.days} days without data"
        + ("" if data.edge is None else f"; {data.edge:g} of {data.incidents:g} incidents are edge cases")
    )


def _status(text: str) -> Status:
    if text not in STATUSES:
        raise AlertOptionError(f"--status is '{text}'; it must be one of {', '.join(STATUSES)}")
    return text


def _moved_to(text: str) -> MovedTo:
    if text not in MOVED_TO:
        raise AlertOptionError(f"--to is '{text}'; it must be one of {', '.join(MOVED_TO)}")
    return text


def _kind(text: str) -> Kind:
    if text not in KINDS:
        raise AlertOptionError(f"--class is '{text}'; it must be one of {', '.join(KINDS)}")
    return text


def _today(at: Opened) -> date:
    return datetime.now(at.partnership.calendar.timezone).date()


def _line(alert: Alert, at: Opened) -> str:
    snoozed = alert.state.snoozed_until
    status = f"{alert.state.status}, snoozed until {snoozed}" if snoozed else alert.state.status
    return f"{alert.id:>5}  {alert.signal.last_on}  {status:<14}  {alert_line(alert.signal, at.partnership)}"


def _figures(alert: Alert) -> str:
    signal = alert.signal
    one, other = (
        ("treated", "neighbour") if signal.moved_to == "neighbour" else (signal.from_stratum, signal.to_stratum)
    )
    shared = "neighbour fell by" if spreads(signal) else "displaced share"
    return (
        f"       {signal.kind} ({KIND_TEXT[signal.kind]})\n"
        f"       onset {signal.onset} ({signal.onset_from} to {signal.onset_to})\n"
        f"       {one} {signal.treated_observed:g}, expected {signal.treated_expected:.1f}; "
        f"{other} {signal.neighbour_observed:g}, expected {signal.neighbour_expected:.1f}\n"
        f"       {shared} {signal.share:.2f} ({signal.share_lower:.2f} to {signal.share_upper:.2f}); "
        f"p {signal.p:.2g}; chance alone once in {signal.recurrence_days:.0f} days"
    )


def _event(event: AlertEvent) -> str:
    more = " ".join(str(part) for part in (event.reason, event.until, event.other) if part is not None)
    return f"       {event.at:%Y-%m-%d %H:%M} {event.actor}: {event.action} {more}".rstrip()
