"""The pictures of an effort's evaluation: the weeks around it, and the change among its placebos."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from maps import danish
from maps.chart import chart
from maps.colours import CLAIMED, TREATED
from maps.language import N_, _
from models.effort_evaluation import Days, EffortEvaluation
from models.effort_result import EffortResult
from models.effort_weeks import EffortWeeks

BAND = N_("95 % af ugerne ellers")
HALF_WEEK = 3.5
TICKS = 7
ROOM_FOR_LEGEND = 1.05
RUN_UP, EFFORT = "#e3e8ed", "#fde3c4"


@dataclass(frozen=True)
class EffortCharts:
    """``weeks`` and, where there was something to compare with, ``placebos``."""

    weeks: Markup
    placebos: Markup | None


def effort_charts(result: EffortResult) -> EffortCharts | None:
    """None where there is too little data."""
    if result.evaluation is None or result.weeks is None:
        return None
    return EffortCharts(_weeks(result, result.weeks, result.evaluation), _placebos(result.evaluation))


def _weeks(result: EffortResult, weeks: EffortWeeks, evaluation: EffortEvaluation) -> Markup:
    middle = weeks.starts + HALF_WEEK
    shown = weeks.starts[:: max(1, -(-len(weeks.starts) // TICKS))]
    first, last = int(weeks.starts[0]), int(weeks.starts[-1]) + 7

    def draw(axes: Axes) -> None:
        _shade(axes, evaluation.windows.run_up, (first, last), RUN_UP, label=_("Ugerne lige før"), hatch="..")
        _shade(axes, evaluation.windows.during, (first, last), EFFORT, label=_("Indsatsen"), hatch="//")
        axes.fill_between(middle, weeks.lower, weeks.upper, color="#9db8cd", alpha=0.55, linewidth=0, label=_(BAND))
        axes.plot(middle, weeks.expected, color="#4d5b69", linestyle="--", linewidth=1.3, label=_("Ventet"))
        axes.plot(
            middle, weeks.observed, color=TREATED, marker="o", markersize=3.5, linewidth=1.4, label=_("Hændelser")
        )
        axes.set(xlim=(first, last), ylim=(0, None), ylabel=_("hændelser pr. uge"))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xticks(shown, [danish.day_and_month(result.date_of(int(day))) for day in shown])
        axes.legend(loc="lower left", ncols=3, bbox_to_anchor=(0, 1.0))

    told = "; ".join(
        f"{danish.day_and_month(result.date_of(int(day)))}: {count:g}"
        for day, count in zip(weeks.starts, weeks.observed, strict=True)
    )
    return chart(
        draw, alt=_("Hændelser pr. uge før og under indsatsen. {told}").format(told=told), width_cm=18, height_cm=8
    )


def _shade(axes: Axes, days: Days, shown: Days, colour: str, *, label: str, hatch: str) -> None:
    start, stop = max(days[0], shown[0]), min(days[1], shown[1])
    axes.axvspan(start, stop, facecolor=colour, edgecolor="#b9c3cc", hatch=hatch, linewidth=0, alpha=0.7, label=label)


def _placebos(evaluation: EffortEvaluation) -> Markup | None:
    rows = [
        (name, placebo.placebos)
        for name, placebo in (
            (_("Samme område,\ntidligere datoer"), evaluation.in_time),
            (_("Andre områder,\nsamme datoer"), evaluation.in_space),
        )
        if placebo is not None
    ]
    if not rows:
        return None
    own = evaluation.change.z

    def draw(axes: Axes) -> None:
        axes.axvline(0, color="#8492a0", linewidth=1)
        for row, (_name, values) in enumerate(rows):
            label = _("Uden indsats") if row == 0 else None
            at = np.full(len(values), -row) + _spread(len(values))
            axes.plot(values, at, "o", color="#4f6f88", alpha=0.75, markersize=5.5, linewidth=0, label=label)
        axes.plot(
            np.full(len(rows), own),
            -np.arange(len(rows)),
            "D",
            color=CLAIMED,
            markersize=9,
            markeredgecolor="#ffffff",
            linewidth=0,
            label=_("Indsatsen"),
        )
        axes.set_yticks(-np.arange(len(rows)), [name for name, _ in rows])
        axes.set(ylim=(-len(rows) + 0.5, 0.5), xlabel=_("← færre end ventet · udslag i standardfejl · flere →"))
        reach = 1.1 * max(3.0, abs(own), *(float(np.abs(values).max()) for _, values in rows))
        axes.set_xlim(-reach, reach)
        axes.grid(visible=False, axis="y")
        axes.legend(loc="lower left", ncols=2, bbox_to_anchor=(0, 1.0))

    told = "; ".join(
        f"{name.replace(chr(10), ' ')}: {', '.join(danish.number(float(v), 1) for v in values)}"
        for name, values in rows
    )
    alt = _("Indsatsens udslag {own} standardfejl blandt udslag uden indsats. {told}").format(
        own=danish.number(own, 1), told=told
    )
    return chart(draw, alt=alt, width_cm=18, height_cm=2.2 + 2.2 * len(rows))


def _spread(number: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Heights that keep points apart, the same every time."""
    return 0.22 * (np.arange(number) % 5 - 2) / 2
