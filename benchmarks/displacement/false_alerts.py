"""False alerts per partnership-year, where nothing was displaced."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.displacement.partnership import HISTORY_DAYS, SCENARIOS, draw_partnership, drawn, expected
from benchmarks.displacement.peers import area_cusums, monthly_wdd, starts
from models.displacement_watch import WatchCounts
from models.standing_watch import standing_watch
from models.watch_parameters import ThresholdParameters, WatchParameters

WATCHED_YEARS = 4
DAYS = WATCHED_YEARS * 364
NAMES = ("watch", "monthly WDD", "CUSUM per area")


@dataclass(frozen=True)
class Task:
    """One partnership of a scenario, by number."""

    scenario: int
    number: int
    simulated_years: int


def tasks(years: int, simulated_years: int) -> list[Task]:
    each = -(-years // WATCHED_YEARS)
    return [Task(s, number, simulated_years) for s in range(len(SCENARIOS)) for number in range(each)]


def alerts_of(task: Task) -> tuple[int, tuple[int, ...]]:
    """The scenario, and alerts of each method in four years."""
    rng = np.random.default_rng([20261124, task.scenario, task.number])
    scenario = SCENARIOS[task.scenario]
    partnership = draw_partnership(rng)
    counts = drawn(expected(partnership, scenario, HISTORY_DAYS + DAYS, rng), scenario, rng)
    parameters = ThresholdParameters(years=task.simulated_years)
    found = standing_watch(
        counts,
        partnership.neighbours,
        since=HISTORY_DAYS,
        watch=WatchParameters(),
        parameters=parameters,
        seed=task.number,
        threads=1,
    )
    watched = WatchCounts.of(counts, partnership.neighbours)
    peers = (
        monthly_wdd(watched, HISTORY_DAYS),
        area_cusums(watched, HISTORY_DAYS, parameters.alerts_per_year),
    )
    return task.scenario, (len(found.alerts), *(starts(claims, HISTORY_DAYS) for claims in peers))


def table(found: list[tuple[int, tuple[int, ...]]]) -> Iterator[str]:
    """One row per scenario: the mean per year and its 95 % Monte Carlo interval."""
    yield "| scenario | years | " + " | ".join(NAMES) + " |"
    yield "|---|---|" + "---|" * len(NAMES)
    for number, scenario in enumerate(SCENARIOS):
        alerts = np.array([counts for s, counts in found if s == number], dtype=float) / (DAYS / 365.25)
        if len(alerts):
            yield f"| {scenario.name} | {len(alerts) * DAYS / 365.25:.0f} | {_cells(alerts)} |"


def _cells(alerts: np.ndarray) -> str:
    mean, error = alerts.mean(axis=0), 1.96 * alerts.std(axis=0, ddof=1) / np.sqrt(len(alerts))
    return " | ".join(f"{m:.2f} ({max(m - e, 0):.2f}–{m + e:.2f})" for m, e in zip(mean, error, strict=True))
