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
from maps.language import N_, _
from maps.page import Frame, PageLinks, render
from maps.places import OUTSIDE, place_names
from maps.status import data_age
from models.calendar import to_date
from models.daily import DailyResult
from models.disclosure import MINIMUM_COUNT
from models.partnership import Partnership
from models.quality import AccuracyBand, AreaQuality, ImportRecord, QualityReport

NOT_SHOWN = N_("skjult")
MANY_REJECTED = 0.05
MANY_DUPLICATES = 0.01
MANY_AT_EDGES = 0.10
MANY_OUTSIDE = 0.10
MANY_INEXACT = 0.15
EXACT_M = 25.0
REASONS: Mapping[str, str] = {
    "row-ragged": N_("Rækken har et forkert antal felter"),
    "row-unreadable": N_("Rækken kan ikke læses"),
    "person-data": N_("Rækken ligner personoplysninger"),
    "key-missing": N_("Sagsnummer mangler"),
    "time-missing": N_("Tidspunkt mangler"),
    "time-start-missing": N_("Starttidspunkt mangler; kun slut er kendt"),
    "time-format": N_("Tidspunktet har et andet format end profilens"),
    "time-no-such-date": N_("Datoen findes ikke"),
    "time-skipped-hour": N_("Timen findes ikke (skift til sommertid)"),
    "time-out-of-range": N_("Året er før 1970 eller efter 2199"),
    "time-future": N_("Tidspunktet ligger i fremtiden"),
    "time-end-before-start": N_("Slut ligger før start"),
    "time-too-long": N_("Hændelsen varer over et år"),
    "category-missing": N_("Kategori mangler"),
    "category-unknown": N_("Kategorien er ikke i profilen"),
    "basis-missing": N_("Grundlag mangler"),
    "basis-unknown": N_("Grundlaget er ikke i profilen"),
    "withdrawn-unknown": N_("Det er uklart, om sagen er trukket tilbage"),
    "coordinates-missing": N_("Koordinat mangler"),
    "geometry-not-a-point": N_("Stedet er ikke et punkt"),
    "coordinates-not-numbers": N_("Koordinaten er ikke et tal"),
    "coordinates-not-degrees": N_("Koordinaten er ikke et sted"),
    "coordinates-swapped": N_("Koordinaterne er byttet om"),
    "outside": N_("Stedet ligger langt uden for områderne"),
    "accuracy-invalid": N_("Nøjagtigheden kan ikke bruges"),
    "address-missing": N_("Adresse mangler"),
    "address-unknown": N_("Adressen kendes ikke"),
    "address-ambiguous": N_("Adressen kan være flere steder"),
}
METHODS: Mapping[str, str] = {
    "coordinate": N_("Koordinat i filen"),
    "address": N_("Adresse fundet"),
    "range": N_("Mellem to husnumre"),
    "near-address": N_("Ved en adresse"),
    "corner": N_("Hjørne af to veje"),
    "place": N_("Plads eller park"),
    "street": N_("Kun vejen fundet"),
    "decision": N_("Afgjort ved gennemgang"),
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
        Frame(_("Datakvalitet"), partnership.name, "quality", assets, synthetic, links),
        partnership=partnership,
        parameters=partnership.quality,
        quality=quality,
        data_age=data_age(result, partnership),
        warnings=warnings(result, partnership),
        freshness=[
            (_("Seneste hændelse slut"), moment_text(quality.last_event_s, partnership)),
            (_("Seneste anmeldelse"), moment_text(quality.last_report_s, partnership)),
            (_("Seneste import"), moment_text(quality.imports[0].imported_s if quality.imports else None, partnership)),
        ],
        delays=_delays(quality),
        days=_days(result),
        share=partnership.completeness.share,
        rejects=[
            Row(_(REASONS.get(row.name, row.name)), row.name, (count_text(row.count),)) for row in quality.rejects
        ],
        imports=[_import(record, datetime.fromtimestamp(record.imported_s, zone)) for record in quality.imports],
        methods=[Row(_(METHODS.get(row.name, row.name)), "", (part_text(row.count),)) for row in quality.methods],
        accuracy=[Row(band_text(band), "", (part_text(band.count),)) for band in quality.accuracy],
        dump_points=_dump_points(quality, partnership, sketch),
        areas=[_area(row, partnership) for row in quality.areas],
        duplicates=duplicates_text(quality),
        under=under_text(),
        hidden=_(NOT_SHOWN),
        minimum_count=MINIMUM_COUNT,
    )


