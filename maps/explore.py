"""The page on which analysts ask: filters, map, two series, hours, comparison and clusters, all of one address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.grid import outline, to_text
from maps import danish
from maps.assets import Assets
from maps.basemap import basemap
from maps.cluster_history_json import ClusterHistory
from maps.colours import SEQUENTIAL, classes_of, count_breaks
from maps.explore_charts import cluster_chart, series_chart
from maps.explore_tables import CLASS_TEXT, ExploreTables, shown_lives, value_text
from maps.language import _
from maps.page import Frame, PageLinks, render, rounded
from maps.quality import moment_text
from maps.question_text import BASIS_TEXT, SUBJECT_TEXT, period_text, question_title
from maps.shell import Bounds, shell_of
from models.aoristic import ONE_PPM
from models.calendar import to_date
from models.exploration import DataReach, Exploration
from models.explore_question import RESOLUTIONS, WEEK_DAYS, Question
from models.panel import BASES
from models.partnership import Partnership

FIRST_ROWS = 10
FORMS = (("csv", "CSV"), ("gpkg", "GeoPackage"), ("parquet", "GeoParquet"))


@dataclass(frozen=True)
class Choice:
    """A box of the form."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Choices:
    """A group of boxes; ``summary`` says what is chosen."""

    name: str
    label: str
    summary: str
    boxes: tuple[Choice, ...]


@dataclass(frozen=True)
class Way:
    """Addresses of the view: itself, ``to_cell`` for one cell (None: all of them), and a file ``as_file`` of a form."""

    here: str
    to_cell: Callable[[str | None], str]
    as_file: Callable[[str], str]


