"""Use case: the trend of a file of counts or events, without a database."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from data.count_file import read_count_series
from data.folder import write_folder
from geo.errors import PlainError
from maps.assets import inlined
from maps.counts_trend import counts_trend_page
from maps.json_bytes import json_bytes
from models.calendar import to_date, to_day_number
from models.count_periods import CountSeries, Period, summed
from models.series_trend import (
    CusumWatch,
    PeriodComparison,
    SeriesTrend,
    SeriesTrendParameters,
    days_of,
    series_trend,
)


class TrendRangeError(PlainError, ValueError):
    """A last day that leaves no period."""


@dataclass(frozen=True)
class ChosenCounts:
    """Which counts of a file: summed per ``period`` (None: as the file has them), up to the day ``until``, of one area
    or category."""

    period: Period | None = None
    until: date | None = None
    area: str | None = None
    category: str | None = None
    missing_as_zero: bool = False


@dataclass(frozen=True)
class TrendFiles:
    """The result and where it was written."""

    found: SeriesTrend
    table: Path
    page: Path


def trend_of_file(path: Path, *, counts: ChosenCounts, parameters: SeriesTrendParameters, out: Path) -> TrendFiles:
    """Read counts or events, judge their last periods, and write a table (JSON) and a page into the folder ``out``."""
    series = read_count_series(path, area=counts.area, category=counts.category, missing_as_zero=counts.missing_as_zero)
    if counts.until:
        series = _until(series, counts.until)
    if counts.period:
        series = summed(series, counts.period)
    found = series_trend(series, parameters)
    title = ", ".join([path.stem, *filter(None, (counts.area, counts.category))])
    page = counts_trend_page(found, title=title, parameters=parameters, assets=inlined())
    names = f"{path.stem}.trend.json", f"{path.stem}.trend.html"
    folder = write_folder(out, {names[0]: json_bytes(table_of(found)), names[1]: page.encode()})
    return TrendFiles(found, folder / names[0], folder / names[1])


def table_of(found: SeriesTrend) -> dict[str, object]:
    """The result for machines; what is not known or has no end is null."""
    series = found.series
    judged = found.farrington
    return {
        "period": series.period,
        "periods": len(series),
        "first_day": str(to_date(int(series.first_day[0]))),
        "last": found.last,
        "dispersion": found.spread.factor,
        "dispersion_known": found.spread.degrees_of_freedom is not None,
        "comparisons": [_comparison(comparison) for comparison in found.comparisons],
        "mann_kendall": {**_finite(asdict(found.mann_kendall)), "seasons": found.seasons}
        if found.mann_kendall
        else None,
        "cusum": [_watch(watch, series) for watch in found.watches],
        "farrington": [
            {
                "date": str(to_date(int(series.first_day[week]))),
                "count": float(series.counts[week]),
                **_finite({"expected": judged.expected[i], "upper": judged.upper[i], "p": judged.p[i]}),
                "alarm": bool(judged.alarm[i]),
            }
            for i, week in enumerate(judged.week.tolist())
        ]
        if judged
        else None,
        "reasons": list(found.reasons),
    }


def _until(series: CountSeries, until: date) -> CountSeries:
    kept = series.first_day + days_of(series) <= to_day_number(until) + 1
    if not kept.any():
        raise TrendRangeError(f"--until {until} leaves no whole {series.period} of the file")
    return CountSeries(series.period, series.first_day[kept], series.counts[kept])


def _comparison(comparison: PeriodComparison) -> dict[str, object]:
    e_test = comparison.e_test
    return {
        "periods_back": comparison.periods_back,
        "before": comparison.before,
        "after": comparison.after,
        "before_days": comparison.before_days,
        "after_days": comparison.after_days,
        **_finite(asdict(comparison.ratio)),
        "e_test_z": e_test.z if e_test else None,
        "e_test_p": e_test.p if e_test else None,
        "class": comparison.trend,
    }


def _watch(watch: CusumWatch, series: CountSeries) -> dict[str, object]:
    first = len(series) - len(watch.cusum.path)
    days = series.first_day[first:]
    return {
        "side": watch.side,
        "mean": watch.mean,
        "history": watch.history,
        "k": watch.k,
        "h": watch.h,
        "path": watch.cusum.path.tolist(),
        "alarms": [str(to_date(int(day))) for day in days[watch.cusum.alarm]],
        "since": [str(to_date(int(days[at]))) for at in watch.cusum.since[watch.cusum.alarm]],
    }


def _finite(values: dict[str, object]) -> dict[str, object]:
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in values.items()
    }
