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
from maps.page import Frame, PageLinks, render
from maps.statistic_page import PageTable
from models.effort import Effort, EffortEvent
from models.effort_evaluation import Days, EffortEvaluation
from models.effort_result import EffortResult, EffortRow
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership

LABEL = ALL.capitalize()
EXPECTED = (
    "Områdets hændelser i en lang periode før, gange det kontrolområderne har ændret sig siden. De {run_up} dage lige "
    "før starten er ikke med: indsatser sættes ofte ind, når tallene lige har været høje, og de falder af sig selv."
)
RATIO = (
    "Hændelser delt med ventet. Intervallet er eksakt (Fisher, Cornfield) og tager højde for, at hændelser kommer i "
    "klumper. Fald eller stigning siges kun, hvor intervallet ikke rummer 1; for højst hver tyvende indsats uden "
    "virkning siges det alligevel. I tabellen er det q, der afgør, så rækkerne kan læses sammen."
)
PLACEBO = (
    "Samme regnestykke på tidligere datoer i området, hvor intet begyndte, og på andre områder i de samme dage. Er "
    "indsatsens udslag ikke blandt de største, kan det være tilfældigt, også hvor intervallet siger andet."
)
BY_ITSELF = (
    "Hvad der var at vente efter ugerne lige før, hvis intet var gjort (empirisk Bayes, Hauer 1997): deres tal trækkes "
    "mod det sædvanlige, mest hvor områdets niveau ellers ikke plejer at flytte sig."
)
NOT_SAID = (
    "Hvorfor tallet ændrede sig, eller om hændelserne er flyttet til et naboområde. Kun anmeldte hændelser på dage, "
    "hvor data er fuldstændige, er regnet med."
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
        Frame("Indsatser", partnership.name, "efforts", assets, synthetic, links),
        rows=rows,
        areas=[(area.id, area.name) for area in partnership.areas.areas],
        kinds=list(KIND_TEXT.items()),
        categories=[(category.id, category.label) for category in partnership.categories],
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
        Frame(f"Indsats {effort.id}", partnership.name, "efforts", assets, synthetic, links),
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
        ("Ventet", EXPECTED.format(run_up=partnership.efforts.run_up_days)),
        ("Forhold og interval", RATIO),
        ("Uden indsats", PLACEBO),
        ("Af sig selv", BY_ITSELF),
        ("Det siger siden ikke", NOT_SAID),
    ]


def _state(effort: Effort, today: date) -> str:
    if effort.withdrawn:
        return "trukket tilbage"
    if effort.goes_on(today):
        return "i gang"
    return "begynder senere" if effort.entry.start > today else "slut"


def _lead(effort: Effort, result: EffortResult | None, partnership: Partnership) -> str:
    if effort.withdrawn:
        return "Indsatsen er trukket tilbage og vurderes ikke"
    return "Der er endnu ingen kørsel at vurdere ud fra" if result is None else claim(effort, result, partnership)


def _doubts(effort: Effort, result: EffortResult | None, partnership: Partnership) -> list[str]:
    if effort.withdrawn:
        return []
    if result is None:
        return ["Den kommer med næste daglige kørsel."]
    return doubts(result) if result.evaluation else [lack_text(result, partnership)]


def _facts(effort: Effort, result: EffortResult | None, partnership: Partnership) -> list[tuple[str, str]]:
    entry, areas = effort.entry, partnership.areas.areas
    entered = effort.entered_at.astimezone(partnership.calendar.timezone).date()
    told = [
        ("Hvad", kind_text(entry.kind)),
        ("Hvor", area_name(entry, partnership)),
        ("Hvornår", period(entry)),
        ("Rettet mod", aims(entry, partnership)),
        ("Indtastet", f"{danish.medium_date(entered)} af {effort.entered_by}"),
    ]
    if result is None or result.evaluation is None:
        return told
    found = result.evaluation
    told += [
        ("Vurderet over", _days(found.windows.during, result)),
        ("Mod perioden", _days(found.windows.baseline, result)),
        ("Kontrolområder", ", ".join(areas[position].name for position in found.controls)),
    ]
    if result.overlapping:
        others = ", ".join(f"indsats {number}" for number in result.overlapping)
        told.append(("Samtidig i området", f"{others}; deres virkning kan ikke skilles fra denne."))
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
        (f"Hvis niveauet fra de {weeks} uger lige før var fortsat", danish.number(regression.level, 1)),
        ("Ventet uden indsats efter de uger", danish.number(regression.expected, 1)),
        ("Ventet ud fra perioden før dem", danish.number(found.change.expected, 1)),
        ("Kom", danish.short_count(found.change.observed)),
    ]


def _table(result: EffortResult | None, partnership: Partnership) -> PageTable | None:
    if result is None or not result.rows:
        return None
    columns = ("Kategori", "Udvikling", "Ventet", "Kom", "Forhold", "Interval, 95\u00a0%", "q")
    marked = frozenset(i for i, row in enumerate(result.rows) if row.found in {"fald", "stigning"})
    return PageTable(
        columns, [_row(row, partnership) for row in result.rows], text_columns=frozenset({0, 1}), marked=marked
    )


def _row(row: EffortRow, partnership: Partnership) -> tuple[str, ...]:
    name = LABEL if row.category == ALL_CATEGORIES else partnership.categories[row.category].label
    if row.change is None or row.found is None or row.q is None:
        return (name, "For få hændelser", *[danish.MISSING] * 5)
    change, ratio = row.change, row.change.ratio
    return (
        name,
        CLASS_TEXT[row.found],
        danish.number(change.expected, 1),
        danish.short_count(change.observed),
        danish.number(ratio.ratio, 2),
        danish.interval(ratio.lower, ratio.upper, 2),
        danish.p_value(row.q),
    )


def _told(event: EffortEvent, partnership: Partnership) -> HistoryLine:
    at = event.at.astimezone(partnership.calendar.timezone)
    stop = f", første dag uden: {danish.medium_date(event.stop)}" if event.stop else ""
    return HistoryLine(
        f"{danish.medium_date(at.date())} {danish.clock(at)}", event.actor, DONE_TEXT[event.action] + stop
    )
