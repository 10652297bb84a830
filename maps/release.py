"""The page of releases: counts per area and category of a fixed period, as the steering group may see them."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import shapely

from geo.grid import from_text, outline
from maps import danish
from maps.assets import Assets
from maps.basemap import basemap
from maps.colours import COUNT_LADDER, SEQUENTIAL, UNKNOWN
from maps.language import N_, _
from maps.page import Frame, PageLinks, render, rounded
from maps.shell import map_shell
from maps.trend import KIND, SIGN, TEXT
from models.disclosure import MINIMUM_COUNT
from models.partnership import Partnership
from models.release_body import Body, period_of
from models.release_period import ReleasePeriod
from models.release_trend import comparable, released_changes

NOT_SHOWN = N_("vises ikke")
ALL = N_("Alle kategorier")
EVERYWHERE = N_("Alle områder")
HIDDEN = "skjult"
STYLES: Mapping[str, Mapping[str, Any]] = {
    **{f"klasse{i}": {"fill": fill, "opacity": 0.8} for i, fill in enumerate(SEQUENTIAL)},
    HIDDEN: {"fill": UNKNOWN, "opacity": 0.6, "pattern": "dots"},
}
AREAS, CELLS = "omraader", "celler"
HIDING = N_(
    "Under {minimum} hændelser, eller et tal, der sammen med andre udgivne tal ville røbe et sådant. Nul og få "
    "hændelser ser ens ud, så »vises ikke« betyder ikke, at der er sket noget."
)
CHOICE = N_(
    "Alle summer regnes med: områder, kategorier, måneder, halvår, år og celler, også i det, der tidligere er udgivet. "
    "Hvert lille tal skal stadig kunne være både 0 og {highest}. Der skjules så lidt som muligt."
)
COUNTED = N_("Anmeldte hændelser inden for områderne, hele tal. En hændelse med usikkert tidspunkt tælles i én måned.")
FIXED = N_(
    "Tallene er, som de var kendt, da hver måned første gang blev udgivet. En rettelse er en ny udgivelse, "
    "der nævner den, den retter."
)
CHANGE = N_(
    "Sammenlignes med samme periode året før, ud fra udgivne tal alene: fald eller stigning, når forskellen "
    "er større, end tilfældig variation forklarer, også når der tages højde for antallet af tal (q ≤ 0,05)."
)
HEXAGONS = N_(
    "Sekskanter på cirka 86.000 m². Hvor der er for få adresser, eller antallet ikke kendes, er de lagt "
    "sammen, og en sekskant på en grænse er delt mellem områderne. Celler udgives for halvår og alle "
    "kategorier under ét."
)
METHOD = (
    (N_("Vises ikke"), HIDING),
    (N_("Hvordan der skjules"), CHOICE),
    (N_("Hvad der tælles"), COUNTED),
    (N_("Ændres ikke"), FIXED),
    (N_("Udvikling"), CHANGE),
    (N_("Celler"), HEXAGONS),
)


@dataclass(frozen=True)
class Listed:
    """A release in the list of those there are."""

    id: int
    period: ReleasePeriod
    audience: str
    note: str = ""


@dataclass(frozen=True)
class ShownRelease:
    """A release with its body; ``note`` says where it does not hold any more, ``replaces`` what it corrects."""

    id: int
    body: Body
    note: str = ""
    replaces: int | None = None


def release_page(
    release: ShownRelease | None,
    cells: ShownRelease | None,
    before: ShownRelease | None,
    *,
    listed: Sequence[Listed],
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The page of an areas' ``release``, with the ``cells`` of its half-year and the period a year ``before``."""
    base = basemap(partnership.areas, sketch)
    frame = Frame(_("Udgivne tal"), partnership.name, "trend", assets, synthetic, links, base["attribution"])
    options = [(one.id, _option(one)) for one in listed]
    if release is None:
        return render("release", frame, release=None, options=options, method=_method())
    body = release.body
    categories = [*(_(category["label"]) for category in body["categories"]), _(ALL)]
    rows = _rows(body, before.body if before else None)
    return render(
        "release",
        frame,
        release=release,
        options=options,
        period=period_text(period_of(body)),
        earlier=period_text(period_of(body).year_before()),
        known=_known(body, partnership),
        lead=_lead(body),
        cells=cells,
        cell_rows=_cell_rows(cells.body) if cells else [],
        categories=categories,
        rows=rows,
        styles=STYLES,
        ladders=_ladders(body, cells.body if cells else None),
        sign=SIGN,
        text={kind: _(text) for kind, text in TEXT.items()},
        not_shown=_(NOT_SHOWN),
        method=_method(),
        shell=map_shell(
            partnership.areas,
            label=_("Kort over områder. Samme oplysninger står i tabellen."),
            focus=("treated", "neighbour"),
        ),
        basemap=base,
        payload=_payload(body, cells.body if cells else None, partnership),
    )


