"""CUSUM of counts: has the rate shifted, judged anew at every period?

One-sided Poisson CUSUM (Lucas, J. M. 1985. Counted data CUSUM's. *Technometrics*, 27(2), 129-144):

- rise: ``S_t = max(0, S_{t-1} + x_t - k)``; fall: ``S_t = max(0, S_{t-1} + k - x_t)``; an alarm where ``S_t >= h``;
- ``k = (m1 - m0) / (ln m1 - ln m0)`` from the in-control mean m0 and the mean m1 to be found soon.

Run lengths are exact: with k and h whole multiples of a part of an incident, S is a Markov chain on finitely many
states (Brook, D. & Evans, D. A. 1972. *Biometrika*, 59(3), 539-549). ``variance`` of the counts over their mean, where
it is not 1, makes them negative binomial.

A mean taken from a short history is uncertain, and a limit that takes it for certain gives far more false alarms than
it says. `window_limit` therefore averages over the means that the history leaves open (Gamma of shape sum + 1/2).

`transformed_cusum` is the other way in use: counts made nearly normal first, around means of their own (Rossi, G.,
Lampugnani, L. & Marchi, M. 1999. *Statistics in Medicine*, 18, 2111-2122). Its limits for normal variables do not hold
at small counts: `transformed_run_length` says how long the run is, and where it is too short it refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, gcd, log
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import gamma, nbinom, poisson

from geo.errors import PlainError
from models.parameter_limits import ParameterError, require_finite, require_number, require_share, require_whole

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Side = Literal["rise", "fall"]
Transform = Literal["rossi", "standard", "anscombe"]

# Steps of k and h, in incidents, up to the mean that stands before them.
STEPS = ((20.0, 0.05), (100.0, 0.2), (float("inf"), 1.0))
MOST_STATES = 4_000
# Chance left out at the upper end of a count.
LEFT_OUT = 1e-14
MEANS = 25
STATES = 600
LEAST_SHARE_OF_RUN = 0.9


class CusumError(PlainError, ValueError):
    """No limit that does what is asked for, or no history to take a mean from."""


@dataclass(frozen=True, eq=False)
class Cusum:
    """``path``: S of each period (n). ``alarm`` where it is at least h; it then starts anew from 0.

    ``since``: the first period of the rise or fall that S stands for, its last 0 plus one; -1 where S is 0.
    """

    path: Floats
    alarm: Flags
    since: NDArray[np.int64]


def step_of(mean: float) -> float:
    """The part of an incident of which k and h are whole multiples at this mean."""
    return next(step for limit, step in STEPS if mean <= limit)


def reference_value(in_control: float, out_of_control: float) -> float:
    """Lucas' k, rounded to `step_of` the in-control mean but never to that mean's other side or to 0.

    >>> reference_value(2.0, 4.0)
    2.9
    """
    require_number("in_control", in_control, above=0)
    require_number("out_of_control", out_of_control, above=0)
    if in_control == out_of_control:
        raise ParameterError(f"out_of_control must differ from in_control, found {in_control:g} for both")
    k = (out_of_control - in_control) / (log(out_of_control) - log(in_control))
    step = step_of(in_control)
    return max(step, round(round(k / step) * step, 10))


def poisson_cusum(counts: Floats, *, k: float, h: float, side: Side = "rise", head_start: float = 0.0) -> Cusum:
    """CUSUM of ``counts`` (n), oldest first, from ``head_start`` (Lucas & Crosier 1982: h / 2) or 0.

    Raises `ParameterError` for counts that are no finite numbers or negative, k or h that are not positive.

    >>> found = poisson_cusum(np.array([2.0, 1, 4, 5, 6, 2]), k=3, h=5)
    >>> found.path.tolist(), found.alarm.tolist().index(True), int(found.since[4])
    ([0.0, 0.0, 1.0, 3.0, 6.0, 0.0], 4, 2)
    """
    _refuse_counts(counts)
    sign = 1.0 if side == "rise" else -1.0
    return _path(sign * (counts - k), h, head_start)


def run_length(
    mean: float, *, k: float, h: float, side: Side = "rise", head_start: float = 0.0, variance: float = 1.0
) -> float:
    """Average number of periods up to the first alarm where every count has this ``mean``.

    With ``mean`` in control, how rare false alarms are; with another, how soon it is found. ``k`` and ``head_start``
    are multiples of `step_of` k.

    >>> round(run_length(1.88, k=2, h=6), 2), round(run_length(1.88, k=2, h=6, head_start=3), 2)
    (37.2, 29.19)
    """
    step = _lattice(k)
    states = ceil(round(h / step, 6))
    if states > MOST_STATES:
        raise CusumError(f"h must be at most {MOST_STATES * step:g} at this k, found {h:g}")
    require_number("h", h, above=0)
    chances = np.repeat(_chances(np.array([mean]), variance), states, axis=0)
    leaving = _moved(np.eye(states), chances, k, step, side)
    lengths = np.linalg.solve(np.eye(states) - leaving, np.ones(states))
    return float(lengths[_multiple("head_start", head_start, step)])


def decision_limit(mean: float, *, k: float, periods: float, side: Side = "rise", variance: float = 1.0) -> float:
    """The smallest h with an average run of at least ``periods`` where every count has this ``mean``.

    For a mean that is known. Raises `CusumError` where no h below 4,000 steps does it: k lies too near the mean.

    >>> decision_limit(2.0, k=3, periods=365)
    6.0
    """
    require_number("periods", periods, above=1)
    step = _lattice(k)

    def long_enough(states: int) -> bool:
        return run_length(mean, k=k, h=states * step, side=side, variance=variance) >= periods

    return round(_smallest(long_enough) * step, 9)


def window_limit(
    history: Floats, *, watched: int, k: float, level: float = 0.05, side: Side = "rise", variance: float = 1.0
) -> float:
    """The smallest h with a chance of at most ``level`` of any alarm within ``watched`` periods without a change.

    The mean is not known but estimated by ``history`` (n), the periods before; the chance is the average over the
    means that those leave open. A longer history allows a lower limit.

    Raises `CusumError` for a history without an incident.

    >>> history = np.full(52, 2.0)
    >>> window_limit(history, watched=26, k=3), window_limit(history[:8], watched=26, k=3)
    (7.0, 11.0)
    """
    _refuse_counts(history)
    require_share("level", level)
    require_whole("watched", watched, at_least=1)
    if not history.sum() > 0:
        raise CusumError(f"a CUSUM needs a history with an incident, found none in {len(history)} periods")
    shape, scale = (history.sum() + 0.5) / variance, variance / len(history)
    means = gamma.ppf((np.arange(MEANS) + 0.5) / MEANS, shape, scale=scale)
    chances, step = _chances(means, variance), _lattice(k)

    def rare_enough(states: int) -> bool:
        quiet = np.zeros((MEANS, states))
        quiet[:, 0] = 1.0
        for _ in range(watched):
            quiet = _moved(quiet, chances, k, step, side)
        return 1 - float(quiet.sum(axis=1).mean()) <= level

    return round(_smallest(rare_enough) * step, 9)


def transformed_cusum(counts: Floats, means: Floats, *, k: float, h: float, transform: Transform = "rossi") -> Cusum:
    """CUSUM for a rise of ``counts`` (n) made nearly normal around their in-control ``means`` (n), in units of sd.

    ``rossi``: ``(x - 3 m + 2 sqrt(m x)) / (2 sqrt m)``; ``standard``: ``(x - m) / sqrt m``; ``anscombe``:
    ``1.5 (x^(2/3) - m^(2/3)) / m^(1/6)``.

    Raises `CusumError` where the average run at the smallest mean is shorter than nine tenths of the one that k and h
    give for normal variables: false alarms would come more often than h says.

    >>> transformed_cusum(np.array([9.0, 12, 14, 8]), np.full(4, 5.0), k=0.5, h=4.0).alarm.tolist()
    [False, False, True, False]
    """
    _refuse_counts(counts)
    if counts.shape != means.shape or not np.all(means > 0):
        raise ParameterError("means must be as many positive numbers as there are counts")
    least = float(means.min())
    run, promised = transformed_run_length(least, k=k, h=h, transform=transform), normal_run_length(k=k, h=h)
    if run < LEAST_SHARE_OF_RUN * promised:
        raise CusumError(
            f"h = {h:g} stands for a run of {promised:.0f} periods; with a mean of {least:.3g} counts transformed by "
            f"{transform} run {run:.0f}: take the Poisson CUSUM"
        )
    return _path(_transformed(counts, means, transform) - k, h, 0.0)


def transformed_run_length(mean: float, *, k: float, h: float, transform: Transform = "rossi") -> float:
    """Average run of `transformed_cusum` for Poisson counts of one ``mean``, to a few hundredths.

    The chain of Brook & Evans with 600 states a width of 2 h / 1199 apart.

    >>> round(transformed_run_length(2.0, k=0.5, h=4.0, transform="standard"), -1)  # 335 for normal variables
    180.0
    """
    require_number("mean", mean, above=0)
    chance = _chances(np.array([mean]), 1.0)[0]
    moves = _transformed(np.arange(len(chance), dtype=np.float64), np.full(len(chance), mean), transform) - k
    centre, width = _states(h)
    to = np.clip(np.floor((centre[:, None] + moves) / width + 0.5), 0, STATES).astype(np.int64)
    leaving = np.zeros((STATES, STATES + 1))
    rows = np.broadcast_to(np.arange(STATES)[:, None], to.shape)
    np.add.at(leaving, (rows, to), np.broadcast_to(chance, to.shape))
    return _first_run(leaving[:, :STATES])


def normal_run_length(*, k: float, h: float) -> float:
    """Average run of the CUSUM of independent standard normal variables (Page 1954), by the same chain.

    >>> round(normal_run_length(k=0.5, h=4.0))
    335
    """
    centre, width = _states(h)
    below = ndtr(centre + width / 2 - centre[:, None] + k)
    return _first_run(np.diff(below, axis=1, prepend=0.0))


def _states(h: float) -> tuple[Floats, float]:
    require_number("h", h, above=0)
    width = 2 * h / (2 * STATES - 1)
    return np.arange(STATES, dtype=np.float64) * width, width


def _first_run(leaving: Floats) -> float:
    """Average run from 0, ``leaving`` the chances between the states below h."""
    return float(np.linalg.solve(np.eye(len(leaving)) - leaving, np.ones(len(leaving)))[0])


def _transformed(counts: Floats, means: Floats, transform: Transform) -> Floats:
    if transform == "rossi":
        z: Floats = (counts - 3 * means + 2 * np.sqrt(counts * means)) / (2 * np.sqrt(means))
    elif transform == "standard":
        z = (counts - means) / np.sqrt(means)
    else:
        z = 1.5 * (counts ** (2 / 3) - means ** (2 / 3)) / means ** (1 / 6)
    return z


def _path(steps: Floats, h: float, head_start: float) -> Cusum:
    require_number("h", h, above=0)
    n = len(steps)
    path, alarm, since = np.zeros(n), np.zeros(n, dtype=np.bool_), np.full(n, -1, dtype=np.int64)
    s, start = head_start, 0
    for t, step in enumerate(steps.tolist()):
        s = max(0.0, round(s + step, 9))
        path[t] = s
        if s == 0:
            start = t + 1
            continue
        since[t] = start
        if s >= h:
            alarm[t], s, start = True, 0.0, t + 1
    return Cusum(path, alarm, since)


def _chances(means: Floats, variance: float) -> Floats:
    """Chance of 0, 1, 2 … incidents for each mean, shape (means, counts)."""
    if not np.all(means > 0):
        raise ParameterError(f"mean must be greater than 0, found {means.min():g}")
    require_number("variance", variance, at_least=1)
    largest = float(means.max())
    if variance == 1:
        counts = np.arange(poisson.isf(LEFT_OUT, largest) + 1)
        return np.asarray(poisson.pmf(counts, means[:, None]), dtype=np.float64)
    size = largest / (variance - 1)
    counts = np.arange(nbinom.isf(LEFT_OUT, size, 1 / variance) + 1)
    return np.asarray(nbinom.pmf(counts, means[:, None] / (variance - 1), 1 / variance), dtype=np.float64)


def _moved(quiet: Floats, chances: Floats, k: float, step: float, side: Side) -> Floats:
    """Chances of the states 0, 1, 2 … steps below h after one more count; ``quiet`` and result (rows, states)."""
    states, per_incident, k_steps = quiet.shape[1], round(1 / step), round(k / step)
    after = np.zeros_like(quiet)
    for count in range(chances.shape[1]):
        up = (count * per_incident - k_steps) * (1 if side == "rise" else -1)
        chance = chances[:, count, None]
        if 0 <= up < states:
            after[:, up:] += chance * quiet[:, : states - up]
        elif up < 0:
            after[:, :1] += chance * quiet[:, : 1 - up].sum(axis=1, keepdims=True)
            after[:, 1 : max(states + up, 1)] += chance * quiet[:, 1 - up :]
    return after


def _smallest(enough: Callable[[int], bool]) -> int:
    """The smallest number of states that is enough, which all larger ones are too."""
    high = 1
    while not enough(high):
        high *= 2
        if high > MOST_STATES:
            raise CusumError(f"no limit of up to {MOST_STATES:,} steps is high enough: k lies too near the mean")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _lattice(k: float) -> float:
    """The largest step of which both k and one incident are multiples: S takes no value between."""
    require_number("k", k, above=0)
    step = step_of(k)
    return gcd(_multiple("k", k, step), round(1 / step)) * step


def _multiple(name: str, value: float, step: float) -> int:
    require_number(name, value, at_least=0)
    whole = round(value / step)
    if abs(whole * step - value) > 1e-9:
        raise ParameterError(f"{name} must be a multiple of {step:g}, found {value:g}")
    return whole


def _refuse_counts(counts: Floats) -> None:
    require_finite("counts", counts)
    if len(counts) == 0 or counts.min() < 0:
        raise ParameterError("counts must be some numbers and none of them negative")
