from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from models.calendar import to_day_number
from models.effort import Effort, EffortEntry
from models.effort_parameters import EffortParameters
from models.effort_result import effort_result
from models.panel import ALL_CATEGORIES
from models.run_counts import RunCounts

FIRST, DAYS = date(2022, 1, 3), 1400
START = FIRST + timedelta(DAYS - 56)
ENTERED = datetime(2026, 1, 1, tzinfo=UTC)
AREAS, CATEGORIES = ("t", "n", "c", "d"), ("hash", "vold", "indbrud")


def run_of(rng, *, share=1.0):
    """Counts of which ``share`` of one category in one area is left since START."""
    mean = np.array([1.6, 1.0, 2.0, 3.0])[:, None, None] * np.array([0.5, 0.48, 0.02])
    counts = rng.poisson(np.broadcast_to(mean, (4, DAYS, 3))).astype(float)
    counts[0, -56:, 0] = rng.binomial(counts[0, -56:, 0].astype(int), share)
    return RunCounts(AREAS, CATEGORIES, to_day_number(FIRST), counts)


def effort(number=1, **changes):
    entry = replace(EffortEntry("t", "presence", START, categories=("hash",)), **changes)
    return Effort(number, entry, False, ENTERED, "ana")


def result_of(chosen, run, *others):
    return effort_result(chosen, (chosen, *others), run, controls=("c", "d"), parameters=EffortParameters())


def test_the_aim_is_one_test_and_each_category_a_row():
    found = result_of(effort(), run_of(np.random.default_rng(1), share=0.1))
    assert found.found == "fald"
    assert [row.category for row in found.rows] == [ALL_CATEGORIES, 0, 1, 2]
    assert [row.found for row in found.rows[1:]] == ["fald", "ingen klar ændring", None]
    assert found.rows[1].change == found.evaluation.change
    assert found.rows[1].q >= found.rows[1].change.ratio.p
    assert (found.rows[3].lack, found.rows[3].change) == ("incidents", None)
    assert found.date_of(found.evaluation.windows.during[0]) == START
    assert (found.first_day, found.last_day) == (FIRST, FIRST + timedelta(DAYS - 1))
    assert found.weeks.starts[52] == found.evaluation.windows.during[0]


def test_several_aims_are_added_up_and_none_is_all():
    run = run_of(np.random.default_rng(2))
    several = result_of(effort(categories=("hash", "vold")), run)
    assert several.evaluation.change.observed == run.counts[0, -56:, :2].sum()
    everything = result_of(effort(categories=()), run)
    assert everything.evaluation.change.observed == run.counts[0, -56:].sum()
    assert everything.rows[0].change == everything.evaluation.change


def test_an_effort_that_stopped_is_judged_by_its_own_days():
    run = run_of(np.random.default_rng(3))
    found = result_of(effort(stop=START + timedelta(21)), run)
    assert found.evaluation.windows.during == (DAYS - 56, DAYS - 35)
    planned = result_of(effort(stop=START + timedelta(600)), run)
    assert planned.evaluation.windows.during == (DAYS - 56, DAYS)


def test_other_efforts_are_no_controls_and_overlaps_are_told():
    run = run_of(np.random.default_rng(4))
    others = [
        effort(2, area="d", start=START - timedelta(30)),
        effort(3, kind="zone", start=START - timedelta(30), stop=START + timedelta(1)),
        effort(4, kind="zone", start=START - timedelta(30), stop=START),
        replace(effort(5, area="c"), withdrawn=True),
        effort(6, area="gone"),
    ]
    found = result_of(effort(), run, *others)
    assert found.evaluation.controls == (2,)
    assert found.overlapping == (3,)


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"start": FIRST + timedelta(DAYS - 5)}, "days"),
        ({"start": FIRST + timedelta(DAYS + 50)}, "days"),
        ({"start": FIRST + timedelta(100), "stop": FIRST + timedelta(200)}, "history"),
        ({"start": FIRST - timedelta(100)}, "history"),
        ({"start": FIRST - timedelta(100), "stop": FIRST - timedelta(50)}, "history"),
        ({"categories": ("indbrud",), "stop": START + timedelta(20)}, "incidents"),
        ({"area": "gone"}, "area"),
    ],
)
def test_too_little_is_a_sentence_and_no_number(changes, lack):
    found = result_of(effort(**changes), run_of(np.random.default_rng(5)))
    assert (found.lack, found.evaluation, found.found, found.rows, found.weeks) == (lack, None, None, (), None)
    assert found.why
