"""The register of efforts as people use it: the list with a form, and one effort with what it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from maps import danish
from maps.assets import Assets
from maps.effort_charts import EffortCharts
from maps.effort_text import (
    ALL,
    CLASS_TEXT,
    DONE_TEXT,
    KIND_TEXT,
    aims,
    area_name,
    claim,
    doubts,
    effort_line,
    kind_text,
    lack_text,
    period,
)
from maps.language import N_, _
from maps.page import Frame, PageLinks, render
from maps.statistic_page import PageTable
from models.effort import Effort, EffortEvent
from models.effort_evaluation import Days, EffortEvaluation
from models.effort_result import EffortResult, EffortRow
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

EXPECTED = N_(
    "Områdets hændelser i en lang periode før, gange det kontrolområderne har ændret sig siden. De {run_up} "
    "dage lige før starten er ikke med: indsatser sættes ofte ind, når tallene lige har været høje, og de "
    "falder af sig selv."
)
RATIO = N_(
    "Hændelser delt med ventet. Intervallet er eksakt (Fisher, Cornfield) og tager højde for, at hændelser "
    "kommer i klumper. Fald eller stigning siges kun, hvor intervallet ikke rummer 1; for højst hver tyvende "
    "indsats uden virkning siges det alligevel. I tabellen er det q, der afgør, så rækkerne kan læses sammen."
)
PLACEBO = N_(
    "Samme regnestykke på tidligere datoer i området, hvor intet begyndte, og på andre områder i de samme "
    "dage. Er indsatsens udslag ikke blandt de største, kan det være tilfældigt, også hvor intervallet siger "
    "andet."
)
BY_ITSELF = N_(
    "Hvad der var at vente efter ugerne lige før, hvis intet var gjort (empirisk Bayes, Hauer 1997): deres "
    "tal trækkes mod det sædvanlige, mest hvor områdets niveau ellers ikke plejer at flytte sig."
)
NOT_SAID = N_(
    "Hvorfor tallet ændrede sig, eller om hændelserne er flyttet til et naboområde. Kun anmeldte hændelser på"
    " dage, hvor data er fuldstændige, er regnet med."
)


@dataclass(frozen=True)
class HistoryLine:
    """One step as it is told."""

    at: str
    actor: str
    what: str


def efforts_page(
    efforts: Sequence[Effort],
    partnership: Partnership,
    *,
    today: date,
    entered: Mapping[str, str],
    refused: str,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The list, newest first, with the form to add one; ``entered`` stands in it again where it was ``refused``."""
    rows = [
        {
            "id": effort.id,
            "line": effort_line(effort, partnership),
            "period": period(effort.entry),
            "open": effort.goes_on(today),
            "state": _state(effort, today),
        }
        for effort in efforts
    ]
    return render(
        "efforts",
        Frame(_("Indsatser"), partnership.name, "efforts", assets, synthetic, links),
        rows=rows,
        areas=[(area.id, area.name) for area in partnership.areas.areas],
        kinds=[(kind, _(text)) for kind, text in KIND_TEXT.items()],
        categories=[(category.id, _(category.label)) for category in partnership.categories],
        entered=entered,
        refused=refused,
    )


