"""The watch within the treated area on simulated partnerships: how often it is wrong, and how fast it is.

Partnerships and what befalls them as in `benchmarks.displacement.partnership`, the three categories taken as strata:
shifts and categories differ in name only. With ``--strata 7`` they are split further, into 0.08 to 0.5 incidents a day
in the treated area. Thresholds are set once, on the first day watched.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.displacement.partnership import (
    HISTORY_DAYS,
    PLAIN,
    SCENARIOS,
    Partnership,
    Scenario,
    draw_partnership,
    drawn,
    expected,
)
from models.displacement_watch import alert_starts
from models.watch_null import watch_null
from models.watch_threshold import WatchThreshold
from models.within_estimates import within_estimates
from models.within_parameters import WithinParameters
from models.within_threshold import within_threshold
from models.within_watch import Pair, WithinCounts, WithinEvidence, pairs_of, within_evidence

Floats = NDArray[np.float64]

WATCHED_YEARS = 4
DAYS = WATCHED_YEARS * 364
AHEAD_DAYS = 364
SEED = 20261125
NONE_SEEN = 3.69  # upper 95 % bound of a Poisson mean after no event
# Parts of the three categories of the generator, for seven strata.
PARTS = ((0, 0.5), (0, 0.3), (0, 0.2), (1, 0.6), (1, 0.4), (2, 0.8), (2, 0.2))


@dataclass(frozen=True)
class Case:
    """A scenario, and how many times a year something befalls the strata: of T ``whole_rises``, one that ``falls`` or
    ``rises`` by itself; hours that ``move_everywhere``, in all areas; ``own_season`` amplitude of T's own season."""

    name: str
    scenario: Scenario = PLAIN
    whole_rises: float = 0.0
    falls: float = 0.0
    rises: float = 0.0
    move_everywhere: float = 0.0
    own_season: float = 0.0


CASES = (
    Case("plain: negative binomial, season of each stratum, weekday, growth"),
    Case("T falls as a whole, once a year", Scenario("falls", treated_falls=1.0)),
    Case("T rises as a whole, once a year", whole_rises=1.0),
    Case("one stratum of T falls alone, once a year", falls=1.0),
    Case("one stratum of T rises alone, once a year", rises=1.0),
    Case("everywhere 40 % moves from one stratum to another, once a year", move_everywhere=1.0),
    Case("T has a season in its mix that no other area has, ± 20 %", own_season=0.2),
    Case("slow drift of every area", SCENARIOS[4]),
    Case("shocks, events, drift, growth apart, T falls, missing days", SCENARIOS[-1]),
)
EFFECTS = tuple((fall, share, ramp) for fall in (0.5, 0.75) for share in (0.5, 1.0) for ramp in (0, 28))


def mean_of(partnership: Partnership, case: Case, days: int, strata: int, rng: np.random.Generator) -> Floats:
    """Expected incidents (days, areas, strata)."""
    mean = expected(partnership, case.scenario, days, rng)
    if strata == len(PARTS):
        mean = np.stack([mean[:, :, c] * part for c, part in PARTS], axis=2)
    for spell in _spells(case.whole_rises, days, rng):
        mean[spell, 0] *= rng.uniform(1.4, 2.0)
    for spell in _spells(case.falls, days, rng):
        mean[spell, 0, rng.integers(strata)] *= rng.uniform(0.2, 0.7)
    for spell in _spells(case.rises, days, rng):
        mean[spell, 0, rng.integers(strata)] *= rng.uniform(1.5, 2.5)
    for spell in _spells(case.move_everywhere, days, rng):
        source, target = rng.choice(strata, 2, replace=False)
        moved = 0.4 * mean[spell, :, source]
        mean[spell, :, source] -= moved
        mean[spell, :, target] += moved
    of_year = np.sin(2 * np.pi * np.arange(days) / 365.25)
    mean[:, 0, 0] *= 1 + case.own_season * of_year
    mean[:, 0, 1] *= 1 - case.own_season * of_year
    return mean


def _spells(per_year: float, days: int, rng: np.random.Generator) -> list[slice]:
    starts = rng.integers(0, days, rng.poisson(per_year * days / 365.25))
    return [slice(start, start + int(rng.integers(28, 121))) for start in starts]


