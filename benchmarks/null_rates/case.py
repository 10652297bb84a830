"""One row of the table: a statistic, null data to judge, and the rate at which it may be wrong."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_99 = 2.5758


@dataclass(frozen=True)
class NullCase:
    """``rejects`` draws one null data set and says whether, or of each of its tests whether, H0 is rejected.

    ``level`` is the nominal rate. ``at_most`` where theory promises no more than that a rate at or below it: tests
    of whole counts, and rules that must pass two tests. ``not_used`` says why the project does not use a rule that
    is shown beside the one it uses.
    """

    statistic: str
    setting: str
    level: float
    trials: int
    rejects: Callable[[np.random.Generator], bool | NDArray[np.bool_]]
    at_most: bool = False
    not_used: str = ""


@dataclass(frozen=True)
class NullRate:
    """The rate found, with its 99 % Monte Carlo interval; tests of one data set are not independent."""

    case: NullCase
    trials: int
    rate: float
    error: float

    @property
    def verdict(self) -> str:
        if self.case.not_used:
            return f"not used: {self.case.not_used}"
        if self.rate - self.error > self.case.level:
            return "ABOVE"
        if self.rate + self.error >= self.case.level:
            return "nominal"
        return "at most" if self.case.at_most else "BELOW"


def null_rate(case: NullCase, *, share: float = 1.0, seed: int = 20261124) -> NullRate:
    """Run ``share`` of the case's trials, each with a generator of its own."""
    trials = max(20, round(case.trials * share))
    streams = np.random.default_rng(seed).spawn(trials)
    found = np.array([np.mean(case.rejects(rng)) for rng in streams])
    # Never a width of zero: with no rejection at all the rule of three stands in for the spread.
    error = max(Z_99 * float(found.std(ddof=1)) / np.sqrt(trials), 4.6 / trials if not found.any() else 0.0)
    return NullRate(case, trials, float(found.mean()), float(error))
