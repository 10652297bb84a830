"""The displacement map: has crime moved from the treated area to a neighbour, and how sure is that?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from maps import danish
from maps.assets import Assets
from maps.basemap import basemap
from maps.claims import (
    COMPARISON_TEXT,
    NO_CLAIM,
    VERDICT_TEXT,
    before_text,
    category_label,
    claim_line,
    leading_claims,
    period_text,
)
from maps.colours import CLAIMED, CROSSED, NOT_CLAIMED, TREATED, UNKNOWN
from maps.crossings import KEY, NOTHING_SAID, chance_text, crossing_line, crossing_outline, shown_crossings
from maps.language import _
from maps.neighbour_arrow import arrow
from maps.page import Frame, PageLinks, render
from maps.shell import map_shell
from maps.status import data_age
from models.calendar import to_date
from models.cluster_following import ClusterCrossing
from models.daily import DailyResult
from models.displacement import Comparison, DisplacementEstimate
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

STYLES: Mapping[str, Mapping[str, Any]] = {
    "treated": {"fill": TREATED, "opacity": 0.22, "sign": "", "pattern": ""},
    "displacement": {"fill": CLAIMED, "opacity": 0.72, "sign": "▲", "pattern": "", "first": True},
    "no-claim": {"fill": NOT_CLAIMED, "opacity": 0.75, "sign": "", "pattern": ""},
    "too-little-data": {"fill": UNKNOWN, "opacity": 0.6, "sign": "", "pattern": "dots"},
}


@dataclass(frozen=True)
class View:
    """One choice of category and comparison: the rows of its table."""

    key: str
    category: str
    comparison: Comparison
    before: str
    estimates: tuple[DisplacementEstimate, ...]
    claimed: tuple[str, ...]
    crossings: tuple[ClusterCrossing, ...]


def displacement_page(
    result: DailyResult,
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The page of one run's displacement table, opened at its strongest claim."""
    table = result.displacement
    claims = leading_claims(table.estimates)
    opened = claims[0] if claims else None
    base = basemap(partnership.areas, sketch)
    return render(
        "displacement",
        Frame(_("Forskydning"), partnership.name, "displacement", assets, synthetic, links, base["attribution"]),
        result=result,
        partnership=partnership,
        data_age=data_age(result, partnership),
        headlines=[(claim_line(c, table, partnership), _(COMPARISON_TEXT[c.comparison]), c) for c in claims],
        no_claim=_(NO_CLAIM),
        period=period_text(table.after),
        days=table.after[1] - table.after[0],
        comparisons=_comparisons(table.estimates),
        opened=_key(opened) if opened else f"{ALL_CATEGORIES}:before",
        views=views(result, partnership),
        areas=partnership.areas.areas,
        controls=[area.name for area in partnership.areas.controls],
        verdicts={verdict: _(text) for verdict, text in VERDICT_TEXT.items()},
        all_categories=ALL_CATEGORIES,
        styles=STYLES,
        crossed=CROSSED,
        crossing_key=_(KEY),
        crossing_line=crossing_line,
        chance=chance_text(partnership.crossings.chance_per_year),
        nothing_said=_(NOTHING_SAID),
        followed=danish.date_range(to_date(result.followed.first_day), to_date(result.followed.last_day - 1)),
        interval=danish.interval,
        shell=map_shell(
            partnership.areas,
            label=_("Kort over områder. Samme oplysninger står i tabellen."),
            focus=("treated", "neighbour"),
        ),
        basemap=base,
        payload=_payload(result, partnership),
    )


def views(result: DailyResult, partnership: Partnership) -> list[View]:
    """The table cut by category and comparison, neighbours in the order of the areas file."""
    table, crossings = result.displacement, shown_crossings(result.followed)
    ordered = sorted(table.estimates, key=lambda e: (e.category, e.comparison, e.neighbour))
    found = []
    for (category, comparison), group in groupby(ordered, key=lambda e: (e.category, e.comparison)):
        estimates = tuple(group)
        found.append(
            View(
                key=f"{category}:{comparison}",
                category=category_label(partnership, category),
                comparison=comparison,
                before=before_text(table, comparison),
                estimates=estimates,
                claimed=tuple(partnership.areas.areas[e.neighbour].name for e in leading_claims(estimates)),
                crossings=tuple(crossing for crossing in crossings if crossing.category == category),
            )
        )
    return found


def _payload(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    areas = partnership.areas.areas
    shown: dict[str, Any] = {}
    for view in views(result, partnership):
        classes: list[str | None] = ["treated" if area.role == "treated" else None for area in areas]
        for estimate in view.estimates:
            classes[estimate.neighbour] = estimate.verdict
        claimed = [e.neighbour for e in view.estimates if e.verdict == "displacement"]
        shown[view.key] = {
            "areas": classes,
            "arrows": [arrow(partnership.areas, i) for i in claimed],
            "crossings": [crossing_outline(c, partnership.areas.metric_crs) for c in view.crossings],
        }
    return {
        "kind": "areas",
        "names": ["kategori", "sammenligning"],
        "styles": STYLES,
        "crossed": CROSSED,
        "views": shown,
    }


def _comparisons(estimates: Sequence[DisplacementEstimate]) -> list[Comparison]:
    return sorted({estimate.comparison for estimate in estimates})


def _key(estimate: DisplacementEstimate) -> str:
    return f"{estimate.category}:{estimate.comparison}"
