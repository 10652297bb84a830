"""The displacement watch: has the treated area fallen and a neighbour risen, together, since some day not long ago?

Every day's incidents of a category are split over the areas, and only the split is judged: what moves all areas alike
(season, weekday, growth, weather, missing days, a delay of the reports) leaves it as it is. On the alternative the
treated area T loses the share f of its incidents from some day on and neighbour j gains s of what T lost. One day's
log likelihood ratio, with n incidents in all and pi the shares of the areas' own past, is

    n_T log(1 - f) + n_j log(1 + s f pi_T / pi_j) - n log(1 - f pi_T + s f pi_T),

divided by the dispersion of the split. Over the unknown day of onset it is summed up by the Shiryaev-Roberts recursion
``R <- (1 + R) ratio``, the sum of the likelihood ratios of all onsets up to today, and over f and s it is averaged.
What else may explain the same days, T falling alone and j rising alone by the same amounts, is summed up likewise; the
evidence is

    log( R(both) / (1 + k (R(T alone) + R(j alone))) ),

but for a constant the log odds of displacement against no change and rivals that begin on a day with the chance k.
All categories together are a column of their own, with a prior weight of their own beside the single ones.

Good effects that spread are judged likewise (`models.diffusion_parameters`): j falls by g of its own incidents as T
falls by f, the log likelihood ratio of a day being

    n_T log(1 - f) + n_j log(1 - g) - n log(1 - f pi_T - g pi_j),

and displacement to any neighbour is one more rival.

Shiryaev, A. N. (1963). On optimum methods in quickest detection problems. *Theory of Probability & Its Applications*,
8(1), 22-46. Roberts, S. W. (1966). A comparison of some control chart procedures. *Technometrics*, 8(3), 411-430.
Pollak, M. (1987). Average run lengths of an optimal method of detecting a change in distribution. *The Annals of
Statistics*, 15(2), 749-779. A quasi-likelihood: McCullagh, P. & Nelder, J. A. (1989). *Generalized Linear Models*,
2nd ed., chapter 9.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlainError
from models.compiled import compiled
from models.parameter_limits import ParameterError, require_finite, require_whole
from models.watch_parameters import WatchParameters

Floats = NDArray[np.float64]

LARGEST = 1e250  # a sum of likelihood ratios is held here, where it is certain and still a number
MOVED = 1.0  # of what T lost, where displacement is a rival
HALF = 0.5  # incident, added to the past of an area that may have none


class TooLittleHistoryError(PlainError, ValueError):
    """Too few days or incidents to say what is usual."""


@dataclass(frozen=True, eq=False)
class WatchCounts:
    """Incidents per day and column, the columns being the categories and, where there are several, all together.

    ``treated`` (days, columns), ``neighbour`` (days, neighbours, columns), ``total`` (days, columns) of all areas.
    Days without data are zero everywhere and say nothing.
    """

    treated: Floats
    neighbour: Floats
    total: Floats

    @classmethod
    def of(cls, counts: Floats, neighbours: int) -> Self:
        """From ``counts`` (days, areas, categories): the treated area, its neighbours, then the controls.

        Raises `ParameterError` without a neighbour, a control or a category, or for counts below zero.

        >>> found = WatchCounts.of(np.ones((300, 4, 2)), neighbours=2)
        >>> found.neighbour.shape, found.total[0].tolist()
        ((300, 2, 3), [4.0, 4.0, 8.0])
        """
        require_whole("neighbours", neighbours, at_least=1)
        _, areas, categories = counts.shape
        if areas < neighbours + 2:
            raise ParameterError(f"the watch needs at least 1 control area, found {areas - neighbours - 1}")
        if categories == 0:
            raise ParameterError("the watch needs at least 1 category, found 0")
        require_finite("counts", counts)
        if (counts < 0).any():
            raise ParameterError(f"counts must not be negative, found {counts.min():g}")
        columns = counts if categories == 1 else np.concatenate([counts, counts.sum(axis=2, keepdims=True)], axis=2)
        first = np.ascontiguousarray(columns[:, 0])
        return cls(first, np.ascontiguousarray(columns[:, 1 : neighbours + 1]), columns.sum(axis=1))

    @property
    def days(self) -> int:
        return len(self.total)

    def before(self, day: int) -> Self:
        """What lies before position ``day``."""
        return type(self)(self.treated[:day], self.neighbour[:day], self.total[:day])


@dataclass(frozen=True, eq=False)
class WatchEvidence:
    """``log_odds`` (days, neighbours, columns) of the days from position ``first`` on.

    ``treated_share`` (days, columns) and ``neighbour_share`` (days, neighbours, columns) are the usual shares of the
    areas, by which each day was judged.
    """

    first: int
    log_odds: Floats
    treated_share: Floats
    neighbour_share: Floats


class AlertStart(NamedTuple):
    """The day (a position) on which a signal of ``neighbour`` began, the ``column`` with the most evidence that day,
    and that evidence."""

    day: int
    neighbour: int
    column: int
    log_odds: float


class Bank(NamedTuple):
    """The hypotheses and settings as compiled loops take them; ``fall``, ``share``, ``loss`` (hypotheses).

    Of its own incidents the neighbour loses ``loss``, and it gains ``share`` of what the treated area lost. The first
    ``claims`` hypotheses are what the evidence is for, the others its rivals whichever the neighbour.
    """

    fall: Floats
    share: Floats
    loss: Floats
    claims: int
    rival_odds: float
    baseline_days: int
    guard_days: int
    renew_days: int
    prior_incidents: float

    @classmethod
    def of(cls, parameters: WatchParameters) -> "Bank":
        pairs = [(fall, share) for fall in parameters.falls for share in parameters.shares]
        fall, share = (np.array(column) for column in zip(*pairs, strict=True))
        claims, loss = len(fall), np.zeros(len(fall))
        if parameters.NEIGHBOUR_FALLS:
            # Where T's loss goes elsewhere, the others seem to have had less than T's fall alone lets expect.
            falls = np.array(parameters.falls)
            loss = np.append(share * fall, 0.0 * falls)
            fall, share = np.append(fall, falls), np.append(0.0 * share, 0.0 * falls + MOVED)
        return cls(
            fall,
            share,
            loss,
            claims,
            float(parameters.rival_odds),
            parameters.baseline_days,
            parameters.guard_days,
            parameters.renew_days,
            float(parameters.prior_incidents),
        )


def watch_evidence(counts: WatchCounts, dispersion: Floats, parameters: WatchParameters) -> WatchEvidence:
    """The evidence for displacement to every neighbour in every column, on every day that can be judged.

    ``dispersion`` (columns), at least 1, is how much more the split varies than chance (`models.watch_null`). What is
    said of a day depends on that day and those before it alone, so it stays the same, bit for bit, when days follow.

    Raises `TooLittleHistoryError` where no day can be judged, or the treated area had no incident before the first.

    >>> counts = np.tile([[4.0], [4.0], [8.0]], (400, 1, 1))
    >>> counts[340:, 0], counts[340:, 1] = 1.0, 7.0
    >>> found = watch_evidence(WatchCounts.of(counts, 1), np.ones(1), WatchParameters())
    >>> (found.log_odds[[0, 340 - found.first - 1, 350 - found.first], 0, 0] > 7).tolist()
    [False, False, True]
    """
    require_history(counts, parameters)
    if len(dispersion) != counts.total.shape[1] or not (dispersion >= 1).all():
        raise ParameterError(f"dispersion must hold a number of at least 1 per column, found {dispersion.tolist()}")
    return evidence_from(counts, dispersion, parameters, first=parameters.first_judged)


def evidence_from(counts: WatchCounts, dispersion: Floats, parameters: WatchParameters, *, first: int) -> WatchEvidence:
    """`watch_evidence` as if nothing could have begun before position ``first``, and without its checks."""
    bank = Bank.of(parameters)
    shape = (counts.days - first, *counts.neighbour.shape[1:])
    log_odds, treated, neighbour = np.empty(shape), np.empty((shape[0], shape[2])), np.empty(shape)
    _usual_shares(counts.treated, counts.neighbour, counts.total, first, bank, treated, neighbour)
    _recursion(
        counts.treated[first:],
        counts.neighbour[first:],
        counts.total[first:],
        treated,
        neighbour,
        np.ascontiguousarray(dispersion, dtype=np.float64),
        bank,
        log_odds,
    )
    log_odds += _log_prior(shape[2], parameters.together)
    return WatchEvidence(first, log_odds, treated, neighbour)


def _log_prior(columns: int, together: float) -> Floats:
    """How many times as likely as with the same weight for each each column is beforehand (columns), its logarithm."""
    if columns == 1:
        return np.zeros(1)
    single = (1 - together) / (columns - 1)
    return np.asarray(np.log(columns * np.array([*[single] * (columns - 1), together])))


def require_history(counts: WatchCounts, parameters: WatchParameters) -> None:
    """Raises `TooLittleHistoryError` where no day can be judged."""
    first = parameters.first_judged
    if counts.days <= first:
        raise TooLittleHistoryError(
            f"the watch needs more than {first} days of counts ({parameters.min_history_days} to know what is usual "
            f"and {parameters.guard_days} between them and the day judged), found {counts.days}"
        )
    if counts.treated[: parameters.min_history_days].sum() == 0:
        raise TooLittleHistoryError(
            f"the watch needs incidents in the treated area in its first {parameters.min_history_days} days, found none"
        )


def alert_starts(
    evidence: WatchEvidence, threshold: float, watch: WatchParameters, *, since: int = 0
) -> list[AlertStart]:
    """The days from position ``since`` on at which a signal began, in order of day and neighbour.

    A neighbour's signal begins on the first day at or above ``threshold`` in any column: one alert for one continuing
    signal. It lasts until the evidence is, in all columns, more than ``watch.release`` below the threshold, or below
    what another neighbour with a signal has: T has fallen once, and that explains it. So where other neighbours have a
    signal, or get one that day, a neighbour begins one only with as much evidence as any of them has had since, less
    ``watch.tie``.

    >>> path = np.array([1.0, 6, 7, 4, 6, 1, 6]).reshape(-1, 1, 1)
    >>> found = alert_starts(WatchEvidence(10, path, path[:, 0], path), 5.0, WatchParameters(release=2.0))
    >>> [start.day for start in found]
    [11, 16]
    """
    return _followed(evidence, threshold, watch, since)[0]


def standing(evidence: WatchEvidence, threshold: float, watch: WatchParameters) -> list[AlertStart]:
    """Of the starts that `alert_starts` lists, those whose signals are on at the last day.

    >>> path = np.array([[1.0, 6, 7, 4], [6, 1, 1, 1]]).T.reshape(-1, 2, 1)
    >>> found = standing(WatchEvidence(10, path, path[:, 0], path), 5.0, WatchParameters(release=2.0))
    >>> [(start.day, start.neighbour) for start in found]
    [(11, 0)]
    """
    starts, stands = _followed(evidence, threshold, watch, 0)
    last = {start.neighbour: start for start in starts}
    return [start for start in last.values() if stands[start.neighbour]]


def _followed(
    evidence: WatchEvidence, threshold: float, watch: WatchParameters, since: int
) -> tuple[list[AlertStart], NDArray[np.bool_]]:
    """The starts, and which neighbours have a signal at the last day."""
    path = evidence.log_odds[max(since - evidence.first, 0) :]
    first = max(since, evidence.first)
    best, column = path.max(axis=2), path.argmax(axis=2)
    began, stands = signals_in(best, threshold, watch)
    starts = [
        AlertStart(first + int(day), int(j), int(column[day, j]), float(best[day, j])) for day, j in np.argwhere(began)
    ]
    return starts, stands


def signals_in(best: Floats, threshold: float, watch: WatchParameters) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """What `signals` marks in (days, neighbours) and (neighbours). Where the neighbour falls too, each is followed by
    itself: what T lost goes to one neighbour, but good effects may reach several."""
    began, stands = np.zeros(best.shape, dtype=np.bool_), np.zeros(best.shape[1], dtype=np.bool_)
    if not watch.NEIGHBOUR_FALLS:
        signals(best, threshold, watch.release, watch.tie, began, stands)
        return began, stands
    for j in range(best.shape[1]):
        of_j = np.zeros((len(best), 1), dtype=np.bool_)
        signals(np.ascontiguousarray(best[:, j : j + 1]), threshold, watch.release, watch.tie, of_j, stands[j : j + 1])
        began[:, j] = of_j[:, 0]
    return began, stands


@compiled
def signals(  # noqa: PLR0917 - compiled functions take arrays and numbers only
    best: Floats, threshold: float, release: float, tie: float, began: NDArray[np.bool_], stands: NDArray[np.bool_]
) -> int:
    """Mark in ``began`` (days, neighbours) the starts that `alert_starts` lists, and in ``stands`` (neighbours) the
    signals that are on at the last day; how many there are of the first.

    ``best`` (days, neighbours) is the most evidence of any column.
    """
    days, neighbours = best.shape
    peak = np.full(neighbours, -np.inf)  # since the neighbour's signal began
    stands[:] = False
    starts = 0
    for day in range(days):
        explained = threshold
        for j in range(neighbours):
            if stands[j]:
                explained = max(explained, best[day, j])
        enough = threshold
        for j in range(neighbours):
            stands[j] &= best[day, j] >= explained - release
            peak[j] = max(peak[j], best[day, j]) if stands[j] else -np.inf
            enough = max(enough, best[day, j] - tie, peak[j] - tie)
        for j in range(neighbours):
            began[day, j] = not stands[j] and best[day, j] >= enough
            if began[day, j]:
                stands[j] = True
                peak[j] = best[day, j]
                starts += 1
    return starts


@compiled
def _usual_shares(  # noqa: PLR0917 - compiled functions take arrays and numbers only
    treated: Floats,
    neighbour: Floats,
    total: Floats,
    first: int,
    bank: Bank,
    treated_share: Floats,
    neighbour_share: Floats,
) -> None:
    """Fill the shares of every day from ``first`` on, as `WatchEvidence` has them."""
    days, neighbours, columns = neighbour.shape
    past_total, past_treated = np.zeros(columns), np.zeros(columns)
    past = np.zeros((neighbours, columns))
    start = end = 0
    for day in range(first, days):
        row = day - first
        if row % bank.renew_days != 0:
            treated_share[row] = treated_share[row - 1]
            neighbour_share[row] = neighbour_share[row - 1]
            continue
        while end < day - bank.guard_days:
            past_total += total[end]
            past_treated += treated[end]
            past += neighbour[end]
            end += 1
        while start < end - bank.baseline_days:
            past_total -= total[start]
            past_treated -= treated[start]
            past -= neighbour[start]
            start += 1
        _shrunk(past_treated, past_total, neighbours, bank.prior_incidents, treated_share[row])
        for j in range(neighbours):
            _shrunk(past[j], past_total, neighbours, bank.prior_incidents, neighbour_share[row, j])


@compiled
def _shrunk(past: Floats, past_total: Floats, neighbours: int, prior_incidents: float, share: Floats) -> None:
    """An area's share in each column, drawn towards its share in the last one, which holds all categories."""
    last = len(past) - 1
    overall = (past[last] + HALF) / (past_total[last] + HALF * (neighbours + 2))
    for c in range(len(past)):
        share[c] = (past[c] + prior_incidents * overall) / (past_total[c] + prior_incidents)


