"""What the displacement watch can find, and how soon: displacements planted in simulated pasts.

Pasts without displacement are drawn from the partnership's own (`models.watch_null`) and go on for 84 days at the
counts of the last 84. From the first of these on, each of the treated area's incidents of a category is taken away
with the chance f, the fall, and given to neighbour j with the chance f s, s being the displaced share. The same drawn
incidents serve every f and s (common random numbers), so that a larger effect differs from a smaller one by what is
planted alone. Then the watch is run over them at its threshold, with its rule of what begins an alert.

What comes out is the power of the watch, the chance that an alert about j begins within so many days, the days by which
it has begun in half and in nine tenths of the pasts, and the smallest displacement that is found eight times in ten.
It says nothing of a displacement that is smaller, slower, or spread over several neighbours: that no alarm was raised
does not prove that nothing moved.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.displacement_watch import WatchCounts, WatchEvidence, alert_starts, watch_evidence
from models.parameter_limits import require_share, require_whole
from models.watch_null import WatchNull, drawn_counts
from models.watch_parameters import WatchParameters

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

FALLS = (0.25, 0.5, 0.75, 1.0)
SHARES = (0.5, 1.0)
FOLLOWED_DAYS = 84  # after the onset; later is too late
WITHIN_DAYS = (28, 56, 84)
MONTH_DAYS = 28
RUN_UP_DAYS = 56
PASTS = 80
FEWEST = 1.0  # incidents in 28 days: in a quieter column of the treated area nothing can be found
NEVER = FOLLOWED_DAYS + 1


@dataclass(frozen=True)
class MinimumDisplacement:
    """The smallest displacement that is found in time: the ``fall`` of the treated area, and incidents moved in 28
    days (``moved``)."""

    fall: float
    moved: float


@dataclass(frozen=True)
class DaysToAlert:
    """Days from the onset, that day being the first, by which the alert has begun in half and in nine tenths of the
    simulated pasts; None for more than 84."""

    median: int | None
    most: int | None


@dataclass(frozen=True)
class AlertPower:
    """Of one neighbour and column: ``treated`` incidents of the treated area in 28 days, the ``minimum`` found within
    56 days eight times in ten where all of it goes to that neighbour, and the ``days`` to an alert about a displacement
    as large as the one found; None as `WatchPower` has it."""

    treated: float
    minimum: MinimumDisplacement | None
    days: DaysToAlert | None


@dataclass(frozen=True, eq=False)
class WatchPower:
    """``day`` (falls, shares, neighbours, columns, pasts): on which day after the onset an alert about the neighbour
    began, the first being 1, `NEVER` where none did within 84 days. Falls, shares and columns are `FALLS`, `SHARES`
    and the columns of `models.displacement_watch.WatchCounts`, in which the effect was planted: the last one in every
    category. ``treated`` (columns): the treated area's incidents in 28 days."""

    day: Counts
    treated: Floats

    def chance(self, within_days: int) -> Floats:
        """Of an alert within so many days, (falls, shares, neighbours, columns)."""
        return np.asarray((self.day <= within_days).mean(axis=-1))

    def days(self, neighbour: int, column: int, *, fall: float, share: float) -> DaysToAlert | None:
        """For the largest planted effect that is in both no larger than ``fall`` and ``share``; None where these are
        smaller than all that was planted."""
        f, s = (int(np.searchsorted(grid, found + 1e-9)) - 1 for grid, found in ((FALLS, fall), (SHARES, share)))
        if min(f, s) < 0:
            return None
        return DaysToAlert(*(_reached(self.day[f, s, neighbour, column], chance) for chance in (0.5, 0.9)))

    def minimum(
        self, neighbour: int, column: int, *, share: float = 1.0, within_days: int = 56, chance: float = 0.8
    ) -> MinimumDisplacement | None:
        """The smallest displacement to ``neighbour`` that is found ``within_days`` with the ``chance``; None where
        even the whole of the treated area's incidents is not.

        Between the planted falls the chance is taken as linear, from none without a fall.

        Raises `ParameterError` for a chance or share that was not simulated.
        """
        require_share("chance", chance)
        found = self.chance(within_days)[:, SHARES.index(share), neighbour, column]
        found = np.maximum.accumulate(np.concatenate([[0.0], found]))
        if found[-1] < chance:
            return None
        enough = int(np.argmax(found >= chance))
        lower, upper = found[enough - 1 : enough + 1]
        below, above = (0.0, *FALLS)[enough - 1 : enough + 1]
        fall = float(below + (chance - lower) / (upper - lower) * (above - below))
        return MinimumDisplacement(fall, fall * share * float(self.treated[column]))

    def of_alert(self, neighbour: int, column: int, *, fall: float, share: float) -> AlertPower:
        """For a displacement of which ``fall`` and ``share`` were found."""
        days = self.days(neighbour, column, fall=fall, share=share)
        return AlertPower(float(self.treated[column]), self.minimum(neighbour, column), days)


