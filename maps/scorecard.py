"""The scorecard page: does the map of expected incidents find the places, beside what anyone could count?"""

from collections.abc import Mapping
from typing import Any

from maps import danish
from maps.assets import Assets
from maps.language import N_, _
from maps.page import Frame, PageLinks, render
from maps.plan_text import shift_label
from models.backtest import EVEN, MODEL, RECENT, YEAR
from models.calendar import to_date
from models.daily import DailyResult
from models.partnership import Partnership
from models.scorecard import MethodScore, Scorecard, Verdict, ViewScore

NAME: Mapping[str, str] = {
    MODEL: N_("Kortet"),
    RECENT: N_("Optælling, 28 dage"),
    YEAR: N_("Optælling, 365 dage"),
    EVEN: N_("Jævn fordeling"),
}
VERDICT: Mapping[Verdict, str] = {"on": N_("tændt"), "off": N_("slået fra"), "untested": N_("ikke prøvet")}
METHOD = (
    (
        N_("Prøven"),
        N_(
            "Hver dag i det seneste år er forudsagt igen alene ud fra det, der var kendt om morgenen, af den samme "
            "beregning, som kortet er lavet med, og holdt op mod det, der skete."
        ),
    ),
    (
        N_("Ramt"),
        N_(
            "Andelen af hændelserne, der faldt inden for de {share} af arealet, hvor der var ventet flest. PAI er den "
            "andel delt med arealets, 1 er som tilfældet. PEI er andelen af det højeste, der kunne være nået."
        ),
    ),
    (
        N_("Slået fra"),
        N_(
            "Kortet viser kun det ventede, hvor det er bedre end alle tre enkle prognoser, målt på log-score i "
            "perioder på fire uger. Kan det ikke afgøres for en del, gælder dommen for helheden. Dommen fornys hver "
            "fjerde uge."
        ),
    ),
    (
        N_("Niveau"),
        N_("Hændelser, der kom, for hver, der var ventet. 1 er helt rigtigt."),
    ),
)


def scorecard_page(
    result: DailyResult, partnership: Partnership, *, assets: Assets, synthetic: bool, links: PageLinks
) -> str:
    """Every view of the map beside the naive forecasts, in words first."""
    card = result.scorecard
    share = _share(card.share)
    return render(
        "scorecard",
        Frame(_("Træfsikkerhed"), partnership.name, "scorecard", assets, synthetic, links),
        tested=bool(card.views),
        lead=score_line(card),
        days=danish.date_range(to_date(card.first_day), to_date(card.stop_day - 1)) if card.views else "",
        share=share,
        names=[_(NAME[name]) for name in NAME],
        rows=[_row(view, partnership) for view in _in_order(card, partnership)],
        groups=_groups(card),
        off=sum(view.verdict == "off" for view in card.views),
        method=[(_(term), _(text).format(share=share)) for term, text in METHOD],
    )


def score_line(card: Scorecard) -> str:
    """One sentence for everybody: what the map found, and what counting would have."""
    whole = card.view(None, None)
    if whole is None:
        return _("Kortet er ikke prøvet endnu: der mangler data fra et helt år.")
    model = whole.methods[0]
    other = next(one for one in whole.methods if one.name == whole.instead)
    said = _("De {share} af arealet, hvor kortet ventede flest, fik {hits} af 100 hændelser; {name}: {other}.").format(
        share=_share(card.share),
        hits=danish.number(100 * model.hit_rate),
        name=_(NAME[whole.instead]).lower(),
        other=danish.number(100 * other.hit_rate),
    )
    if whole.verdict == "off":
        worse = _("Samlet er kortet ikke bedre end at tælle.")
        return f"{said} {worse}"
    return said


def scorecard_json(result: DailyResult, partnership: Partnership) -> dict[str, Any]:
    """The same for programs: shifts and categories by id, None for all of them; None where a number cannot be had."""
    card = result.scorecard
    return {
        "partnership": partnership.id,
        "date": result.date.isoformat(),
        "first_day": to_date(card.first_day).isoformat() if card.views else None,
        "stop_day": to_date(card.stop_day).isoformat() if card.views else None,
        "share": card.share,
        "views": [
            {
                "shift": None if view.shift is None else partnership.calendar.shifts[view.shift].id,
                "category": None if view.category is None else partnership.categories[view.category].id,
                "incidents": round(view.incidents, 1),
                "verdict": view.verdict,
                "borrowed": view.borrowed,
                "instead": view.instead,
                "methods": [_numbers(one) for one in view.methods],
            }
            for view in card.views
        ],
    }


def _numbers(one: MethodScore) -> dict[str, Any]:
    numbers = {
        name: (round(value, 4) if value == value else None) if isinstance(value, float) else value  # noqa: PLR0124
        for name, value in vars(one).items()
        if name != "name"
    }
    return {"method": one.name, **numbers}


def _in_order(card: Scorecard, partnership: Partnership) -> list[ViewScore]:
    """Everything, each shift, then each category with its shifts."""
    shifts = range(len(partnership.calendar.shifts))
    wanted: list[tuple[int | None, int | None]] = [(None, None), *((shift, None) for shift in shifts)]
    for category in range(len(partnership.categories)):
        wanted += [(None, category), *((shift, category) for shift in shifts)]
    return [view for key in wanted if (view := card.view(*key))]


def _row(view: ViewScore, partnership: Partnership) -> dict[str, Any]:
    category = _("Alle kategorier") if view.category is None else _(partnership.categories[view.category].label)
    shift = (
        _("Alle vagter") if view.shift is None else shift_label(partnership, partnership.calendar.shifts[view.shift].id)
    )
    return {
        "category": category,
        "shift": shift,
        "whole": view.shift is None,
        "incidents": danish.number(view.incidents),
        "hits": [_hit(one) for one in view.methods],
        "interval": danish.interval(100 * view.methods[0].lower, 100 * view.methods[0].upper)
        if view.methods[0].lower == view.methods[0].lower
        else "",
        "pai": danish.number(view.methods[0].pai, 1),
        "pei": danish.number(view.methods[0].pei, 2),
        "level": danish.number(view.methods[0].level, 2),
        "verdict": _(VERDICT[view.verdict]),
        "off": view.verdict == "off",
        "borrowed": view.borrowed,
        "instead": _(NAME[view.instead]),
    }


def _hit(one: MethodScore) -> str:
    return f"{danish.number(100 * one.hit_rate)} %".replace(" %", "\u00a0%")


def _groups(card: Scorecard) -> list[tuple[str, str, str]]:
    """Expected, observed and their ratio with its interval, from where least was expected to where most was."""
    found = card.calibration
    if found is None:
        return []
    columns = (found.expected, found.observed, found.ratio, found.lower, found.upper)
    return [
        (
            danish.number(expected),
            danish.number(observed),
            f"{danish.number(ratio, 2)} {danish.interval(lower, upper, 2)}",
        )
        for expected, observed, ratio, lower, upper in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _share(share: float) -> str:
    return f"{danish.number(100 * share)} %".replace(" %", "\u00a0%")
