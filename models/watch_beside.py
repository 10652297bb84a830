"""What stands beside an alert of the displacement watch: the same change judged by other means, and the data behind it.

None of it decides whether there is an alert, and none of its p-values counts that the window, the neighbour and the
category were chosen because they stood out. They can speak against an alert; that they agree proves little.

The weighted displacement difference (`models.wdd`) and the weighted displacement quotient
(`models.displacement_quotients`) compare the days since the onset with up to a year before, beside the controls
together. The placebos rank the largest evidence since the onset, as the watch itself computes it: in time among
windows of the same length before, in space among areas that take the treated area's or the neighbour's place. They
follow Abadie, A., Diamond, A. & Hainmueller, J. (2010), *Journal of the American Statistical Association*, 105,
493-505: no distribution is assumed, and what an earlier window or another area went through counts as nothing having
happened, which is on the cautious side.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.alert import ALL, AlertSignal
from models.calendar import to_day_number
from models.dispersion import Dispersion, DispersionError
from models.displacement_quotients import Meaning, displacement_quotients
from models.displacement_watch import WatchCounts, watch_evidence
from models.split_dispersion import split_dispersion
from models.watch_day import WatchInputs
from models.watch_null import watch_null
from models.wdd import Wdd, WeightedCounts, wdd_of

Floats = NDArray[np.float64]
Pair = tuple[float, float]

YEAR_DAYS = 364
FEWEST_DAYS_BEFORE = 28
LEVEL = 0.05  # of a placebo's p, from which it supports the alert


@dataclass(frozen=True)
class Difference:
    """Incidents more (or fewer, below zero) than the controls let expect, with the 95 % interval and the two-sided p
    of no difference; ``enough`` whether there are incidents enough for both to keep what they promise."""

    estimate: float
    lower: float
    upper: float
    p: float
    enough: bool

    @classmethod
    def of(cls, wdd: Wdd) -> "Difference":
        return cls(wdd.estimate, wdd.lower, wdd.upper, wdd.p, wdd.enough)


@dataclass(frozen=True)
class WddBeside:
    """``treated`` and ``neighbour`` each beside the controls, scaled to them by their incidents before; ``total`` both
    together. ``dispersion``: the factor of the variance, the larger of the two."""

    days_before: int
    days_after: int
    dispersion: float
    treated: Difference
    neighbour: Difference
    total: Difference

    @property
    def supports(self) -> bool:
        """Whether both intervals leave zero out, on the side that displacement would."""
        return self.treated.upper < 0 < self.neighbour.lower

    @property
    def supports_spread(self) -> bool:
        """Whether both intervals leave zero out below, as they would where good effects spread."""
        return self.treated.upper < 0 and self.neighbour.upper < 0


@dataclass(frozen=True)
class WdqBeside:
    """The quotient and its class, or None and the ``reason`` why there is none."""

    value: float | None
    meaning: Meaning | None
    reason: str


@dataclass(frozen=True)
class Rank:
    """Of ``placebos``, so many had at least as much evidence (``as_high``)."""

    placebos: int
    as_high: int

    @property
    def p(self) -> float:
        """Share of those at least as high, the true one among them. H0: the true one was drawn as the placebos were.

        >>> Rank(19, 0).p
        0.05
        """
        return (1 + self.as_high) / (1 + self.placebos)


@dataclass(frozen=True)
class DataBeside:
    """``days`` since the onset, ``days_without`` any incident in any area; ``complete`` share of the last day's
    incidents that is known by now, None where delays are not known. Of the ``incidents`` of the two areas since the
    onset, ``edge`` are closer to a boundary than they are accurate, None where that was not kept."""

    days: int
    days_without: int
    complete: float | None
    incidents: float
    edge: float | None

    @property
    def edge_share(self) -> float | None:
        return None if self.edge is None else self.edge / self.incidents if self.incidents else 0.0


@dataclass(frozen=True)
class AlertBeside:
    """``wdd`` None where there are too few days or no incidents before to compare with. ``in_time`` ranks the
    window, ``as_treated`` and ``as_neighbour`` the two areas."""

    wdd: WddBeside | None
    wdq: WdqBeside
    in_time: Rank
    as_treated: Rank
    as_neighbour: Rank
    data: DataBeside


def watch_beside(inputs: WatchInputs, signal: AlertSignal) -> AlertBeside:
    """What stands beside ``signal``, from what it rests on."""
    at = _At.of(inputs, signal)
    before, after = at.before, at.after
    areas = [at.column[window].sum(axis=0) for window in (before, after)]
    treated, neighbour = ((float(areas[0][a]), float(areas[1][a])) for a in (0, at.neighbour))
    control = (float(areas[0][at.controls :].sum()), float(areas[1][at.controls :].sum()))
    days = (before.stop - before.start, after.stop - after.start)
    comparable = days[0] >= FEWEST_DAYS_BEFORE and control[0] > 0
    quotients = displacement_quotients(treated, control, neighbour, days=(max(days[0], 1), days[1]))
    return AlertBeside(
        wdd=_wdd(at, treated, neighbour, control, days) if comparable else None,
        wdq=WdqBeside(quotients.wdq.value, quotients.meaning, quotients.wdq.reason),
        in_time=_in_time(at),
        as_treated=_in_space(at, at.neighbour, treated=True),
        as_neighbour=_in_space(at, 0, treated=False),
        data=_data(at, treated[1] + neighbour[1]),
    )


@dataclass(frozen=True, eq=False)
class _At:
    """The signal as positions: ``neighbour`` among the areas, ``category`` (None for all together), ``onset`` and
    ``onset_from`` among the days; ``of_days`` (columns) the dispersion of a day's split, as the watch measured it."""

    inputs: WatchInputs
    of_days: Floats
    neighbour: int
    category: int | None
    onset_from: int
    onset: int

    @classmethod
    def of(cls, inputs: WatchInputs, signal: AlertSignal) -> "_At":
        return cls(
            inputs,
            watch_null(inputs.settled).dispersion,
            inputs.areas.index(signal.neighbour),
            None if signal.category == ALL else inputs.categories.index(signal.category),
            *(to_day_number(day) - inputs.first_day for day in (signal.onset_from, signal.onset)),
        )

    @property
    def controls(self) -> int:
        """Position of the first control."""
        return 1 + self.inputs.neighbours

    @property
    def column(self) -> Floats:
        """Counts of the signal's category (days, areas)."""
        return self._of_category(self.inputs.counts)

    @property
    def before(self) -> slice:
        return slice(max(self.onset_from - YEAR_DAYS, 0), self.onset_from)

    @property
    def after(self) -> slice:
        return slice(self.onset, len(self.inputs.counts))

    def edge(self) -> float | None:
        """Incidents of the two areas since the onset that are edge cases."""
        data = self.inputs.data
        if data is None:
            return None
        since = self._of_category(data.edge)[-(self.after.stop - self.after.start) :]
        return float(since[:, [0, self.neighbour]].sum())

    def dispersion(self, area: int) -> Dispersion:
        """Of the split between the area and the controls before the onset, in blocks as long as the window after; the
        one of a day's split where there are too few blocks."""
        column = self.column[: self.onset_from]
        try:
            return split_dispersion(
                column[:, area],
                column[:, self.controls :].sum(axis=1),
                block_days=self.after.stop - self.after.start,
            )
        except DispersionError:
            return Dispersion(float(self.of_days[-1 if self.category is None else self.category]), None)

    def two_categories(self) -> tuple[Floats, Floats]:
        """Counts (days, areas, categories) of the signal's category and of all others, or of all together, and the
        dispersion per column: all that the evidence in the signal's column depends on."""
        dispersion = self.of_days
        if self.category is None or len(self.inputs.categories) == 1:
            return self.column[:, :, np.newaxis], dispersion[-1:]
        rest = self.inputs.counts.sum(axis=2) - self.column
        return np.stack([self.column, rest], axis=2), np.array([dispersion[self.category], 1.0, dispersion[-1]])

    def _of_category(self, counts: Floats) -> Floats:
        return counts.sum(axis=2) if self.category is None else counts[:, :, self.category]


