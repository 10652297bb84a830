from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from models.completeness import CompletenessParameters, estimate_completeness
from models.panel import IncidentColumns
from models.parameter_limits import ParameterError
from models.quality import (
    ImportRecord,
    IntakeHistory,
    QualityParameters,
    QualityReport,
    dump_points,
    duplicate_suspects,
    quality_report,
    released_counts,
    shown_count,
)

DAY_S = 86_400
AS_OF_DAY = 20_000
AS_OF_S = AS_OF_DAY * DAY_S
PARAMETERS = QualityParameters()


def spread(n: int = 3_000, *, seed: int = 3) -> IncidentColumns:
    """Incidents everywhere over a year in three areas and outside, reported within two days."""
    rng = np.random.default_rng(seed)
    to_s = AS_OF_S - rng.integers(3 * DAY_S, 360 * DAY_S, n)
    return IncidentColumns(
        lon=rng.uniform(12.5, 12.6, n),
        lat=rng.uniform(55.6, 55.7, n),
        accuracy_m=rng.choice([0.0, 10.0, 20.0, 80.0], n),
        cell=np.ones(n, np.int64),
        area=rng.integers(-1, 3, n).astype(np.int16),
        edge=rng.random(n) < 0.25,
        category=rng.integers(0, 4, n).astype(np.int16),
        basis=np.zeros(n, np.int8),
        from_s=to_s,
        to_s=to_s,
        known_s=to_s + rng.integers(0, 2 * DAY_S, n),
    )


def at(incidents: IncidentColumns, rows: slice, **columns: object) -> IncidentColumns:
    """The incidents with some columns of ``rows`` changed."""
    changed = {}
    for name, value in columns.items():
        changed[name] = getattr(incidents, name).copy()
        changed[name][rows] = value
    return replace(incidents, **changed)


def report(
    incidents: IncidentColumns, history: IntakeHistory | None = None, *, heard_day: int = AS_OF_DAY
) -> QualityReport:
    completeness = estimate_completeness(
        incidents.to_s, incidents.known_s, as_of_s=AS_OF_S, as_of_day=AS_OF_DAY, parameters=CompletenessParameters()
    )
    return quality_report(
        incidents,
        history or IntakeHistory(),
        completeness,
        as_of_s=AS_OF_S,
        as_of_day=AS_OF_DAY,
        heard_day=heard_day,
        mature_days=60,
        n_areas=3,
        parameters=PARAMETERS,
    )


def test_a_city_without_faults_shows_none() -> None:
    found = report(spread())
    assert found.incidents == 3_000
    assert found.dump_points == ()
    assert found.duplicates is found.duplicate_groups is None
    assert found.edge_share == pytest.approx(0.25, abs=0.03)
    assert found.outside_share == pytest.approx(0.25, abs=0.03)
    assert [row.area for row in found.areas] == [0, 1, 2, -1]
    assert sum(row.incidents or 0 for row in found.areas) == 3_000
    assert all(row.edge_share == pytest.approx(0.25, abs=0.05) for row in found.areas)


def test_no_incident_at_all_is_survived() -> None:
    found = report(spread().take(np.zeros(3_000, bool)))
    assert (found.incidents, found.dump_bound, found.last_event_s, found.report_delay) == (0, 0, None, None)
    assert found.edge_share is None


def test_a_planted_dump_point_is_found_and_its_bound_is_the_poisson_quantile() -> None:
    incidents = at(spread(), slice(0, 40), lon=12.55, lat=55.65, area=1)
    points, bound = dump_points(incidents, PARAMETERS)
    assert [(p.lon, p.lat, p.area, p.incidents) for p in points] == [(12.55, 55.65, 1, 40)]
    coordinates = 3_000 - 39
    mean = 3_000 / coordinates
    assert coordinates * poisson.sf(bound, mean) <= 0.001 < coordinates * poisson.sf(bound - 1, mean)


def test_chance_alone_rarely_makes_a_dump_point() -> None:
    """Incidents drawn evenly over few addresses: the bound holds for the family of them all."""
    rng = np.random.default_rng(5)
    base = spread(4_000)
    found = 0
    for _ in range(100):
        address = rng.integers(0, 500, 4_000)
        found += bool(dump_points(replace(base, lon=12.5 + address / 1e4, lat=base.lat * 0 + 55.6), PARAMETERS)[0])
    assert found <= 2


def test_addresses_may_differ_as_addresses_do() -> None:
    """Gamma-distributed expectations are ordinary variation; an address far beyond them is not."""
    rng = np.random.default_rng(6)
    address = np.repeat(np.arange(800), rng.poisson(rng.gamma(1.5, 2.0, 800)))
    base = replace(spread(len(address)), lon=12.5 + address / 1e4, lat=np.full(len(address), 55.6))
    assert dump_points(base, PARAMETERS)[0] == ()
    planted = dump_points(at(base, slice(0, 60), lon=12.7), PARAMETERS)[0]
    assert [round(point.lon, 4) for point in planted] == [12.7]


