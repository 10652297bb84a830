"""The quality page: how fresh, complete and well placed the data behind the maps are. No figure is of a person."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from geo.areas import NO_AREA
from maps import danish
from maps.assets import Assets
from maps.page import Frame, PageLinks, render
from maps.places import OUTSIDE, place_names
from maps.status import data_age
from models.calendar import to_date
from models.daily import DailyResult
from models.disclosure import MINIMUM_COUNT
from models.partnership import Partnership
from models.quality import AccuracyBand, AreaQuality, ImportRecord, QualityReport

UNDER = f"under {MINIMUM_COUNT}"
NOT_SHOWN = "skjult"
MANY_REJECTED = 0.05
MANY_DUPLICATES = 0.01
MANY_AT_EDGES = 0.10
MANY_OUTSIDE = 0.10
MANY_INEXACT = 0.15
EXACT_M = 25.0
REASONS: Mapping[str, str] = {
    "row-ragged": "Rækken har et forkert antal felter",
    "row-unreadable": "Rækken kan ikke læses",
    "person-data": "Rækken ligner personoplysninger",
    "key-missing": "Sagsnummer mangler",
    "time-missing": "Tidspunkt mangler",
    "time-start-missing": "Starttidspunkt mangler; kun slut er kendt",
    "time-format": "Tidspunktet har et andet format end profilens",
    "time-no-such-date": "Datoen findes ikke",
    "time-skipped-hour": "Timen findes ikke (skift til sommertid)",
    "time-out-of-range": "Året er før 1970 eller efter 2199",
    "time-future": "Tidspunktet ligger i fremtiden",
    "time-end-before-start": "Slut ligger før start",
    "time-too-long": "Hændelsen varer over et år",
    "category-missing": "Kategori mangler",
    "category-unknown": "Kategorien er ikke i profilen",
    "basis-missing": "Grundlag mangler",
    "basis-unknown": "Grundlaget er ikke i profilen",
    "withdrawn-unknown": "Det er uklart, om sagen er trukket tilbage",
    "coordinates-missing": "Koordinat mangler",
    "geometry-not-a-point": "Stedet er ikke et punkt",
    "coordinates-not-numbers": "Koordinaten er ikke et tal",
    "coordinates-not-degrees": "Koordinaten er ikke et sted",
    "coordinates-swapped": "Koordinaterne er byttet om",
    "outside": "Stedet ligger langt uden for områderne",
    "accuracy-invalid": "Nøjagtigheden kan ikke bruges",
    "address-missing": "Adresse mangler",
    "address-unknown": "Adressen kendes ikke",
    "address-ambiguous": "Adressen kan være flere steder",
}
METHODS: Mapping[str, str] = {
    "coordinate": "Koordinat i filen",
    "address": "Adresse fundet",
    "range": "Mellem to husnumre",
    "near-address": "Ved en adresse",
    "corner": "Hjørne af to veje",
    "place": "Plads eller park",
    "street": "Kun vejen fundet",
    "decision": "Afgjort ved gennemgang",
}


@dataclass(frozen=True)
class Row:
    """A line of a table: what, a note under it, and the figures as text."""

    label: str
    note: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class DayRow:
    """A recent day and how much of it is estimated to be known, in whole percent; None where unknown."""

    label: str
    percent: int | None
    complete: bool


def quality_page(
    result: DailyResult,
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The page of a run's quality report."""
    quality = result.quality
    zone = partnership.calendar.timezone
    return render(
        "quality",
        Frame("Datakvalitet", partnership.name, "quality", assets, synthetic, links),
        partnership=partnership,
        parameters=partnership.quality,
        quality=quality,
        data_age=data_age(result, partnership),
        warnings=warnings(result, partnership),
        freshness=[
            ("Seneste hændelse slut", moment_text(quality.last_event_s, partnership)),
            ("Seneste anmeldelse", moment_text(quality.last_report_s, partnership)),
            ("Seneste import", moment_text(quality.imports[0].imported_s if quality.imports else None, partnership)),
        ],
        delays=_delays(quality),
        days=_days(result),
        share=partnership.completeness.share,
        rejects=[Row(REASONS.get(row.name, row.name), row.name, (count_text(row.count),)) for row in quality.rejects],
        imports=[_import(record, datetime.fromtimestamp(record.imported_s, zone)) for record in quality.imports],
        methods=[Row(METHODS.get(row.name, row.name), "", (part_text(row.count),)) for row in quality.methods],
        accuracy=[Row(band_text(band), "", (part_text(band.count),)) for band in quality.accuracy],
        dump_points=_dump_points(quality, partnership, sketch),
        areas=[_area(row, partnership) for row in quality.areas],
        duplicates=duplicates_text(quality),
        under=UNDER,
        hidden=NOT_SHOWN,
        minimum_count=MINIMUM_COUNT,
    )


