"""What an alert of the displacement watch says: since when, how much of T's fall went to j, observed and expected.

The posterior of onset, fall and share is that of `models.watch_posterior`: the onset is the first day of a change that
came at once or over up to 84 days, the fall what T has lost once the change is complete. Its intervals are the shortest
that hold the posterior probability asked for: where the edge is the likeliest, as for a share near 1, they reach it.

What holds: where onset, length, fall and share are drawn as the prior has them, and the dispersion is right, 95 % of
the intervals hold the truth, each of the three. A stopping rule does not bias it: given the counts, the likelihood is
what it is, however often one looked (Berger, J. O. & Wolpert, R. L. 1988, *The Likelihood Principle*, 2nd ed., IMS,
chapter 4). At one fixed truth the rate may be another, and no interval has it at every truth: on the day of an alert
the counts say so little of the share that intervals hold a share between 0.2 and 1 nearly always, and one below 0.1,
whose alerts are those where chance helped, in half of the cases. All is said given that T fell, j gained, and the
change is one of the column the alert is about: alerts of a column chosen among several, whose usual shares are
estimated, held 91 % of the onsets of drawn changes in simulated partnerships, and 94 % of the shares
(`benchmarks.displacement.coverage`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.alert import Kind
from models.displacement_watch import WatchCounts, WatchEvidence
from models.parameter_limits import ParameterError, require_share, require_whole
from models.watch_kind import kind_below
from models.watch_posterior import FALL_EDGES, SHARE_EDGES, WatchPosterior, watch_posterior

Floats = NDArray[np.float64]

FINER = 20  # parts of a cell of the posterior, whose probability is spread evenly over it
ROUNDING = 1e-9


@dataclass(frozen=True)
class Interval:
    """``estimate`` the posterior median, of an onset the likeliest day, with the bounds of the shortest interval around
    it."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ObservedExpected:
    """Incidents since the onset, and how many the other areas let expect."""

    observed: float
    expected: float


@dataclass(frozen=True)
class ChangeEstimates:
    """What every alert says of one neighbour and column as known on ``day``, at the given confidence.

    ``onset`` positions of days, the first of the change; ``fall`` of T's usual incidents, when the change is complete;
    ``share``, between 0 and 1, of what the neighbour had to do with it.
    """

    day: int
    onset: Interval
    fall: Interval
    share: Interval
    treated: ObservedExpected
    neighbour: ObservedExpected
    kind: Kind


@dataclass(frozen=True)
class WatchEstimates(ChangeEstimates):
    """``share`` is the share of T's fall that j gained."""

    @property
    def displaced_share(self) -> Interval:
        """The share under the name that people know it by."""
        return self.share


@dataclass(frozen=True, eq=False)
class ChangeWindow:
    """The days in which an onset is looked for: their ``rows``, counts of T, of j and of all, the ``usual`` shares of T
    and j, and the ``dispersion`` of what lasts for weeks."""

    rows: NDArray[np.int64]
    treated: Floats
    neighbour: Floats
    total: Floats
    usual: tuple[Floats, Floats]
    dispersion: float

    def posterior(self, *, neighbour_falls: bool) -> WatchPosterior:
        """Of onset, fall and share."""
        return watch_posterior(
            self.treated, self.neighbour, self.total, self.usual, self.dispersion, neighbour_falls=neighbour_falls
        )

    def observed_expected(self, onset: Interval) -> tuple[ObservedExpected, ObservedExpected]:
        """Of T and of j since the onset: expected is the usual share beside what the areas other than the two had."""
        since = self.rows >= onset.estimate
        rest = (self.total - self.treated - self.neighbour)[since] / (1 - self.usual[0] - self.usual[1])[since]
        treated, neighbour = (
            ObservedExpected(float(n[since].sum()), float((rest * share[since]).sum()))
            for n, share in zip((self.treated, self.neighbour), self.usual, strict=True)
        )
        return treated, neighbour