def _wdd(at: _At, treated: Pair, neighbour: Pair, control: Pair, days: tuple[int, int]) -> WddBeside:
    """The control's one change enters both halves, so that in the total its weights add up before they are squared."""
    treated_scale, neighbour_scale = treated[0] / control[0], neighbour[0] / control[0]
    of_treated, of_neighbour = at.dispersion(0), at.dispersion(at.neighbour)
    # Of both together, the one that says less.
    of_both = max(of_treated, of_neighbour, key=lambda found: found.factor)

    def difference(first: Pair, second: Pair, scale: float, dispersion: Dispersion) -> Difference:
        cells = WeightedCounts.of(first, control, second, weights=(1, scale, 1, 1), days=days)
        return Difference.of(wdd_of(cells, dispersion=dispersion))

    return WddBeside(
        *days,
        of_both.factor,
        treated=difference(treated, (0, 0), treated_scale, of_treated),
        neighbour=difference(neighbour, (0, 0), neighbour_scale, of_neighbour),
        total=difference(treated, neighbour, treated_scale + neighbour_scale, of_both),
    )


def _in_time(at: _At) -> Rank:
    """Windows follow one another without overlap, back from the first day on which the change may have begun."""
    path, first = _evidence(at, 0, at.neighbour)
    length = at.after.stop - at.after.start
    stops = range(at.onset_from, first + length - 1, -length)
    earlier = [path[stop - length - first : stop - first].max() for stop in stops]
    return _rank(path[at.onset - first :].max(), earlier)


