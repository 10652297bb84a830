"""The scorecard: is the expected intensity of use, per category and shift, beside what anyone could count?

Every day of the past year is forecast again from what was known before it, by the function the map is made with, and
scored beside three naive forecasts (`models.backtest`): counts of the last 28 days, of the last 365, an even spread.
The map has a view for each category in each shift, for each category, each shift, and everything; each is judged by
itself, because a map can be right in sum and wrong in its parts. Where a view does not beat counting, it is switched
off.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.aoristic import ONE_PPM, aoristic_ppm
from models.backtest import (
    BASELINES,
    EVEN,
    MODEL,
    RECENT,
    WINDOW_DAYS,
    YEAR,
    PanelRows,
    even_forecast,
    observed_counts,
    rolling_forecasts,
    window_forecast,
    with_even_share,
)
from models.calendar import ShiftCalendar
from models.calibration import Calibration, calibration
from models.forecast_scores import block_sums, captures, hindsight
from models.intensity import IntensityParameters
from models.paired_blocks import MINIMUM_BLOCKS, PairedComparison, paired_comparison
from models.panel import REPORTED, IncidentColumns
from models.parameter_limits import require_share, require_whole

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]
Verdict = Literal["on", "off", "untested"]
RESAMPLES = 999
MINIMUM_INCIDENTS = 20
BLOCK_DAYS = 28


@dataclass(frozen=True)
class ScorecardParameters:
    """``days`` that are scored, whole blocks of 28; ``share`` of the area that can be covered; ``even_share`` of each
    forecast that is spread evenly before its log score, so that no place is called impossible; ``level`` of intervals
    and verdicts."""

    days: int = 364
    share: float = 0.05
    even_share: float = 0.01
    level: float = 0.95

    def __post_init__(self) -> None:
        require_whole("days", self.days, at_least=MINIMUM_BLOCKS * BLOCK_DAYS)
        require_share("share", self.share)
        require_share("even_share", self.even_share)
        require_share("level", self.level)

    @property
    def blocks(self) -> int:
        return self.days // BLOCK_DAYS


@dataclass(frozen=True)
class MethodScore:
    """One way to forecast a view: the share of incidents within ``share`` of the area (``hit_rate``) with its interval,
    ``pai`` = hit rate / share (Chainey, Tompson & Uhlig 2008), ``pei`` = PAI / the largest there could have been (Hunt
    2016), ``level`` = observed / expected, ``log_score`` per day (less is better, but for a constant). NaN where no
    incident fell."""

    name: str
    hit_rate: float
    lower: float
    upper: float
    pai: float
    pei: float
    level: float
    log_score: float


@dataclass(frozen=True)
class ViewScore:
    """A view of the map: ``shift`` and ``category`` as positions, None for all; the ``incidents`` scored, the model's
    score and those of the `BASELINES`.

    ``gains`` are the log score per day that the model gains on each baseline. ``verdict``: on where it beats every one;
    off where it is worse than one; where it cannot be told from one of them, what the wider view says (``borrowed``:
    the category in all shifts for a shift of it, else everything), and off where everything cannot be told either.
    ``instead`` is the baseline with the best log score.
    """

    shift: int | None
    category: int | None
    incidents: float
    methods: tuple[MethodScore, ...]
    gains: tuple[PairedComparison, ...]
    verdict: Verdict
    borrowed: bool
    instead: str


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Every view's score over the days [``first_day``, ``stop_day``); no ``views`` where there is too little to test.

    ``naive`` holds for each view that is off, by (shift, category), what its best baseline expects for the target (n).
    ``calibration`` is of everything: of what was expected per cell and day, how much came.
    """

    first_day: int
    stop_day: int
    share: float
    views: tuple[ViewScore, ...]
    naive: Mapping[tuple[int | None, int | None], Floats]
    calibration: Calibration | None

    def view(self, shift: int | None, category: int | None) -> ViewScore | None:
        """The view of that shift and category; None where nothing was tested."""
        return next((one for one in self.views if (one.shift, one.category) == (shift, category)), None)

    def is_on(self, shift: int | None, category: int | None) -> bool:
        """Whether the map may show what is expected: also where nothing could be tested yet, which it then says."""
        found = self.view(shift, category)
        return found is None or found.verdict != "off"


UNTESTED = Scorecard(0, 0, 0.05, (), {}, None)