@given(st.lists(st.integers(1, 400), min_size=2, max_size=30), st.sampled_from([0.001, 0.2, 0.9]))
def test_the_bound_is_the_quantile_as_scipy_has_it(counts: list[int], level: float) -> None:
    address = np.repeat(np.arange(len(counts)), counts)
    incidents = replace(spread(len(address)), lon=12.5 + address / 1e3, lat=np.full(len(address), 55.6))
    nobody_too_large = replace(PARAMETERS, dump_share=1 - 1e-9, dump_level=level)
    mean, variance = np.mean(counts), np.var(counts)
    size = mean**2 / (variance - mean) if variance > mean else None
    expected = nbinom.isf if size else poisson.isf
    of = (size, size / (size + mean)) if size else (mean,)
    assert dump_points(incidents, nobody_too_large)[1] == expected(level / len(counts), *of)


def test_a_large_share_is_a_dump_point_even_where_few_coordinates_are_in_use() -> None:
    n = 400
    base = at(spread(n), slice(0, n), lat=55.6)
    few = replace(base, lon=12.5 + np.arange(n) % 20 / 100)
    assert len(dump_points(few, PARAMETERS)[0]) == 20
    assert dump_points(few, replace(PARAMETERS, dump_share=0.06))[0] == ()


def test_duplicates_share_place_category_and_time() -> None:
    incidents = at(spread(), slice(0, 6), lon=12.55, lat=55.65, category=1, from_s=AS_OF_S - 30 * DAY_S)
    assert duplicate_suspects(incidents, within_s=600) == (6, 1)
    for other in ({"category": 2}, {"lon": 12.56}, {"from_s": AS_OF_S - 29 * DAY_S}, {"basis": 1}):
        assert duplicate_suspects(at(incidents, slice(0, 3), **other), within_s=600) == (6, 2)
    apart = at(incidents, slice(0, 6), from_s=AS_OF_S - 30 * DAY_S + 601 * np.arange(6))
    assert duplicate_suspects(apart, within_s=600) == (0, 0)
    assert duplicate_suspects(at(apart, slice(0, 2), from_s=AS_OF_S - 30 * DAY_S), within_s=600) == (2, 1)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_for_a_duplicate(n: int) -> None:
    assert duplicate_suspects(spread(n), within_s=600) == (0, 0)


def test_delays_are_those_of_mature_incidents() -> None:
    incidents = spread()
    found = report(incidents)
    mature = incidents.to_s < AS_OF_S - 60 * DAY_S
    delay_s = (incidents.known_s - incidents.to_s)[mature]
    assert found.report_delay is not None
    assert found.report_delay.incidents == mature.sum()
    assert found.report_delay.median_s == pytest.approx(np.median(delay_s))
    assert found.report_delay.p90_s == pytest.approx(np.quantile(delay_s, 0.9))


def test_the_reported_share_of_a_day_is_what_uniform_delays_give() -> None:
    found = report(spread(20_000))
    # Delays are uniform over two days: a day of age 0 is known to 1/4, of age 1 to 3/4, then wholly.
    assert [day.day for day in found.days[:3]] == [AS_OF_DAY - 1, AS_OF_DAY - 2, AS_OF_DAY - 3]
    assert [day.share for day in found.days[:4]] == pytest.approx([0.25, 0.75, 1, 1], abs=0.01)
    assert [day.complete for day in found.days[:4]] == [False, False, True, True]


def test_days_after_the_last_report_are_missing_not_quiet() -> None:
    found = report(spread(), heard_day=AS_OF_DAY - 2)
    assert [day.share is None for day in found.days[:4]] == [True, True, False, False]


def test_imports_add_up_their_rejects_and_hide_few() -> None:
    records = (
        ImportRecord(2, "a", 20, 5, 5, 0, {"outside": 9, "time-future": 3, "row-ragged": 3}),
        ImportRecord(1, "a", 30, 28, 28, 0, {"time-future": 2}),
    )
    found = report(spread(), IntakeHistory(records, {"coordinate": 90, "street": 7, "place": 2}, np.arange(100)))
    assert [(row.name, row.count) for row in found.rejects] == [
        ("outside", 9),
        ("time-future", 5),
        ("row-ragged", None),
    ]
    assert [(row.name, row.count) for row in found.methods] == [("coordinate", 90), ("street", None), ("place", None)]
    assert found.import_delay is not None
    assert found.import_delay.median_s == 49.5
    assert records[0].rejected == 15


def test_accuracy_bands_hold_everything_once() -> None:
    found = report(spread()).accuracy
    assert [(band.above_m, band.up_to_m) for band in found][:2] == [(0, 10), (10, 25)]
    assert found[2].count is found[4].count is None
    assert sum(band.count or 0 for band in found) == 3_000


@given(counts=st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_no_hidden_small_count_follows_from_the_total(counts: list[int]) -> None:
    shown = released_counts(counts)
    hidden = [count for count, out in zip(counts, shown, strict=True) if out is None]
    assert all(out is None or out == count >= 5 for count, out in zip(counts, shown, strict=True))
    if any(0 < count < 5 for count in counts) and len(hidden) < len(counts):
        assert len(hidden) >= 2
        assert sum(hidden) >= 5
    assert shown_count(4) is None
    assert shown_count(5) == 5


def test_parameters_name_what_is_wrong() -> None:
    with pytest.raises(ParameterError, match="dump_minimum must be a whole number of at least 5, found 1"):
        QualityParameters(dump_minimum=1)
    with pytest.raises(ParameterError, match="dump_share must be between 0 and 1, found 2"):
        QualityParameters(dump_share=2)
