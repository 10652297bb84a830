"""What an alert of the displacement watch says: since when, how much of T's fall went to j, observed and expected.

The posterior over the onset, the fall f and the displaced share s, from the likelihood of `models.displacement_watch`
on a fine grid and the same weight for every onset within the window, every f and every s. A stopping rule does not
bias it: given the counts, the likelihood is what it is, however often one looked (Berger, J. O. & Wolpert, R. L. 1988,
*The Likelihood Principle*, 2nd ed., IMS, chapter 4). It does rest on the shape assumed, a change at once; where a
change came over weeks, the onset found lies within those weeks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from models.alert import Kind
from models.displacement_watch import WatchCounts, WatchEvidence
from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]

FALLS = np.arange(5, 96, 5) / 100
# More than the whole may be found, by chance; without that room the intervals of a share near 1 would miss it.
SHARES = np.arange(-100, 151, 5) / 100
MOST_FALLEN = 0.95  # of its incidents that a neighbour may lose
YEAR_DAYS = 364
GENERAL_Z = 3.0
LIKELY = 0.9


@dataclass(frozen=True)
class Interval:
    """``estimate`` the posterior median, with the bounds of the interval."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ObservedExpected:
    """Incidents since the onset, and how many the other areas let expect."""

    observed: float
    expected: float


@dataclass(frozen=True)
class WatchEstimates:
    """Of one neighbour and column as known on ``day``, at the given confidence.

    ``onset`` positions of days. ``displaced_share`` of T's fall that j gained, between 0 and 1; ``fall`` of T's usual
    incidents. ``chance_risen``: posterior probability that j rose, given that T fell.
    """

    day: int
    onset: Interval
    displaced_share: Interval
    fall: Interval
    treated: ObservedExpected
    neighbour: ObservedExpected
    chance_risen: float
    kind: Kind


def watch_estimates(
    counts: WatchCounts,
    evidence: WatchEvidence,
    dispersion: Floats,
    *,
    day: int,
    neighbour: int,
    column: int,
    raised: bool,
    confidence: float = 0.95,
    window_days: int = 168,
) -> WatchEstimates:
    """Estimates on position ``day`` for onsets in the ``window_days`` up to it.

    ``raised`` says whether the evidence is above its threshold: then the kind is ``displacement``. Otherwise it is
    ``diffusion-of-benefit`` where T and j fell together with a probability of at least 0.9, beside T alone,
    displacement and no change, each as likely before; ``general-rise`` or ``general-fall`` where all areas together
    changed beside the same days of the year before by three standard errors; else ``unclear``.

    Raises `ParameterError` for a day, neighbour or column that was not judged.

    >>> days = np.tile([[4.0], [4.0], [8.0]], (400, 1, 1))
    >>> days[340:380, 0], days[340:380, 1] = 1.0, 7.0
    >>> from models.displacement_watch import watch_evidence
    >>> from models.watch_parameters import WatchParameters
    >>> counts, ones = WatchCounts.of(days, 1), np.ones(1)
    >>> found = watch_estimates(
    ...     counts,
    ...     watch_evidence(counts, ones, WatchParameters()),
    ...     ones,
    ...     day=379,
    ...     neighbour=0,
    ...     column=0,
    ...     raised=True,
    ... )
    >>> found.onset.estimate, round(found.displaced_share.estimate, 1), found.treated.observed
    (340.0, 1.0, 40.0)
    """
    _refuse(evidence, day, neighbour, column, window_days)
    require_share("confidence", confidence)
    rows = np.arange(max(evidence.first, day - window_days + 1), day + 1)
    at = rows - evidence.first
    n_t, n_j = counts.treated[rows, column], counts.neighbour[rows, neighbour, column]
    usual = evidence.treated_share[at, column], evidence.neighbour_share[at, neighbour, column]
    ratio = _log_ratios(n_t, n_j, counts.total[rows, column], usual) / float(dispersion[column])
    weight = np.exp(ratio - ratio.max())
    posterior = weight / weight.sum()
    onset = _interval(rows.astype(np.float64), posterior.sum(axis=(1, 2)), confidence)
    of_share = posterior.sum(axis=(0, 1))
    gained = SHARES > 0
    share = _interval(SHARES[gained], of_share[gained] / of_share[gained].sum(), confidence)
    since = rows >= onset.estimate
    rest = (counts.total[rows, column] - n_t - n_j)[since] / (1 - usual[0] - usual[1])[since]
    risen = float(of_share[gained].sum())
    return WatchEstimates(
        day=day,
        onset=onset,
        displaced_share=Interval(*(min(1.0, bound) for bound in (share.estimate, share.lower, share.upper))),
        fall=_interval(FALLS, posterior.sum(axis=(0, 2)), confidence),
        treated=ObservedExpected(float(n_t[since].sum()), float((rest * usual[0][since]).sum())),
        neighbour=ObservedExpected(float(n_j[since].sum()), float((rest * usual[1][since]).sum())),
        chance_risen=risen,
        kind="displacement" if raised else _kind(ratio, counts.total[:, column], int(onset.estimate), day),
    )


