from datetime import date
from math import nan

import pytest

from models.indicator import IndicatorError, IndicatorSeries, IndicatorValue, require_known
from models.partnership import Partnership

YEAR = (date(2025, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"id": "Jens Hansen"}, "must be lower case, digits and hyphens"),
        ({"kind": "rumour"}, "kind of indicator 'x' must be one of fact, assessment"),
        ({"unit": "category"}, "is in categories of action, so its kind must be assessment"),
        ({"better": "up"}, "better of indicator 'x' must be higher or lower"),
    ],
)
def test_a_series_that_cannot_be(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(IndicatorError, match=sentence):
        IndicatorSeries(**{"id": "x", "label": "X", "unit": "%", "kind": "fact", "source": "s", **fields})  # type: ignore[arg-type]  # as a file has them


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        ((nan,), "must be finite"),
        ((5.0, 6.0, 7.0), "the value 5 must lie in its interval 6 to 7"),
        ((5.0, 4.0), "an interval needs both its ends"),
    ],
)
def test_a_value_that_cannot_be(rest: tuple[float, ...], sentence: str) -> None:
    with pytest.raises(IndicatorError, match=sentence):
        IndicatorValue("x", None, *YEAR, *rest)
    with pytest.raises(IndicatorError, match="a value must be of 1 to 1098 days"):
        IndicatorValue("x", None, YEAR[1], YEAR[0], 5.0)


def test_what_is_not_in_the_settings_is_refused(partnership: Partnership) -> None:
    def check(series: str, area: str | None, value: float) -> None:
        require_known(IndicatorValue(series, area, *YEAR, value), partnership.indicators, partnership.areas)

    check("tryghed", None, 70)
    check("uro", "indre-noerrebro", 4)
    for series, area, value, sentence in (
        ("trivsel", None, 1, "there are: tryghed, uro"),
        ("tryghed", "mars", 1, "there is no such area"),
        ("uro", None, 2.5, "must be one of minimal, reduceret"),
        ("uro", None, 5, "must be one of minimal, reduceret"),
    ):
        with pytest.raises(IndicatorError, match=sentence):
            check(series, area, value)
