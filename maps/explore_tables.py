"""The answer to a question as tables: the page shows these, and every export carries these, figure by figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np

from geo.grid import centres, to_text
from maps import danish
from maps.cluster_history_json import ALL, ClusterHistory, KeptEvent, KeptLife
from maps.language import N_, _
from maps.page import PURPOSE, SYNTHETIC
from maps.places import place_names
from maps.quality import moment_text
from maps.question_text import areas_text, bases_text, categories_text, period_text, shifts_text, weekdays_text
from models.aoristic import ONE_PPM
from models.calendar import to_date
from models.exploration import Exploration
from models.explore_question import WEEK_DAYS, Period
from models.explore_series import PeriodSeries
from models.hour_weekday import hours_in_order
from models.panel import BASES
from models.partnership import Partnership
from models.period_comparison import ComparedRow

Value = str | int | float | date | None
Kind = Literal["text", "count", "whole", "ratio", "p", "date", "degrees"]
INCOMPLETE, NO_DATA = N_("ufuldstændig"), N_("ingen data")
EVENT_TEXT: Mapping[str, str] = {
    "birth": N_("opstod"),
    "split": N_("delte sig"),
    "merge": N_("optog en anden"),
    "death": N_("ophørte"),
}
CLASS_TEXT: Mapping[str, str] = {
    "fald": N_("fald"),
    "ingen klar ændring": N_("ingen klar ændring"),
    "stigning": N_("stigning"),
    "for få data": N_("for få data"),
}


@dataclass(frozen=True)
class Column:
    """``key`` names it for machines, ``heading`` for people, in the language of the moment."""

    key: str
    heading: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """``rows`` hold a value for each of ``columns``; None where there is none to show."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Parameter:
    """What the figures are of; ``value`` in words."""

    key: str
    heading: str
    value: str


@dataclass(frozen=True)
class ExploreTables:
    """Everything that is shown: what it is of, and the figures."""

    parameters: tuple[Parameter, ...]
    cells: Table
    series: Table
    hours: Table
    comparison: Table
    clusters: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.cells, self.series, self.hours, self.comparison, self.clusters


def explore_tables(
    found: Exploration,
    history: ClusterHistory | None,
    partnership: Partnership,
    sketch: Mapping[str, Any] | None,
    *,
    address: str,
    synthetic: bool,
) -> ExploreTables:
    """The tables of ``found`` and of the clusters of ``history`` in its period, in the language of the moment."""
    return ExploreTables(
        parameters(found, partnership, address=address, synthetic=synthetic),
        cells_table(found, partnership, sketch),
        series_table(found),
        hours_table(found, partnership),
        comparison_table(found, partnership),
        clusters_table(found, history, partnership, sketch),
    )


def parameters(found: Exploration, partnership: Partnership, *, address: str, synthetic: bool) -> tuple[Parameter, ...]:
    """What was asked, and on which data the answer rests."""
    question, reach = found.question, found.reach
    everything = _("alle")
    chosen = (
        ("areas", _("Områder"), areas_text(question, partnership)),
        ("categories", _("Kategorier"), categories_text(question, partnership)),
        ("basis", _("Grundlag"), bases_text(question)),
        ("shifts", _("Vagter"), shifts_text(question, partnership)),
        ("weekdays", _("Ugedage"), weekdays_text(question)),
    )
    rows = [
        Parameter("partnership", _("Partnerskab"), partnership.name),
        Parameter("period", _("Periode"), period_text(question.period)),
        Parameter("compared", _("Sammenlignet med"), period_text(question.compared)),
        *(Parameter(key, heading, ", ".join(texts) or everything) for key, heading, texts in chosen),
        Parameter("resolution", _("Celler (H3-opløsning)"), str(question.resolution)),
        Parameter("cell", _("Valgt celle"), "–" if question.cell is None else to_text([question.cell])[0]),
        Parameter("imported", _("Data til og med import"), moment_text(found.imported_s, partnership)),
        Parameter("known", _("Dage med data"), period_text(reach.known) if reach.known else "–"),
        Parameter("complete", _("Ufuldstændige dage fra"), danish.medium_date(to_date(max(reach.complete_until, 0)))),
        Parameter("run", _("Seneste kørsel"), danish.medium_date(reach.run.date) if reach.run else _("ingen endnu")),
        Parameter("address", _("Adresse"), f"/explore?{address}"),
        Parameter("use", _("Brug"), _(PURPOSE)),
    ]
    if synthetic:
        rows.append(Parameter("synthetic", _("Bemærk"), _(SYNTHETIC)))
    return tuple(rows)


