"""How often the intervals of an alert hold the truth: at given effects, and on average over effects drawn.

Only the first alert about the right neighbour is judged, on its day, in a column that the effect is in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.displacement.partnership import (
    HISTORY_DAYS,
    PLAIN,
    SCENARIOS,
    Effect,
    Partnership,
    Scenario,
    draw_partnership,
    drawn,
    expected,
    planted,
)
from models.displacement_watch import WatchCounts, alert_starts, watch_evidence
from models.watch_dispersion import lasting_dispersion
from models.watch_estimates import watch_estimates
from models.watch_null import WatchNull, watch_null
from models.watch_parameters import WatchParameters

Floats = NDArray[np.float64]

NEIGHBOURS = 6
FOLLOWED = 364  # days after the onset
DRIFT = SCENARIOS[4]
DRAWN = 4  # effects drawn in each partnership
RAMPS = (0, 14, 28, 56)


class Covered(NamedTuple):
    """``row`` of the table; whether onset, share and fall were held, and the widths of the first two."""

    row: str
    held: tuple[bool, bool, bool]
    days_wide: float
    share_wide: float


@dataclass(frozen=True)
class Task:
    """One partnership by number: the fixed effects in it, and drawn ones in another."""

    number: int


def fixed_effects() -> list[Effect]:
    """Medium and large, a quarter to all displaced, at once and over four weeks, in one category and in all."""
    return [
        Effect(f"{size}, {speed}, {share:.0%} displaced, {where}", fall, share, category, ramp)
        for size, fall in (("medium", 0.5), ("large", 0.75))
        for where, category in (("one category", 0), ("all categories", None))
        for share in (0.25, 0.5, 0.75, 1.0)
        for speed, ramp in (("at once", 0), ("over 28 days", 28))
    ]


def coverage_of(task: Task) -> list[Covered | str]:
    """What the first alert about each effect held; the row alone where there was none within a year."""
    rng = np.random.default_rng([20261126, task.number])
    partnership = draw_partnership(np.random.default_rng(7), NEIGHBOURS)
    fixed = [(effect.name, effect) for effect in fixed_effects()]
    found = _alerts(partnership, fixed, PLAIN, rng)
    for name, scenario in (("drawn from the prior", PLAIN), ("the same with a slow drift of every area", DRIFT)):
        busy = float(np.exp(rng.uniform(np.log(0.5), np.log(6.0)))) / 2
        other = draw_partnership(rng)
        some = [(name, _drawn_effect(rng)) for _ in range(DRAWN)]
        found += _alerts(Partnership(busy * other.rate, other.neighbours), some, scenario, rng)
    return found


def _drawn_effect(rng: np.random.Generator) -> Effect:
    """As `models.watch_posterior` has it before it sees counts, in any category or in all."""
    category = int(rng.integers(-1, 3))
    fall, share = float(rng.uniform(0.15, 0.95)), float(rng.uniform(0.0, 1.0))
    return Effect("", fall, share, None if category < 0 else category, int(rng.choice(RAMPS)))


def _threshold(neighbours: int, scenario: Scenario) -> float:
    """About what the budget gives: 7.6 for three neighbours, 8.6 for nine, 1 more where areas drift."""
    return 7.1 + neighbours / 6 + (scenario.drift_sd > 0)


def _alerts(
    partnership: Partnership, effects: list[tuple[str, Effect]], scenario: Scenario, rng: np.random.Generator
) -> list[Covered | str]:
    onset = HISTORY_DAYS + int(rng.integers(7))
    mean = expected(partnership, scenario, onset + FOLLOWED, rng)
    past = drawn(mean[:onset], scenario, rng)
    null = watch_null(past)
    found: list[Covered | str] = []
    for row, effect in effects:
        neighbour = int(rng.integers(partnership.neighbours))
        after = drawn(planted(mean, effect, onset, neighbour)[onset:], scenario, rng)
        counts = WatchCounts.of(np.concatenate([past, after]), partnership.neighbours)
        threshold = _threshold(partnership.neighbours, scenario)
        first = _first(counts, null, threshold, effect, onset=onset, neighbour=neighbour, row=row)
        found.append(first or row)
    return found


def _first(
    counts: WatchCounts, null: WatchNull, threshold: float, effect: Effect, *, onset: int, neighbour: int, row: str
) -> Covered | None:
    watch = WatchParameters()
    evidence = watch_evidence(counts, null.dispersion, watch)
    column = effect.category
    last = counts.total.shape[1] - 1
    right = [
        start
        for start in alert_starts(evidence, threshold, watch.release, since=onset)
        if start.neighbour == neighbour and (column is None or start.column in {column, last})
    ]
    if not right:
        return None
    about = {"day": right[0].day, "neighbour": neighbour, "column": right[0].column}
    found = watch_estimates(counts, evidence, lasting_dispersion(null), raised=True, **about)
    # Of all categories together the fall in one is a smaller part.
    fall = effect.fall
    if column is not None and right[0].column == last:
        fall *= float(null.share[0, column] * null.total[:, column].sum() / (null.total.sum(axis=0) @ null.share[0]))
    pairs = ((found.onset, onset), (found.displaced_share, effect.share), (found.fall, fall))
    inside = tuple(bool(part.lower <= truth <= part.upper) for part, truth in pairs)
    return Covered(
        row,
        (inside[0], inside[1], inside[2]),
        found.onset.upper - found.onset.lower + 1,
        found.displaced_share.upper - found.displaced_share.lower,
    )


def table(found: list[list[Covered | str]]) -> Iterator[str]:
    """A row per effect: of 95 % intervals, how many hold the truth, and their width."""
    every = [item for part in found for item in part]
    yield "| effect | found in a year | onset held | share held | fall held | days wide (median) | share wide |"
    yield "|---|---|---|---|---|---|---|"
    for row in dict.fromkeys(item if isinstance(item, str) else item.row for item in every):
        yield _row(row, [item for item in every if (item if isinstance(item, str) else item.row) == row])


def _row(row: str, items: list[Covered | str]) -> str:
    seen = [item for item in items if isinstance(item, Covered)]
    if not seen:
        return f"| {row} | 0% | – | – | – | – | – |"
    held = np.array([item.held for item in seen]).mean(axis=0)
    days, share = np.median([item.days_wide for item in seen]), np.mean([item.share_wide for item in seen])
    cells = " | ".join(f"{part:.0%}" for part in held)
    return f"| {row} | {len(seen)} of {len(items)} | {cells} | {days:.0f} | {share:.2f} |"
