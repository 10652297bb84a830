import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.page import PageLinks, embedded_json

LINKS = PageLinks("/", "/maps/daily", "/maps/displacement", "/maps/trend", "/maps/quality")


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_embedded_json_reads_back_and_cannot_end_its_element(data: dict[str, object]) -> None:
    text = str(embedded_json(data))
    assert json.loads(text) == data
    assert not set("<>&\u2028\u2029") & set(text)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_json_does_not_have_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        embedded_json({"p": value})


def test_the_daily_page_of_a_date() -> None:
    from datetime import date

    day = date(2026, 11, 23)
    assert LINKS.daily_at(day) == "/maps/daily"
    dated = PageLinks("", "", "", "", "", daily_on="/maps/daily?date={date}")
    assert dated.daily_at(day) == "/maps/daily?date=2026-11-23"