@compiled
def _recursion(  # noqa: PLR0917
    treated: Floats,
    neighbour: Floats,
    total: Floats,
    treated_share: Floats,
    neighbour_share: Floats,
    dispersion: Floats,
    bank: Bank,
    log_odds: Floats,
) -> None:
    """Fill ``log_odds`` (days, neighbours, columns) of the days given, all with the same first axis."""
    days, neighbours, columns = neighbour.shape
    hypotheses = len(bank.fall)
    both = np.zeros((neighbours, columns, hypotheses))
    rise = np.zeros((neighbours, columns, hypotheses))
    alone = np.zeros((columns, hypotheses))
    log_fall = np.log1p(-bank.fall)
    log_rise = np.zeros((neighbours, columns, hypotheses))
    log_total = np.zeros((3, columns, hypotheses))  # all areas together, with both, with T alone, with j alone
    log_lost = np.zeros((2, neighbours, columns, hypotheses))  # the first and the last where j loses of its own
    for day in range(days):
        if day % bank.renew_days == 0:
            _logs(treated_share[day], neighbour_share[day], bank, log_rise, log_total, log_lost)
        for c in range(columns):
            n = total[day, c] / dispersion[c]
            for h in range(hypotheses):
                fallen = np.exp(treated[day, c] / dispersion[c] * log_fall[h])
                with_both = fallen * np.exp(-n * log_total[0, c, h])
                with_rise = np.exp(-n * log_total[2, c, h])
                if h < bank.claims:
                    alone[c, h] = min((1 + alone[c, h]) * fallen * np.exp(-n * log_total[1, c, h]), LARGEST)
                for j in range(neighbours):
                    n_j = neighbour[day, j, c]
                    risen = 1.0 if n_j == 0 else np.exp(n_j / dispersion[c] * log_rise[j, c, h])
                    if bank.loss[h] > 0:
                        with_both = fallen * np.exp(-n * log_lost[0, j, c, h])
                        with_rise = np.exp(-n * log_lost[1, j, c, h])
                    both[j, c, h] = min((1 + both[j, c, h]) * with_both * risen, LARGEST)
                    if h < bank.claims:
                        rise[j, c, h] = min((1 + rise[j, c, h]) * with_rise * risen, LARGEST)
            _odds(alone[c], rise[:, c], both[:, c], bank, log_odds[day, :, c])


