"""The posterior of a displacement over its onset, its fall and its share, whether it came at once or by steps.

From the onset o on the treated area T loses a growing part of its incidents, and neighbour j gains the share s of what
T lost: at once the whole fall f, or as a ramp over 14, 28, 56 or 84 days, of which each seventh has the part of its
middle, f / 14, 3 f / 14 and so on. A day on which the part g of the fall is reached adds to the log likelihood ratio

    n_T log(1 - g f) + n_j log(1 + s g f pi_T / pi_j) - n log(1 - g f pi_T + s g f pi_T),

divided by the dispersion, with n incidents in all, n_T and n_j in T and j, and pi their usual shares, as
`models.displacement_watch` has it for g = 1.

Prior: every onset within the days given, at once and each of the four lengths, f between 0.05 and 0.95 and s between 0
and 1 have the same weight. (A fall in one category is a small one of all together.)

Where good effects spread, j loses the part h of its own incidents as T loses f, and s gives way to h, between 0.05 and
0.95 as f is: n_j log(1 - g h) - n log(1 - g f pi_T - g h pi_j).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled

Floats = NDArray[np.float64]

STEPS = 7
REACHED = np.append((2 * np.arange(STEPS) + 1) / (2 * STEPS), 1.0)
STEP_DAYS = np.array([0, 2, 4, 8, 12])  # of a change at once, and over 14, 28, 56 and 84 days
# f and s are reckoned with in the middle of cells of a width of 0.05.
FALL_EDGES = np.linspace(0.05, 0.95, 19)
SHARE_EDGES = np.linspace(0.0, 1.0, 21)


class WatchPosterior(NamedTuple):
    """Probabilities of each day to be the ``onset`` (days), and of the cells of ``fall`` and ``share``; where the
    neighbour falls too, ``share`` is of its own fall."""

    onset: Floats
    fall: Floats
    share: Floats


def watch_posterior(
    treated: Floats,
    neighbour: Floats,
    total: Floats,
    usual: tuple[Floats, Floats],
    dispersion: float,
    *,
    neighbour_falls: bool = False,
) -> WatchPosterior:
    """Of incidents in T, in j and in all areas on the days (days) of which one is the onset, up to the day judged.

    ``usual`` shares (days) of T and of j, each above 0 and together below 1. ``neighbour_falls``: good effects spread.

    >>> days = np.ones(40)
    >>> n_t, n_j = np.repeat([4.0, 1.0], 20), np.repeat([4.0, 7.0], 20)
    >>> found = watch_posterior(n_t, n_j, 16 * days, (days / 4, days / 4), 1.0)
    >>> int(found.onset.argmax()), round(float(found.onset.sum()), 6)
    (20, 1.0)
    """
    edges = FALL_EDGES, FALL_EDGES if neighbour_falls else SHARE_EDGES
    falls, shares = (0.5 * (of[1:] + of[:-1]) for of in edges)
    beyond = STEPS * int(STEP_DAYS.max())
    sums = _sums(treated, neighbour, total, *usual, falls, shares, neighbour_falls, beyond)
    ratio = np.empty((len(STEP_DAYS), len(total), len(falls), len(shares)))
    highest = _ratios(sums, STEP_DAYS, ratio)
    onset, fall, share = np.zeros(len(total)), np.zeros(len(falls)), np.zeros(len(shares))
    _marginals(ratio, highest, dispersion, onset, fall, share)
    return WatchPosterior(onset / onset.sum(), fall / fall.sum(), share / share.sum())


@compiled
def _sums(  # noqa: PLR0917 - compiled functions take arrays and numbers only
    treated: Floats,
    neighbour: Floats,
    total: Floats,
    treated_share: Floats,
    neighbour_share: Floats,
    falls: Floats,
    shares: Floats,
    neighbour_falls: bool,  # noqa: FBT001
    beyond: int,
) -> Floats:
    """Log likelihood ratios of what is reached of every fall and share (reached, days and ``beyond``, falls, shares),
    summed up from a day to the last; 0 beyond it."""
    days = len(total)
    sums = np.zeros((len(REACHED), days + beyond + 1, len(falls), len(shares)))
    risen, every = np.empty(sums[:, 0].shape), np.empty(sums[:, 0].shape)
    for d in range(days - 1, -1, -1):
        t, j = treated_share[d], neighbour_share[d]
        if d == days - 1 or t != treated_share[d + 1] or j != neighbour_share[d + 1]:
            _logs(t, j, falls, shares, neighbour_falls, risen, every)
        for g in range(len(REACHED)):
            for f in range(len(falls)):
                fallen = treated[d] * np.log1p(-REACHED[g] * falls[f])
                for s in range(len(shares)):
                    ratio = fallen + neighbour[d] * risen[g, f, s] - total[d] * every[g, f, s]
                    sums[g, d, f, s] = sums[g, d + 1, f, s] + ratio
    return sums


@compiled
def _logs(  # noqa: PLR0917
    treated_share: float,
    neighbour_share: float,
    falls: Floats,
    shares: Floats,
    neighbour_falls: bool,  # noqa: FBT001
    risen: Floats,
    every: Floats,
) -> None:
    """Fill in how j (``risen``) and all areas together (``every``) change by what is reached of each fall and share."""
    for g in range(len(REACHED)):
        for f in range(len(falls)):
            lost = REACHED[g] * falls[f] * treated_share
            for s in range(len(shares)):
                if neighbour_falls:
                    risen[g, f, s] = np.log1p(-REACHED[g] * shares[s])
                    every[g, f, s] = np.log1p(-lost - REACHED[g] * shares[s] * neighbour_share)
                else:
                    risen[g, f, s] = np.log1p(shares[s] * lost / neighbour_share)
                    every[g, f, s] = np.log1p(shares[s] * lost - lost)


@compiled
def _ratios(sums: Floats, step_days: NDArray[np.int64], ratio: Floats) -> float:
    """Fill ``ratio`` (lengths of a step, onsets, falls, shares); the highest of all."""
    for r in range(len(step_days)):
        step = step_days[r]
        for o in range(ratio.shape[1]):
            ratio[r, o] = sums[STEPS, o + STEPS * step]
            for g in range(STEPS if step > 0 else 0):
                first, after = sums[g, o + g * step], sums[g, o + (g + 1) * step]
                for f in range(ratio.shape[2]):
                    for s in range(ratio.shape[3]):
                        ratio[r, o, f, s] += first[f, s] - after[f, s]
    return float(ratio.max())


@compiled
def _marginals(  # noqa: PLR0917
    ratio: Floats, highest: float, dispersion: float, onset: Floats, fall: Floats, share: Floats
) -> None:
    """Add the weight of every cell to that of its onset, its fall and its share."""
    for r in range(ratio.shape[0]):
        for o in range(ratio.shape[1]):
            for f in range(ratio.shape[2]):
                for s in range(ratio.shape[3]):
                    weight = np.exp((ratio[r, o, f, s] - highest) / dispersion)
                    onset[o] += weight
                    fall[f] += weight
                    share[s] += weight
