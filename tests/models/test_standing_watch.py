import numpy as np
import pytest

from models.displacement_watch import TooLittleHistoryError
from models.standing_watch import StandingWatch, simulated_years, standing_watch
from models.watch_estimates import WatchEstimates
from models.watch_parameters import ThresholdParameters, WatchParameters

WATCH = WatchParameters(baseline_days=364)
FEW = ThresholdParameters(years=20)
SINCE = 400
ONSET = 500


def counts(*, moved: bool, days: int = 800) -> np.ndarray:
    mean = np.tile([[1.0, 0.7], [1.0, 0.7], [1.2, 0.5], [3.0, 2.0]], (days, 1, 1))
    if moved:
        mean[ONSET:, 0, 0] -= 0.8
        mean[ONSET:, 2, 0] += 0.8
    return np.random.default_rng(8).poisson(mean).astype(float)


def watched(found: np.ndarray, **changed: object) -> StandingWatch[WatchEstimates]:
    options: dict[str, object] = {"since": SINCE, "watch": WATCH, "parameters": FEW, "seed": 1} | changed
    return standing_watch(found, 2, **options)


def test_a_planted_displacement_is_found_where_and_when_it_was():
    alerts = [alert for alert in watched(counts(moved=True)).alerts if alert.start.day >= ONSET]
    first = alerts[0]
    assert (first.start.neighbour, first.start.column) == (1, 0)
    assert first.start.day < ONSET + 30
    assert first.estimates.kind == "displacement"
    assert first.estimates.onset.lower <= ONSET <= first.estimates.onset.upper
    assert first.estimates.displaced_share.lower <= 1.0 <= first.estimates.displaced_share.upper
    assert first.p < 0.05
    assert first.recurrence_days > 200


def test_a_past_day_is_judged_by_what_was_known_then():
    """With every day that follows taken away, the alerts so far are the same to the last bit."""
    whole = watched(counts(moved=True))
    for stop in (ONSET + 20, 780):
        then = watched(counts(moved=True)[:stop])
        assert then.alerts == tuple(alert for alert in whole.alerts if alert.start.day < stop)
        for before, after in zip(then.years, whole.years, strict=False):
            assert before.threshold.threshold == after.threshold.threshold
            rows = len(before.evidence.log_odds)
            assert before.evidence.log_odds.tobytes() == after.evidence.log_odds[:rows].tobytes()


def test_a_signal_that_lasts_into_the_next_year_is_one_alert():
    found = watched(counts(moved=True))
    of_signal = [alert for alert in found.alerts if (alert.start.neighbour, alert.start.column) == (1, 0)]
    assert [year.first for year in found.years] == [400, 764]
    assert len(of_signal) == 1


def test_little_is_said_where_nothing_moved():
    assert len(watched(counts(moved=False)).alerts) <= 2


def test_progress_is_told_in_years():
    told: list[int] = []
    watched(counts(moved=False), advance=told.append)
    assert sum(told) == simulated_years(800, SINCE, FEW) == 40


@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        (100, "needs 168 days of counts before the first day it judges, found 100"),
        (802, "must be one of the 800 days counted, found day 802"),
    ],
)
def test_days_that_cannot_be_judged_are_refused(since, sentence):
    with pytest.raises(TooLittleHistoryError, match=sentence):
        watched(counts(moved=False), since=since)
