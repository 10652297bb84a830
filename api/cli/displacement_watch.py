"""``trygkort displacement watch``: the standing watch over a file of daily counts."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.progress import filled
from api.displacement_watch import ALL, WatchedFile, WatchRoles, counts_to_watch, power_file, watch_file
from models.diffusion_parameters import DiffusionParameters
from models.standing_watch import WatchAlert, WatchedYear, simulated_years
from models.watch_estimates import ChangeEstimates
from models.watch_parameters import ThresholdParameters, WatchParameters


def watch(
    file: Annotated[Path, typer.Argument(help="Counts per day: columns date, area, category, count.")],
    *,
    treated: Annotated[str, typer.Option(help="The treated area.")],
    neighbours: Annotated[str, typer.Option(metavar="D1,D2,…", help="Areas to which crime may have moved.")],
    control: Annotated[list[str], typer.Option(metavar="C1,C2,…", help="Areas out of reach. May be given again.")],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day to judge, YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option(help="File for the alerts, CSV.")],
    power: Annotated[
        Path | None, typer.Option(help="File for what the watch can find by its last threshold, and how soon, CSV.")
    ] = None,
    alerts_per_year: Annotated[
        float, typer.Option(help="False alerts a year that are allowed, over all neighbours and categories together.")
    ] = ThresholdParameters().alerts_per_year,
    diffusion_alerts_per_year: Annotated[
        float, typer.Option(help="False alerts a year that are allowed of good effects that spread.")
    ] = DiffusionParameters().alerts_per_year,
    years: Annotated[int, typer.Option(help="Years simulated for each threshold.")] = ThresholdParameters().years,
    confidence: Annotated[float, typer.Option(help="Confidence of the intervals, between 0 and 1.")] = 0.95,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.", min=0)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Judge each day by what was known that day: has crime moved from the treated area to a neighbour, or has the
    neighbour fallen with it?

    One row per alert: date, neighbour, category, class, onset, p, recurrence_days, displaced_share, lower, upper. The
    threshold comes from simulated years without displacement, drawn from the days before. Of class
    diffusion-of-benefit, where both fell together, the last three are empty; it has a threshold of its own.

    With --power, one row per neighbour and category: incidents of the treated area in 28 days, the smallest number of
    them that must move to give an alert within 56 days in 8 of 10 simulated pasts, and by which day half and nine
    tenths of the alerts have come where half or all of them move. Empty: not within 84 days.
    """
    roles = WatchRoles(treated.strip(), _names([neighbours]), _names(control))
    settings, parameters = WatchParameters(), ThresholdParameters(alerts_per_year, years)
    read = counts_to_watch(file, roles, start.date(), watch=settings)
    diffusion = DiffusionParameters(alerts_per_year=diffusion_alerts_per_year, years=years)
    simulated = sum(simulated_years(len(read.counts), read.since, of) for of in (parameters, diffusion.budget))
    with filled("simulated years", simulated) as done:
        found = watch_file(
            read,
            roles,
            out=out,
            watch=settings,
            parameters=parameters,
            diffusion=diffusion,
            seed=seed,
            confidence=confidence,
            advance=done,
        )
    stated = None if power is None else power_file(found, power, watch=settings, seed=seed)
    if as_json:
        more = {} if stated is None else {"power": str(stated)}
        typer.echo(json.dumps({**_summary(found), **more}, ensure_ascii=False))
        return
    typer.echo(_told(found, parameters, diffusion))
    if stated is not None:
        typer.echo(stated)


def _names(options: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for option in options for name in option.split(",") if name.strip())


def _summary(watched: WatchedFile) -> dict[str, object]:
    return {
        "from": str(watched.since),
        "to": str(watched.last),
        "thresholds": [_year_json(watched, year) for year in watched.found.years],
        "diffusion_thresholds": [_year_json(watched, year) for year in watched.spread.years],
        "alerts": [_alert_json(watched, alert) for alert in watched.all_alerts],
        "unused_areas": list(watched.unused),
        "file": str(watched.alerts),
    }


def _year_json(watched: WatchedFile, year: WatchedYear) -> dict[str, object]:
    return {
        "from": str(watched.day(year.first)),
        "threshold": year.threshold.threshold,
        "simulated_years": year.threshold.years,
        "dispersion": dict(zip(watched.columns, year.null.dispersion.tolist(), strict=True)),
    }


def _alert_json(watched: WatchedFile, alert: WatchAlert[ChangeEstimates]) -> dict[str, object]:
    of, row = alert.estimates, watched.row(alert)
    return {
        **{name: row[name] for name in ("date", "neighbour", "category", "class", "onset")},
        "onset_lower": str(watched.day(of.onset.lower)),
        "onset_upper": str(watched.day(of.onset.upper)),
        "log_odds": alert.start.log_odds,
        "p": alert.p,
        "recurrence_days": alert.recurrence_days,
        "neighbour_fall" if of.kind == "diffusion-of-benefit" else "displaced_share": of.share.estimate,
        "lower": of.share.lower,
        "upper": of.share.upper,
        "treated": {"observed": of.treated.observed, "expected": of.treated.expected},
        "observed": of.neighbour.observed,
        "expected": of.neighbour.expected,
    }


def _told(watched: WatchedFile, parameters: ThresholdParameters, diffusion: DiffusionParameters) -> str:
    alerts = watched.all_alerts
    count = f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}"
    budgets = f"{parameters.alerts_per_year:g} a year, of good effects that spread {diffusion.alerts_per_year:g}"
    lines = [
        f"{watched.since} to {watched.last}, {len(watched.roles.neighbours)} neighbours, {count}",
        f"chance alone gives about {budgets}",
        *(_line(watched, alert) for alert in alerts),
    ]
    if watched.unused:
        lines.append(f"without a role and left out: {', '.join(watched.unused)}")
    return "\n".join([*lines, str(watched.alerts)])


def _line(watched: WatchedFile, alert: WatchAlert[ChangeEstimates]) -> str:
    of, row = alert.estimates, watched.row(alert)
    what = "all categories" if row["category"] == ALL else row["category"]
    moved = ", ".join(
        f"{name} {part.observed - part.expected:+.0f}"
        for name, part in ((watched.roles.treated, of.treated), (row["neighbour"], of.neighbour))
    )
    said = f"displaced {row['displaced_share']} ({row['lower']} to {row['upper']})"
    if of.kind == "diffusion-of-benefit":
        fall = of.share
        said = f"good effects spread: the neighbour fell by {fall.estimate:.2f} ({fall.lower:.2f} to {fall.upper:.2f})"
    return (
        f"{row['date']}  {moved}, {what}, since {row['onset']} ({watched.day(of.onset.lower)} to "
        f"{watched.day(of.onset.upper)}); {said}; "
        f"by chance once in {alert.recurrence_days:.0f} days"
    )
