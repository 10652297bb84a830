"""The start page: one entrance per group, each with today's answer in a line."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maps import danish
from maps.assets import Assets
from maps.claims import COMPARISON_TEXT, NO_CLAIM, claim_line, leading_claims, period_text
from maps.daily import cell_table
from maps.language import _
from maps.page import Frame, PageLinks, render
from maps.status import data_age
from maps.trend import KIND, TEXT, summary, window_of
from models.daily import DailyResult
from models.disclosure import ReleasedTrend
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

PLACES = 3
CLAIMS = 2
ENTRANCES = ("planner", "analyst", "steering")


def start_page(
    result: DailyResult,
    released: Sequence[ReleasedTrend],
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
    entrances: Sequence[str] = ENTRANCES,
) -> str:
    """The page of the latest run with the ``entrances`` of some groups; ``released`` are its trends as they passed the
    disclosure gate."""
    claims = leading_claims(result.displacement.estimates)
    windows = [window_of(*periods) for periods in result.trend.windows]
    return render(
        "start",
        Frame(_("Start"), partnership.name, "start", assets, synthetic, links),
        entrances=entrances,
        result=result,
        partnership=partnership,
        data_age=data_age(result, partnership),
        daily_href=links.daily_at(result.date),
        places=top_places(result, partnership, sketch),
        hot=int(result.cells.hot[_ranked(result, partnership), -1].sum()),
        claims=[
            (claim_line(c, result.displacement, partnership), _(COMPARISON_TEXT[c.comparison])) for c in claims[:CLAIMS]
        ],
        more_claims=max(len(claims) - CLAIMS, 0),
        no_claim=_(NO_CLAIM),
        neighbours=danish.amount(len(partnership.areas.neighbours), _("naboområde"), _("naboområder")),
        period=period_text(result.displacement.after),
        trends=[
            (
                window,
                _treated_trend(released, window.days, partnership),
                summary(released, window.days, partnership),
            )
            for window in reversed(windows)
        ],
    )


def top_places(
    result: DailyResult, partnership: Partnership, sketch: Mapping[str, Any] | None
) -> list[tuple[str, str, float]]:
    """The busiest places expected on the date: name, id of the busiest shift, expected incidents that day."""
    table = cell_table(result, partnership, sketch)
    by_shift = np.column_stack([table.expected_in(shift, -1) for shift in range(table.expected.shape[1])])
    total = np.where(table.ranked, by_shift.sum(axis=1), 0.0)
    found: dict[str, tuple[str, str, float]] = {}
    for i in np.argsort(-total, kind="stable"):
        if len(found) == PLACES or total[i] <= 0:
            break
        shift = partnership.calendar.shifts[int(by_shift[i].argmax())]
        found.setdefault(table.place[i], (table.place[i], _(shift.label), float(total[i])))
    return list(found.values())


def _treated_trend(released: Sequence[ReleasedTrend], window_days: int, partnership: Partnership) -> str:
    """What the treated area's total did, in words."""
    at = partnership.areas.index[partnership.areas.treated.id]
    wanted = (at, ALL_CATEGORIES, window_days)
    row = next((r for r in released if (r.area, r.category, r.window_days) == wanted), None)
    return _(TEXT[KIND[row.trend if row else None]]).lower()


def _ranked(result: DailyResult, partnership: Partnership) -> Any:
    near = np.array([area.role != "control" for area in partnership.areas.areas])
    return (result.cells.area >= 0) & near[result.cells.area]
