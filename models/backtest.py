"""Would the forecasts have been of use? Each day forecast from what was known before it, then held against what came.

Rolling origin (Tashman, L. J. 2000. Out-of-sample tests of forecasting accuracy. *International Journal of
Forecasting*, 16, 437-450). Beside the expected intensity stand naive forecasts that anyone could make: counts of the
last weeks, counts of the last year, and an even spread. Where the model does not beat them, it has no place on a map.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from geo.errors import PlainError
from models.forecast_scores import ForecastParts, ForecastScores, forecast_parts, forecast_scores, hindsight
from models.intensity import WEEK, IntensityParameters, spread, weekday, weekday_factor
from models.paired_blocks import MINIMUM_BLOCKS, PairedComparison, paired_comparison
from models.parameter_limits import ParameterError, require_number, require_share, require_whole

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]
Progress = Callable[[int], None]

MODEL = "intensity"
RECENT = "last 28 days"
YEAR = "last 365 days"
EVEN = "even spread"
BASELINES = (RECENT, YEAR, EVEN)
WINDOW_DAYS = {RECENT: 28, YEAR: 365}
MINIMUM_HISTORY_DAYS = 28
MINIMUM_INCIDENTS = 20


class BacktestError(PlainError, ValueError):
    """Too little data to test forecasts on."""


@dataclass(frozen=True)
class BacktestParameters:
    """``horizon_days`` of each forecast, which are made that far apart; ``share`` of the area that can be covered;
    ``even_share`` of each forecast that is spread evenly, so that no place is called impossible; intervals and
    verdicts at ``level``. Scores are resampled in blocks of ``score_block_days``; forecasts are compared in blocks of
    ``block_days``, as long as one map is better than another by chance (see `paired_comparison`)."""

    horizon_days: int = 1
    share: float = 0.05
    even_share: float = 0.01
    score_block_days: int = 7
    block_days: int = 28
    level: float = 0.95

    def __post_init__(self) -> None:
        require_whole("horizon_days", self.horizon_days, at_least=1)
        require_share("share", self.share)
        require_number("even_share", self.even_share, at_least=0)
        if self.even_share >= 1:
            raise ParameterError(f"even_share must be less than 1, found {self.even_share!r}")
        require_whole("score_block_days", self.score_block_days, at_least=1)
        require_whole("block_days", self.block_days, at_least=1)
        require_share("level", self.level)

    def forecasts_in(self, days: int) -> int:
        """How many forecasts begin in a block of ``days``, at least one."""
        return max(1, round(days / self.horizon_days))


@dataclass(frozen=True)
class PanelRows:
    """Incidents as panel rows, columns of equal length: ``cell`` and ``shift`` positions, ``day`` days since
    1970-01-01, ``count`` incidents (fractional). ``known_day`` is the day they became known, ``day`` by default;
    ``category`` a position, the same for all by default."""

    cell: Integers
    day: Integers
    shift: Integers
    count: Floats
    known_day: Integers | None = None
    category: Integers | None = None

    def take(self, which: NDArray[np.bool_]) -> "PanelRows":
        """The rows that ``which`` selects."""
        known = None if self.known_day is None else self.known_day[which]
        category = None if self.category is None else self.category[which]
        return PanelRows(self.cell[which], self.day[which], self.shift[which], self.count[which], known, category)

    @property
    def usable_day(self) -> Integers:
        """The first day whose forecast may use the row: what happened and was known on earlier days."""
        known = self.day if self.known_day is None else np.maximum(self.day, self.known_day)
        return known + 1


@dataclass(frozen=True)
class MethodResult:
    """One way to forecast: ``expected`` (T, n) as it was scored, and how it did."""

    name: str
    expected: Floats
    parts: ForecastParts
    scores: ForecastScores


@dataclass(frozen=True)
class Comparison:
    """The model beside one baseline, positive where the model is better: ``log_score`` gained per forecast, which is
    proper and decides the verdict, and the gain in ``hit_rate`` within the share of the area."""

    baseline: str
    log_score: PairedComparison
    hit_rate: PairedComparison


@dataclass(frozen=True)
class Backtest:
    """``as_of_day`` (T) of each forecast, which covers ``horizon_days`` from it; ``observed`` (T, n) what then
    happened; the model and its baselines; ``area`` (n)."""

    parameters: BacktestParameters
    as_of_day: NDArray[np.int64]
    observed: Floats
    area: Floats
    methods: tuple[MethodResult, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def useful(self) -> bool:
        """Whether the model beats every baseline: where it does not, it should stay switched off."""
        return all(one.log_score.verdict == "beats" for one in self.comparisons)


def backtest(
    rows: PanelRows,
    *,
    n_cells: int,
    n_shifts: int,
    ring: sparse.csr_array,
    area: Floats,
    first_day: int,
    from_day: int,
    stop_day: int,
    intensity: IntensityParameters,
    parameters: BacktestParameters,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast [from_day, stop_day) in steps of the horizon from the history since ``first_day``, and score.

    A step that would reach past ``stop_day`` is not made. Categories count together: sum or select them before.
    ``ring`` (n, n) as for `expected_intensity`, ``area`` (n) in any unit. ``progress`` hears how many of the methods
    are done. Raises `BacktestError` for too few days or incidents, `ParameterError` for what does not fit.
    """
    _refuse_rows(rows, n_cells, n_shifts, ring, area)
    as_of_day = np.arange(from_day, stop_day - parameters.horizon_days + 1, parameters.horizon_days, dtype=np.int64)
    observed = observed_counts(rows, as_of_day, parameters.horizon_days, n_cells)
    _refuse_little(rows, as_of_day, observed, parameters, first_day=first_day, from_day=from_day)
    made: dict[str, Callable[[], Floats]] = {
        MODEL: lambda: rolling_intensity(
            rows,
            n_cells=n_cells,
            n_shifts=n_shifts,
            ring=ring,
            first_day=first_day,
            as_of_day=as_of_day,
            horizon_days=parameters.horizon_days,
            parameters=intensity,
        ),
        RECENT: lambda: window_forecast(rows, as_of_day, area, first_day=first_day, window_days=WINDOW_DAYS[RECENT]),
        YEAR: lambda: window_forecast(rows, as_of_day, area, first_day=first_day, window_days=WINDOW_DAYS[YEAR]),
        EVEN: lambda: even_forecast(rows, as_of_day, area, first_day=first_day, window_days=WINDOW_DAYS[YEAR]),
    }
    scored_together = parameters.forecasts_in(parameters.score_block_days)
    best = hindsight(observed, area, share=parameters.share)
    methods: list[MethodResult] = []
    # One stream for all intervals, so that every method is scored on the same resampled weeks.
    seed = rng.integers(2**63)
    for name, make in made.items():
        days = 1 if name == MODEL else parameters.horizon_days
        expected = with_even_share(make() * days, area, parameters.even_share)
        parts = forecast_parts(expected, observed, area, share=parameters.share, best=best)
        stream = np.random.default_rng(seed)
        scores = forecast_scores(parts, block_length=scored_together, level=parameters.level, rng=stream)
        methods.append(MethodResult(name, expected, parts, scores))
        if progress:
            progress(len(methods))
    comparisons = tuple(
        compare(methods[0].parts, other.parts, baseline=other.name, parameters=parameters, rng=rng)
        for other in methods[1:]
    )
    return Backtest(parameters, as_of_day, observed, area, tuple(methods), comparisons)


