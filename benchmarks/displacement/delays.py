"""Days from the onset of a displacement to its first alert, beside the oracle at the same rate of false alerts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.displacement.oracle import oracle_paths
from benchmarks.displacement.partnership import (
    HISTORY_DAYS,
    PLAIN,
    Effect,
    Partnership,
    draw_partnership,
    drawn,
    effects,
    expected,
    planted,
)
from benchmarks.displacement.peers import area_cusums, monthly_wdd, weekly_scan
from models.displacement_watch import WatchCounts, alert_starts, watch_evidence
from models.watch_estimates import watch_estimates
from models.watch_null import watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_threshold import counted, watch_threshold

Floats = NDArray[np.float64]

NEIGHBOURS = 6
FOLLOWED = 364  # days after the onset; later is never
NAMES = ("watch", "oracle", "monthly WDD", "CUSUM per area", "weekly scan")
LEVELS = np.arange(3, 12, 0.05)
ORACLE_YEARS = 500
SCANNED = 4  # partnerships that the scan sees, as it is slow
SCAN_WEEKS = 26


@dataclass(frozen=True)
class Task:
    """One partnership by number, in which every effect is planted in turn; the oracle's threshold of each effect."""

    number: int
    simulated_years: int
    oracle: tuple[float, ...]


@dataclass(frozen=True)
class Delays:
    """``days`` (effects, methods) to the first alert about the right neighbour, infinite for never; ``wrong``
    (effects) alerts of the watch about other neighbours; ``covered`` (effects, 2) whether the intervals of onset and
    share held the truth, NaN without an alert. ``null`` alerts of the watch in the same year with nothing planted."""

    days: Floats
    wrong: Floats
    covered: Floats
    null: int


def the_partnership() -> Partnership:
    return draw_partnership(np.random.default_rng(7), NEIGHBOURS)


def oracle_thresholds() -> tuple[float, ...]:
    """Of each effect: the level at which nothing planted gives the budget's alerts, one per continuing signal."""
    partnership, chances = the_partnership(), effects()
    alerts = np.zeros((len(chances), len(LEVELS)), np.int64)
    replicates, run_up, years = ORACLE_YEARS // 4, 180, 4
    for rng in np.random.default_rng(99).spawn(replicates):
        counts = _drawn(expected(partnership, PLAIN, run_up + years * 365, rng), rng)
        for e, effect in enumerate(chances):
            paths = np.ascontiguousarray(oracle_paths(counts, partnership, effect)[run_up:])
            alerts[e] += counted(paths, LEVELS, WatchParameters().release)[0]
    allowed = ThresholdParameters().alerts_per_year * replicates * years
    return tuple(float(LEVELS[np.argmax(row <= allowed)]) for row in alerts)


def delays_of(task: Task) -> Delays:
    rng = np.random.default_rng([20261125, task.number])
    chances = effects()
    mean = expected(the_partnership(), PLAIN, HISTORY_DAYS + FOLLOWED, rng)
    past = drawn(mean[:HISTORY_DAYS], PLAIN, rng)
    null = watch_null(past)
    watch, parameters = WatchParameters(), ThresholdParameters(years=task.simulated_years)
    threshold = watch_threshold(null, NEIGHBOURS, watch=watch, parameters=parameters, rng=rng, threads=1).threshold
    days = np.full((len(chances), len(NAMES)), np.inf)
    wrong, covered = np.zeros(len(chances)), np.full((len(chances), 2), np.nan)
    neighbour = task.number % NEIGHBOURS

    def followed(after: Floats) -> WatchCounts:
        return WatchCounts.of(np.concatenate([past, drawn(after, PLAIN, rng)]), NEIGHBOURS)

    for e, effect in enumerate(chances):
        counts = followed(planted(mean, effect, HISTORY_DAYS, neighbour)[HISTORY_DAYS:])
        evidence = watch_evidence(counts, null.dispersion, watch)
        starts = alert_starts(evidence, threshold, watch.release, since=HISTORY_DAYS)
        right = [start for start in starts if start.neighbour == neighbour]
        wrong[e] = len(starts) - len(right)
        if right:
            days[e, 0] = right[0].day - HISTORY_DAYS + 1
            about = {"day": right[0].day, "neighbour": neighbour, "column": right[0].column}
            found = watch_estimates(counts, evidence, null.dispersion, raised=True, **about)
            covered[e] = [
                found.onset.lower <= HISTORY_DAYS <= found.onset.upper,
                found.displaced_share.lower <= effect.share <= found.displaced_share.upper,
            ]
        days[e, 1:] = _peers(counts, effect, task, task.oracle[e], rng)
    nothing = watch_evidence(followed(mean[HISTORY_DAYS:]), null.dispersion, watch)
    return Delays(days, wrong, covered, len(alert_starts(nothing, threshold, watch.release, since=HISTORY_DAYS)))


