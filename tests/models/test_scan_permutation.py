import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.projection import project
from models.parameter_limits import ParameterError
from models.scan_permutation import TooFewCasesError, scan_permutation
from models.scan_statistic import BLOCK, ScanParameters
from models.scan_zones import listed_zones, nested_zones
from tests.models.brute_scan import no_overlap, ratios

FEVER = Path(__file__).parents[3] / "shared/data/reference/nyc-fever-scan"
LINE = nested_zones(np.arange(5) * 100.0, np.zeros(5), max_places=3)
LISTS = [LINE.members(zone).tolist() for zone in range(len(LINE.place))]
FEW = ScanParameters(max_duration=4, replicates=70, minimum_cases=1, max_clusters=5)
DAYS = 12

# An incident more than the least, so that no arrangement is refused for lying on one spot or day.
incidents = st.lists(st.tuples(st.integers(0, 4), st.integers(0, DAYS - 1)), min_size=9, max_size=40).map(
    lambda drawn: np.array([*drawn, (0, 0), (4, DAYS - 1)]).T
)


def fever() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Longitude and latitude of the post codes; the position of the post code and the day of each case."""
    with (FEVER / "rsatscan_NYCfevergeo.csv").open(newline="", encoding="utf-8") as file:
        codes = list(csv.DictReader(file))
    position = {row["zip"]: i for i, row in enumerate(codes)}
    with (FEVER / "rsatscan_NYCfevercas.csv").open(newline="", encoding="utf-8") as file:
        cases = [row for row in csv.DictReader(file) for _ in range(int(row["cases"]))]
    days = [(date(*map(int, row["date"].split("/"))) - date(2001, 11, 1)).days for row in cases]
    lon, lat = np.array([(float(row["long"]), float(row["lat"])) for row in codes]).T
    return lon, lat, np.array([position[row["zip"]] for row in cases]), np.array(days)


@pytest.mark.skipif(not FEVER.exists(), reason="the New York fever reference data lie beside the repository")
def test_fever_in_new_york_as_published_with_satscan():
    """SaTScan 10.1.2 with the parameters of its manual and of the rsatscan vignette: prospective, 1-24 November 2001,
    at most 3 km and 7 days, at least 2 cases. Its cluster file says (observed, expected, observed over expected, p,
    recurrence in days) as below; cluster 1 has nine post codes at 22-24 November. Its p are 50/207, 119/207 and
    200/207: it stops at 50 replicates above the observed, here after 206 of 999, and that is the error they have.
    """
    lon, lat, place, day = fever()
    assert len(place) == 194
    zones = nested_zones(*project(lon, lat, "EPSG:32618"), max_radius_m=3000)
    parameters = ScanParameters(max_duration=7, max_clusters=3, replicates=4999)
    found = scan_permutation(place, day, zones, days=24, parameters=parameters, rng=np.random.default_rng(1))
    published = [(4, 0.67, 5.97, 0.242, 4, 3), (2, 0.16, 12.13, 0.575, 2, 1), (2, 0.29, 6.81, 0.966, 1, 2)]
    for cluster, (observed, expected, over, p, recurrence_days, duration) in zip(
        found.clusters, published, strict=True
    ):
        assert (cluster.observed, cluster.duration) == (observed, duration)
        assert round(cluster.expected, 2) == expected
        assert cluster.observed / cluster.expected == pytest.approx(over, abs=0.0051)
        assert cluster.p == pytest.approx(p, abs=3 * np.sqrt(p * (1 - p) / 206))
        assert cluster.recurrence_days == 1 / cluster.p
        assert round(1 / p) == recurrence_days
    latitudes = [40.69924, 40.70784, 40.68812, 40.70073, 40.68499, 40.69172, 40.70095, 40.72292, 40.67582]
    assert lat[found.clusters[0].places].tolist() == latitudes
    # The radius SaTScan draws, on a sphere of 6378.1 km; a UTM zone makes it two thousandths shorter.
    assert found.clusters[0].radius_m == pytest.approx(2907.956749, rel=2.5e-3)


@pytest.mark.skipif(not FEVER.exists(), reason="the New York fever reference data lie beside the repository")
def test_fever_by_brute_force():
    lon, lat, place, day = fever()
    zones = nested_zones(*project(lon, lat, "EPSG:32618"), max_radius_m=3000)
    found = scan_permutation(
        place,
        day,
        zones,
        days=24,
        parameters=ScanParameters(max_duration=7, replicates=1, max_clusters=99),
        rng=np.random.default_rng(2),
    )
    counts = np.bincount(place * 24 + day, minlength=192 * 24).reshape(192, 24)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    lists = [zones.members(zone) for zone in range(len(zones.place))]
    brute = ratios(counts, expected, lists, longest=7, given=194, least=2)
    np.testing.assert_allclose([c.statistic for c in found.clusters], no_overlap(brute), atol=1e-9)
    assert found.clusters[0].statistic == pytest.approx(3.845418, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(drawn=incidents)
def test_clusters_equal_brute_force(drawn):
    place, day = drawn
    counts = np.bincount(place * DAYS + day, minlength=5 * DAYS).reshape(5, DAYS)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / len(place)
    found = scan_permutation(place, day, LINE, days=DAYS, parameters=FEW, rng=np.random.default_rng(3))
    brute = ratios(counts, expected, LISTS, longest=4, given=len(place), least=1)
    np.testing.assert_allclose([c.statistic for c in found.clusters], no_overlap(brute), atol=1e-8)


def test_replicate_maxima_equal_brute_force():
    """The same days permuted again from the same streams, and scanned the long way round."""
    rng = np.random.default_rng(4)
    place, day = rng.integers(0, 5, 50), rng.integers(0, DAYS, 50)
    parameters = ScanParameters(max_duration=4, replicates=70)
    found = scan_permutation(place, day, LINE, days=DAYS, parameters=parameters, rng=np.random.default_rng(5))
    maxima = []
    for stream in np.random.default_rng(5).spawn(2):
        back = np.minimum(DAYS - 1 - day, 4)
        for shuffled in stream.permuted(np.broadcast_to(back, (BLOCK, 50)), axis=1):
            counts = np.bincount(place * 5 + 4 - shuffled, minlength=25).reshape(5, 5)
            expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / 50
            maxima.append(max(ratios(counts, expected, LISTS, longest=4, given=50, least=2).values()))
    np.testing.assert_allclose(found.replicate_maxima, maxima[:70], atol=1e-9)


@pytest.mark.parametrize("zones", [LINE, listed_zones([[0, 1], [2], [1, 3], [4, 0, 2]], 5)])
def test_places_without_incidents_change_no_replicate(zones):
    rng = np.random.default_rng(6)
    place, day = rng.choice([1, 3, 4], 40), rng.integers(0, DAYS, 40)
    with_all = scan_permutation(place, day, zones, days=DAYS, parameters=FEW, rng=np.random.default_rng(7))
    lists = [[i for i in zones.members(zone) if i in {1, 3, 4}] for zone in np.flatnonzero(zones.complete)]
    only = listed_zones([zone for zone in lists if zone], 5)
    without = scan_permutation(place, day, only, days=DAYS, parameters=FEW, rng=np.random.default_rng(7))
    np.testing.assert_allclose(with_all.replicate_maxima, without.replicate_maxima, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(drawn=incidents, data=st.data())
def test_order_of_incidents_and_calendar_do_not_matter(drawn, data):
    place, day = drawn
    order = np.array(data.draw(st.permutations(range(len(place)))))
    rng = np.random.default_rng(8)
    before = scan_permutation(place, day, LINE, days=DAYS, parameters=FEW, rng=rng)
    after = scan_permutation(place[order], day[order], LINE, days=DAYS, parameters=FEW, rng=rng)
    assert [c.statistic for c in after.clusters] == [c.statistic for c in before.clusters]
    earlier = scan_permutation(place, day + 30, LINE, days=DAYS + 30, parameters=FEW, rng=rng)
    assert [c.statistic for c in earlier.clusters] == [c.statistic for c in before.clusters]


def test_the_same_bits_on_one_and_on_many_threads():
    rng = np.random.default_rng(9)
    place, day = rng.integers(0, 5, 200), rng.integers(0, 40, 200)
    parameters = ScanParameters(max_duration=14, replicates=999)
    one, many = (
        scan_permutation(
            place, day, LINE, days=40, parameters=parameters, rng=np.random.default_rng(10), threads=threads
        )
        for threads in (1, 7)
    )
    assert one.replicate_maxima.tobytes() == many.replicate_maxima.tobytes()
    fewer = ScanParameters(max_duration=14, replicates=99)
    first = scan_permutation(place, day, LINE, days=40, parameters=fewer, rng=np.random.default_rng(10))
    assert first.replicate_maxima.tobytes() == one.replicate_maxima[:99].tobytes()


def test_a_planted_cluster_is_found_and_a_rise_of_everything_is_not():
    rng = np.random.default_rng(11)
    place, day = rng.integers(0, 5, 300), rng.integers(0, 60, 300)
    parameters = ScanParameters(max_duration=14, replicates=199)
    planted = np.append(place, np.full(12, 3)), np.append(day, rng.integers(55, 60, 12))
    found = scan_permutation(*planted, LINE, days=60, parameters=parameters, rng=rng).clusters[0]
    assert 3 in found.places
    assert found.p == 0.005
    assert found.recurrence_days == 200
    everywhere = np.append(place, np.arange(60) % 5), np.append(day, np.full(60, 59))
    assert scan_permutation(*everywhere, LINE, days=60, parameters=parameters, rng=rng).clusters[0].p > 0.1


def test_ties_count_against_significance():
    """Ten incidents on ten places, two of them on the last day: every arrangement has the same maximum."""
    place, day = np.arange(10), np.array([0] * 8 + [9, 9])
    zones = listed_zones([[i] for i in range(10)], 10)
    parameters = ScanParameters(max_duration=1, replicates=99, minimum_cases=1)
    found = scan_permutation(place, day, zones, days=10, parameters=parameters, rng=np.random.default_rng(12))
    assert found.clusters[0].p == 1.0
    assert found.clusters[0].recurrence_days == 1.0


def test_a_quiet_window_has_no_cluster():
    place, day = np.arange(20) % 5, np.arange(20)
    found = scan_permutation(
        place, day, LINE, days=40, parameters=ScanParameters(max_duration=7, replicates=9), rng=np.random.default_rng(1)
    )
    assert found.clusters == ()


def test_refusals():
    rng = np.random.default_rng(13)

    def refused(error: type[Exception], sentence: str, place: np.ndarray, day: np.ndarray, days: int = 20) -> None:
        with pytest.raises(error, match=sentence):
            scan_permutation(place, day, LINE, days=days, parameters=FEW, rng=rng)

    place, day = np.arange(10) % 5, np.arange(10)
    refused(TooFewCasesError, "at least 10 incidents in the period, found 9", place[:9], day[:9])
    refused(TooFewCasesError, "found 0", place[:0], day[:0])
    refused(TooFewCasesError, "the same day", place, day * 0)
    refused(TooFewCasesError, "the same place", place * 0, day)
    refused(ParameterError, "place must be 0 to 4, found 0 to 5", np.minimum(np.arange(10), 5), day)
    refused(ParameterError, "day must be 0 to 7, found 0 to 9", place, day, 8)
    refused(ParameterError, "shorter than the 4 days", place, day % 4, 4)
