from dataclasses import replace

import numpy as np
import pytest

from models.displacement_watch import alert_starts
from models.watch_null import WatchNull, watch_null
from models.watch_threshold import WatchThreshold
from models.within_parameters import WithinParameters
from models.within_threshold import drawn_within, within_threshold
from models.within_watch import within_evidence

FEW = WithinParameters(baseline_days=364, guard_days=28, years=60, alerts_per_year=0.3, rival_odds=1e-3)


def null(seed: int = 1, days: int = 728) -> WatchNull:
    return watch_null(np.random.default_rng(seed).poisson(0.7, (days, 6, 3)).astype(float))


def threshold(parameters: WithinParameters = FEW, seed: int = 1, threads: int | None = None) -> WatchThreshold:
    return within_threshold(null(), parameters=parameters, rng=np.random.default_rng(seed), threads=threads)


def test_the_budget_is_kept_in_fresh_pasts():
    """200 years drawn apart from those that set the threshold, judged by the watch itself."""
    model, found = null(), threshold(replace(FEW, years=200))
    total = np.concatenate([model.total, model.total[-364:], model.total[-364:]])
    alerts = 0
    for rng in np.random.default_rng(99).spawn(100):
        counts = drawn_within(model, total, rng, FEW.own_changes_per_year, since=728)
        evidence = within_evidence(counts, model.dispersion[:3], FEW)
        alerts += len(alert_starts(evidence.paths, found.threshold, FEW, since=728))
    assert alerts / 200 == pytest.approx(0.3, abs=0.15)


def test_threads_and_runs_give_the_same_bits():
    one, two = threshold(threads=1), threshold(threads=3)
    assert one.threshold == two.threshold
    assert one.starts.tobytes() == two.starts.tobytes()
    assert threshold(seed=2).starts.tobytes() != one.starts.tobytes()


def test_a_smaller_budget_is_a_higher_threshold():
    found = [threshold(replace(FEW, alerts_per_year=allowed, years=60)).threshold for allowed in (2.0, 0.5, 0.1)]
    assert found == sorted(found)
    assert len(set(found)) == 3


def test_changes_of_one_stratum_are_drawn_only_after_the_past():
    model = null()
    usual = drawn_within(model, model.total, np.random.default_rng(5), 0.0, since=364)
    changed = drawn_within(model, model.total, np.random.default_rng(5), 20.0, since=364)
    np.testing.assert_array_equal(changed.treated[:364], usual.treated[:364])
    np.testing.assert_array_equal(usual.total, model.total)
    gained = changed.treated - usual.treated
    np.testing.assert_array_equal(changed.total - usual.total, gained)
    assert changed.treated.min() >= 0
    assert gained.min() < 0 < gained.max()


def test_the_threshold_allows_for_changes_of_single_strata():
    assert threshold().threshold > threshold(replace(FEW, own_changes_per_year=0.0)).threshold


def test_a_short_past_can_be_continued():
    short = within_threshold(null(days=300), parameters=FEW, rng=np.random.default_rng(1))
    assert 3 < short.threshold < 15