def machine_parameters(
    found: Exploration, partnership: Partnership, address: str, *, synthetic: bool
) -> dict[str, Any]:
    """The same for machines: codes and ISO dates, periods half-open."""
    question, reach = found.question, found.reach
    return {
        "partnership": partnership.id,
        "period": _half_open(question.period),
        "compared": _half_open(question.compared),
        "areas": [partnership.areas.areas[i].id for i in question.areas],
        "categories": [partnership.categories[i].id for i in question.categories],
        "bases": [BASES[i] for i in question.bases],
        "shifts": [partnership.calendar.shifts[i].id for i in question.shifts],
        "weekdays": [day + 1 for day in question.weekdays],
        "resolution": question.resolution,
        "cell": None if question.cell is None else to_text([question.cell])[0],
        "imported_at": None if found.imported_s is None else datetime.fromtimestamp(found.imported_s, UTC).isoformat(),
        "known": _half_open(reach.known) if reach.known else None,
        "complete_until": to_date(max(reach.complete_until, 0)).isoformat(),
        "run": reach.run.date.isoformat() if reach.run else None,
        "as_of": reach.run.as_of.isoformat() if reach.run else None,
        "address": f"/explore?{address}",
        "synthetic": synthetic,
    }


def cells_table(found: Exploration, partnership: Partnership, sketch: Mapping[str, Any] | None) -> Table:
    """Every cell with an incident in one of the periods, the most in the period first."""
    cells = found.cells
    lon, lat = centres(cells.cell)
    places = place_names(lon, lat, cells.area, areas=partnership.areas, sketch=sketch)
    columns = (
        Column("cell", _("Celle")),
        Column("place", _("Sted")),
        Column("area", _("Område")),
        Column("count", _("Perioden"), "count"),
        Column("compared", _("Sammenlignet"), "count"),
        Column("lon", _("Længde"), "degrees"),
        Column("lat", _("Bredde"), "degrees"),
    )
    names = [area.name for area in partnership.areas.areas]
    rows = zip(
        to_text(cells.cell),
        places,
        [names[i] for i in cells.area.tolist()],
        counts(cells.period_ppm),
        counts(cells.compared_ppm),
        np.round(lon, 6).tolist(),
        np.round(lat, 6).tolist(),
        strict=True,
    )
    return Table("cells", _("Celler"), columns, tuple(rows))


def series_table(found: Exploration) -> Table:
    """Both periods step by step; where one is shorter it has no value."""
    columns = (
        Column("step", _("Dag") if found.step_days == 1 else _("Uge"), "whole"),
        Column("start", _("Fra"), "date"),
        Column("end", _("Til og med"), "date"),
        Column("count", _("Perioden"), "count"),
        Column("note", _("Forbehold")),
        Column("compared_start", _("Sammenlignet fra"), "date"),
        Column("compared_end", _("Sammenlignet til og med"), "date"),
        Column("compared", _("Sammenlignet"), "count"),
        Column("compared_note", _("Forbehold, sammenlignet")),
    )
    steps = max(len(found.period), len(found.compared))
    rows = [(i + 1, *_step(found.period, i), *_step(found.compared, i)) for i in range(steps)]
    return Table("series", _("Tidsserier"), columns, tuple(rows))


def hours_table(found: Exploration, partnership: Partnership) -> Table:
    """A row for each weekday, a column for each hour of the clock in the order of the shift-date, and the sum."""
    order = hours_in_order(partnership.calendar)
    columns = (
        Column("weekday", _("Ugedag")),
        *(Column(f"h{hour:02}", f"{hour:02}", "count") for hour in order),
        Column("total", _("I alt"), "count"),
    )
    rows: list[tuple[Value, ...]] = [
        (
            _(danish.WEEKDAYS[day]),
            *counts(found.hours[day][order]),
            counts(found.hours[day : day + 1].sum(axis=1))[0],
        )
        for day in range(WEEK_DAYS)
    ]
    return Table("hours", _("Time og ugedag"), columns, tuple(rows))


def comparison_table(found: Exploration, partnership: Partnership) -> Table:
    """What was compared; no ratio of small numbers."""
    columns = (
        Column("kind", _("Hvad")),
        Column("name", _("Navn")),
        Column("before", _("Før"), "count"),
        Column("before_days", _("Dage før"), "whole"),
        Column("after", _("Perioden"), "count"),
        Column("after_days", _("Dage"), "whole"),
        Column("ratio", _("Forhold"), "ratio"),
        Column("lower", _("Nedre 95 %"), "ratio"),
        Column("upper", _("Øvre 95 %"), "ratio"),
        Column("p", "p", "p"),
        Column("q", "q", "p"),
        Column("dispersion", _("Spredning"), "ratio"),
        Column("class", _("Svar")),
    )
    comparison = found.comparison
    rows = [_compared(row, comparison.before_days, comparison.after_days, partnership) for row in comparison.rows]
    return Table("comparison", _("Sammenligning"), columns, tuple(rows))