def _in_space(at: _At, stays: int, *, treated: bool) -> Rank:
    """Every other area in the place of the treated area, or of the neighbour, the one that ``stays`` in its own.

    Whoever's place it is, is left out: it may have changed. An area without incidents when the watch began cannot be
    judged.
    """
    replaced = 0 if treated else at.neighbour
    judged = at.inputs.counts[: at.inputs.watch.min_history_days].sum(axis=(0, 2)) > 0
    others = [int(area) for area in np.flatnonzero(judged) if area not in {stays, replaced}]

    def highest(area: int, left_out: int | None) -> float:
        pair = (area, stays) if treated else (stays, area)
        path, first = _evidence(at, *pair, left_out=left_out)
        return float(path[at.onset - first :].max())

    return _rank(highest(replaced, None), [highest(area, replaced) for area in others])


def _evidence(at: _At, treated: int, neighbour: int, *, left_out: int | None = None) -> tuple[Floats, int]:
    """Log odds (days) in the signal's category with these two areas in the roles and the others as controls; the
    position of the first of the days."""
    counts, dispersion = at.two_categories()
    rest = [area for area in range(counts.shape[1]) if area not in {treated, neighbour, left_out}]
    watched = WatchCounts.of(counts[:, [treated, neighbour, *rest]], 1)
    evidence = watch_evidence(watched, dispersion, at.inputs.watch)
    return evidence.log_odds[:, 0, 0], evidence.first


def _rank(observed: float, placebos: list[float]) -> Rank:
    return Rank(len(placebos), sum(1 for found in placebos if found >= observed))


def _data(at: _At, incidents: float) -> DataBeside:
    since = at.inputs.counts[at.after].sum(axis=(1, 2))
    data = at.inputs.data
    return DataBeside(
        days=len(since),
        days_without=int((since == 0).sum()),
        complete=None if data is None else data.complete,
        incidents=incidents,
        edge=at.edge(),
    )
