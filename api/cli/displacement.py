"""``trygkort displacement``: what an area and its surroundings changed, from counts alone."""

import json
import math
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.displacement_watch import watch
from api.displacement import ONES, AreaCounts, CountsError, CountWeights, TwoPeriods, two_periods
from api.displacement_series import DisplacementSeries, series_of_file
from models.displacement_quotients import MEANINGS, Quotient
from models.wdd import MIN_EFFECTIVE_INCIDENTS, Counts, FourAreas, Wdd

displacement_app = typer.Typer(
    help="Displacement: has crime moved from the treated area to its surroundings?", no_args_is_help=True
)

PAIR = "two counts, before and after, with a comma between, such as 207,110"
FOUR = "four numbers: treated, control, displaced, displaced control, with commas between, such as 1,1,2,1"


def add_to(app: typer.Typer) -> None:
    displacement_app.command("watch")(watch)
    app.add_typer(displacement_app, name="displacement")


@displacement_app.command()
def wdd(
    treated: Annotated[
        list[str] | None,
        typer.Option(metavar="BEFORE,AFTER", help="Counts of the treated area. Once per crime type."),
    ] = None,
    control: Annotated[
        list[str] | None, typer.Option(metavar="BEFORE,AFTER", help="Counts of its control area.")
    ] = None,
    displaced: Annotated[
        list[str] | None,
        typer.Option(metavar="BEFORE,AFTER", help="Counts of the area to which crime may have moved."),
    ] = None,
    displaced_control: Annotated[
        list[str] | None, typer.Option(metavar="BEFORE,AFTER", help="Counts of that area's control.")
    ] = None,
    *,
    weights: Annotated[str | None, typer.Option(metavar="T,C,D,DC", help="A factor for each area's counts.")] = None,
    areas: Annotated[
        str | None, typer.Option(metavar="T,C,D,DC", help="Sizes of the areas: counts become incidents per unit.")
    ] = None,
    days: Annotated[
        str | None, typer.Option(metavar="BEFORE,AFTER", help="Lengths of the two periods, where they differ.")
    ] = None,
    harm: Annotated[
        str | None, typer.Option(metavar="H1,H2,…", help="Harm of an incident of each crime type, in their order.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="Confidence of the interval, between 0 and 1.")] = 0.95,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Weighted displacement difference of counts before and after, with the displacement quotients beside it."""
    given = AreaCounts(
        _needed("--treated", treated),
        _needed("--control", control),
        _pairs("--displaced", displaced),
        _pairs("--displaced-control", displaced_control),
    )
    weighing = CountWeights(
        weights=_four("--weights", weights),
        areas=_four("--areas", areas),
        days=_pair("--days", days, "two lengths in days, before and after, such as 84,28") if days else (1.0, 1.0),
        harm=_numbers("--harm", harm, "numbers with commas between, such as 10,5,1") if harm else None,
    )
    found = two_periods(given, weighing, confidence=confidence)
    unit = _unit(areas=areas, harm=harm)
    typer.echo(json.dumps(_summary(found, unit), ensure_ascii=False) if as_json else _told(found, unit))


@displacement_app.command()
def series(
    file: Annotated[
        Path,
        typer.Argument(
            help="Counts per period: columns date, treated, control and, if any, displaced, displaced_control."
        ),
    ],
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day after the start, YYYY-MM-DD.")],
    *,
    confidence: Annotated[float, typer.Option(help="Confidence of intervals and band, between 0 and 1.")] = 0.95,
    out: Annotated[Path, typer.Option(help="Folder for the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Weighted displacement difference as it grew since the start, with a page that draws it."""
    found = series_of_file(file, start.date(), confidence=confidence, out=out)
    typer.echo(json.dumps(_series_json(found), ensure_ascii=False) if as_json else _series_told(found))


def _needed(option: str, values: list[str] | None) -> list[Counts]:
    pairs = _pairs(option, values)
    if not pairs:
        raise CountsError(f"{option} is needed: {PAIR}")
    return pairs


def _pairs(option: str, values: list[str] | None) -> list[Counts] | None:
    return [_pair(option, value, PAIR) for value in values] if values else None


def _pair(option: str, value: str, form: str) -> Counts:
    found = _numbers(option, value, form)
    if len(found) != 2:
        raise CountsError(f"{option} takes {form}; found {value!r}")
    return found[0], found[1]


def _four(option: str, value: str | None) -> FourAreas:
    if value is None:
        return ONES
    found = _numbers(option, value, FOUR)
    if len(found) != 4:
        raise CountsError(f"{option} takes {FOUR}; found {value!r}")
    return found[0], found[1], found[2], found[3]


def _numbers(option: str, value: str, form: str) -> list[float]:
    try:
        found = [float(part) for part in value.split(",")]
    except ValueError:
        raise CountsError(f"{option} takes {form}; found {value!r}") from None
    if not all(math.isfinite(number) and number >= 0 for number in found):
        raise CountsError(f"{option} takes {form}, none of them negative; found {value!r}")
    return found


def _unit(*, areas: str | None, harm: str | None) -> str:
    return ("points of harm" if harm else "incidents") + (" per unit of area" if areas else "")


def _summary(found: TwoPeriods, unit: str) -> dict[str, object]:
    total, quotients = found.wdd.total, found.quotients
    return {
        **_wdd_json(total),
        "confidence": found.confidence,
        "p_small_counts": found.small_count_p.p if found.small_count_p else None,
        "p_small_counts_exact": found.small_count_p.exact if found.small_count_p else None,
        "local": _wdd_json(found.wdd.local),
        "displacement": _wdd_json(found.wdd.displacement),
        "net_rate_ratio": {name: _finite(value) for name, value in asdict(found.net_ratio).items()},
        "quotients": asdict(quotients),
        "unit": unit,
        "conclusion": _conclusion(found, unit),
    }


def _wdd_json(part: Wdd) -> dict[str, object]:
    values = asdict(part)
    return {"wdd": values.pop("estimate"), **values, "approximation_holds": part.enough}


def _series_json(found: DisplacementSeries) -> dict[str, object]:
    columns = {name: column.tolist() for name, column in vars(found.running).items()}
    return {
        "from": [day.isoformat() for day in found.days_after],
        "periods_before": found.periods_before,
        **{"wdd" if name == "estimate" else name: values for name, values in columns.items()},
        "approximation_holds": found.running.enough.tolist(),
        "dispersion": asdict(found.dispersion),
        "ratio_of_ratios": asdict(found.did) if found.did else None,
        "placebo": {"p": found.placebo.p, "placebos": len(found.placebo.placebos)} if found.placebo else None,
        "reasons": list(found.reasons),
        "page": str(found.page),
    }


def _series_told(found: DisplacementSeries) -> str:
    run, did, placebo = found.running, found.did, found.placebo
    lines = [
        f"Weighted displacement difference since {found.days_after[0]}, {found.periods_before} periods before it",
        f"{'period from':<12}{'WDD':>9}{'SE':>8}   {'interval':<18}band over all periods",
        *(
            f"{day!s:<12}{run.estimate[k]:>9.1f}{run.standard_error[k]:>8.1f}   "
            f"{f'{run.lower[k]:.1f} to {run.upper[k]:.1f}':<18}{run.band_lower[k]:.1f} to {run.band_upper[k]:.1f}"
            f"{'' if run.enough[k] else '  too few'}"
            for k, day in enumerate(found.days_after)
        ),
        *(["too few: do not rely on interval and band there"] if not run.enough.all() else []),
        f"dispersion {found.dispersion.factor:.2f}",
    ]
    if did:
        lines.append(f"ratio of ratios {did.ratio:.2f}, {did.lower:.2f} to {did.upper:.2f}, {_p_text(did.p)}")
    if placebo:
        dates = len(placebo.placebos)
        lines.append(f"placebo in time: p {placebo.p:.3f} among {dates} earlier dates (at least {1 / (dates + 1):.3f})")
    return "\n".join([*lines, *found.reasons, str(found.page)])


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _told(found: TwoPeriods, unit: str) -> str:
    parts, meaning = found.wdd, found.quotients.meaning
    rows = [("treated area", parts.local)]
    if found.has_surroundings:
        rows += [("displacement", parts.displacement), ("both", parts.total)]
    interval = f"{100 * found.confidence:g} % interval"
    lines = [
        f"Weighted displacement difference, {unit}",
        f"{'':<14}{'WDD':>10}{'SE':>9}   {interval:<20}{'z':>7}{'p':>9}",
        *(_row(name, part) for name, part in rows),
        *_small(found),
        "",
        "Ratios beside the control: they describe and are no test",
        *_quotient_lines(found),
        *([f"  {meaning}: {MEANINGS[meaning]}"] if meaning else []),
        "",
        _conclusion(found, unit),
    ]
    return "\n".join(lines)


def _row(name: str, part: Wdd) -> str:
    interval = f"{part.lower:.1f} to {part.upper:.1f}"
    few = "" if part.enough else "  too few"
    return (
        f"{name:<14}{part.estimate:>10.1f}{part.standard_error:>9.1f}   {interval:<20}{part.z:>7.2f}{part.p:>9.4f}{few}"
    )


def _small(found: TwoPeriods) -> list[str]:
    if found.small_count_p is None:
        return []
    how = "exact" if found.small_count_p.exact else "from drawn tables"
    weigh = found.wdd.total.effective_incidents
    needed = f"the normal approximation needs {MIN_EFFECTIVE_INCIDENTS:.0f}, and these weigh like {weigh:.0f}"
    return [
        f"Too few incidents to rely on that interval and p: {needed}.",
        f"The p-value for small counts is {found.small_count_p.p:.4f} ({how}).",
    ]


def _quotient_lines(found: TwoPeriods) -> list[str]:
    """Those with a value first, then each reason once with what it leaves out."""
    of = found.quotients
    rows = [
        ("gross effect (GE)", Quotient(of.gross_effect), ""),
        ("GE, per cent", of.gross_effect_percent, " %"),
        ("net effect (NE)", of.net_effect, ""),
        ("NE, per cent", of.net_effect_percent, " %"),
        ("success measure", of.success_measure, ""),
        ("buffer displacement measure", of.buffer_measure, ""),
        ("WDQ", of.wdq, ""),
        ("total net effect (TNE)", of.total_net_effect, ""),
        ("TNE, per cent", of.total_net_effect_percent, " %"),
    ]
    lines = [f"  {name:<28}{_shown(row.value, end)}" for name, row, end in rows if row.value is not None]
    for reason in dict.fromkeys(row.reason for _, row, _ in rows if row.reason):
        without = ", ".join(name for name, row, _ in rows if row.reason == reason)
        lines.append(f"  no {without}: {reason}")
    return lines


def _shown(value: float, end: str) -> str:
    return f"{value:>8.1f}{end}" if end or abs(value) >= 10 else f"{value:>10.3f}"


def _p_text(p: float) -> str:
    return f"p {p:.4f}" if p >= 0.0001 else "p below 0.0001"


def _conclusion(found: TwoPeriods, unit: str) -> str:
    """One plain sentence from the p-value that may be relied on."""
    change = found.wdd.total.estimate
    where = "the area and its surroundings together" if found.has_surroundings else "the area"
    size, p = f"{abs(change):.1f}".removesuffix(".0"), _p_text(found.p)
    if found.p > 1 - found.confidence:
        return f"Chance alone could make this difference ({p}), which does not show that nothing changed."
    less = "fewer" if change < 0 else "more"
    return f"Beside the controls {where} had {size} {unit} {less} than before, beyond what chance explains ({p})."
