"""The watch within the treated area: has crime there moved from one shift, or one category, to another?

Displacement in time and displacement to another offence (Reppetto, T. A. 1976, Crime prevention and the displacement
phenomenon, *Crime & Delinquency*, 22(2), 166-177; Barr, R. & Pease, K. 1990, Crime placement, displacement, and
deflection, *Crime and Justice*, 12, 277-318). Shifts, or categories, are the strata. In each of them the day's
incidents of all areas are split between the treated area T and the others, and only that split is judged: what moves a
stratum everywhere (the season of a category, longer summer evenings, the city's nights) leaves it as it is. When
stratum a of T loses the share f of its incidents and stratum b gains s of what a lost, the log likelihood ratio of one
day is the sum of two binomial ones,

    n_Ta log(1 - f) - n_a log(1 - f pi_a)  +  n_Tb log(1 + g) - n_b log(1 + g pi_b),   g = s f m_a / m_b,

each divided by the dispersion of its split, with n_Ta of the stratum's n_a incidents in T, T's usual share pi_a of
them and T's usual number m_a. Over the days of onset it is summed up, and over f and s averaged, as in
`models.displacement_watch`. What else may explain the same days is summed up likewise: a falling alone, b rising alone,
and all strata of T falling or rising together by f. The evidence is

    log( R(a to b) / (1 + k (R(a alone) + R(b alone) + R(T fell) + R(T rose))) ).
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.displacement_watch import TooLittleHistoryError, WatchEvidence
from models.parameter_limits import ParameterError, require_finite
from models.watch_parameters import WatchParameters

Floats = NDArray[np.float64]

LARGEST = 1e250  # a sum of likelihood ratios is held here, where it is certain and still a number
HALF = 0.5  # incident, added to a past that may have none


class Pair(NamedTuple):
    """From one stratum (a position) to another."""

    source: int
    target: int


def pairs_of(strata: int) -> tuple[Pair, ...]:
    """Every ordered pair of different strata.

    >>> [tuple(pair) for pair in pairs_of(3)]
    [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    """
    return tuple(Pair(a, b) for a in range(strata) for b in range(strata) if a != b)


@dataclass(frozen=True, eq=False)
class WithinCounts:
    """Incidents per day and stratum, ``treated`` (days, strata) and in all areas ``total`` (days, strata).

    Days without data are zero everywhere and say nothing.
    """

    treated: Floats
    total: Floats

    @classmethod
    def of(cls, counts: Floats) -> Self:
        """From ``counts`` (days, areas, strata), the treated area first.

        Raises `ParameterError` for fewer than two strata or two areas, or for counts below zero.

        >>> WithinCounts.of(np.ones((300, 4, 3))).total[0].tolist()
        [4.0, 4.0, 4.0]
        """
        _, areas, strata = counts.shape
        if areas < 2:
            raise ParameterError(f"the watch within an area needs at least 1 other area, found {areas - 1}")
        if strata < 2:
            raise ParameterError(f"the watch within an area needs at least 2 strata, found {strata}")
        require_finite("counts", counts)
        if (counts < 0).any():
            raise ParameterError(f"counts must not be negative, found {counts.min():g}")
        return cls(np.ascontiguousarray(counts[:, 0]), counts.sum(axis=1))

    @property
    def days(self) -> int:
        return len(self.total)

    @property
    def strata(self) -> int:
        return int(self.total.shape[1])


@dataclass(frozen=True, eq=False)
class WithinEvidence:
    """``log_odds`` (days, pairs) of the days from position ``first`` on, pairs as `pairs_of` has them.

    ``share`` and ``usual`` (days, strata) are T's usual share of a stratum, and T's usual number a day.
    """

    first: int
    log_odds: Floats
    share: Floats
    usual: Floats

    @property
    def paths(self) -> WatchEvidence:
        """As the displacement watch has its evidence, the pairs in place of the neighbours: its rules for when a signal
        begins and ends hold here too, with one column."""
        path = self.log_odds[:, :, np.newaxis]
        return WatchEvidence(self.first, path, self.share, path)


class Split(NamedTuple):
    """Counts and what is usual as compiled loops take them, each (days, strata)."""

    treated: Floats
    total: Floats
    share: Floats
    usual: Floats


class Sums(NamedTuple):
    """Sums of likelihood ratios over the onsets up to a day: ``both`` and ``rise`` (from stratum, to stratum,
    hypotheses), ``fall`` (strata, hypotheses), ``whole`` (T fell, T rose; hypotheses)."""

    both: Floats
    rise: Floats
    fall: Floats
    whole: Floats


class Hypotheses(NamedTuple):
    """The hypotheses and settings as compiled loops take them; ``fall``, ``moved`` (hypotheses)."""

    fall: Floats
    moved: Floats
    rival_odds: float
    baseline_days: int
    guard_days: int
    renew_days: int
    prior_incidents: float

    @classmethod
    def of(cls, parameters: WatchParameters) -> "Hypotheses":
        both = [(fall, share) for fall in parameters.falls for share in parameters.shares]
        fall, moved = (np.array(column) for column in zip(*both, strict=True))
        return cls(
            fall,
            moved,
            float(parameters.rival_odds),
            parameters.baseline_days,
            parameters.guard_days,
            parameters.renew_days,
            float(parameters.prior_incidents),
        )


def within_evidence(counts: WithinCounts, dispersion: Floats, parameters: WatchParameters) -> WithinEvidence:
    """The evidence for displacement from every stratum to every other, on every day that can be judged.

    ``dispersion`` (strata), at least 1, is how much more the split varies than chance (`models.watch_null`). What is
    said of a day depends on that day and those before it alone.

    Raises `TooLittleHistoryError` where no day can be judged, or the treated area had no incident before the first.

    >>> from models.within_parameters import WithinParameters
    >>> counts = np.tile([[4.0, 4.0], [8.0, 8.0]], (400, 1, 1))
    >>> counts[340:, 0] = 1.0, 7.0
    >>> found = within_evidence(WithinCounts.of(counts), np.ones(2), WithinParameters())
    >>> (found.log_odds[[340 - found.first - 1, 350 - found.first], 0] > 7).tolist()
    [False, True]
    """
    first = parameters.first_judged
    if counts.days <= first:
        raise TooLittleHistoryError(
            f"the watch within the treated area needs more than {first} days of counts, found {counts.days}"
        )
    if counts.treated[: parameters.min_history_days].sum() == 0:
        raise TooLittleHistoryError(
            f"the watch within the treated area needs incidents there in its first {parameters.min_history_days} days, "
            "found none"
        )
    if dispersion.shape != (counts.strata,) or not (dispersion >= 1).all():
        raise ParameterError(f"dispersion must hold a number of at least 1 per stratum, found {dispersion.tolist()}")
    return evidence_from(counts, dispersion, parameters, first=first)


def evidence_from(
    counts: WithinCounts, dispersion: Floats, parameters: WatchParameters, *, first: int
) -> WithinEvidence:
    """`within_evidence` as if nothing could have begun before position ``first``, and without its checks."""
    hypotheses = Hypotheses.of(parameters)
    days, strata = counts.days - first, counts.strata
    log_odds = np.empty((days, strata * (strata - 1)))
    share, usual = np.empty((days, strata)), np.empty((days, strata))
    _usual(Split(counts.treated, counts.total, share, usual), first, hypotheses)
    treated, total = (np.ascontiguousarray(x[first:] / dispersion) for x in (counts.treated, counts.total))
    _recursion(Split(treated, total, share, usual), hypotheses, log_odds)
    return WithinEvidence(first, log_odds, share, usual)


@compiled
def _usual(split: Split, first: int, hypotheses: Hypotheses) -> None:
    """Fill T's share of each stratum, drawn towards its share of all, and its number a day, from ``first`` on."""
    days, strata = split.total.shape
    past_total, past_treated = np.zeros(strata), np.zeros(strata)
    prior = hypotheses.prior_incidents
    start = end = 0
    for day in range(first, days):
        row = day - first
        if row % hypotheses.renew_days != 0:
            split.share[row] = split.share[row - 1]
            split.usual[row] = split.usual[row - 1]
            continue
        while end < day - hypotheses.guard_days:
            past_total += split.total[end]
            past_treated += split.treated[end]
            end += 1
        while start < end - hypotheses.baseline_days:
            past_total -= split.total[start]
            past_treated -= split.treated[start]
            start += 1
        overall = (past_treated.sum() + HALF) / (past_total.sum() + 2 * HALF)
        for c in range(strata):
            # Sums of fractions that were taken out again may be left a little below zero.
            total = max(past_total[c], 0.0)
            split.share[row, c] = (max(past_treated[c], 0.0) + prior * overall) / (total + prior)
            split.usual[row, c] = split.share[row, c] * (total + HALF) / (end - start)


@compiled
def _recursion(split: Split, hypotheses: Hypotheses, log_odds: Floats) -> None:
    """Fill ``log_odds`` (days, pairs) of the days given, all with the same first axis."""
    days, strata = split.total.shape
    number = len(hypotheses.fall)
    pairs = np.zeros((2, strata, strata, number))
    sums = Sums(pairs[0], pairs[1], np.zeros((strata, number)), np.zeros((2, number)))
    log_rise = np.zeros((2, strata, strata, number))
    for day in range(days):
        if day % hypotheses.renew_days == 0:
            _log_rises(split.share[day], split.usual[day], hypotheses, log_rise)
        for h in range(number):
            _day(
                Split(split.treated[day], split.total[day], split.share[day], split.usual[day]),
                hypotheses.fall[h],
                log_rise[:, :, :, h],
                Sums(sums.both[:, :, h], sums.rise[:, :, h], sums.fall[:, h], sums.whole[:, h]),
            )
        _odds(sums, hypotheses.rival_odds, log_odds[day])


@compiled
def _day(split: Split, f: float, log_rise: Floats, sums: Sums) -> None:
    """Let the sums of one hypothesis go on by a day."""
    treated, total, share, _ = split
    strata = len(total)
    fallen = np.empty(strata)
    log_fallen = log_risen = 0.0
    for a in range(strata):
        change = treated[a] * np.log1p(-f) - total[a] * np.log1p(-f * share[a])
        log_fallen += change
        log_risen += treated[a] * np.log1p(f) - total[a] * np.log1p(f * share[a])
        fallen[a] = np.exp(change)
        sums.fall[a] = min((1 + sums.fall[a]) * fallen[a], LARGEST)
    sums.whole[0] = min((1 + sums.whole[0]) * np.exp(log_fallen), LARGEST)
    sums.whole[1] = min((1 + sums.whole[1]) * np.exp(log_risen), LARGEST)
    for a in range(strata):
        for b in range(strata):
            if a != b:
                risen = 1.0
                if total[b] > 0:
                    risen = np.exp(treated[b] * log_rise[0, a, b] - total[b] * log_rise[1, a, b])
                sums.both[a, b] = min((1 + sums.both[a, b]) * fallen[a] * risen, LARGEST)
                sums.rise[a, b] = min((1 + sums.rise[a, b]) * risen, LARGEST)


@compiled
def _odds(sums: Sums, rival_odds: float, log_odds: Floats) -> None:
    """Fill ``log_odds`` (pairs) of one day."""
    strata, number = sums.fall.shape
    pair = 0
    for a in range(strata):
        for b in range(strata):
            if a != b:
                rivals = (sums.fall[a].sum() + sums.rise[a, b].sum() + sums.whole.sum()) / number
                log_odds[pair] = np.log(sums.both[a, b].sum() / number) - np.log1p(rival_odds * rivals)
                pair += 1


@compiled
def _log_rises(share: Floats, usual: Floats, hypotheses: Hypotheses, log_rise: Floats) -> None:
    """Fill (T's incidents and all areas', from stratum, to stratum, hypotheses)."""
    for a in range(len(share)):
        for b in range(len(share)):
            for h in range(len(hypotheses.fall)):
                gain = hypotheses.moved[h] * hypotheses.fall[h] * usual[a] / usual[b]
                log_rise[0, a, b, h] = np.log1p(gain)
                log_rise[1, a, b, h] = np.log1p(gain * share[b])
