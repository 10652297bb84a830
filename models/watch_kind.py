"""What is said below the threshold of the displacement watch: which other change the days show, if any."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from models.alert import Kind

Floats = NDArray[np.float64]

FALLS = np.arange(5, 96, 5) / 100
SHARES = np.arange(-100, 151, 5) / 100  # a negative share is a neighbour that falls too
MOST_FALLEN = 0.95  # of its incidents that a neighbour may lose
WINDOW_DAYS = 168
YEAR_DAYS = 364
GENERAL_Z = 3.0
LIKELY = 0.9


def kind_below(treated: Floats, neighbour: Floats, total: Floats, usual: tuple[Floats, Floats], spread: float) -> Kind:
    """``diffusion-of-benefit``, ``general-rise``, ``general-fall`` or ``unclear``.

    ``treated`` and ``neighbour`` incidents of the last days (days), ``usual`` their shares on them, ``spread`` the
    dispersion of the split; ``total`` incidents in all areas from the first day on. A change is taken to have come at
    once within 168 days.

    ``diffusion-of-benefit`` where both fell together with a probability of at least 0.9, beside T alone, displacement
    and no change, each as likely before; ``general-rise`` or ``general-fall`` where all areas together changed beside
    the same days of the year before by three standard errors; else ``unclear``.

    >>> days = np.ones(100)
    >>> kind_below(days / 4, days / 4, 4 * days, (days / 5, days / 5), 1.0)
    'diffusion-of-benefit'
    """
    days = min(len(treated), WINDOW_DAYS)
    of_t, of_j = usual
    ratio = _log_ratios(treated[-days:], neighbour[-days:], total[-days:], (of_t[-days:], of_j[-days:])) / spread
    if _benefit(ratio) >= LIKELY:
        return "diffusion-of-benefit"
    z = _general_z(total, len(total) - days + _onset(ratio))
    if abs(z) >= GENERAL_Z:
        return "general-rise" if z > 0 else "general-fall"
    return "unclear"


def _onset(ratio: Floats) -> int:
    """The posterior median, as every onset, fall and share is as likely before."""
    cumulated = np.cumsum(np.exp(ratio - ratio.max()).sum(axis=(1, 2)))
    return int(np.searchsorted(cumulated, cumulated[-1] / 2))


def _log_ratios(n_t: Floats, n_j: Floats, n: Floats, usual: tuple[Floats, Floats]) -> Floats:
    """Of every onset, fall and share (onsets, falls, shares)."""
    treated, neighbour = (share[:, np.newaxis, np.newaxis] for share in usual)
    of_t, of_j, of_all = (found[:, np.newaxis, np.newaxis] for found in (n_t, n_j, n))
    fall = FALLS[:, np.newaxis]
    gained = np.maximum(SHARES * fall * treated, -MOST_FALLEN * neighbour)
    ratio = of_t * np.log1p(-fall) + of_j * np.log1p(gained / neighbour) - of_all * np.log1p(gained - fall * treated)
    return np.asarray(np.cumsum(ratio[::-1], axis=0)[::-1])


def _benefit(ratio: Floats) -> float:
    """Probability that both fell, beside T alone, displacement and nothing at all, each as likely before."""
    signs = np.sign(SHARES)
    means = [logsumexp(part) - np.log(part.size) for part in (ratio[:, :, signs == sign] for sign in (-1, 0, 1))]
    return float(np.exp(means[0] - logsumexp([*means, 0.0])))


def _general_z(total: Floats, onset: int) -> float:
    """All areas since the onset beside the same days of the year before, in standard errors; 0 without such days."""
    if onset < YEAR_DAYS:
        return 0.0
    now, then = total[onset:], total[onset - YEAR_DAYS : len(total) - YEAR_DAYS]
    present = (now > 0) & (then > 0)
    if not present.any():
        return 0.0
    difference = now[present] - then[present]
    spread = max(float((difference**2).sum() - difference.sum() ** 2 / len(difference)), float((now + then).sum()))
    return float(difference.sum()) / float(np.sqrt(spread)) if spread > 0 else 0.0
