"""What the partnership agreed on: its goals, and the breaks that make series not comparable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from geo.areas import AreaSet
from geo.errors import PlainError
from models.rate_ratio import RateRatio

BreakKind = Literal[
    "category-definition", "area-boundary", "reporting-channel", "recording-practice", "recording-system"
]
BREAK_KINDS: tuple[BreakKind, ...] = get_args(BreakKind)
GoalState = Literal["met", "not met", "open"]
FIRST_YEAR, LAST_YEAR = 2000, 2199


class AgreementError(PlainError, ValueError):
    """A goal or a break that cannot be used; the sentence names the setting."""


@dataclass(frozen=True)
class Goal:
    """The rate of ``category`` (None: all) in ``area`` is to have changed by ``change`` (-0.2: a fifth less) from the
    same period of ``baseline_year``, at the latest in ``by_year``."""

    area: str
    change: float
    baseline_year: int
    by_year: int
    category: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.change, int | float) or not -1 < self.change < 1 or self.change == 0:
            raise AgreementError(f"change of a goal must be a share such as -0.2, found {self.change!r}")
        if not FIRST_YEAR <= self.baseline_year <= self.by_year <= LAST_YEAR:
            raise AgreementError(
                f"a goal needs {FIRST_YEAR} <= baseline_year <= by_year, found {self.baseline_year} and {self.by_year}"
            )


@dataclass(frozen=True)
class SeriesBreak:
    """From ``on`` figures mean something else: of one ``area`` or ``category``, or of all (None)."""

    on: date
    kind: BreakKind
    area: str | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in BREAK_KINDS:
            raise AgreementError(f"kind of a break must be one of {', '.join(BREAK_KINDS)}, found {self.kind!r}")
        if not isinstance(self.on, date):
            raise AgreementError(f"a break needs 'on', a date such as 2026-01-01, found {self.on!r}")

    def concerns(self, area: str | None, category: str | None) -> bool:
        """Whether a figure is broken; None as ``area`` or ``category`` is all of them, which any part breaks."""
        return (None in {self.area, area} or self.area == area) and (
            None in {self.category, category} or self.category == category
        )


def require_agreement(
    goals: Sequence[Goal], breaks: Sequence[SeriesBreak], areas: AreaSet, categories: Sequence[str]
) -> None:
    """Raises `AgreementError` for a goal or break of an area or category that is not there."""
    for what, named in [("goal", one) for one in goals] + [("break", one) for one in breaks]:
        if named.area is not None and named.area not in areas.index:
            raise AgreementError(f"a {what} in partnership.toml is of an unknown area '{named.area}'")
        if named.category is not None and named.category not in categories:
            raise AgreementError(f"a {what} in partnership.toml is of an unknown category '{named.category}'")


def goal_state(goal: Goal, ratio: RateRatio) -> GoalState:
    """Whether a goal is met: only where the whole interval of the ``ratio`` to the baseline lies on one side of it.

    >>> goal = Goal("a", -0.2, 2025, 2027)
    >>> goal_state(goal, RateRatio(0.7, 0.6, 0.79, 0.001)), goal_state(goal, RateRatio(0.8, 0.6, 1.1, 0.1))
    ('met', 'open')
    """
    wanted = 1 + goal.change
    reached, missed = (ratio.upper <= wanted, ratio.lower > wanted)
    if goal.change > 0:
        reached, missed = (ratio.lower >= wanted, ratio.upper < wanted)
    return "met" if reached else "not met" if missed else "open"
