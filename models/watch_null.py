"""How the split of incidents over areas varies when nothing moves, measured in a partnership's own past and drawn anew.

Each day's incidents of a category fall to the areas in proportion to ``share exp(drift + day effect)``. Both terms have
a part that an area's categories have in common and a part of each category's own; the drift is an Ornstein-Uhlenbeck
process, which wanders slowly and returns (Uhlenbeck, G. E. & Ornstein, L. S. 1930, On the theory of the Brownian
motion, *Physical Review*, 36(5), 823-841). How large they are is found by the method of moments from Pearson's
chi-square of the split, over single days and over blocks of days.
"""

from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled
from models.displacement_watch import TooLittleHistoryError, WatchCounts

Floats = NDArray[np.float64]

BLOCK_DAYS = 28
DRIFT_DAYS = 60.0  # after which a drift has fallen to 1 / e
MIN_BLOCKS = 6
MOST_DAYS = 39 * BLOCK_DAYS  # about three years: areas that grow apart for longer are followed by what is usual


class SplitVariance(NamedTuple):
    """Variances of the logarithm of an area's rate: of days, and of the drift; in ``common`` to an area's categories,
    or each category's ``own``."""

    common_day: float
    own_day: float
    common_drift: float
    own_drift: float


@dataclass(frozen=True, eq=False)
class WatchNull:
    """What a past without displacement looks like: what is needed to draw another.

    ``total`` (days, categories) whole incidents of all areas together; ``share`` (areas, categories); ``dispersion``
    (columns of `models.displacement_watch.WatchCounts`) of a day's split, at least 1.
    """

    total: NDArray[np.int64]
    share: Floats
    dispersion: Floats
    variance: SplitVariance


def watch_null(counts: Floats) -> WatchNull:
    """Measured in ``counts`` (days, areas, categories), whole or in parts.

    Raises `TooLittleHistoryError` for fewer than 6 blocks of 28 days.

    >>> rng = np.random.default_rng(1)
    >>> found = watch_null(rng.poisson([[1.0], [2.0], [5.0]], (560, 3, 1)).astype(float))
    >>> found.dispersion.round(1).tolist(), found.share[:, 0].round(1).tolist()
    ([1.0], [0.1, 0.2, 0.6])
    """
    counts = counts[-MOST_DAYS:]
    days, areas, categories = counts.shape
    if days < MIN_BLOCKS * BLOCK_DAYS:
        raise TooLittleHistoryError(
            f"to measure how the split varies takes at least {MIN_BLOCKS * BLOCK_DAYS} days of counts, found {days}"
        )
    together = counts.sum(axis=2, keepdims=True)
    columns = counts if categories == 1 else np.concatenate([counts, together], axis=2)
    of_category = counts.sum(axis=(0, 1))
    overall = (together.sum(axis=0) + 0.5) / (together.sum() + 0.5 * areas)
    share = (counts.sum(axis=0) + overall) / (of_category + 1)
    concentration = float(((of_category / max(of_category.sum(), 1.0)) ** 2).sum())
    return WatchNull(
        total=np.rint(counts.sum(axis=1)).astype(np.int64),
        share=share,
        dispersion=np.array([max(1.0, _daily_dispersion(columns[:, :, c])) for c in range(columns.shape[2])]),
        variance=_variance(counts, together, concentration),
    )


def drawn_counts(null: WatchNull, total: NDArray[np.int64], neighbours: int, rng: np.random.Generator) -> WatchCounts:
    """Days with the ``total`` (days, categories) of all areas together, split anew; the first areas are watched."""
    days, columns = len(total), len(null.dispersion)
    treated, neighbour = np.empty((days, columns)), np.empty((days, neighbours, columns))
    draw_split(total, null.share, null.variance, rng, treated, neighbour)
    together = total.sum(axis=1, keepdims=True)
    everywhere = total if columns == total.shape[1] else np.concatenate([total, together], axis=1)
    return WatchCounts(treated, neighbour, everywhere.astype(np.float64))


def _variance(counts: Floats, together: Floats, concentration: float) -> SplitVariance:
    """Of a sum over categories only ``concentration``, the sum of their squared parts, of what is own remains."""
    day, drift = _day_and_drift(counts)
    day_together, drift_together = _day_and_drift(together)
    if counts.shape[2] == 1:
        return SplitVariance(0.0, day, 0.0, drift)
    own_day = max(0.0, (day - day_together) / (1 - concentration)) if concentration < 1 else 0.0
    own_drift = max(0.0, (drift - drift_together) / (1 - concentration)) if concentration < 1 else 0.0
    return SplitVariance(
        max(0.0, day_together - own_day * concentration),
        own_day,
        max(0.0, drift_together - own_drift * concentration),
        own_drift,
    )


