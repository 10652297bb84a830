"""Numbers as text: exactly those that are plain numbers, in one block or one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.intake.numbers import parse_numbers


@pytest.mark.parametrize(
    ("text", "number"), [("12.5", 12.5), ("-0.25", -0.25), ("+7", 7), (".5", 0.5), ("5.", 5), ("1.2e3", 1200)]
)
def test_a_plain_number_is_read(text: str, number: float) -> None:
    assert parse_numbers([text]).tolist() == [number]


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1_000", "inf", "nan", "0x10", "12,5", "1.2.3", "1 000", "١٢", "12.5 m", "1e", "5-3"]
)
def test_anything_else_is_not_a_number(text: str) -> None:
    assert np.isnan(parse_numbers([text])[0])


def test_a_decimal_comma_is_the_only_separator_where_it_is_stated() -> None:
    np.testing.assert_array_equal(parse_numbers(["12,5", "7", "12.5", "1.234,5"], ","), [12.5, 7, np.nan, np.nan])


@given(st.lists(st.one_of(st.from_regex(r"\A[-0-9.e+_ ]{0,6}\Z"), st.text(max_size=5)), max_size=8))
def test_a_column_is_read_as_its_values_are(values: list[str]) -> None:
    np.testing.assert_array_equal(parse_numbers(values), [parse_numbers([value])[0] for value in values])


@given(st.floats(-1e7, 1e7).map(lambda number: round(number, 6)))
def test_a_number_written_out_is_itself(number: float) -> None:
    assert parse_numbers([f"{number:.6f}"])[0] == pytest.approx(number, abs=1e-9)