def compare(
    model: ForecastParts,
    other: ForecastParts,
    *,
    baseline: str,
    parameters: BacktestParameters,
    rng: np.random.Generator,
) -> Comparison:
    """Both paired comparisons of ``model`` with ``other``, scored on the same forecasts."""
    with np.errstate(invalid="ignore"):
        gained = other.log_score - model.log_score
    ones = np.ones(len(model))
    length, level = parameters.forecasts_in(parameters.block_days), parameters.level
    return Comparison(
        baseline,
        paired_comparison(gained, ones, block_length=length, level=level, rng=rng),
        paired_comparison(model.hits - other.hits, model.incidents, block_length=length, level=level, rng=rng),
    )


def rolling_intensity(
    rows: PanelRows,
    *,
    n_cells: int,
    n_shifts: int,
    ring: sparse.csr_array,
    first_day: int,
    as_of_day: NDArray[np.int64],
    horizon_days: int,
    parameters: IntensityParameters,
) -> Floats:
    """Expected incidents per forecast and cell (T, n) over [as_of, as_of + horizon_days), all shifts and categories
    together, as if there were one category."""
    made = rolling_forecasts(
        replace(rows, category=None),
        shape=(n_cells, n_shifts, 1),
        ring=ring,
        first_day=first_day,
        as_of_day=as_of_day,
        horizon_days=horizon_days,
        parameters=parameters,
    )
    found = [expected.sum(axis=(1, 2)) for expected in made]
    return np.array(found) if found else np.zeros((0, n_cells))


