from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from data.partnerships import load_partnership
from models.aoristic import aoristic_ppm
from models.calendar import to_day_number
from models.daily import DAY_S, DailyError, DailyInputs, DailyResult, daily_result, recent_days
from models.panel import BASES, REPORTED, IncidentColumns, panel_of
from models.synthetic import synthetic_incidents

PARTNERSHIP = load_partnership(None)
DAY = date(2026, 6, 1)
AS_OF_S = int(PARTNERSHIP.calendar.start_of(DAY).timestamp())


@pytest.fixture(scope="module")
def incidents() -> IncidentColumns:
    made = synthetic_incidents(
        PARTNERSHIP,
        first=date(2024, 5, 1),
        last=DAY,
        rng=np.random.default_rng(7),
        residents=None,
        planted=None,
    )
    located = PARTNERSHIP.areas.locate(made.lon, made.lat)
    from geo.grid import cells_at

    return IncidentColumns(
        lon=made.lon,
        lat=made.lat,
        accuracy_m=made.accuracy_m,
        cell=cells_at(made.lon, made.lat, PARTNERSHIP.resolutions.stored),
        area=located.area,
        edge=located.boundary_distance_m < made.accuracy_m,
        category=made.category.astype(np.int16),
        basis=made.basis.astype(np.int8),
        from_s=made.from_s,
        to_s=made.to_s,
        known_s=made.reported_s,
    )


def result_of(incidents: IncidentColumns, day: date = DAY) -> DailyResult:
    as_of_s = int(PARTNERSHIP.calendar.start_of(day).timestamp())
    known = incidents.take(incidents.known_s < as_of_s)
    recent = known.take(known.to_s >= as_of_s - recent_days(PARTNERSHIP) * DAY_S)
    return daily_result(PARTNERSHIP, DailyInputs(panel_of(known, PARTNERSHIP.calendar), recent, True), day=day)


def test_every_product_has_the_shape_of_its_partnership(incidents: IncidentColumns) -> None:
    result = result_of(incidents)
    cells = result.cells
    n = len(cells.cell)
    assert n >= 465  # at least every cell whose centre lies in an area
    assert cells.expected.shape == cells.recent.shape == (n, 3, 7)
    assert cells.gi_z.shape == cells.hot.shape == (n, 8)
    assert result.as_of.isoformat() == "2026-06-01T07:00:00+02:00"
    assert result.status.synthetic


def test_expected_incidents_of_a_day_are_about_the_daily_mean_of_the_past_year(incidents: IncidentColumns) -> None:
    reported = (incidents.basis == BASES.index("reported")) & (incidents.area >= 0)
    past_year = reported & (incidents.to_s < AS_OF_S) & (incidents.to_s >= AS_OF_S - 365 * DAY_S)
    week = [result_of(incidents, DAY - timedelta(days=back)).cells.expected.sum() for back in range(7)]
    assert np.mean(week) == pytest.approx(past_year.sum() / 365, rel=0.15)


def test_observed_incidents_change_nothing_but_their_own_layer(incidents: IncidentColumns) -> None:
    result = result_of(incidents)
    without = result_of(incidents.take(incidents.basis == BASES.index("reported")))
    assert result.cells.observed.sum() > 0
    assert without.cells.observed.sum() == 0
    shared = np.isin(result.cells.cell, without.cells.cell)
    assert np.allclose(result.cells.recent[shared], without.cells.recent)
    assert repr(result.displacement) == repr(without.displacement)  # not-a-number equals itself here


def test_only_incidents_of_certain_time_count_in_a_shift(incidents: IncidentColumns) -> None:
    result = result_of(incidents)
    first = result.status.first_day
    chosen = incidents.take((incidents.known_s < AS_OF_S) & (incidents.area >= 0) & (incidents.basis == REPORTED))
    slots = PARTNERSHIP.calendar.slots_covering(int(chosen.from_s.min()), int(chosen.to_s.max()))
    row, slot, weight = aoristic_ppm(chosen.from_s, chosen.to_s, slots.edges_s)
    certain = (weight >= 800_000) & (slots.day_number(slot) >= first) & (slots.day_number(slot) < to_day_number(DAY))
    expected = np.zeros_like(result.shift_counts)
    np.add.at(expected, (chosen.area[row], slots.day_number(slot) - first, slots.shift(slot)), certain)
    assert 0.5 * len(chosen) < expected.sum() < 0.9 * len(chosen)
    assert (result.shift_counts == np.rint(result.shift_counts)).all()
    # Incidents of one cell, shift and category share a row of the panel, where parts of them may add up.
    assert np.abs(result.shift_counts - expected).sum() < 0.01 * expected.sum()


def test_what_is_not_known_at_the_as_of_has_no_influence(incidents: IncidentColumns) -> None:
    later = incidents.known_s >= AS_OF_S
    assert later.any()
    a = result_of(incidents)
    b = result_of(incidents.take(~later))
    assert (a.cells.expected == b.cells.expected).all()
    assert a.trend == b.trend


def test_days_after_the_file_ends_are_missing_not_quiet(incidents: IncidentColumns) -> None:
    ends_s = AS_OF_S - 21 * DAY_S
    result = result_of(incidents.take(incidents.known_s < ends_s))
    assert result.status.completeness.complete_until_day <= to_day_number(DAY) - 20
    assert not [t for t in result.trend.trends if t.trend == "fald"]


def test_one_incident_is_enough_to_run_and_too_little_to_say_anything(incidents: IncidentColumns) -> None:
    inside = np.flatnonzero((incidents.area >= 0) & (incidents.known_s < AS_OF_S) & (incidents.basis == 0))[-1:]
    result = result_of(incidents.take(inside))
    assert result.status.incidents == 1
    assert {estimate.verdict for estimate in result.displacement.estimates} == {"too-little-data"}
    assert {trend.trend for trend in result.trend.trends} == {"for få data"}
    assert not result.clusters
    assert np.isfinite(result.cells.gi_z).all()


def test_no_incidents_are_refused_plainly(incidents: IncidentColumns) -> None:
    nothing = incidents.take(np.zeros(len(incidents), dtype=bool))
    with pytest.raises(DailyError, match="no incident inside the areas"):
        result_of(nothing)


def test_a_stray_early_date_does_not_stretch_the_history(incidents: IncidentColumns) -> None:
    stray = incidents.take(np.array([0]))
    century = 20 * 365 * DAY_S
    stray = replace(stray, from_s=stray.from_s - century, to_s=stray.to_s - century, known_s=stray.known_s - century)
    both = IncidentColumns(
        **{name: np.concatenate([getattr(incidents, name), getattr(stray, name)]) for name in vars(incidents)}
    )
    assert abs(result_of(both).status.first_day - result_of(incidents).status.first_day) <= 2
