"""Net rate ratio: how an area's rate changed beyond the change of its controls.

The ratio of two rate ratios is the odds ratio of the table (area, controls) x (before, after). Given the
margins the later count of the area is hypergeometric, non-central with that odds ratio, which gives Fisher's
exact test (Fisher, R. A. 1935, *Journal of the Royal Statistical Society*, 98(1), 39-82) and Cornfield's exact
interval (Cornfield, J. 1956, *Third Berkeley Symposium*, 4, 135-148). How long "before" was does not matter as
long as it is the same for the area and its controls. Fractional counts are taken on the lattice of tables one
incident apart, factorials as gamma functions; whole counts give the textbook values.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from models.parameter_limits import ParameterError, require_share
from models.rate_ratio import RateRatio

Floats = NDArray[np.float64]

# Tables farther than this from the observed one weigh nothing at counts up to about ten thousand; beyond that
# leaving them out makes p larger, never smaller.
REACH = 512
HALVINGS = 48
SEARCHED_LOG_ODDS = 40.0


@dataclass(frozen=True)
class Tables:
    """Tables (area, controls) x (before, after), as four arrays of equal length n."""

    before: Floats
    after: Floats
    control_before: Floats
    control_after: Floats

    def __post_init__(self) -> None:
        lowest = min(float(column.min(initial=inf)) for column in self.columns)
        if not lowest >= 0:
            raise ParameterError(f"counts must not be negative, found {lowest}")

    @property
    def columns(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.before, self.after, self.control_before, self.control_after


def net_tails(tables: Tables) -> tuple[Floats, Floats]:
    """One-sided p of a fall and of a rise net of the controls, each (n).

    The first p is the chance, given the margins, of a later count as low as the observed one (H0: the area did
    not fall relative to its controls), the second of one as high (H0: it did not rise relative to them). 1
    where the margins leave no choice.
    """
    step, log_weight = _lattice(tables)
    return _tails(step, log_weight, np.zeros(len(log_weight)))


def net_rate_ratios(tables: Tables, *, confidence: float = 0.95) -> tuple[RateRatio, ...]:
    """Net rate ratio of each table: ``(after / before) / (control_after / control_before)``.

    H0 of the two-sided ``p``: the area changed as its controls did; twice the smaller tail, so that p is below
    1 - confidence where the interval leaves 1 out. Zero counts give 0 or inf as ratio or bound; the ratio is
    nan where 0/0.
    """
    require_share("confidence", confidence)
    step, log_weight = _lattice(tables)
    falls, rises = _tails(step, log_weight, np.zeros(len(log_weight)))
    p = np.minimum(1.0, 2 * np.minimum(falls, rises))
    lower, upper = _bounds(step, log_weight, (1 - confidence) / 2)
    columns = zip(_odds_ratio(tables), lower, upper, p, strict=True)
    return tuple(RateRatio(*(float(value) for value in row)) for row in columns)


def _odds_ratio(tables: Tables) -> Floats:
    rising = tables.after * tables.control_before
    falling = tables.before * tables.control_after
    ratio = np.full(len(rising), inf)
    np.divide(rising, falling, out=ratio, where=falling > 0)
    ratio[(rising == 0) & (falling == 0)] = np.nan
    return ratio


def _lattice(tables: Tables) -> tuple[Floats, Floats]:
    """Tables with the observed margins, by steps of one incident from the observed one.

    Returns the steps (k) and the log weight of each table (n, k) at odds ratio 1; -inf where a cell would be
    negative. ``after`` and ``control_before`` grow with the step.
    """
    before, after, control_before, control_after = (column[:, None] for column in tables.columns)
    down = np.minimum(np.floor(np.minimum(after, control_before)), REACH)
    up = np.minimum(np.floor(np.minimum(before, control_after)), REACH)
    step = np.arange(-down.max(initial=0), up.max(initial=0) + 1)
    possible = (step >= -down) & (step <= up)
    inside = np.where(possible, step, 0.0)
    cells = (after + inside, control_before + inside, before - inside, control_after - inside)
    return step, np.where(possible, -sum(gammaln(cell + 1) for cell in cells), -inf)


def _tails(step: Floats, log_weight: Floats, log_odds: Floats) -> tuple[Floats, Floats]:
    tilted = log_weight + step * log_odds[:, None]
    weight = np.exp(tilted - tilted.max(axis=1, keepdims=True))
    total = weight.sum(axis=1)
    return weight[:, step <= 0].sum(axis=1) / total, weight[:, step >= 0].sum(axis=1) / total


def _bounds(step: Floats, log_weight: Floats, each_tail: float) -> tuple[Floats, Floats]:
    """Odds ratios at which the observed table stands at ``each_tail`` of the upper and of the lower tail."""
    n = len(log_weight)
    low, high = np.full((2, 2, n), SEARCHED_LOG_ODDS) * np.array([-1, 1])[:, None, None]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        too_low = _tails(step, log_weight, middle[0])[1] < each_tail
        too_high = _tails(step, log_weight, middle[1])[0] < each_tail
        go_up = np.stack([too_low, ~too_high])
        low, high = np.where(go_up, middle, low), np.where(go_up, high, middle)
    lower, upper = np.exp(high)
    possible = log_weight > -inf
    lower[~possible[:, step < 0].any(axis=1)] = 0.0
    upper[~possible[:, step > 0].any(axis=1)] = inf
    return lower, upper