@compiled
def _odds(alone: Floats, rise: Floats, both: Floats, bank: Bank, log_odds: Floats) -> None:
    """Fill ``log_odds`` (neighbours) of one day and column."""
    claims, others = bank.claims, len(bank.fall) - bank.claims
    elsewhere = both[:, claims:].sum() / (len(both) * others) if others > 0 else 0.0
    for j in range(len(both)):
        rivals = (alone[:claims].sum() + rise[j, :claims].sum()) / claims + elsewhere
        log_odds[j] = np.log(both[j, :claims].sum() / claims) - np.log1p(bank.rival_odds * rivals)


@compiled
def _logs(  # noqa: PLR0917
    treated_share: Floats,
    neighbour_share: Floats,
    bank: Bank,
    log_rise: Floats,
    log_total: Floats,
    log_lost: Floats,
) -> None:
    for c in range(len(treated_share)):
        for h in range(len(bank.fall)):
            lost = bank.fall[h] * treated_share[c]
            gained = bank.share[h] * lost
            log_total[0, c, h] = np.log1p(gained - lost)
            log_total[1, c, h] = np.log1p(-lost)
            log_total[2, c, h] = np.log1p(gained)
            for j in range(len(neighbour_share)):
                log_rise[j, c, h] = np.log1p(gained / neighbour_share[j, c])
                if bank.loss[h] > 0:
                    lost_of_j = bank.loss[h] * neighbour_share[j, c]
                    log_rise[j, c, h] = np.log1p(-bank.loss[h])
                    log_lost[0, j, c, h] = np.log1p(-lost - lost_of_j)
                    log_lost[1, j, c, h] = np.log1p(-lost_of_j)
