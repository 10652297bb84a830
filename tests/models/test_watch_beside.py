from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from models.alert import ALL, AlertSignal
from models.calendar import to_date
from models.displacement_quotients import displacement_quotients
from models.displacement_watch import WatchCounts, watch_evidence
from models.split_dispersion import split_dispersion
from models.watch_beside import AlertBeside, Rank, watch_beside
from models.watch_day import WatchData, WatchInputs
from models.watch_null import watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.wdd import wdd
from tests.alert_signal import SIGNAL

DAYS, MOVED = 700, 30
RATE = np.array([[1.5, 0.5], [0.5, 0.3], [0.5, 0.3], [2.0, 1.0], [1.0, 0.5]])


def inputs(*, fall: float = 0.2, rise: float = 1.7, seed: int = 1) -> WatchInputs:
    """A treated area, two neighbours and two controls; in the last days the first category's rates in the treated area
    and in the second neighbour are ``fall`` and ``rise``."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(RATE, (DAYS, 5, 2)).astype(float)
    counts[-MOVED:, 0, 0], counts[-MOVED:, 2, 0] = rng.poisson(fall, MOVED), rng.poisson(rise, MOVED)
    areas = ("t", "near", "far", "c", "d")
    return WatchInputs(areas, 2, ("hash", "vold"), 20_000, counts, WatchParameters(), ThresholdParameters(years=5))


def signal(given: WatchInputs, category: str = "hash", early: int = 3) -> AlertSignal:
    """An onset that is right and may have been ``early`` days before."""
    onset = given.first_day + DAYS - MOVED
    return replace(
        SIGNAL,
        neighbour="far",
        category=category,
        onset=to_date(onset),
        onset_from=to_date(onset - early),
        onset_to=to_date(onset),
    )


@cache
def moved() -> AlertBeside:
    given = inputs()
    return watch_beside(given, signal(given))


def sums(given: WatchInputs, early: int = 3) -> list[tuple[float, float]]:
    """Before and after of the treated area, the neighbour and the controls together, counted by hand."""
    hash_ = given.counts[:, :, 0]
    start = DAYS - MOVED - early
    windows = hash_[start - 364 : start].sum(axis=0), hash_[DAYS - MOVED :].sum(axis=0)
    return [tuple(float(w[areas].sum()) for w in windows) for areas in ([0], [2], [3, 4])]  # type: ignore[misc]


def test_wdd_of_the_window_beside_the_controls_together() -> None:
    given, found = inputs(), moved().wdd
    assert found is not None
    treated, neighbour, control = sums(given)
    assert (found.days_before, found.days_after) == (364, MOVED)
    before = given.counts[: DAYS - MOVED - 3, :, 0]
    blocks = [split_dispersion(before[:, a], before[:, 3:].sum(axis=1), block_days=MOVED) for a in (0, 2)]
    scale = treated[0] / control[0]
    expected = wdd(treated, control, weights=(1, scale, 1, 1), days=(364, MOVED), dispersion=blocks[0])
    assert found.treated.estimate == pytest.approx(expected.estimate)
    assert (found.treated.lower, found.treated.upper) == pytest.approx((expected.lower, expected.upper))
    assert found.treated.p == pytest.approx(expected.p)
    assert found.dispersion == max(block.factor for block in blocks)
    # What a scaled control lets expect: the WDD is observed less expected.
    assert found.neighbour.estimate == pytest.approx(neighbour[1] - neighbour[0] * control[1] / control[0])
    # One control in both halves: its scales add up before they are squared.
    scales = scale + neighbour[0] / control[0]
    wider = max(blocks, key=lambda block: block.factor)
    total = wdd(treated, control, neighbour, weights=(1, scales, 1, 1), days=(364, MOVED), dispersion=wider)
    assert (found.total.lower, found.total.upper) == pytest.approx((total.lower, total.upper))
    assert found.total.estimate == pytest.approx(found.treated.estimate + found.neighbour.estimate)
    assert found.supports


def test_wdq_tells_displacement_from_diffusion() -> None:
    given = inputs()
    treated, neighbour, control = sums(given)
    expected = displacement_quotients(treated, control, neighbour, days=(364, MOVED)).wdq.value
    assert moved().wdq.value == pytest.approx(expected)
    assert moved().wdq.meaning in {"displacement", "displacement beyond the gain"}
    both_fell = inputs(fall=0.2, rise=0.05)
    assert (watch_beside(both_fell, signal(both_fell)).wdq.meaning or "").startswith("diffusion")
    rose = inputs(fall=3.0)
    found = watch_beside(rose, signal(rose))
    assert (found.wdq.value, found.wdd is not None and found.wdd.supports) == (None, False)
    assert "did not improve" in found.wdq.reason


@pytest.mark.parametrize(("fall", "rise"), [(0.2, 0.5), (1.5, 1.7), (1.5, 0.5)])
def test_wdd_does_not_support_where_only_one_or_none_changed(fall: float, rise: float) -> None:
    given = inputs(fall=fall, rise=rise)
    found = watch_beside(given, signal(given)).wdd
    assert found is not None
    assert not found.supports


def evidence(given: WatchInputs, order: list[int]) -> np.ndarray:
    """Log odds of the first category (days), for the first two of ``order`` as treated area and neighbour."""
    counts = WatchCounts.of(np.ascontiguousarray(given.counts[:, order]), 1)
    dispersion = watch_null(given.settled).dispersion
    found = watch_evidence(counts, dispersion, given.watch)
    return np.concatenate([np.full(found.first, np.nan), found.log_odds[:, 0, 0]])


def test_placebo_in_time_ranks_windows_of_the_same_length_before() -> None:
    given = inputs()
    path = evidence(given, [0, 2, 1, 3, 4])
    onset, first = DAYS - MOVED, given.watch.first_judged
    stops = [onset - 3 - k * MOVED for k in range(100) if onset - 3 - (k + 1) * MOVED >= first]
    earlier = [np.max(path[stop - MOVED : stop]) for stop in stops]
    assert moved().in_time == Rank(len(stops), int(sum(e >= np.max(path[onset:]) for e in earlier)))
    assert moved().in_time == Rank(16, 0)
    # The same event once before, in a window that nothing is known of.
    twice = replace(given, counts=given.counts.copy())
    twice.counts[300:330] = given.counts[-MOVED:]
    assert watch_beside(twice, signal(twice)).in_time.as_high >= 1


def test_placebo_in_space_ranks_every_other_area_in_each_place() -> None:
    given = inputs(fall=1.2, rise=0.6, seed=5)
    found = watch_beside(given, signal(given))
    since = slice(DAYS - MOVED, DAYS)
    true = np.max(evidence(given, [0, 2, 1, 3, 4])[since])
    # Whose place is taken is left out.
    as_neighbour = [np.max(evidence(given, [0, *o])[since]) for o in ([1, 3, 4], [3, 1, 4], [4, 1, 3])]
    as_treated = [np.max(evidence(given, [o[0], 2, *o[1:]])[since]) for o in ([1, 3, 4], [3, 1, 4], [4, 1, 3])]
    assert found.as_neighbour == Rank(3, int(sum(e >= true for e in as_neighbour)))
    assert found.as_treated == Rank(3, int(sum(e >= true for e in as_treated)))
    assert moved().as_neighbour == moved().as_treated == Rank(3, 0)
    silent = replace(given, counts=given.counts.copy())
    silent.counts[:, 4] = 0
    assert watch_beside(silent, signal(silent)).as_treated.placebos == 2


def test_all_categories_together_are_their_sum() -> None:
    given = inputs()
    together = replace(given, counts=given.counts.sum(axis=2, keepdims=True), categories=("all",))
    of_sum = watch_beside(together, signal(together, "all"))
    of_all = watch_beside(given, signal(given, ALL))
    assert of_all.wdd == of_sum.wdd
    assert (of_all.in_time, of_all.as_treated, of_all.as_neighbour) == (
        of_sum.in_time,
        of_sum.as_treated,
        of_sum.as_neighbour,
    )


def test_data_behind_the_window() -> None:
    given = inputs()
    assert (moved().data.complete, moved().data.edge, moved().data.edge_share) == (None, None, None)
    counts = given.counts.copy()
    counts[-10:-7] = 0
    edge = np.zeros((100, 5, 2))
    edge[-MOVED, 0, 0] = edge[-1, 2, 0] = 1.0
    edge[-MOVED - 1] = edge[-1, 1] = edge[-1, 0, 1] = 7.0  # before, elsewhere, of another category
    found = watch_beside(replace(given, counts=counts, data=WatchData(0.96, edge)), signal(given)).data
    assert (found.days, found.days_without, found.complete) == (MOVED, 3, 0.96)
    assert (found.incidents, found.edge) == (float(counts[-MOVED:, [0, 2], 0].sum()), 2.0)
    assert found.edge_share == 2.0 / found.incidents


def test_without_incidents_in_the_controls_there_is_no_wdd() -> None:
    given = inputs()
    counts = given.counts.copy()
    counts[: DAYS - MOVED, 3:, 0] = 0
    found = watch_beside(replace(given, counts=counts), signal(given))
    assert found.wdd is None
    assert "the control had no incidents" in found.wdq.reason
