"""Periods of releases: calendar months, half-years and years, each a whole number of months.

Periods are fixed so that nobody can choose two that differ by a day and subtract them.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from geo.errors import PlainError

PeriodKind = Literal["month", "half-year", "year"]

MONTHS_IN: dict[PeriodKind, int] = {"month": 1, "half-year": 6, "year": 12}
TEXT = re.compile(r"(?P<year>[12]\d{3})(?:-(?:(?P<month>0[1-9]|1[0-2])|H(?P<half>[12])))?")


class PeriodError(PlainError, ValueError):
    """A period that is not one of the fixed ones, or is not over."""


@dataclass(frozen=True, order=True)
class ReleasePeriod:
    """``first_month`` counts months since January of year 0; a half-year starts in January or July.

    >>> period = release_period("2026-H1")
    >>> str(period), period.start, period.stop, len(period.months)
    ('2026-H1', datetime.date(2026, 1, 1), datetime.date(2026, 7, 1), 6)
    """

    first_month: int
    kind: PeriodKind

    def __post_init__(self) -> None:
        if self.first_month % MONTHS_IN[self.kind]:
            raise PeriodError(f"a {self.kind} cannot start in {month_start(self.first_month):%B}")

    @property
    def months(self) -> range:
        return range(self.first_month, self.first_month + MONTHS_IN[self.kind])

    @property
    def start(self) -> date:
        return month_start(self.first_month)

    @property
    def stop(self) -> date:
        """The first day after it."""
        return month_start(self.months.stop)

    def within(self, kind: PeriodKind) -> "ReleasePeriod":
        """The period of ``kind`` this one lies in; itself or a longer one."""
        return ReleasePeriod(self.first_month - self.first_month % MONTHS_IN[kind], kind)

    def in_year(self, year: int) -> "ReleasePeriod":
        """The same part of another year."""
        return ReleasePeriod(12 * year + self.first_month % 12, self.kind)

    def year_before(self) -> "ReleasePeriod":
        return self.in_year(self.start.year - 1)

    def __str__(self) -> str:
        if self.kind == "year":
            return f"{self.start:%Y}"
        return f"{self.start:%Y-%m}" if self.kind == "month" else f"{self.start:%Y}-H{1 + self.start.month // 7}"


def release_period(text: str) -> ReleasePeriod:
    """A period from ``2026-03``, ``2026-H1`` or ``2026``; raises `PeriodError`."""
    found = TEXT.fullmatch(text.strip())
    if found is None:
        raise PeriodError(f"a period is a month such as 2026-03, a half-year such as 2026-H1 or a year, found {text!r}")
    first = 12 * int(found["year"])
    if found["month"]:
        return ReleasePeriod(first + int(found["month"]) - 1, "month")
    if found["half"]:
        return ReleasePeriod(first + 6 * (int(found["half"]) - 1), "half-year")
    return ReleasePeriod(first, "year")


def period_starting(kind: PeriodKind, start: date) -> ReleasePeriod:
    """The period of ``kind`` that starts on ``start``."""
    return ReleasePeriod(month_number(start), kind)


def periods_of(months: range) -> tuple[ReleasePeriod, ...]:
    """Every fixed period that lies within ``months``, months first."""
    return tuple(
        ReleasePeriod(first, kind)
        for kind, length in MONTHS_IN.items()
        for first in months
        if first % length == 0 and first + length <= months.stop
    )


def month_number(day: date) -> int:
    """Months since January of year 0."""
    return 12 * day.year + day.month - 1


def month_start(month: int) -> date:
    """The first day of a month counted from January of year 0."""
    return date(month // 12, month % 12 + 1, 1)
