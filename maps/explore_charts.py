"""The pictures of an answer: both periods on one axis, and the clusters of the period over the days."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from maps import danish
from maps.chart import chart
from maps.cluster_history_json import KeptLife
from maps.colours import OBSERVED, TREATED
from maps.language import _
from models.aoristic import ONE_PPM
from models.calendar import to_day_number
from models.exploration import Exploration
from models.explore_series import PeriodSeries

COMPARED = "#b35806"
MOST_CLUSTERS = 14
MARKS = {"birth": "o", "split": "D", "merge": "^", "death": "X"}
ROOM = 1.08


def series_chart(found: Exploration) -> Markup:
    """The two series, step above step: the period solid, the other dashed; incomplete steps are hollow."""
    unit = _("dag") if found.step_days == 1 else _("uge")

    def draw(axes: Axes) -> None:
        _line(axes, found.compared, colour=COMPARED, style="s--", label=_("Sammenlignet med"))
        _line(axes, found.period, colour=TREATED, style="o-", label=_("Perioden"))
        steps = max(len(found.period), len(found.compared))
        tallest = max(float(s.weight_ppm.max(initial=0)) for s in (found.period, found.compared)) / ONE_PPM
        axes.set(
            xlim=(0.5, steps + 0.5),
            ylim=(0, max(1.0, ROOM * tallest)),
            xlabel=_("{unit} nr. fra periodens start").format(unit=unit),
            ylabel=_("hændelser pr. {unit}").format(unit=unit),
        )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(loc="lower left", ncols=2, bbox_to_anchor=(0, 1.0))

    alt = _("Hændelser pr. {unit} i de to perioder. Perioden: {period}. Sammenlignet med: {compared}.").format(
        unit=unit, period=_told(found.period), compared=_told(found.compared)
    )
    return chart(draw, alt=alt, width_cm=18, height_cm=8)


def cluster_chart(lives: Sequence[KeptLife], first: date, last: date) -> Markup | None:
    """A line for each of the largest clusters from the first to the last day it was seen, with its events."""
    shown = sorted(lives[:MOST_CLUSTERS], key=lambda life: life.first.day, reverse=True)
    if not shown:
        return None
    start, stop = to_day_number(first), to_day_number(last)

    def draw(axes: Axes) -> None:
        named: set[str] = set()
        for row, life in enumerate(shown):
            days = (to_day_number(life.first.day), to_day_number(life.last.day))
            axes.plot(days, (row, row), color=OBSERVED, linewidth=3, solid_capstyle="butt")
            for event in life.events:
                text = {
                    "birth": _("opstod"),
                    "split": _("delte sig"),
                    "merge": _("optog en anden"),
                    "death": _("ophørte"),
                }[event.kind]
                label = None if event.kind in named else text
                named.add(event.kind)
                axes.plot(
                    to_day_number(event.day),
                    row,
                    MARKS[event.kind],
                    color="#ffffff" if event.kind == "birth" else "#101820",
                    markeredgecolor="#101820",
                    markersize=7,
                    linewidth=0,
                    label=label,
                )
        axes.set(xlim=(start - 0.8, stop + 0.8), ylim=(-0.7, len(shown) - 0.3))
        axes.set_yticks(range(len(shown)), [life.id for life in shown])
        ticks = np.unique(np.linspace(start, stop, 6).round().astype(int))
        axes.set_xticks(ticks, [danish.day_and_month(date.fromordinal(int(t) + EPOCH_ORDINAL)) for t in ticks])
        axes.grid(visible=False, axis="y")
        if named:
            axes.legend(loc="lower left", ncols=4, bbox_to_anchor=(0, 1.0))

    alt = _("Klynger over dagene; de samme oplysninger står i tabellen.")
    return chart(draw, alt=alt, width_cm=18, height_cm=2.4 + 0.62 * len(shown))


EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def _line(axes: Axes, series: PeriodSeries, *, colour: str, style: str, label: str) -> None:
    marker, dash = style[0], style[1:]
    at = np.arange(1, len(series) + 1)
    value = np.where(series.covered, series.weight_ppm / ONE_PPM, np.nan)
    axes.plot(at, value, dash, color=colour, linewidth=1.5, label=label)
    for which, fill in ((series.complete, colour), (~series.complete, "#ffffff")):
        axes.plot(
            at[which], value[which], marker, color=colour, markerfacecolor=fill, markersize=4.5, linewidth=0, zorder=3
        )


def _told(series: PeriodSeries) -> str:
    return ", ".join(
        danish.short_count(weight / ONE_PPM) if covered else danish.MISSING
        for weight, covered in zip(series.weight_ppm.tolist(), series.covered.tolist(), strict=True)
    )