def effort_page(
    effort: Effort,
    history: Sequence[EffortEvent],
    result: EffortResult | None,
    charts: EffortCharts | None,
    partnership: Partnership,
    *,
    today: date,
    refused: str,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """One effort; ``result`` None where there is no run yet to take it from."""
    fell = result is not None and result.found == "fald"
    return render(
        "effort",
        Frame(_("Indsats {effort}").format(effort=effort.id), partnership.name, "efforts", assets, synthetic, links),
        effort=effort,
        state=_state(effort, today),
        facts=_facts(effort, result, partnership),
        changed=result is not None and result.found in {"fald", "stigning"},
        lead=_lead(effort, result, partnership),
        doubts=_doubts(effort, result, partnership),
        charts=charts,
        level=_level(result),
        table=_table(result, partnership),
        method=_method(partnership),
        may_have_moved=fell and effort.entry.area == partnership.areas.treated.id,
        history=[_told(event, partnership) for event in reversed(history)],
        refused=refused,
    )


def _method(partnership: Partnership) -> list[tuple[str, str]]:
    return [
        (_("Ventet"), _(EXPECTED).format(run_up=partnership.efforts.run_up_days)),
        (_("Forhold og interval"), _(RATIO)),
        (_("Uden indsats"), _(PLACEBO)),
        (_("Af sig selv"), _(BY_ITSELF)),
        (_("Det siger siden ikke"), _(NOT_SAID)),
    ]


def _state(effort: Effort, today: date) -> str:
    if effort.withdrawn:
        return _("trukket tilbage")
    if effort.goes_on(today):
        return _("i gang")
    return _("begynder senere") if effort.entry.start > today else _("slut")


def _lead(effort: Effort, result: EffortResult | None, partnership: Partnership) -> str:
    if effort.withdrawn:
        return _("Indsatsen er trukket tilbage og vurderes ikke")
    return _("Der er endnu ingen kørsel at vurdere ud fra") if result is None else claim(effort, result, partnership)


def _doubts(effort: Effort, result: EffortResult | None, partnership: Partnership) -> list[str]:
    if effort.withdrawn:
        return []
    if result is None:
        return [_("Den kommer med næste daglige kørsel.")]
    return doubts(result) if result.evaluation else [lack_text(result, partnership)]


def _facts(effort: Effort, result: EffortResult | None, partnership: Partnership) -> list[tuple[str, str]]:
    entry, areas = effort.entry, partnership.areas.areas
    entered = effort.entered_at.astimezone(partnership.calendar.timezone).date()
    told = [
        (_("Hvad"), kind_text(entry.kind)),
        (_("Hvor"), area_name(entry, partnership)),
        (_("Hvornår"), period(entry)),
        (_("Rettet mod"), aims(entry, partnership)),
        (
            _("Indtastet"),
            _("{entered} af {entered_by}").format(entered=danish.medium_date(entered), entered_by=effort.entered_by),
        ),
    ]
    if result is None or result.evaluation is None:
        return told
    found = result.evaluation
    told += [
        (_("Vurderet over"), _days(found.windows.during, result)),
        (_("Mod perioden"), _days(found.windows.baseline, result)),
        (_("Kontrolområder"), ", ".join(areas[position].name for position in found.controls)),
    ]
    if result.overlapping:
        others = ", ".join(_("indsats {number}").format(number=number) for number in result.overlapping)
        told.append(
            (_("Samtidig i området"), _("{others}; deres virkning kan ikke skilles fra denne.").format(others=others))
        )
    return told


def _days(days: Days, result: EffortResult) -> str:
    return danish.date_range(result.date_of(days[0]), result.date_of(days[1] - 1))


def _level(result: EffortResult | None) -> list[tuple[str, str]]:
    """What was to come, in the days of the effort."""
    if result is None or result.evaluation is None:
        return []
    found: EffortEvaluation = result.evaluation
    regression, weeks = found.regression, round((found.windows.run_up[1] - found.windows.run_up[0]) / 7)
    return [
        (
            _("Hvis niveauet fra de {weeks} uger lige før var fortsat").format(weeks=weeks),
            danish.number(regression.level, 1),
        ),
        (_("Ventet uden indsats efter de uger"), danish.number(regression.expected, 1)),
        (_("Ventet ud fra perioden før dem"), danish.number(found.change.expected, 1)),
        (_("Kom"), danish.short_count(found.change.observed)),
    ]


def _table(result: EffortResult | None, partnership: Partnership) -> PageTable | None:
    if result is None or not result.rows:
        return None
    columns = (_("Kategori"), _("Udvikling"), _("Ventet"), _("Kom"), _("Forhold"), _("Interval, 95\u00a0%"), "q")
    marked = frozenset(i for i, row in enumerate(result.rows) if row.found in {"fald", "stigning"})
    return PageTable(
        columns, [_row(row, partnership) for row in result.rows], text_columns=frozenset({0, 1}), marked=marked
    )


def _row(row: EffortRow, partnership: Partnership) -> tuple[str, ...]:
    name = _(ALL).capitalize() if row.category == ALL_CATEGORIES else _(partnership.categories[row.category].label)
    if row.change is None or row.found is None or row.q is None:
        return (name, _("For få hændelser"), *[danish.MISSING] * 5)
    change, ratio = row.change, row.change.ratio
    return (
        name,
        _(CLASS_TEXT[row.found]),
        danish.number(change.expected, 1),
        danish.short_count(change.observed),
        danish.number(ratio.ratio, 2),
        danish.interval(ratio.lower, ratio.upper, 2),
        danish.p_value(row.q),
    )


def _told(event: EffortEvent, partnership: Partnership) -> HistoryLine:
    at = event.at.astimezone(partnership.calendar.timezone)
    stop = _(", første dag uden: {stop}").format(stop=danish.medium_date(event.stop)) if event.stop else ""
    return HistoryLine(
        f"{danish.medium_date(at.date())} {danish.clock(at)}", event.actor, _(DONE_TEXT[event.action]) + stop
    )
