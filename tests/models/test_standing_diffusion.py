import numpy as np
import pytest

from models.diffusion_estimates import DiffusionEstimates
from models.diffusion_parameters import DiffusionParameters
from models.standing_diffusion import standing_diffusion
from models.standing_watch import StandingWatch

WATCH = DiffusionParameters(baseline_days=364, years=20)
SINCE, ONSET = 400, 500


def counts(days: int = 800) -> np.ndarray:
    mean = np.tile([[1.5, 0.7], [1.0, 0.7], [1.5, 0.5], [3.0, 2.0]], (days, 1, 1))
    mean[ONSET:, 0, 0] *= 0.2
    mean[ONSET:, 2, 0] *= 0.2
    return np.random.default_rng(8).poisson(mean).astype(float)


def watched(found: np.ndarray) -> StandingWatch[DiffusionEstimates]:
    return standing_diffusion(found, 2, since=SINCE, watch=WATCH, seed=1)


@pytest.fixture(scope="module")
def whole() -> StandingWatch[DiffusionEstimates]:
    return watched(counts())


def test_what_spread_is_found_where_and_when_it_was(whole):
    [alert] = [alert for alert in whole.alerts if alert.start.neighbour == 1]
    assert alert.start.column in {0, 2}
    assert ONSET < alert.start.day < ONSET + 40
    assert alert.estimates.onset.lower <= ONSET <= alert.estimates.onset.upper
    assert alert.start.log_odds >= whole.years[0].threshold.threshold
    assert alert.p < 0.05
    assert alert.recurrence_days > 200
    assert [year.first for year in whole.years] == [400, 764]


def test_a_past_day_is_judged_by_what_was_known_then(whole):
    stop = ONSET + 40
    then = watched(counts()[:stop])
    assert then.alerts == tuple(alert for alert in whole.alerts if alert.start.day < stop)
    assert then.years[0].threshold.threshold == whole.years[0].threshold.threshold
