"""Evaluation of an effort: how often it finds a change where nothing was done.

Six areas, the last two the controls; five years of counts whose levels vary by day or by month, by area, by a shared
day and by season. The effort starts on a date fixed beforehand, or after the worst of the quarters there were. The
plain comparison with the twelve weeks just before stands beside it.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.null_rates.case import NullCase
from models.effort_evaluation import (
    EffortCounts,
    EffortEvaluation,
    TooLittleForEffortError,
    effort_change,
    evaluate_effort,
)
from models.effort_parameters import EffortParameters
from models.net_rate_ratio import Tables, net_rate_ratios

LEVEL = 0.05
DAYS, RUN_UP = 1826, 84
PER_DAY = np.array([1.0, 0.4, 0.6, 0.8, 0.9, 1.1])
CONTROLS = (4, 5)
PARAMETERS = EffortParameters()
Rejects = Callable[[np.random.Generator], bool]


def _drawn(rng: np.random.Generator, per_day: float, lasts: int) -> np.ndarray:
    own = rng.gamma(10, 1 / 10, (len(PER_DAY), -(-DAYS // lasts))).repeat(lasts, axis=1)[:, :DAYS]
    season = 1 + 0.15 * np.sin(2 * np.pi * np.arange(DAYS) / 365.25)
    mean = per_day * PER_DAY[:, None] * own * rng.gamma(40, 1 / 40, DAYS) * season
    return rng.poisson(mean).astype(np.float64)


def _data(rng: np.random.Generator, per_day: float, lasts: int, length: int, *, chosen: bool) -> EffortCounts:
    counts = _drawn(rng, per_day, lasts)
    meetings = np.arange(900, DAYS - length, RUN_UP)
    total = np.concatenate([[0], counts[0].cumsum()])
    worst = int(meetings[np.argmax(total[meetings] - total[meetings - RUN_UP])])
    start = worst if chosen else DAYS - length
    known = counts[:, : start + length]
    treated = np.zeros(known.shape, dtype=bool)
    treated[0, start:] = True
    return EffortCounts(known, treated, 0, CONTROLS, start, start + length)


def _change(per_day: float, lasts: int, length: int, *, chosen: bool) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        try:
            return effort_change(_data(rng, per_day, lasts, length, chosen=chosen), PARAMETERS)[2].ratio.p <= LEVEL
        except TooLittleForEffortError:
            return False

    return rejects


def _plain(per_day: float, lasts: int, length: int) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        data = _data(rng, per_day, lasts, length, chosen=True)
        pair = np.stack([data.counts[0], data.counts[list(CONTROLS)].sum(axis=0)])
        before, during = pair[:, data.start - RUN_UP : data.start].sum(axis=1), pair[:, data.start :].sum(axis=1)
        return net_rate_ratios(Tables(before[:1], during[:1], before[1:], during[1:]))[0].p <= LEVEL

    return rejects


def _placebo(per_day: float, lasts: int, length: int, p: Callable[[EffortEvaluation], float]) -> Rejects:
    def rejects(rng: np.random.Generator) -> bool:
        return p(evaluate_effort(_data(rng, per_day, lasts, length, chosen=True), PARAMETERS)) <= 2 * LEVEL

    return rejects


def _in_time(found: EffortEvaluation) -> float:
    return found.in_time.p if found.in_time else 1.0


SETTINGS = [(1.7, 1, 28), (1.7, 1, 168), (1.7, 28, 84), (0.3, 1, 84), (0.3, 28, 84)]

CASES = [
    *(
        NullCase(
            "Effort, change net of controls",
            f"{per_day:g} a day, levels of {lasts} {'day' if lasts == 1 else 'days'}, effort of {length} days, "
            + ("after the worst quarter" if chosen else "date fixed"),
            LEVEL,
            1_000,
            _change(per_day, lasts, length, chosen=chosen),
            at_most=True,
        )
        for per_day, lasts, length in SETTINGS
        for chosen in (False, True)
    ),
    *(
        NullCase(
            "Effort beside the twelve weeks before",
            f"{per_day:g} a day, levels of {lasts} {'day' if lasts == 1 else 'days'}, effort of {length} days, "
            "after the worst quarter",
            LEVEL,
            1_000,
            _plain(per_day, lasts, length),
            not_used="a run-up that was chosen because it was high falls by itself",
        )
        for per_day, lasts, length in SETTINGS
    ),
    NullCase(
        "Effort, placebo in time",
        "1.7 a day, levels of 1 day, effort of 28 days, after the worst quarter",
        2 * LEVEL,
        400,
        _placebo(1.7, 1, 28, _in_time),
        at_most=True,
    ),
]
