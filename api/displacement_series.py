"""Use case: how a displacement difference grew since the start of an intervention, from counts per period."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.folder import write_folder
from data.period_file import PeriodCounts, read_periods
from geo.errors import PlainError
from maps.assets import inlined
from maps.running_wdd import running_wdd_page
from models.calendar import to_date
from models.dispersion import POISSON, Dispersion, DispersionError, dispersion
from models.placebo import Placebo, PlaceboError, placebo_in_time
from models.poisson_did import DidError, PoissonDid, poisson_did
from models.wdd import RunningWdd, running_wdd, wdd_z

Floats = NDArray[np.float64]
SEED = 20180901
EPOCH = date(1970, 1, 1)


class SeriesError(PlainError, ValueError):
    """A start that leaves no period before or after it."""


@dataclass(frozen=True)
class DisplacementSeries:
    """The running difference of all periods from ``first_after`` on, by their first days, and what stands beside it.

    Where ``did`` or ``placebo`` is None, or the ``dispersion`` that of chance for want of history, ``reasons`` say
    why.
    """

    days_after: tuple[date, ...]
    periods_before: int
    running: RunningWdd
    dispersion: Dispersion
    did: PoissonDid | None
    placebo: Placebo | None
    reasons: tuple[str, ...]
    page: Path


def series_of_file(path: Path, start: date, *, confidence: float, out: Path) -> DisplacementSeries:
    """Read counts per period, and write a page with the difference as it grew into the folder ``out``."""
    periods = read_periods(path)
    before = int(np.searchsorted(periods.first_day, (start - EPOCH).days))
    if not 0 < before < len(periods.first_day):
        raise SeriesError(f"--start {start} leaves no period {'before' if before == 0 else 'after'} it")
    reasons: list[str] = []
    spread = _dispersion(periods, before, reasons)
    running = running_wdd(
        periods.treated,
        periods.control,
        periods.displaced,
        periods.displaced_control,
        periods_before=before,
        rng=np.random.default_rng(SEED),
        dispersion=spread,
        confidence=confidence,
    )
    counts = np.stack([periods.treated, periods.control])
    did = _did(counts, before, confidence, reasons)
    placebo = _placebo(counts, before, reasons)
    after = tuple(to_date(int(day)) for day in periods.first_day[before:])
    page = running_wdd_page(
        running,
        after,
        title=path.stem,
        periods_before=before,
        dispersion=spread,
        did=did,
        placebo=placebo,
        surroundings=periods.displaced is not None,
        confidence=confidence,
        assets=inlined(),
    )
    name = f"{path.stem}.displacement.html"
    folder = write_folder(out, {name: page.encode()})
    return DisplacementSeries(after, before, running, spread, did, placebo, tuple(reasons), folder / name)


def _dispersion(periods: PeriodCounts, before: int, reasons: list[str]) -> Dispersion:
    areas = (periods.treated, periods.control, periods.displaced, periods.displaced_control)
    try:
        return dispersion(np.stack([area[:before] for area in areas if area is not None]))
    except DispersionError as error:
        reasons.append(f"taken as Poisson counts: {error}")
        return POISSON


def _did(counts: Floats, before: int, confidence: float, reasons: list[str]) -> PoissonDid | None:
    treated = np.array([True, False])
    try:
        return poisson_did(counts, treated=treated, periods_before=before, overdispersed=True, confidence=confidence)
    except DidError as error:
        reasons.append(f"no ratio of ratios: {error}")
        return None


def _placebo(counts: Floats, before: int, reasons: list[str]) -> Placebo | None:
    after = counts.shape[1] - before
    try:
        return placebo_in_time(counts, wdd_z, periods_before=min(before, after), periods_after=after)
    except PlaceboError as error:
        reasons.append(f"no placebo: {error}")
        return None
