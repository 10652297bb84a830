"""The alerts as people work with them: the inbox, and one alert with its claim, checks, steps and history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from geo.projection import project
from maps import danish
from maps.alert_beside import BesideLine, beside_lines, power_line
from maps.alert_text import (
    ACTION_TEXT,
    CHECKS,
    DONE_TEXT,
    KIND_TEXT,
    REASON_TEXT,
    STATUS_TEXT,
    alert_line,
    category_name,
    how_often,
    neighbour_name,
)
from maps.assets import Assets
from maps.chart import chart
from maps.colours import CLAIMED, NOT_CLAIMED, OBSERVED, TREATED
from maps.crossings import draw_crossings, support_text
from maps.diffusion_text import CHECKS_DIFFUSION, diffusion_facts, spreads
from maps.language import N_, _
from maps.neighbour_arrow import arrow
from maps.page import Frame, PageLinks, render
from maps.watch_power import power_rows
from maps.within_text import CHECKS_WITHIN, held, stratum_names, within_facts
from models.alert import Alert, AlertEvent, AlertSignal
from models.alert_life import LONGEST_SNOOZE_DAYS, OPEN, REASONS, Action, next_actions
from models.beside_record import StatedPower
from models.calendar import to_day_number
from models.crossing_support import CrossingSupport
from models.partnership import Partnership
from models.watch_beside import AlertBeside
from models.watch_power import AlertPower
from models.watch_series import Expected, WatchSeries

Floats = NDArray[np.float64]
MARGIN_M = 250.0  # around the two areas
HALF_WEEK = 3.5
BAND = N_("95 % af ugerne ellers")


@dataclass(frozen=True)
class StepForm:
    """A button, and the reasons to choose from where the action has them."""

    action: Action
    label: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HistoryLine:
    """One step as it is told."""

    at: str
    actor: str
    what: str


def alerts_page(
    alerts: Sequence[Alert],
    partnership: Partnership,
    *,
    everything: bool,
    power: StatedPower | None,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """The inbox, or with ``everything`` all alerts there are, newest first; and what the watch can find (``power``)."""
    rows = [
        {
            "id": alert.id,
            "line": alert_line(alert.signal, partnership),
            "kind": _(KIND_TEXT[alert.signal.kind]),
            "good": spreads(alert.signal),
            "status": _(STATUS_TEXT[alert.state.status]),
            "open": alert.state.status in OPEN,
            "raised": alert.signal.raised_on,
            "last": alert.signal.last_on,
        }
        for alert in alerts
    ]
    return render(
        "alerts",
        Frame(_("Alarmer"), partnership.name, "alerts", assets, synthetic, links),
        rows=rows,
        everything=everything,
        treated=partnership.areas.treated.name,
        power=[] if power is None else power_rows(power, partnership),
        figures=links.power,
    )


def alert_page(
    alert: Alert,
    history: Sequence[AlertEvent],
    partnership: Partnership,
    *,
    series: WatchSeries | None,
    beside: AlertBeside | None,
    power: AlertPower | None,
    support: CrossingSupport,
    refused: str,
    assets: Assets,
    synthetic: bool,
    links: PageLinks,
) -> str:
    """One alert; ``series`` are the weeks it is about, ``beside`` and ``power`` what its evidence says beside it,
    ``support`` what clusters did at its onset; ``refused`` says why a step could not be taken."""
    signal = alert.signal
    lines = _beside(signal, beside, power, partnership)
    return render(
        "alert",
        Frame(_("Alarm {alert}").format(alert=alert.id), partnership.name, "alerts", assets, synthetic, links),
        alert=alert,
        line=alert_line(signal, partnership),
        kind=_(KIND_TEXT[signal.kind]),
        good=spreads(signal),
        status=_(STATUS_TEXT[alert.state.status]),
        snoozed=alert.state.snoozed_until if alert.state.status in OPEN else None,
        facts=_facts(alert, partnership),
        figure=_map(alert, support, partnership),
        support=support_text(support, signal, partnership),
        beside=lines,
        against=[line.against for line in lines if line.against],
        drawn=[] if series is None else _drawn(series, alert, partnership),
        checks=[(_(text), _(REASON_TEXT[reason])) for text, reason in _checks(signal)],
        forms=[StepForm(a, _(ACTION_TEXT[a]), _reasons(a)) for a in next_actions(alert.state)],
        can_snooze=alert.state.status in OPEN,
        longest_snooze=LONGEST_SNOOZE_DAYS,
        history=[_told(event, partnership) for event in reversed(history)],
        refused=refused,
    )


def _beside(
    signal: AlertSignal, beside: AlertBeside | None, power: AlertPower | None, partnership: Partnership
) -> list[BesideLine]:
    treated = partnership.areas.treated.name
    lines = (
        []
        if beside is None
        else beside_lines(beside, treated, neighbour_name(signal, partnership), spread=spreads(signal))
    )
    return lines if power is None else [*lines, power_line(power, treated, category_name(signal, partnership))]


def _within(signal: AlertSignal) -> bool:
    return signal.moved_to != "neighbour"


def _checks(signal: AlertSignal) -> tuple[tuple[str, str], ...]:
    if spreads(signal):
        return CHECKS_DIFFUSION
    return CHECKS_WITHIN if _within(signal) else CHECKS


def _colour(signal: AlertSignal) -> str:
    """Of the neighbour: not that of displacement where good effects spread."""
    return OBSERVED if spreads(signal) else CLAIMED


def _reasons(action: Action) -> tuple[tuple[str, str], ...]:
    return tuple((reason, _(REASON_TEXT[reason])) for reason in REASONS.get(action, ()))


def _facts(alert: Alert, partnership: Partnership) -> list[tuple[str, str]]:
    signal = alert.signal
    treated, neighbour = partnership.areas.treated.name, neighbour_name(signal, partnership)
    chance = _("Så meget tyder det af sig selv på forskydning {how_often}").format(
        how_often=how_often(signal.recurrence_days)
    )
    if _within(signal):
        return within_facts(signal, partnership, chance)
    if spreads(signal):
        category, often = category_name(signal, partnership), how_often(signal.recurrence_days)
        return diffusion_facts(signal, treated=treated, neighbour=neighbour, category=category, often=often)
    since = danish.medium_date(signal.onset)
    share = _("{share} % af det, {treated} mistede").format(share=danish.number(100 * signal.share), treated=treated)
    return [
        (
            _("{treated} siden {since}").format(treated=treated, since=since),
            held(signal.treated_observed, signal.treated_expected),
        ),
        (
            _("{neighbour} siden {since}").format(neighbour=neighbour, since=since),
            held(signal.neighbour_observed, signal.neighbour_expected),
        ),
        (_("Kategori"), category_name(signal, partnership)),
        (
            _("Begyndte"),
            _("{since}; mellem {onset_from}").format(
                since=since, onset_from=danish.date_range(signal.onset_from, signal.onset_to)
            ),
        ),
        (_("Flyttet andel"), f"{share}, {danish.interval(100 * signal.share_lower, 100 * signal.share_upper)}"),
        (_("Tilfældighed"), _("{chance}, alle naboområder og kategorier regnet med.").format(chance=chance)),
        (
            _("Signalet"),
            _("har varet {raised_on}").format(raised_on=danish.date_range(signal.raised_on, signal.last_on)),
        ),
    ]


def _told(event: AlertEvent, partnership: Partnership) -> HistoryLine:
    at = event.at.astimezone(partnership.calendar.timezone)
    more = [
        f": {_(REASON_TEXT[event.reason])}" if event.reason else "",
        _(" til {until}").format(until=danish.medium_date(event.until)) if event.until else "",
        _(": alarm {other}").format(other=event.other) if event.other else "",
    ]
    return HistoryLine(
        f"{danish.medium_date(at.date())} {danish.clock(at)}", event.actor, _(DONE_TEXT[event.action]) + "".join(more)
    )


def _drawn(series: WatchSeries, alert: Alert, partnership: Partnership) -> list[tuple[str, Markup]]:
    """The chart of each area, or of each part of the treated one, under its name."""
    names = partnership.areas.treated.name, neighbour_name(alert.signal, partnership)
    if _within(alert.signal):
        names = stratum_names(alert.signal, partnership)
    colours, parts = (TREATED, _colour(alert.signal)), (series.treated, series.neighbour)
    return [
        (name, _weeks(series, part, colour, name, alert.signal.onset))
        for name, part, colour in zip(names, parts, colours, strict=True)
    ]


def _weeks(series: WatchSeries, part: Expected, colour: str, name: str, onset: date) -> Markup:
    first = np.array([to_day_number(start) for start in series.starts], dtype=np.float64)
    middle = first + HALF_WEEK

    def draw(axes: Axes) -> None:
        axes.fill_between(middle, part.lower, part.upper, color="#c9d6e2", linewidth=0, step="mid", label=_(BAND))
        axes.plot(middle, part.expected, color="#4d5b69", linestyle="--", linewidth=1.3, label=_("Ventet"))
        axes.plot(middle, part.observed, color=colour, marker="o", markersize=4, linewidth=1.6, label=_("Hændelser"))
        axes.axvline(to_day_number(onset), color="#101820", linestyle=":", linewidth=1.4, label=_("Begyndte"))
        axes.set(ylim=(0, None), ylabel=_("hændelser pr. uge"))
        axes.set_xticks(first[::4], [danish.day_and_month(start) for start in series.starts[::4]])
        axes.legend(loc="upper left", ncols=4, bbox_to_anchor=(0, 1.2))

    told = "; ".join(f"{danish.day_and_month(day)}: {n:g}" for day, n in zip(series.starts, part.observed, strict=True))
    return chart(
        draw, alt=_("{name}, hændelser pr. uge. {told}").format(name=name, told=told), width_cm=16, height_cm=6
    )


def _map(alert: Alert, support: CrossingSupport, partnership: Partnership) -> Markup:
    """The treated area and the neighbour among the others, with the arrow from the one to the other, and crossings; the
    treated area by itself where crime moved within it. No arrow where good effects spread: nothing moved."""
    areas, within = partnership.areas, _within(alert.signal)
    position = None if within else partnership.areas.index.get(alert.signal.neighbour)
    crs = areas.metric_crs
    colour_of, good = _colour(alert.signal), spreads(alert.signal)
    chosen = [areas.treated, *([] if position is None else [areas.areas[position]])]

    def draw(axes: Axes) -> None:
        for area in areas.areas:
            colour = TREATED if area.role == "treated" else colour_of if area in chosen else NOT_CLAIMED
            x, y = _in_metres(area.polygon.exterior.coords, crs)
            axes.fill(x, y, facecolor=colour, alpha=0.4 if area in chosen else 0.25, edgecolor="#4d5b69", linewidth=0.8)
        seen = np.concatenate([np.array(_in_metres(area.polygon.exterior.coords, crs)) for area in chosen], axis=1)
        low, high = seen.min(axis=1) - MARGIN_M, seen.max(axis=1) + MARGIN_M
        if position is not None and not good:
            x, y = _in_metres(arrow(areas, position), crs)
            axes.fill(x, y, facecolor="#101820", edgecolor="#ffffff", linewidth=1.0)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        axes.set_axis_off()
        crossed = draw_crossings(axes, support.crossings, crs)
        axes.legend(handles=[*_key([area.name for area in chosen], colour_of), *crossed], loc="upper left", fontsize=11)

    treated, neighbour = areas.treated.name, neighbour_name(alert.signal, partnership)
    way = _("hvor begge faldt") if good else _("med en pil fra det første til det andet")
    alt = _("Kort: {treated}").format(treated=treated) + (
        "." if within else _(" og {neighbour}, {way}.").format(neighbour=neighbour, way=way)
    )
    if support.crossings:
        alt += _(" En lysere pil er en klynges vej over grænsen.")
    return chart(draw, alt=alt, width_cm=13, height_cm=10)


def _key(names: Sequence[str], colour: str) -> list[Patch]:
    colours = zip(names, (TREATED, colour), strict=False)
    return [Patch(facecolor=colour, edgecolor="#4d5b69", alpha=0.5, label=name) for name, colour in colours]


def _in_metres(ring: Iterable[Sequence[float]], crs: str) -> tuple[Floats, Floats]:
    lon, lat = np.array(list(ring), dtype=np.float64).T
    return project(lon, lat, crs)