def rolling_forecasts(
    rows: PanelRows,
    *,
    shape: tuple[int, int, int],
    ring: sparse.csr_array,
    first_day: int,
    as_of_day: NDArray[np.int64],
    horizon_days: int,
    parameters: IntensityParameters,
) -> Iterator[Floats]:
    """Expected incidents of each forecast in turn, each of ``shape`` (cells, shifts, categories).

    What `expected_intensity` gives, refitted at each of ``as_of_day`` (T, rising) on the rows usable then. Discounting
    by ``2^(-1 / half_life)`` each day carries the sums from one day to the next, so that a day costs its new rows and
    a forecast one spreading, whatever the length of the history.
    """
    if len(as_of_day) == 0:
        return
    if as_of_day[0] <= first_day:
        raise ParameterError(f"as_of_day must be later than first_day {first_day}, found {as_of_day[0]}")
    keep = 2.0 ** (-1 / parameters.half_life_days)
    total, seen, days_seen = np.zeros(shape), np.zeros((WEEK, shape[1])), np.zeros(WEEK)
    usable, order, weight = _entering(rows, first_day, parameters.half_life_days)
    cell, shift, of_week = rows.cell[order], rows.shift[order], weekday(rows.day[order])
    category = np.zeros(len(order), np.int64) if rows.category is None else rows.category[order]
    days = np.arange(first_day + 1, as_of_day[-1] + 1)
    edges, yesterday = np.searchsorted(usable, np.append(days, days[-1] + 1)), weekday(days - 1)
    targets = weekday(as_of_day[:, None] + np.arange(horizon_days))
    made = 0
    for i, day in enumerate(days):
        total *= keep
        seen *= keep
        days_seen[yesterday[i]] += 1
        days_seen *= keep
        if edges[i] < edges[i + 1]:
            new = slice(edges[i], edges[i + 1])
            np.add.at(total, (cell[new], shift[new], category[new]), weight[new])
            np.add.at(seen, (of_week[new], shift[new]), weight[new])
        if day == as_of_day[made]:
            factor = weekday_factor(seen, days_seen, parameters.weekday_shrinkage)[targets[made]].sum(axis=0)
            yield spread(total, ring, parameters) / days_seen.sum() * factor[:, None]
            made += 1


def window_forecast(
    rows: PanelRows, as_of_day: NDArray[np.int64], area: Floats, *, first_day: int, window_days: int
) -> Floats:
    """Incidents per day and cell (T, n) from the counts of the last ``window_days``, or since the history began.

    Counts are drawn towards an even spread as far as their variance among cells says that they are chance (global
    empirical Bayes, Marshall, R. J. 1991, *Applied Statistics*, 40, 283-294), with half an incident more on the whole
    map. That keeps the order of the counts per area and makes the naive forecast as good as it can be: beating a
    forecast that calls every quiet cell impossible would prove nothing.
    """
    days = np.minimum(window_days, as_of_day - first_day)
    counts = _window_counts(rows, as_of_day, first_day, window_days, len(area))
    rate = shrunken(counts, area)
    return rate / days[:, None]


def even_forecast(
    rows: PanelRows, as_of_day: NDArray[np.int64], area: Floats, *, first_day: int, window_days: int
) -> Floats:
    """Incidents per day and cell (T, n): the level of the last ``window_days``, spread evenly over the area."""
    days = np.minimum(window_days, as_of_day - first_day)
    total = _window_counts(rows, as_of_day, first_day, window_days, len(area)).sum(axis=1) + 0.5
    return np.outer(total / days, area / area.sum())


def shrunken(counts: Floats, area: Floats) -> Floats:
    """Each row's ``counts`` (T, n) drawn towards its mean density, as much as Poisson chance explains their spread.

    >>> shrunken(np.array([[0.0, 0, 0, 11.5]]), np.ones(4)).round(3).tolist()
    [[0.363, 0.363, 0.363, 10.472]]
    """
    part = area / area.mean()
    mean = (counts.sum(axis=1, keepdims=True) + 0.5) / counts.shape[1]
    density = counts / part
    # Marshall's moments with the area in place of the population at risk, mean 1; one weight for all cells.
    variance = (part * (density - mean) ** 2).mean(axis=1, keepdims=True)
    true = np.maximum(variance - mean, 0)
    # Never quite all the way: the order of the counts is what the map of a naive forecast shows.
    weight = np.maximum(true / (true + mean), 1e-6)
    estimate: Floats = part * (mean + weight * (density - mean))
    return estimate


