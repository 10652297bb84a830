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
from maps.page import Frame, PageLinks, render, rounded
from maps.shell import map_shell
from maps.trend import KIND, SIGN, TEXT
from models.disclosure import MINIMUM_COUNT
from models.partnership import Partnership
from models.release_body import Body, period_of
from models.release_period import ReleasePeriod
from models.release_trend import released_classes

NOT_SHOWN = "vises ikke"
ALL = "Alle kategorier"
EVERYWHERE = "Alle områder"
HIDDEN = "skjult"
STYLES: Mapping[str, Mapping[str, Any]] = {
    **{f"klasse{i}": {"fill": fill, "opacity": 0.8} for i, fill in enumerate(SEQUENTIAL)},
    HIDDEN: {"fill": UNKNOWN, "opacity": 0.6, "pattern": "dots"},
}
AREAS, CELLS = "omraader", "celler"
HIDING = (
    f"Under {MINIMUM_COUNT} hændelser, eller et tal, der sammen med andre udgivne tal ville røbe et sådant. Nul og få "
    "hændelser ser ens ud, så »vises ikke« betyder ikke, at der er sket noget."
)
CHOICE = (
    "Alle summer regnes med: områder, kategorier, måneder, halvår, år og celler, også i det, der tidligere er udgivet. "
    f"Hvert lille tal skal stadig kunne være både 0 og {MINIMUM_COUNT - 1}. Der skjules så lidt som muligt."
)
COUNTED = "Anmeldte hændelser inden for områderne, hele tal. En hændelse med usikkert tidspunkt tælles i én måned."
FIXED = (
    "Tallene er, som de var kendt, da hver måned første gang blev udgivet. En rettelse er en ny udgivelse, der nævner "
    "den, den retter."
)
CHANGE = (
    "Sammenlignes med samme periode året før, ud fra udgivne tal alene: fald eller stigning, når forskellen er større, "
    "end tilfældig variation forklarer, også når der tages højde for antallet af tal (q ≤ 0,05)."
)
HEXAGONS = (
    "Sekskanter på cirka 86.000 m². Hvor der er for få adresser, eller antallet ikke kendes, er de lagt sammen, og en "
    "sekskant på en grænse er delt mellem områderne. Celler udgives for halvår og alle kategorier under ét."
)
METHOD = (
    ("Vises ikke", HIDING),
    ("Hvordan der skjules", CHOICE),
    ("Hvad der tælles", COUNTED),
    ("Ændres ikke", FIXED),
    ("Udvikling", CHANGE),
    ("Celler", HEXAGONS),
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
    frame = Frame("Udgivne tal", partnership.name, "trend", assets, synthetic, links, base["attribution"])
    options = [(one.id, _option(one)) for one in listed]
    if release is None:
        return render("release", frame, release=None, options=options, method=METHOD)
    body = release.body
    categories = [*(category["label"] for category in body["categories"]), ALL]
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
        text=TEXT,
        not_shown=NOT_SHOWN,
        method=METHOD,
        shell=map_shell(
            partnership.areas,
            label="Kort over områder. Samme oplysninger står i tabellen.",
            focus=("treated", "neighbour"),
        ),
        basemap=base,
        payload=_payload(body, cells.body if cells else None, partnership),
    )


def period_text(period: ReleasePeriod) -> str:
    """``marts 2026``, ``1. halvår 2026``, ``2026``."""
    if period.kind == "month":
        return f"{danish.MONTHS[period.start.month - 1]} {period.start.year}"
    return f"{1 + period.start.month // 7}. halvår {period.start.year}" if period.kind == "half-year" else str(period)


def _option(one: Listed) -> str:
    to_whom = "offentlig" if one.audience == "public" else "partnerskabet"
    return f"{period_text(one.period)} · {to_whom} · nr. {one.id}" + (f" · {one.note}" if one.note else "")


def _known(body: Body, partnership: Partnership) -> str:
    as_of = datetime.fromisoformat(body["as_of"]).astimezone(partnership.calendar.timezone)
    return f"Talt på det, der var kendt {danish.long_date(as_of.date())} {danish.clock(as_of)}"


def _lead(body: Body) -> str:
    total = body["figures"][-1][-1]
    period = period_text(period_of(body))
    if total is None:
        return f"Antallet af hændelser i alt i {period} vises ikke"
    return f"{danish.number(total)} anmeldte hændelser i områderne i {period}"


def _rows(body: Body, before: Body | None) -> list[dict[str, Any]]:
    """One row per area, all areas last: its figures, those a year before, and their classes."""
    classes = released_classes(body, before)
    alike = before is not None and all(body[what] == before[what] for what in ("areas", "categories"))
    names = [*(area["name"] for area in body["areas"]), EVERYWHERE]
    return [
        {
            "name": name,
            "figures": [NOT_SHOWN if x is None else danish.number(x) for x in figures],
            "before": [
                NOT_SHOWN if x is None else danish.number(x) for x in (before["figures"][i] if alike and before else [])
            ],
            "kinds": [KIND[one] if one else None for one in classes[i]],
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
            NOT_SHOWN if cell["count"] is None else danish.number(cell["count"]),
        )
        for cell in body["cells"]
    ]


def _part(cell: Mapping[str, Any], *, alone: bool) -> str:
    if alone:
        return "hele området"
    return "resten af området" if cell["resolution"] == 0 else ", ".join(cell["cells"])


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
    texts.append(f"{danish.number(limits[-1])} og flere")
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
    return {"kind": "areas", "names": ["kort", "kategori"], "styles": STYLES, "views": shown, "outlines": outlines}


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
