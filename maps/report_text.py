"""What a report says, in Danish: a published report is what it was, so it has one language."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from maps import danish
from maps.release import period_text
from models.agreement import BreakKind
from models.indicator import ACTION_CATEGORIES, CATEGORY_UNIT
from models.release_period import release_period

Report = Mapping[str, Any]
EVERY = "Alle kategorier"
EVERYWHERE = "Alle områder"
HIDDEN = "vises ikke"
WORD: Mapping[str | None, str] = {
    "fald": "fald",
    "stigning": "stigning",
    "ingen klar ændring": "ingen klar ændring",
    None: HIDDEN,
}
SIGN: Mapping[str | None, str] = {"fald": "▼", "stigning": "▲", "ingen klar ændring": "≈", None: ""}
KIND: Mapping[str | None, str] = {"fald": "fell", "stigning": "rose", "ingen klar ændring": "same", None: "none"}
BREAKS: Mapping[BreakKind, str] = {
    "category-definition": "kategorien er defineret anderledes",
    "area-boundary": "områdets grænse er flyttet",
    "reporting-channel": "der kan anmeldes på en ny måde",
    "recording-practice": "hændelser registreres på en ny måde",
    "recording-system": "der er taget et nyt system i brug",
}
GOAL_STATE: Mapping[str, str] = {
    "met": "nået",
    "not met": "ikke nået",
    "open": "kan ikke afgøres endnu",
    "not shown": "kan ikke vises: for få hændelser",
    "no baseline": "kan ikke vurderes: udgangspunktet er ikke udgivet",
    "broken": "kan ikke vurderes: tallene kan ikke sammenlignes",
}
METHOD = (
    (
        "Hvad der tælles",
        (
            "Hændelser, som borgere har anmeldt, inden for områderne. Det, politiet selv finder, tælles ikke med, "
            "for det følger patruljerne. Rapporten handler om steder, aldrig om personer."
        ),
    ),
    (
        "Fald og stigning",
        (
            "Siges kun, når forskellen fra samme periode året før er større, end tilfældig variation forklarer, "
            "også når der tages højde for, at mange tal sammenlignes (q ≤ 0,05). Spændet ved hvert tal siger, "
            "hvor stor ændringen kan være (95 %). »Ingen klar ændring« betyder ikke, at intet er sket, kun at "
            "tallene ikke kan vise det."
        ),
    ),
    (
        "Flytning",
        (
            "Siges kun, når indsatsområdet er faldet, og naboen samtidig er steget mere end resten af området. "
            "Begge dele prøves for sig, så en rapport uden flytning nævner en i højst 5 af 100 tilfælde."
        ),
    ),
    (
        "Små tal",
        (
            "Tal under {minimum} vises ikke, og heller ikke tal, der sammen med andre udgivne tal kunne røbe dem. "
            "Nul og få hændelser ser ens ud."
        ),
    ),
    (
        "Ændres ikke",
        (
            "Tallene er udgivne tal og står, som de var kendt, da de blev udgivet. Rapporten ændres aldrig; en "
            "rettelse er en ny rapport, der nævner den, den retter."
        ),
    ),
)


def title(report: Report) -> str:
    """``Rapport for 1. halvår 2026``."""
    return f"Rapport for {period_text(release_period(report['period']))}"


def earlier(report: Report) -> str:
    """The period it is compared with, ``1. halvår 2025``; empty where there is none."""
    return period_text(release_period(report["before"])) if report["before"] else ""


def known(report: Report) -> str:
    """Until when what it counts was known."""
    return f"Talt på det, der var kendt {danish.medium_date(datetime.fromisoformat(report['as_of']).date())}"


def area_names(report: Report) -> dict[str | None, str]:
    return {**{area["id"]: area["name"] for area in report["areas"]}, None: EVERYWHERE}


def category_names(report: Report) -> dict[str | None, str]:
    return {**{one["id"]: one["label"] for one in report["categories"]}, None: EVERY}


def changes(report: Report, trend: str) -> list[str]:
    """``Hash og narkotika i Indre Nørrebro: 84 → 41`` for each figure of that ``trend``."""
    areas = [*(area["name"] for area in report["areas"]), EVERYWHERE]
    labels = [*(one["label"] for one in report["categories"]), EVERY]
    return [
        f"{labels[c]} i {areas[a] if a < len(areas) - 1 else EVERYWHERE.lower()}: "
        f"{danish.number(figure['before'])} → {danish.number(figure['now'])}"
        for a, row in enumerate(report["rows"])
        for c, figure in enumerate(row)
        if figure["trend"] == trend
    ]


def counted(report: Report) -> dict[str, int]:
    """How many figures have each class, how many are hidden, and how many a break makes incomparable."""
    figures = [figure for row in report["rows"] for figure in row]
    return {
        "compared": sum(figure["trend"] is not None for figure in figures),
        "same": sum(figure["trend"] == "ingen klar ændring" for figure in figures),
        "hidden": sum(figure["trend"] is None and not figure["broken"] for figure in figures),
        "broken": sum(figure["broken"] for figure in figures),
    }


def displacement_lead(report: Report) -> str:
    """One sentence for page one."""
    treated = next((area["name"] for area in report["areas"] if area["role"] == "treated"), "indsatsområdet")
    names = category_names(report)
    moved = [
        f"{names[claim['category']].lower()} til {one['name']}"
        for one in report["displacement"]
        for claim in one["claims"]
        if claim["category"] is not None or len(one["claims"]) == 1
    ]
    if moved:
        return f"Tegn på flytning fra {treated}: {_listed(moved)}."
    if not any(one["judged"] for one in report["displacement"]):
        return "Om noget er flyttet til naboerne, kan ikke vurderes: der mangler tal at sammenligne."
    return f"Intet tegn på, at noget er flyttet fra {treated} til naboerne."


def displacement_line(one: Mapping[str, Any], report: Report) -> str:
    """What is said of one neighbour."""
    names = category_names(report)
    if one["claims"]:
        return "; ".join(
            f"{names[claim['category']]}: {_fell(claim['treated'])} i indsatsområdet, {_fell(claim['gained'])} her"
            for claim in one["claims"]
        )
    if not one["judged"]:
        return "kan ikke vurderes: for få hændelser til at vise"
    if one["detectable"] is None:
        return "intet tegn på flytning, men tallene er for små til, at den kunne ses"
    least, what = danish.number(one["detectable"]), names[one["detectable_in"]].lower()
    return f"intet tegn på flytning; den ville ses fra cirka {least} flyttede hændelser ({what})"


def _fell(pair: Sequence[int]) -> str:
    return f"{danish.number(pair[0])} → {danish.number(pair[1])}"


def goal_line(goal: Mapping[str, Any], report: Report) -> str:
    """``Hash og narkotika i Indre Nørrebro: 20 % færre end i 2025, senest 2027``."""
    share = f"{danish.number(100 * abs(goal['change']))} % {'færre' if goal['change'] < 0 else 'flere'}"
    names, areas = category_names(report), area_names(report)
    what = names.get(goal["category"], str(goal["category"]))
    return (
        f"{what} i {areas.get(goal['area'], goal['area'])}: {share} end i {goal['baseline_year']}, "
        f"senest {goal['by_year']}"
    )


def goal_result(goal: Mapping[str, Any]) -> str:
    """What became of it so far."""
    state = GOAL_STATE[goal["state"]]
    if goal["now"] is None:
        return state
    figures = f"{danish.number(goal['before'])} → {danish.number(goal['now'])}, {factor(goal)}"
    return f"{state} ({figures})"


def factor(figure: Mapping[str, Any]) -> str:
    """``× 0,34–0,73``: how many times as many there may be now."""
    if figure["lower"] is None or figure["upper"] is None:
        return ""
    return f"× {danish.number(figure['lower'], 2)}–{danish.number(figure['upper'], 2)}"


def break_line(one: Mapping[str, Any], report: Report) -> str:
    """``1. juli 2025: der kan anmeldes på en ny måde (Tyveri, alle områder)``."""
    areas, names = area_names(report), category_names(report)
    where = areas.get(one["area"], str(one["area"]))
    what = names.get(one["category"], str(one["category"]))
    return f"{danish.medium_date(date.fromisoformat(one['on']))}: {BREAKS[one['kind']]} ({what}, {where.lower()})"


def indicator_value(one: Mapping[str, Any], series: Mapping[str, Any]) -> str:
    """``71 % [68; 74]``, or the category's word."""
    if series["unit"] == CATEGORY_UNIT:
        return ACTION_CATEGORIES[int(one["value"])]
    number = danish.short_count(one["value"])
    ends = "" if one["lower"] is None else f" {danish.interval(one['lower'], one['upper'])}"
    return f"{number} {series['unit']}{ends}".replace(" %", "\u00a0%")


def span(one: Mapping[str, Any]) -> str:
    """The days of a value as short as they can be said: ``2025``, ``1. halvår 2026``, or from and to."""
    start, stop = date.fromisoformat(one["start"]), date.fromisoformat(one["stop"])
    if (start.day, start.month, stop.day, stop.month) == (1, 1, 1, 1) and stop.year == start.year + 1:
        return str(start.year)
    months = 12 * (stop.year - start.year) + stop.month - start.month
    if (start.day, stop.day) == (1, 1) and months == 6 and start.month in {1, 7}:
        return f"{1 + start.month // 7}. halvår {start.year}"
    return danish.date_range(start, date.fromordinal(stop.toordinal() - 1))


def _listed(words: Sequence[str]) -> str:
    return " og ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