def watch_power(
    null: WatchNull,
    neighbours: int,
    threshold: float,
    *,
    watch: WatchParameters,
    rng: np.random.Generator,
    pasts: int = PASTS,
    columns: Sequence[int] | None = None,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> WatchPower:
    """Power of the watch at ``threshold`` for every neighbour and column, from so many simulated ``pasts``.

    ``columns`` says where effects are planted, everywhere where None; what comes out in one does not depend on the
    others. With 80 pasts a chance of 0.8 is known to within 0.09 (95 %). The result is the same on 1 and on many
    ``threads`` (None: one per processor). ``advance`` is told how many pasts were finished.
    """
    require_whole("pasts", pasts, at_least=1)
    total, onset = _continued(null.total, watch)
    first = max(watch.first_judged, onset - RUN_UP_DAYS)
    # The evidence of days before the run-up is not wanted; what is usual rests on all of them as before.
    from_there = replace(watch, min_history_days=first - watch.guard_days)
    treated = _of_columns(null.share[0] * total[onset:].mean(axis=0) * MONTH_DAYS, len(null.dispersion))
    chosen = range(len(treated)) if columns is None else columns
    planted = tuple(c for c in chosen if treated[c] >= FEWEST)

    def followed(stream: np.random.Generator) -> Counts:
        drawn = _Drawn(drawn_counts(null, total, neighbours, stream), null.dispersion, from_there, onset, threshold)
        found = drawn.days(planted, stream)
        if advance is not None:
            advance(1)
        return found

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        day = np.stack(list(pool.map(followed, rng.spawn(pasts))), axis=-1)
    return WatchPower(day, treated)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """One past without displacement, and what is planted in it from position ``onset`` on."""

    counts: WatchCounts
    dispersion: Floats
    watch: WatchParameters
    onset: int
    threshold: float

    def days(self, planted_in: Sequence[int], rng: np.random.Generator) -> Counts:
        """(falls, shares, neighbours, columns), as `WatchPower.day` has them."""
        neighbours, columns = self.counts.neighbour.shape[1:]
        found = np.full((len(FALLS), len(SHARES), neighbours, columns), NEVER, dtype=np.int64)
        nothing = watch_evidence(self.counts, self.dispersion, self.watch).log_odds[-FOLLOWED_DAYS:]
        flat = self._flat(self.counts, self.dispersion)[-FOLLOWED_DAYS:]
        prior = nothing[0, 0] - flat[0, 0]
        categories = max(columns - 1, 1)
        lost, moved = _planted(self.counts.treated[self.onset :, :categories], rng)
        for c in planted_in:
            planted = np.arange(categories) if c == categories else np.array([c])
            effects = self._effects(planted, lost[:, :, planted], moved[:, :, planted])
            given, passed = self._most(nothing, prior, *effects)
            for number in range(len(lost)):
                for j in range(neighbours):
                    path = passed[:, :, number].copy()
                    path[:, j] = given[:, j, number]
                    found[*divmod(number, len(SHARES)), j, c] = self._first(path, j)
        return found

    def _effects(self, planted: Counts, lost: Floats, moved: Floats) -> tuple[Counts, Floats, Floats]:
        """The columns that the effects change, and what each takes and gives in them, (effects, days, changed)."""
        columns = self.counts.total.shape[1]
        if columns == 1:
            return planted, lost, moved
        changed = np.append(planted, columns - 1)
        lost, moved = (np.concatenate([part, part.sum(axis=2, keepdims=True)], axis=2) for part in (lost, moved))
        return changed, lost, moved

    def _most(
        self, nothing: Floats, prior: Floats, changed: Counts, lost: Floats, moved: Floats
    ) -> tuple[Floats, Floats]:
        """The most evidence of any column, (days, neighbours, effects): of a neighbour that receives what moved, and of
        one that does not, for which it does not matter who does."""
        others = np.delete(nothing, changed, axis=2).max(axis=2, initial=-np.inf)
        given, passed = (
            np.maximum(
                (self._log_odds(changed, lost, moved, receive=receive) + prior[changed]).max(axis=3),
                others[:, :, np.newaxis],
            )
            for receive in (True, False)
        )
        return given, passed

    def _flat(self, counts: WatchCounts, dispersion: Floats) -> Floats:
        """Log odds (days, neighbours, columns) with the same prior weight for every column, however many there are."""
        columns = counts.total.shape[1]
        watch = self.watch if columns == 1 else replace(self.watch, together=1 / columns)
        return watch_evidence(counts, dispersion, watch).log_odds

    def _log_odds(self, changed: Counts, lost: Floats, moved: Floats, *, receive: bool) -> Floats:
        """`_flat`, (days, neighbours, effects, changed), where each neighbour, for itself, receives what moved, or not.

        Every effect stands in columns of its own, before the one that all columns are drawn to.
        """
        whole, effects = self.counts, len(lost)
        of = np.append(np.tile(changed, effects), whole.total.shape[1] - 1)
        lost, moved = (part.transpose(1, 0, 2).reshape(part.shape[1], -1) for part in (lost, moved))
        treated, total = whole.treated[:, of], whole.total[:, of]
        neighbour = np.ascontiguousarray(whole.neighbour[:, :, of])
        treated[self.onset :, :-1] -= lost
        total[self.onset :, :-1] -= lost - moved
        if receive:
            neighbour[self.onset :, :, :-1] += moved[:, np.newaxis]
        found = self._flat(WatchCounts(treated, neighbour, total), self.dispersion[of])
        return found[-FOLLOWED_DAYS:, :, :-1].reshape(FOLLOWED_DAYS, -1, effects, len(changed))

    def _first(self, path: Floats, neighbour: int) -> int:
        """The day after the onset on which the first alert about ``neighbour`` begins, by the most evidence of any
        column (days, neighbours)."""
        if path[:, neighbour].max() < self.threshold:
            return NEVER
        evidence = WatchEvidence(0, path[:, :, np.newaxis], path[:, :1], path[:, :, np.newaxis])
        starts = alert_starts(evidence, self.threshold, self.watch)
        return min((start.day + 1 for start in starts if start.neighbour == neighbour), default=NEVER)


def _of_columns(of_category: Floats, columns: int) -> Floats:
    return of_category if len(of_category) == columns else np.concatenate([of_category, [of_category.sum()]])


def _continued(total: Counts, watch: WatchParameters) -> tuple[Counts, int]:
    """The past that is needed and the days followed, which repeat the last ones week by week; where they begin."""
    past = total[-(watch.baseline_days + watch.guard_days + RUN_UP_DAYS) :]
    return np.concatenate([past, past[-FOLLOWED_DAYS:]]), len(past)


def _planted(treated: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What every pair of fall and share takes from ``treated`` (days, categories) and gives, (effects, days,
    categories): an incident is taken where its drawn number is below f, and given where it is below f s."""
    number = treated.astype(np.int64).ravel()
    stop = number.cumsum()
    drawn = rng.random(int(stop[-1]))

    def below(levels: list[float]) -> Floats:
        until = np.pad((drawn < np.array(levels)[:, np.newaxis]).cumsum(axis=1), ((0, 0), (1, 0)))
        taken = until[:, stop] - until[:, stop - number]
        return np.asarray(taken.reshape(len(levels), *treated.shape), dtype=np.float64)

    pairs = [(fall, share) for fall in FALLS for share in SHARES]
    return below([fall for fall, _ in pairs]), below([fall * share for fall, share in pairs])


def _reached(day: Counts, chance: float) -> int | None:
    """The day by which at least ``chance`` of the pasts have an alert."""
    found = int(np.sort(day)[int(np.ceil(chance * len(day) - 1e-9)) - 1])
    return found if found < NEVER else None
