"""The watch for good effects that spread, on the simulated partnerships of `benchmarks.displacement`.

    .venv/bin/python -m benchmarks.diffusion false-alerts --years 150
    .venv/bin/python -m benchmarks.diffusion delays --partnerships 40

False alerts per partnership-year where nothing spread, also where the treated area fell alone and where crime was
displaced; days to detection where the treated area and a neighbour fell together. Thresholds are set once, from 100
simulated years.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.displacement.partnership import (
    HISTORY_DAYS,
    PLAIN,
    SCENARIOS,
    Effect,
    Scenario,
    draw_partnership,
    drawn,
    expected,
    planted,
)
from models.diffusion_estimates import diffusion_estimates
from models.diffusion_parameters import DiffusionParameters
from models.diffusion_threshold import diffusion_threshold
from models.displacement_watch import AlertStart, WatchCounts, WatchEvidence, alert_starts, watch_evidence
from models.watch_dispersion import lasting_dispersion
from models.watch_null import WatchNull, watch_null

Floats = NDArray[np.float64]

WATCH = DiffusionParameters(years=100)
WATCHED_YEARS = 2
YEAR_DAYS = 364
YEAR = 365.25
NEIGHBOURS = 6
# Name, how much T falls from the first day watched on, and how much of it a neighbour gains; in all categories.
PLANTED = (
    Effect("the treated area falls by half, for good", 0.5, 0.0, None),
    Effect("the treated area falls by three quarters, for good", 0.75, 0.0, None),
    Effect("half of the treated area's incidents move to a neighbour", 0.5, 1.0, None),
    Effect("a quarter moves to a neighbour, a quarter goes", 0.5, 0.5, None),
)


@dataclass(frozen=True)
class Null:
    """Nothing spreads: a scenario, and what is planted in it if anything."""

    name: str
    scenario: Scenario
    effect: Effect | None = None


NULLS = (
    *(Null(scenario.name, scenario) for scenario in SCENARIOS),
    *(Null(effect.name, PLAIN, effect) for effect in PLANTED),
)


@dataclass(frozen=True)
class Spread:
    """From its onset on T loses ``fall`` of its incidents and a neighbour ``neighbour_fall``."""

    name: str
    fall: float
    neighbour_fall: float
    category: int | None
    ramp_days: int = 0


SPREADS = tuple(
    Spread(f"{size}, {speed}, {where}", fall, part * fall, category, ramp)
    for size, fall, part in (
        ("both by half", 0.5, 1.0),
        ("both by three quarters", 0.75, 1.0),
        ("T by half, the neighbour by a quarter", 0.5, 0.5),
    )
    for where, category in (("one category", 0), ("all categories", None))
    for speed, ramp in (("at once", 0), ("over 28 days", 28))
)


def threshold_of(null: WatchNull, neighbours: int, rng: np.random.Generator) -> float:
    return diffusion_threshold(null, neighbours, parameters=WATCH, rng=rng, threads=1).threshold


def false_alerts(task: tuple[int, int]) -> tuple[int, int, float]:
    """Of a partnership by number in one of `NULLS`: which, alerts, and years watched."""
    which, number = task
    null, rng = NULLS[which], np.random.default_rng([20261128, which, number])
    partnership = draw_partnership(rng)
    days = YEAR_DAYS if null.effect else WATCHED_YEARS * YEAR_DAYS
    mean = expected(partnership, null.scenario, HISTORY_DAYS + days, rng)
    if null.effect:
        mean = planted(mean, null.effect, HISTORY_DAYS, int(rng.integers(partnership.neighbours)))
    counts = drawn(mean, null.scenario, rng)
    split = watch_null(counts[:HISTORY_DAYS])
    threshold = threshold_of(split, partnership.neighbours, rng)
    evidence = watch_evidence(WatchCounts.of(counts, partnership.neighbours), split.dispersion, WATCH)
    return which, len(alert_starts(evidence, threshold, WATCH, since=HISTORY_DAYS)), days / YEAR


@dataclass(frozen=True)
class Delay:
    """``days`` to the first alert about the right neighbour, infinite for never within a year; alerts about others
    (``wrong``); whether the intervals of onset and of the neighbour's fall held the truth, in the column of the
    effect."""

    effect: int
    days: float
    wrong: int
    held: tuple[bool, bool] | None


def delays(number: int) -> list[Delay]:
    """Of every effect, in one drawing of the one partnership."""
    rng = np.random.default_rng([20261129, number])
    partnership = draw_partnership(np.random.default_rng(7), NEIGHBOURS)
    mean = expected(partnership, PLAIN, HISTORY_DAYS + YEAR_DAYS, rng)
    past = drawn(mean[:HISTORY_DAYS], PLAIN, rng)
    null = watch_null(past)
    threshold = threshold_of(null, NEIGHBOURS, rng)
    neighbour = number % NEIGHBOURS
    found = []
    for e, effect in enumerate(SPREADS):
        after = drawn(spread(mean, effect, neighbour)[HISTORY_DAYS:], PLAIN, rng)
        counts = WatchCounts.of(np.concatenate([past, after]), NEIGHBOURS)
        evidence = watch_evidence(counts, null.dispersion, WATCH)
        starts = alert_starts(evidence, threshold, WATCH, since=HISTORY_DAYS)
        right = [start for start in starts if start.neighbour == neighbour]
        held = _held(counts, evidence, null, right[0], effect) if right else None
        days = right[0].day - HISTORY_DAYS + 1.0 if right else np.inf
        found.append(Delay(e, days, len(starts) - len(right), held))
    return found


def spread(mean: Floats, effect: Spread, neighbour: int) -> Floats:
    """``mean`` (days, areas, categories) with ``effect`` on ``neighbour`` from the end of the history on."""
    found = mean.copy()
    since = np.arange(len(mean)) - HISTORY_DAYS
    reached = np.clip((since + 1) / max(effect.ramp_days, 1), 0, 1) * (since >= 0)
    which = slice(None) if effect.category is None else slice(effect.category, effect.category + 1)
    found[:, 0, which] *= 1 - effect.fall * reached[:, np.newaxis]
    found[:, 1 + neighbour, which] *= 1 - effect.neighbour_fall * reached[:, np.newaxis]
    return found


def _held(
    counts: WatchCounts, evidence: WatchEvidence, null: WatchNull, start: AlertStart, effect: Spread
) -> tuple[bool, bool] | None:
    if effect.category not in {None, start.column}:
        return None
    about = {"day": start.day, "neighbour": start.neighbour, "column": start.column}
    said = diffusion_estimates(counts, evidence, lasting_dispersion(null), **about)
    pairs = (said.onset, HISTORY_DAYS), (said.neighbour_fall, effect.neighbour_fall)
    onset, fall = (part.lower <= truth <= part.upper for part, truth in pairs)
    return onset, fall


def false_alerts_table(found: list[tuple[int, int, float]]) -> Iterator[str]:
    """A row per scenario: the mean per year and its 95 % Monte Carlo interval."""
    yield "| scenario | years | false alerts a year |"
    yield "|---|---|---|"
    for which, null in enumerate(NULLS):
        rates = np.array([alerts / years for of, alerts, years in found if of == which])
        if len(rates) > 1:
            watched = sum(years for of, _, years in found if of == which)
            mean, error = rates.mean(), 1.96 * rates.std(ddof=1) / np.sqrt(len(rates))
            yield f"| {null.name} | {watched:.0f} | {mean:.2f} ({max(mean - error, 0):.2f}–{mean + error:.2f}) |"


def delays_table(found: list[Delay]) -> Iterator[str]:
    """A row per effect: medians with 95 % intervals from the bootstrap over partnerships."""
    yield "| T and the neighbour fall | days (median) | found in a year | onset held | fall held | wrong neighbours |"
    yield "|---|---|---|---|---|---|"
    for e, effect in enumerate(SPREADS):
        of = [delay for delay in found if delay.effect == e]
        days = np.array([delay.days for delay in of])
        again = np.random.default_rng(1).integers(0, len(days), (2_000, len(days)))
        low, high = np.quantile(np.median(days[again], axis=1), [0.025, 0.975], method="nearest")
        held = np.array([delay.held for delay in of if delay.held is not None])
        onset, fall = held.mean(axis=0) if len(held) else (np.nan, np.nan)
        wrong = np.mean([delay.wrong for delay in of])
        yield (
            f"| {effect.name} | {_days(float(np.median(days)))} ({_days(float(low))}–{_days(float(high))}) "
            f"| {np.isfinite(days).mean():.0%} | {onset:.0%} | {fall:.0%} | {wrong:.2f} |"
        )


def _days(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else f"> {YEAR_DAYS}"


def tasks(years: int) -> list[tuple[int, int]]:
    """So many years of every scenario, one partnership of each after another."""
    return [(which, n) for n in range(years) for which in range(len(NULLS)) if NULLS[which].effect or n % 2 == 0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=["false-alerts", "delays"])
    parser.add_argument("--years", type=int, default=150, help="years watched in each scenario")
    parser.add_argument("--partnerships", type=int, default=40, help="drawings in which effects are planted")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.processes) as pool:
        if options.table == "false-alerts":
            lines = false_alerts_table(list(pool.map(false_alerts, tasks(options.years), chunksize=4)))
        else:
            found = pool.map(delays, range(options.partnerships))
            lines = delays_table([delay for part in found for delay in part])
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
