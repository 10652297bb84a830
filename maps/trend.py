"""The trend map: which areas go down, up, or show no clear change. Only released figures come in."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maps import danish
from maps.assets import Assets
from maps.basemap import basemap
from maps.claims import category_label, period_text
from maps.colours import FALLING, RISING, UNCHANGED, UNKNOWN
from maps.language import N_, _
from maps.page import Frame, PageLinks, render
from maps.shell import map_shell
from maps.status import DataAge
from models.disclosure import MINIMUM_COUNT, ReleasedTrend
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from models.rate_ratio import RateRatio
from models.trend import TrendClass

Period = tuple[int, int]

HIDDEN = "·"
# Below this count a percentage says more than the figures can carry.
SMALL_COUNT = 20
KIND: Mapping[TrendClass | None, str] = {
    "fald": "fald",
    "stigning": "stigning",
    "ingen klar ændring": "uændret",
    "for få data": "få",
    None: "skjult",
}
SIGN: Mapping[str, str] = {"fald": "▼", "stigning": "▲", "uændret": "≈", "få": "–", "skjult": HIDDEN}
TEXT: Mapping[str, str] = {
    "fald": N_("Fald"),
    "stigning": N_("Stigning"),
    "uændret": N_("Ingen klar ændring"),
    "få": N_("For få data"),
    "skjult": N_("Skjult (få hændelser)"),
}
STYLES: Mapping[str, Mapping[str, Any]] = {
    "fald": {"fill": FALLING, "opacity": 0.75, "sign": "▼", "pattern": "lines-down", "first": True},
    "stigning": {"fill": RISING, "opacity": 0.75, "sign": "▲", "pattern": "lines-up", "first": True},
    "uændret": {"fill": UNCHANGED, "opacity": 0.85, "sign": "≈", "pattern": ""},
    "få": {"fill": UNKNOWN, "opacity": 0.6, "sign": "–", "pattern": "dots"},
    "skjult": {"fill": UNKNOWN, "opacity": 0.6, "sign": HIDDEN, "pattern": "dots"},
}


@dataclass(frozen=True)
class Window:
    """A window length with the two periods it compares, as shown."""

    days: int
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class View:
    """One choice of window and category: a row per area."""

    key: str
    window: Window
    category: str
    rows: tuple[ReleasedTrend, ...]


def trend_page(
    released: Sequence[ReleasedTrend],
    windows: Sequence[tuple[Period, Period]],
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    age: DataAge,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The page of released trends; ``windows`` holds the (before, after) day numbers of each window length."""
    base = basemap(partnership.areas, sketch)
    shown = [window_of(before, after) for before, after in windows]
    cut = views(released, shown, partnership)
    opened = max(shown, key=lambda window: window.days)
    return render(
        "trend",
        Frame(_("Udvikling"), partnership.name, "trend", assets, synthetic, links, base["attribution"]),
        partnership=partnership,
        data_age=age,
        windows=shown,
        opened_window=opened.days,
        opened=f"{opened.days}:{ALL_CATEGORIES}",
        views=cut,
        matrices=[(window, _matrix(released, window, partnership)) for window in shown],
        answers=[(window, summary(released, window.days, partnership)) for window in shown],
        categories=[(k, category_label(partnership, k)) for k in _categories(released)],
        all_categories=ALL_CATEGORIES,
        areas=partnership.areas.areas,
        kind=KIND,
        sign=SIGN,
        text={kind: _(text) for kind, text in TEXT.items()},
        styles=STYLES,
        change=change_text,
        hidden=HIDDEN,
        minimum_count=MINIMUM_COUNT,
        small_count=SMALL_COUNT,
        shell=map_shell(
            partnership.areas,
            label=_("Kort over områder. Samme oplysninger står i tabellen."),
            focus=("treated", "neighbour"),
        ),
        basemap=base,
        payload=_payload(cut, partnership),
    )


def window_of(before: Period, after: Period) -> Window:
    """How the window that compares ``after`` with ``before`` is called."""
    days = after[1] - after[0]
    label = {364: _("Seneste år"), 91: _("Seneste kvartal")}.get(days, _("Seneste {days} dage").format(days=days))
    return Window(days, label, period_text(before), period_text(after))


def views(released: Sequence[ReleasedTrend], windows: Sequence[Window], partnership: Partnership) -> list[View]:
    """The rows cut by window and category, areas in file order."""
    return [
        View(
            key=f"{window.days}:{category}",
            window=window,
            category=category_label(partnership, category),
            rows=tuple(
                sorted(
                    (r for r in released if r.window_days == window.days and r.category == category),
                    key=lambda row: row.area,
                )
            ),
        )
        for window in windows
        for category in _categories(released)
    ]


def change_text(row: ReleasedTrend) -> str:
    """``−18 % [−31; −2]``, or words where the counts are too small for a percentage."""
    if row.before is None or row.after is None or row.ratio is None or row.trend is None:
        return HIDDEN
    if row.trend == "for få data":
        return _("for få data")
    return percent_text(row.before, row.after, row.ratio)


def percent_text(before: float, after: float, ratio: RateRatio) -> str:
    """The change in per cent with its interval; words where a count is too small for one."""
    if min(before, after) < SMALL_COUNT or not math.isfinite(ratio.ratio):
        return _("små tal, ingen procent")
    change, lower, upper = (100 * (x - 1) for x in (ratio.ratio, ratio.lower, ratio.upper))
    return f"{danish.signed(change)}\u00a0% {danish.interval(lower, upper)}"


def summary(released: Sequence[ReleasedTrend], window_days: int, partnership: Partnership) -> str:
    """``Fald i to områder, stigning i ét område, ingen klar ændring i syv områder``: all categories."""
    rows = [r for r in released if r.window_days == window_days and r.category == ALL_CATEGORIES]
    number_of = {kind: sum(KIND[row.trend] == kind for row in rows) for kind in TEXT}
    said = [
        _("{what} i {areas}").format(what=_(TEXT[kind]).lower(), areas=_areas_text(number_of[kind]))
        for kind in ("fald", "stigning", "uændret")
        if number_of[kind]
    ]
    unknown = number_of["få"] + number_of["skjult"]
    if unknown:
        said.append(_("for få hændelser i {areas}").format(areas=_areas_text(unknown)))
    text = ", ".join(said) or _("ingen tal for {partnership} endnu").format(partnership=partnership.name)
    return text[0].upper() + text[1:]


def _areas_text(number: int) -> str:
    return danish.amount(number, _("område"), _("områder"))


def _matrix(
    released: Sequence[ReleasedTrend], window: Window, partnership: Partnership
) -> list[tuple[str, list[ReleasedTrend | None]]]:
    """Areas by categories: each area's name and its row per category."""
    at = {(row.area, row.category): row for row in released if row.window_days == window.days}
    return [
        (area.name, [at.get((i, category)) for category in _categories(released)])
        for i, area in enumerate(partnership.areas.areas)
    ]


def _categories(released: Sequence[ReleasedTrend]) -> list[int]:
    return sorted({row.category for row in released})


def _payload(cut: Sequence[View], partnership: Partnership) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for view in cut:
        classes: list[str | None] = [None] * len(partnership.areas.areas)
        for row in view.rows:
            classes[row.area] = KIND[row.trend]
        shown[view.key] = {"areas": classes, "arrows": []}
    return {"kind": "areas", "names": ["vindue", "kategori"], "styles": STYLES, "views": shown}