def warnings(result: DailyResult, partnership: Partnership) -> list[str]:
    """What a person should look at before trusting the maps, one sentence each; empty where nothing stands out."""
    quality = result.quality
    found = []
    if data_age(result, partnership).stale:
        found.append("Data er gamle: der er dage uden nye oplysninger før kortets dato.")
    last = quality.imports[0] if quality.imports else None
    if last and last.rejected >= MINIMUM_COUNT and last.rejected > MANY_REJECTED * last.read:
        found.append(f"{_percent(last.rejected / last.read)} af rækkerne i seneste import blev afvist.")
    if quality.dump_point_count:
        points = danish.amount(quality.dump_point_count, "punkt", "punkter")
        found.append(f"{points.capitalize()} har påfaldende mange hændelser og er måske ikke et rigtigt sted.")
    if quality.duplicates and quality.duplicates > MANY_DUPLICATES * quality.incidents:
        found.append(f"{danish.number(quality.duplicates)} hændelser ligner dubletter.")
    if (quality.edge_share or 0) > MANY_AT_EDGES:
        found.append(f"{_percent(quality.edge_share)} ligger så nær en områdegrænse, at området er usikkert.")
    if (quality.outside_share or 0) > MANY_OUTSIDE:
        found.append(f"{_percent(quality.outside_share)} ligger uden for områderne og tæller ikke med i kortene.")
    inexact = sum(band.count or 0 for band in quality.accuracy if band.above_m >= EXACT_M)
    if quality.incidents and inexact > MANY_INEXACT * quality.incidents:
        share = _percent(inexact / quality.incidents)
        found.append(f"{share} er stedfæstet med en usikkerhed på over {danish.number(EXACT_M)} m.")
    return found


def duration_text(seconds: float) -> str:
    """``45 min``, ``3,5 timer``, ``2,1 døgn``.

    >>> duration_text(5400), duration_text(12_600)
    ('90 min', '3,5 timer')
    """
    if seconds < 60:
        return "under 1 min"
    if seconds < 2 * 3600:
        return f"{danish.number(seconds / 60)} min"
    if seconds < 48 * 3600:
        return f"{danish.number(seconds / 3600, 1)} timer"
    return f"{danish.number(seconds / 86_400, 1)} døgn"


def moment_text(instant_s: int | None, partnership: Partnership) -> str:
    """A moment in words, or that none is known."""
    if instant_s is None:
        return "ingen endnu"
    local = datetime.fromtimestamp(instant_s, partnership.calendar.timezone)
    return f"{danish.long_date(local.date())} {danish.clock(local)}"


def count_text(count: int | None) -> str:
    """A count, or that it is small."""
    return UNDER if count is None else danish.number(count)


def part_text(count: int | None) -> str:
    """A part of a total that is shown: hidden where it is small or would reveal a small one."""
    return NOT_SHOWN if count is None else danish.number(count)


def band_text(band: AccuracyBand) -> str:
    """``Op til 10 m``, ``10–25 m``, ``Over 100 m``."""
    if math.isinf(band.up_to_m):
        return f"Over {danish.number(band.above_m)} m"
    upper = danish.number(band.up_to_m)
    return f"{danish.number(band.above_m)}–{upper} m" if band.above_m else f"Op til {upper} m"


def duplicates_text(quality: QualityReport) -> str:
    """How many incidents look like another one."""
    if quality.duplicates is None:
        return f"Under {MINIMUM_COUNT} hændelser ligner en anden."
    groups = count_text(quality.duplicate_groups)
    share = danish.number(100 * quality.duplicates / quality.incidents, 1)
    return f"{danish.number(quality.duplicates)} hændelser ({share}\u00a0%) i {groups} grupper ligner hinanden."


def _delays(quality: QualityReport) -> list[Row]:
    named = (
        ("Fra hændelse til anmeldelse", quality.report_delay),
        ("Fra anmeldelse til import", quality.import_delay),
    )
    return [
        Row(label, "", (duration_text(d.median_s), duration_text(d.p90_s), danish.number(d.incidents)))
        if d
        else Row(label, "kan ikke måles endnu", ("–", "–", "–"))
        for label, d in named
    ]


def _days(result: DailyResult) -> list[DayRow]:
    return [
        DayRow(
            danish.short_date(to_date(day.day), result.date),
            None if day.share is None else math.floor(100 * day.share),
            day.complete,
        )
        for day in result.quality.days
    ]


def _import(record: ImportRecord, at: datetime) -> Row:
    counts = (record.accepted, record.created, record.changed, record.rejected)
    figures = tuple(UNDER if count < MINIMUM_COUNT else danish.number(count) for count in counts)
    # Columns are not incidents: a small number of them tells of nobody.
    figures += (danish.number(record.dropped_columns),)
    return Row(f"{danish.medium_date(at.date())} {danish.clock(at)}", record.source, figures)


def _dump_points(
    quality: QualityReport, partnership: Partnership, sketch: Mapping[str, Any] | None
) -> list[tuple[str, str, str, str]]:
    """Place, area, coordinate and count of each dump point."""
    points = quality.dump_points
    lon, lat = (np.array([getattr(point, name) for point in points]) for name in ("lon", "lat"))
    area = np.array([point.area for point in points], dtype=np.int16)
    names = place_names(lon, lat, area, areas=partnership.areas, sketch=sketch)
    return [
        (name, _area_name(p.area, partnership), f"{p.lat:.5f}, {p.lon:.5f}", danish.number(p.incidents))
        for name, p in zip(names, points, strict=True)
    ]


def _area(row: AreaQuality, partnership: Partnership) -> Row:
    edge_share = "–" if row.edge_share is None else _percent(row.edge_share)
    name = _area_name(row.area, partnership)
    return Row(name, "", (part_text(row.incidents), part_text(row.edge), edge_share))


def _area_name(area: int, partnership: Partnership) -> str:
    return OUTSIDE if area == NO_AREA else partnership.areas.areas[area].name


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    return f"{danish.number(100 * share, 0 if share >= 0.1 else 1)}\u00a0%"
