"""The page of one series of counts: its last periods beside earlier ones, a chart with alarms, and how to read them."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy
from scipy.stats import nbinom, poisson

from maps.assets import Assets
from maps.chart import chart
from maps.colours import CLAIMED, FALLING, RISING, TREATED
from maps.danish import MISSING, MONTHS, amount, interval, medium_date, number, p_equation, p_value, short_count, signed
from maps.statistic_page import PageSection, PageTable, statistic_page
from maps.trend import percent_text
from models.calendar import to_date
from models.count_periods import PER_YEAR, CountSeries, Period
from models.mann_kendall import MannKendall
from models.rate_ratio import RateRatio
from models.series_trend import PeriodComparison, SeriesTrend, SeriesTrendParameters

NBSP = "\u00a0"
AlarmRow = tuple[int, tuple[str, ...]]

BAND = "#c9d8e4"
BAND_EDGE = "#5f7d95"
TICKS = 6
ROOM_FOR_LEGEND = 1.4
MOST_SHOWN = 160
UNITS: dict[Period, tuple[str, str]] = {"day": ("dag", "dage"), "week": ("uge", "uger"), "month": ("måned", "måneder")}
RISE, FALL, HIGH = ("^", "Skift op (CUSUM)"), ("v", "Skift ned (CUSUM)"), ("D", "Høj uge (Farrington)")
RATIO = (
    "Hændelser pr. dag nu delt med før. Intervallet er eksakt (Clopper & Pearson). Fald eller stigning siges kun, hvor "
    "intervallet ikke rummer 1; det holder for én sammenligning ad gangen i {percent} af tilfældene. Perioden lige før "
    "kan ligge i en anden årstid; det gør året før ikke."
)
SPREAD = (
    "Perioderne svinger {factor} gange så meget, som tilfældet alene ville give. Interval, klasse og CUSUM regner med "
    "det; p af E-test gør ikke."
)
UNKNOWN_SPREAD = (
    "Historien er for kort eller for tynd til at vise, hvor meget perioderne svinger; de regnes som tilfældige."
)
E_TEST = (
    "Chancen for en mindst lige så stor forskel, hvis begge perioder har samme niveau, og kun tilfældet råder "
    "(Krishnamoorthy & Thomson 2004)."
)
MANN_KENDALL = (
    "Mann-Kendalls test: stiger eller falder perioderne jævnt? Hældningen er medianen af alle par (Sen). Testen "
    "forudsætter, at en {unit} ikke ligner den forrige mere end andre."
)
MANY_ALIKE = " Den midterste ændring er 0, fordi mange perioder har lige mange."
CUSUM = (
    "Afvigelser fra gennemsnittet af de {history} {units} før lægges sammen, til de er for store til at være "
    "tilfældige. Uden ændring er der højst {risk}\u00a0% risiko for nogen falsk alarm i de seneste perioder. Årstider "
    "regnes ikke med."
)
FARRINGTON = (
    "Ugen er over det, som samme årstid i tidligere år lader vente (Noufaily m.fl. 2013). Højst hver hundrede uge uden "
    "udbrud giver falsk alarm."
)
SAID = {
    "fald": "færre hændelser end {when}",
    "stigning": "flere hændelser end {when}",
    "ingen klar ændring": "ingen klar ændring fra {when}",
    "for få data": "for få hændelser til at sige noget i forhold til {when}",
}


def counts_trend_page(found: SeriesTrend, *, title: str, parameters: SeriesTrendParameters, assets: Assets) -> str:
    """One page in Danish of a judged series."""
    percent = f"{short_count(100 * parameters.confidence)}{NBSP}%"
    lead = _lead(found)
    sections = [
        PageSection(_chart_heading(found), figure=_chart(found, lead)),
        PageSection("De seneste perioder mod tidligere", table=_comparisons(found, percent)),
        PageSection("Udvikling over hele rækken", _steady(found, percent)),
        PageSection("Alarmer", *_alarms(found)),
    ]
    method = _method(found, parameters, percent)
    return statistic_page(title=f"Udvikling: {title}", lead=lead, sections=sections, method=method, assets=assets)


def _lead(found: SeriesTrend) -> str:
    if not found.comparisons:
        return "Rækken er for kort til en sammenligning."
    said = "; ".join(SAID[c.trend].format(when=_when(found, c)) for c in reversed(found.comparisons))
    text = f"De seneste {_amount(found.last, found.series.period)}: {said}."
    if not found.watches and not found.farrington:
        return text
    alarms = sum(int(watch.cusum.alarm.sum()) for watch in found.watches)
    alarms += int(found.farrington.alarm.sum()) if found.farrington else 0
    return f"{text} {amount(alarms, 'alarm', 'alarmer').replace('ét', 'én').capitalize()}."


def _amount(periods: int, period: Period) -> str:
    return f"{number(periods)} {UNITS[period][0 if periods == 1 else 1]}"


def _when(found: SeriesTrend, comparison: PeriodComparison) -> str:
    years, rest = divmod(comparison.periods_back, PER_YEAR[found.series.period])
    if rest:
        return f"de {_amount(found.last, found.series.period)} før"
    return "året før" if years == 1 else f"{number(years)} år før"


def _chart_heading(found: SeriesTrend) -> str:
    return f"Hændelser pr. {UNITS[found.series.period][0]}"


def _comparisons(found: SeriesTrend, percent: str) -> PageTable:
    columns = ("Mod", "Udvikling", "Før", "Nu", "Forhold", f"Interval, {percent}", "Ændring", "p (E-test)", "Før: fra")
    rows = [_row(found, comparison) for comparison in found.comparisons]
    marked = frozenset(i for i, c in enumerate(found.comparisons) if c.trend in {"fald", "stigning"})
    return PageTable(columns, rows, text_columns=frozenset({0, 1, 6, 8}), marked=marked)


def _row(found: SeriesTrend, comparison: PeriodComparison) -> tuple[str, ...]:
    ratio: RateRatio = comparison.ratio
    when, spread = _when(found, comparison), found.spread.factor
    first = len(found.series) - comparison.periods_back - found.last
    return (
        when[0].upper() + when[1:],
        comparison.trend[0].upper() + comparison.trend[1:],
        short_count(comparison.before),
        short_count(comparison.after),
        number(ratio.ratio, 2),
        interval(ratio.lower, ratio.upper, 2),
        # Counts that come in bursts say no more than so many fewer would.
        percent_text(comparison.before / spread, comparison.after / spread, ratio),
        p_value(comparison.e_test.p) if comparison.e_test else MISSING,
        _day(found.series, first),
    )


def _steady(found: SeriesTrend, percent: str) -> str:
    trend: MannKendall | None = found.mann_kendall
    if trend is None:
        return "Rækken er for kort til en test for udvikling."
    unit = UNITS[found.series.period][0]
    each = "år" if found.seasons > 1 else unit
    direction = "Ingen klar udvikling"
    if trend.p <= 0.05:
        direction = "Jævn stigning" if trend.s > 0 else "Jævnt fald"
    same = " (hver periode kun mod samme årstid)" if found.seasons > 1 else ""
    decimals = _decimals(trend)
    return (
        f"{direction}{same}: {p_equation(trend.p)}, tau {number(trend.tau, 2)}. Ændring pr. {each}: "
        f"{signed(trend.slope, decimals)} hændelser pr. {unit}, {percent} interval "
        f"{interval(trend.lower, trend.upper, decimals)}." + (MANY_ALIKE if trend.slope == 0 else "")
    )


def _decimals(trend: MannKendall) -> int:
    size = max(abs(trend.lower), abs(trend.upper))
    return 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 4


def _alarms(found: SeriesTrend) -> tuple[str, Markup | None, PageTable | None]:
    rows = [*_shifts(found), *_high_weeks(found)]
    looked = [*(["skift op eller ned (CUSUM)"] if found.watches else [])]
    looked += ["enkelte høje uger (Farrington)"] if found.farrington else []
    if not looked:
        return "Historien er for kort eller for tynd til at se efter alarmer.", None, None
    text = f"Set efter: {' og '.join(looked)} i de seneste {_amount(found.last, found.series.period)}."
    if not rows:
        return f"{text} Ingen alarmer.", None, None
    columns = ("Periode fra", "Alarm", "Hændelser", "Ventet", "Siden")
    rows.sort()
    table = PageTable(columns, [row for _, row in rows], text_columns=frozenset({0, 1, 4}))
    return text, None, table


def _shifts(found: SeriesTrend) -> list[AlarmRow]:
    series, rows = found.series, []
    for watch in found.watches:
        first = len(series) - len(watch.cusum.path)
        for at in np.flatnonzero(watch.cusum.alarm).tolist():
            since = _day(series, first + int(watch.cusum.since[at]))
            sign = "▲ " + RISE[1] if watch.side == "rise" else "▼ " + FALL[1]
            rows.append(_alarm_row(series, first + at, sign, number(watch.mean, 1), since))
    return rows


def _high_weeks(found: SeriesTrend) -> list[AlarmRow]:
    judged = found.farrington
    if judged is None:
        return []
    return [
        _alarm_row(found.series, int(judged.week[at]), f"◆ {HIGH[1]}", number(judged.expected[at], 1), "")
        for at in np.flatnonzero(judged.alarm).tolist()
    ]


def _day(series: CountSeries, at: int) -> str:
    return medium_date(to_date(int(series.first_day[at]))).replace(" ", NBSP)


def _alarm_row(series: CountSeries, at: int, what: str, expected: str, since: str) -> AlarmRow:
    return at, (_day(series, at), what, short_count(series.counts[at]), expected, since)


def _chart(found: SeriesTrend, lead: str) -> Markup:
    series = found.series
    first = max(0, len(series) - max(MOST_SHOWN, 3 * found.last))
    days = series.first_day[first:].astype("datetime64[D]")

    def draw(axes: Axes) -> None:
        _draw_band(axes, found)
        small = len(days) > 60
        axes.plot(
            days,
            series.counts[first:],
            color=TREATED,
            linewidth=0.9,
            marker="o",
            markersize=2 if small else 3.5,
            label="Hændelser",
        )
        axes.axvline(
            series.first_day[-found.last].astype("datetime64[D]"),
            ymax=1 / ROOM_FOR_LEGEND,
            color="#17212b",
            linewidth=1,
            linestyle=(0, (4, 3)),
            label=f"Seneste {_amount(found.last, series.period)} begynder",
        )
        for watch in found.watches:
            shape, colour = (RISE, RISING) if watch.side == "rise" else (FALL, FALLING)
            at = len(series) - len(watch.cusum.path) + np.flatnonzero(watch.cusum.alarm)
            _mark(axes, series, at, shape, colour)
        if found.farrington:
            _mark(axes, series, found.farrington.week[found.farrington.alarm], HIGH, CLAIMED)
        axes.set_ylabel(_chart_heading(found))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        shown, labels = _ticks([to_date(int(day)) for day in series.first_day[first:]])
        axes.set_xticks(np.array(shown, dtype="datetime64[D]"), labels)
        axes.legend(loc="upper left", ncols=2)
        axes.set_ylim(top=ROOM_FOR_LEGEND * axes.get_ylim()[1])

    return chart(draw, alt=lead, width_cm=14, height_cm=8)


def _draw_band(axes: Axes, found: SeriesTrend) -> None:
    """What the history lets expect of single periods: by Farrington where there is a test, else by the mean."""
    days = found.series.first_day[-found.last :].astype("datetime64[D]")
    if found.farrington and np.isfinite(found.farrington.upper).any():
        axes.fill_between(days, 0, found.farrington.upper, color=BAND, label="Som ventet (Farrington)", step=None)
        axes.plot(days, found.farrington.expected, color=BAND_EDGE, linewidth=1.6, label="Ventet")
        return
    if not found.watches:
        return
    mean, factor = found.watches[0].mean, found.period_spread.factor
    low, high = _middle(mean, factor)
    axes.fill_between(days, low, high, color=BAND, label="Som ventet, 95 % af perioderne")
    axes.plot(days, np.full(len(days), mean), color=BAND_EDGE, linewidth=1.6, label="Ventet")


def _middle(mean: float, factor: float) -> tuple[float, float]:
    spread = (nbinom, (mean / (factor - 1), 1 / factor)) if factor > 1 else (poisson, (mean,))
    law, shape = spread
    return float(law.ppf(0.025, *shape)), float(law.ppf(0.975, *shape))


def _mark(axes: Axes, series: CountSeries, at: np.ndarray, shape: tuple[str, str], colour: str) -> None:
    if len(at) == 0:
        return
    days = series.first_day[at].astype("datetime64[D]")
    sign, label = shape
    # A week may have two alarms: those of a shift stand beside the point, above a rise and below a fall.
    beside = {RISE: 11, FALL: -11}.get(shape, 0)
    place = offset_copy(axes.transData, axes.get_figure(root=True), y=beside, units="points")
    axes.scatter(
        days,
        series.counts[at],
        s=75,
        marker=sign,
        color=colour,
        edgecolor="#17212b",
        zorder=4,
        label=label,
        transform=place,
        clip_on=False,
    )


def _ticks(days: Sequence[date]) -> tuple[Sequence[date], list[str]]:
    """At most `TICKS` of the days, with the year where it is new."""
    shown = days[:: -(-len(days) // TICKS)]
    before = (None, *(day.year for day in shown[:-1]))
    years = [f"\n{day.year}" if day.year != year else "" for day, year in zip(shown, before, strict=True)]
    return shown, [f"{day.day}. {MONTHS[day.month - 1][:3]}{year}" for day, year in zip(shown, years, strict=True)]


def _method(found: SeriesTrend, parameters: SeriesTrendParameters, percent: str) -> list[tuple[str, str]]:
    unit, units = UNITS[found.series.period]
    terms = [
        ("Forhold", RATIO.format(percent=percent)),
        ("Spredning", _spread(found)),
        ("p (E-test)", E_TEST),
        ("Ændring", "Procent vises ikke, hvor et af tallene er under 20, eller under 20 gange spredningen."),
        ("Udvikling over hele rækken", MANN_KENDALL.format(unit=unit)),
    ]
    if found.watches:
        history, risk = number(found.watches[0].history), short_count(100 * parameters.level)
        terms.append(("Skift (CUSUM)", CUSUM.format(history=history, units=units, risk=risk)))
    if found.farrington:
        terms.append(("Høj uge (Farrington)", FARRINGTON))
    return terms


def _spread(found: SeriesTrend) -> str:
    if found.spread.degrees_of_freedom is None:
        return UNKNOWN_SPREAD
    return SPREAD.format(factor=number(found.spread.factor, 2))