def _refuse(evidence: WatchEvidence, day: int, neighbour: int, column: int, window_days: int) -> None:
    days, neighbours, columns = evidence.log_odds.shape
    require_whole("window_days", window_days, at_least=1)
    if not evidence.first <= day < evidence.first + days:
        raise ParameterError(
            f"day must be one that was judged, {evidence.first} to {evidence.first + days - 1}, found {day}"
        )
    if not (0 <= neighbour < neighbours and 0 <= column < columns):
        raise ParameterError(
            f"neighbour and column must be below {neighbours} and {columns}, found {neighbour} and {column}"
        )


def _log_ratios(n_t: Floats, n_j: Floats, n: Floats, usual: tuple[Floats, Floats]) -> Floats:
    """Of every onset, fall and share (onsets, falls, shares); a negative share is a neighbour that falls too."""
    treated, neighbour = (share[:, np.newaxis, np.newaxis] for share in usual)
    of_t, of_j, of_all = (found[:, np.newaxis, np.newaxis] for found in (n_t, n_j, n))
    fall = FALLS[:, np.newaxis]
    gained = np.maximum(SHARES * fall * treated, -MOST_FALLEN * neighbour)
    ratio = of_t * np.log1p(-fall) + of_j * np.log1p(gained / neighbour) - of_all * np.log1p(gained - fall * treated)
    return np.asarray(np.cumsum(ratio[::-1], axis=0)[::-1])


def _interval(values: Floats, probability: Floats, confidence: float) -> Interval:
    """Median and central interval; each value stands for the stretch around it."""
    cumulated = np.cumsum(probability)
    tail = (1 - confidence) / 2
    middle, lower, upper = (
        float(values[min(int(np.searchsorted(cumulated, level)), len(values) - 1)]) for level in (0.5, tail, 1 - tail)
    )
    return Interval(middle, lower, upper)


def _kind(ratio: Floats, total: Floats, onset: int, day: int) -> Kind:
    if _benefit(ratio) >= LIKELY:
        return "diffusion-of-benefit"
    z = _general_z(total, onset, day)
    if abs(z) >= GENERAL_Z:
        return "general-rise" if z > 0 else "general-fall"
    return "unclear"


def _benefit(ratio: Floats) -> float:
    """Probability that both fell, beside T alone, displacement and nothing at all, each as likely before."""
    signs = np.sign(SHARES)
    means = [logsumexp(part) - np.log(part.size) for part in (ratio[:, :, signs == sign] for sign in (-1, 0, 1))]
    return float(np.exp(means[0] - logsumexp([*means, 0.0])))


def _general_z(total: Floats, onset: int, day: int) -> float:
    """All areas since the onset beside the same days of the year before, in standard errors; 0 without such days."""
    if onset < YEAR_DAYS:
        return 0.0
    now, then = total[onset : day + 1], total[onset - YEAR_DAYS : day + 1 - YEAR_DAYS]
    present = (now > 0) & (then > 0)
    if not present.any():
        return 0.0
    difference = now[present] - then[present]
    spread = max(float((difference**2).sum() - difference.sum() ** 2 / len(difference)), float((now + then).sum()))
    return float(difference.sum()) / float(np.sqrt(spread)) if spread > 0 else 0.0