def clusters_table(
    found: Exploration, history: ClusterHistory | None, partnership: Partnership, sketch: Mapping[str, Any] | None
) -> Table:
    """The clusters that were there on a day of the period, in the areas and categories asked for."""
    columns = (
        Column("cluster", _("Klynge")),
        Column("category", _("Kategori")),
        Column("place", _("Sted")),
        Column("first", _("Set fra"), "date"),
        Column("last", _("Set til"), "date"),
        Column("state", _("Tilstand")),
        Column("most", _("Flest hændelser"), "whole"),
        Column("moved_m", _("Flyttet, meter"), "whole"),
        Column("events", _("Forløb")),
        Column("lon", _("Længde"), "degrees"),
        Column("lat", _("Bredde"), "degrees"),
    )
    lives = shown_lives(found, history, partnership)
    lon, lat = (np.array([getattr(life.last, name) for life in lives]) for name in ("lon", "lat"))
    area = partnership.areas.locate(lon, lat).area if lives else np.empty(0, np.int16)
    places = place_names(lon, lat, area, areas=partnership.areas, sketch=sketch)
    labels = {category.id: _(category.label) for category in partnership.categories} | {ALL: _("alle kategorier")}
    rows = [
        (
            life.id,
            labels.get(life.category, life.category),
            place,
            life.first.day,
            life.last.day,
            _state(life),
            life.most,
            round(life.moved_m),
            "; ".join(_event(event) for event in life.events),
            life.last.lon,
            life.last.lat,
        )
        for life, place in zip(lives, places, strict=True)
    ]
    return Table("clusters", _("Klynger"), columns, tuple(rows))


def shown_lives(found: Exploration, history: ClusterHistory | None, partnership: Partnership) -> list[KeptLife]:
    """The lives that reach into the period, of the chosen categories (all together where none is chosen) and areas."""
    if history is None:
        return []
    question = found.question
    first, stop = to_date(question.period.start), to_date(question.period.stop)
    wanted = {partnership.categories[i].id for i in question.categories} or {ALL}
    lives = [
        life for life in history.lives if life.category in wanted and life.first.day < stop and life.last.day >= first
    ]
    if lives and question.areas:
        lon, lat = (np.array([getattr(life.last, name) for life in lives]) for name in ("lon", "lat"))
        area = partnership.areas.locate(lon, lat).area.tolist()
        lives = [life for life, at in zip(lives, area, strict=True) if at in question.areas]
    return sorted(lives, key=lambda life: (-life.most, life.first.day, life.id))


def counts(weight_ppm: Any) -> list[float]:
    """Incidents of parts per million of one, to the last digit there is."""
    return [value / ONE_PPM for value in weight_ppm.tolist()]


def value_text(value: Value, kind: Kind) -> str:
    """A value as pages show it."""
    if value is None:
        return danish.MISSING
    if isinstance(value, date):
        return f"{danish.day_and_month(value)} {value.year}"
    if isinstance(value, str):
        return value
    if kind == "count":
        return danish.short_count(value)
    if kind == "p":
        return danish.p_value(value)
    return danish.number(value, {"ratio": 2, "degrees": 5}.get(kind, 0))


def _half_open(period: Period) -> dict[str, str]:
    return {"start": to_date(period.start).isoformat(), "stop": to_date(period.stop).isoformat()}


def _step(series: PeriodSeries, i: int) -> tuple[Value, Value, Value, Value]:
    if i >= len(series):
        return None, None, None, ""
    start, end = to_date(int(series.start[i])), to_date(int(series.stop[i]) - 1)
    if not series.covered[i]:
        return start, end, None, _(NO_DATA)
    return start, end, int(series.weight_ppm[i]) / ONE_PPM, "" if series.complete[i] else _(INCOMPLETE)


def _compared(row: ComparedRow, before_days: int, after_days: int, partnership: Partnership) -> tuple[Value, ...]:
    small = row.found == "for få data"
    # What is many times very little says nothing but that it was little.
    few = small or row.before < partnership.trend.min_count
    ratio = row.ratio
    return (
        {"all": _("Alt"), "area": _("Område"), "category": _("Kategori"), "shift": _("Vagt")}[row.kind],
        compared_name(row, partnership),
        row.before,
        before_days,
        row.after,
        after_days,
        None if few else ratio.ratio,
        None if few else ratio.lower,
        None if few else ratio.upper,
        None if small else ratio.p,
        None if small else row.q,
        row.factor,
        _(CLASS_TEXT[row.found]),
    )


def compared_name(row: ComparedRow, partnership: Partnership) -> str:
    """The area, category or shift of a row."""
    if row.kind == "area":
        return partnership.areas.areas[row.position].name
    if row.kind == "category":
        return _(partnership.categories[row.position].label)
    if row.kind == "shift":
        return _(partnership.calendar.shifts[row.position].label)
    return _("Alt, der er valgt")


def _state(life: KeptLife) -> str:
    if life.died:
        return _("ophørt")
    return _("ny og stadig der") if life.born else _("stadig der")


def _event(event: KeptEvent) -> str:
    text = f"{event.day.isoformat()} {_(EVENT_TEXT[event.kind])}"
    return f"{text} ({', '.join(event.others)})" if event.others else text
