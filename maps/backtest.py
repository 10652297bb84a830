"""The page of a backtest: did the model find the places, beside what anyone could have guessed, and were its numbers
right?"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from maps import danish
from maps.assets import Assets
from maps.chart import chart
from maps.colours import CLAIMED, FALLING, OBSERVED, RISING, TREATED
from maps.statistic_page import PageSection, PageTable, statistic_page
from models.backtest import EVEN, MODEL, RECENT, YEAR, Backtest
from models.calibration import Calibration, calibration
from models.forecast_scores import Score, concentration_curve
from models.paired_blocks import PairedComparison, Verdict

NAME: Mapping[str, str] = {
    MODEL: "Modellen",
    RECENT: "Seneste 28 dage",
    YEAR: "Seneste 365 dage",
    EVEN: "Jævn fordeling",
}
OPPONENT: Mapping[str, str] = {
    RECENT: "optællingen af de seneste 28 dage",
    YEAR: "optællingen af de seneste 365 dage",
    EVEN: "den jævne fordeling",
}
LINES: Mapping[str, tuple[str, str]] = {
    MODEL: (TREATED, "-"),
    RECENT: (RISING, "--"),
    YEAR: (OBSERVED, "-."),
    EVEN: (FALLING, ":"),
}
VERDICT: Mapping[Verdict, str] = {
    "beats": "modellen er bedre",
    "no clear difference": "ingen klar forskel",
    "worse": "modellen er dårligere",
    "undecided": "kan ikke afgøres",
}
CURVE_SHARES = np.linspace(0, 1, 201)
METHOD = (
    (
        "Tilbageblik",
        (
            "Hver prognose er lavet alene ud fra det, der var sket før dens første dag, og derefter holdt op "
            "mod det, der skete. Intet af det, modellen prøves på, har den set."
        ),
    ),
    (
        "PAI",
        (
            "Andelen af hændelserne i de udpegede celler delt med cellernes andel af arealet (Chainey, Tompson "
            "og Uhlig 2008). 1 er som tilfældet, 4 er fire gange så mange. Alle metoder får nøjagtigt samme "
            "areal; celler, der står lige, tæller med det, de i gennemsnit giver. Alle prognoser er lagt "
            "sammen, før der deles."
        ),
    ),
    (
        "PEI",
        (
            "Andelen af det, den bedst tænkelige udpegning af samme areal ville have fanget, når hver prognose "
            "måtte vælge om med facit i hånden (Hunt 2016). Med få hændelser om dagen kan facit fange dem alle,"
            " og PEI er da lig med andelen af hændelserne. «Af bedste kort» er det samme mod det ene kort, der "
            "over hele perioden ville have fanget flest."
        ),
    ),
    (
        "Areal under kurven",
        (
            "Hvor ofte et tilfældigt sted står lavere på listen end stedet, hvor en hændelse skete. 0,5 er som "
            "tilfældet."
        ),
    ),
    (
        "Log-score",
        (
            "Hvor overraskende det skete var efter prognosens tal (Poisson), i gennemsnit pr. prognose; mindre "
            "er bedre. Den kan ikke forbedres ved at melde andet end det, man tror, og den afgør dommen. Hver "
            "prognose har en lille del jævnt fordelt, så intet sted meldes umuligt, og de enkle prognoser er "
            "trukket mod jævn fordeling, så langt tilfældet rækker: så gode, som de kan blive."
        ),
    ),
    (
        "Intervaller og p",
        (
            "Dage hænger sammen, og et kort fra fortiden kan være heldigt i ugevis. Derfor trækkes hele uger igen og "
            "igen til en metodes 95 %-interval, og to metoder sammenlignes ved at bytte deres navne om i tilfældige "
            "perioder på fire uger (fortegnstest). p er risikoen for mindst så stor en forskel, hvis de var lige gode."
        ),
    ),
)


def backtest_page(
    found: Backtest, *, title: str, resolution: int, first: date, start: date, end: date, assets: Assets
) -> str:
    """A self-contained page in Danish; ``start`` and ``end`` are the first and last day forecast."""
    incidents = danish.short_count(float(found.observed.sum()))
    days = found.parameters.horizon_days
    each = "én dag" if days == 1 else f"{danish.number(days)} dage"
    setting = (
        f"{danish.number(len(found.as_of_day))} prognoser for {each} ad gangen, {danish.date_range(start, end)}, med "
        f"historie fra {danish.medium_date(first)}: {incidents} hændelser i {danish.number(found.observed.shape[1])} "
        f"celler (H3 opløsning {resolution})."
    )
    return statistic_page(
        title=f"Prøve af prognoser: {title}",
        lead=_lead(found),
        sections=[
            PageSection("Rammer den stederne?", f"{setting} {_captured(found)}", _curves(found), _methods(found)),
            PageSection("Er den bedre end de enkle prognoser?", _advice(found), table=_comparisons(found)),
            _numbers(found),
        ],
        method=METHOD,
        assets=assets,
    )


def _lead(found: Backtest) -> str:
    if found.useful:
        return "Modellen slår alle de enkle prognoser."
    lost = [OPPONENT[one.baseline] for one in found.comparisons if one.log_score.verdict != "beats"]
    return f"Modellen slår ikke {_listed(lost)}: den bør ikke bruges her."


def _percent(share: float) -> str:
    return danish.number(100 * share, 0 if abs(100 * share - round(100 * share)) < 0.05 else 1)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} og {names[-1]}"


def _captured(found: Backtest) -> str:
    scores, share = found.methods[0].scores, _percent(found.parameters.share)
    rate = scores.hit_rate
    return (
        f"De {share} % af arealet, som modellen satte øverst, holdt {danish.number(100 * rate.value)} % af hændelserne "
        f"{danish.interval(100 * rate.lower, 100 * rate.upper)}, "
        f"{danish.number(scores.pai.value, 1)} gange så mange som tilfældet."
    )


def _curves(found: Backtest) -> Markup:
    share = found.parameters.share
    curves = {
        method.name: concentration_curve(method.expected, found.observed, found.area, CURVE_SHARES)
        for method in found.methods
    }

    def draw(axes: Axes) -> None:
        for name, curve in curves.items():
            colour, dash = LINES[name]
            axes.plot(100 * CURVE_SHARES, 100 * curve, dash, color=colour, label=NAME[name], linewidth=1.8)
        axes.axvline(100 * share, color="#4d5b69", linewidth=1)
        axes.set(xlim=(0, 100), ylim=(0, 102), xlabel="% af arealet, øverst på listen først", ylabel="% af hændelserne")
        axes.legend(loc="lower right")

    told = "; ".join(f"{NAME[m.name]} {danish.number(100 * m.scores.hit_rate.value, 1)} %" for m in found.methods)
    return chart(draw, alt=f"Andel af hændelserne i {_percent(share)} % af arealet: {told}")


def _methods(found: Backtest) -> PageTable:
    share = _percent(found.parameters.share)
    return PageTable(
        (
            "Prognose",
            f"% af hændelserne i {share} % af arealet",
            "PAI",
            "PEI",
            "af bedste kort",
            "areal under kurven",
            "log-score",
        ),
        [
            (
                NAME[one.name],
                _between(one.scores.hit_rate, 1, 100),
                _between(one.scores.pai, 2),
                danish.number(one.scores.pei.value, 2),
                danish.number(one.scores.of_best_map.value, 2),
                danish.number(one.scores.curve_area.value, 3),
                danish.number(one.scores.log_score.value, 3),
            )
            for one in found.methods
        ],
        marked=frozenset({0}),
    )


def _between(score: Score, decimals: int, factor: float = 1) -> str:
    value, lower, upper = (factor * number for number in (score.value, score.lower, score.upper))
    return f"{danish.number(value, decimals)} {danish.interval(lower, upper, decimals)}"


def _advice(found: Backtest) -> str:
    places = [one for one in found.comparisons if one.hit_rate.verdict == "beats"]
    numbers = [one for one in found.comparisons if one.log_score.verdict == "beats"]
    if found.useful:
        return "Ja: den er bedre end hver af dem, og mere end tilfældet kan forklare."
    if len(places) > len(numbers):
        return (
            "Nej. Den udpeger steder bedre, end den sætter tal på dem: rækkefølgen kan være god, mens de ventede antal "
            "er for høje øverst og for lave nederst. Se afsnittet om tallene nedenfor."
        )
    return (
        "Nej, ikke bedre end dem alle. Så længe en enkel optælling gør det lige så godt, er det den, der bør stå på "
        "kortet: den kan enhver regne efter."
    )


def _comparisons(found: Backtest) -> PageTable:
    return PageTable(
        ("Modellen mod", "gevinst i log-score pr. prognose", "p", "dom", "forskel i procentpoint fangede", "p", "dom"),
        [
            (NAME[one.baseline], *_compared(one.log_score, 2, 1), *_compared(one.hit_rate, 1, 100))
            for one in found.comparisons
        ],
        text_columns=frozenset({0, 3, 6}),
    )


def _compared(one: PairedComparison, decimals: int, factor: float) -> tuple[str, str, str]:
    if one.verdict == "undecided":
        return danish.MISSING, danish.MISSING, VERDICT[one.verdict]
    gain = danish.signed(factor * one.difference, decimals)
    limits = danish.interval(factor * one.lower, factor * one.upper, decimals)
    return f"{gain} {limits}", danish.p_value(one.p), VERDICT[one.verdict]


def _numbers(found: Backtest) -> PageSection:
    model = found.methods[0]
    groups = calibration(model.expected, found.observed, level=found.parameters.level)
    level = model.scores.level
    text = (
        f"Der skete {danish.number(100 * level.value)} % af det ventede "
        f"{danish.interval(100 * level.lower, 100 * level.upper)}. Nedenfor er alle celler og dage delt i "
        f"{danish.amount(len(groups.expected), 'hold', 'hold')} efter, hvor meget modellen ventede, med omtrent lige "
        "meget ventet i hvert. Ligger de øverste hold under linjen og de nederste over, tager modellen "
        "tilfældigheder for mønstre."
    )
    return PageSection("Er tallene rigtige?", text, _calibration_chart(groups))


def _calibration_chart(groups: Calibration) -> Markup:
    place = np.arange(1, len(groups.ratio) + 1)
    spread = np.abs(np.stack([groups.lower, groups.upper]) - groups.ratio)

    def draw(axes: Axes) -> None:
        axes.axhline(1, color="#4d5b69", linewidth=1)
        off = (groups.lower > 1) | (groups.upper < 1)
        for chosen, colour, marker, label in (
            (~off, TREATED, "o", "som ventet, inden for 95 %-intervallet"),
            (off, CLAIMED, "D", "klart andet end ventet"),
        ):
            if chosen.any():
                axes.errorbar(
                    place[chosen],
                    groups.ratio[chosen],
                    spread[:, chosen],
                    fmt=marker,
                    color=colour,
                    label=label,
                    capsize=3,
                )
        axes.set(xlabel="hold, fra lidt ventet til meget ventet pr. celle", ylabel="sket delt med ventet")
        axes.set_xticks(place)
        axes.set_ylim(0, 1.2 * float(max(groups.upper.max(), 1)))
        axes.legend(loc="upper right")

    told = "; ".join(
        f"hold {i}: ventet {danish.number(e, 1)}, sket {danish.short_count(o)}"
        for i, e, o in zip(place, groups.expected, groups.observed, strict=True)
    )
    return chart(draw, alt=f"Sket mod ventet i hvert hold. {told}")
