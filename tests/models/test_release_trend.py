import pytest

from models.rate_ratio import rate_ratio
from models.release_trend import released_changes


def body(figures: list[list[int | None]], period: str = "2026-H1", **changes: object) -> dict[str, object]:
    names = {"areas": [{"id": "a"}, {"id": "b"}], "categories": [{"id": "x"}]}
    return {"table": "areas", "kind": "half-year", "period": period, "figures": figures, **names, **changes}


def classes(now: dict[str, object], before: dict[str, object] | None) -> list[list[str | None]]:
    return [[one.trend if one else None for one in row] for row in released_changes(now, before)]


BEFORE = body([[40, 60], [None, 30], [50, 90]], "2025-H1")


def test_classes_follow_from_what_both_show() -> None:
    now = body([[90, 60], [8, 10], [None, 92]])
    assert classes(now, BEFORE) == [
        ["stigning", "ingen klar ændring"],
        [None, "fald"],
        [None, "ingen klar ændring"],
    ]


@pytest.mark.parametrize("before", [None, body([[1, 2]] * 3, kind="month"), {**BEFORE, "areas": []}])
def test_nothing_is_compared_with_another_kind_of_table(before: dict[str, object] | None) -> None:
    assert classes(body([[90, 60], [8, 10], [9, 92]]), before) == [[None, None]] * 3


def test_a_hidden_figure_changes_no_class() -> None:
    # What is hidden is not there: any two tables that show the same have the same classes.
    now = body([[90, None], [None, None], [None, None]])
    assert [x for row in classes(now, BEFORE) for x in row if x] == ["stigning"]


def test_the_ratio_is_per_day_of_a_half_year() -> None:
    found = released_changes(body([[90, 60], [8, 10], [None, 92]]), BEFORE)[0][0]
    assert found is not None
    assert (found.before, found.now) == (40, 90)
    assert found.ratio == rate_ratio(40, 90, before_exposure=181, after_exposure=181)
    assert found.q <= 0.05