def warnings(result: DailyResult, partnership: Partnership) -> list[str]:
    """What a person should look at before trusting the maps, one sentence each; empty where nothing stands out."""
    quality = result.quality
    found = []
    if data_age(result, partnership).stale:
        found.append(_("Data er gamle: der er dage uden nye oplysninger før kortets dato."))
    last = quality.imports[0] if quality.imports else None
    if last and last.rejected >= MINIMUM_COUNT and last.rejected > MANY_REJECTED * last.read:
        found.append(
            _("{share} af rækkerne i seneste import blev afvist.").format(share=_percent(last.rejected / last.read))
        )
    if quality.dump_point_count:
        points = danish.amount(quality.dump_point_count, _("punkt"), _("punkter"))
        found.append(
            _("{points} har påfaldende mange hændelser og er måske ikke et rigtigt sted.").format(
                points=points.capitalize()
            )
        )
    if quality.duplicates and quality.duplicates > MANY_DUPLICATES * quality.incidents:
        found.append(_("{duplicates} hændelser ligner dubletter.").format(duplicates=danish.number(quality.duplicates)))
    if (quality.edge_share or 0) > MANY_AT_EDGES:
        found.append(
            _("{edge_share} ligger så nær en områdegrænse, at området er usikkert.").format(
                edge_share=_percent(quality.edge_share)
            )
        )
    if (quality.outside_share or 0) > MANY_OUTSIDE:
        found.append(
            _("{outside_share} ligger uden for områderne og tæller ikke med i kortene.").format(
                outside_share=_percent(quality.outside_share)
            )
        )
    inexact = sum(band.count or 0 for band in quality.accuracy if band.above_m >= EXACT_M)
    if quality.incidents and inexact > MANY_INEXACT * quality.incidents:
        share = _percent(inexact / quality.incidents)
        found.append(
            _("{share} er stedfæstet med en usikkerhed på over {exact_m} m.").format(
                share=share, exact_m=danish.number(EXACT_M)
            )
        )
    return found


def duration_text(seconds: float) -> str:
    """``45 min``, ``3,5 timer``, ``2,1 døgn``.

    >>> duration_text(5400), duration_text(12_600)
    ('90 min', '3,5 timer')
    """
    if seconds < 60:
        return _("under 1 min")
    if seconds < 2 * 3600:
        return _("{minutes} min").format(minutes=danish.number(seconds / 60))
    if seconds < 48 * 3600:
        return _("{hours} timer").format(hours=danish.number(seconds / 3600, 1))
    return _("{days} døgn").format(days=danish.number(seconds / 86_400, 1))


def moment_text(instant_s: int | None, partnership: Partnership) -> str:
    """A moment in words, or that none is known."""
    if instant_s is None:
        return _("ingen endnu")
    local = datetime.fromtimestamp(instant_s, partnership.calendar.timezone)
    return f"{danish.long_date(local.date())} {danish.clock(local)}"


def under_text() -> str:
    """What stands for a small number."""
    return _("under {minimum}").format(minimum=MINIMUM_COUNT)


def count_text(count: int | None) -> str:
    """A count, or that it is small."""
    return under_text() if count is None else danish.number(count)


def part_text(count: int | None) -> str:
    """A part of a total that is shown: hidden where it is small or would reveal a small one."""
    return _(NOT_SHOWN) if count is None else danish.number(count)


def band_text(band: AccuracyBand) -> str:
    """``Op til 10 m``, ``10–25 m``, ``Over 100 m``."""
    if math.isinf(band.up_to_m):
        return _("Over {above_m} m").format(above_m=danish.number(band.above_m))
    upper = danish.number(band.up_to_m)
    return f"{danish.number(band.above_m)}–{upper} m" if band.above_m else _("Op til {upper} m").format(upper=upper)


def duplicates_text(quality: QualityReport) -> str:
    """How many incidents look like another one."""
    if quality.duplicates is None:
        return _("Under {minimum_count} hændelser ligner en anden.").format(minimum_count=MINIMUM_COUNT)
    groups = count_text(quality.duplicate_groups)
    share = danish.number(100 * quality.duplicates / quality.incidents, 1)
    return _("{duplicates} hændelser ({share}\u00a0%) i {groups} grupper ligner hinanden.").format(
        duplicates=danish.number(quality.duplicates), share=share, groups=groups
    )


def _delays(quality: QualityReport) -> list[Row]:
    named = (
        (_("Fra hændelse til anmeldelse"), quality.report_delay),
        (_("Fra anmeldelse til import"), quality.import_delay),
    )
    return [
        Row(label, "", (duration_text(d.median_s), duration_text(d.p90_s), danish.number(d.incidents)))
        if d
        else Row(label, _("kan ikke måles endnu"), ("–", "–", "–"))
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
    figures = tuple(under_text() if count < MINIMUM_COUNT else danish.number(count) for count in counts)
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
    return _(OUTSIDE) if area == NO_AREA else partnership.areas.areas[area].name


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    return f"{danish.number(100 * share, 0 if share >= 0.1 else 1)}\u00a0%"
