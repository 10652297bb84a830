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
from models.watch_dispersion import lasting_dispersion
from models.watch_estimates import watch_estimates
from models.watch_null import watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_threshold import counted, watch_threshold

Floats = NDArray[np.float64]

NEIGHBOURS = 6
FOLLOWED = 364  # days after the onset; later is never
NAMES = ("watch", "monthly WDD", "CUSUM per area", "weekly scan")
LEVELS = np.arange(3, 12, 0.05)
ORACLE_YEARS = 500
SCANNED = 20  # partnerships that the scan sees, as it is slow
SCAN_WEEKS = 26


@dataclass(frozen=True)
class Task:
    """One partnership by number, in which every effect is planted in turn."""

    number: int
    simulated_years: int


@dataclass(frozen=True)
class Delays:
    """``days`` (effects, `NAMES`) to the first alert about the right neighbour, infinite for never; ``oracle``
    (effects, days) what its charts of that neighbour reached by then; ``wrong`` (effects) alerts of the watch about
    other neighbours; ``covered`` (effects, 2) whether the intervals of onset and share held the truth, NaN without an
    alert. ``null`` alerts of the watch in the same year with nothing planted."""

    days: Floats
    oracle: Floats
    wrong: Floats
    covered: Floats
    null: int


def the_partnership() -> Partnership:
    return draw_partnership(np.random.default_rng(7), NEIGHBOURS)


def oracle_alerts() -> dict[tuple[float, float], Floats]:
    """False alerts a year of the oracle at `LEVELS`, by the fall and share that it knows; each chart counts its own."""
    partnership, watch = the_partnership(), WatchParameters()
    kinds = {(effect.fall, effect.share): effect for effect in effects()}
    alerts = {kind: np.zeros(len(LEVELS)) for kind in kinds}
    replicates, run_up, years = ORACLE_YEARS // 4, 180, 4
    for rng in np.random.default_rng(99).spawn(replicates):
        counts = _drawn(expected(partnership, PLAIN, run_up + years * 364, rng), rng)
        for kind, effect in kinds.items():
            charts = oracle_paths(counts, partnership, effect)[run_up:].reshape(years * 364, -1)
            alerts[kind] += sum(counted(charts[:, [chart]], LEVELS, watch)[0] for chart in range(charts.shape[1]))
    return {kind: found / (replicates * years * 364 / 365.25) for kind, found in alerts.items()}


def delays_of(task: Task) -> Delays:
    rng = np.random.default_rng([20261125, task.number])
    chances = effects()
    mean = expected(the_partnership(), PLAIN, HISTORY_DAYS + FOLLOWED, rng)
    past = drawn(mean[:HISTORY_DAYS], PLAIN, rng)
    null = watch_null(past)
    watch, parameters = WatchParameters(), ThresholdParameters(years=task.simulated_years)
    threshold = watch_threshold(null, NEIGHBOURS, watch=watch, parameters=parameters, rng=rng, threads=1).threshold
    days, oracle = np.full((len(chances), len(NAMES)), np.inf), np.empty((len(chances), FOLLOWED))
    wrong, covered = np.zeros(len(chances)), np.full((len(chances), 2), np.nan)
    neighbour = task.number % NEIGHBOURS

    def followed(after: Floats) -> WatchCounts:
        return WatchCounts.of(np.concatenate([past, drawn(after, PLAIN, rng)]), NEIGHBOURS)

    for e, effect in enumerate(chances):
        counts = followed(planted(mean, effect, HISTORY_DAYS, neighbour)[HISTORY_DAYS:])
        evidence = watch_evidence(counts, null.dispersion, watch)
        starts = alert_starts(evidence, threshold, watch, since=HISTORY_DAYS)
        right = [start for start in starts if start.neighbour == neighbour]
        wrong[e] = len(starts) - len(right)
        if right:
            days[e, 0] = right[0].day - HISTORY_DAYS + 1
            about = {"day": right[0].day, "neighbour": neighbour, "column": right[0].column}
            found = watch_estimates(counts, evidence, lasting_dispersion(null), raised=True, **about)
            covered[e] = [
                found.onset.lower <= HISTORY_DAYS <= found.onset.upper,
                found.displaced_share.lower <= effect.share <= found.displaced_share.upper,
            ]
        charts = oracle_paths(counts, the_partnership(), effect)[HISTORY_DAYS:, neighbour]
        oracle[e] = np.maximum.accumulate(charts.max(axis=1))
        days[e, 1:] = _peers(counts, effect, task, rng)
    nothing = watch_evidence(followed(mean[HISTORY_DAYS:]), null.dispersion, watch)
    null_alerts = len(alert_starts(nothing, threshold, watch, since=HISTORY_DAYS))
    return Delays(days, oracle, wrong, covered, null_alerts)