def with_even_share(expected: Floats, area: Floats, even_share: float) -> Floats:
    """``expected`` (T, n) with ``even_share`` of each row's total spread evenly: totals and the order are kept."""
    even = expected.sum(axis=1, keepdims=True) * (area / area.sum())
    mixed: Floats = (1 - even_share) * expected + even_share * even
    return mixed


def observed_counts(rows: PanelRows, as_of_day: NDArray[np.int64], horizon_days: int, n_cells: int) -> Floats:
    """What happened in [as_of, as_of + horizon_days) per forecast and cell (T, n), whenever it became known.

    ``as_of_day`` rises in steps of ``horizon_days``.
    """
    counts = np.zeros((len(as_of_day), n_cells))
    if len(as_of_day):
        step = (rows.day - as_of_day[0]) // horizon_days
        inside = (step >= 0) & (step < len(as_of_day))
        np.add.at(counts, (step[inside], rows.cell[inside]), rows.count[inside])
    return counts


def _entering(rows: PanelRows, first_day: int, half_life_days: float) -> tuple[Integers, NDArray[np.intp], Floats]:
    """Usable days in rising order, the order of the rows, and their weights on the day they enter."""
    inside = np.flatnonzero(rows.day >= first_day)
    order = inside[np.argsort(rows.usable_day[inside], kind="stable")]
    usable = rows.usable_day[order]
    return usable, order, rows.count[order] * np.exp2(-(usable - rows.day[order]) / half_life_days)


def _window_counts(
    rows: PanelRows, as_of_day: NDArray[np.int64], first_day: int, window_days: int, n_cells: int
) -> Floats:
    """Counts (T, n) of the rows usable at each as-of whose day lies in the window before it."""
    enters, leaves = rows.usable_day, rows.day + window_days + 1
    inside = np.flatnonzero((rows.day >= first_day) & (enters < leaves))
    change = np.zeros((len(as_of_day) + 1, n_cells))
    for day, sign in ((enters, 1.0), (leaves, -1.0)):
        at = np.searchsorted(as_of_day, day[inside])
        np.add.at(change, (at, rows.cell[inside]), sign * rows.count[inside])
    # Sums of parts of incidents that cancel leave a last digit behind, and a count is never below zero.
    counts: Floats = np.maximum(np.round(np.cumsum(change[:-1], axis=0), 9), 0)
    return counts


def _refuse_rows(rows: PanelRows, n_cells: int, n_shifts: int, ring: sparse.csr_array, area: Floats) -> None:
    if ring.shape != (n_cells, n_cells) or area.shape != (n_cells,):
        raise ParameterError(
            f"ring must have shape ({n_cells}, {n_cells}) and area ({n_cells},), found {ring.shape} and {area.shape}"
        )
    for name, column, limit in (("cell", rows.cell, n_cells), ("shift", rows.shift, n_shifts)):
        if len(column) and not (column.min() >= 0 and column.max() < limit):
            raise ParameterError(f"{name} must lie in [0, {limit}), found {column.min()} to {column.max()}")
    if len(rows.count) and not (np.isfinite(rows.count).all() and rows.count.min() >= 0):
        raise ParameterError(f"count must be finite and not negative, found {rows.count.min():g}")


def _refuse_little(
    rows: PanelRows,
    as_of_day: NDArray[np.int64],
    observed: Floats,
    parameters: BacktestParameters,
    *,
    first_day: int,
    from_day: int,
) -> None:
    if from_day - first_day < MINIMUM_HISTORY_DAYS:
        raise BacktestError(
            f"there are {max(from_day - first_day, 0)} days of history before the first forecast; "
            f"at least {MINIMUM_HISTORY_DAYS} are needed"
        )
    needed = MINIMUM_BLOCKS * parameters.forecasts_in(parameters.block_days)
    if len(as_of_day) < needed:
        raise BacktestError(
            f"there are {len(as_of_day)} forecasts of {parameters.horizon_days} days to score; "
            f"at least {needed} are needed ({needed * parameters.horizon_days} days after the first)"
        )
    before = (rows.day >= first_day) & (rows.usable_day <= from_day)
    for when, incidents in (
        ("before the first forecast", float(rows.count[before].sum())),
        ("in the days to forecast", float(observed.sum())),
    ):
        if incidents < MINIMUM_INCIDENTS:
            raise BacktestError(f"there are {incidents:g} incidents {when}; at least {MINIMUM_INCIDENTS} are needed")
