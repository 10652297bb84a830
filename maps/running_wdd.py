"""The page of a displacement difference as it grew: a chart with its band, a table, and how to read them."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from maps.assets import Assets
from maps.chart import chart
from maps.colours import TREATED
from maps.danish import MISSING, MONTHS, amount, interval, medium_date, number, p_value, short_count, signed
from maps.statistic_page import PageSection, PageTable, statistic_page
from models.dispersion import Dispersion
from models.placebo import Placebo
from models.poisson_did import PoissonDid
from models.wdd import MIN_EFFECTIVE_INCIDENTS as LEAST
from models.wdd import RunningWdd

BAND = "#c9d8e4"
BAND_EDGE = "#5f7d95"
TICKS = 9
PLACEBO = (
    "Andelen af datoer, den rigtige medregnet, med en mindst lige så stor ændring. Af få datoer kan p ikke blive lille."
)
DIFFERENCE = (
    "Hændelser efter start minus dem, som gennemsnittet før start lader vente, i området og dets omgivelser, "
    "fratrukket det samme i kontrolområderne (Wheeler & Ratcliffe 2018). Under nul er færre end ventet."
)


def running_wdd_page(
    running: RunningWdd,
    first_days: Sequence[date],
    *,
    title: str,
    periods_before: int,
    dispersion: Dispersion,
    did: PoissonDid | None,
    placebo: Placebo | None,
    surroundings: bool,
    confidence: float,
    assets: Assets,
) -> str:
    """One page in Danish of a running WDD, the periods after the start by their ``first_days``."""
    where = "Området og dets omgivelser" if surroundings else "Området"
    percent = f"{short_count(100 * confidence)} %"
    lead = _lead(running, first_days[0], where)
    sections = [
        PageSection("Forskellen periode for periode", figure=_chart(running, first_days, percent, lead)),
        PageSection("Tallene", table=_table(running, first_days, percent)),
        PageSection("Ved siden af", table=_beside(did, placebo, percent)),
    ]
    return statistic_page(
        title=f"Forskydning: {title}",
        lead=lead,
        sections=sections,
        method=_method(percent, periods_before, dispersion),
        assets=assets,
    )


def _lead(running: RunningWdd, start: date, where: str) -> str:
    change, low, high = (float(column[-1]) for column in (running.estimate, running.band_lower, running.band_upper))
    size = number(abs(change), 0 if abs(change) >= 10 else 1)
    less = "færre" if change < 0 else "flere"
    since = (
        f"{where} har siden {medium_date(start)} haft {size} {less} hændelser, "
        "end udviklingen i kontrolområdet gav grund til at vente"
    )
    if not running.enough[-1]:
        return f"{since}; hændelserne er for få til at sige, om det er tilfældigt."
    if low <= 0 <= high:
        return f"{since}; så stor en forskel kan være tilfældig."
    return f"{since}; det er mere, end tilfældet forklarer."


def _chart(running: RunningWdd, first_days: Sequence[date], percent: str, lead: str) -> Markup:
    days = np.array(first_days, dtype="datetime64[D]")

    def draw(axes: Axes) -> None:
        if running.enough.any():
            lower, upper = (np.where(running.enough, edge, np.nan) for edge in (running.band_lower, running.band_upper))
            axes.fill_between(days, lower, upper, color=BAND, label=f"Bånd, {percent} i alt")
            axes.plot(days, lower, color=BAND_EDGE, linewidth=0.8)
            axes.plot(days, upper, color=BAND_EDGE, linewidth=0.8)
        axes.plot(days, running.estimate, color=TREATED, marker="o", markersize=3.5, label="Forskel (WDD)")
        axes.axhline(0, color="#17212b", linewidth=1, linestyle=(0, (4, 3)), label="Ingen forskel")
        axes.set_ylabel("Hændelser siden start")
        shown, labels = _ticks(first_days)
        axes.set_xticks(np.array(shown, dtype="datetime64[D]"), labels)
        axes.legend(loc="best")

    return chart(draw, alt=lead)


def _ticks(first_days: Sequence[date]) -> tuple[Sequence[date], list[str]]:
    """At most `TICKS` of the days, with the year where it is new."""
    shown = first_days[:: -(-len(first_days) // TICKS)]
    before = (None, *(day.year for day in shown[:-1]))
    years = [f"\n{day.year}" if day.year != year else "" for day, year in zip(shown, before, strict=True)]
    return shown, [f"{day.day}. {MONTHS[day.month - 1][:3]}{year}" for day, year in zip(shown, years, strict=True)]


def _table(running: RunningWdd, first_days: Sequence[date], percent: str) -> PageTable:
    rows = [
        (
            medium_date(day),
            signed(running.estimate[k], 1),
            interval(running.lower[k], running.upper[k], 1) if running.enough[k] else MISSING,
            interval(running.band_lower[k], running.band_upper[k], 1) if running.enough[k] else MISSING,
        )
        for k, day in enumerate(first_days)
    ]
    columns = ("Periode fra", "Forskel til og med", f"Interval, {percent}", f"Bånd, {percent} i alt")
    return PageTable(columns, rows, marked=frozenset(np.flatnonzero(running.outside).tolist()))


def _beside(did: PoissonDid | None, placebo: Placebo | None, percent: str) -> PageTable:
    rows = []
    if did:
        rows.append(
            (
                "Området mod kontrollen (forhold)",
                number(did.ratio, 2),
                interval(did.lower, did.upper, 2),
                p_value(did.p),
            )
        )
    if placebo:
        dates = amount(len(placebo.placebos), "tidligere dato", "tidligere datoer")
        rows.append((f"Placebo: {dates}", number(placebo.observed, 2), "", p_value(placebo.p)))
    return PageTable(("", "Værdi", f"Interval, {percent}", "p"), rows)


def _method(percent: str, periods_before: int, dispersion: Dispersion) -> list[tuple[str, str]]:
    known = dispersion.degrees_of_freedom is not None
    spread = (
        f"Perioderne før start svinger {number(dispersion.factor, 2)} gange så meget, som tilfældet alene ville give."
        if known
        else "Historien er for kort til at vise, hvor meget perioderne svinger; de regnes som tilfældige."
    )
    return [
        ("Forskel (WDD)", DIFFERENCE),
        ("Før start", f"{amount(periods_before, 'periode', 'perioder')} lige så lange som dem efter."),
        ("Interval", f"Holder for én periode, der er valgt på forhånd, i {percent} af tilfældene."),
        ("Bånd", f"Holder for hele rækken i {percent} af tilfældene, hvor ofte der end ses efter."),
        ("–", f"Endnu for få hændelser til et interval; de skal veje som mindst {number(LEAST)} lige tunge."),
        ("Spredning", spread),
        ("Forhold", "Områdets ændring delt med kontrollens; under 1 er området faldet ved siden af kontrollen."),
        ("Placebo", PLACEBO),
    ]
