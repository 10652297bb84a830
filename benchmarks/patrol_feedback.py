"""How often the feedback monitor warns: in simulated years without a loop, and in runaway loops.

    python -m benchmarks.patrol_feedback [years]

A beat of 120 cells in one shift, two beats and three shifts a partnership; a plan each day by the rules of
`models.patrol_places` from a discounted history of reports. In a loop, a report is ``1 + effect`` times as likely in a
shift when its place is in the plan. Years without a loop are also drawn with places that drift, with bursts (a report
makes others at its place more likely for a week or two, as near repeats do) and with visits that keep incidents away.
The monitor looks every day, as the daily run does, at the last 26 weeks.
"""

import sys
from dataclasses import dataclass, field
from multiprocessing import Pool

import numpy as np

from models.patrol_feedback import ComparedPlan, plan_feedback
from models.patrol_parameters import PatrolParameters
from models.patrol_places import Candidates, Choice, choose_places

CELLS, GROUPS, STOPS = 120, 6, 3
WINDOW, LOOKS = 182, 1
HALF_LIFE = 120.0
BURST_HALF_LIFE = 7.0
PARAMETERS = PatrolParameters()


@dataclass(frozen=True)
class Case:
    """A year's truth: ``effect`` of a visit on reports, ``drift`` a day of the log rates, and reports that each report
    calls forth at its place by itself (``burst``)."""

    name: str
    effect: float = 0.0
    drift: float = 0.0
    burst: float = 0.0


CASES = (
    Case("no loop"),
    Case("no loop, places drift", drift=0.02),
    Case("no loop, bursts of 1.3 reports", burst=0.25),
    Case("no loop, bursts of 2 reports", burst=0.5),
    Case("visits keep a fifth away", effect=-0.2),
    Case("a quarter more", effect=0.25),
    Case("half more", effect=0.5),
    Case("twice as many", effect=1.0),
    Case("three times as many", effect=2.0),
    Case("twice as many, bursts of 1.3 reports", effect=1.0, burst=0.25),
)


@dataclass
class Beat:
    """One shift and beat as it goes on."""

    rate: np.ndarray
    history: np.ndarray
    xy: np.ndarray
    plans: list[list[int]]
    compared: list[tuple[ComparedPlan, dict[tuple[str, int], float]]]
    stirred: np.ndarray = field(default_factory=lambda: np.zeros(CELLS))


def one_year(case: Case, seed: list[int]) -> int | None:
    """The week of the first warning; None where there is none in a year after the first half one."""
    rng = np.random.default_rng(seed)
    beats = []
    for _ in range(GROUPS):
        rate = rng.gamma(0.35, 1, CELLS)
        rate *= 0.35 / rate.sum()
        history = rng.poisson(rate * HALF_LIFE / np.log(2)).astype(float)
        beats.append(Beat(rate, history, rng.uniform(0, 1300, (CELLS, 2)), [], []))
    for day in range(WINDOW + 364):
        for beat in beats:
            _one_day(beat, case, day, rng)
        if day >= WINDOW and (day - WINDOW) % LOOKS == 0 and _look(beats):
            return (day - WINDOW) // 7
    return None


def _one_day(beat: Beat, case: Case, day: int, rng: np.random.Generator) -> None:
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
    beat.rate *= np.exp(case.drift * rng.standard_normal(CELLS))
    # A report calls forth ``burst`` others in all, and each of those as many: the level is kept.
    fading = 2 ** (-1 / BURST_HALF_LIFE)
    rate = (1 - case.burst) * beat.rate + beat.stirred
    rate[stops] *= 1 + case.effect
    reports = rng.poisson(rate)
    beat.stirred = fading * beat.stirred + case.burst * (1 - fading) * reports
    beat.history = beat.history * 2 ** (-1 / HALF_LIFE) + reports
    beat.plans.append(stops)
    beat.compared.append(
        (_compared(chosen, expected, day), {(str(i), day): reports[i] for i in np.flatnonzero(reports)})
    )


def _compared(chosen: Choice, expected: np.ndarray, day: int) -> ComparedPlan:
    ranked = [one.position for one in chosen.stops if one.reason != "exploration"]
    return ComparedPlan(
        day, {str(i): float(expected[i]) for i in ranked}, {str(i): float(expected[i]) for i in chosen.capped}
    )


def _look(beats: list[Beat]) -> bool:
    return plan_feedback(pair for beat in beats for pair in beat.compared[-WINDOW:]).warns


def main(years: int) -> None:
    print("| what | years | warned | weeks to it (median) |")
    print("|---|---|---|---|")
    with Pool() as pool:
        for number, case in enumerate(CASES):
            weeks = pool.starmap(one_year, [(case, [7, number, year]) for year in range(years)])
            found = [week for week in weeks if week is not None]
            median = f"{np.median(found):.0f}" if found else "–"
            print(f"| {case.name} | {years} | {len(found) / years:.1%} | {median} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
