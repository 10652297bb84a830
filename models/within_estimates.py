"""What an alert within the treated area says: since when, how much of what one stratum lost another gained.

The posterior over the onset, the fall f and the moved share s, from the likelihood of `models.within_watch` on a fine
grid, with the same weight for every onset within the window, every f and every s, as in `models.watch_estimates`. It
rests on the shape assumed, a change at once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.parameter_limits import ParameterError, require_share, require_whole
from models.watch_estimates import Interval, ObservedExpected
from models.within_watch import Pair, WithinCounts, WithinEvidence

Floats = NDArray[np.float64]

FALLS = np.arange(5, 96, 5) / 100
# More than the whole may be found, by chance; without that room the intervals of a share near 1 would miss it.
SHARES = np.arange(-100, 151, 5) / 100
MOST_FALLEN = 0.95  # of its incidents that the other stratum may lose


@dataclass(frozen=True)
class WithinEstimates:
    """Of one pair of strata as known on ``day``, at the given confidence.

    ``onset`` positions of days. ``moved_share`` of what T's first stratum lost that the second gained, between 0 and 1;
    ``fall`` of the first one's usual incidents. ``source`` and ``target``: T's incidents since the onset.
    """

    day: int
    onset: Interval
    moved_share: Interval
    fall: Interval
    source: ObservedExpected
    target: ObservedExpected


def within_estimates(
    counts: WithinCounts,
    evidence: WithinEvidence,
    dispersion: Floats,
    *,
    day: int,
    pair: Pair,
    confidence: float = 0.95,
    window_days: int = 168,
) -> WithinEstimates:
    """Estimates on position ``day`` for onsets in the ``window_days`` up to it.

    Expected in a stratum is T's usual share beside what the other areas had in that stratum.

    Raises `ParameterError` for a day or strata that were not judged.

    >>> from models.within_parameters import WithinParameters
    >>> from models.within_watch import within_evidence
    >>> days = np.tile([[4.0, 4.0], [8.0, 8.0]], (400, 1, 1))
    >>> days[340:380, 0] = 1.0, 7.0
    >>> counts, ones = WithinCounts.of(days), np.ones(2)
    >>> evidence = within_evidence(counts, ones, WithinParameters())
    >>> found = within_estimates(counts, evidence, ones, day=379, pair=Pair(0, 1))
    >>> found.onset.estimate, found.target.observed, round(found.target.expected), round(found.moved_share.estimate, 1)
    (340.0, 280.0, 160, 1.0)
    """
    _refuse(evidence, day, pair, counts.strata, window_days)
    require_share("confidence", confidence)
    rows = np.arange(max(evidence.first, day - window_days + 1), day + 1)
    at = rows - evidence.first
    posterior = _posterior(_log_ratios(counts, evidence, dispersion, rows, pair))
    onset = _interval(rows.astype(np.float64), posterior.sum(axis=(1, 2)), confidence)
    of_share = posterior.sum(axis=(0, 1))
    gained = SHARES > 0
    moved = _interval(np.minimum(SHARES[gained], 1.0), of_share[gained] / of_share[gained].sum(), confidence)
    since = rows >= onset.estimate
    held = (_held(counts, evidence.share[at][since], rows[since], stratum) for stratum in pair)
    return WithinEstimates(day, onset, moved, _interval(FALLS, posterior.sum(axis=(0, 2)), confidence), *held)


def usual_beside(counts: WithinCounts, share: Floats, rows: NDArray[np.int64], stratum: int) -> Floats:
    """T's expected incidents of a stratum on the days ``rows`` (n): its usual ``share`` (n, strata) beside what the
    other areas had."""
    rest = counts.total[rows, stratum] - counts.treated[rows, stratum]
    return np.asarray(rest * share[:, stratum] / (1 - share[:, stratum]))


def _refuse(evidence: WithinEvidence, day: int, pair: Pair, strata: int, window_days: int) -> None:
    require_whole("window_days", window_days, at_least=1)
    last = evidence.first + len(evidence.log_odds) - 1
    if not evidence.first <= day <= last:
        raise ParameterError(f"day must be one that was judged, {evidence.first} to {last}, found {day}")
    if pair.source == pair.target or not all(0 <= stratum < strata for stratum in pair):
        raise ParameterError(f"pair must be two different strata below {strata}, found {tuple(pair)}")


def _log_ratios(
    counts: WithinCounts, evidence: WithinEvidence, dispersion: Floats, rows: NDArray[np.int64], pair: Pair
) -> Floats:
    """Of every onset, fall and share (onsets, falls, shares); a negative share is a second stratum that falls too."""
    a, b = pair
    at = rows - evidence.first
    share_a, share_b = (evidence.share[at, c][:, np.newaxis] for c in pair)
    n_ta, n_a = (x[rows, a][:, np.newaxis] / dispersion[a] for x in (counts.treated, counts.total))
    n_tb, n_b = (x[rows, b][:, np.newaxis, np.newaxis] / dispersion[b] for x in (counts.treated, counts.total))
    fallen = n_ta * np.log1p(-FALLS) - n_a * np.log1p(-FALLS * share_a)
    per_usual = (evidence.usual[at, a] / evidence.usual[at, b])[:, np.newaxis, np.newaxis]
    gain = np.maximum(per_usual * FALLS[:, np.newaxis] * SHARES, -MOST_FALLEN)
    risen = n_tb * np.log1p(gain) - n_b * np.log1p(gain * share_b[:, :, np.newaxis])
    return np.asarray(np.cumsum((fallen[:, :, np.newaxis] + risen)[::-1], axis=0)[::-1])


def _posterior(ratio: Floats) -> Floats:
    weight = np.exp(ratio - ratio.max())
    return np.asarray(weight / weight.sum())


def _interval(values: Floats, probability: Floats, confidence: float) -> Interval:
    """Median and central interval."""
    cumulated = np.cumsum(probability)
    tail = (1 - confidence) / 2
    at = [min(int(np.searchsorted(cumulated, level)), len(values) - 1) for level in (0.5, tail, 1 - tail)]
    return Interval(*(float(values[position]) for position in at))


def _held(counts: WithinCounts, share: Floats, rows: NDArray[np.int64], stratum: int) -> ObservedExpected:
    expected = usual_beside(counts, share, rows, stratum)
    return ObservedExpected(float(counts.treated[rows, stratum].sum()), float(expected.sum()))