def explore_page(
    found: Exploration,
    tables: ExploreTables,
    history: ClusterHistory | None,
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    way: Way,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The answer to a question; ``tables`` are what its exports carry."""
    question = found.question
    lives = shown_lives(found, history, partnership)
    base = basemap(partnership.areas, sketch)
    breaks = count_breaks(np.round(found.cells.period_ppm / ONE_PPM))
    return render(
        "explore",
        _frame(partnership, base["attribution"], assets, links, synthetic=synthetic),
        refused="",
        answer=_answer(found),
        title=question_title(question, partnership),
        cut_off=cut_off_text(found, partnership),
        doubts=_doubts(found),
        form=_form(question, partnership),
        groups=_groups(question, partnership),
        question=question,
        chosen_cell=None if question.cell is None else to_text([question.cell])[0],
        way=way,
        files=[(name, way.as_file(form)) for form, name in FORMS],
        subjects=[(key, _(text)) for key, text in SUBJECT_TEXT.items()],
        shell=shell_of(
            partnership.areas.bounds,
            label=_("Kort over celler. Samme tal står i tabellen."),
            focus=_focus(question, partnership),
        ),
        basemap=base,
        payload=_payload(found, tables, breaks, way),
        legend=_legend(breaks),
        tables=tables,
        text=value_text,
        first_rows=FIRST_ROWS,
        nameless=[danish.short_count(ppm / ONE_PPM) if ppm else "" for ppm in found.cells.nameless_ppm],
        series=series_chart(found),
        hourless=danish.short_count(found.hourless_ppm / ONE_PPM) if found.hourless_ppm else "",
        levels=_levels(found.hours),
        comparison=found.comparison,
        compared_days=_compared_days(found),
        partnership=partnership,
        clusters=None
        if history is None
        else cluster_chart(
            lives,
            max(history.first, to_date(question.period.start)),
            min(history.last, to_date(question.period.stop - 1)),
        ),
        followed=None if history is None else danish.date_range(history.first, history.last),
    )


def refused_question_page(
    refused: str,
    partnership: Partnership,
    *,
    given: Mapping[str, Sequence[str]],
    reach: DataReach,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The form alone with why nothing could be answered; what was ``given`` stands in it again."""
    return render(
        "explore",
        _frame(partnership, "", assets, links, synthetic=synthetic),
        refused=refused,
        form={name: (given.get(name) or [""])[0] for name in ("from", "to", "compare_from", "compare_to")}
        | {"resolutions": _resolutions(partnership, (given.get("resolution") or [""])[0])},
        groups=_groups(None, partnership, given),
        known=period_text(reach.known) if reach.known else "",
        chosen_cell=None,
    )


def cut_off_text(found: Exploration, partnership: Partnership) -> str:
    """On which data the figures rest, in a sentence or two."""
    reach = found.reach
    if found.imported_s is None or reach.known is None:
        return _("Der er ingen data endnu.")
    text = _("Tallene bygger på alt, der er indlæst til og med {imported}. Data dækker {known}.").format(
        imported=moment_text(found.imported_s, partnership), known=period_text(reach.known)
    )
    return f"{text} {_complete_text(reach)}"


def _complete_text(reach: DataReach) -> str:
    day = danish.medium_date(to_date(reach.complete_until))
    if reach.run is None:
        return _(
            "Der er ingen kørsel endnu, så anmeldeforsinkelsen er ikke målt; dage fra {day} regnes som ufuldstændige."
        ).format(day=day)
    return _("Dage fra {day} er ufuldstændige efter den seneste kørsel, som er for {run}.").format(
        day=day, run=danish.medium_date(reach.run.date)
    )


def _frame(partnership: Partnership, attribution: str, assets: Assets, links: PageLinks, *, synthetic: bool) -> Frame:
    return Frame(_("Udforsk"), partnership.name, "explore", assets, synthetic, links, attribution)


def _answer(found: Exploration) -> str:
    """The whole in a line: both counts and what the comparison says."""
    if not found.period.covered.any():
        return _("Der er ingen data for perioden.")
    total = danish.short_count(found.total)
    compared = danish.short_count(found.compared_total) if found.compared.covered.any() else _("ingen data")
    text = _("{total} hændelser i perioden, {compared} i den, der sammenlignes med").format(
        total=total, compared=compared
    )
    if not found.comparison.possible:
        return _("{text}; de to kan ikke sammenlignes.").format(text=text)
    row = found.comparison.rows[0]
    return f"{text}: {_(CLASS_TEXT[row.found])}."


def _doubts(found: Exploration) -> list[str]:
    """What the reader must know before the figures are used."""
    reach, doubts = found.reach, []
    named = ((_("Perioden"), found.question.period), (_("Perioden, der sammenlignes med,"), found.question.compared))
    for name, period in named:
        known = reach.known
        inside = period.within(known.start, known.stop) if known else None
        if inside is None:
            doubts.append(_("{name} ligger helt uden for data: der er intet at tælle.").format(name=name))
        elif inside != period:
            doubts.append(
                _("{name} ligger delvis uden for data: kun {inside} er dækket.").format(
                    name=name, inside=period_text(inside)
                )
            )
        if inside is not None and inside.stop > reach.complete_until:
            days = inside.stop - max(reach.complete_until, inside.start)
            doubts.append(
                _("{name} har {days} dage, som ikke er færdiganmeldt; de indgår ikke i sammenligningen.").format(
                    name=name, days=danish.number(days)
                )
            )
    return doubts


def _compared_days(found: Exploration) -> tuple[str, str] | None:
    comparison = found.comparison
    if comparison.before is None or comparison.after is None:
        return None
    return period_text(comparison.before), period_text(comparison.after)


def _form(question: Question, partnership: Partnership) -> dict[str, Any]:
    return {
        "from": to_date(question.period.start).isoformat(),
        "to": to_date(question.period.stop - 1).isoformat(),
        "compare_from": to_date(question.compared.start).isoformat(),
        "compare_to": to_date(question.compared.stop - 1).isoformat(),
        "resolutions": _resolutions(partnership, str(question.resolution)),
    }


def _resolutions(partnership: Partnership, chosen: str) -> list[Choice]:
    texts = {9: _("store (ca. 350 m)"), 10: _("mellem (ca. 130 m)"), 11: _("små (ca. 50 m)")}
    known = [r for r in RESOLUTIONS if r <= partnership.resolutions.stored]
    return [Choice(str(r), texts[r], str(r) == chosen) for r in known]


def _groups(
    question: Question | None, partnership: Partnership, given: Mapping[str, Sequence[str]] | None = None
) -> list[Choices]:
    kinds: list[tuple[str, str, list[tuple[str, str]], tuple[int, ...]]] = [
        ("area", _("Områder"), [(a.id, a.name) for a in partnership.areas.areas], question.areas if question else ()),
        (
            "category",
            _("Kategorier"),
            [(c.id, _(c.label)) for c in partnership.categories],
            question.categories if question else (),
        ),
        ("basis", _("Grundlag"), [(b, _(BASIS_TEXT[b])) for b in BASES], question.bases if question else ()),
        (
            "shift",
            _("Vagter"),
            [(s.id, _(s.label)) for s in partnership.calendar.shifts],
            question.shifts if question else (),
        ),
        (
            "weekday",
            _("Ugedage"),
            [(str(day + 1), _(danish.WEEKDAYS[day])) for day in range(WEEK_DAYS)],
            question.weekdays if question else (),
        ),
    ]
    groups = []
    for name, label, options, chosen in kinds:
        values = set((given or {}).get(name, ())) if question is None else {options[i][0] for i in chosen}
        boxes = tuple(Choice(value, text, value in values) for value, text in options)
        texts = [box.label for box in boxes if box.chosen]
        summary = ", ".join(texts) if len(texts) <= 2 else _("{n} valgt").format(n=len(texts))
        groups.append(Choices(name, label, summary or _("alle"), boxes))
    return groups


def _focus(question: Question, partnership: Partnership) -> Bounds:
    """Where the map opens: the areas asked for, else the treated area and its neighbours."""
    areas = partnership.areas.areas
    shown = [areas[i] for i in question.areas] or [area for area in areas if area.role != "control"]
    west, south, east, north = (float(x) for x in shapely.total_bounds([area.polygon for area in shown]))
    return west, south, east, north


def _payload(found: Exploration, tables: ExploreTables, breaks: Sequence[float], way: Way) -> dict[str, Any]:
    """Cells of the map: outline, class, what is read out, and where a click leads."""
    values = np.round(found.cells.period_ppm / ONE_PPM)
    classes = classes_of(values, breaks).tolist()
    chosen = None if found.question.cell is None else to_text([found.question.cell])[0]
    palette = SEQUENTIAL[len(SEQUENTIAL) - len(breaks) :]
    return {
        "kind": "explore",
        "cells": [
            {
                "id": row[0],
                "ring": [[rounded(lat), rounded(lon)] for lon, lat in outline(int(cell))[:-1]],
                "colour": palette[kind] if kind >= 0 else None,
                "href": way.to_cell(None if row[0] == chosen else str(row[0])),
                "title": f"{row[1]}: {value_text(row[3], 'count')}",
                "chosen": row[0] == chosen,
            }
            for row, cell, kind in zip(tables.cells.rows, found.cells.cell, classes, strict=True)
        ],
    }


def _legend(breaks: Sequence[float]) -> list[tuple[str, str]]:
    """Colour and range of each class."""
    palette = SEQUENTIAL[len(SEQUENTIAL) - len(breaks) :]
    texts = []
    for i, low in enumerate(breaks):
        if i + 1 == len(breaks):
            texts.append(_("{low} eller flere").format(low=danish.number(low)))
        else:
            high = breaks[i + 1] - 1
            texts.append(danish.number(low) if high == low else f"{danish.number(low)}–{danish.number(high)}")
    return list(zip(palette, texts, strict=True))


def _levels(hours: Any) -> list[list[int]]:
    """A shade from 0 to 5 for each hour of each weekday, in equal steps up to the largest."""
    largest = int(hours.max(initial=0))
    if not largest:
        return [[0] * hours.shape[1] for _row in range(hours.shape[0])]
    shades: list[list[int]] = np.ceil(5 * np.maximum(hours, 0) / largest).astype(int).tolist()
    return shades
