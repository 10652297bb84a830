from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps import danish


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (1234.5, 1, "1.234,5"),
        (-0.04, 1, "0,0"),
        (-12, 0, "−12"),
        (1234567, 0, "1.234.567"),
        (float("nan"), 2, "–"),
        (float("inf"), 0, "∞"),
        (float("-inf"), 0, "−∞"),
    ],
)
def test_number(value: float, decimals: int, text: str) -> None:
    assert danish.number(value, decimals) == text


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_number_reads_back(value: float, decimals: int) -> None:
    text = danish.number(value, decimals)
    back = float(text.replace(".", "").replace(",", ".").replace("−", "-"))
    assert back == pytest.approx(value, abs=0.51 * 10**-decimals)
    assert not text.startswith("−0") or back != 0


@pytest.mark.parametrize(
    ("value", "text"), [(9, "+9"), (-12, "−12"), (0, "±0"), (0.4, "±0"), (-0.4, "±0"), (float("nan"), "–")]
)
def test_signed(value: float, text: str) -> None:
    assert danish.signed(value) == text


@pytest.mark.parametrize(("p", "text"), [(0.0004, "<0,001"), (0.0123, "0,012"), (0.27, "0,27"), (1.0, "1,00")])
def test_p_value(p: float, text: str) -> None:
    assert danish.p_value(p) == text


def test_p_equation() -> None:
    assert danish.p_equation(0.00001) == "p < 0,001"
    assert danish.p_equation(0.03) == "p = 0,030"


def test_interval_does_not_break() -> None:
    assert danish.interval(-195.6, -40.4) == "[−196;\u00a0−40]"


def test_dates() -> None:
    day = date(2026, 11, 23)
    assert danish.long_date(day) == "mandag den 23. november 2026"
    assert danish.short_date(day, day) == "man. 23. nov."
    assert danish.short_date(date(2025, 5, 3), day) == "lør. 3. maj 2025"
    assert danish.clock(datetime(2026, 11, 23, 7, 5)) == "kl. 07.05"  # noqa: DTZ001 - only the clock is shown


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 20), date(2026, 11, 22), "20.–22. november 2026"),
        (date(2026, 10, 26), date(2026, 11, 22), "26. oktober – 22. november 2026"),
        (date(2025, 12, 30), date(2026, 1, 2), "30. december 2025 – 2. januar 2026"),
        (date(2026, 1, 2), date(2026, 1, 2), "2. januar 2026"),
    ],
)
def test_date_range(first: date, last: date, text: str) -> None:
    assert danish.date_range(first, last) == text


def test_amount() -> None:
    assert danish.amount(1, "område", "områder") == "ét område"
    assert danish.amount(9, "område", "områder") == "ni områder"
    assert danish.amount(14, "område", "områder") == "14 områder"
