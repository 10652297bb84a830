import pytest

from models.release_period import PeriodError, ReleasePeriod, period_starting, periods_of, release_period


@pytest.mark.parametrize("text", ["2026-03", "2026-H1", "2026-H2", "2026", "2025-12"])
def test_a_period_reads_back(text: str) -> None:
    period = release_period(text)
    assert str(period) == text
    assert period_starting(period.kind, period.start) == period
    assert (period.stop - period.start).days in {28, 29, 30, 31, 181, 182, 184, 365, 366}


@pytest.mark.parametrize("text", ["2026-13", "2026-H3", "26", "2026-1", "next year", "2026-03-01", ""])
def test_what_is_no_fixed_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="a period is a month such as"):
        release_period(text)


def test_periods_lie_within_one_another() -> None:
    year = release_period("2026")
    assert [str(p) for p in periods_of(year.months)][-3:] == ["2026-H1", "2026-H2", "2026"]
    assert len(periods_of(year.months)) == 15
    assert release_period("2026-08").within("half-year") == release_period("2026-H2")
    assert release_period("2026-H2").year_before() == release_period("2025-H2")
    with pytest.raises(PeriodError, match="a half-year cannot start in February"):
        ReleasePeriod(release_period("2026-02").first_month, "half-year")
