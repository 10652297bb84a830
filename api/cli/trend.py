"""File mode: the trend of counts."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.options import parse_date
from api.counts_trend import ChosenCounts, TrendFiles, table_of, trend_of_file
from models.calendar import to_date
from models.series_trend import CusumWatch, PeriodComparison, SeriesTrend, SeriesTrendParameters

ENGLISH = {
    "fald": "fall",
    "stigning": "rise",
    "ingen klar ændring": "no clear change",
    "for få data": "too few incidents",
}


def add_to(app: typer.Typer) -> None:
    app.command()(trend)


def trend(
    file: Annotated[
        Path,
        typer.Argument(help="Counts (columns date, count and, if any, area, category), or events, one row each."),
    ],
    *,
    period: Annotated[
        Literal["day", "week", "month"] | None,
        typer.Option(help="Sum days to weeks from Monday or to months; without it, as the file has them."),
    ] = None,
    last: Annotated[
        int | None, typer.Option(help="How many periods are judged; without it 28 days, 13 weeks or 3 months.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD; later ones are left out.")] = None,
    area: Annotated[str | None, typer.Option(help="Only this area of the file.")] = None,
    category: Annotated[str | None, typer.Option(help="Only this category of the file.")] = None,
    missing_as_zero: Annotated[
        bool, typer.Option("--missing-as-zero", help="Periods without a row are 0 instead of an error.")
    ] = False,
    confidence: Annotated[float, typer.Option(help="Confidence of the intervals, between 0 and 1.")] = 0.95,
    out: Annotated[Path, typer.Option(help="Folder for the table and the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Compare the last periods of counts with earlier ones, test for a trend, and look for alarms.

    Rate ratio and E-test, Mann-Kendall, CUSUM, and for weeks of at least three years Farrington's test.
    """
    counts = ChosenCounts(period, parse_date(until) if until else None, area, category, missing_as_zero)
    parameters = SeriesTrendParameters(last=last, confidence=confidence)
    files = trend_of_file(file, counts=counts, parameters=parameters, out=out)
    if as_json:
        summary = table_of(files.found) | {"table": str(files.table), "page": str(files.page)}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo(_told(files, confidence))


def _told(files: TrendFiles, confidence: float) -> str:
    found = files.found
    series = found.series
    lines = [
        (
            f"{series.counts.sum():,.10g} incidents in {len(series)} {series.period}s from {_day(found, 0)} on; "
            f"the last {found.last} judged"
        ),
        _spread(found),
        f"{'compared with':<24}{'before':>8}{'after':>8}{'ratio':>8}  {confidence:.0%} interval{'E-test p':>12}  class",
        *(_comparison(found, comparison) for comparison in found.comparisons),
        *_steady(found),
        *(_watch(found, watch) for watch in found.watches),
        *_farrington(found),
        *found.reasons,
        str(files.table),
        str(files.page),
    ]
    return "\n".join(lines)


def _day(found: SeriesTrend, at: int) -> str:
    return str(to_date(int(found.series.first_day[at])))


def _spread(found: SeriesTrend) -> str:
    if found.spread.degrees_of_freedom is None:
        return "dispersion not known, counts taken as Poisson"
    return f"dispersion {found.spread.factor:.2f} (1: Poisson), allowed for in ratio interval, class and CUSUM"


def _comparison(found: SeriesTrend, comparison: PeriodComparison) -> str:
    start = _day(found, len(found.series) - comparison.periods_back - found.last)
    ratio = comparison.ratio
    p = f"{_p(comparison.e_test.p) if comparison.e_test else '-':>12}"
    return (
        f"{found.last} {found.series.period}s from {start}".ljust(24)
        + f"{comparison.before:>8.5g}{comparison.after:>8.5g}{ratio.ratio:>8.2f}"
        + f"  {ratio.lower:>5.2f} to {ratio.upper:<5.2f}{p}  {ENGLISH[comparison.trend]}"
    )


def _p(p: float) -> str:
    return f"{p:.4f}" if p >= 0.0001 else "<0.0001"


def _steady(found: SeriesTrend) -> list[str]:
    trend = found.mann_kendall
    if trend is None:
        return []
    how = f"seasonal ({found.seasons})" if found.seasons > 1 else "no seasons"
    per = "year" if found.seasons > 1 else found.series.period
    return [
        (
            f"Mann-Kendall, {how}: tau {trend.tau:.2f}, p {_p(trend.p)}{' exact' if trend.exact else ''}, "
            f"slope {trend.slope:.3g} per {per} ({trend.lower:.3g} to {trend.upper:.3g})"
        )
    ]


def _watch(found: SeriesTrend, watch: CusumWatch) -> str:
    first = len(found.series) - len(watch.cusum.path)
    alarms = [_day(found, first + int(at)) for at in watch.cusum.alarm.nonzero()[0]]
    return (
        f"CUSUM for a {watch.side} from {watch.mean:,.1f} a {found.series.period} (k {watch.k:g}, h {watch.h:g}): "
        + (f"alarm {', '.join(alarms)}" if alarms else "no alarm")
    )


def _farrington(found: SeriesTrend) -> list[str]:
    judged = found.farrington
    if judged is None:
        return []
    alarms = [
        f"{_day(found, int(judged.week[at]))} ({found.series.counts[judged.week[at]]:g}, "
        f"expected {judged.expected[at]:.1f}, up to {judged.upper[at]:g})"
        for at in judged.alarm.nonzero()[0]
    ]
    return [f"Farrington: {'alarm ' + ', '.join(alarms) if alarms else 'no alarm'}"]
