"""``trygkort backtest``: were forecasts from a file's past of use?"""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.backtest import BacktestFiles, backtest_of_file
from api.cli.options import Resolution, parse_date
from api.cli.progress import told
from models.backtest import BacktestParameters
from models.forecast_scores import Score
from models.paired_blocks import PairedComparison


def add_to(app: typer.Typer) -> None:
    app.command()(backtest)


def backtest(
    file: Annotated[Path, typer.Argument(help="Events with time: a table with date, lon and lat, GeoPackage, …")],
    resolution: Resolution,
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Date of the first forecast; default after half the days, at most a year."),
    ] = None,
    share: Annotated[float, typer.Option(help="Share of the area that can be covered.")] = 0.05,
    horizon_days: Annotated[int, typer.Option(help="Days that each forecast covers, such as 1 or 7.")] = 1,
    area: Annotated[Path | None, typer.Option(help="Polygons that bound the study area.")] = None,
    half_life_days: Annotated[
        float | None, typer.Option(help="Age at which a day counts half in the model; default as in the daily run.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Forecast each day from the days before it, and score against naive forecasts."""
    parameters = BacktestParameters(share=share, horizon_days=horizon_days)
    with told("scoring forecasts:", "of 4 methods") as progress:
        files = backtest_of_file(
            file,
            resolution=resolution,
            area=area,
            start=parse_date(start) if start else None,
            half_life_days=half_life_days,
            parameters=parameters,
            out=out,
            progress=progress,
        )
    typer.echo(json.dumps(_summary(files), ensure_ascii=False) if as_json else _table(files))


def _summary(files: BacktestFiles) -> dict[str, object]:
    found = files.found
    return {
        "incidents": files.incidents,
        "outside_the_area": files.outside,
        "cells": found.observed.shape[1],
        "first_day": files.first.isoformat(),
        "from": files.start.isoformat(),
        "last_day": files.end.isoformat(),
        "forecasts": len(found.as_of_day),
        "incidents_scored": float(found.observed.sum()),
        **asdict(found.parameters),
        "methods": {m.name: {k: _plain(v) for k, v in asdict(m.scores).items()} for m in found.methods},
        "model_against": {
            c.baseline: {"log_score": _plain(asdict(c.log_score)), "hit_rate": _plain(asdict(c.hit_rate))}
            for c in found.comparisons
        },
        "useful": found.useful,
        "page": str(files.page),
    }


def _plain(values: dict[str, object]) -> dict[str, object]:
    """JSON has neither NaN nor infinity: both become null, and ``why`` says what is missing."""
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}


def _table(files: BacktestFiles) -> str:
    found, parameters = files.found, files.found.parameters
    days = "day" if parameters.horizon_days == 1 else "days"
    left_out = f", {files.outside} events outside the area left out" if files.outside else ""
    lines = [
        (
            f"{len(found.as_of_day)} forecasts of {parameters.horizon_days} {days}, {files.start} to {files.end}: "
            f"{found.observed.sum():g} incidents in {found.observed.shape[1]} cells{left_out}"
        ),
        f"{'':<15}{f'in {parameters.share:.3g} of the area':>22}{'PAI':>20}{'PEI':>6}{'curve':>7}{'log score':>11}",
        *(
            f"{m.name:<15}{_percent(m.scores.hit_rate):>22}{_interval(m.scores.pai):>20}{m.scores.pei.value:>6.2f}"
            f"{m.scores.curve_area.value:>7.3f}{m.scores.log_score.value:>11.3f}"
            for m in found.methods
        ),
        "the model against:",
        *(
            f"{c.baseline:<15}log score {_gain(c.log_score)}; hit rate {_gain(c.hit_rate, 100)}"
            for c in found.comparisons
        ),
        "the model beats every naive forecast"
        if found.useful
        else "the model does not beat every naive forecast: it should stay switched off here",
        str(files.page),
    ]
    return "\n".join(lines)


def _percent(score: Score) -> str:
    return f"{100 * score.value:.1f} % [{100 * score.lower:.1f}, {100 * score.upper:.1f}]"


def _interval(score: Score) -> str:
    return f"{score.value:.2f} [{score.lower:.2f}, {score.upper:.2f}]"


def _gain(one: PairedComparison, factor: float = 1) -> str:
    if one.why:
        return f"undecided: {one.why}"
    unit = " points" if factor == 100 else ""
    gain, lower, upper = (factor * value for value in (one.difference, one.lower, one.upper))
    return f"{gain:+.2f}{unit} [{lower:.2f}, {upper:.2f}], p {one.p:.4f}, {one.verdict}"