def _peers(counts: WatchCounts, effect: Effect, task: Task, threshold: float, rng: np.random.Generator) -> list[float]:
    budget = ThresholdParameters().alerts_per_year
    neighbour = task.number % NEIGHBOURS
    column = counts.total.shape[1] - 1 if effect.category is None else effect.category
    claims = [
        oracle_paths(counts, the_partnership(), effect) >= threshold,
        monthly_wdd(counts, HISTORY_DAYS),
        area_cusums(counts, HISTORY_DAYS, budget),
    ]
    if task.number < SCANNED and effect.ramp_days == 0:
        claims.append(weekly_scan(counts, HISTORY_DAYS, column, budget, rng, weeks=SCAN_WEEKS))
    found = [_first(claim[HISTORY_DAYS:, neighbour]) for claim in claims]
    return found + [np.nan] * (len(NAMES) - 1 - len(found))


def _first(claimed: NDArray[np.bool_]) -> float:
    days = claimed.any(axis=1)
    return float(days.argmax()) + 1 if days.any() else np.inf


def _drawn(mean: Floats, rng: np.random.Generator) -> WatchCounts:
    return WatchCounts.of(drawn(mean, PLAIN, rng), NEIGHBOURS)


def table(found: list[Delays]) -> Iterator[str]:
    """Medians with 95 % intervals from the bootstrap over partnerships; the ratio of the medians with its own."""
    days = np.stack([delays.days for delays in found])
    drawn_again = np.random.default_rng(1).integers(0, len(found), (2_000, len(found)))
    nothing = sum(delays.null for delays in found) / (len(found) * FOLLOWED / 365.25)
    yield f"{len(found)} partnerships; with nothing planted the watch raised {nothing:.2f} alerts a year"
    yield ""
    yield "| effect | watch | oracle | ratio to the oracle | monthly WDD | CUSUM per area | weekly scan |"
    yield "|---|---|---|---|---|---|---|"
    for e, effect in enumerate(effects()):
        again = np.median(days[drawn_again, e, :2], axis=1)
        bounds = np.quantile(again, [0.025, 0.975], axis=0)
        ratios = np.quantile(again[:, 0] / again[:, 1], [0.025, 0.975])
        own = np.median(days[:, e], axis=0)
        cells = [f"{_days(own[i])} ({_days(bounds[0, i])}–{_days(bounds[1, i])})" for i in range(2)]
        cells.append(f"{own[0] / own[1]:.2f} ({ratios[0]:.2f}–{ratios[1]:.2f})")
        cells += [_days(own[i]) for i in (2, 3)]
        scanned = days[~np.isnan(days[:, e, 4]), e, 4]
        cells.append(_days(float(np.median(scanned)), SCAN_WEEKS * 7) if len(scanned) else "–")
        yield f"| {effect.name} | " + " | ".join(cells) + " |"
    yield ""
    yield from _estimates(found)


def _days(value: float, most: int = FOLLOWED) -> str:
    return f"{value:.0f}" if np.isfinite(value) else f"> {most}"


def _estimates(found: list[Delays]) -> Iterator[str]:
    yield "| effect | found in a year | of those, 95 % interval holds the onset | and the share | wrong neighbours |"
    yield "|---|---|---|---|---|"
    for e, effect in enumerate(effects()):
        covered = np.array([delays.covered[e] for delays in found])
        seen = ~np.isnan(covered[:, 0])
        onset, share = covered[seen].mean(axis=0) if seen.any() else (np.nan, np.nan)
        wrong = np.mean([delays.wrong[e] for delays in found])
        yield f"| {effect.name} | {seen.mean():.0%} | {onset:.0%} | {share:.0%} | {wrong:.2f} |"
