import re
from collections.abc import Mapping
from math import inf

import pytest

from maps.trend import KIND, SMALL_COUNT, change_text, summary, views, window_of
from models.disclosure import ReleasedTrend
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from models.rate_ratio import RateRatio
from models.trend import TrendClass

HIDDEN = ReleasedTrend(0, 0, 91, None, None, None, None)


def row(before: int, after: int, ratio: RateRatio, trend: TrendClass = "fald", area: int = 0) -> ReleasedTrend:
    return ReleasedTrend(area, ALL_CATEGORIES, 91, before, after, ratio, trend)


def test_a_change_is_a_percentage_with_its_interval() -> None:
    assert change_text(row(100, 82, RateRatio(0.82, 0.69, 0.98, 0.03))) == "−18\u00a0% [−31;\u00a0−2]"


@pytest.mark.parametrize("counts", [(SMALL_COUNT - 1, 400), (400, SMALL_COUNT - 1)])
def test_never_a_percentage_of_a_small_number(counts: tuple[int, int]) -> None:
    assert change_text(row(*counts, RateRatio(0.5, 0.3, 0.8, 0.01))) == "små tal, ingen procent"


def test_what_is_hidden_stays_hidden() -> None:
    assert change_text(HIDDEN) == "·"
    assert KIND[HIDDEN.trend] == "skjult"


def test_too_little_data_is_said_in_words() -> None:
    assert change_text(row(50, 50, RateRatio(1, 0, inf, 1), "for få data")) == "for få data"


def test_the_summary_counts_areas(partnership: Partnership) -> None:
    ratio = RateRatio(1, 0.9, 1.1, 1)
    rows = [
        row(9, 9, ratio, "fald", 0),
        row(9, 9, ratio, "ingen klar ændring", 1),
        row(9, 9, ratio, "ingen klar ændring", 2),
        ReleasedTrend(3, ALL_CATEGORIES, 91, None, None, None, None),
        ReleasedTrend(3, 0, 91, 9, 9, ratio, "stigning"),
    ]
    text = summary(rows, 91, partnership)
    assert text == "Fald i ét område, ingen klar ændring i to områder, for få hændelser i ét område"
    assert summary([], 91, partnership) == "Ingen tal for Indre Nørrebro endnu"


def test_windows_are_named_by_their_length() -> None:
    assert window_of((0, 364), (364, 728)).label == "Seneste år"
    assert window_of((0, 91), (364, 455)).label == "Seneste kvartal"
    assert window_of((0, 28), (364, 392)).label == "Seneste 28 dage"


def test_views_hold_every_row_once(released: tuple[ReleasedTrend, ...], partnership: Partnership) -> None:
    windows = [window_of((0, 91), (364, 455)), window_of((0, 364), (364, 728))]
    shown = [row for view in views(released, windows, partnership) for row in view.rows]
    assert sorted(map(id, shown)) == sorted(map(id, released))


def test_a_hidden_figure_is_nowhere_in_the_page(pages: Mapping[str, str], released: tuple[ReleasedTrend, ...]) -> None:
    hidden = sum(row.trend is None for row in released)
    assert hidden > 0
    cells = re.findall(r'<td class="num">·</td>\s*<td class="num">·</td>', pages["trend.html"])
    assert len(cells) == hidden