def false_alerts(cases: list[int], years: int, strata: int, parameters: WithinParameters) -> Iterator[str]:
    """One row per case: false alerts per year, with a 95 % Monte Carlo interval."""
    yield "| scenario | years | false alerts a year |"
    yield "|---|---|---|"
    for number in cases:
        case, found = CASES[number], []
        for replicate in range(-(-years // WATCHED_YEARS)):
            rng = np.random.default_rng([SEED, strata, number, replicate])
            partnership = draw_partnership(rng)
            mean = mean_of(partnership, case, HISTORY_DAYS + DAYS, strata, rng)
            counts = drawn(mean, case.scenario, rng)
            watched = _Watched(counts[:HISTORY_DAYS], parameters)
            evidence = watched.evidence(WithinCounts.of(counts))
            starts = alert_starts(evidence.paths, watched.threshold.threshold, parameters, since=HISTORY_DAYS)
            found.append(len(starts) / (DAYS / 365.25))
        total = len(found) * DAYS / 365.25
        rate, error = np.mean(found), 1.96 * np.std(found, ddof=1) / np.sqrt(len(found))
        if rate == 0:
            error = NONE_SEEN / total
        yield f"| {case.name} | {total:.0f} | {rate:.2f} ({max(rate - error, 0):.2f}–{rate + error:.2f}) |"


class _Watched:
    """What a past is judged by."""

    def __init__(self, past: Floats, parameters: WithinParameters) -> None:
        self.parameters = parameters
        self.null = watch_null(past)
        self.dispersion = self.null.dispersion[: past.shape[2]]
        self.threshold: WatchThreshold = within_threshold(
            self.null, parameters=parameters, rng=np.random.default_rng(SEED), threads=1
        )

    def evidence(self, counts: WithinCounts) -> WithinEvidence:
        return within_evidence(counts, self.dispersion, self.parameters)


def delays(partnerships: int, strata: int, parameters: WithinParameters) -> Iterator[str]:
    """One row per effect: days to the first alert about the right pair, and what that alert says."""
    yield (
        "| T's stratum falls by, moved, over | median days | found in a year | interval holds onset | and share | "
        "wrong pairs before it | in a year |"
    )
    yield "|---|---|---|---|---|---|---|"
    found: dict[tuple[float, float, int], list[tuple[float, ...]]] = {effect: [] for effect in EFFECTS}
    for number in range(partnerships):
        rng = np.random.default_rng([SEED, strata, 99, number])
        mean = mean_of(draw_partnership(rng), CASES[0], HISTORY_DAYS + AHEAD_DAYS, strata, rng)
        past = drawn(mean[:HISTORY_DAYS], PLAIN, rng)
        watched = _Watched(past, parameters)
        for effect in EFFECTS:
            # From one of the busier half to any other.
            source, target = rng.choice(strata, 2, replace=False)
            busier = np.argsort(-mean[:HISTORY_DAYS, 0].sum(axis=0))[: (strata + 1) // 2]
            source = int(rng.choice(busier[busier != target]))
            moved = _planted(mean[HISTORY_DAYS:], effect, Pair(source, int(target)))
            ahead = drawn(moved, PLAIN, rng)
            counts = WithinCounts.of(np.concatenate([past, ahead]))
            found[effect].append(_judged(counts, watched, Pair(source, int(target)), effect))
    for effect, rows in found.items():
        yield _row(effect, np.array(rows))


def _planted(mean: Floats, effect: tuple[float, float, int], pair: Pair) -> Floats:
    fall, share, ramp = effect
    size = np.clip((np.arange(len(mean)) + 1) / max(ramp, 1), 0, 1) * fall
    changed = mean.copy()
    changed[:, 0, pair.source] -= size * mean[:, 0, pair.source]
    changed[:, 0, pair.target] += share * size * mean[:, 0, pair.source]
    return changed


def _judged(counts: WithinCounts, watched: _Watched, pair: Pair, effect: tuple[float, float, int]) -> tuple[float, ...]:
    evidence = watched.evidence(counts)
    position = pairs_of(counts.strata).index(pair)
    starts = alert_starts(evidence.paths, watched.threshold.threshold, watched.parameters, since=HISTORY_DAYS)
    right = [start.day for start in starts if start.neighbour == position]
    wrong = [start.day for start in starts if start.neighbour != position]
    if not right:
        return np.inf, np.nan, np.nan, len(wrong), len(wrong)
    said = within_estimates(counts, evidence, watched.dispersion, day=right[0], pair=pair)
    return (
        right[0] - HISTORY_DAYS + 1,
        said.onset.lower <= HISTORY_DAYS <= said.onset.upper,
        said.moved_share.lower <= effect[1] <= said.moved_share.upper,
        sum(day < right[0] for day in wrong),
        len(wrong),
    )


def _row(effect: tuple[float, float, int], rows: Floats) -> str:
    fall, share, ramp = effect
    days = rows[:, 0]
    resampled = np.random.default_rng(1).choice(days, (1_000, len(days)))
    medians = np.quantile(resampled, 0.5, axis=1, method="inverted_cdf")
    lower, upper = np.quantile(medians, [0.025, 0.975], method="inverted_cdf")
    seen = rows[np.isfinite(days)]
    held = (f"{seen[:, c].mean():.0%}" if len(seen) else "–" for c in (1, 2))
    return (
        f"| {fall:.0%}, {share:.0%}, {f'{ramp} days' if ramp else 'at once'} | "
        f"{_days(np.quantile(days, 0.5, method='inverted_cdf'))} ({_days(lower)}–{_days(upper)}) | "
        f"{np.isfinite(days).mean():.0%} | {' | '.join(held)} | "
        f"{rows[:, 3].mean():.2f} | {rows[:, 4].mean():.2f} |"
    )


def _days(days: float) -> str:
    return f"{days:.0f}" if np.isfinite(days) else f"> {AHEAD_DAYS}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", choices=["false-alerts", "delays"])
    parser.add_argument("--cases", type=int, nargs="+", default=list(range(len(CASES))), help="scenarios, from 0")
    parser.add_argument("--years", type=int, default=200, help="years watched in each scenario")
    parser.add_argument("--partnerships", type=int, default=40, help="partnerships in which effects are planted")
    parser.add_argument("--strata", type=int, choices=[3, len(PARTS)], default=3)
    parser.add_argument("--simulated-years", type=int, default=200, help="years simulated for each threshold")
    options = parser.parse_args()
    parameters = WithinParameters(years=options.simulated_years)
    rows = (
        false_alerts(options.cases, options.years, options.strata, parameters)
        if options.table == "false-alerts"
        else delays(options.partnerships, options.strata, parameters)
    )
    for row in rows:
        print(row, flush=True)


if __name__ == "__main__":
    main()
