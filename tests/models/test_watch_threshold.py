import numpy as np
import pytest

from models.displacement_watch import WatchEvidence, alert_starts, watch_evidence
from models.parameter_limits import ParameterError
from models.watch_null import WatchNull, drawn_counts, watch_null
from models.watch_parameters import ThresholdParameters, WatchParameters
from models.watch_threshold import WatchThreshold, counted, watch_threshold

WATCH = WatchParameters(baseline_days=364, guard_days=28)
FEW = ThresholdParameters(years=100)


def null(seed: int = 1, days: int = 728) -> WatchNull:
    rng = np.random.default_rng(seed)
    return watch_null(rng.poisson(0.7, (days, 6, 2)).astype(float))


def threshold(**changed: object) -> WatchThreshold:
    settings: dict[str, object] = {"parameters": FEW, "rng": np.random.default_rng(1)} | changed
    return watch_threshold(null(), 3, watch=WATCH, **settings)


def test_counted_starts_are_those_of_the_watch_at_every_level():
    rng = np.random.default_rng(4)
    path = rng.normal(0, 2, (300, 3, 2)).cumsum(axis=0) * 0.3
    levels = np.arange(0.05, 12, 0.37)
    starts, above = counted(path.max(axis=2), levels, WATCH)
    evidence = WatchEvidence(0, path, path[:, 0], path)
    assert starts.tolist() == [len(alert_starts(evidence, float(level), WATCH)) for level in levels]
    assert above.tolist() == [int((path.max(axis=(1, 2)) >= level).sum()) for level in levels]
    assert starts[0] > 0


def test_the_budget_is_kept_in_fresh_pasts():
    """400 years drawn apart from those that set the threshold, judged by the watch itself."""
    model, found = null(), threshold(parameters=ThresholdParameters(years=400))
    total = np.concatenate([model.total, model.total[-364:], model.total[-364:]])
    alerts = 0
    for rng in np.random.default_rng(99).spawn(200):
        evidence = watch_evidence(drawn_counts(model, total, 3, rng), model.dispersion, WATCH)
        alerts += len(alert_starts(evidence, found.threshold, WATCH, since=728))
    assert alerts / 400 == pytest.approx(FEW.alerts_per_year, abs=0.2)


def test_threads_and_runs_give_the_same_bits():
    one, two = threshold(threads=1), threshold(threads=3)
    assert one.threshold == two.threshold
    assert one.starts.tobytes() == two.starts.tobytes()
    assert threshold(rng=np.random.default_rng(2)).starts.tobytes() != one.starts.tobytes()


def test_a_smaller_budget_is_a_higher_threshold():
    found = [
        threshold(parameters=ThresholdParameters(alerts_per_year=allowed, years=100)).threshold
        for allowed in (2.0, 0.75, 0.2)
    ]
    assert found == sorted(found)
    assert len(set(found)) == 3


def test_p_and_recurrence_follow_the_simulated_past():
    found = threshold()
    at = found.threshold
    assert found.recurrence_days(at) == pytest.approx(365.25 / FEW.alerts_per_year, rel=0.12)
    assert found.p(at) > found.p(at + 1) > 0
    assert found.recurrence_days(at) < found.recurrence_days(at + 1)
    # What never happened is claimed to be no rarer than the simulated stretch.
    assert found.recurrence_days(1e9) == pytest.approx(found.years * 365.25)
    assert found.p(1e9) == pytest.approx(1 / (1 + found.years * 365.25))
    assert found.p(-1e9) == found.p(float(found.levels[0]))


def test_progress_adds_up():
    told: list[int] = []
    threshold(advance=told.append)
    assert sum(told) == 100


def test_a_short_past_can_be_continued():
    short = watch_threshold(null(days=300), 3, watch=WATCH, parameters=FEW, rng=np.random.default_rng(1))
    assert 3 < short.threshold < 15


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"alerts_per_year": 0}, "alerts_per_year must be a number greater than 0, found 0"),
        ({"years": 4}, "years must be a whole number of at least 5, found 4"),
    ],
)
def test_parameters_outside_their_limits_are_refused(wrong, sentence):
    with pytest.raises(ParameterError, match=sentence):
        ThresholdParameters(**wrong)
