"""The steering group's report: a part of a page, and the same on paper. Only its body is read, so it shows nothing
else."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Any

from markupsafe import Markup

from maps import danish
from maps import report_text as text
from maps.assets import Assets, static_text
from maps.language import _, speaking
from maps.page import PURPOSE, SYNTHETIC, Frame, PageLinks, render, rendered_part
from maps.release import period_text
from models.indicator import ACTION_CATEGORIES, CATEGORY_UNIT
from models.release_body import Body
from models.release_period import ReleasePeriod

NAMED = 6  # changes that page one names; all of them stand in the table
WIDEST = 4.0  # the axis of ratios goes from a quarter to four times
WIDTH = 240.0
TICKS = (0.25, 0.5, 1.0, 2.0, 4.0)


def report_part(body: Body) -> str:
    """The report of a body (`models.report_body`) as an element of a page, in Danish."""
    with speaking("da"):
        return str(rendered_part("report_part", **_shown(body)))


def report_paper(body: Body, part: str) -> str:
    """``part``, the report of ``body``, as a page of its own, complete in itself, to be made a PDF."""
    with speaking("da"):
        return str(
            rendered_part(
                "report_paper",
                style=_style(),
                title=f"{text.title(body)}, {body['partnership']['name']}",
                foot=f"{body['partnership']['name']} · {text.title(body)} · Trygkort",
                part=Markup(part),  # noqa: S704 - made from a template that escapes
            )
        )


def report_page(
    part: str, *, title: str, paper: str, note: str, partnership: str, assets: Assets, synthetic: bool, links: PageLinks
) -> str:
    """A published report in the frame of the service; ``paper`` is the way to its PDF."""
    frame = Frame(title, partnership, "reports", assets, synthetic, links)
    return render("report", frame, part=Markup(part), paper=paper, note=note)  # noqa: S704 - kept as it was made here


def reports_page(
    rows: Sequence[Mapping[str, Any]], *, partnership: str, assets: Assets, synthetic: bool, links: PageLinks
) -> str:
    """The list of reports; each row has ``href``, ``paper``, ``period``, ``published``, ``releases`` and ``note``."""
    return render("reports", Frame(_("Rapporter"), partnership, "reports", assets, synthetic, links), rows=rows)


def report_title(period: ReleasePeriod) -> str:
    """For the browser's tab and the list, in the language of the moment."""
    return _("Rapport for {period}").format(period=period_text(period))


def _shown(body: Body) -> dict[str, Any]:
    counted = text.counted(body)
    fell, rose = (text.changes(body, trend) for trend in ("fald", "stigning"))
    return {
        "report": body,
        "title": text.title(body),
        "name": body["partnership"]["name"],
        "earlier": text.earlier(body),
        "known": text.known(body),
        "purpose": PURPOSE,
        "synthetic": SYNTHETIC if body["synthetic"] else "",
        "fell": fell[:NAMED],
        "rose": rose[:NAMED],
        "more": max(0, len(fell) - NAMED) + max(0, len(rose) - NAMED),
        "counted": counted,
        "moved": text.displacement_lead(body),
        "goals": [(text.goal_line(one, body), text.goal_result(one), one["state"]) for one in body["goals"]],
        "goals_met": sum(one["state"] == "met" for one in body["goals"]),
        "categories": [*(one["label"] for one in body["categories"]), text.EVERY],
        "rows": _rows(body),
        "neighbours": [
            (one["name"], text.displacement_line(one, body), bool(one["claims"])) for one in body["displacement"]
        ],
        "facts": _indicators(body, "fact"),
        "assessments": _indicators(body, "assessment"),
        "steps": ACTION_CATEGORIES,
        "breaks": [text.break_line(one, body) for one in body["breaks"]],
        "quality": _quality(body, counted),
        "method": [(term, said.format(minimum=body["rule"]["minimum"])) for term, said in text.METHOD],
        "ticks": [(_across(tick), f"× {danish.number(tick, 0 if tick >= 1 else 2)}") for tick in TICKS],
        "width": WIDTH,
    }


def _rows(body: Body) -> list[dict[str, Any]]:
    """A row for each area, all of them last: its figures in words, and the picture of the last one."""
    names = [*(area["name"] for area in body["areas"]), text.EVERYWHERE]
    roles = [*(area["role"] for area in body["areas"]), "all"]
    return [
        {
            "name": name,
            "role": role,
            "figures": [_figure(one) for one in row],
            "total": {**_figure(row[-1]), "picture": _picture(row[-1])},
        }
        for name, role, row in zip(names, roles, body["rows"], strict=True)
    ]


def _figure(one: Mapping[str, Any]) -> dict[str, Any]:
    now = text.HIDDEN if one["now"] is None else danish.number(one["now"])
    before = "?" if one["before"] is None else danish.number(one["before"])
    return {
        "now": now,
        "both": now if one["now"] is None else f"{before} → {now}",
        "kind": "broken" if one["broken"] else text.KIND[one["trend"]],
        "sign": "⁄⁄" if one["broken"] else text.SIGN[one["trend"]],
        "word": "brud, ikke sammenlignet" if one["broken"] else text.WORD[one["trend"]],
        "factor": text.factor(one),
        "span": text.factor(one).removeprefix("× "),
    }


def _picture(one: Mapping[str, Any]) -> dict[str, float] | None:
    """Where the dot and its interval lie; None where there is none."""
    if one["ratio"] is None or one["lower"] is None or one["upper"] is None:
        return None
    return {"at": _across(one["ratio"]), "left": _across(one["lower"]), "right": _across(one["upper"])}


def _across(ratio: float) -> float:
    """Place of a ratio on the axis, which is logarithmic."""
    inside = min(max(ratio, 1 / WIDEST), WIDEST)
    return round(WIDTH * (log(inside) / log(WIDEST) + 1) / 2, 1)


def _indicators(body: Body, kind: str) -> list[dict[str, Any]]:
    areas = text.area_names(body)
    return [
        {
            "label": series["label"],
            "source": series["source"],
            "worded": series["unit"] == CATEGORY_UNIT,
            "rows": [
                {
                    "area": areas.get(row["area"], str(row["area"])),
                    "span": text.span(row["values"][0]),
                    "now": text.indicator_value(row["values"][0], series),
                    "step": int(row["values"][0]["value"]) if series["unit"] == CATEGORY_UNIT else None,
                    "before": [
                        f"{text.span(value)}: {text.indicator_value(value, series)}" for value in row["values"][1:]
                    ],
                }
                for row in series["rows"]
            ],
        }
        for series in body["indicators"]
        if series["kind"] == kind and series["rows"]
    ]


def _quality(body: Body, counted: Mapping[str, int]) -> list[str]:
    quality = body["quality"]
    shown = danish.number(quality["figures"] - quality["hidden"])
    compared, cited = danish.number(counted["compared"]), ", ".join(map(str, body["releases"]))
    said = [
        f"{text.known(body)}. Alle dage i perioden var anmeldt færdigt, da tallene blev udgivet.",
        f"{shown} af {danish.number(quality['figures'])} tal kan vises; {compared} kan sammenlignes med året før.",
        f"Bygger på udgivelse {cited}; enhver, der har dem, kan regne rapporten efter.",
    ]
    if quality["rule_changed"]:
        said.append("Reglen for, hvilke tal der vises, er ændret mellem de to perioder.")
    if quality["areas_changed"]:
        said.append("Områder eller kategorier er ikke de samme i de to perioder, så de er ikke sammenlignet.")
    return said


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup(static_text("report.css"))  # noqa: S704 - a file of ours