def known_rows(incidents: IncidentColumns, calendar: ShiftCalendar, home: Integers) -> PanelRows:
    """The reported ``incidents`` as rows that know when they became known; ``home`` (n) has each one's cell."""
    used = np.flatnonzero(incidents.basis == REPORTED)
    if not len(used):
        nothing = np.empty(0, np.int64)
        return PanelRows(nothing, nothing, nothing, np.empty(0), nothing, nothing)
    from_s, to_s = incidents.from_s[used], incidents.to_s[used]
    known_s = np.maximum(incidents.known_s[used], to_s)
    slots = calendar.slots_covering(int(from_s.min()), int(known_s.max()))
    row, slot, weight = aoristic_ppm(from_s, to_s, slots.edges_s)
    at = np.clip(np.searchsorted(slots.edges_s, known_s, side="right") - 1, 0, len(slots.edges_s) - 2)
    return PanelRows(
        cell=home[used][row],
        day=slots.day_number(slot).astype(np.int64),
        shift=slots.shift(slot).astype(np.int64),
        count=weight / ONE_PPM,
        known_day=slots.day_number(at).astype(np.int64)[row],
        category=incidents.category[used][row].astype(np.int64),
    )


def scorecard(
    rows: PanelRows,
    *,
    shape: tuple[int, int, int],
    ring: sparse.csr_array,
    first_day: int,
    complete_until_day: int,
    target_day: int,
    intensity: IntensityParameters,
    parameters: ScorecardParameters,
    rng: np.random.Generator,
) -> Scorecard:
    """Score the views of a map of ``shape`` (cells of one size, shifts, categories) on its own past.

    ``rows`` have their ``category``. Scored are the last ``parameters.days`` before ``complete_until_day``; verdicts
    rest on whole blocks of 28 days that end on fixed days, so that they change once in four weeks and not from day to
    day. `UNTESTED` where the history does not reach a block before them or holds too few incidents.
    """
    stop = complete_until_day
    settled = stop - stop % BLOCK_DAYS
    as_of = np.arange(settled - parameters.days, stop, dtype=np.int64)
    if as_of[0] - BLOCK_DAYS < first_day:
        return UNTESTED
    inside = (rows.day >= as_of[0]) & (rows.day < stop)
    if rows.count[inside].sum() < MINIMUM_INCIDENTS or rows.count[rows.day < as_of[0]].sum() < MINIMUM_INCIDENTS:
        return UNTESTED
    past = np.array(
        list(
            rolling_forecasts(
                rows,
                shape=shape,
                ring=ring,
                first_day=first_day,
                as_of_day=as_of,
                horizon_days=1,
                parameters=intensity,
            )
        )
    )
    judge = _Judge(rows, past, as_of, first_day, target_day, parameters, rng)
    judged: dict[tuple[int | None, int | None], ViewScore] = {}
    naive = {}
    # Wider views first: a narrower one may borrow their verdict.
    for shift, category in _views(shape):
        view, instead = judge.view(shift, category, judged)
        judged[shift, category] = view
        if view.verdict == "off":
            naive[shift, category] = instead
    whole = with_even_share(past.sum(axis=(2, 3)), np.ones(shape[0]), parameters.even_share)
    seen = observed_counts(rows, as_of, 1, shape[0])
    return Scorecard(
        first_day=stop - parameters.days,
        stop_day=stop,
        share=parameters.share,
        views=tuple(judged.values()),
        naive=naive,
        calibration=calibration(whole[-parameters.days :], seen[-parameters.days :], level=parameters.level),
    )


def _views(shape: tuple[int, int, int]) -> Iterator[tuple[int | None, int | None]]:
    shifts, categories = range(shape[1]), range(shape[2])
    yield None, None
    yield from ((shift, None) for shift in shifts)
    yield from ((None, category) for category in categories)
    yield from ((shift, category) for category in categories for shift in shifts)