def change_window(
    counts: WatchCounts,
    evidence: WatchEvidence,
    dispersion: Floats,
    *,
    day: int,
    neighbour: int,
    column: int,
    window_days: int,
) -> ChangeWindow:
    """The ``window_days`` up to position ``day``; ``dispersion`` (columns).

    Raises `ParameterError` for a day, neighbour or column that was not judged.
    """
    require_judged(evidence, day, neighbour, column, window_days)
    rows = np.arange(max(evidence.first, day - window_days + 1), day + 1)
    at = rows - evidence.first
    return ChangeWindow(
        rows,
        counts.treated[rows, column],
        counts.neighbour[rows, neighbour, column],
        counts.total[rows, column],
        (evidence.treated_share[at, column], evidence.neighbour_share[at, neighbour, column]),
        float(dispersion[column]),
    )


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
    window_days: int = 364,
) -> WatchEstimates:
    """Estimates on position ``day`` for onsets in the ``window_days`` up to it.

    ``dispersion`` (columns) of what lasts for weeks, as `models.watch_dispersion.lasting_dispersion` finds it. That of
    single days makes intervals too narrow where areas drift.

    ``raised`` says whether the evidence is above its threshold: then the kind is ``displacement``, else what
    `models.watch_kind.kind_below` finds.

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
    (340.0, 0.9, 40.0)
    """
    require_share("confidence", confidence)
    window = change_window(
        counts, evidence, dispersion, day=day, neighbour=neighbour, column=column, window_days=window_days
    )
    posterior = window.posterior(neighbour_falls=False)
    onset = of_days(window.rows, posterior.onset, confidence)
    treated, beside = window.observed_expected(onset)
    kind: Kind = "displacement"
    if not raised:
        history = counts.total[: day + 1, column]
        kind = kind_below(window.treated, window.neighbour, history, window.usual, window.dispersion)
    return WatchEstimates(
        day=day,
        onset=onset,
        fall=of_cells(FALL_EDGES, posterior.fall, confidence),
        share=of_cells(SHARE_EDGES, posterior.share, confidence),
        treated=treated,
        neighbour=beside,
        kind=kind,
    )


def require_judged(evidence: WatchEvidence, day: int, neighbour: int, column: int, window_days: int) -> None:
    """Raises `ParameterError` for a day, neighbour or column that was not judged."""
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


def of_days(days: NDArray[np.int64], probability: Floats, confidence: float) -> Interval:
    """Of whole days, bounds included. The median of changes at once and over weeks together would be no good day for a
    change at once: it lies more than a week early."""
    cumulated = np.concatenate([[0.0], np.cumsum(probability)])
    likeliest = int(probability.argmax())
    lower, stop = _shortest(cumulated, likeliest, likeliest + 1, confidence)
    return Interval(*(float(days[at]) for at in (likeliest, lower, stop - 1)))


def of_cells(edges: Floats, probability: Floats, confidence: float) -> Interval:
    """Of a number that lies within a cell as likely here as there."""
    finer = np.linspace(edges[0], edges[-1], FINER * len(probability) + 1)
    cumulated = np.interp(finer, edges, np.concatenate([[0.0], np.cumsum(probability)]))
    middle = min(int(np.searchsorted(cumulated, 0.5)), len(finer) - 1)
    return Interval(*(float(finer[at]) for at in (middle, *_shortest(cumulated, middle, middle, confidence))))


def _shortest(cumulated: Floats, first: int, stop: int, confidence: float) -> tuple[int, int]:
    """Two places in ``cumulated`` (places), as near to each other as can be, at or before ``first`` and at or after
    ``stop``, between which so much lies; of several the pair with the most between them."""
    starts = np.arange(first + 1)
    wanted = cumulated[starts] + min(confidence, cumulated[-1]) - ROUNDING
    stops = np.maximum(np.searchsorted(cumulated, wanted), stop)
    there = stops < len(cumulated)
    starts, stops = starts[there], stops[there]
    best = np.lexsort((cumulated[starts] - cumulated[stops], stops - starts))[0]
    return int(starts[best]), int(stops[best])
