"""How often the feedback monitor warns: in simulated years without a loop, and in runaway loops.

    python -m benchmarks.patrol_feedback [years]

A beat of 120 cells in one shift, two beats and three shifts a partnership; a plan each day by the rules of
`models.patrol_places` from a discounted history of reports. In a loop, a report is ``1 + effect`` times as likely in a
shift when its place is in the plan. The monitor looks once a week at the last 26 weeks.
"""

import sys
from dataclasses import dataclass

import numpy as np

from models.patrol_feedback import PlannedDays, plan_feedback
from models.patrol_parameters import PatrolParameters
from models.patrol_places import Candidates, choose_places

CELLS, GROUPS, STOPS = 120, 6, 3
WINDOW, LOOKS = 182, 7
HALF_LIFE = 120.0
PARAMETERS = PatrolParameters()


@dataclass
class Beat:
    """One shift and beat as it goes on."""

    rate: np.ndarray
    history: np.ndarray
    xy: np.ndarray
    plans: list[list[int]]
    reports: list[np.ndarray]


def one_year(effect: float, rng: np.random.Generator, *, drift: float = 0.0) -> int | None:
    """The week of the first warning; None where there is none in a year after the first half one."""
    beats = []
    for _ in range(GROUPS):
        rate = rng.gamma(0.35, 1, CELLS)
        rate *= 0.35 / rate.sum()
        history = rng.poisson(rate * HALF_LIFE / np.log(2)).astype(float)
        beats.append(Beat(rate, history, rng.uniform(0, 1300, (CELLS, 2)), [], []))
    for day in range(WINDOW + 364):
        for beat in beats:
            _one_day(beat, effect, drift, rng)
        if day >= WINDOW and day % LOOKS == 0 and _look(beats):
            return (day - WINDOW) // 7
    return None


def _one_day(beat: Beat, effect: float, drift: float, rng: np.random.Generator) -> None:
    expected = beat.history * np.log(2) / HALF_LIFE
    candidates = Candidates(
        cell=np.arange(CELLS, dtype=np.int64),
        xy_m=beat.xy,
        expected=expected,
        recent=expected,
        usual=expected,
        hot=np.zeros(CELLS, dtype=bool),
    )
    earlier = beat.plans[: -PARAMETERS.cap_window - 1 : -1]
    chosen = choose_places(candidates, STOPS, parameters=PARAMETERS, rng=rng, earlier=earlier)
    stops = [one.position for one in chosen.stops]
    beat.rate *= np.exp(drift * rng.standard_normal(CELLS))
    rate = beat.rate.copy()
    rate[stops] *= 1 + effect
    reports = rng.poisson(rate)
    beat.history = beat.history * 2 ** (-1 / HALF_LIFE) + reports
    beat.plans.append(stops)
    beat.reports.append(reports)


def _look(beats: list[Beat]) -> bool:
    places = []
    for beat in beats:
        plans = beat.plans[-WINDOW:]
        reports = np.array(beat.reports[-WINDOW:], dtype=float)
        places += [
            PlannedDays(np.array([cell in plan for plan in plans]), reports[:, cell])
            for cell in sorted({cell for plan in plans for cell in plan})
        ]
    return plan_feedback(places).warns


def main(years: int) -> None:
    print("| what | years | warned | weeks to it (median) |")
    print("|---|---|---|---|")
    cases = [("no loop", 0.0, 0.0), ("no loop, places drift", 0.0, 0.02), ("a quarter more", 0.25, 0.0)]
    cases += [("half more", 0.5, 0.0), ("twice as many", 1.0, 0.0), ("three times as many", 2.0, 0.0)]
    for number, (name, effect, drift) in enumerate(cases):
        rng = np.random.default_rng([7, number])
        weeks = [one_year(effect, rng, drift=drift) for _ in range(years)]
        found = [week for week in weeks if week is not None]
        median = f"{np.median(found):.0f}" if found else "–"
        print(f"| {name} | {years} | {len(found) / years:.1%} | {median} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