def _peers(counts: WatchCounts, effect: Effect, task: Task, rng: np.random.Generator) -> list[float]:
    budget = ThresholdParameters().alerts_per_year
    neighbour = task.number % NEIGHBOURS
    column = counts.total.shape[1] - 1 if effect.category is None else effect.category
    claims = [
        monthly_wdd(counts, HISTORY_DAYS),
        area_cusums(counts, HISTORY_DAYS, budget),
    ]
    if task.number < SCANNED and effect.ramp_days == 0:
        claims.append(weekly_scan(counts, HISTORY_DAYS, column, budget, rng, weeks=SCAN_WEEKS))
    found = [_first(claim[HISTORY_DAYS:, neighbour]) for claim in claims]
    return found + [np.nan] * (len(NAMES) - 1 - len(found))


def _first(claimed: NDArray[np.bool_]) -> float:
    """The first day, counted from 1, on which something is ``claimed`` (days) or (days, columns)."""
    days = claimed.reshape(len(claimed), -1).any(axis=1)
    return float(days.argmax()) + 1 if days.any() else np.inf


def _drawn(mean: Floats, rng: np.random.Generator) -> WatchCounts:
    return WatchCounts.of(drawn(mean, PLAIN, rng), NEIGHBOURS)


def table(found: list[Delays], oracle: dict[tuple[float, float], Floats]) -> Iterator[str]:
    """Medians with 95 % intervals from the bootstrap over partnerships; the ratio of the medians with its own.

    ``oracle`` as `oracle_alerts` has it: it is given the rate of false alerts that the watch was found to have.
    """
    days = np.stack([delays.days for delays in found])
    drawn_again = np.random.default_rng(1).integers(0, len(found), (2_000, len(found)))
    rate = sum(delays.null for delays in found) / (len(found) * FOLLOWED / 365.25)
    yield f"{len(found)} partnerships; with nothing planted the watch raised {rate:.2f} alerts a year"
    yield ""
    yield "| effect | watch | oracle | ratio to the oracle | monthly WDD | CUSUM per area | weekly scan |"
    yield "|---|---|---|---|---|---|---|"
    for e, effect in enumerate(effects()):
        level = LEVELS[np.argmax(oracle[effect.fall, effect.share] <= rate)]
        both = np.column_stack([days[:, e, 0], [_first(delays.oracle[e] >= level) for delays in found]])
        again = np.median(both[drawn_again], axis=1)
        bounds = np.quantile(again, [0.025, 0.975], axis=0)
        ratios = np.quantile(again[:, 0] / again[:, 1], [0.025, 0.975])
        own = np.median(both, axis=0)
        cells = [f"{_days(own[i])} ({_days(bounds[0, i])}–{_days(bounds[1, i])})" for i in range(2)]
        cells.append(f"{own[0] / own[1]:.2f} ({ratios[0]:.2f}–{ratios[1]:.2f})")
        cells += [_days(float(np.median(days[:, e, i]))) for i in (1, 2)]
        scanned = days[~np.isnan(days[:, e, 3]), e, 3]
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