def period_text(period: ReleasePeriod) -> str:
    """``marts 2026``, ``1. halvår 2026``, ``2026``."""
    if period.kind == "month":
        return f"{danish.MONTHS[period.start.month - 1]} {period.start.year}"
    return (
        _("{half}. halvår {year}").format(half=1 + period.start.month // 7, year=period.start.year)
        if period.kind == "half-year"
        else str(period)
    )


def _method() -> list[tuple[str, str]]:
    """What the words and rules of the page mean."""
    numbers = {"minimum": MINIMUM_COUNT, "highest": MINIMUM_COUNT - 1}
    return [(_(term), _(text).format(**numbers)) for term, text in METHOD]


def _option(one: Listed) -> str:
    to_whom = _("offentlig") if one.audience == "public" else _("partnerskabet")
    return _("{period} · {to_whom} · nr. {number}").format(
        period=period_text(one.period), to_whom=to_whom, number=one.id
    ) + (f" · {one.note}" if one.note else "")


def _known(body: Body, partnership: Partnership) -> str:
    as_of = datetime.fromisoformat(body["as_of"]).astimezone(partnership.calendar.timezone)
    return _("Talt på det, der var kendt {date} {as_of}").format(
        date=danish.long_date(as_of.date()), as_of=danish.clock(as_of)
    )


def _lead(body: Body) -> str:
    total = body["figures"][-1][-1]
    period = period_text(period_of(body))
    if total is None:
        return _("Antallet af hændelser i alt i {period} vises ikke").format(period=period)
    return _("{total} anmeldte hændelser i områderne i {period}").format(total=danish.number(total), period=period)


def _rows(body: Body, before: Body | None) -> list[dict[str, Any]]:
    """One row per area, all areas last: its figures, those a year before, and how they changed."""
    changes = released_changes(body, before)
    alike = before is not None and comparable(body, before)
    names = [*(area["name"] for area in body["areas"]), _(EVERYWHERE)]
    return [
        {
            "name": name,
            "figures": [_(NOT_SHOWN) if x is None else danish.number(x) for x in figures],
            "before": [
                _(NOT_SHOWN) if x is None else danish.number(x)
                for x in (before["figures"][i] if alike and before else [])
            ],
            "kinds": [KIND[one.trend] if one else None for one in changes[i]],
        }
        for i, (name, figures) in enumerate(zip(names, body["figures"], strict=True))
    ]


def _cell_rows(body: Body) -> list[tuple[str, str, str]]:
    """Area, which part of it, and the figure of each cell."""
    name = {area["id"]: area["name"] for area in body["areas"]}
    parts = Counter(cell["area"] for cell in body["cells"])
    return [
        (
            name[cell["area"]],
            _part(cell, alone=parts[cell["area"]] == 1),
            _(NOT_SHOWN) if cell["count"] is None else danish.number(cell["count"]),
        )
        for cell in body["cells"]
    ]


def _part(cell: Mapping[str, Any], *, alone: bool) -> str:
    if alone:
        return _("hele området")
    return _("resten af området") if cell["resolution"] == 0 else ", ".join(cell["cells"])


def _ladders(body: Body, cells: Body | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """The legend of each map: the views it belongs to, and its classes; that of the page as it opens last."""
    numbers = range(len(body["categories"]) + 1)
    found = [(f"{AREAS}:{c}", _ladder(_limits(_areas_only(body, c)))) for c in numbers]
    if cells:
        views = " ".join(f"{CELLS}:{c}" for c in numbers)
        found.insert(0, (views, _ladder(_limits([cell["count"] for cell in cells["cells"]]))))
    return found


def _ladder(limits: Sequence[int]) -> list[tuple[str, str]]:
    texts = [f"{danish.number(low)}–{danish.number(high - 1)}" for low, high in pairwise(limits)]
    texts.append(_("{least} og flere").format(least=danish.number(limits[-1])))
    return [(f"klasse{i}", text) for i, text in enumerate(texts)]


def _limits(figures: Sequence[int | None]) -> list[int]:
    """Where classes begin, from what is shown alone: round numbers from the smallest count there may be."""
    most = max((x for x in figures if x is not None), default=0)
    steps = [step for step in COUNT_LADDER if MINIMUM_COUNT <= step <= most] or [MINIMUM_COUNT]
    least = min((x for x in figures if x is not None), default=MINIMUM_COUNT)
    steps = steps[max(0, bisect_right(steps, least) - 1) :]
    if len(steps) <= len(SEQUENTIAL):
        return steps
    last = len(SEQUENTIAL) - 1
    return [steps[round(i * (len(steps) - 1) / last)] for i in range(last + 1)]


def _areas_only(body: Body, category: int) -> list[int | None]:
    return [row[category] for row in body["figures"][:-1]]


def _payload(body: Body, cells: Body | None, partnership: Partnership) -> dict[str, Any]:
    position = {area["id"]: i for i, area in enumerate(body["areas"])}
    in_cells = [cell["count"] for cell in cells["cells"]] if cells else []
    shown: dict[str, Any] = {}
    for c in range(len(body["categories"]) + 1):
        figures = _areas_only(body, c)
        kinds = _kinds(
            [figures[position[a.id]] if a.id in position else None for a in partnership.areas.areas], figures
        )
        shown[f"{AREAS}:{c}"] = {"areas": kinds, "arrows": []}
        if cells:
            none = [None] * len(kinds)
            shown[f"{CELLS}:{c}"] = {"areas": none, "arrows": [], "cells": _kinds(in_cells, in_cells)}
    outlines = [_outline(cell, partnership) for cell in cells["cells"]] if cells else []
    return {
        "kind": "areas",
        "names": ["kort", "kategori"],
        "styles": STYLES,
        "views": shown,
        "outlines": outlines,
    }


def _kinds(figures: Sequence[int | None], among: Sequence[int | None]) -> list[str]:
    limits = _limits(among)
    return [HIDDEN if x is None else f"klasse{bisect_right(limits, x) - 1}" for x in figures]


def _outline(cell: Mapping[str, Any], partnership: Partnership) -> list[list[list[list[float]]]]:
    """Polygons of rings of lon, lat: the part of the hexagons that lies in the cell's area."""
    areas = partnership.areas
    if cell["area"] not in areas.index:
        return []
    whole = shapely.union_all([shapely.Polygon(outline(int(one))) for one in from_text(cell["cells"])])
    inside = whole.intersection(areas.areas[areas.index[cell["area"]]].polygon)
    polygons = [part for part in shapely.get_parts(inside) if isinstance(part, shapely.Polygon)]
    return [
        [
            [[rounded(lon), rounded(lat)] for lon, lat in shapely.get_coordinates(ring)]
            for ring in (polygon.exterior, *polygon.interiors)
        ]
        for polygon in polygons
    ]
