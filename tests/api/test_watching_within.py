from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from api.gate import Gate
from api.watching import Watched, verify
from api.watching_within import watch_within, within_of
from data.alert_book import AlertFilter
from data.store import Store
from models.daily import DailyResult
from models.partnership import Partnership
from models.within_day import settled_within, within_signals
from models.within_parameters import WithinParameters
from tests.demonstration import Loaded

MOVED_DAYS = 45


@pytest.fixture(scope="module")
def small(partnership: Partnership) -> Partnership:
    return replace(partnership, id="within", within=WithinParameters(years=60))


@pytest.fixture(scope="module")
def moved(demo: Loaded, small: Partnership) -> DailyResult:
    """The demonstration's last run, had the evening of the treated area gone over to the night, and its drugs to
    disorder."""
    result = demo.demonstration.runs[-1].result
    treated = [area.id for area in small.areas.areas].index(small.areas.treated.id)
    stop = result.status.completeness.complete_until_day - result.status.first_day
    days = slice(stop - MOVED_DAYS, stop)
    shifts, categories = result.shift_counts.copy(), result.area_counts.copy()
    _move(shifts[treated, days], [shift.id for shift in small.calendar.shifts], "aften", "nat")
    _move(categories[treated, days], [category.id for category in small.categories], "hash", "uro")
    return replace(result, shift_counts=shifts, area_counts=categories)


def _move(counts: np.ndarray, ids: Sequence[str], source: str, target: str) -> None:
    counts[:, ids.index(target)] += counts[:, ids.index(source)]
    counts[:, ids.index(source)] = 0


def test_what_moved_between_shifts_and_categories_are_alerts_of_their_own(
    store: Store, small: Partnership, moved: DailyResult
) -> None:
    watched = watch_within(store, small, moved)
    said = [(s.moved_to, s.from_stratum, s.to_stratum) for s in watched.signals]
    assert ("shift", "aften", "nat") in said
    assert ("category", "hash", "uro") in said
    assert {s.neighbour for s in watched.signals} == {small.areas.treated.id}
    assert len(set(watched.alerts)) == len(watched.signals)
    for moved_to in ("shift", "category"):
        found = store.alerts.alerts(small.id, AlertFilter(moved_to=moved_to), limit=9)  # type: ignore[arg-type]
        assert {alert.signal for alert in found} == {s for s in watched.signals if s.moved_to == moved_to}
    assert store.alerts.alerts(small.id, AlertFilter(moved_to="neighbour"), limit=9) == []
    # Judged again: the same alerts, and evidence that computes to the same bits.
    assert watch_within(store, small, moved) == watched
    again = [s for inputs in within_of(small, moved) for s in within_signals(inputs, settled_within(inputs, threads=1))]
    assert tuple(again) == watched.signals
    assert all(verify(Gate(store, small), number).same for number in watched.alerts)


def test_the_demonstration_moves_nothing_within_its_area(demo: Loaded, partnership: Partnership) -> None:
    for run in demo.demonstration.runs:
        assert [signal.moved_to for signal in run.watched.signals] == ["neighbour"]
    assert demo.store.alerts.alerts(partnership.id, AlertFilter(moved_to="shift"), limit=9) == []


def test_one_shift_or_one_category_has_nowhere_to_move_to(moved: DailyResult, small: Partnership) -> None:
    one = replace(small, calendar=replace(small.calendar, shifts=small.calendar.shifts[:1]))
    assert [inputs.kind for inputs in within_of(one, moved)] == ["category"]


def test_too_little_data_is_said_plainly(store: Store, small: Partnership, moved: DailyResult) -> None:
    last = moved.status.completeness.complete_until_day
    short = replace(
        moved,
        status=replace(moved.status, first_day=last - 120),
        area_counts=moved.area_counts[:, -120:],
        shift_counts=moved.shift_counts[:, -120:],
    )
    found = watch_within(store, small, short)
    assert found.why_not.startswith("to measure how the split varies takes at least 168 days")
    assert found.beside(found).why_not == found.why_not
    assert found.beside(Watched()).why_not == found.why_not