@dataclass(frozen=True, eq=False)
class _Judge:
    """The forecasts made of the past, (T, cells, shifts, categories), and what they are held against."""

    rows: PanelRows
    past: Floats
    as_of: NDArray[np.int64]
    first_day: int
    target_day: int
    parameters: ScorecardParameters
    rng: np.random.Generator

    def view(
        self,
        shift: int | None,
        category: int | None,
        judged: Mapping[tuple[int | None, int | None], ViewScore],
    ) -> tuple[ViewScore, Floats]:
        """The view's score, and what the best baseline expects on the target day."""
        rows = self.rows.take(_of(self.rows, shift, category))
        n_cells = self.past.shape[1]
        area = np.ones(n_cells)
        seen = observed_counts(rows, self.as_of, 1, n_cells)
        days = np.append(self.as_of, self.target_day)
        forecasts = {MODEL: _selected(self.past, shift, category)}
        for name in (RECENT, YEAR):
            forecasts[name] = window_forecast(rows, days, area, first_day=self.first_day, window_days=WINDOW_DAYS[name])
        forecasts[EVEN] = even_forecast(rows, days, area, first_day=self.first_day, window_days=WINDOW_DAYS[YEAR])
        target = {name: made[-1] for name, made in forecasts.items() if name != MODEL}
        past = {
            name: with_even_share(made[: len(self.as_of)], area, self.parameters.even_share)
            for name, made in forecasts.items()
        }
        row, cell = np.nonzero(seen)
        log = {name: _log_score(made, seen, row, cell) for name, made in past.items()}
        gains = tuple(self._gain(log[name] - log[MODEL]) for name in BASELINES)
        verdict, borrowed = _verdict(gains, shift, category, judged)
        instead = min(BASELINES, key=lambda name: float(log[name][: self.parameters.days].sum()))
        scored = slice(len(self.as_of) - self.parameters.days, None)
        best = hindsight(seen[scored], area, share=self.parameters.share).each
        methods = tuple(
            self._score(name, made[scored], seen[scored], best, log[name][scored]) for name, made in past.items()
        )
        incidents = float(seen[scored].sum())
        return ViewScore(shift, category, incidents, methods, gains, verdict, borrowed, instead), target[instead]

    def _gain(self, gained: Floats) -> PairedComparison:
        """Over the blocks that end on fixed days."""
        settled = gained[: self.parameters.days]
        return paired_comparison(
            settled, np.ones(len(settled)), block_length=BLOCK_DAYS, level=self.parameters.level, rng=self.rng
        )

    def _score(self, name: str, made: Floats, seen: Floats, best: Floats, log: Floats) -> MethodScore:
        hits = self.parameters.share * seen.sum(axis=1)  # of an even spread, whatever the order of its places
        if name != EVEN:
            found = captures(made, seen, np.ones(made.shape[1]))
            hits = np.bincount(found.forecast, found.within(self.parameters.share), minlength=len(seen))
        sums = block_sums(np.column_stack([hits, seen.sum(axis=1), best, made.sum(axis=1), log]), 7)
        hit, incidents, most, expected, surprise = sums.sum(axis=0)
        rate = hit / incidents if incidents else np.nan
        drawn = self.rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES) @ sums[:, :2]
        tail = (1 - self.parameters.level) / 2
        rates = drawn[drawn[:, 1] > 0, 0] / drawn[drawn[:, 1] > 0, 1]
        lower, upper = np.quantile(rates, [tail, 1 - tail]) if len(rates) else (np.nan, np.nan)
        return MethodScore(
            name,
            hit_rate=float(rate),
            lower=float(lower),
            upper=float(upper),
            pai=float(rate / self.parameters.share),
            pei=float(hit / most) if most else float("nan"),
            level=float(incidents / expected) if expected else float("nan"),
            log_score=float(surprise / len(seen)),
        )


def _log_score(made: Floats, seen: Floats, row: NDArray[np.intp], cell: NDArray[np.intp]) -> Floats:
    """`models.forecast_scores.poisson_log_score` but for what depends on the counts alone, which is the same for every
    forecast; ``row``, ``cell`` are where ``seen`` is not 0."""
    surprise = np.bincount(row, seen[row, cell] * np.log(made[row, cell]), minlength=len(made))
    score: Floats = made.sum(axis=1) - surprise
    return score


def _of(rows: PanelRows, shift: int | None, category: int | None) -> NDArray[np.bool_]:
    which = np.ones(len(rows.cell), dtype=bool)
    if shift is not None:
        which &= rows.shift == shift
    if category is not None and rows.category is not None:
        which &= rows.category == category
    return which


def _selected(past: Floats, shift: int | None, category: int | None) -> Floats:
    of_shift = past.sum(axis=2) if shift is None else past[:, :, shift]
    found: Floats = of_shift.sum(axis=2) if category is None else of_shift[:, :, category]
    return found


def _verdict(
    gains: Sequence[PairedComparison],
    shift: int | None,
    category: int | None,
    judged: Mapping[tuple[int | None, int | None], ViewScore],
) -> tuple[Verdict, bool]:
    said = [one.verdict for one in gains]
    if all(word == "beats" for word in said):
        return "on", False
    if "worse" in said:
        return "off", False
    if shift is None and category is None:
        return "off", False
    wider = judged[None, category if shift is not None else None]
    return wider.verdict, True
