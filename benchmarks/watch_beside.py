"""How often what stands beside an alert of the displacement watch supports it: beside false alerts and true ones.

``python -m benchmarks.watch_beside --pasts 60`` prints a row per scenario: the alerts, and the share of them, on their
first day, that each statistic supports. The partnership is the one of the delays in docs/displacement.md.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from benchmarks.displacement.delays import NEIGHBOURS, the_partnership
from benchmarks.displacement.partnership import HISTORY_DAYS, PLAIN, Effect, Floats, Scenario, drawn, expected, planted
from models.alert import ALL, AlertSignal
from models.calendar import to_date
from models.displacement_watch import AlertStart, WatchCounts, WatchEvidence, alert_starts, watch_evidence
from models.watch_beside import LEVEL, AlertBeside, watch_beside
from models.watch_day import WatchInputs
from models.watch_estimates import watch_estimates
from models.watch_null import watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_threshold import watch_threshold

WATCH = WatchParameters()
FIRST_DAY = 20_000
CATEGORIES = ("a", "b", "c")
FALLS_ALONE = replace(PLAIN, treated_falls=1.0)
# Days followed after the history; a false alert takes its time.
YEARS_DAYS, EFFECT_DAYS = 728, 120
HEAD = "| alerts | number | WDD, enough incidents | WDD, any | WDQ displacement | in time | neighbour | treated |"


def threshold() -> float:
    rng = np.random.default_rng(5)
    past = drawn(expected(the_partnership(), PLAIN, HISTORY_DAYS, rng), PLAIN, rng)
    parameters = ThresholdParameters(years=100)
    return watch_threshold(watch_null(past), NEIGHBOURS, watch=WATCH, parameters=parameters, rng=rng).threshold


def alerts_of(
    scenario: Scenario, effect: Effect | None, level: float, pasts: int
) -> Iterator[tuple[bool, AlertBeside]]:
    """What stands beside every alert after the history, and whether it is about the neighbour of the effect."""
    for number, rng in enumerate(np.random.default_rng(9).spawn(pasts)):
        neighbour = number % NEIGHBOURS
        mean = expected(
            the_partnership(), scenario, HISTORY_DAYS + (EFFECT_DAYS if effect is not None else YEARS_DAYS), rng
        )
        if effect is not None:
            mean = planted(mean, effect, HISTORY_DAYS, neighbour)
        counts = drawn(mean, scenario, rng)
        dispersion = watch_null(counts[:HISTORY_DAYS]).dispersion
        evidence = watch_evidence(WatchCounts.of(counts, NEIGHBOURS), dispersion, WATCH)
        for start in alert_starts(evidence, level, WATCH, since=HISTORY_DAYS):
            yield start.neighbour == neighbour, beside_of(counts, start, evidence, dispersion)


def beside_of(counts: Floats, start: AlertStart, evidence: WatchEvidence, dispersion: Floats) -> AlertBeside:
    known = counts[: start.day + 1]
    of = watch_estimates(
        WatchCounts.of(known, NEIGHBOURS),
        evidence,
        dispersion,
        day=start.day,
        neighbour=start.neighbour,
        column=start.column,
        raised=True,
    )
    onset, onset_from, day = (to_date(FIRST_DAY + int(at)) for at in (of.onset.estimate, of.onset.lower, start.day))
    areas = tuple(f"area {i}" for i in range(counts.shape[1]))
    signal = AlertSignal(
        neighbour=areas[1 + start.neighbour],
        category=CATEGORIES[start.column] if start.column < len(CATEGORIES) else ALL,
        kind="displacement",
        raised_on=day,
        last_on=day,
        onset=onset,
        onset_from=onset_from,
        onset_to=onset,
        treated_observed=of.treated.observed,
        treated_expected=of.treated.expected,
        neighbour_observed=of.neighbour.observed,
        neighbour_expected=of.neighbour.expected,
        share=of.displaced_share.estimate,
        share_lower=of.displaced_share.lower,
        share_upper=of.displaced_share.upper,
        p=1.0,
        recurrence_days=1.0,
    )
    inputs = WatchInputs(areas, NEIGHBOURS, CATEGORIES, FIRST_DAY, known, WATCH, ThresholdParameters())
    return watch_beside(inputs, signal)


def row(name: str, found: list[AlertBeside]) -> str:
    wdds = [beside.wdd for beside in found]
    supports = [
        [wdd is not None and wdd.supports and wdd.treated.enough and wdd.neighbour.enough for wdd in wdds],
        [wdd is not None and wdd.supports for wdd in wdds],
        [(beside.wdq.meaning or "").startswith("displacement") for beside in found],
        [beside.in_time.as_high == 0 or beside.in_time.p <= LEVEL for beside in found],
        [beside.as_neighbour.as_high == 0 for beside in found],
        [beside.as_treated.as_high == 0 for beside in found],
    ]
    shares = " | ".join(f"{np.mean(column):.0%}" if column else "–" for column in supports)
    return f"| {name} | {len(found)} | {shares} |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pasts", type=int, default=60)
    pasts = parser.parse_args().pasts
    level = threshold()
    print(HEAD)
    print("|---|---|---|---|---|---|---|---|")
    for name, scenario in (("false, nothing happens", PLAIN), ("false, the treated area falls alone", FALLS_ALONE)):
        print(row(name, [beside for _, beside in alerts_of(scenario, None, level, pasts)]), flush=True)
    for name, effect in (
        ("half moves, one category", Effect("", 0.5, 1.0, 0)),
        ("half lost and half of it moves, all categories", Effect("", 0.5, 0.5, None)),
    ):
        found = list(alerts_of(PLAIN, effect, level, pasts))
        for right, whom in ((True, "right"), (False, "wrong")):
            print(row(f"{whom} neighbour, {name}", [beside for is_right, beside in found if is_right == right]))


if __name__ == "__main__":
    main()
