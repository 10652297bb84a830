from hypothesis import given
from hypothesis import strategies as st

from models.disclosure import MINIMUM_COUNT, ReleasedTrend, released_trends
from models.panel import ALL_CATEGORIES
from models.rate_ratio import rate_ratio
from models.trend import AreaTrend


def table(before: list[int], after: list[int], *, area: int = 0, window_days: int = 91) -> list[AreaTrend]:
    """A total and its categories."""
    rows = [(ALL_CATEGORIES, sum(before), sum(after)), *zip(range(len(before)), before, after, strict=True)]
    return [
        AreaTrend(area, category, window_days, b, a, rate_ratio(b, a), q=1.0, trend="ingen klar ændring")
        for category, b, a in rows
    ]


def shown(released: tuple[ReleasedTrend, ...]) -> set[int]:
    return {row.category for row in released if row.after is not None}


def test_large_counts_are_shown_as_they_are() -> None:
    released = released_trends(table([10, 20], [30, 40]))
    assert [(row.before, row.after) for row in released] == [(30, 70), (10, 30), (20, 40)]
    assert all(row.trend == "ingen klar ændring" and row.ratio is not None for row in released)


def test_a_small_count_takes_the_smallest_shown_one_with_it() -> None:
    # 100 - 60 - 36 would give the hidden 4 away.
    assert shown(released_trends(table([60, 36, 9], [60, 36, 4]))) == {ALL_CATEGORIES, 0}


def test_two_small_counts_that_are_large_together_hide_each_other() -> None:
    assert shown(released_trends(table([60, 36, 4, 4], [60, 36, 4, 4]))) == {ALL_CATEGORIES, 0, 1}


def test_zero_and_small_look_alike() -> None:
    released = released_trends(table([0, 3], [0, 3], area=2))
    assert {row.after for row in released} == {None}
    assert {row.trend for row in released} == {None}
    assert {row.ratio for row in released} == {None}


def test_areas_and_windows_are_judged_apart_and_order_is_kept() -> None:
    rows = [*table([9], [9]), *table([1], [1], area=1), *table([2], [30], window_days=364)]
    released = released_trends(rows)
    assert [(r.area, r.window_days, r.category) for r in released] == [
        (t.area, t.window_days, t.category) for t in rows
    ]
    assert [row.after is None for row in released] == [False, False, True, True, True, True]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8),
)
def test_no_small_count_is_shown_or_left_over_by_subtraction(counts: list[tuple[int, int]]) -> None:
    before, after = [b for b, _ in counts], [a for _, a in counts]
    released = released_trends(table(before, after))
    visible = shown(released)
    for category in visible - {ALL_CATEGORIES}:
        assert min(before[category], after[category]) >= MINIMUM_COUNT
    hidden = [k for k in range(len(counts)) if k not in visible]
    if ALL_CATEGORIES in visible and hidden and len(visible) > 1:
        left_over = min(sum(before[k] for k in hidden), sum(after[k] for k in hidden))
        assert left_over >= MINIMUM_COUNT
        assert len(hidden) >= 2