def _day_and_drift(counts: Floats) -> tuple[float, float]:
    """Both variances, from the excess of days (their sum) and of blocks (the means of both over a block)."""
    x = BLOCK_DAYS / DRIFT_DAYS
    kept = 2 / x**2 * (x - 1 + exp(-x))  # variance of the mean of a drift over a block
    blocks = len(counts) // BLOCK_DAYS
    blocked = counts[-blocks * BLOCK_DAYS :].reshape(blocks, BLOCK_DAYS, *counts.shape[1:]).sum(axis=1)
    of_days, of_blocks = _excess(counts), _excess(blocked)
    drift = max(0.0, (of_blocks - of_days / BLOCK_DAYS) / (kept - 1 / BLOCK_DAYS))
    return max(0.0, of_days - drift), drift


def _excess(counts: Floats) -> float:
    """Variance of log rates that explains Pearson's chi-square of the split beyond chance; (periods, areas, columns).

    With a variance v of each area's log rate, chi-square of a period of N incidents is about
    ``areas - 1 + (N - 1) v (1 - sum share²)`` on average.
    """
    beyond = weight = 0.0
    for c in range(counts.shape[2]):
        total = counts[:, :, c].sum(axis=1)
        if total.sum() == 0:
            continue
        share = counts[:, :, c].sum(axis=0) / total.sum()
        busy = int((total > 0).sum())
        seen = int((share > 0).sum())
        beyond += float(_chi_square(counts[:, :, c]).sum()) - (seen - 1) * (busy - 1)
        weight += float(np.maximum(total - 1, 0).sum()) * (1 - float((share**2).sum()))
    return beyond / weight if weight > 0 else 0.0


def _daily_dispersion(counts: Floats) -> float:
    """Pearson's chi-square of the daily split over its degrees of freedom; (days, areas)."""
    total = counts.sum(axis=1)
    degrees = (int((counts.sum(axis=0) > 0).sum()) - 1) * (int((total > 0).sum()) - 1)
    return float(_chi_square(counts).sum()) / degrees if degrees > 0 else 1.0


def _chi_square(counts: Floats) -> Floats:
    """Of each period (periods), around the shares of the whole; periods and areas without incidents add nothing."""
    total = counts.sum(axis=1, keepdims=True)
    expected = total * counts.sum(axis=0) / max(total.sum(), 1.0)
    off = np.divide((counts - expected) ** 2, expected, out=np.zeros_like(counts), where=expected > 0)
    return np.asarray(off.sum(axis=1))


@compiled
def draw_split(  # noqa: PLR0917 - compiled functions take arrays and numbers only
    total: NDArray[np.int64],
    share: Floats,
    variance: SplitVariance,
    rng: np.random.Generator,
    treated: Floats,
    neighbour: Floats,
) -> None:
    """Fill ``treated`` (days, columns) and ``neighbour`` (days, neighbours, columns) with one split of ``total``."""
    areas, categories = share.shape
    drift = np.empty((areas, categories + 1))
    for a in range(areas):
        for c in range(categories + 1):
            drift[a, c] = rng.standard_normal()
    cumulated = np.empty((categories, areas))
    treated[:] = 0
    neighbour[:] = 0
    watched = 1 + neighbour.shape[1]
    for day in range(len(total)):
        _weigh(share, variance, rng, drift, cumulated)
        for c in range(categories):
            for _ in range(total[day, c]):
                drawn = rng.random() * cumulated[c, areas - 1]
                area = 0
                while area < watched and drawn >= cumulated[c, area]:
                    area += 1
                if area == 0:
                    treated[day, c] += 1
                elif area < watched:
                    neighbour[day, area - 1, c] += 1
    if treated.shape[1] > categories:
        treated[:, categories] = treated[:, :categories].sum(axis=1)
        neighbour[:, :, categories] = neighbour[:, :, :categories].sum(axis=2)


@compiled
def _weigh(share: Floats, variance: SplitVariance, rng: np.random.Generator, drift: Floats, cumulated: Floats) -> None:
    """Let ``drift`` (areas, categories and one in common), in standard deviations, go on by a day; fill the areas'
    weights ``cumulated`` (categories, areas)."""
    areas, categories = share.shape
    kept = np.exp(-1 / DRIFT_DAYS)
    fresh = np.sqrt(1 - kept * kept)
    for a in range(areas):
        for c in range(categories + 1):
            drift[a, c] = kept * drift[a, c] + fresh * rng.standard_normal()
        common = np.sqrt(variance.common_drift) * drift[a, categories]
        common += np.sqrt(variance.common_day) * rng.standard_normal()
        for c in range(categories):
            own = np.sqrt(variance.own_drift) * drift[a, c] + np.sqrt(variance.own_day) * rng.standard_normal()
            before = cumulated[c, a - 1] if a > 0 else 0.0
            cumulated[c, a] = before + share[a, c] * np.exp(common + own)
