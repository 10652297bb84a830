"""Use case: the displacement watch over a file of daily counts, without a database."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.count_file import AreaCounts, read_area_counts
from data.folder import write_folder
from geo.errors import PlainError
from models.calendar import to_date, to_day_number
from models.diffusion_estimates import DiffusionEstimates
from models.diffusion_parameters import DiffusionParameters
from models.standing_diffusion import standing_diffusion
from models.standing_watch import StandingWatch, WatchAlert, standing_watch
from models.watch_estimates import ChangeEstimates, Interval, WatchEstimates
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_power import WatchPower, watch_power

Floats = NDArray[np.float64]

ALL = "all"
COLUMNS = (
    "date",
    "neighbour",
    "category",
    "class",
    "onset",
    "p",
    "recurrence_days",
    "displaced_share",
    "lower",
    "upper",
)
POWER_COLUMNS = (
    "neighbour",
    "category",
    "treated_in_28_days",
    "smallest_moved",
    "smallest_fall",
    "half_moved_median_days",
    "half_moved_most_days",
    "all_moved_median_days",
    "all_moved_most_days",
)


class WatchAreasError(PlainError, ValueError):
    """Areas or a first day that do not fit the file."""


@dataclass(frozen=True)
class WatchRoles:
    """Names of areas as the file has them."""

    treated: str
    neighbours: tuple[str, ...]
    controls: tuple[str, ...]

    @property
    def areas(self) -> tuple[str, ...]:
        return self.treated, *self.neighbours, *self.controls


@dataclass(frozen=True, eq=False)
class WatchedFile:
    """The result, in the words of the file: ``columns`` are the categories watched and, where there are several, all.

    ``found`` displacement, and good effects that spread, ``spread``. ``unused`` areas of the file have no role.
    """

    found: StandingWatch[WatchEstimates]
    spread: StandingWatch[DiffusionEstimates]
    roles: WatchRoles
    columns: tuple[str, ...]
    first_day: int
    since: date
    last: date
    unused: tuple[str, ...]
    alerts: Path

    def day(self, position: float) -> date:
        return to_date(self.first_day + int(position))

    @property
    def all_alerts(self) -> list[WatchAlert[ChangeEstimates]]:
        """Both classes, in the order of their days."""
        alerts: list[WatchAlert[ChangeEstimates]] = [*self.found.alerts, *self.spread.alerts]
        return sorted(alerts, key=lambda alert: alert.start.day)

    def row(self, alert: WatchAlert[ChangeEstimates]) -> dict[str, str]:
        """An alert as a row of the file of alerts; where good effects spread, nothing was displaced: no share."""
        of = alert.estimates
        share = None if of.kind == "diffusion-of-benefit" else of.share
        return dict(
            zip(
                COLUMNS,
                (
                    str(self.day(alert.start.day)),
                    self.roles.neighbours[alert.start.neighbour],
                    self.columns[alert.start.column],
                    of.kind,
                    str(self.day(of.onset.estimate)),
                    f"{alert.p:.4g}",
                    f"{alert.recurrence_days:.1f}",
                    *(("", "", "") if share is None else _with_interval(share)),
                ),
                strict=True,
            )
        )


@dataclass(frozen=True, eq=False)
class CountsToWatch:
    """``counts`` (days, areas, categories) as `models.displacement_watch.WatchCounts` wants them; ``since`` a position
    among the days."""

    counts: Floats
    columns: tuple[str, ...]
    first_day: int
    since: int
    unused: tuple[str, ...]


def counts_to_watch(path: Path, roles: WatchRoles, since: date, *, watch: WatchParameters) -> CountsToWatch:
    """Read a file of date, area, category, count. Raises `WatchAreasError` or what the reader raises: one sentence.

    A category is watched from the start or not at all: what is said of a day must not change when days follow.
    """
    file = read_area_counts(path)
    _refuse_roles(path.name, file, roles)
    position = to_day_number(since) - file.first_day
    _refuse_since(path.name, file, position, watch)
    counts = file.counts[[file.areas.index(name) for name in roles.areas]].transpose(1, 0, 2)
    known = counts[:position].sum(axis=(0, 1)) > 0
    if not known.any():
        raise WatchAreasError(f"{path.name} has no incident in the areas named before {since}")
    names = tuple(np.array(file.categories)[known].tolist())
    columns = names if len(names) == 1 else (*names, ALL)
    if columns == ("",):
        columns = (ALL,)
    unused = tuple(name for name in file.areas if name not in roles.areas)
    return CountsToWatch(np.ascontiguousarray(counts[:, :, known]), columns, file.first_day, position, unused)


def watch_file(
    read: CountsToWatch,
    roles: WatchRoles,
    *,
    out: Path,
    watch: WatchParameters,
    parameters: ThresholdParameters,
    diffusion: DiffusionParameters,
    seed: int,
    confidence: float,
    advance: Callable[[int], None] | None = None,
) -> WatchedFile:
    """Judge every day from the first on and write one row per alert into the file ``out``."""
    found = standing_watch(
        read.counts,
        len(roles.neighbours),
        since=read.since,
        watch=watch,
        parameters=parameters,
        seed=seed,
        confidence=confidence,
        advance=advance,
    )
    spread = standing_diffusion(
        read.counts,
        len(roles.neighbours),
        since=read.since,
        watch=diffusion,
        seed=seed,
        confidence=confidence,
        advance=advance,
    )
    since, last = (to_date(read.first_day + position) for position in (read.since, len(read.counts) - 1))
    watched = WatchedFile(found, spread, roles, read.columns, read.first_day, since, last, read.unused, out.absolute())
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(watched.row(alert) for alert in watched.all_alerts)
    write_folder(out.parent, {out.name: text.getvalue().encode()})
    return watched


def _with_interval(share: Interval) -> tuple[str, ...]:
    return tuple(f"{value:.2f}" for value in (share.estimate, share.lower, share.upper))


def power_file(watched: WatchedFile, out: Path, *, watch: WatchParameters, seed: int) -> Path:
    """Write what the watch can find by its last threshold, one row per neighbour and category, into the file ``out``;
    returns it."""
    year = watched.found.years[-1]
    roles = watched.roles
    power = watch_power(
        year.null,
        len(roles.neighbours),
        year.threshold.threshold,
        watch=watch,
        rng=np.random.default_rng([seed, len(watched.found.years)]),
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(POWER_COLUMNS)
    for j, neighbour in enumerate(roles.neighbours):
        for c, category in enumerate(watched.columns):
            writer.writerow([neighbour, category, *_power_row(power, j, c)])
    write_folder(out.parent, {out.name: text.getvalue().encode()})
    return out.absolute()


def _power_row(power: WatchPower, neighbour: int, column: int) -> list[str]:
    """Figures of `POWER_COLUMNS`, empty where a displacement is not found."""
    smallest = power.minimum(neighbour, column)
    half, whole = (power.days(neighbour, column, fall=fall, share=1.0) for fall in (0.5, 1.0))
    days = [day for found in (half, whole) if found for day in (found.median, found.most)]
    return [
        f"{power.treated[column]:.1f}",
        *(("", "") if smallest is None else (f"{smallest.moved:.1f}", f"{smallest.fall:.2f}")),
        *("" if day is None else str(day) for day in days),
    ]


def _refuse_roles(name: str, file: AreaCounts, roles: WatchRoles) -> None:
    for area in roles.areas:
        if area not in file.areas:
            raise WatchAreasError(f"{name} has no area '{area}'; it has {_listed(file.areas)}")
        if roles.areas.count(area) > 1:
            raise WatchAreasError(f"an area has one role: '{area}' is named more than once")
    if not roles.neighbours or not roles.controls:
        missing = "--control" if roles.neighbours else "--neighbours"
        raise WatchAreasError(f"{missing} must name at least one area")


def _refuse_since(name: str, file: AreaCounts, position: int, watch: WatchParameters) -> None:
    days = file.counts.shape[1]
    first, last = to_date(file.first_day), to_date(file.first_day + days - 1)
    if position >= days:
        raise WatchAreasError(
            f"--from must not be after the last day of {name}, {last}, found {to_date(file.first_day + position)}"
        )
    if position < watch.first_judged:
        raise WatchAreasError(
            f"--from must be at least {watch.first_judged} days after the first day of {name}, {first}, so that what "
            f"is usual can be known; found {to_date(file.first_day + position)}"
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name or "one without a name" for name in names[:10])
    return f"{shown} …" if len(names) > 10 else shown
