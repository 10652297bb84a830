"""File mode: near repeats."""

import json
from itertools import pairwise
from math import isinf
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.cli.progress import filled
from api.near_repeat import NearRepeatFiles, near_repeats_of_file, table_of
from geo.errors import PlainError
from maps.near_repeat import LEVEL, standing_out
from models.near_repeat import NearRepeat, NearRepeatParameters

WIDTH = 25


class BandsError(PlainError, ValueError):
    """A list of edges that cannot be read."""


def add_to(app: typer.Typer) -> None:
    app.command("near-repeat")(near_repeats)


def near_repeats(
    file: Annotated[Path, typer.Argument(help="Events: a table with lon and lat, or x and y in metres, and a date.")],
    *,
    space: Annotated[str, typer.Option(help="Edges of the bands in metres; inf as the last: all farther.")] = (
        "0,100,200,300,400"
    ),
    time: Annotated[str, typer.Option(help="Edges of the bands in whole days; inf as the last: all later.")] = (
        "0,7,14,21,28"
    ),
    same_place: Annotated[
        float, typer.Option(help="Pairs at most so many metres apart are the same place, a band of its own; -1: none.")
    ] = 0.0,
    metric: Annotated[Literal["manhattan", "euclidean"], typer.Option(help="How distance is measured.")] = "manhattan",
    permutations: Annotated[int, typer.Option(help="How many orders of the dates are drawn.")] = 999,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.", min=0)] = 1,
    out: Annotated[Path, typer.Option(help="Folder for the table and the page.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """Test whether events near one another also come soon after one another (Knox), and write a table and a page."""
    same = None if same_place == -1 else same_place
    parameters = NearRepeatParameters(_edges("space", space), _edges("time", time), same, metric, permutations)
    with filled("permutations", permutations) as done:
        files = near_repeats_of_file(file, parameters=parameters, seed=seed, out=out, done=done)
    if as_json:
        summary = table_of(files.found, seed) | {"table": str(files.table), "page": str(files.page)}
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        typer.echo(_table(files, seed))


def _edges(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        wanted = "numbers with commas between them such as 0,100,200"
        raise BandsError(f"--{option} must be {wanted}, found '{text}'") from error


def _table(files: NearRepeatFiles, seed: int) -> str:
    found = files.found
    parameters = found.parameters
    columns = [_days(a, b) for a, b in pairwise(parameters.time_edges_days)]
    lines = [
        f"{found.events:,} events, {parameters.permutations} permutations, {parameters.metric} distance, seed {seed}",
        f"Knox ratio, pairs, p of each band; * more than chance with the whole table in view (at {LEVEL:g})",
        f"{'':<16}" + "".join(f"{name:>{WIDTH}}" for name in columns),
        *(f"{name:<16}" + "".join(_field(found, row, c) for c in range(len(columns))) for row, name in _space(found)),
        str(files.table),
        str(files.page),
    ]
    return "\n".join(lines)


def _field(found: NearRepeat, row: int, column: int) -> str:
    at = row, column
    mark = "*" if standing_out(found)[at] else " "
    return f"{found.ratio[at]:.2f}{mark}{found.observed[at]:>8}{found.p[at]:>7.3f}".rjust(WIDTH)


def _space(found: NearRepeat) -> list[tuple[int, str]]:
    same = found.parameters.same_place_m
    names = [] if same is None else ["same place" if same == 0 else f"<= {same:g} m"]
    names += [f"{a:g}+ m" if isinf(b) else f"{a:g} to <{b:g} m" for a, b in pairwise(found.parameters.space_edges_m)]
    return list(enumerate(names))


def _days(first: float, end: float) -> str:
    if isinf(end):
        return f"{first:g}+ days"
    return f"{first:g} days" if end - first == 1 else f"{first:g}-{end - 1:g} days"
